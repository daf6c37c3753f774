"""docker compose ps, images, ls, top, port, version."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from fakedocker.base.numbers import is_digits
from fakedocker.base.units import human_size
from fakedocker_shell.cli import reference
from fakedocker_shell.cli.api import filters_query
from fakedocker_shell.cli.commands.compose_down import project_or_name
from fakedocker_shell.cli.errors import CliError
from fakedocker_shell.cli.formatting import Rows, choose_format, render, short_id, table_format
from fakedocker_shell.cli.main import Invocation
from fakedocker_shell.cli.rows_containers import ROWS as CONTAINER_ROWS, ContainerRow
from fakedocker_shell.cli.tabwriter import align
from fakedocker_shell.compose import existing, labels
from fakedocker_shell.compose.existing import Found
from fakedocker_shell.gotemplate.types import INT, STRING, Field, Type, Value

_STATES = ("created", "dead", "exited", "paused", "removing", "restarting", "running")
_WIDE = 20
"""How wide the columns of the older tables are at least."""


def _column(name: str) -> Any:
    """What `docker ps` shows in a column."""
    return lambda row: CONTAINER_ROWS.type.methods[name](row)


_PUBLISHER = Type(
    "struct",
    "api.PortPublisher",
    fields=(
        Field("URL", STRING, "URL"),
        Field("TargetPort", INT, "TargetPort"),
        Field("PublishedPort", INT, "PublishedPort"),
        Field("Protocol", STRING, "Protocol"),
    ),
)
_PUBLISHERS = Type("slice", "api.PortPublishers", element=_PUBLISHER)


def _publishers(row: ContainerRow) -> Value:
    ports = row.summary.get("Ports") or []
    shown = [
        {
            "URL": port.get("IP", ""),
            "TargetPort": port.get("PrivatePort", 0),
            "PublishedPort": port.get("PublicPort", 0),
            "Protocol": port.get("Type", ""),
        }
        for port in sorted(ports, key=lambda port: (port.get("PrivatePort", 0), port.get("IP", "")))
    ]
    return Value(_PUBLISHERS, shown or None)


def _label(name: str) -> Any:
    return lambda row: (row.summary.get("Labels") or {}).get(name, "")


def _name(row: ContainerRow) -> str:
    return str(row.summary["Names"][0]).removeprefix("/")


def _health(row: ContainerRow) -> str:
    status = str(row.summary.get("Status", ""))
    return next((word for word in ("starting", "unhealthy", "healthy") if f"{word})" in status), "")


def _exit_code(row: ContainerRow) -> int:
    status = str(row.summary.get("Status", ""))
    code = status.partition("(")[2].partition(")")[0]
    return int(code) if status.startswith("Exited") and is_digits(code) else 0


_ROWS = Rows(
    "formatter.ContainerContext",
    (
        ("Command", "COMMAND", _column("Command")),
        ("CreatedAt", "CREATED AT", _column("CreatedAt")),
        ("ExitCode", "EXIT CODE", _exit_code),
        ("Health", "HEALTH", _health),
        ("ID", "CONTAINER ID", _column("ID")),
        ("Image", "IMAGE", lambda row: str(row.summary.get("Image", ""))),
        ("Labels", "LABELS", _column("Labels")),
        ("LocalVolumes", "LOCAL VOLUMES", _column("LocalVolumes")),
        ("Mounts", "MOUNTS", _column("Mounts")),
        ("Name", "NAME", _name),
        ("Names", "NAMES", _name),
        ("Networks", "NETWORKS", _column("Networks")),
        ("Ports", "PORTS", _column("Ports")),
        ("Project", "PROJECT", _label(labels.PROJECT)),
        ("Publishers", "PUBLISHERS", _publishers),
        ("RunningFor", "CREATED", _column("RunningFor")),
        ("Service", "SERVICE", _label(labels.SERVICE)),
        ("Size", "SIZE", _column("Size")),
        ("State", "STATE", _column("State")),
        ("Status", "STATUS", _column("Status")),
    ),
)
_TABLE = table_format("Name", "Image", "Command", "Service", "RunningFor", "Status", "Ports")


async def compose_ps(call: Invocation) -> int:
    """List a project's containers."""
    options = call.options
    states = [*options["status"], *(_filtered_states(options["filter"]))]
    for state in states:
        if state not in _STATES:
            raise CliError(f"unknown status {state}")
    name, project = await project_or_name(call)
    if project is not None:
        project.selected(call.arguments)
    everything = options["all"] or bool(states)
    found = await existing.find(call.api, name, everything=everything, one_off=None if everything else False)
    found = [one for one in found if not call.arguments or one.service in call.arguments]
    found = sorted((one for one in found if not states or one.state in states), key=lambda one: one.name)
    if not options["orphans"] and project is not None:
        found = [one for one in found if one.service in project.services]
    if options["quiet"]:
        call.context.out("".join(f"{one.id}\n" for one in found))
        return 0
    if options["services"]:
        call.context.out("".join(f"{service}\n" for service in dict.fromkeys(one.service for one in found)))
        return 0
    now_ns = call.context.now_ns()
    rows = [ContainerRow(one.summary, now_ns, not options["no-trunc"]) for one in found]
    call.context.out(render(_ROWS, choose_format(options["format"], _TABLE), rows))
    return 0


