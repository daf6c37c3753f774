"""How mysql shows answers: tables, lines with tabs, blocks with \\G, outcomes, errors."""

from __future__ import annotations

from typing import Any

from fakedocker.userland.services.sql_service import Answer
from fakedocker.userland.services.text_tables import boxed

_ESCAPES = (("\\", "\\\\"), ("\n", "\\n"), ("\t", "\\t"), ("\0", "\\0"))


def error_text(answer: Answer, line: int = 0, file: str = "") -> str:
    """ERROR 1146 (42S02) at line 3: ...; without a line in a session, with the file's name where `source` has read it."""
    place = f" at line {line}" if line else ""
    place += f" in file: '{file}'" if file else ""
    return f"ERROR {answer['number']} ({answer['state']}){place}: {answer['error']}\n"


def batch(
    columns: list[Any], rows: list[list[str | None]], headings: bool, raw: bool = False
) -> str:  # Any: plain data, as clients are told
    """Columns with tabs between; nothing at all where there are no rows."""
    if not rows:
        return ""
    lines = ["\t".join(name for name, _ in columns)] if headings else []
    lines += ["\t".join("NULL" if cell is None else cell if raw else _escaped(cell) for cell in row) for row in rows]
    return "".join(f"{line}\n" for line in lines)


def _escaped(cell: str) -> str:
    for letter, code in _ESCAPES:
        cell = cell.replace(letter, code)
    return cell


def vertical(columns: list[Any], rows: list[list[str | None]]) -> str:  # Any: plain data, as clients are told
    r"""\G: a block for each row."""
    width = max((len(name) for name, _ in columns), default=0)
    out = []
    for number, row in enumerate(rows, 1):
        out.append(f"*************************** {number}. row ***************************\n")
        out += [
            f"{name.rjust(width)}: {'NULL' if cell is None else cell}\n"
            for (name, _), cell in zip(columns, row, strict=True)
        ]
    return "".join(out)


def table(answer: Answer, headings: bool = True) -> str:
    rows = answer["rows"]
    return boxed(answer["columns"], rows, headings=headings, nullable=answer.get("nullable", ())) if rows else ""


def outcome(answer: Answer, interactive: bool) -> str:
    """What is said of a statement without a table, in a session."""
    if answer["tag"] == "USE":
        return "Database changed\n"
    count = answer["affected"]
    warnings = answer.get("warnings", 0)
    more = f", {warnings} warning{'s' if warnings != 1 else ''}" if warnings else ""
    text = f"Query OK, {count} row{'s' if count != 1 else ''} affected{more} (0.0{_took(answer)} sec)\n"
    if answer.get("note"):
        text += answer["note"] + "\n"
    return text + "\n"


def _took(answer: Answer) -> str:
    return "1" if answer["tag"].startswith(("CREATE TABLE", "INSERT")) else "0"
