"""`include`: other compose files whose services and resources a project takes in, each in a directory of its own.

What is included is read as a project by itself: with its own directory, its own .env file beside the environment of who includes
it, and overrides that are named with it. Something of the same name that is not the same is refused.
Source: compose-go loader/include.go.
"""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from typing import Final, NamedTuple

from fakedocker.base.json_types import Json, JsonObject
from fakedocker_shell.cli.errors import CliError
from fakedocker_shell.compose.interpolation import INVALID
from fakedocker_shell.compose.values import Place

MOST: Final = 500
"""How many files may be included in all, however they include one another."""
SECTIONS: Final = ("networks", "volumes", "secrets", "configs")
_OF_FILES: Final = ("secrets", "configs")


class Include(NamedTuple):
    """What is to be included: absolute paths, its directory, and files with variables."""

    paths: tuple[str, ...]
    directory: str
    env_files: tuple[str, ...]


class Model(NamedTuple):
    """What files come to: everything but services, and the services in their long forms."""

    document: JsonObject
    services: dict[str, JsonObject]


def read(entries: Json, place: Place) -> list[Include]:
    """The entries of `include`, resolved beneath the directory of who includes them. CliError for what is none."""
    found = []
    for entry in entries if isinstance(entries, list) else []:
        settings = {"path": entry} if isinstance(entry, str) else entry
        if not isinstance(settings, dict) or not settings.get("path"):
            raise CliError("include.path is required", INVALID)
        paths = tuple(place.path(path) for path in _words(settings["path"]))
        directory = settings.get("project_directory")
        found.append(
            Include(
                paths,
                place.path(str(directory)) if directory else posixpath.dirname(paths[0]),
                tuple(place.path(path) for path in _words(settings.get("env_file"))),
            )
        )
    return found


def _words(value: Json) -> list[str]:
    return [value] if isinstance(value, str) else [str(one) for one in value or ()]


def check_circle(path: str, chain: tuple[str, ...]) -> None:
    """CliError where a file includes itself, or more files are included than may be."""
    if path in chain:
        included = "".join(f"\n include {one}" for one in (*chain[1:], path))
        raise CliError(f"include cycle detected:\n{chain[0]}{included}", INVALID)


def take_in(whole: Model, included: Model, place: Place) -> None:
    """Add what was included to a model. CliError where something else has its name.

    Args:
        place: of what was included; files that it names are beneath it.
    """
    _add(whole.services, included.services, "services")
    for section in SECTIONS:
        more = included.document.get(section) or {}
        if section in _OF_FILES:
            more = {name: _with_path(one, place) for name, one in more.items()}
        if more:
            target = dict(whole.document.get(section) or {})
            _add(target, more, section)
            whole.document[section] = target


def _add(target: dict[str, Json], more: Mapping[str, Json], section: str) -> None:
    for name, one in more.items():
        if name in target and target[name] != one:
            raise CliError(f"{section}.{name} conflicts with imported resource", INVALID)
        target[name] = one


def _with_path(resource: Json, place: Place) -> Json:
    if isinstance(resource, dict) and isinstance(resource.get("file"), str):
        return {**resource, "file": place.path(resource["file"])}
    return resource
