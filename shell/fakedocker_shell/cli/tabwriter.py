"""Text in columns, laid out as Go's text/tabwriter does it for docker: cells end with a tab and are at least 10 wide."""

from __future__ import annotations

from collections.abc import Sequence


def _format(lines: Sequence[list[str]], widths: list[int], minimum: int, padding: int, out: list[str]) -> None:
    """Lay out a block; columns so far have those widths. A column is as wide as its widest cell in adjacent lines."""
    column = len(widths)
    start = index = 0
    while index < len(lines):
        if column >= len(lines[index]) - 1:
            index += 1
            continue
        _write(lines[start:index], widths, out)
        start = index
        width = minimum
        while index < len(lines) and column < len(lines[index]) - 1:
            width = max(width, len(lines[index][column]) + padding)
            index += 1
        _format(lines[start:index], [*widths, width], minimum, padding, out)
        start = index
    _write(lines[start:], widths, out)


def _write(lines: Sequence[list[str]], widths: list[int], out: list[str]) -> None:
    for cells in lines:
        out.append("".join(f"{cell:<{width}}" for cell, width in zip(cells, widths, strict=False)))
        if len(cells) > len(widths):
            out[-1] += cells[len(widths)]


def align(text: str, minimum: int = 10, padding: int = 3) -> str:
    """Replace tabs by blanks so that columns line up.

    Args:
        text: lines, each ended by a newline.
        minimum: least width of a column.
        padding: blanks after the widest cell.
    """
    lines = [line.split("\t") for line in text.split("\n")]
    last = lines.pop()
    out: list[str] = []
    _format(lines, [], minimum, padding, out)
    return "".join(f"{line}\n" for line in out) + "\t".join(last)
