"""A class: 200 learners of `fakedocker web` on loopback, each of whom runs a command every ten seconds.

python -m benchmarks class. Says how long a command takes from Enter to the next prompt, when lines come whole and when
they are typed key by key, and how much memory a learner takes.
"""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from wsproto import ConnectionType, WSConnection
from wsproto.events import AcceptConnection, Ping, Request, TextMessage

from benchmarks.timing import milli

LEARNERS = 200
SECONDS = 60.0
PERIOD_SECONDS = 10.0
KEY_SECONDS = 0.12
FIRST = "docker pull -q nginx"
"""Not measured: a pull shows its progress at the wall's pace, as long as it takes."""
COMMANDS = (
    "docker run -d --name web -p 8080:80 nginx",
    "docker ps -a",
    "curl -s localhost:8080 | head -3",
    "docker logs web",
    "docker exec web cat /etc/os-release",
    "docker images",
    "docker rm -f web",
)
CURSOR = "\x1b[6n"
PLACE = "\x1b[20;1R"
"""Where the cursor is then: a window that is full has the prompt above the room for its menu."""


class Ran(NamedTuple):
    """What a class came to.

    Args:
        times: how long each command took, sorted.
        keys: how many were typed one by one.
        memory: of a learner, in bytes.
        share: of a processor.
        used: of a processor, in seconds.
    """

    times: list[float]
    keys: int
    memory: float
    share: float
    used: float


class Learner:
    """A learner's browser, as far as the server sees it."""

    def __init__(self, port: int, token: str) -> None:
        self._port, self._token = port, token
        self._protocol = WSConnection(ConnectionType.CLIENT)
        self._ready = asyncio.Event()
        self.seconds: list[float] = []
        self.keys = 0

    async def come(self) -> None:
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)
        host = f"127.0.0.1:{self._port}"
        origin = [(b"Origin", f"http://{host}".encode())]
        self._writer.write(
            self._protocol.send(Request(host=host, target=f"/socket?token={self._token}", extra_headers=origin))
        )
        self._reading = asyncio.ensure_future(self._read())
        await self._ready.wait()
        await self._enter(FIRST)

    async def _enter(self, line: str) -> float:
        """Run a line; gives how many seconds that takes."""
        self._ready.clear()
        entered = time.perf_counter()
        self._send("keys", text=line + "\r")
        await self._ready.wait()
        return time.perf_counter() - entered

    def _send(self, kind: str, **more: object) -> None:
        self._writer.write(self._protocol.send(TextMessage(data=json.dumps({"kind": kind, **more}))))

    async def _read(self) -> None:
        text = ""
        while data := await self._reader.read(1 << 16):
            self._protocol.receive_data(data)
            for event in self._protocol.events():
                if isinstance(event, AcceptConnection):
                    self._send("start", settings={"rows": 30, "columns": 100})
                elif isinstance(event, Ping):
                    self._writer.write(self._protocol.send(event.response()))
                elif isinstance(event, TextMessage):
                    text += event.data
                    if event.message_finished:
                        self._hear(json.loads(text))
                        text = ""

    def _hear(self, message: dict[str, str]) -> None:
        kind, text = message["kind"], message["text"]
        if kind == "output":
            self._send("shown", characters=len(text))
            for _ in range(text.count(CURSOR)):
                self._send("keys", text=PLACE)
        elif kind == "busy" and not text:
            self._ready.set()

    async def learn(self, offset_seconds: float, until: float, by_key: bool) -> None:
        """Run a command every now and then."""
        await asyncio.sleep(offset_seconds)
        number = 0
        while time.monotonic() < until:
            began = time.monotonic()
            line = COMMANDS[number % len(COMMANDS)]
            number += 1
            for key in line if by_key else ():
                self._send("keys", text=key)
                self.keys += 1
                await asyncio.sleep(KEY_SECONDS)
            self.seconds.append(await self._enter("" if by_key else line))
            await asyncio.sleep(max(PERIOD_SECONDS - (time.monotonic() - began), 0.0))

    def leave(self) -> None:
        self._reading.cancel()
        self._writer.close()


def resident_bytes(pid: int) -> int:
    found = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    assert found is not None
    return int(found[1]) * 1024


def cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


async def _run(port: int, token: str, pid: int, learners: int, seconds: float, by_key: bool) -> Ran:
    """Hold a class."""
    first = Learner(port, token)
    await first.come()
    before = resident_bytes(pid)
    everybody = [first]
    for _ in range(learners - 1):
        everybody.append(Learner(port, token))
        await everybody[-1].come()
    used, began = cpu_seconds(pid), time.monotonic()
    until = began + seconds
    await asyncio.gather(
        *(each.learn(n * PERIOD_SECONDS / learners, until, by_key) for n, each in enumerate(everybody))
    )
    used = cpu_seconds(pid) - used
    share = used / (time.monotonic() - began)
    memory = (resident_bytes(pid) - before) / max(learners - 1, 1)
    for each in everybody:
        each.leave()
    times = sorted(second for each in everybody for second in each.seconds)
    return Ran(times, sum(each.keys for each in everybody), memory, share, used)


def measure(learners: int = LEARNERS, seconds: float = SECONDS) -> Iterator[tuple[str, str, str]]:
    for by_key, how, count in (
        (False, "lines", learners),
        (False, "lines", learners // 2),
        (True, "key by key", learners // 10),
    ):
        command = [sys.executable, "-m", "fakedocker_shell", "web", "--port", "0", "--learners", str(count)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        try:
            found = re.search(r":(\d+)/\?token=(\S+)", process.stdout.readline())
            assert found is not None, "the server has ended"
            ran = asyncio.run(_run(int(found[1]), found[2], process.pid, count, seconds, by_key))
        finally:
            process.terminate()
            process.wait()
            process.stdout.close()
        name = f"{count} learners, {how}, a command every {PERIOD_SECONDS:.0f} s"
        times, goal = ran.times, "p95 under 100 ms" if not by_key else ""
        yield f"{name}: p50, p95", f"{milli(times[len(times) // 2])}, {milli(times[len(times) * 95 // 100])}", goal
        yield f"{name}: commands, keys, processor", f"{len(times)}, {ran.keys}, {ran.share:.0%}", ""
        yield f"{name}: processor's time for a command", milli(ran.used / len(times)), ""
        yield f"{name}: memory of a learner", f"{ran.memory / 1e6:.2f} MB", ""
