"""Making and changing services: what docker's client does to a specification on its way to the engine.

Source: moby's client/service_create.go and service_update.go, docker/cli command/service/parse.go.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from fakedocker.base.json_types import Json, JsonObject
from fakedocker_shell.cli import reference
from fakedocker_shell.cli.api import auth_header, checked_name, filters_query
from fakedocker_shell.cli.commands.registry import registry_auth
from fakedocker_shell.cli.errors import CliError
from fakedocker_shell.cli.main import Invocation


def present(settings: Mapping[str, Json]) -> JsonObject:
    """The settings that say something; nothing, zero, false and empty ones are left out, as Go's `omitempty` does."""
    return {key: value for key, value in settings.items() if value not in (None, "", 0, False, [], {})}


async def service(call: Invocation, name: str) -> JsonObject:
    """A service as it is. Raises CliError."""
    path = f"/services/{checked_name('service', name)}"
    found: JsonObject = await call.api.get(path, {"insertDefaults": "false"})
    return found


def registry_header(call: Invocation, image: str) -> dict[str, str]:
    """The credentials for an image's registry, as --with-registry-auth sends them."""
    try:
        domain = reference.parse(image).domain
    except ValueError as error:
        raise CliError(str(error)) from None
    return registry_auth(call, domain) or auth_header({})


def _tagged(image: str) -> str:
    try:
        return reference.parse(image).with_default_tag().familiar
    except ValueError:
        return image


def _with_digest(image: str, digest: str) -> str:
    try:
        parsed = reference.parse(image)
    except ValueError:
        return image
    return image if parsed.digest else replace(parsed, digest=digest).familiar


async def _pinned(call: Invocation, task: JsonObject, headers: Mapping[str, str]) -> str:
    """Ask the registry which image a task's name means now, and note its digest; a warning where it does not say."""
    container = task["ContainerSpec"]
    image = container["Image"]
    try:
        answer = await call.api.request(
            "GET", f"/distribution/{checked_name('image', image)}/json", None, None, headers
        )
    except CliError:
        return (
            f"image {image} could not be accessed on a registry to record\nits digest. Each node will access {image} "
            "independently,\npossibly leading to different nodes running different\nversions of the image.\n"
        )
    found = answer.json()
    container["Image"] = _with_digest(image, found["Descriptor"]["digest"])
    platforms = [
        present(
            {"Architecture": one.get("architecture") if one.get("architecture") != "arm" else "", "OS": one.get("os")}
        )
        for one in found.get("Platforms") or []
    ]
    if platforms:
        task["Placement"] = {**(task.get("Placement") or {}), "Platforms": platforms}
    return ""


async def _send(
    call: Invocation,
    path: str,
    query: Mapping[str, str] | None,
    spec: JsonObject,
    headers: Mapping[str, str],
    ask_registry: bool,
) -> JsonObject:
    task = spec["TaskTemplate"]
    warning = ""
    if (container := task.get("ContainerSpec")) is not None:
        container["Image"] = _tagged(container.get("Image", ""))
        if ask_registry:
            warning = await _pinned(call, task, headers)
    answer: JsonObject = (await call.api.request("POST", path, query, spec, headers)).json() or {}
    return {**answer, "Warnings": [*(answer.get("Warnings") or []), *([warning] if warning else [])]}


def _warn(call: Invocation, answer: Mapping[str, Json]) -> None:
    for text in answer["Warnings"]:
        call.context.err(text + "\n")


async def create(
    call: Invocation, spec: JsonObject, headers: Mapping[str, str], ask_registry: bool, warns: bool = True
) -> str:
    """Make a service, and give its id.

    Args:
        headers: the credentials for the image's registry, if they are to be sent.
        ask_registry: whether to find out which image its name means, so that all nodes run the same.
        warns: whether warnings are shown.
    """
    answer = await _send(call, "/services/create", None, spec, headers, ask_registry)
    if warns:
        _warn(call, answer)
    return str(answer["ID"])


async def update(
    call: Invocation,
    current: Mapping[str, Json],
    spec: JsonObject,
    query: Mapping[str, str],
    headers: Mapping[str, str],
    ask_registry: bool = False,
) -> None:
    """Change a service; warnings are shown. See `create`.

    Args:
        current: the service, as it was when it was looked at.
        query: what else is asked: where credentials come from, whether to go back.
    """
    asked = {**query, "version": str(current["Version"]["Index"])}
    _warn(call, await _send(call, f"/services/{current['ID']}/update", asked, spec, headers, ask_registry))


# secrets and configs


async def resolve_secrets(call: Invocation, wanted: Sequence[Mapping[str, Json]]) -> list[JsonObject]:
    """References with the ids of the secrets that they name. Raises CliError."""
    return await _resolve(call, "secret", wanted)


async def resolve_configs(call: Invocation, wanted: Sequence[Mapping[str, Json]]) -> list[JsonObject]:
    """References with the ids of the configs that they name. Raises CliError."""
    return await _resolve(call, "config", wanted)


async def _resolve(call: Invocation, kind: str, wanted: Sequence[Mapping[str, Json]]) -> list[JsonObject]:
    if not wanted:
        return []
    name, identifier = f"{kind.title()}Name", f"{kind.title()}ID"
    targets = set()
    for one in wanted:
        if "File" in one:
            if one["File"]["Name"] in targets:
                raise CliError(f"duplicate {kind} target for {one[name]} not allowed")
            targets.add(one["File"]["Name"])
    found = await call.api.get(f"/{kind}s", filters_query({"name": sorted({one[name] for one in wanted})}))
    ids = {one["Spec"]["Name"]: one["ID"] for one in found}
    missing = next((one[name] for one in wanted if one[name] not in ids), None)
    if missing is not None:
        raise CliError(f"{kind} not found: {missing}")
    return [{**one, identifier: ids[one[name]]} for one in wanted]
