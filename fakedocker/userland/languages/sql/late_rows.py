"""Rows whose values are computed when they are asked for: those of a query in FROM that PostgreSQL makes one with the query around it."""

from __future__ import annotations

from typing import Any, Final

from fakedocker.userland.languages.sql.bound import Env, Run, Value

_NOT_YET: Final = object()


class LateRow:
    """A row of a query's outputs for an environment."""

    __slots__ = ("_cells", "_env", "_runs")

    def __init__(self, runs: list[Run], env: Env, more: int = 0) -> None:
        self._runs, self._env = runs, env
        self._cells: list[Any] = [_NOT_YET] * len(runs) + [None] * more

    def __getitem__(self, slot: int) -> Value:
        found = self._cells[slot]
        if found is _NOT_YET:
            found = self._cells[slot] = self._runs[slot](self._env)
        return found

    def __setitem__(self, slot: int, value: Value) -> None:
        self._cells[slot] = value

    def wider(self, width: int) -> LateRow:
        """One like it, with room behind its values."""
        found = LateRow(self._runs, self._env, width - len(self._runs))
        found._cells[: len(self._runs)] = self._cells[: len(self._runs)]
        return found


def wider(row: Any, width: int) -> Any:  # Any: a row of either kind
    """A row with room behind its values."""
    return row.wider(width) if isinstance(row, LateRow) else [*row, *[None] * (width - len(row))]
