"""Build arguments: what --build-arg gives, what ARG declares, and where each is seen.

Source: moby builder/dockerfile/buildargs.go. An argument before the first FROM is seen by FROMs only; a stage sees it
when it declares it again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import Struct
from msgspec.structs import replace

_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "FTP_PROXY", "NO_PROXY", "ALL_PROXY")
ALWAYS_ALLOWED = (*_PROXIES, *(name.lower() for name in _PROXIES))
"""Arguments that need no ARG, and that do not count for the cache without one."""


class Arguments(Struct, frozen=True):
    """The arguments of a build at one moment. The dicts are never changed once in it."""

    given: Mapping[str, str | None]
    """From the command line; None where only a name was said."""
    declared: Mapping[str, str | None] = {}
    """By the ARGs of this stage, with their defaults."""
    early: Mapping[str, str | None] = {}
    """By the ARGs before the first FROM."""
    used: frozenset[str] = frozenset()
    """Every name that some ARG has declared."""

    def declare(self, name: str, default: str | None) -> Arguments:
        return replace(self, declared={**self.declared, name: default}, used=self.used | {name})

    def declare_early(self, name: str, default: str | None) -> Arguments:
        return replace(self.declare(name, default), early={**self.early, name: default})

    def with_used(self, names: frozenset[str]) -> Arguments:
        """With more names that some ARG has declared."""
        return replace(self, used=self.used | names)

    def stage(self) -> Arguments:
        """At the beginning of a stage, where nothing is declared yet."""
        return replace(self, declared={})

    def early_values(self) -> dict[str, str]:
        """What FROMs see."""
        return self._values(self.early)

    def values(self) -> dict[str, str]:
        """What this stage sees."""
        return self._values(self.declared)

    def _values(self, declared: Mapping[str, str | None]) -> dict[str, str]:
        found = {}
        for name in dict.fromkeys((*declared, *ALWAYS_ALLOWED)):
            value = self._value(name, declared)
            if value is not None:
                found[name] = value
        return found

    def _value(self, name: str, declared: Mapping[str, str | None]) -> str | None:
        given = self.given.get(name)
        if given is not None:
            return given
        default = declared.get(name)
        return default if default is not None else self.early.get(name)

    def beside(self, environment: Iterable[str]) -> list[str]:
        """NAME=VALUE of what this stage sees and the environment does not set, sorted."""
        names = {entry.partition("=")[0] for entry in environment}
        return sorted(f"{name}={value}" for name, value in self.values().items() if name not in names)

    def counts(self, name: str) -> bool:
        """Whether an argument's value matters for the cache."""
        return name in self.declared or name not in ALWAYS_ALLOWED

    def unused(self) -> list[str]:
        """Names given on the command line that no ARG has declared, sorted."""
        return sorted(name for name in self.given if name not in self.used and name not in ALWAYS_ALLOWED)
