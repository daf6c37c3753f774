"""Examples in the documentation of other projects: the statements after >>>, run as they stand there."""

from __future__ import annotations

import codeop
import contextlib
import inspect
import io
import re
from collections.abc import Iterator
from typing import Any


def statements(text: str) -> Iterator[str]:
    """The statements that stand after >>> in a text, with the lines that continue them, whether marked by ... or not."""
    lines = inspect.cleandoc(text).splitlines()
    while lines:
        line = lines.pop(0).strip()
        if not line.startswith(">>> "):
            continue
        statement = line[4:]
        while lines and (_is_continued(lines[0]) or _is_incomplete(statement)):
            statement += "\n" + re.sub(r"^\s*(\.\.\.|>>>) ?", "", lines.pop(0))
        yield statement


def _is_continued(line: str) -> bool:
    return re.match(r"\s*\.\.\. .*\S", line) is not None


def _is_incomplete(statement: str) -> bool:
    try:
        return codeop.compile_command(statement + "\n") is None
    except SyntaxError:
        return False


def play(text: str, **names: Any) -> list[Any]:
    """Run every statement of a text; gives what each has come to, or has printed."""
    results = []
    for statement in statements(text):
        output = io.StringIO()
        with contextlib.redirect_stdout(output):
            try:
                value = eval(compile(statement, "<example>", "eval"), names)
            except SyntaxError:
                exec(compile(statement + "\n", "<example>", "exec"), names)
                value = None
        results.append(value if value is not None else output.getvalue() or None)
    return results
