"""docker volume: create, ls, prune, rm, update."""

from __future__ import annotations

from fakedocker.base.json_types import JsonObject
from fakedocker.base.units import human_size
from fakedocker_shell.cli.api import checked_name, filters_query
from fakedocker_shell.cli.create_options import label_map
from fakedocker_shell.cli.errors import CliError
from fakedocker_shell.cli.formatting import choose_format, render
from fakedocker_shell.cli.main import Invocation
from fakedocker_shell.cli.many import one_by_one
from fakedocker_shell.cli.questions import confirm
from fakedocker_shell.cli.rows_others import VOLUME_RAW, VOLUME_ROWS, VOLUME_TABLE, natural_key


async def volume_create(call: Invocation) -> int:
    """Create a volume."""
    options = call.options
    settings = (
        ("Driver", options["driver"]),
        ("DriverOpts", options["opt"]),
        ("Labels", label_map(options["label"])),
        ("Name", call.arguments[0] if call.arguments else ""),
    )
    body: JsonObject = {key: value for key, value in settings if value}
    answer = await call.api.post("/volumes/create", None, body)
    call.context.out(answer["Name"] + "\n")
    return 0


async def volume_ls(call: Invocation) -> int:
    """List volumes."""
    options = call.options
    answer = await call.api.get("/volumes", filters_query(options["filter"]))
    volumes = sorted(answer.get("Volumes") or [], key=lambda volume: natural_key(volume["Name"]))
    format_text = options["format"] or ("" if options["quiet"] else call.config.text("volumesFormat"))
    if options["quiet"]:
        chosen = "name: {{.Name}}" if format_text == "raw" else "{{.Name}}"
        chosen = format_text if format_text not in ("", "table", "raw") else chosen
    else:
        chosen = VOLUME_RAW if format_text == "raw" else choose_format(format_text, VOLUME_TABLE)
    call.context.out(render(VOLUME_ROWS, chosen, volumes))
    return 0


async def volume_prune(call: Invocation) -> int:
    """Remove volumes that nothing uses."""
    filters = dict(call.options["filter"])
    if call.options["all"]:
        if "all" in filters:
            raise CliError("conflicting options: cannot specify both --all and --filter all=1")
        filters["all"] = ["true"]
    kind = "all" if call.options["all"] else "anonymous"
    warning = f"WARNING! This will remove {kind} local volumes not used by at least one container."
    if not call.options["force"] and not await confirm(call.context, warning):
        return 0
    answer = await call.api.post("/volumes/prune", filters_query(filters))
    call.context.out(deleted_volumes(answer))
    call.context.out(f"Total reclaimed space: {human_size(answer.get('SpaceReclaimed') or 0)}\n")
    return 0


def deleted_volumes(answer: JsonObject) -> str:
    """What prune says of the volumes it removed."""
    deleted = answer.get("VolumesDeleted") or []
    return "Deleted Volumes:\n" + "".join(f"{name}\n" for name in deleted) + "\n" if deleted else ""


async def volume_rm(call: Invocation) -> int:
    """Remove volumes."""
    query = {"force": "1"} if call.options["force"] else None

    async def remove(name: str) -> None:
        await call.api.delete(f"/volumes/{checked_name('volume', name)}", query)
        call.context.out(name + "\n")

    await one_by_one(call.arguments, remove)
    return 0


async def volume_update(call: Invocation) -> int:
    """Change a cluster volume: there are none without Swarm."""
    await call.api.get(f"/volumes/{checked_name('volume', call.arguments[0])}")
    raise CliError("Can only update cluster volumes")
