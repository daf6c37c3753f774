"""What a server says of a statement that it refuses, and what is outside of the simulation."""

from __future__ import annotations

from fakedocker.kernel.program import Unsimulated


class SqlError(Exception):
    """An error in the server's own words.

    Args:
        code: PostgreSQL's SQLSTATE, or MariaDB's "number SQLSTATE".
        message: its text.
        at: an offset in the statement that it points at, None for none.
        detail, hint: PostgreSQL's further lines.
        fatal: whether the connection ends with it.
    """

    def __init__(
        self, code: str, message: str, at: int | None = None, *, detail: str = "", hint: str = "", where: str = ""
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.at = at
        self.detail = detail
        self.hint = hint
        self.where = where
        self.late = False  # whether it comes while rows are told


class Outside(Unsimulated):
    """What nobody has simulated of a server's SQL."""


def outside(what: str) -> Outside:
    """To be raised: WHAT is not simulated."""
    return Outside(f"SQL: {what}")
