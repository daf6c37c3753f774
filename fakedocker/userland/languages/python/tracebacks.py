"""Tracebacks: where an exception came from, printed as each version of CPython prints it."""

from __future__ import annotations

import re
from typing import Any, Final

from fakedocker.userland.languages.machine.cells import NotSimulated, Value, cell
from fakedocker.userland.languages.python import anchors, package_frames
from fakedocker.userland.languages.python.errors import EXCEPTIONS, OBJECT
from fakedocker.userland.languages.python.signs import Interpreter
from fakedocker.userland.languages.python.values import BuiltinClass, Class, ExceptionValue, FunctionCode, PyFrame

Span = tuple[int, int, int, int]
TRACEBACK: Final = BuiltinClass("traceback", OBJECT)
_MOST_REPEATED: Final = 3
_BETWEEN_CAUSE: Final = "\nThe above exception was the direct cause of the following exception:\n\n"
_BETWEEN_CONTEXT: Final = "\nDuring handling of the above exception, another exception occurred:\n\n"


@cell
class Traceback:
    """What `__traceback__` gives: the entries from where it was raised outwards."""

    __slots__ = ("cls", "entries")

    def __init__(self, entries: list[Value]) -> None:
        self.entries = entries
        self.cls: Class = TRACEBACK


def position_of(problem: BaseException) -> Span | None:
    """The place in the source of the innermost evaluation that an exception of the host came through."""
    found = None
    step = problem.__traceback__
    while step is not None:
        code = step.tb_frame.f_code
        if "at" in code.co_varnames[: code.co_argcount]:
            at = step.tb_frame.f_locals["at"]
            if at is not None:
                found = at
        step = step.tb_next
    return found


def words_of_version(words: str, minor: int) -> str:
    """A message of the host's own operations, as the version has it."""
    match = re.fullmatch(r"cannot use '(\w+)' as a (?:dict key|set element) \((unhashable type: '\w+')\)", words)
    if match:
        words = match[2]
    if minor < 11 and words.startswith("string indices must be integers, not"):
        return "string indices must be integers"
    if words.startswith("list.index(x): x not in list"):
        return words
    return words


def source_line(m: Interpreter, name: str, number: int) -> list[str]:
    """The lines of a source from a number on; [] if they cannot be found."""
    lines = lines_of(m, name)
    return lines[number - 1 :] if 0 < number <= len(lines) else []


def lines_of(m: Interpreter, name: str) -> list[str]:
    kept: dict[str, str] = m.state.get("sources", {})
    if name in kept:
        return kept[name].split("\n")
    if name.startswith("<"):
        return []
    try:
        data = m.system.read_file(name)
    except OSError:
        return []
    return data.decode("utf-8", "replace").replace("\r\n", "\n").split("\n")  # type: ignore[no-any-return]


def describe_entry(m: Interpreter, entry: Value, by_library: bool = False, by_c: bool = False) -> str:
    """A frame's lines in a traceback; `by_c`: as CPython's own code prints them, not its module traceback."""
    code, position = entry
    if code.hidden == "package" and (known := package_frames.line_of(m, code, position[0])) is not None:
        file, line = known
        start = line.text.index(line.part)
        span = (line.number, start, line.number, start + len(line.part))
        shown = anchors.shown_lines([line.text], span, m.minor, by_library)
        return f'  File "{file}", line {line.number}, in {shown_name(code)}\n{shown}'
    if code.hidden:
        whose = "a package's" if code.hidden == "package" else "the library's"
        raise NotSimulated(f"{whose} own lines in a traceback")
    name = code.source.name
    first = f'  File "{name}", line {position[0]}, in {shown_name(code)}\n'
    lines = source_line(m, name, position[0])
    if not lines or not lines[0].strip():
        return first
    if by_c and m.minor >= 13:
        return f"{first}    {lines[0].strip()}\n"
    return first + anchors.shown_lines(lines, position, m.minor, by_library)


def shown_name(code: Any) -> str:  # Any: FunctionCode
    return str(code.name)


