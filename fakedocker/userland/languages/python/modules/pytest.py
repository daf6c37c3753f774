"""Natives of pytest: which modules' asserts are told, what a failure came through, and where functions stand."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, Final

from fakedocker.userland.languages.machine.cells import NotSimulated, Value
from fakedocker.userland.languages.python import syntax as s, tracebacks
from fakedocker.userland.languages.python.natives import of_unittest
from fakedocker.userland.languages.python.parsing import parse
from fakedocker.userland.languages.python.signs import Interpreter
from fakedocker.userland.languages.python.source_errors import SourceError
from fakedocker.userland.languages.python.types import native
from fakedocker.userland.languages.python.values import Function, FunctionCode
from fakedocker.userland.packages import pip_site

_BODIES: Final = ("body", "orelse", "finalbody", "handlers", "cases")
Frame = tuple[str, int, str, list[tuple[str, Value]], list[str], int]
"""(path, line, function's name, its parameters' values, lines to be shown, which of them the line is)"""


@native("tell_asserts", module="_pytest_natives")
def _tell_asserts(m: Interpreter, patterns: Value) -> Value:
    """From now on asserts of modules whose files have such names tell of their parts."""
    if any(each.count("*") > 1 or set(each) & set("?[") for each in patterns):
        raise NotSimulated("such patterns of files for pytest")
    pairs = [each.partition("*") for each in patterns]
    m.state["told asserts"] = tuple((begin, end) for begin, _, end in pairs)


@native("version_of", module="_pytest_natives")
def _version_of(m: Interpreter, name: Value, default: Value) -> Value:
    found = pip_site.installed(m.system, pip_site.find_site(m.system)).get(name)
    return default if found is None else found.version


@native("installed", module="_pytest_natives")
def _installed(m: Interpreter) -> Value:
    """(name, version) of all packages."""
    return [(each.name, each.version) for each in pip_site.installed(m.system, pip_site.find_site(m.system)).values()]


@native("read_toml", module="_pytest_natives")
def _read_toml(m: Interpreter, text: Value) -> Value:
    try:
        import tomllib
    except ImportError:
        raise NotSimulated("pyproject.toml by a Python that reads no TOML") from None
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        raise NotSimulated("a pyproject.toml that cannot be read") from None


@native("place_of", module="_pytest_natives")
def _place_of(m: Interpreter, function: Value) -> Value:
    """(path, first line with its decorators, whether it is a generator) of a function; None for others."""
    found = getattr(function, "function", function)
    if type(found) is not Function:
        return None
    code = found.code
    return (code.source.name, _first_line(m, code), code.kind in ("generator", "async generator"), code.first_line)


@native("lines", module="_pytest_natives")
def _lines(m: Interpreter, path: Value) -> Value:
    return tracebacks.lines_of(m, path)


@native("frames", module="_pytest_natives")
def _frames(m: Interpreter, value: Value) -> Value:
    """What an exception came through, outermost first."""
    arguments = value.fields.get("@arguments", [])
    found: list[Frame] = []
    for entry in reversed(value.entries):
        code, position = entry
        if of_unittest(entry):
            continue
        if code.hidden:
            raise NotSimulated("the library's own lines in a report of pytest")
        values = next((list(known.items()) for each, known in arguments if each is entry), [])
        lines, index = _shown_lines(m, code, position[0])
        found.append((code.source.name, position[0], code.name, values, lines, index))
    return found


def _shown_lines(m: Interpreter, code: FunctionCode, line: int) -> tuple[list[str], int]:
    """A function's lines up to the end of the statement in which a line is, and the line's place among them."""
    lines = tracebacks.lines_of(m, code.source.name)
    if not 0 < line <= len(lines):
        return [], 0
    first = _first_line(m, code)
    end = _end_of_statement(code.source.text, m.minor, line, lines)
    return _dedented(lines[first - 1 : max(end, line)]), line - first


def _dedented(lines: list[str]) -> list[str]:
    """Lines without the blanks that all of them begin with."""
    expanded = [line.expandtabs() for line in lines]
    margin = min((len(line) - len(line.lstrip()) for line in expanded if line.strip()), default=0)
    return [line[margin:].rstrip() if not line.strip() else line[margin:] for line in expanded]


def _first_line(m: Interpreter, code: FunctionCode) -> int:
    """Where a function begins: its first decorator."""
    if code.name == "<module>":
        return 1
    first: int = code.first_line
    for node in _statements(code.source.text, m.minor):
        if isinstance(node, s.FunctionDef | s.ClassDef) and node.at[0] == first and node.name == code.name:
            return min([first, *(int(each.at[0]) for each in node.decorator_list)])
    return first


@lru_cache(64)
def _statements(text: str, minor: int) -> tuple[Any, ...]:
    """All statements and handlers of a source."""
    try:
        tree = parse(text, minor)
    except (SourceError, NotSimulated):
        return ()
    return tuple(_walked(tree.body))


def _walked(nodes: list[Any]) -> Iterator[Any]:
    pending = list(nodes)
    while pending:
        node = pending.pop()
        yield node
        for name in _BODIES:
            inner = getattr(node, name, None)
            if isinstance(inner, list):
                pending += inner


@lru_cache(64)
def _starts(text: str, minor: int) -> tuple[int, ...]:
    """The first lines of all statements, counted from 0; `else` and `finally` are statements of their own."""
    found: list[int] = []
    for node in _statements(text, minor):
        if not hasattr(node, "at"):
            continue
        found.append(node.at[0] - 1)
        found += [each.at[0] - 1 for each in getattr(node, "decorator_list", ())]
        for name in ("finalbody", "orelse"):
            inner = getattr(node, name, None)
            if isinstance(inner, list) and inner:
                found.append(inner[0].at[0] - 2)
    return tuple(sorted(found))


def _end_of_statement(text: str, minor: int, line: int, lines: list[str]) -> int:
    """The last line of the statement in which a line is."""
    starts = _starts(text, minor)
    place = bisect_right(starts, line - 1)
    end = starts[place] if place < len(starts) else len(lines)
    while end > line and (not lines[end - 1].strip() or lines[end - 1].lstrip().startswith("#")):
        end -= 1
    return end
