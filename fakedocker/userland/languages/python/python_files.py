"""Files of the small Python: open() and what can be done with what it gives.

A file is read whole when it is opened, and written to at once. What is left of it to be read stands in the process's
state.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from fakedocker.kernel.program import System
from fakedocker.userland.inputs import State, bytes_of, text_of
from fakedocker.userland.languages.python.python_values import Value
from fakedocker.userland.languages.script_machine import NotSimulated

METHODS: Final = frozenset("read readline readlines write writelines close flush".split())
_LARGEST_BYTES: Final = 10_000_000


class OpenFile(NamedTuple):
    """A file that was opened, by number."""

    number: int
    path: str
    mode: str


def open_file(system: System, state: State, path: str, mode: str = "r", **named: Value) -> OpenFile:
    """open(): encodings and buffering make no difference here.

    Raises:
        OSError, as Python's own names the file; NotSimulated for both reading and writing.
    """
    kind = mode.replace("b", "").replace("t", "")
    if kind not in ("r", "w", "a", "x"):
        raise NotSimulated(f"the mode {mode!r} of open()")
    number = state["files"] = state.get("files", 0) + 1
    try:
        if kind == "r":
            data = system.read_file(path, _LARGEST_BYTES)
            state[_key(number)] = data if "b" in mode else text_of(data)
        elif kind == "x" and _exists(system, path):
            raise FileExistsError(17, "File exists")
        else:
            system.write_file(path, b"", append=kind == "a")
    except OSError as problem:
        raise type(problem)(problem.errno, problem.strerror, path) from None
    return OpenFile(number, path, kind + ("b" if "b" in mode else ""))


def _key(number: int) -> str:
    return f"file {number}"


def _exists(system: System, path: str) -> bool:
    try:
        system.stat(path)
    except OSError:
        return False
    return True


def lines(state: State, file: OpenFile) -> list[Value]:
    """The lines that are left, which are read by that."""
    rest = _take(state, file)
    return list(rest.splitlines(keepends=True))


def _take(state: State, file: OpenFile, size: int = -1) -> Value:
    if not file.mode.startswith("r"):
        raise OSError("not readable")
    rest = state.get(_key(file.number), b"" if "b" in file.mode else "")
    if size < 0:
        size = len(rest)
    state[_key(file.number)] = rest[size:]
    return rest[:size]


def call(system: System, state: State, file: OpenFile, name: str, arguments: list[Value]) -> Value:
    """A method of a file."""
    if name in ("close", "flush"):
        return None
    if name == "read":
        return _take(state, file, *arguments)
    if name == "readlines":
        return lines(state, file)
    if name == "readline":
        rest = state.get(_key(file.number), "")
        end = rest.find(b"\n" if isinstance(rest, bytes) else "\n")
        return _take(state, file, end + 1 if end >= 0 else len(rest))
    if file.mode.startswith("r"):
        raise OSError("not writable")
    parts = arguments[0] if name == "writelines" else arguments[:1]
    for part in parts:
        if isinstance(part, bytes) != ("b" in file.mode):
            wanted = "a bytes-like object is required" if "b" in file.mode else "write() argument must be str"
            raise TypeError(f"{wanted}, not {type(part).__name__}")
        system.write_file(file.path, part if isinstance(part, bytes) else bytes_of(part), append=True)
    return len(parts[0]) if name == "write" else None
