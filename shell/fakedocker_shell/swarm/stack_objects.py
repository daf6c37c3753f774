"""The networks, volumes, secrets and configs of a stack's compose file in their long forms; see `stack_settings`.

Source: docker/cli compose/types, compose/loader/loader.go.
"""

from __future__ import annotations

from collections.abc import Callable

from fakedocker.base.json_types import Json, JsonObject
from fakedocker_shell.cli.errors import CliError
from fakedocker_shell.swarm.stack_settings import Place, Settings, extras, only, pairs, same


def external(kind: str, name: str, settings: Settings, warn: Callable[[str], None]) -> JsonObject:
    """Settings of something that is outside of the stack, if they are: the name that it has there. Raises CliError.

    Args:
        warn: told of the old way to give the name.
    """
    given = settings.get("external")
    if not given:
        return {}
    old_name = given.get("name", "") if isinstance(given, dict) else ""
    if old_name and settings.get("name"):
        raise CliError(f"{kind} {name}: {kind}.external.name and {kind}.name conflict; only use {kind}.name")
    if old_name:
        warn(f"{kind} {name}: {kind}.external.name is deprecated in favor of {kind}.name")
    return {"name": old_name or settings.get("name") or name, "external": True}


def network(settings: Settings, outside: JsonObject) -> JsonObject:
    """A network of the file."""

    def ipam(value: Json) -> JsonObject:
        return only(value, driver=same, config=same)

    made = only({**settings, **outside}, name=same, driver=same, driver_opts=pairs, ipam=ipam, external=bool,
        internal=same, attachable=same, labels=pairs)  # fmt: skip
    return {**made, **(extras(settings) if outside else {})}


def volume(settings: Settings, outside: JsonObject) -> JsonObject:
    """A volume of the file."""
    made = only({**settings, **outside}, name=same, driver=same, driver_opts=pairs, external=bool, labels=pairs)
    return {**made, **(extras(settings) if outside else {})}


def file_object(settings: Settings, outside: JsonObject, place: Place) -> JsonObject:
    """A secret or a config of the file."""
    given = {**settings, **outside}
    if not outside and not settings.get("driver"):
        given["file"] = place.path(settings.get("file", ""))
    made = only(given, name=same, file=same, external=bool, labels=pairs, driver=same, driver_opts=pairs,
        template_driver=same)  # fmt: skip
    return {**made, **extras(settings)}
