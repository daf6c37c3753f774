"""What else jq reads than a row of values: lines (-R), all at once (-s), parts with their paths (--stream)."""

from __future__ import annotations

from typing import Any

from fakedocker.userland.jq.json_text import Incomplete, Reader
from fakedocker.userland.jq.values import Value


class Lines(Reader):
    """-R: each line a text, or with -s all of it."""

    def __init__(self, *, whole: bool) -> None:
        super().__init__(keep_literals=False)
        self._whole = whole
        self._given = False

    def next(self) -> Value:
        if self._whole:
            if not self.finished:
                raise Incomplete
            if self._given:
                raise StopIteration
            self._given, self.at = True, len(self.text)
            return self.text
        end = self.text.find("\n", self.at)
        if end < 0 and not self.finished:
            raise Incomplete
        if self.at >= len(self.text):
            raise StopIteration
        start, stop = self.at, len(self.text) if end < 0 else end
        self.at = stop if end < 0 else end + 1
        return self.text[start:stop]


class Slurped(Reader):
    """-s: all values as one list."""

    _given = False

    def next(self) -> Value:
        if not self.finished:
            raise Incomplete
        if self._given:
            raise StopIteration
        found = []
        while True:
            try:
                found.append(super().next())
            except StopIteration:
                self._given = True
                return found


class Streamed(Reader):
    """--stream: the parts of each value with their paths."""

    def __init__(self, inner: Reader, given: int) -> None:
        super().__init__(keep_literals=False)
        self._inner = inner
        self.given = given  # how many parts of the value at `at` have been given
        self._parts: list[Value] = []

    def next(self) -> Value:
        if not self._parts:
            self._inner.text, self._inner.finished, self._inner.at = self.text, self.finished, self.at
            self._parts = _events(self._inner.next(), [])
        part = self._parts[self.given]
        self.given += 1
        if self.given == len(self._parts):
            self.given, self._parts, self.at = 0, [], self._inner.at
        return part


def _events(value: Value, path: list[Value]) -> list[Value]:
    if not isinstance(value, list | dict) or not value:
        return [[path, value]]
    keys: list[Any] = list(value) if isinstance(value, dict) else [float(place) for place in range(len(value))]
    found: list[Value] = []
    for place, key in enumerate(keys):
        found += _events(value[key if isinstance(value, dict) else place], [*path, key])
    return [*found, [[*path, keys[-1]]]]
