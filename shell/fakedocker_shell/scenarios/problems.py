"""What is wrong with a scenario: the file, the line, and what was expected."""

from __future__ import annotations


class ScenarioProblem(Exception):
    """A scenario that cannot be used.

    Args:
        path: the file, as it was named.
        line: counted from 1; 0 for the whole file.
        message: what was expected, and what stands there.
    """

    def __init__(self, path: str, line: int, message: str) -> None:
        super().__init__(f"{path}:{line}: {message}" if line else f"{path}: {message}")
        self.path = path
        self.line = line
        self.message = message
