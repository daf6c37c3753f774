"""What traces show of node's own functions: their places in node 20.20.2, as it has told them itself.

`library/traces.json` is written by `tools/make_node_traces.py`. What it has no place of is told with a character that no
text holds: wherever that is written out, the program ends with a mark, since the trace would be another one than node's.
"""

from __future__ import annotations

import json
import re
from functools import cache
from importlib import resources
from typing import Final, NamedTuple

UNKNOWN: Final = "\ufdd0"
"""Stands in a trace for what is not known."""
PLACES: Final[dict[str, str]] = {
    "Module._compile": "node:internal/modules/cjs/loader:1521:14", "Module._extensions..js": "node:internal/modules/cjs/loader:1623:10",
    "Module.load": "node:internal/modules/cjs/loader:1266:32", "Module._load": "node:internal/modules/cjs/loader:1091:12",
    "executeUserEntryPoint": "node:internal/modules/run_main:164:12", "Module.require": "node:internal/modules/cjs/loader:1289:19",
    "require": "node:internal/modules/helpers:182:18", "Module._resolveFilename": "node:internal/modules/cjs/loader:1207:15",
    "emit": "node:events:524:28", "exit": "node:internal/process/per_thread:184:15",
}  # fmt: skip
"""Where functions of node's own call what is above them in a trace, by their names."""
LINES: Final[dict[str, str]] = {
    "emitMany": "{type}.emit (node:events:536:35)", "onceWrapperWith": "Object.onceWrapper (node:events:639:26)",
    "run.onceWrapperWith": "Object.onceWrapper (node:events:639:26)", "run.onceWrapper": "Object.onceWrapper (node:events:638:28)",
    "onceWrapper": "Object.onceWrapper (node:events:638:28)",
    "inTest": "Test.runInAsyncScope (node:async_hooks:206:9)\nTest.run (node:internal/test_runner/test:796:25)\n"
    "Test.start (node:internal/test_runner/test:702:17)\nTestContext.test (node:internal/test_runner/test:292:20)",
}  # fmt: skip
"""Whole lines of functions that have other names here."""
WAITING: Final[dict[str, tuple[str, ...]]] = {
    "runTest": ("async Test.run (node:internal/test_runner/test:797:9)",),
    "runAll": ("async Test.processPendingSubtests (node:internal/test_runner/test:526:7)",),
    "runFirst": ("async Promise.all (index 0)",),
    "runRest": ("async Suite.processPendingSubtests (node:internal/test_runner/test:526:7)",),
    "runSuite": ("async Suite.run (node:internal/test_runner/test:1135:7)",),
}
"""Lines of functions of node's that wait for what is above them, by the library's names for them."""
HIDDEN: Final = frozenset({"invoke", "run", "runTest", "begin", "test", "call", "add", "called"})
"""Functions of the library that node does not have, or that a line above tells of already."""
INSIDE: Final = {"emitMany": "emit", "onceWrapperWith": "onceWrapper", "onceWrapper": "onceWrapper"}
"""Functions that node does not have of its own: they are a part of the one that calls them."""


class Place(NamedTuple):
    """Where something is thrown: the lines of a trace, and what is shown before it."""

    frames: tuple[str, ...]
    shown: tuple[str, ...]


@cache
def _table() -> dict[str, dict[str, dict[str, list[str]]]]:
    place = resources.files("fakedocker.userland.languages.javascript").joinpath("library", "traces.json")
    found: dict[str, dict[str, dict[str, list[str]]]] = json.loads(place.read_text(encoding="utf-8"))
    return found


def thrown(name: str, header: str) -> Place | None:
    """Where a function of node's throws an error; None if that is not known."""
    found = _table()["thrown"].get(f"{name}|{signature(header)}")
    return None if found is None else Place(tuple(found["frames"]), tuple(found["shown"]))


@cache
def called(key: str) -> tuple[str, ...]:
    """The lines below what a function of node's calls, by the library's name for it."""
    found = _table()["called"].get(key)
    return (UNKNOWN,) if found is None else tuple(found)


def signature(header: str) -> str:
    """What tells errors of one function apart: the code of node's own ones, or the system call."""
    code = re.search(r"\[(ERR_\w+)\]", header)
    if code is not None:
        given = re.search(r'The "([\w.]+)" (?:argument|property)', header)
        return f"{code[1]} {given[1]}" if given is not None else code[1]
    call = re.match(r"\w+: E[A-Z]+: [^,]*, (\w+)", header) or re.match(r"\w+: (\w+) E[A-Z]+\b", header)
    return call[1] if call is not None else ""
