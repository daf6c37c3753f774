"""Tables of text as psql and mysql draw them."""

from __future__ import annotations

from collections.abc import Sequence

from wcwidth import wcswidth, wcwidth

Rows = Sequence[Sequence[str | None]]
NUMERIC = frozenset(
    "integer float numeric int2 int4 int8 float4 float8 oid tinyint smallint mediumint int bigint decimal double year".split()
)
"""The types whose values stand to the right."""


def _width(text: str) -> int:
    return max(0, int(wcswidth(text)))


def _lines(cell: str | None, null: str) -> list[str]:
    return (null if cell is None else cell).expandtabs(8).split("\n")


def aligned(columns: Sequence[tuple[str, str]], rows: Rows, *, title: str = "", headings: bool = True) -> str:
    """psql's aligned format, with its footer unless there are no headings.

    Args:
        columns: (heading, family of type) each; numbers are put to the right.
    """
    if not columns:
        return f"--\n({len(rows)} row{'s' if len(rows) != 1 else ''})\n\n"
    widths = [_width(name) for name, _ in columns]
    for row in rows:
        for place, cell in enumerate(row):
            widths[place] = max([widths[place], *(_width(line) for line in _lines(cell, ""))])
    out = []
    if title:
        total = sum(widths) + 3 * len(widths) - 1
        out.append(" " * max(0, (total - len(title)) // 2) + title)
    if headings:
        out.append("|".join(f" {_centred(name, width)} " for (name, _), width in zip(columns, widths, strict=True)))
        out.append("+".join("-" * (width + 2) for width in widths))
    for row in rows:
        out += _aligned_row(columns, row, widths)
    text = "".join(f"{line}\n" for line in out)
    if headings:
        text += f"({len(rows)} row{'s' if len(rows) != 1 else ''})\n"
    return text + "\n"


def _centred(text: str, width: int) -> str:
    left = (width - _width(text)) // 2
    return " " * left + text + " " * (width - _width(text) - left)


def _aligned_row(columns: Sequence[tuple[str, str]], row: Sequence[str | None], widths: list[int]) -> list[str]:
    """The lines of one row; + marks a cell that goes on in the next."""
    cells = [_lines(cell, "") for cell in row]
    found = []
    for number in range(max(map(len, cells), default=0)):
        parts = []
        for place, ((_, kind), lines, width) in enumerate(zip(columns, cells, widths, strict=True)):
            text = lines[number] if number < len(lines) else ""
            goes_on = number + 1 < len(lines)
            padding = " " * (width - _width(text))
            last = place == len(cells) - 1 and not goes_on
            shown = padding + text if kind in NUMERIC else text if last else text + padding
            parts.append(f" {shown}{'+' if goes_on else '' if last else ' '}")
        found.append("|".join(parts))
    return found


def expanded(columns: Sequence[tuple[str, str]], rows: Rows, *, headings: bool = True) -> str:
    """psql's expanded format: a block for each row."""
    width = max((_width(name) for name, _ in columns), default=0)
    values = max((_width(cell or "") for row in rows for cell in row), default=0)
    out = []
    for number, row in enumerate(rows, 1):
        out.append(_record_head(number, width, values) if headings else "") if headings or number > 1 else None
        out += [
            f"{name}{' ' * (width - _width(name))} | {cell or ''}" for (name, _), cell in zip(columns, row, strict=True)
        ]
    return "".join(f"{line}\n" for line in out) + "\n" if rows else "(0 rows)\n\n"


def _record_head(number: int, width: int, values: int) -> str:
    """-[ RECORD 1 ]-+-----: as wide as the names and the values, the cross between them where there is room."""
    head = f"-[ RECORD {number} ]"
    if len(head) <= width + 1:
        return head + "-" * (width + 1 - len(head)) + "+" + "-" * (values + 1)
    return head + "-" * max(0, width + 3 + values - len(head))


def _bytes(text: str) -> int:
    """mysql makes its columns as wide as their values have bytes."""
    return len(text.encode())


def _cells(text: str) -> int:
    return sum(max(0, wcwidth(letter)) if letter >= " " else 1 for letter in text)


def boxed(
    columns: Sequence[tuple[str, str]], rows: Rows, *, headings: bool = True, nullable: Sequence[bool] = ()
) -> str:
    """mysql's table; columns that may be null have room for that word."""
    widths = [
        max(
            [
                _bytes(name) if headings else 0,
                *(_bytes("NULL" if row[place] is None else str(row[place])) for row in rows),
            ]
        )
        for place, (name, _) in enumerate(columns)
    ]
    widths = [
        max(width, 4) if may else width for width, may in zip(widths, nullable or [False] * len(widths), strict=True)
    ]
    line = "+" + "+".join("-" * (width + 2) for width in widths) + "+"
    out = [line]
    if headings:
        out += [_boxed_row([name for name, _ in columns], ["text"] * len(columns), widths), line]
    out += [
        _boxed_row(["NULL" if cell is None else cell for cell in row], [kind for _, kind in columns], widths)
        for row in rows
    ]
    return "".join(f"{text}\n" for text in [*out, line])


def _boxed_row(cells: Sequence[str], kinds: Sequence[str], widths: Sequence[int]) -> str:
    parts = []
    for cell, kind, width in zip(cells, kinds, widths, strict=True):
        padding = " " * (width - _cells(cell))
        parts.append(f" {padding + cell if kind in NUMERIC | {'boolean'} else cell + padding} ")
    return f"|{'|'.join(parts)}|"
