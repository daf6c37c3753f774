"""How PostgreSQL writes foreign keys."""

from __future__ import annotations

from fakedocker.userland.languages.sql.pg_functions import quote_identifier
from fakedocker.userland.languages.sql.store import Constraint


def names_text(names: tuple[str, ...]) -> str:
    return ", ".join(quote_identifier(name) for name in names)


def foreign_text(key: Constraint) -> str:
    text = f"FOREIGN KEY ({names_text(key.columns)}) REFERENCES {quote_identifier(key.target[1])}({names_text(key.target_columns)})"
    for word, action in (("UPDATE", key.on_update), ("DELETE", key.on_delete)):
        if action not in ("", "no action"):
            text += f" ON {word} {action.upper()}"
    return text
