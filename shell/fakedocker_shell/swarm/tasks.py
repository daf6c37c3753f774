"""Lists of tasks, and the names behind ids: what `docker service ps`, `stack ps` and `node ps` have in common.

Source: docker/cli command/task/print.go, command/idresolver.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cmp_to_key
from typing import Any

from fakedocker_shell.cli.api import checked_name
from fakedocker_shell.cli.api_types import parse_time
from fakedocker_shell.cli.errors import CliError
from fakedocker_shell.cli.formatting import choose_format, render
from fakedocker_shell.cli.main import Invocation
from fakedocker_shell.cli.rows_others import natural_key
from fakedocker_shell.cli.rows_swarm import TASK_RAW, TASK_ROWS, TASK_TABLE, TaskRow

_INDENT = " \\_ "
Task = Mapping[str, Any]


class Resolver:
    """Finds the names of nodes and services, each once; an id stands for itself where there is none.

    Args:
        as_they_are: whether to leave ids alone.
    """

    def __init__(self, call: Invocation, as_they_are: bool) -> None:
        self._call = call
        self._as_they_are = as_they_are
        self._known: dict[str, str] = {}

    async def node(self, identifier: str) -> str:
        """A node's name, or its host's."""
        return await self._resolve(
            "node", identifier, lambda node: node["Spec"].get("Name") or (node.get("Description") or {}).get("Hostname")
        )

    async def service(self, identifier: str) -> str:
        """A service's name."""
        return await self._resolve("service", identifier, lambda service: service["Spec"]["Name"])

    async def _resolve(self, kind: str, identifier: str, name: Any) -> str:
        if self._as_they_are:
            return identifier
        if identifier not in self._known:
            query = {"insertDefaults": "false"} if kind == "service" else None
            try:
                found = await self._call.api.get(f"/{kind}s/{checked_name(kind, identifier)}", query)
                self._known[identifier] = name(found) or identifier
            except CliError:
                self._known[identifier] = identifier
        return self._known[identifier]


def _created(task: Task) -> tuple[Any, int]:
    return parse_time(task.get("CreatedAt") or "0001-01-01T00:00:00Z")


def _compare(one: tuple[str, Task], other: tuple[str, Task]) -> int:
    """Tasks by name, the newest of one name first."""
    if one[0] != other[0]:
        return -1 if natural_key(one[0]) < natural_key(other[0]) else 1
    first, second = _created(one[1]), _created(other[1])
    return (first < second) - (first > second)


async def show(call: Invocation, tasks: Sequence[Task], format_text: str, quiet: bool, truncate: bool) -> None:
    """Print tasks: those of one service and slot together, earlier ones set in.

    Raises:
        CliError: for a bad format.
    """
    resolver = Resolver(call, bool(call.options["no-resolve"]))
    named = []
    for task in tasks:
        service = await resolver.service(task.get("ServiceID", ""))
        named.append((f"{service}.{task.get('Slot') or task.get('NodeID', '')}", task))
    named.sort(key=cmp_to_key(_compare))
    if quiet:
        chosen = "id: {{.ID}}" if format_text == "raw" else "{{.ID}}" if format_text in ("", "table") else format_text
    else:
        chosen = TASK_RAW if format_text == "raw" else choose_format(format_text, TASK_TABLE)
    indent = _INDENT if format_text in ("", "table") or format_text.startswith("table") else ""
    rows = []
    before = ""
    for name, task in named:
        shown = indent + name if name == before else name
        node = await resolver.node(task.get("NodeID", ""))
        rows.append(TaskRow(task, shown, node, truncate, call.context.now_ns()))
        before = name
    call.context.out(render(TASK_ROWS, chosen, rows))


async def list_tasks(call: Invocation, tasks: Sequence[Task], quiet_is_whole: bool = False) -> None:
    """Print tasks as the flags of the command say.

    Args:
        quiet_is_whole: whether --quiet shows whole ids without being told to.
    """
    options = call.options
    format_text = options["format"] or ("" if options["quiet"] else call.config.text("tasksFormat"))
    truncate = not options["no-trunc"] and not (quiet_is_whole and options["quiet"])
    await show(call, tasks, format_text, options["quiet"], truncate)
