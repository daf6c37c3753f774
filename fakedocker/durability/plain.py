"""Pickle for plain data only: what is read back can name this project's classes, and nothing that acts.

The world and its inputs are plain values (structs, records, maps), which pickle writes and reads faster than anything
that would have to be told their types, and keeps shared what is shared. A file is refused that names anything else, so
that a state directory from elsewhere cannot run code.
"""

from __future__ import annotations

import io
import pickle
from typing import Any

_OWN = "fakedocker."
_MAKERS = frozenset({("fakedocker.userland.sh.code", "code_for"), ("msgspec._utils", "rebuild")})
"""Functions that make values: compiled shell code from its source, and a struct from its fields."""
_FOREIGN = frozenset({("immutables._map", "Map"), ("msgspec._core", "UNSET"), ("collections", "deque"), ("builtins", "frozenset"),
                      ("builtins", "set"), ("builtins", "bytearray")})  # fmt: skip

PROTOCOL = 5


class Unreadable(Exception):
    """Bytes that are no state of this version; the text says what is wrong."""


class _Unpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if (module, name) in _MAKERS or (module, name) in _FOREIGN:
            return super().find_class(module, name)
        if module.startswith(_OWN):
            found = super().find_class(module, name)
            if isinstance(found, type):
                return found
        raise Unreadable(f"it names {module}.{name}, which is no plain data of fakedocker")


def dumps(value: Any) -> bytes:
    """A value as bytes."""
    return pickle.dumps(value, PROTOCOL)


def loads(data: bytes) -> Any:
    """The value of bytes.

    Raises:
        Unreadable: they are not what `dumps` gives.
    """
    return Reader(io.BytesIO(data)).read()


class Reader:
    """Reads several values that were written by one pickler, one after the other; they may share parts."""

    def __init__(self, file: io.BufferedIOBase) -> None:
        self._unpickler = _Unpickler(file)

    def read(self) -> Any:
        """The next value.

        Raises:
            Unreadable: there is none, or it is not readable.
        """
        try:
            return self._unpickler.load()
        except Unreadable:
            raise
        except Exception as problem:  # a damaged pickle fails in whatever way its bytes happen to say
            raise Unreadable(f"it is damaged ({type(problem).__name__}: {problem})") from None
