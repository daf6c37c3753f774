"""Stands between clients and an engine on unix sockets: every byte is passed on, and a copy is listened to."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import os
import time
from typing import Final

from fakedocker.recordings.file import Event, Writer
from fakedocker_shell.recording.listening import Connection

PIECE_BYTES: Final = 1 << 16


class Proxy:
    """A recording under way.

    Args:
        engine: path of the engine's socket; nothing else is ever connected to.
        writer: keeps what is said.
    """

    def __init__(self, engine: str, writer: Writer) -> None:
        self._engine = engine
        self._writer = writer
        self._ids = itertools.count(1)
        self._began = time.monotonic()
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.AbstractServer | None = None
        self.is_whole = True

    async def listen(self, path: str) -> None:
        """Take clients at a path. Raises OSError."""
        self._server = await asyncio.start_unix_server(self._take, path)
        os.chmod(path, 0o600)

    async def close(self) -> None:
        """Take no more clients, and end those that are there."""
        if self._server is not None:
            self._server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _keep(self, event: Event) -> None:
        if self._writer.is_full:
            self.is_whole = False
        else:
            self._writer.write(event)

    def _now_ms(self) -> int:
        return int((time.monotonic() - self._began) * 1000)

    async def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            await self._pass_on(reader, writer)
        except OSError:
            pass  # the engine is not there: the client sees its connection end, as without us
        except asyncio.CancelledError:
            pass  # this proxy ends; asyncio's servers would report a task that says so
        finally:
            self._tasks.discard(task)
            writer.close()

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there_reader, there_writer = await asyncio.open_unix_connection(self._engine)
        heard = Connection(self._keep, lambda: next(self._ids), self._now_ms)

        async def client() -> None:
            while data := await reader.read(PIECE_BYTES):
                heard.from_client(data)
                there_writer.write(data)
                await there_writer.drain()
            heard.client_ended()
            with contextlib.suppress(OSError):
                there_writer.write_eof()

        async def engine() -> None:
            while data := await there_reader.read(PIECE_BYTES):
                heard.from_engine(data)
                writer.write(data)
                await writer.drain()
            with contextlib.suppress(OSError):
                writer.write_eof()

        sides = {asyncio.ensure_future(client()): True, asyncio.ensure_future(engine()): False}
        try:
            done, _ = await asyncio.wait(sides, return_when=asyncio.FIRST_COMPLETED)
            by_client = all(sides[task] for task in done)
            if by_client:  # who has closed only its own side may still be answered
                await asyncio.wait([task for task, is_client in sides.items() if not is_client], timeout=None)
            heard.ended(by_client)
        finally:
            for task in sides:
                task.cancel()
            await asyncio.gather(*sides, return_exceptions=True)
            there_writer.close()
