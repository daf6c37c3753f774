"""docker buildx but for build: what the cache holds, emptying it, and the one builder there is.

Source: buildx 0.13 (commands/*.go), the recording of builds.
"""

from __future__ import annotations

import json
from typing import Any

from fakedocker.base.units import human_duration
from fakedocker_shell.cli.api import filters_query
from fakedocker_shell.cli.api_types import parse_time
from fakedocker_shell.cli.buildx_plugin import DEFAULT_BUILDER, plugin
from fakedocker_shell.cli.errors import CliError, UnsimulatedError
from fakedocker_shell.cli.main import Invocation
from fakedocker_shell.cli.questions import confirm
from fakedocker_shell.cli.solve_progress import size_text
from fakedocker_shell.cli.tabwriter import align

VERSION = "github.com/docker/buildx v0.13.1 788433953af10f2a698f5c07611dddce2e08c7a0"
BUILDKIT_VERSION = "v0.22.0"
_PLATFORMS = "linux/amd64, linux/amd64/v2, linux/amd64/v3, linux/386"


# the cache


def _row(call: Invocation, record: dict[str, Any]) -> str:
    size = size_text(record["Size"]) + ("*" if record["Shared"] else "")
    identifier = record["ID"] + ("*" if record["Type"] in ("exec.cachemount", "source.local") else "")
    moment, nanoseconds = parse_time(record["LastUsedAt"])
    age_ns = call.context.now_ns() - int(moment.timestamp()) * 1_000_000_000 - nanoseconds
    reclaimable = str(not record["InUse"]).lower()
    return f"{identifier:<40}\t{reclaimable:<5}\t{size:<10}\t{human_duration(age_ns)} ago\n"


_HEADER = "ID\t\t\t\t\t\tRECLAIMABLE\tSIZE\t\tLAST ACCESSED\n"


def _details(record: dict[str, Any]) -> str:
    lines = [f"ID:\t\t{record['ID']}"]
    parents = record.get("Parents") or []
    lines += ["Parents:", *(f" - {parent}" for parent in parents)] if parents else []
    lines += [
        f"Created at:\t{record['CreatedAt']}",
        f"Mutable:\t{str(record['Type'] in ('exec.cachemount', 'source.local')).lower()}",
        f"Reclaimable:\t{str(not record['InUse']).lower()}",
        f"Shared:\t\t{str(record['Shared']).lower()}",
        f"Size:\t\t{size_text(record['Size'])}",
        f"Description:\t{record['Description']}",
        f"Usage count:\t{record['UsageCount']}",
        f"Last used:\t{record['LastUsedAt']}",
        f"Type:\t\t{record['Type']}",
    ]
    return "\n".join(lines) + "\n\n"


async def _records(call: Invocation) -> list[dict[str, Any]]:
    usage = await call.api.get("/system/df", {"type": "build-cache"})
    found: list[dict[str, Any]] = usage.get("BuildCache") or []
    return found


@plugin
async def buildx_du(call: Invocation) -> int:
    """Show what the build cache holds."""
    records = [record for record in await _records(call) if _matches(record, call.options["filter"])]
    if call.options["verbose"]:
        call.context.out("".join(_details(record) for record in records))
    else:
        call.context.out(_HEADER + "".join(_row(call, record) for record in records))
    shared = sum(record["Size"] for record in records if record["Shared"])
    total = sum(record["Size"] for record in records)
    free = sum(record["Size"] for record in records if not record["InUse"])
    if not call.options["filter"]:
        if shared:
            call.context.out(f"Shared:\t\t{size_text(shared)}\nPrivate:\t{size_text(total - shared)}\n")
        call.context.out(f"Reclaimable:\t{size_text(free)}\nTotal:\t\t{size_text(total)}\n")
    return 0


def _matches(record: dict[str, Any], filters: dict[str, list[str]]) -> bool:
    """Whether a record passes the filters of du, each FIELD=VALUE."""
    texts = {"id": record["ID"], "type": record["Type"], "description": record["Description"]}
    flags = {"inuse": record["InUse"], "shared": record["Shared"], "private": not record["Shared"]}
    for name, values in filters.items():
        if name in texts:
            if texts[name] not in values:
                return False
        elif name in flags:
            if str(flags[name]).lower() not in values:
                return False
        else:
            raise UnsimulatedError(f"the filter {name} is not simulated by fakedocker")
    return True


