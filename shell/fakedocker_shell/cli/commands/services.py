"""docker service: inspect, ls, ps, rm, rollback, scale. Making, changing and logs have files of their own.

Source: docker/cli command/service.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from fakedocker.base.json_types import JsonObject
from fakedocker_shell.cli import releases
from fakedocker_shell.cli.api import checked_name, filters_query
from fakedocker_shell.cli.commands.inspect import inspect_or_pretty
from fakedocker_shell.cli.commands.nodes import node_reference
from fakedocker_shell.cli.errors import CliError, DaemonError
from fakedocker_shell.cli.formatting import choose_format, render
from fakedocker_shell.cli.main import Invocation
from fakedocker_shell.cli.many import one_by_one, raise_all
from fakedocker_shell.cli.rows_others import natural_key
from fakedocker_shell.cli.rows_swarm import SERVICE_RAW, SERVICE_ROWS, SERVICE_TABLE
from fakedocker_shell.swarm import convergence, pretty, requests
from fakedocker_shell.swarm.tasks import list_tasks

_LARGEST = (1 << 64) - 1


# looking


def show_services(call: Invocation, services: list[JsonObject]) -> None:
    """Print services as the flags of the command say. Raises CliError."""
    options = call.options
    services.sort(key=lambda service: natural_key(service["Spec"].get("Name", "")))
    format_text = options["format"] or ("" if options["quiet"] else call.config.text("servicesFormat"))
    if options["quiet"] and format_text in ("", "table", "raw"):
        chosen = "id: {{.ID}}" if format_text == "raw" else "{{.ID}}"
    else:
        chosen = SERVICE_RAW if format_text == "raw" else choose_format(format_text, SERVICE_TABLE)
    call.context.out(render(SERVICE_ROWS, chosen, services))


def list_query(call: Invocation, filters: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """What is asked for of services: how many of their tasks run only where that is shown."""
    return {**({} if call.options["quiet"] else {"status": "true"}), **filters_query(filters)}


async def service_ls(call: Invocation) -> int:
    """List services."""
    show_services(call, await call.api.get("/services", list_query(call, call.options["filter"])))
    return 0


async def service_inspect(call: Invocation) -> int:
    """Inspect services."""
    options = call.options
    if options["pretty"] and options["format"]:
        raise CliError("--format is incompatible with human friendly format")

    async def fetch(name: str) -> tuple[str, bytes]:
        try:
            answer = await call.api.request(
                "GET", f"/services/{checked_name('service', name)}", {"insertDefaults": "true"}
            )
        except DaemonError as error:
            if error.http_status == 404:
                raise CliError(call.release.text(releases.NO_SUCH_SERVICE, name=name)) from None
            raise
        return "service", answer.body

    async def show(item: JsonObject) -> str:
        names = {}
        for network in item["Spec"]["TaskTemplate"].get("Networks") or []:
            try:
                found = await call.api.get(
                    f"/networks/{checked_name('network', network['Target'])}", {"scope": "swarm"}
                )
            except CliError:
                continue
            names[found["Id"]] = found["Name"]
        return pretty.service(item, names, call.context.now_ns())

    format_text = options["format"] or call.config.text("serviceInspectFormat")
    format_text = "pretty" if options["pretty"] else format_text.removeprefix("raw")
    if format_text.startswith("pretty") and format_text != "pretty":
        raise CliError(call.release.text(releases.PRETTY_FORMAT))
    return await inspect_or_pretty(call, format_text, fetch, show, decodes=True)


def _match(
    names: Sequence[str], by_id: Sequence[JsonObject], by_name: Sequence[JsonObject]
) -> tuple[list[str], list[str]]:
    """(ids of the services that are meant, complaints). Raises CliError where a name means several."""
    found, missing = [], []
    for name in names:
        exact = [one["ID"] for one in by_id if one["ID"] == name] or [
            one["ID"] for one in by_name if one["Spec"].get("Name") == name
        ]
        starting = exact[:1] or [one["ID"] for one in by_id if one["ID"].startswith(name)]
        if len(starting) > 1:
            raise CliError(f"multiple services found with provided prefix: {name}")
        if not starting:
            missing.append(f"no such service: {name}")
        found += starting
    return found, missing


async def service_ps(call: Invocation) -> int:
    """List the tasks of services."""
    names = call.arguments
    by_id = await call.api.get("/services", filters_query({"id": names}))
    by_name = await call.api.get("/services", filters_query({"name": names}))
    services, missing = _match(names, by_id, by_name)
    if not services:
        raise_all(missing)
    filters = {**call.options["filter"], "service": [*call.options["filter"].get("service", []), *services]}
    if "node" in filters:
        filters["node"] = [await node_reference(call, node) for node in filters["node"]]
    await list_tasks(call, await call.api.get("/tasks", filters_query(filters)), quiet_is_whole=True)
    raise_all(missing)
    return 0


# changing


async def service_rm(call: Invocation) -> int:
    """Remove services."""

    async def remove(name: str) -> None:
        await call.api.delete(f"/services/{checked_name('service', name)}")
        call.context.out(name + "\n")

    await one_by_one(call.arguments, remove)
    return 0


async def service_rollback(call: Invocation) -> int:
    """Undo the last change of a service."""
    name = call.arguments[0]
    service = await requests.service(call, name)
    await requests.update(call, service, service["Spec"], {"rollback": "previous"}, {})
    call.context.out(name + "\n")
    if not call.options["detach"]:
        await convergence.wait(call, name, call.options["quiet"])
    return 0


async def _scale(call: Invocation, name: str, replicas: int) -> None:
    service = await requests.service(call, name)
    mode = service["Spec"].get("Mode") or {}
    if mode.get("Replicated") is not None:
        mode["Replicated"]["Replicas"] = replicas
    elif mode.get("ReplicatedJob") is not None:
        mode["ReplicatedJob"]["TotalCompletions"] = replicas
    else:
        raise CliError("scale can only be used with replicated or replicated-job mode")
    await requests.update(call, service, service["Spec"], {}, {})
    call.context.out(f"{name} scaled to {replicas}\n")


def _count(text: str) -> int:
    """A number of replicas. Raises CliError."""
    start = f'invalid replicas value {text}: strconv.ParseUint: parsing "{text}": '
    if not re.fullmatch("[0-9]+", text):
        raise CliError(start + "invalid syntax")
    if int(text) > _LARGEST:
        raise CliError(start + "value out of range")
    return int(text)


async def service_scale(call: Invocation) -> int:
    """Set how many replicas services have."""
    wanted = [text.partition("=") for text in call.arguments]
    for name, equals, count in wanted:
        if not equals or not name or not count:
            raise CliError(
                f"invalid scale specifier '{name}{equals}{count}'.\nSee 'docker service scale --help'.\n\n"
                f"Usage:  {call.command.usage}\n\n{call.command.text}"
            )
    complaints = []
    scaled = []
    for name, _, count in wanted:
        try:
            await _scale(call, name, _count(count))
            scaled.append(name)
        except CliError as error:
            complaints.append(f"{name}: {error.message}")
    for name in [] if call.options["detach"] else scaled:
        try:
            await convergence.wait(call, name)
        except CliError as error:
            complaints.append(f"{name}: {error.message}")
    raise_all(complaints)
    return 0
