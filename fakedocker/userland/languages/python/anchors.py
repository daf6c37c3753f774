"""The source lines of a traceback, with `~~~^^^` below what failed, as each version draws them."""

from __future__ import annotations

import textwrap
import unicodedata
from typing import Any

from fakedocker.userland.languages.machine.cells import NotSimulated, Value
from fakedocker.userland.languages.python import syntax as s
from fakedocker.userland.languages.python.source_errors import SourceError

Span = tuple[int, int, int, int]


def shown_lines(lines: list[str], position: Span, minor: int, by_library: bool = False) -> str:
    """The lines of an entry: `lines` begins with the first one of the position.

    Args:
        by_library: whether the module traceback prints them, which puts marks too far left by the blanks at a line's end.
    """
    first = lines[0].rstrip("\n")
    if minor < 11:
        return f"    {first.strip()}\n"
    if minor >= 13:
        return _new_form([line.rstrip() for line in lines[: position[2] - position[0] + 1]], position)
    if not by_library:  # the interpreter's own leaves the blanks at a line's end, and looks whether there are any
        return f"    {first.lstrip()}\n" + _old_carets(first, position, by_library)
    marks = _old_carets(first.rstrip(), position, by_library)
    if marks:
        marks = "    " + marks[4 + min(len(first) - len(first.rstrip()), len(marks) - len(marks.lstrip()) - 4) :]
    return f"    {first.strip()}\n" + marks


def _parsed(segment: str) -> Any:  # Any: a node
    from fakedocker.userland.languages.python.parsing import parse

    try:
        tree = parse(f"(\n{segment}\n)\n", 12)
    except (SourceError, NotSimulated):
        return None
    if len(tree.body) != 1 or not isinstance(tree.body[0], s.ExprStatement):
        return None
    return tree.body[0].value


def _old_carets(line: str, position: Span, by_library: bool) -> str:
    """3.11 and 3.12: one line, operators and indices marked."""
    row, start, end_row, end = position
    if (row, start) == (end_row, end):
        return ""
    indent = len(line) - len(line.lstrip())
    left = right = -1
    primary = secondary = "^"
    if row == end_row:
        node = _parsed(line[start:end])
        if isinstance(node, s.BinOp):
            if node.left.at[2] == node.right.at[0]:
                left, right = _operator_of(line, start + node.left.at[3], start + node.right.at[1], by_library)
                primary = "~"
        elif isinstance(node, s.Subscript):
            left = start + node.value.at[3]
            right = start + node.slice.at[3] + 1
            while left < end and line[left] != "[":
                left += 1
            while right < end and line[right - 1] != "]":
                right += 1
            primary = "~"
        if isinstance(node, s.BinOp | s.Subscript) and node.at[0] != node.at[2]:
            left = right = -1
            primary = "^"
    else:
        end = len(line) if by_library else _end_of_text(line)
    if end - start == len(line) - indent and left < 0:
        return ""
    marks = "".join(
        _as_wide(
            line,
            column,
            " " if column < start else (secondary if left <= column < right else primary) if left >= 0 else "^",
        )
        for column in range(indent, end)
    )
    return f"    {marks}\n"


def _end_of_text(line: str) -> int:
    """Behind the last character that is no blank, as Python/traceback.c looks for it: by a place in characters among bytes."""
    end = len(line)
    data = line.encode("utf-8", "replace")
    while end and data[end - 1] in b" \t\f":
        end -= 1
    return end


def _as_wide(line: str, column: int, mark: str) -> str:
    """A mark as wide as the character above it: those of East Asia and pictures take two columns."""
    character = line[column : column + 1]
    return mark if character.isascii() or unicodedata.east_asian_width(character) not in "WF" else mark * 2


def _operator_of(line: str, begin: int, end: int, by_library: bool) -> tuple[int, int]:
    """Where the marks of an operator begin and end, which stands somewhere between two operands.

    Python/traceback.c and Lib/traceback.py look for it in different ways, and both take a bracket behind it for a part of it.
    """
    between = line[begin:end]
    if by_library:
        offset = len(between) - len(between.lstrip())
        left = begin + offset
        right = left + (2 if between[offset + 1 : offset + 2].strip() else 1)
        while left < len(line) and (line[left].isspace() or line[left] in ")#"):
            left, right = left + 1, right + 1
        return left, right
    left, right = begin, begin + 1
    for place in range(begin, end):
        if line[place] in " \t\f":
            continue
        left, right = place, place + 1
        if right < end and line[right] not in " \t\f":
            right += 1
        if not (place + 1 < end and line[place] == ")"):
            break
    return left, right


