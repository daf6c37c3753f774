"""How the values of older formats become those of this one.

A field that has come with a default, and a field that has moved, need nothing here: files name the fields of each
class. What else has changed is a row in `MIGRATIONS` under the format it was written in, for every format that is still
read.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

Migration = Callable[[dict[str, Any]], dict[str, Any]]
"""From the fields of a value as they were to what they are now."""


class Changed(NamedTuple):
    """What has become of a class.

    Args:
        name: which it is now.
        change: of its fields.
    """

    name: str
    change: Migration


MIGRATIONS: dict[int, dict[str, Changed]] = {}
"""By format, the classes of it that have changed since, by the names that they had."""
