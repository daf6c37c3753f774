"""Platform specifiers: os, architecture, or os/architecture/variant, as containerd's platforms library reads them.

Owns their grammar and its words. It must not know which platforms an image or a registry has.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

DEFAULT_OS: Final = "linux"
DEFAULT_ARCHITECTURE: Final = "amd64"

_OS: Final = r"^([A-Za-z0-9_-]+)(?:\(([A-Za-z0-9_.-]*)\))?$"
_COMPONENT: Final = r"^[A-Za-z0-9_-]+$"
_KNOWN_OS: Final = frozenset(
    "aix android darwin dragonfly freebsd hurd illumos ios js linux nacl netbsd openbsd plan9 solaris windows zos".split()
)
_KNOWN_ARCHITECTURES: Final = frozenset(
    (
        "386 amd64 amd64p32 arm armbe arm64 arm64be ppc64 ppc64le loong64 mips mipsle mips64 mips64le mips64p32 "
        "mips64p32le ppc riscv riscv64 s390 s390x sparc sparc64 wasm"
    ).split()
)
_ARM_VARIANTS: Final = {"": "v7", "7": "v7", "5": "v5", "6": "v6", "8": "v8"}


class InvalidPlatform(ValueError):
    """A text that is no platform; the message is the library's."""


class Platform(NamedTuple):
    """A platform with its parts spelled as Go spells them."""

    os: str
    architecture: str
    variant: str = ""

    def __str__(self) -> str:
        return "/".join(part for part in self if part)


def parse(text: str) -> Platform:
    """A specifier as a platform; what it leaves open is that of this engine.

    Raises:
        InvalidPlatform: with the library's words.
    """
    if "*" in text:
        raise InvalidPlatform(f'"{text}": wildcards not yet supported: invalid argument')
    parts = text.split("/", 3)
    found = re.match(_OS, parts[0])
    if found is None:
        raise InvalidPlatform(
            f'"{parts[0]}" is an invalid OS component of "{text}": OSAndVersion specifier component must match {_quoted(_OS)}: invalid argument'
        )
    for part in parts[1:]:
        if re.match(_COMPONENT, part) is None:
            raise InvalidPlatform(
                f'"{part}" is an invalid component of "{text}": platform specifier component must match {_quoted(_COMPONENT)}: invalid argument'
            )
    os = "darwin" if found[1].lower() == "macos" else found[1].lower()
    if len(parts) == 1:
        return _alone(text, os)
    if len(parts) > 3:
        raise InvalidPlatform(f'"{text}": cannot parse platform specifier: invalid argument')
    architecture, variant = _normalized(parts[1], parts[2] if len(parts) == 3 else "")
    if len(parts) == 2:
        return Platform(os, architecture, "" if (architecture, variant) == ("arm", "v7") else variant)
    return Platform(os, architecture, "v8" if architecture == "arm64" and not variant else variant)


def _alone(text: str, os: str) -> Platform:
    """A specifier of one part: a known system, or else a known architecture."""
    if os in _KNOWN_OS:
        return Platform(os, DEFAULT_ARCHITECTURE)
    architecture, variant = _normalized(text, "")
    if architecture not in _KNOWN_ARCHITECTURES:
        raise InvalidPlatform(f'"{text}": unknown operating system or architecture: invalid argument')
    return Platform(DEFAULT_OS, architecture, "" if (architecture, variant) == ("arm", "v7") else variant)


def _normalized(architecture: str, variant: str) -> tuple[str, str]:
    """Go's names for an architecture and its variant."""
    architecture, variant = architecture.lower(), variant.lower()
    if architecture == "i386":
        return "386", ""
    if architecture in ("x86_64", "x86-64", "amd64"):
        return "amd64", "" if variant == "v1" else variant
    if architecture in ("aarch64", "arm64"):
        return "arm64", "" if variant in ("8", "v8") else variant
    if architecture in ("armhf", "armel"):
        return "arm", "v7" if architecture == "armhf" else "v6"
    return architecture, _ARM_VARIANTS.get(variant, variant) if architecture == "arm" else variant


def _quoted(pattern: str) -> str:
    """As Go's %q writes it."""
    return '"' + pattern.replace("\\", "\\\\") + '"'
