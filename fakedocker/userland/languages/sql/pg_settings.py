"""What SHOW tells."""

from __future__ import annotations

from typing import Final

from fakedocker.userland.languages.sql.bound import Context

_VALUES: Final = {
    "max_connections": "100", "timezone": "Etc/UTC", "data_directory": "/var/lib/postgresql/data", "port": "5432",
    "standard_conforming_strings": "on", "transaction_isolation": "read committed", "default_transaction_isolation": "read committed",
    "server_encoding": "UTF8", "client_encoding": "UTF8", "search_path": '"$user", public', "datestyle": "ISO, MDY",
    "shared_buffers": "128MB", "work_mem": "4MB", "listen_addresses": "*", "lc_collate": "en_US.utf8", "lc_ctype": "en_US.utf8",
    "wal_level": "replica", "client_min_messages": "notice", "statement_timeout": "0", "lock_timeout": "0", "fsync": "on",
    "integer_datetimes": "on", "is_superuser": "on",
}  # fmt: skip
SETTINGS: Final = {
    **{name: name for name in _VALUES},
    "timezone": "TimeZone",
    "datestyle": "DateStyle",
    "server_version": "server_version",
    "all": "all",
}


def shown_setting(name: str, context: Context) -> str | None:
    """A setting's value, None for one that is not known."""
    if name == "server_version":
        words = context.facts["version"].split()
        label = context.facts["version"].partition("(")[2].partition(")")[0]
        return words[1] + (f" ({label})" if label.startswith("Debian") else "")
    return _VALUES.get(name)
