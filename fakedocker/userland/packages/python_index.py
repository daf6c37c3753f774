"""What is known of the projects of PyPI: those of python.toml with all that they need, and of many more the newest
version.

It must not know commands, or what is installed.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from fakedocker.userland.packages import facts, index

_SMALLEST_BYTES: Final = 8_000
_SPREAD_BYTES: Final = 400_000


class Project(NamedTuple):
    """A project.

    Args:
        title: its name as it writes it.
        version: the one that is taken where none is asked for.
        newest: the newest that is known.
        wheel_bytes: what is fetched.
        needs: requirements, as they stand in its metadata.
        scripts: commands that it brings.
        pure: whether its wheel is the same for every machine.
        module: what is imported.
        whole: whether its size and its needs are its own.
    """

    title: str
    version: str
    newest: str
    wheel_bytes: int
    needs: tuple[str, ...] = ()
    scripts: tuple[str, ...] = ()
    pure: bool = True
    module: str = ""
    whole: bool = True


def project(name: str, *, late: bool = False) -> Project | None:
    """A project by its normalized name; None where it is not known, which is not to say that there is none.

    Args:
        late: whether the facts count (see `facts.count`): what is known of the needs of an older version tells only the names then.
    """
    document = index.table("python")
    row: Mapping[str, Any] | None = document["packages"].get(name)
    newest = facts.pypi(name)
    module = str(document["modules"].get(name, name.replace("-", "_")))
    if row is not None:
        return Project(
            title=str(row.get("title", name)),
            version=newest if late and newest else row["version"],
            newest=newest or row["version"],
            wheel_bytes=int(row["size"] * 1000),
            needs=tuple(re.split(r"[<>=!~]", need)[0] if late else need for need in row.get("needs", "").split()),
            scripts=tuple(row.get("scripts", "").split()),
            pure=bool(row.get("pure", True)),
            module=module,
        )
    if not newest:
        return None
    return guessed(name)._replace(version=newest, newest=newest)


def guessed(name: str) -> Project:
    """A project of which only the name is known, with a size of its own."""
    document = index.table("python")
    size = _SMALLEST_BYTES + zlib.crc32(name.encode()) % _SPREAD_BYTES
    scripts = tuple(document["commands"].get(name, "").split())
    module = str(document["modules"].get(name, name.replace("-", "_")))
    return Project(name, "", "", size, scripts=scripts, module=module, whole=False)


def modules_of(name: str) -> tuple[str, ...]:
    """What may be imported once a project is installed, by its normalized name: what is known of it, and what its name
    suggests."""
    told = str(index.table("python")["modules"].get(name, ""))
    plain = name.replace("-", "_")
    return (told, plain, *(part for part in name.split("-") if len(part) > 2), plain.removeprefix("py"))
