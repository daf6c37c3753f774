"""docker node: demote, inspect, ls, promote, ps, rm, update.

Source: docker/cli command/node.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from fakedocker_shell.cli.api import checked_name, filters_query
from fakedocker_shell.cli.commands.inspect import inspect_or_pretty
from fakedocker_shell.cli.create_options import label_map
from fakedocker_shell.cli.errors import CliError
from fakedocker_shell.cli.formatting import choose_format, render
from fakedocker_shell.cli.main import Invocation
from fakedocker_shell.cli.many import one_by_one, raise_all
from fakedocker_shell.cli.rows_others import natural_key
from fakedocker_shell.cli.rows_swarm import NODE_RAW, NODE_ROWS, NODE_TABLE, NodeRow
from fakedocker_shell.swarm import pretty
from fakedocker_shell.swarm.tasks import list_tasks


async def node_reference(call: Invocation, name: str) -> str:
    """The id of "self", or the name as it is. Raises CliError if the engine is in no swarm."""
    if name != "self":
        return name
    info = await call.api.get("/info")
    identifier = (info.get("Swarm") or {}).get("NodeID") or ""
    if not identifier:
        # A manager that has no id would be a wonder; everybody else is told by the engine why there is none.
        await call.api.get("/nodes")
        raise CliError("node ID not found in /info")
    return str(identifier)


async def _node(call: Invocation, name: str) -> dict[str, Any]:
    found: dict[str, Any] = await call.api.get(f"/nodes/{checked_name('node', name)}")
    return found


async def node_ls(call: Invocation) -> int:
    """List nodes."""
    options = call.options
    nodes = await call.api.get("/nodes", filters_query(options["filter"]))
    swarm: Mapping[str, Any] = {}
    if nodes and not options["quiet"]:
        swarm = (await call.api.get("/info")).get("Swarm") or {}
    nodes.sort(key=lambda node: natural_key(node["Description"].get("Hostname", "")))
    format_text = options["format"] or ("" if options["quiet"] else call.config.text("nodesFormat"))
    if options["quiet"] and format_text in ("", "table", "raw"):
        chosen = "node_id: {{.ID}}" if format_text == "raw" else "{{.ID}}"
    else:
        chosen = NODE_RAW if format_text == "raw" else choose_format(format_text, NODE_TABLE)
    call.context.out(render(NODE_ROWS, chosen, [NodeRow(node, swarm) for node in nodes]))
    return 0


async def node_inspect(call: Invocation) -> int:
    """Inspect nodes."""

    async def fetch(name: str) -> tuple[str, bytes]:
        node = await node_reference(call, name)
        return "node", (await call.api.request("GET", f"/nodes/{checked_name('node', node)}")).body

    async def show(item: Mapping[str, Any]) -> str:
        return pretty.node(item)

    format_text = "pretty" if call.options["pretty"] else call.options["format"]
    return await inspect_or_pretty(call, format_text, fetch, show, decodes=True)


async def node_ps(call: Invocation) -> int:
    """List the tasks of nodes."""
    complaints = []
    tasks = []
    filters = dict(call.options["filter"])
    for name in call.arguments or ["self"]:
        try:
            node = await _node(call, await node_reference(call, name))
            filters["node"] = [*filters.get("node", []), node["ID"]]
            tasks += await call.api.get("/tasks", filters_query(filters))
        except CliError as error:
            complaints.append(error.message)
    if tasks or not complaints:
        try:
            await list_tasks(call, tasks)
        except CliError as error:
            complaints.append(error.message)
    raise_all(complaints)
    return 0


async def node_rm(call: Invocation) -> int:
    """Remove nodes."""
    query = {"force": "1"} if call.options["force"] else None

    async def remove(name: str) -> None:
        await call.api.delete(f"/nodes/{checked_name('node', name)}", query)
        call.context.out(name + "\n")

    await one_by_one(call.arguments, remove)
    return 0


# changing nodes

Change = Callable[[dict[str, Any]], bool]
"""Changes a node's specification; whether there is anything to ask the engine for."""


async def _update(call: Invocation, names: Sequence[str], change: Change, success: str) -> int:
    """Change nodes one after the other; the first that cannot be changed ends it.

    Args:
        change: changes a node; whether the engine is to be told.
        success: what is said of each that was changed, with {} for its name.
    """
    for name in names:
        node = await _node(call, name)
        if not change(node):
            continue
        await call.api.post(f"/nodes/{node['ID']}/update", {"version": str(node["Version"]["Index"])}, node["Spec"])
        call.context.out(success.format(name) + "\n")
    return 0


def _to_role(call: Invocation, role: str) -> Change:
    def change(node: dict[str, Any]) -> bool:
        if node["Spec"].get("Role") == role:
            call.context.out(f"Node {node['ID']} is already a {role}.\n")
            return False
        node["Spec"]["Role"] = role
        return True

    return change


async def node_promote(call: Invocation) -> int:
    """Make managers of workers."""
    return await _update(call, call.arguments, _to_role(call, "manager"), "Node {} promoted to a manager in the swarm.")


async def node_demote(call: Invocation) -> int:
    """Make workers of managers."""
    return await _update(call, call.arguments, _to_role(call, "worker"), "Manager {} demoted in the swarm.")


async def node_update(call: Invocation) -> int:
    """Change a node."""
    options = call.options

    def change(node: dict[str, Any]) -> bool:
        spec = node["Spec"]
        for flag, key in (("role", "Role"), ("availability", "Availability")):
            if options.changed(flag):
                spec[key] = options[flag]
        labels = {**(spec.get("Labels") or {}), **label_map(options["label-add"])}
        for name in options["label-rm"]:
            if name not in labels:
                raise CliError(f"key {name} doesn't exist in node's labels")
            del labels[name]
        spec["Labels"] = labels
        return True

    return await _update(call, call.arguments, change, "{}")
