"""The private names of classes that are being parsed: which are declared, and which are used before that or never."""

from __future__ import annotations

from fakedocker.userland.languages.javascript.escapes import Refused

_PAIRS = frozenset({("get", "set"), ("set", "get"), ("get static", "set static"), ("set static", "get static")})
"""Kinds that one name may have both."""


class PrivateNames:
    """Those of the classes around a place."""

    def __init__(self) -> None:
        self._declared: list[dict[str, list[str]]] = []
        self._used: list[list[tuple[str, int]]] = []

    def open(self) -> None:
        """The body of a class begins."""
        self._declared.append({})
        self._used.append([])

    def close(self) -> None:
        """It ends: what it uses and does not declare, a class around it does. Refused if there is none."""
        declared, used = self._declared.pop(), self._used.pop()
        missing = [(name, at) for name, at in used if name not in declared]
        if self._used:
            self._used[-1] += missing
        elif missing:
            raise self._unknown(*missing[0])

    def use(self, name: str, at: int) -> None:
        """A name is used. Refused outside of classes."""
        if not self._used:
            raise self._unknown(name, at)
        self._used[-1].append((name, at))

    def declare(self, name: str, kind: str, at: int, end: int) -> None:
        """A member has the name. Refused if another has it, unless they are a getter and its setter."""
        kinds = self._declared[-1].setdefault(name, [])
        if kinds and (len(kinds) > 1 or (kinds[0], kind) not in _PAIRS):
            raise Refused(f"Identifier '#{name}' has already been declared", at, end)
        kinds.append(kind)

    @staticmethod
    def _unknown(name: str, at: int) -> Refused:
        return Refused(f"Private field '#{name}' must be declared in an enclosing class", at)
