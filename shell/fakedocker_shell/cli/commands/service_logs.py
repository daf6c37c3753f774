"""docker service logs.

Source: docker/cli command/service/logs.go; the details of each line tell which task it is from.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import unquote_plus

from fakedocker_shell.cli.api import checked_name
from fakedocker_shell.cli.demultiplex import Demultiplexer
from fakedocker_shell.cli.errors import CliError, DaemonError
from fakedocker_shell.cli.formatting import short_id
from fakedocker_shell.cli.main import Invocation
from fakedocker_shell.cli.times import timestamp
from fakedocker_shell.swarm.tasks import Resolver

_LABEL = "com.docker.swarm."
_PARTS = ("node", "service", "task")


async def service_logs(call: Invocation) -> int:
    """Show what the tasks of a service, or one task, have written."""
    options = call.options
    kind, found = await _target(call, call.arguments[0])
    spec = found["Spec"]["TaskTemplate"] if kind == "service" else found["Spec"]
    has_terminal = bool((spec.get("ContainerSpec") or {}).get("TTY"))
    if has_terminal and not options["raw"]:
        raise CliError("tty service logs only supported with --raw")
    stream = await call.api.open("GET", f"/{kind}s/{checked_name(kind, call.arguments[0])}/logs", _query(call))
    if has_terminal or options["raw"]:
        feed = call.context.out if has_terminal else Demultiplexer(call.context.out, call.context.err).feed
        while chunk := await stream.read():
            feed(chunk)
        stream.close()
        return 0
    prefixes = _Prefixes(call, _digits(kind, found))
    lines: list[tuple[Callable[[bytes], None], bytes]] = []
    frames = Demultiplexer(
        lambda data: lines.append((call.context.out, data)), lambda data: lines.append((call.context.err, data))
    )
    rest: dict[Callable[[bytes], None], bytes] = {}
    while chunk := await stream.read():
        frames.feed(chunk)
        for write, data in lines:
            *whole, rest[write] = (rest.get(write, b"") + data).split(b"\n")
            for line in whole:
                write(await prefixes.put(line) + b"\n")
        lines.clear()
    stream.close()
    return 0


async def _target(call: Invocation, name: str) -> tuple[str, dict[str, Any]]:
    """Which service or task is meant. Raises CliError."""
    try:
        return "service", await call.api.get(f"/services/{checked_name('service', name)}", {"insertDefaults": "false"})
    except DaemonError as error:
        if error.http_status != 404:
            raise
    try:
        return "task", await call.api.get(f"/tasks/{checked_name('task', name)}")
    except DaemonError as error:
        if error.http_status != 404:
            raise
    raise CliError(f"no such task or service: {name}")


def _query(call: Invocation) -> dict[str, str]:
    options = call.options
    query = {"stdout": "1", "stderr": "1", "tail": options["tail"]}
    if options["since"]:
        try:
            query["since"] = timestamp(options["since"], call.context.now_ns())
        except ValueError as error:
            raise CliError(f'invalid value for "since": {error}') from None
    query |= {flag: "1" for flag in ("timestamps", "follow") if options[flag]}
    if options["details"] or not options["raw"]:
        query["details"] = "1"
    return query


def _digits(kind: str, found: Mapping[str, Any]) -> int:
    """How wide the number of a task may be."""
    if kind == "task":
        return len(str(found.get("Slot", 0)))
    return len(str((found["Spec"].get("Mode") or {}).get("Replicated", {}).get("Replicas", 0)))


class _Prefixes:
    """Says which task a line is from, and takes what the engine says of that out of the line."""

    def __init__(self, call: Invocation, digits: int) -> None:
        self._call = call
        self._digits = digits
        self._resolver = Resolver(call, bool(call.options["no-resolve"]))
        self._known: dict[tuple[str, ...], str] = {}

    async def put(self, line: bytes) -> bytes:
        """A line of the stream as it is shown. Raises CliError for one that does not tell where it is from."""
        options = self._call.options
        moment, rest = line.split(b" ", 1) if options["timestamps"] and b" " in line else (b"", line)
        told, blank, text = rest.partition(b" ")
        if not blank:
            raise CliError(f"invalid context in log message: {line.decode('utf-8', 'replace')}")
        details = self._details(told.decode("utf-8", "replace"))
        origin = tuple(self._take(details, part) for part in _PARTS)
        start = (moment + b" " if moment else b"") + f"{await self._name(origin)}    | ".encode()
        shown = ",".join(f"{key}={value}" for key, value in sorted(details.items())) + " " if options["details"] else ""
        return start + shown.encode() + text

    @staticmethod
    def _details(text: str) -> dict[str, str]:
        found = {}
        for pair in text.split(","):
            key, equals, value = pair.partition("=")
            if not equals or not key:
                raise CliError("invalid details format")
            found[unquote_plus(key)] = unquote_plus(value)
        return found

    @staticmethod
    def _take(details: dict[str, str], part: str) -> str:
        value = details.pop(f"{_LABEL}{part}.id", None)
        if value is None:
            raise CliError(f"missing {part} id in details: {details}")
        return value

    async def _name(self, origin: tuple[str, ...]) -> str:
        if origin not in self._known:
            node, service, task_id = origin
            options = self._call.options
            node_name, service_name = await self._resolver.node(node), await self._resolver.service(service)
            task = await self._call.api.get(f"/tasks/{checked_name('task', task_id)}")
            name = f"{service_name}.{task.get('Slot', 0)}"
            if not options["no-task-ids"]:
                name += f".{task['ID'] if options['no-trunc'] else short_id(task['ID'])}"
            padding = " " * (self._digits - len(str(task.get("Slot", 0))))
            self._known[origin] = f"{name}@{node_name}{padding}"
        return self._known[origin]
