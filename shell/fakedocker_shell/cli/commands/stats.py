"""docker stats: once, or as a screen that is written anew twice a second."""

from __future__ import annotations

import json

from msgspec import Struct

from fakedocker.base.json_types import JsonObject
from fakedocker.base.units import binary_size, human_size
from fakedocker_shell.cli.api import checked_name, filters_query
from fakedocker_shell.cli.context import Stream
from fakedocker_shell.cli.errors import CliError
from fakedocker_shell.cli.formatting import Rows, choose_format, render, table_format
from fakedocker_shell.cli.main import Invocation

_TABLE = table_format("ID", "Name", "CPUPerc", "MemUsage", "MemPerc", "NetIO", "BlockIO", "PIDs")
_REFRESH_NS = 500_000_000


class StatsRow(Struct):
    """What is known of a container.

    Args:
        asked: the name or id it was asked for by.
        sample: the last answer of the engine, None before the first.
        truncate: whether to shorten its id.
        lost: whether its figures are no longer true, because they are no longer read.
    """

    asked: str
    sample: JsonObject | None = None
    truncate: bool = True
    lost: bool = False

    @property
    def figures(self) -> JsonObject | None:
        """The figures that are to be shown; None shows as dashes."""
        return None if self.lost else self.sample


def cpu_percent(sample: JsonObject) -> float:
    """Share of one CPU between the two readings of a sample, in percent."""
    now, before = sample["cpu_stats"], sample["precpu_stats"]
    used = now["cpu_usage"]["total_usage"] - before["cpu_usage"]["total_usage"]
    system = now.get("system_cpu_usage", 0) - before.get("system_cpu_usage", 0)
    cpus = now.get("online_cpus") or len(now["cpu_usage"].get("percpu_usage") or ()) or 1
    return used / system * cpus * 100.0 if system > 0 and used > 0 else 0.0


def memory_use(memory: JsonObject) -> int:
    """Memory in bytes without what the page cache could give back; the key differs between cgroup versions."""
    details = memory.get("stats") or {}
    usage = int(memory.get("usage", 0))
    for key in ("total_inactive_file", "inactive_file"):
        cached = details.get(key)
        if cached is not None and cached < usage:
            return usage - int(cached)
    return usage


def _id(row: StatsRow) -> str:
    identifier = str(row.sample["id"]) if row.sample else row.asked
    return identifier[:12] if row.truncate else identifier


def _name(row: StatsRow) -> str:
    name = str(row.sample["name"]).removeprefix("/") if row.sample else ""
    return name or "--"


def _cpu(row: StatsRow) -> str:
    return f"{cpu_percent(row.figures):.2f}%" if row.figures else "--"


def _memory(row: StatsRow) -> str:
    if not row.figures:
        return "-- / --"
    memory = row.figures["memory_stats"]
    return f"{binary_size(memory_use(memory))} / {binary_size(memory.get('limit', 0))}"


def _memory_percent(row: StatsRow) -> str:
    if not row.figures:
        return "--"
    memory = row.figures["memory_stats"]
    limit = memory.get("limit", 0)
    return f"{memory_use(memory) / limit * 100.0 if limit else 0.0:.2f}%"


def _network(row: StatsRow) -> str:
    if not row.figures:
        return "--"
    networks = (row.figures.get("networks") or {}).values()
    received, sent = sum(n["rx_bytes"] for n in networks), sum(n["tx_bytes"] for n in networks)
    return f"{human_size(received, 3)} / {human_size(sent, 3)}"


def _block(row: StatsRow) -> str:
    if not row.figures:
        return "--"
    entries = row.figures["blkio_stats"].get("io_service_bytes_recursive") or []
    read = sum(entry["value"] for entry in entries if entry["op"].lower().startswith("r"))
    written = sum(entry["value"] for entry in entries if entry["op"].lower().startswith("w"))
    return f"{human_size(read, 3)} / {human_size(written, 3)}"


def _pids(row: StatsRow) -> str:
    return str(row.figures["pids_stats"].get("current", 0)) if row.figures else "--"


ROWS = Rows(
    "container.statsContext",
    (
        ("Container", "CONTAINER", lambda row: row.asked),
        ("Name", "NAME", _name),
        ("ID", "CONTAINER ID", _id),
        ("CPUPerc", "CPU %", _cpu),
        ("MemUsage", "MEM USAGE / LIMIT", _memory),
        ("MemPerc", "MEM %", _memory_percent),
        ("NetIO", "NET I/O", _network),
        ("BlockIO", "BLOCK I/O", _block),
        ("PIDs", "PIDS", _pids),
    ),
)


async def container_stats(call: Invocation) -> int:
    """Show what containers use."""
    options = call.options
    format_text = options["format"] or call.config.text("statsFormat")
    chosen = choose_format(format_text, _TABLE)
    names = list(call.arguments)
    follows_all = not names
    if follows_all:
        query = {"all": "1"} if options["all"] else {}
        names = [item["Id"] for item in await call.api.get("/containers/json", query)]
    if options["no-stream"]:
        return await _once(call, names, chosen, follows_all)
    return await _Screen(call, chosen, follows_all).run(names)