@plugin
async def buildx_prune(call: Invocation) -> int:
    """Empty the build cache."""
    options = call.options
    what = "all build cache" if options["all"] else "all dangling build cache"
    if not options["force"] and not await confirm(call.context, f"WARNING! This will remove {what}.", " "):
        return 0
    before = {record["ID"]: record for record in await _records(call)}
    query = {"keep-storage": str(options["keep-storage"])} if options["keep-storage"] else {}
    query |= {"all": "1"} if options["all"] else {}
    answer = await call.api.post("/build/prune", {**query, **filters_query(options["filter"])})
    removed = [before[identifier] for identifier in answer.get("CachesDeleted") or [] if identifier in before]
    if options["verbose"]:
        call.context.out("".join(_details(record) for record in removed))
    elif removed:
        call.context.out(_HEADER + "".join(_row(call, record) for record in removed))
    call.context.out(f"Total:\t{size_text(answer.get('SpaceReclaimed') or 0)}\n")
    return 0


# the builder


@plugin
async def buildx_ls(call: Invocation) -> int:
    """List the builders: the one in the engine."""
    if call.options["format"] not in ("table", "json"):
        raise CliError("--format is simulated for table and json only")
    status = "running"
    if call.options["format"] == "json":
        node = {"Name": DEFAULT_BUILDER, "Endpoint": DEFAULT_BUILDER, "Status": status, "Version": BUILDKIT_VERSION,
                "Platforms": _PLATFORMS.split(", ")}  # fmt: skip
        call.context.out(
            json.dumps(
                {"Current": True, "Driver": "docker", "Dynamic": False, "Name": DEFAULT_BUILDER, "Nodes": [node]}
            )
            + "\n"
        )
        return 0
    rows = [
        ("NAME/NODE", "DRIVER/ENDPOINT", "STATUS", "BUILDKIT", "PLATFORMS"),
        (f"{DEFAULT_BUILDER}*", "docker", "", "", ""),
        (f" \\_ {DEFAULT_BUILDER}", f" \\_ {DEFAULT_BUILDER}", status, BUILDKIT_VERSION, _PLATFORMS),
    ]
    call.context.out(align("".join("\t".join(row) + "\n" for row in rows)))
    return 0


@plugin
async def buildx_inspect(call: Invocation) -> int:
    """Show what the builder is."""
    _check_name(call)
    call.context.out(
        f"Name:   {DEFAULT_BUILDER}\nDriver: docker\n\nNodes:\nName:             {DEFAULT_BUILDER}\nEndpoint:         {DEFAULT_BUILDER}\n"
        f"Status:           running\nBuildkit version: {BUILDKIT_VERSION}\nPlatforms:        {_PLATFORMS}\n"
        "Labels:\n org.mobyproject.buildkit.worker.moby.host-gateway-ip: 172.17.0.1\n"
    )
    return 0


def _check_name(call: Invocation) -> None:
    for name in call.arguments:
        if name != DEFAULT_BUILDER:
            raise CliError(f'no builder "{name}" found')


@plugin
async def buildx_use(call: Invocation) -> int:
    """Choose a builder: there is one."""
    _check_name(call)
    return 0


@plugin
async def buildx_rm(call: Invocation) -> int:
    """Remove builders; the engine's own cannot be removed."""
    _check_name(call)
    if call.arguments or not call.options["all-inactive"]:
        raise CliError("context builder cannot be removed, run `docker context rm default` to remove this context")
    return 0


@plugin
async def buildx_stop(call: Invocation) -> int:
    """Stop a builder; the engine's own goes on, as docker has it."""
    _check_name(call)
    return 0


@plugin
async def buildx_create(call: Invocation) -> int:
    """Builders besides the engine's own run BuildKit in containers."""
    driver = call.options["driver"] or "docker-container"
    raise UnsimulatedError(
        f"the driver {driver} is not simulated by fakedocker; the builder {DEFAULT_BUILDER} has the driver docker"
    )


@plugin
async def buildx_version(call: Invocation) -> int:
    """Show which buildx this is."""
    call.context.out(f"{VERSION}\n")
    return 0
