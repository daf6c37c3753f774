"""The process of a shim's engine: one for each folder, until nobody has needed it for some time.

    python -m fakedocker_shell.shim.engine FOLDER DESCRIPTOR

It says "1" on the descriptor once commands are taken. Whoever holds the lock of the folder is its engine, so that a
socket that is found there was left by one that has ended.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import signal
import sys
import time
from collections.abc import AsyncIterator
from importlib.metadata import version
from typing import Final

from fakedocker.api.server import Store
from fakedocker.assembly import create_engine
from fakedocker.base import clock
from fakedocker.base.profiles import DEFAULT
from fakedocker.durability.directory import StateDirectory
from fakedocker.durability.problems import StateProblem
from fakedocker.engine.engine import Engine
from fakedocker.engine.inflight import TimeMode
from fakedocker.serving import Listening, Served, serve
from fakedocker.world.world import World
from fakedocker_shell import collecting
from fakedocker_shell.shim.commands import Surroundings, serve_command
from fakedocker_shell.shim.frames import BadFrame
from fakedocker_shell.shim.settings import Places, Settings, ShimProblem

ANOTHER_STATUS: Final = 75
"""Another engine has the folder still, or already: EX_TEMPFAIL."""
MOST_COMMANDS: Final = 500
"""At the same time; the next ones wait."""
LOOK_SECONDS: Final = 1.0


def main(arguments: list[str]) -> int:
    """Run the engine of a folder; gives the exit status."""
    places, ready = Places(arguments[0]), int(arguments[1])
    with open(places.lock, "a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return ANOTHER_STATUS
        lock.truncate(0)
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        try:
            _run(places, places.read(), ready)
        except (ShimProblem, StateProblem, OSError) as problem:
            sys.stderr.write(f"{problem}\n")
            return 1
    return 0


def _run(places: Places, settings: Settings, ready: int) -> None:
    collecting.begin()
    if not settings.state:
        engine = _make_engine(settings, None, TimeMode.LEAP)
        engine.journaling = False
        asyncio.run(_Running(places, settings, engine).serve(ready, None))
        return
    with StateDirectory(settings.state, version("fakedocker"), report=_report) as state:
        engine = state.open(lambda world, mode: _make_engine(settings, world, mode), TimeMode.LEAP)
        asyncio.run(_Running(places, settings, engine).serve(ready, state))
        state.close(engine)


def _report(problem: str) -> None:
    sys.stderr.write(f"{problem}\n")
    sys.stderr.flush()


def _make_engine(settings: Settings, world: World | None, mode: TimeMode) -> Engine:
    engine = create_engine(
        settings.seed,
        mode=mode,
        world=world,
        now_ns=clock.morning_of(settings.date) if settings.date else time.time_ns(),
        profile=settings.profile or DEFAULT,
        storage=settings.storage,
    )
    return engine


class _Running:
    """An engine while it is served.

    Args:
        places, settings: of its shim.
        engine: which answers.
    """

    def __init__(self, places: Places, settings: Settings, engine: Engine) -> None:
        self._places = places
        self._settings = settings
        self._engine = engine
        self._commands = 0
        self._room = asyncio.Semaphore(MOST_COMMANDS)
        self._used_seconds = time.monotonic()
        self._stop = asyncio.Event()

    async def serve(self, ready: int, store: Store | None) -> None:
        """Until it is told to stop, or nobody has used it for long."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._stop.set)
        if self._settings.assume and not self._engine.world.assume:
            self._engine.change("assume", True)
        listening = Listening(socket_path=str(self._places.docker), publish=True, folders=self._settings.folders)
        async with serve(self._engine, listening, store=store, report=_report) as served, self._taking(served):
            os.write(ready, b"1")
            os.close(ready)
            while not self._stop.is_set() and not self._is_idle(served):
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._stop.wait(), LOOK_SECONDS)

    @contextlib.asynccontextmanager
    async def _taking(self, served: Served) -> AsyncIterator[None]:
        """Commands are taken meanwhile; what is under way at the end is ended."""
        shown = tuple(os.path.realpath(path) for path, _ in self._settings.folders)
        profile = self._engine.profile.name
        around = Surroundings(self._engine, served.docker_host, profile, str(self._places.config), shown)
        tasks: set[asyncio.Task[None]] = set()

        async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.current_task()
            assert task is not None
            tasks.add(task)
            try:
                await self._take(around, reader, writer)
            finally:
                tasks.discard(task)

        with contextlib.suppress(FileNotFoundError):
            self._places.commands.unlink()
        listener = await asyncio.start_unix_server(take, str(self._places.commands), backlog=MOST_COMMANDS)
        try:
            yield
        finally:
            listener.close()
            with contextlib.suppress(FileNotFoundError):
                self._places.commands.unlink()
            for task in list(tasks):
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _take(self, around: Surroundings, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._commands += 1
        try:
            async with self._room:
                await serve_command(around, reader, writer)
        except (BadFrame, asyncio.IncompleteReadError, ConnectionError):
            pass  # it was none of the shim's clients, or has gone
        except asyncio.CancelledError:
            pass  # the engine ends; asyncio's servers would report a task that says so
        finally:
            self._commands -= 1
            self._used_seconds = time.monotonic()
            writer.close()

    def _is_idle(self, served: Served) -> bool:
        if self._commands or served.connections():
            self._used_seconds = time.monotonic()
        limit_seconds = self._settings.idle_minutes * 60
        return bool(limit_seconds) and time.monotonic() - self._used_seconds > limit_seconds


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
