"""Environment markers of requirements (PEP 508): whether `python_version < "3.8" and sys_platform == "win32"` holds
here.

The platform is Linux on x86_64, CPython; nothing is extra. It must not know requirements.
"""

from __future__ import annotations

import re
from typing import Final

_TOKEN: Final = re.compile(
    r"""\s*(?:(?P<text>"[^"]*"|'[^']*')|(?P<mark>[()]|===|==|~=|!=|<=|>=|<|>)|(?P<word>[A-Za-z_.]+))"""
)
_DEEPEST: Final = 20
_LONGEST: Final = 2_000


class BadMarker(ValueError):
    """A text is no marker."""


def holds(marker: str, python: str) -> bool:
    """Whether a marker holds.

    Args:
        python: the version of Python, such as "3.12" or "3.12.6".

    Raises:
        BadMarker: it is none, or one that is too long or too deep.
    """
    return _Reader(marker, python).whole()


class _Reader:
    def __init__(self, marker: str, python: str) -> None:
        self._tokens = _tokens(marker)
        self._place = 0
        self._depth = 0
        self._values = {
            "python_version": ".".join(python.split(".")[:2]), "python_full_version": python if python.count(".") > 1 else f"{python}.0",
            "os_name": "posix", "sys_platform": "linux", "platform_system": "Linux", "platform_machine": "x86_64",
            "platform_python_implementation": "CPython", "implementation_name": "cpython", "implementation_version": python,
            "platform_release": "6.6", "platform_version": "", "extra": "",
        }  # fmt: skip

    def whole(self) -> bool:
        found = self._either()
        if self._place < len(self._tokens):
            raise BadMarker(self._tokens[self._place])
        return found

    def _next(self, *wanted: str) -> str:
        """The next token, if it is one of those; "" otherwise. Any where none is given."""
        token = self._tokens[self._place] if self._place < len(self._tokens) else ""
        if wanted and token not in wanted:
            return ""
        self._place += 1
        return token

    def _either(self) -> bool:
        found = self._both()
        while self._next("or"):
            found = self._both() or found
        return found

    def _both(self) -> bool:
        found = self._one()
        while self._next("and"):
            found = self._one() and found
        return found

    def _one(self) -> bool:
        if not self._next("("):
            return self._comparison()
        self._depth += 1
        if self._depth > _DEEPEST:
            raise BadMarker("too deep")
        found = self._either()
        self._depth -= 1
        if not self._next(")"):
            raise BadMarker("expected )")
        return found

    def _comparison(self) -> bool:
        left, left_is_version = self._value()
        how = self._next()
        if how == "not":
            how = f"not {self._next('in')}"
        right, right_is_version = self._value()
        if how in ("in", "not in"):
            return (left in right) == (how == "in")
        if left_is_version or right_is_version:
            return _compare(how, _order(left), _order(right))
        return _compare(how, left, right)

    def _value(self) -> tuple[str, bool]:
        token = self._next()
        if token[:1] in ("'", '"'):
            return token[1:-1], False
        if token not in self._values:
            raise BadMarker(token or "end of the marker")
        return self._values[token], "version" in token


def _tokens(marker: str) -> list[str]:
    if len(marker) > _LONGEST:
        raise BadMarker("too long")
    found, place = [], 0
    text = marker.rstrip()
    while place < len(text):
        match = _TOKEN.match(text, place)
        if match is None:
            raise BadMarker(text[place:])
        found.append(match[0].strip())
        place = match.end()
    return found


def _order(version: str) -> tuple[int, ...]:
    numbers = [int(digits) for digits in re.findall(r"\d{1,9}", version)]
    while len(numbers) > 1 and not numbers[-1]:
        numbers.pop()
    return tuple(numbers)


def _compare(how: str, left: tuple[int, ...] | str, right: tuple[int, ...] | str) -> bool:
    if how in ("==", "==="):
        return left == right
    if how == "!=":
        return left != right
    if isinstance(left, str) or isinstance(right, str):
        raise BadMarker(how)
    if how == "~=":
        return left >= right and left[: len(right) - 1] == right[:-1]
    if how not in ("<", "<=", ">", ">="):
        raise BadMarker(how)
    return {"<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right}[how]