def _asked(name: str, follows_all: bool) -> str:
    return name[:12] if follows_all else name


async def _once(call: Invocation, names: list[str], chosen: str, follows_all: bool) -> int:
    """All readings are asked for at once, as each takes the engine a second or two."""
    await call.api.negotiate()
    paths = [call.api.path(f"/containers/{checked_name('container', _asked(n, follows_all))}/stats") for n in names]
    exchanges = [call.api.client.start("GET", path, {"stream": "0"}) for path in paths]
    rows, complaints = [], []
    for name, exchange in zip(names, exchanges, strict=True):
        while not exchange.finished:
            await call.context.wait_any(exchange)
        answer = exchange.response
        if answer.status >= 400:
            complaints.append(f"Error response from daemon: {answer.json().get('message', '')}")
            continue
        rows.append(StatsRow(_asked(name, follows_all), answer.json(), not call.options["no-trunc"]))
    if complaints:
        raise CliError("\n".join(complaints))
    call.context.out(render(ROWS, chosen, rows))
    return 0


class _Screen:
    """The table, written over itself. Containers that start and end come and go if none were named."""

    def __init__(self, call: Invocation, chosen: str, follows_all: bool) -> None:
        self._call = call
        self._chosen = chosen
        self._follows_all = follows_all
        self._rows: dict[str, StatsRow] = {}
        self._streams: dict[str, Stream] = {}
        self._tails: dict[str, bytes] = {}

    async def run(self, names: list[str]) -> int:
        """Show until a signal ends it, or all containers that were named have gone."""
        context = self._call.context
        events = await self._events() if self._follows_all else None
        for name in names:
            await self._add(name)
        pending = b""
        while True:
            due_ns = context.now_ns() + _REFRESH_NS
            while context.now_ns() < due_ns:
                if context.take_signal() in ("INT", "TERM"):
                    await self._give_up(due_ns)
                moved = self._read_samples()
                if events is not None and (data := events.take()):
                    pending = await self._follow(pending + data)
                    moved = True
                if not moved:
                    live = [stream for stream in self._streams.values() if not stream.ended]
                    sources = [*live, events] if events is not None else live
                    await context.wait_any(*sources, signals=True, until_ns=due_ns)
            self._show()
            if not self._follows_all and not self._rows:
                return 0

    async def _give_up(self, due_ns: int) -> None:
        """Nothing is read any more: dashes, once, when the screen is next due, and the end."""
        while self._call.context.now_ns() < due_ns:
            await self._call.context.wait_any(until_ns=due_ns)
        for row in self._rows.values():
            row.lost = True
        self._show()
        raise CliError("", 130)

    async def _events(self) -> Stream:
        return await self._call.api.open("GET", "/events", filters_query({"type": ["container"]}))

    async def _add(self, name: str) -> None:
        path = f"/containers/{checked_name('container', _asked(name, self._follows_all))}/stats"
        try:
            self._streams[name] = await self._call.api.open("GET", path, {"stream": "1"})
        except CliError:
            if not self._follows_all:
                raise
            return
        self._rows[name] = StatsRow(_asked(name, self._follows_all), None, not self._call.options["no-trunc"])

    async def _follow(self, data: bytes) -> bytes:
        """Take events that are whole; give back the rest."""
        *lines, rest = data.split(b"\n")
        for line in lines:
            if not line.strip():
                continue
            event = _json(line)
            name, action = event["Actor"]["ID"], event["Action"]
            if action == "start" or (action == "create" and self._call.options["all"]):
                await self._add(name)
            elif action == "destroy" or (action == "die" and not self._call.options["all"]):
                self._remove(name)
        return rest

    def _remove(self, name: str) -> None:
        stream = self._streams.pop(name, None)
        if stream is not None:
            stream.close()
        self._rows.pop(name, None)
        self._tails.pop(name, None)

    def _read_samples(self) -> bool:
        moved = False
        for name, stream in list(self._streams.items()):
            data = stream.take()
            if data:
                moved = True
                *lines, self._tails[name] = (self._tails.get(name, b"") + data).split(b"\n")
                for line in lines:
                    if line.strip():
                        self._rows[name].sample = _json(line)
            elif stream.ended:
                self._remove(name)
                moved = True
        return moved

    def _show(self) -> None:
        text = render(ROWS, self._chosen, list(self._rows.values()))
        if not self._call.context.is_terminal(1):
            self._call.context.out("\x1b[2J\x1b[H" + text)
            return
        cleared = "".join(f"{line} \x1b[K\n" for line in text.split("\n"))
        self._call.context.out(f"\x1b[H{text}\x1b[H{cleared}\x1b[J")


def _json(line: bytes) -> JsonObject:
    decoded: JsonObject = json.loads(line)
    return decoded
