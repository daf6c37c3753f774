"""cut, paste, comm and join: lines as columns."""

from __future__ import annotations

from typing import NamedTuple

from fakedocker.base.numbers import is_digits
from fakedocker.kernel.program import System
from fakedocker.userland.inputs import (
    State,
    bytes_of,
    next_lines,
    read_each,
    text_of,
)
from fakedocker.userland.text.text import input_status
from fakedocker.userland.text.text_escapes import decode_escapes
from fakedocker.userland.tools import Options, Register, UsageProblem, is_busybox, parse_options, whole

PROGRAMS = Register()


@PROGRAMS.program("cut", usage="{-b|c LIST | -f LIST [-d SEP] [-s]} [-D] [-O SEP] [FILE]...\n")
def _cut(system: System, argv: tuple[str, ...], state: State) -> int:
    long = {
        "bytes=": "b", "characters=": "c", "fields=": "f", "delimiter=": "d", "only-delimited": "s",
        "output-delimiter=": "O", "complement": "C",
    }  # fmt: skip
    options = parse_options(system, argv, "b:c:f:d:snO:", long)
    kind = options.last_of("bcf")
    if not kind:
        if is_busybox(system):
            raise UsageProblem("expected a list of bytes, characters, or fields", bare=True)
        raise UsageProblem("you must specify a list of bytes, characters, or fields")
    ranges = _ranges(system, options.last(kind), kind == "f")
    delimiter = options.last("d", "\t")
    if len(delimiter) > 1:
        raise UsageProblem("the delimiter must be a single character")
    joiner = options.last("O", delimiter)
    while (lines := next_lines(system, state, options.operands)) is not None:
        output = []
        for line in lines:
            body = line.removesuffix("\n")
            if kind == "f":
                if delimiter not in body:
                    if "s" not in options:
                        output.append(body + "\n")
                    continue
                pieces = body.split(delimiter)
                output.append(joiner.join(_chosen(pieces, ranges, "C" in options)) + "\n")
            else:
                output.append("".join(_chosen(list(body), ranges, "C" in options)) + "\n")
        system.put(bytes_of("".join(output)))
    return input_status(state)


def _ranges(system: System, text: str, fields: bool) -> list[tuple[int, int]]:
    """1,3-5,7- as (first, last) from 0; last is huge where open."""
    found = []
    for piece in text.split(","):
        first, dash, last = piece.partition("-")
        good = (
            (is_digits(first) or (dash and not first))
            and (is_digits(last) or not last)
            and piece != "-"
            and first != "0"
        )
        if not good:
            if is_busybox(system):
                raise UsageProblem(f"invalid number '{piece}'", bare=True)
            noun = "field" if fields else "byte/character position"
            zero = "fields are numbered from 1" if fields else "byte/character positions are numbered from 1"
            raise UsageProblem(zero if piece == "0" else f"invalid {noun} value ‘{piece}’")
        start = int(first or 1) - 1
        end = (int(last) - 1 if last else 1 << 60) if dash else start
        found.append((start, end))
    return sorted(found)


def _chosen(pieces: list[str], ranges: list[tuple[int, int]], complement: bool) -> list[str]:
    return [
        piece for place, piece in enumerate(pieces) if any(start <= place <= end for start, end in ranges) != complement
    ]


@PROGRAMS.program("paste", usage="[-d LIST] [-s] [FILE]...\n")
def _paste(system: System, argv: tuple[str, ...], state: State) -> int:
    options = parse_options(system, argv, "sd:", {"serial": "s", "delimiters=": "d"})
    delimiters = decode_escapes(options.last("d", "\t")).replace("\\0", "\0") or "\0"
    names = options.operands or ("-",)
    inputs = dict(read_each(system, state, tuple(dict.fromkeys(names))))
    if "s" in options:
        rows = [_lines_of(inputs[name]) for name in names]
    else:
        shared = {name: _lines_of(data)[::-1] for name, data in inputs.items()}
        # a file named twice is read twice; standard input is one, its lines are shared out
        columns = [shared[name] if name == "-" else list(shared[name]) for name in names]
        rows = []
        while any(columns):
            rows.append(_paste_row(columns, is_busybox(system)))
    for row in rows:
        text = row[0] if row else ""
        for place, cell in enumerate(row[1:]):
            text += delimiters[place % len(delimiters)].replace("\0", "") + cell
        system.put(bytes_of(text + "\n"))
    return 1 if state.get("input_failed") else 0


def _paste_row(columns: list[list[str]], busybox: bool) -> list[str]:
    """The next line of each column; busybox leaves out columns that have ended, delimiter and all."""
    row = []
    for column in columns:
        if column:
            row.append(column.pop())
        elif not busybox:
            row.append("")
    return row