def _filtered_states(text: str) -> list[str]:
    if not text:
        return []
    key, equals, value = text.partition("=")
    if not equals or key not in ("status", "source"):
        raise CliError(f'unknown filter "{key}"' if equals else "arguments to --filter should be in form KEY=VAL")
    return [value] if key == "status" else []


async def compose_images(call: Invocation) -> int:
    """List the images that a project's containers were made of."""
    name, project = await project_or_name(call)
    if project is not None:
        project.selected(call.arguments)
    found = await existing.find(call.api, name)
    found = sorted(
        (one for one in found if not call.arguments or one.service in call.arguments), key=lambda one: one.name
    )
    rows = [await _image_row(call, one) for one in found]
    if call.options["quiet"]:
        identifiers = dict.fromkeys(row["ID"].removeprefix("sha256:") for row in rows)
        call.context.out("".join(f"{identifier}\n" for identifier in identifiers))
        return 0
    if _wants_json(call):
        call.context.out(json.dumps(rows, separators=(",", ":")) + "\n")
        return 0
    lines = ["CONTAINER\tREPOSITORY\tTAG\tIMAGE ID\tSIZE"]
    for row in rows:
        cells = [row["ContainerName"], row["Repository"] or "<none>", row["Tag"] or "<none>", short_id(row["ID"])]
        lines.append("\t".join([*cells, human_size(row["Size"], 3)]))
    call.context.out(align("".join(f"{line}\n" for line in lines), minimum=_WIDE))
    return 0


async def _image_row(call: Invocation, one: Found) -> dict[str, Any]:
    image = await call.api.get(f"/images/{one.summary['ImageID']}/json")
    tags = image.get("RepoTags") or []
    parsed = reference.parse(tags[0]) if tags else None
    return {
        "ID": image["Id"],
        "ContainerName": one.name,
        "Repository": parsed.familiar_name if parsed else "",
        "Tag": parsed.tag if parsed else "",
        "Size": image.get("Size", 0),
    }


def _wants_json(call: Invocation) -> bool:
    """Whether --format is json. Raises CliError for what is neither that nor a table."""
    chosen = call.options["format"]
    if chosen not in ("", "table", "json", "pretty"):
        raise CliError(f'format value "{chosen}" could not be parsed: parsing failed')
    return bool(chosen == "json")


