"""The general categories of Unicode as classes of patterns: `\\p{L}`, `\\p{Lu}`, `\\p{Punctuation}`.

Only of the first 65536 characters: patterns work on UTF-16 code units. Characters that Python's tables do not know may be known
to V8's: who asks about them gets no answer.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import groupby
from typing import Final
from unicodedata import category

from fakedocker.userland.languages.machine.cells import NotSimulated

_GROUPS: Final = ("L", "M", "N", "P", "S", "Z")
_KINDS: Final = (
    *("Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl", "No", "Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po"),
    *("Sm", "Sc", "Sk", "So", "Zs", "Zl", "Zp", "Cc", "Cf"),
)
_LONG: Final = {
    "Letter": "L",
    "Lowercase_Letter": "Ll",
    "Uppercase_Letter": "Lu",
    "Titlecase_Letter": "Lt",
    "Modifier_Letter": "Lm",
    "Other_Letter": "Lo",
    "Mark": "M",
    "Nonspacing_Mark": "Mn",
    "Spacing_Mark": "Mc",
    "Number": "N",
    "Decimal_Number": "Nd",
    "Letter_Number": "Nl",
    "Other_Number": "No",
    "Punctuation": "P",
    "Connector_Punctuation": "Pc",
    "Dash_Punctuation": "Pd",
    "Open_Punctuation": "Ps",
    "Close_Punctuation": "Pe",
    "Symbol": "S",
    "Math_Symbol": "Sm",
    "Currency_Symbol": "Sc",
    "Modifier_Symbol": "Sk",
    "Other_Symbol": "So",
    "Separator": "Z",
    "Space_Separator": "Zs",
    "Control": "Cc",
    "Format": "Cf",
}


def class_of(name: str, is_negated: bool) -> str:
    """What stands between the brackets of a class for the characters of a category, or for the others."""
    for prefix in ("General_Category=", "gc="):
        name = name.removeprefix(prefix)
    name = _LONG.get(name, name)
    if name not in _GROUPS and name not in _KINDS:
        raise NotSimulated("a pattern with such a property of Unicode")
    return _ranges(name, is_negated)


@lru_cache(32)
def _ranges(name: str, is_negated: bool) -> str:
    parts = []
    for is_in, codes in groupby(range(0x10000), lambda code: category(chr(code)).startswith(name) != is_negated):
        if is_in:
            found = list(codes)
            parts.append(f"\\u{found[0]:04x}" + (f"-\\u{found[-1]:04x}" if len(found) > 1 else ""))
    return "".join(parts)


def require_known(text: str) -> None:
    """NotSimulated if a text holds characters whose category may be another one in V8."""
    if not text.isascii() and any(category(character) == "Cn" for character in text):
        raise NotSimulated("a property of Unicode of a character that is not known here")