def format_entries(m: Interpreter, entries: list[Value], by_library: bool = False, by_c: bool = False) -> str:
    """All frames, outermost first; those that repeat more than three times are counted."""
    found = []
    last: Any = None
    count = 0
    for entry in reversed(entries):
        key = (entry[0].source.name, entry[1][0], entry[0].name)
        if key != last:
            if count > _MOST_REPEATED:
                found.append(_repeated(count))
            last, count = key, 0
        count += 1
        if count <= _MOST_REPEATED:
            found.append(describe_entry(m, entry, by_library, by_c))
    if count > _MOST_REPEATED:
        found.append(_repeated(count))
    return "".join(found)


def _repeated(count: int) -> str:
    more = count - _MOST_REPEATED
    return f"  [Previous line repeated {more} more time{'' if more == 1 else 's'}]\n"


def format_exception(m: Interpreter, value: ExceptionValue, chain: bool = True, by_library: bool = False) -> str:
    """The whole of what is printed for an exception, with those that led to it.

    Args:
        by_library: whether the module traceback prints it, see `anchors.shown_lines`.
    """
    from fakedocker.userland.languages.python.exception_groups import Printing

    def chained(each: ExceptionValue) -> list[tuple[str, ExceptionValue]]:
        return chain_of(each) if chain else [("", each)]

    printing = Printing(
        chained, lambda each: format_entries(m, each.entries, by_library), lambda each: format_last(m, each)
    )
    printing.whole(value)
    return "".join(printing.parts)


def format_unraisable(m: Interpreter, value: ExceptionValue) -> str:
    """What is printed of an exception that cannot be raised where it comes up (write_unraisable_exc_file)."""
    frame = m.top
    if (
        not value.entries
        and isinstance(frame, PyFrame)
        and isinstance(frame.code, FunctionCode)
        and not frame.code.hidden
    ):
        value.entries.append((frame.code, frame.code.positions[frame.place - 1]))
    shown = format_entries(m, value.entries, by_c=True)
    head = "Traceback (most recent call last):\n" if shown else ""
    return f"{head}{shown}{class_shown(value.cls)}: {_text_or_failed(m, value)}\n"


def chain_of(value: ExceptionValue) -> list[tuple[str, ExceptionValue]]:
    """An exception and those that led to it, the first one first; with the words that stand before each."""
    found: list[tuple[str, ExceptionValue]] = []
    each: Value = value
    seen: list[Value] = []
    while each is not None and not any(each is known for known in seen):
        seen.append(each)
        words = ""
        following = None
        if each.cause is not None:
            words, following = _BETWEEN_CAUSE, each.cause
        elif each.context is not None and not each.suppress:
            words, following = _BETWEEN_CONTEXT, each.context
        if following is None or any(following is known for known in seen):
            words = ""
        found.append((words, each))
        each = following
    return found[::-1]


def class_shown(cls: Class) -> str:
    """A class of exceptions as the last line names it."""
    if cls.module in ("builtins", "__main__"):
        return cls.qualname
    return f"{cls.module}.{cls.qualname}"


def format_last(m: Interpreter, value: ExceptionValue) -> str:
    """The last line, with notes; for a SyntaxError those of the source before it."""
    from fakedocker.userland.languages.python.suggestions import suggestion

    name = class_shown(value.cls)
    head = ""
    if EXCEPTIONS["SyntaxError"] in value.cls.mro and value.fields.get("lineno") is not None:
        head = anchors.syntax_lines(value.fields, m.minor)
        words = str(value.args[0])
    else:
        words = _text_or_failed(m, value)
    words += suggestion(m, value)
    line = f"{head}{name}: {words}\n" if words else f"{head}{name}\n"
    for note in value.fields.get("__notes__", ()):
        line += f"{note}\n"
    return line


def _text_or_failed(m: Interpreter, value: ExceptionValue) -> str:
    from fakedocker.userland.languages.python.errors import Raised

    try:
        return m.text(value)  # type: ignore[no-any-return]
    except Raised:
        return "<exception str() failed>"