async def compose_ls(call: Invocation) -> int:
    """List the projects that have containers."""
    query = {**({"all": "1"} if call.options["all"] else {}), **filters_query({"label": [labels.PROJECT]})}
    found = [Found(summary) for summary in await call.api.get("/containers/json", query) or []]
    projects: dict[str, list[Found]] = {}
    for one in found:
        projects.setdefault(one.label(labels.PROJECT), []).append(one)
    wanted = _wanted_names(call.options["filter"])
    rows = [
        {"Name": name, "Status": _combined(ones), "ConfigFiles": _files_of(ones)}
        for name, ones in sorted(projects.items())
        if not wanted or any(part in name for part in wanted)
    ]
    if call.options["quiet"]:
        call.context.out("".join(f"{row['Name']}\n" for row in rows))
    elif _wants_json(call):
        call.context.out(json.dumps(rows, separators=(",", ":")) + "\n")
    else:
        lines = ["NAME\tSTATUS\tCONFIG FILES", *("\t".join(row.values()) for row in rows)]
        call.context.out(align("".join(f"{line}\n" for line in lines), minimum=_WIDE))
    return 0


def _wanted_names(filters: Mapping[str, Sequence[str]] | Sequence[str]) -> list[str]:
    if isinstance(filters, Mapping):
        return [value for key, values in filters.items() if key == "name" for value in values]
    return [text.partition("=")[2] for text in filters if text.partition("=")[0] == "name"]


def _combined(found: Sequence[Found]) -> str:
    counts: dict[str, int] = {}
    for one in found:
        counts[one.state] = counts.get(one.state, 0) + 1
    return ", ".join(f"{state}({count})" for state, count in sorted(counts.items()))


def _files_of(found: Sequence[Found]) -> str:
    return (
        ",".join(dict.fromkeys(path for one in found for path in one.label(labels.FILES).split(",") if path)) or "N/A"
    )


async def compose_top(call: Invocation) -> int:
    """Show the processes of a project's containers."""
    name, project = await project_or_name(call)
    if project is not None:
        project.selected(call.arguments)
    found = await existing.find(call.api, name, everything=False)
    for one in sorted(found, key=lambda one: one.name):
        if call.arguments and one.service not in call.arguments:
            continue
        answer = await call.api.get(f"/containers/{one.id}/top")
        rows = [answer["Titles"], *(answer["Processes"] or [])]
        head, *lines = ("\t".join(row) for row in rows)
        text = align("".join(f"{line}\n" for line in (head, *(line + "\t" for line in lines))), minimum=5)
        call.context.out(f"{one.name}\n{text}\n")
    return 0


async def compose_port(call: Invocation) -> int:
    """Show where a port of a service's container is published."""
    service, port = call.arguments
    name, _ = await project_or_name(call)
    index = int(call.options["index"] or 0)
    found = list(existing.of_services(await existing.find(call.api, name, everything=False), [service]))
    found = [one for one in found if not index or one.number == index]
    if not found:
        suffix = f" container #{index}" if index else ""
        raise CliError(f'service "{service}" is not running{suffix}')
    one = found[0]
    protocol = call.options["protocol"]
    for binding in one.summary.get("Ports") or ():
        if str(binding.get("PrivatePort")) == port and binding.get("Type") == protocol and binding.get("PublicPort"):
            address = binding["IP"]
            call.context.out(f"{f'[{address}]' if ':' in address else address}:{binding['PublicPort']}\n")
            return 0
    shown = ", ".join(f"{one.get('PublicPort', 0)}/{one['Type']}" for one in found[0].summary.get("Ports") or ())
    raise CliError(f"no port {port}/{protocol} for container {found[0].name}: {shown}")


async def compose_version(call: Invocation) -> int:
    """Show compose's version."""
    if call.options["short"]:
        call.context.out(f"{labels.VERSION}\n")
    elif call.options["format"] == "json":
        call.context.out(json.dumps({"version": f"v{labels.VERSION}"}, separators=(",", ":")) + "\n")
    else:
        call.context.out(f"Docker Compose version v{labels.VERSION}\n")
    return 0
