"""How psql shows answers: tables, tags, errors with their place, notices."""

from __future__ import annotations

from typing import Any

from fakedocker.userland.services.sql_service import Answer
from fakedocker.userland.services.text_tables import aligned, expanded

_COUNTED = ("UPDATE", "DELETE", "SELECT", "COPY", "MERGE")
_WIDEST_LINE = 60


def tag_of(answer: Answer) -> str:
    """The tag of a command as it is shown."""
    tag, affected = answer["tag"], answer["affected"]
    if tag == "INSERT":
        return f"INSERT 0 {affected}"
    return f"{tag} {affected}" if tag in _COUNTED else str(tag)


def error_text(answer: Answer, text: str, place: str = "", level: str = "ERROR") -> str:
    """An error with the line that it is about and a mark below its place."""
    prefix = f"psql:{place}: " if place else ""
    found = f"{prefix}{level}:  {answer['error']}\n"
    at = answer.get("at")
    if at is not None:
        found += _pointed(text, at)
    if answer.get("detail"):
        found += f"DETAIL:  {answer['detail']}\n"
    if answer.get("hint"):
        found += f"HINT:  {answer['hint']}\n"
    if answer.get("where"):
        found += f"CONTEXT:  {answer['where']}\n"
    return found


def _pointed(text: str, at: int) -> str:
    """LINE n: with a window of sixty columns round the place (reportErrorPosition in fe-protocol3.c)."""
    start = text.rfind("\n", 0, at) + 1
    end = text.find("\n", at)
    line = text[start : end if end >= 0 else len(text)].replace("\t", " ").replace("\r", "")
    column = at - start
    number = text.count("\n", 0, at) + 1
    low, high = 0, len(line)
    if len(line) > _WIDEST_LINE:
        if column <= _WIDEST_LINE - 10:
            high = _WIDEST_LINE
        elif len(line) - column <= 10:
            low = len(line) - _WIDEST_LINE
        else:
            low, high = column - (_WIDEST_LINE - 10), column + 10
    before = "..." if low > 0 else ""
    after = "..." if high < len(line) else ""
    label = f"LINE {number}: {before}"
    return f"{label}{line[low:high]}{after}\n{' ' * (len(label) + column - low)}^\n"


def notices_text(answer: Answer, place: str = "") -> str:
    prefix = f"psql:{place}: " if place else ""
    return "".join(f"{prefix}{level}:  {text}\n" for level, text in answer.get("notices", ()))


def shown(answer: Answer, settings: dict[str, Any]) -> str:  # Any: plain data, as clients are told
    """What psql prints of an answer."""
    if answer["tag"] == "COPY OUT":
        return copied(answer)
    if answer["columns"] is None:
        return "" if settings["quiet"] or not answer["tag"] else tag_of(answer) + "\n"
    text = table(answer["columns"], answer["rows"], settings)
    if answer["tag"] not in ("SELECT", "SHOW") and not settings["quiet"] and not settings["tuples"]:
        text += tag_of(answer) + "\n"
    return text


def copied(answer: Answer) -> str:
    """COPY ... TO STDOUT."""
    flags = answer["note"].split()
    lines = []
    if "csv" in flags:
        if "header" in flags:
            lines.append(",".join(_csv(name) for name, _ in answer["columns"]))
        lines += [",".join("" if cell is None else _csv(cell, True) for cell in row) for row in answer["rows"]]
    else:
        for row in answer["rows"]:
            lines.append("\t".join("\\N" if cell is None else copy_cell(cell) for cell in row))
    return "".join(line + "\n" for line in lines)


def _csv(cell: str, is_value: bool = False) -> str:
    if any(letter in cell for letter in ',"\n\r') or (is_value and cell in ("", "\\.")):
        return '"' + cell.replace('"', '""') + '"'
    return cell


def copy_cell(cell: str) -> str:
    for letter, code in (
        ("\\", "\\\\"),
        ("\n", "\\n"),
        ("\t", "\\t"),
        ("\r", "\\r"),
        ("\b", "\\b"),
        ("\f", "\\f"),
        ("\v", "\\v"),
    ):
        cell = cell.replace(letter, code)
    return cell


def table(
    columns: list[Any], rows: list[list[str | None]], settings: dict[str, Any], title: str = ""
) -> str:  # Any: plain data, as clients are told
    headings = not settings["tuples"]
    null = settings.get("null", "")
    rows = [[null if cell is None else cell for cell in row] for row in rows]
    if settings.get("csv"):
        lines = [",".join(_csv(name) for name, _ in columns)] if headings else []
        lines += [",".join(_csv(cell or "") for cell in row) for row in rows]
        return "".join(line + "\n" for line in lines)
    if settings["plain"]:
        if settings["expanded"]:
            blocks = ["".join(f"{name}{settings['separator']}{cell or ''}\n" for (name, _), cell in zip(columns, row, strict=True)) for row in rows]  # fmt: skip
            return "\n".join(blocks)
        cells = [[cell or "" for cell in row] for row in rows]
        if headings:
            cells.insert(0, [name for name, _ in columns])
        text = f"{title}\n" if title and headings else ""
        text += "".join(settings["separator"].join(line) + "\n" for line in cells)
        return text + (f"({len(rows)} row{'s' if len(rows) != 1 else ''})\n" if headings else "")
    if settings["expanded"]:
        return expanded(columns, rows, headings=headings)
    return aligned(columns, rows, title=title, headings=headings)
