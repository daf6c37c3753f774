"""Settings of MariaDB's and MySQL's sessions, as tables."""

from __future__ import annotations

from typing import Final

NAMED: Final = frozenset({
    "character_set_client", "character_set_results", "character_set_connection", "character_set_server", "collation_connection",
})  # fmt: skip
"""Settings whose value may stand there as a bare name."""
SQL_MODES: Final = {
    False: "STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_AUTO_CREATE_USER,NO_ENGINE_SUBSTITUTION",
    True: "ONLY_FULL_GROUP_BY,STRICT_TRANS_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION",
}
"""The usual ones of MariaDB (False) and of MySQL 8 (True)."""
