"""Platforms as --platform takes them: os[/arch[/variant]]."""

from __future__ import annotations

import json

from fakedocker.base.patterns import lazy_pattern
from fakedocker_shell.cli.errors import CliError
from fakedocker_shell.gotemplate.printing import quote

_ARCHITECTURES = {
    "x86_64": "amd64", "x86-64": "amd64", "aarch64": "arm64", "i386": "386", "i686": "386", "armhf": "arm",
    "armel": "arm",
}  # fmt: skip
_COMPONENT = lazy_pattern(r"[A-Za-z0-9_.-]+")
_KNOWN_SYSTEMS = frozenset({"linux", "windows", "darwin", "freebsd", "wasi"})


def parse_platform(text: str) -> dict[str, str]:
    """{"architecture", "os", "variant"} of a platform. Raises CliError."""
    parts = text.split("/")
    if len(parts) > 3:
        raise CliError(f"{quote(text)}: cannot parse platform specifier: invalid argument")
    for part in parts:
        if not _COMPONENT.fullmatch(part):
            raise CliError(
                f"{quote(part)} is an invalid component of {quote(text)}: platform specifier component must match "
                '"^[A-Za-z0-9_.-]+$": invalid argument'
            )
    if len(parts) == 1:
        word = parts[0].lower()
        if word in _KNOWN_SYSTEMS:
            return {"architecture": "amd64", "os": word}
        return {"architecture": _ARCHITECTURES.get(word, word), "os": "linux"}
    platform = {"architecture": _ARCHITECTURES.get(parts[1].lower(), parts[1].lower()), "os": parts[0].lower()}
    if len(parts) == 3:
        platform["variant"] = parts[2]
    return platform


def platform_document(text: str) -> dict[str, str]:
    """The parameter that names a platform as JSON; nothing for none."""
    return {"platform": _document(text)} if text else {}


def platform_documents(asked: str | list[str], name: str = "platform") -> dict[str, list[str]]:
    """The parameter that names platforms as JSON, as often as there are some; a release whose flag takes one gives a text.

    Raises:
        CliError: one of them is none.
    """
    texts = [asked] if isinstance(asked, str) else asked
    parts = [part for text in texts for part in text.split(",") if part]
    return {name: [_document(part) for part in parts]} if parts else {}


def _document(text: str) -> str:
    return json.dumps(parse_platform(text), separators=(",", ":"))