def _lines_of(data: bytes | None) -> list[str]:
    lines = text_of(data or b"").split("\n")
    if lines[-1] == "":
        lines.pop()
    return lines


@PROGRAMS.program("comm", usage="[-123] FILE1 FILE2\n")
def _comm(system: System, argv: tuple[str, ...], state: State) -> int:
    options = parse_options(system, argv, "123")
    if len(options.operands) != 2:
        after = f" after ‘{options.operands[0]}’" if options.operands else ""
        raise UsageProblem("" if is_busybox(system) else "missing operand" + after)
    left, right = (_lines_of(data) for _, data in read_each(system, state, options.operands))
    indent = {"1": "", "2": "" if "1" in options else "\t", "3": "\t" * (("1" not in options) + ("2" not in options))}
    a = b = 0
    while a < len(left) or b < len(right):
        if b >= len(right) or (a < len(left) and left[a] < right[b]):
            column, line = "1", left[a]
            a += 1
        elif a >= len(left) or left[a] > right[b]:
            column, line = "2", right[b]
            b += 1
        else:
            column, line = "3", left[a]
            a, b = a + 1, b + 1
        if column not in options:
            system.put(bytes_of(f"{indent[column]}{line}\n"))
    return input_status(state)


# join


@PROGRAMS.program("join", usage="[-a FILENUM] [-e EMPTY] [-o LIST] [-t CHAR] [-v FILENUM] [-1 N] [-2 N] FILE1 FILE2\n")
def _join(system: System, argv: tuple[str, ...], state: State) -> int:
    """Both files are taken to be sorted by their join fields, as POSIX asks."""
    options = parse_options(system, argv, "a:e:o:t:v:1:2:j:i")
    if len(options.operands) != 2:
        raise UsageProblem("missing operand")
    separator = options.last("t") or None
    fields = [
        whole(
            system,
            options.last(side, options.last("j", "1")),
            "invalid field number: ‘{}’",
            least=1,
            below="invalid field number: ‘{}’",
        )
        - 1
        for side in "12"
    ]
    left, right = (
        [_Joined.read(line, separator, fields[side], "i" in options) for line in _lines_of(data)]
        for side, (_, data) in enumerate(read_each(system, state, options.operands))
    )
    if state.get("input_failed"):
        return 1
    alone = {*options.values("a"), *options.values("v")}
    shown: list[tuple[_Joined | None, _Joined | None]] = []
    a = b = 0
    while a < len(left) or b < len(right):
        if b >= len(right) or (a < len(left) and left[a].key < right[b].key):
            shown += [(left[a], None)] if "1" in alone else []
            a += 1
        elif a >= len(left) or left[a].key > right[b].key:
            shown += [(None, right[b])] if "2" in alone else []
            b += 1
        else:
            key = left[a].key
            ends = [
                next((at for at in range(place, len(rows)) if rows[at].key != key), len(rows))
                for place, rows in ((a, left), (b, right))
            ]
            if "v" not in options:
                shown += [(one, two) for one in left[a : ends[0]] for two in right[b : ends[1]]]
            a, b = ends
    for pair in shown:
        system.put(bytes_of(_join_line(pair, fields, options, separator or " ")))
    return 0


class _Joined(NamedTuple):
    """A line of join: its key as compared and as shown, and its fields."""

    key: str
    field: str
    cells: list[str]

    @classmethod
    def read(cls, line: str, separator: str | None, place: int, fold: bool) -> _Joined:
        cells = line.split(separator)
        field = cells[place] if place < len(cells) else ""
        return cls(field.lower() if fold else field, field, cells)


def _join_cell(pair: tuple[_Joined | None, _Joined | None], name: str) -> str:
    """A field by its name in -o, "2.1" say; "" where there is none."""
    side, _, number = name.partition(".")
    line = pair[int(side) - 1]
    place = int(number) - 1
    return line.cells[place] if line is not None and place < len(line.cells) else ""


def _join_line(pair: tuple[_Joined | None, _Joined | None], fields: list[int], options: Options, separator: str) -> str:
    field = next(side.field for side in pair if side is not None)
    wanted = [name for text in options.values("o") for name in text.replace(",", " ").split()]
    if wanted:
        cells = [(field if name == "0" else _join_cell(pair, name)) or options.last("e") for name in wanted]
    else:
        cells = [field]
        for side, skipped in zip(pair, fields, strict=True):
            if side is not None:
                cells += [cell for place, cell in enumerate(side.cells) if place != skipped]
    return separator.join(cells) + "\n"
