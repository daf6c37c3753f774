"""Load: many clients at once do lifecycles with exec and followed logs, others follow the events, for some time.

python -m benchmarks load. Says how much was done, that nothing was lost or came out of order, and how memory grew.
"""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

from benchmarks.sockets import fakedocker

CLIENTS = 64
FOLLOWERS = 4
SECONDS = 30.0
SETTLED_SECONDS = 10.0
"""From when on memory is compared."""
SCRIPT = "for n in 1 2 3 4 5 6 7 8 9; do echo line $n; done; sleep 100"
LIFE = ["create", "start", "kill", "kill", "die", "stop", "destroy"]
"""Process 1 does not heed TERM, so that a stop without grace kills twice."""
LOGGED = [f"line {number}" for number in range(1, 10)]
UPGRADE = "Connection: Upgrade\r\nUpgrade: tcp\r\n"


class Lost(Exception):
    """Something did not come, or not in order."""


class Client:
    """One connection."""

    def __init__(self, path: str) -> None:
        self._path = path

    async def open(self) -> Client:
        self._reader, self._writer = await asyncio.open_unix_connection(self._path)
        return self

    async def head(self, method: str, path: str, body: object = None, extra: str = "") -> bytes:
        data = b"" if body is None else json.dumps(body).encode()
        head = f"{method} {path} HTTP/1.1\r\nHost: docker\r\nContent-Type: application/json\r\nContent-Length: {len(data)}\r\n{extra}\r\n"
        self._writer.write(head.encode() + data)
        answer = await self._reader.readuntil(b"\r\n\r\n")
        if int(answer.split(b" ", 2)[1]) >= 400:
            raise Lost(f"{method} {path}: {answer!r} {await self._reader.read(200)!r}")
        return answer

    async def ask(self, method: str, path: str, body: object = None) -> bytes:
        head = await self.head(method, path, body)
        if b"chunked" in head:
            return b"".join([chunk async for chunk in self.chunks()])
        length = re.search(rb"Content-Length: (\d+)", head)
        return await self._reader.readexactly(int(length[1])) if length else b""

    async def chunks(self) -> AsyncIterator[bytes]:
        while size := int(await self._reader.readline(), 16):
            yield await self._reader.readexactly(size)
            await self._reader.readexactly(2)
        await self._reader.readexactly(2)

    async def rest(self) -> bytes:
        return await self._reader.read()

    def close(self) -> None:
        self._writer.close()


def unframed(data: bytes) -> str:
    """The text in the frames of a multiplexed stream."""
    text = b""
    while data:
        size = int.from_bytes(data[4:8], "big")
        text += data[8 : 8 + size]
        data = data[8 + size :]
    return text.decode()


class Load:
    """What the clients do, and what they have counted."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.lifecycles = 0
        self.started: list[str] = []
        self.over = False

    async def worker(self) -> None:
        """Lifecycles, one after the other."""
        client = await Client(self.path).open()
        while not self.over:
            config = {"Image": "alpine", "Cmd": ["sh", "-c", SCRIPT]}
            identifier = json.loads(await client.ask("POST", "/containers/create", config))["Id"]
            await client.ask("POST", f"/containers/{identifier}/start")
            follower = await Client(self.path).open()
            await follower.head("GET", f"/containers/{identifier}/logs?stdout=1&follow=1")
            command = {"Cmd": ["echo", identifier], "AttachStdout": True}
            execution = json.loads(await client.ask("POST", f"/containers/{identifier}/exec", command))["Id"]
            runner = await Client(self.path).open()
            await runner.head("POST", f"/exec/{execution}/start", {}, UPGRADE)
            said = unframed(await runner.rest())
            if said.strip() != identifier:
                raise Lost(f"exec printed {said!r}")
            await client.ask("POST", f"/containers/{identifier}/stop?t=0")
            lines = unframed(b"".join([chunk async for chunk in follower.chunks()])).splitlines()
            if lines != LOGGED:
                raise Lost(f"logs were {lines}")
            await client.ask("DELETE", f"/containers/{identifier}")
            follower.close()
            runner.close()
            self.lifecycles += 1
            self.started.append(identifier)
        client.close()

    async def follower(self) -> None:
        """Events: of each container, its life in order."""
        client = await Client(self.path).open()
        await client.head("GET", '/events?filters={"type":["container"]}')
        lives: dict[str, list[str]] = {}
        text = b""
        async for chunk in client.chunks():
            *lines, text = (text + chunk).split(b"\n")
            for line in lines:
                event = json.loads(line)
                if not event["Action"].startswith("exec"):
                    lives.setdefault(event["Actor"]["ID"], []).append(event["Action"])
            if self.over and all(lives.get(identifier, [])[-1:] == ["destroy"] for identifier in self.started):
                break
        for identifier in self.started:
            if lives[identifier] != LIFE:
                raise Lost(f"events of {identifier}: {lives[identifier]}")
        client.close()


def resident_bytes(pid: int) -> int:
    text = Path(f"/proc/{pid}/status").read_text()
    found = re.search(r"VmRSS:\s+(\d+) kB", text)
    assert found is not None
    return int(found[1]) * 1024


async def _run(path: str, pid: int, seconds: float) -> tuple[int, float]:
    setup = await Client(path).open()
    await setup.ask("POST", "/images/create?fromImage=alpine&tag=latest")
    load = Load(path)
    async with asyncio.TaskGroup() as followers:
        for _ in range(FOLLOWERS):
            followers.create_task(load.follower())
        async with asyncio.TaskGroup() as workers:
            for _ in range(CLIENTS):
                workers.create_task(load.worker())
            await asyncio.sleep(min(SETTLED_SECONDS, seconds / 2))
            before = resident_bytes(pid)
            await asyncio.sleep(seconds - min(SETTLED_SECONDS, seconds / 2))
            growth = resident_bytes(pid) - before
            load.over = True
        await setup.ask(
            "POST", "/containers/create", {"Image": "alpine"}
        )  # an event that lets followers look once more
    setup.close()
    return load.lifecycles, growth / 1e6


def measure(seconds: float = SECONDS) -> Iterator[tuple[str, str, str]]:
    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/docker.sock"
        process = subprocess.Popen([*fakedocker("wall"), path], stdout=subprocess.PIPE)
        assert process.stdout is not None
        while b"ready" not in process.stdout.readline():
            continue
        try:
            began = time.perf_counter()
            lifecycles, grown = asyncio.run(_run(path, process.pid, seconds))
            rate = lifecycles / (time.perf_counter() - began)
        finally:
            process.terminate()
            process.wait()
            process.stdout.close()
    yield (
        f"{CLIENTS} clients, lifecycles with exec and followed logs",
        f"{rate:,.0f} a second",
        "nothing lost, in order",
    )
    yield f"memory from second {SETTLED_SECONDS:.0f} to second {seconds:.0f}", f"{grown:+.1f} MB", "10 MB"
