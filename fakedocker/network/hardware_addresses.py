"""MAC addresses as Go's net.ParseMAC reads them: 6, 8 or 20 bytes, in pairs with colons or hyphens, or in fours with dots."""

from __future__ import annotations

import re

from fakedocker.base.patterns import lazy_pattern

_BYTES = (6, 8, 20)
_ADDRESS = lazy_pattern(
    "|".join(
        form
        for count in _BYTES
        for form in (
            f"[0-9A-Fa-f]{{2}}(?::[0-9A-Fa-f]{{2}}){{{count - 1}}}",
            f"[0-9A-Fa-f]{{2}}(?:-[0-9A-Fa-f]{{2}}){{{count - 1}}}",
            f"[0-9A-Fa-f]{{4}}(?:\\.[0-9A-Fa-f]{{4}}){{{count // 2 - 1}}}",
        )
    )
)


def is_hardware_address(text: str) -> bool:
    """Whether a text is one."""
    return _ADDRESS.fullmatch(text) is not None


def canonical(text: str) -> str:
    """The address as Go writes it: in pairs of small letters, with colons."""
    digits = re.sub("[^0-9a-f]", "", text.lower())
    return ":".join(digits[index : index + 2] for index in range(0, len(digits), 2))