def _new_form(lines: list[str], position: Span) -> str:
    """3.13 and later: all lines that matter, calls marked as well."""
    row, start, end_row, end = position
    count = end_row - row + 1
    original = [line.rstrip("\n") for line in lines[:count]]
    dedented = textwrap.dedent("\n".join(original)).split("\n")
    while dedented and not dedented[-1].strip():
        dedented.pop()
    cut = len(original[0]) - len(dedented[0])
    start, end = max(0, start - cut), max(0, end - cut)
    whole = "\n".join(dedented)
    segment = whole[start : len(whole) - (len(dedented[-1]) - end)]
    found = _anchors(segment, start)
    show = _shows_carets(dedented, start, end, found)
    shown = {0, len(dedented) - 1}
    if found is not None:
        shown |= set(range(found[0] - 1, found[0] + 2)) | set(range(found[2] - 1, found[2] + 2))
    shown -= {-1, len(dedented)}
    result: list[str] = []

    def output(number: int) -> None:
        line = dedented[number]
        result.append(line)
        if not show:
            return
        blank = len(line) - len(line.lstrip())
        last = end if number == len(dedented) - 1 else len(line)
        marks = []
        for column in range(last):
            if column < blank or (number == 0 and column < start):
                marks.append(" ")
            elif found is not None and (found[0], found[1]) <= (number, column) < (found[2], found[3]):
                marks.append("^")
            else:
                marks.append("^" if found is None else "~")
        result.append("".join(_as_wide(line, column, mark) for column, mark in enumerate(marks)))

    before = -1
    for number in sorted(shown):
        if before >= 0:
            if number - before == 2:
                output(number - 1)
            elif number - before > 2:
                result.append(f"...<{number - before - 1} lines>...")
        output(number)
        before = number
    return textwrap.indent(textwrap.dedent("\n".join(result) + "\n"), "    ", lambda line: True)


def _anchors(segment: str, start: int) -> tuple[int, int, int, int] | None:
    """What is marked by ^ among ~: (line, column, end line, end column) in the entry's lines."""
    node = _parsed(segment)
    if node is None:
        return None
    lines = segment.split("\n")

    def placed(line: int, column: int) -> tuple[int, int]:
        return line, column + (start if line == 0 else 0)

    def after(line: int, column: int, skipped: str, wanted: str) -> tuple[int, int]:
        while line < len(lines):
            text = lines[line]
            while column < len(text):
                if text[column] == "#":
                    break
                if wanted and text[column] == wanted:
                    return line, column
                if not wanted and text[column] not in skipped:
                    return line, column
                column += 1
            line, column = line + 1, 0
        return line, column

    if isinstance(node, s.BinOp):
        line, column = after(node.left.at[2] - 2, node.left.at[3], " \t\\)", "")
        text = lines[line] if line < len(lines) else ""
        next_is_before = node.right.at[0] - 2 > line or column + 1 < node.right.at[1]
        width = 2 if next_is_before and column + 1 < len(text) and text[column + 1] not in " \t\f\\#" else 1
        return (*placed(line, column), *placed(line, column + width))
    if isinstance(node, s.Subscript):
        line, column = after(node.value.at[2] - 2, node.value.at[3], "", "[")
        end_line, end_column = after(node.slice.at[2] - 2, node.slice.at[3], "", "]")
        return (*placed(line, column), *placed(end_line, end_column + 1))
    if isinstance(node, s.Call):
        line, column = after(node.func.at[2] - 2, node.func.at[3], "", "(")
        return (*placed(line, column), *placed(node.at[2] - 2, node.at[3]))
    return None


def _shows_carets(lines: list[str], start: int, end: int, found: Any) -> bool:
    from fakedocker.userland.languages.python.parsing import parse

    try:
        tree = parse("\n".join(lines) + "\n", 13)
    except (SourceError, NotSimulated):
        tree = s.Module([])
    if tree.body:
        statement = tree.body[0]
        value = None
        if (
            isinstance(statement, s.Return)
            and isinstance(statement.value, s.Call)
            and isinstance(statement.value.func, s.Name)
        ) or (isinstance(statement, s.Assign) and isinstance(statement.value, s.Call)):
            value = statement.value
        if value is not None and value.at == (1, start, len(lines), end):
            return False
    if found is not None:
        return True
    return bool(lines[0][:start].strip() or lines[-1][end:].strip())


def syntax_lines(fields: dict[str, Value], minor: int) -> str:
    """The lines above a SyntaxError's message."""
    name = fields.get("filename") or "<string>"
    found = f'  File "{name}", line {fields["lineno"]}\n'
    text = fields.get("text")
    if not text:
        return found
    line = text.rstrip("\n")
    stripped = line.lstrip(" \n\f\t")
    offset = fields.get("offset")
    found += f"    {stripped}\n"
    if offset is None:
        return found
    end = fields.get("end_offset")
    if fields.get("end_lineno") not in (None, fields["lineno"]):
        end = len(line) + 1
    if minor < 10:
        end = None
    offset = min((len(line) if minor >= 13 else len(line.encode("utf-8", "replace"))) + 1, offset)
    end = offset if end in (None, 0) else end
    if offset == end or end == -1:
        end = offset + 1
    column = offset - 1 - (len(line) - len(stripped))
    if column < 0:
        return found
    before = stripped[:column] if minor >= 13 else " " * column
    spaces = "".join(character if character.isspace() else " " for character in before)
    return found + f"    {spaces}{'^' * (end - offset)}\n"
