"""docker stack: ls, ps, rm, services.

Source: docker/cli command/stack, command/stack/swarm.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from fakedocker.base.clock import SECOND_NS
from fakedocker.base.json_types import JsonObject
from fakedocker_shell.cli.api import filters_query
from fakedocker_shell.cli.commands.services import list_query, show_services
from fakedocker_shell.cli.errors import CliError
from fakedocker_shell.cli.formatting import choose_format, render
from fakedocker_shell.cli.main import Invocation
from fakedocker_shell.cli.many import raise_all
from fakedocker_shell.cli.rows_others import natural_key
from fakedocker_shell.cli.rows_swarm import STACK_ROWS, STACK_TABLE
from fakedocker_shell.gotemplate.printing import quote
from fakedocker_shell.swarm.convergence import is_end
from fakedocker_shell.swarm.stack_services import NAMESPACE
from fakedocker_shell.swarm.tasks import list_tasks

_POLL_SECONDS = 0.2


def check_name(name: str) -> str:
    """A stack's name. Raises CliError for one that is nothing but blanks or quotes."""
    if not name.strip(" '\"\t\n"):
        raise CliError(f"invalid stack name: {quote(name)}")
    return name


def of_stack(call: Invocation, name: str) -> dict[str, Sequence[str]]:
    """The filters of a list, with one for what belongs to a stack."""
    filters = dict(call.options["filter"]) if "filter" in call.command.flags else {}
    return {**filters, "label": [*filters.get("label", []), f"{NAMESPACE}={name}"]}


async def members(call: Invocation, name: str, kind: str) -> list[JsonObject]:
    """What belongs to a stack, of one kind as the API names it: services, networks, secrets, configs, tasks."""
    found: list[JsonObject] = await call.api.get(f"/{kind}", filters_query({"label": [f"{NAMESPACE}={name}"]}))
    return found


async def stack_ls(call: Invocation) -> int:
    """List stacks."""
    services = await call.api.get("/services", filters_query({"label": [NAMESPACE]}))
    counts = Counter(service["Spec"]["Labels"][NAMESPACE] for service in services)
    rows = sorted(counts.items(), key=lambda stack: natural_key(stack[0]))
    call.context.out(render(STACK_ROWS, choose_format(call.options["format"], STACK_TABLE), rows))
    return 0


async def stack_ps(call: Invocation) -> int:
    """List the tasks of a stack."""
    name = check_name(call.arguments[0])
    tasks = await call.api.get("/tasks", filters_query(of_stack(call, name)))
    if not tasks:
        raise CliError(f"nothing found in stack: {name}")
    await list_tasks(call, tasks)
    return 0


async def stack_services(call: Invocation) -> int:
    """List the services of a stack."""
    name = check_name(call.arguments[0])
    services = await call.api.get("/services", list_query(call, of_stack(call, name)))
    if not services:
        call.context.err(f"Nothing found in stack: {name}\n")
        return 0
    show_services(call, services)
    return 0


# removing


async def remove_members(call: Invocation, kind: str, found: Sequence[JsonObject]) -> bool:
    """Remove things of a stack one after the other; whether all are gone.

    Args:
        kind: service, secret, config or network.
    """
    done = True
    for item in found:
        name, identifier = (item["Name"], item["Id"]) if kind == "network" else (item["Spec"]["Name"], item["ID"])
        call.context.out(f"Removing {kind} {name}\n")
        try:
            await call.api.delete(f"/{kind}s/{identifier}")
        except CliError as error:
            call.context.err(f"Failed to remove {kind} {identifier}: {error.message}")
            done = False
    return done


async def stack_rm(call: Invocation) -> int:
    """Remove stacks."""
    names = [check_name(name) for name in call.arguments]
    complaints = []
    for name in names:
        kinds = ("services", "networks", "secrets", "configs")
        found = {kind: await members(call, name, kind) for kind in kinds}
        if not any(found.values()):
            call.context.err(f"Nothing found in stack: {name}\n")
            continue
        found["services"].sort(key=lambda service: str(service["Spec"]["Name"]))
        results = [
            await remove_members(call, kind.removesuffix("s"), found[kind])
            for kind in ("services", "secrets", "configs", "networks")
        ]
        if not all(results):
            complaints.append(f"Failed to remove some resources from stack: {name}")
        elif not call.options["detach"]:
            await _wait_for_tasks(call, name)
    raise_all(complaints)
    return 0


async def _wait_for_tasks(call: Invocation, name: str) -> None:
    """Wait until no task of a stack runs any more, or until Ctrl-C."""
    context = call.context
    while any(not is_end((task.get("Status") or {}).get("State", "")) for task in await members(call, name, "tasks")):
        await context.wait_any(signals=True, until_ns=context.now_ns() + int(_POLL_SECONDS * SECOND_NS))
        if context.take_signal() in ("INT", "TERM"):
            raise CliError("", 130)
