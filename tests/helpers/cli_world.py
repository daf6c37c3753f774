"""A world for the docker command line: files in memory, a daemon of canned answers, a clock, a scripted user.

`World.run` drives a command. Whenever it waits, the next event of the script happens: bytes on a stream or on standard
input, a signal, an answer. When the script is over, time passes if that can end the wait; else the test fails.
"""

from __future__ import annotations

import errno
import io
import json
import os
import posixpath
import tarfile
from collections.abc import Callable, Generator, Iterable, Mapping
from typing import Any

from fakedocker.base.profiles import DEFAULT, profile_named
from fakedocker_shell.cli.context import Body, ConnectionRefused, FileStatus, Query, Response
from fakedocker_shell.cli.main import docker

NOW_NS = 1_800_000_000 * 1_000_000_000
Answer = tuple[int, Any] | tuple[int, Any, Mapping[str, str]]
Event = Callable[[], None]


class _Pause:
    def __await__(self) -> Generator[None, None, None]:
        yield


def frame(descriptor: int, text: str) -> bytes:
    """A frame of a multiplexed stream."""
    data = text.encode()
    return bytes([descriptor, 0, 0, 0]) + len(data).to_bytes(4, "big") + data


def messages(*items: Mapping[str, Any]) -> bytes:
    """A stream of JSON messages."""
    return b"".join(json.dumps(item).encode() + b"\r\n" for item in items)


def archive(*entries: tuple[str, str | None]) -> bytes:
    """A tar archive of (name, content); None is a directory."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for name, content in entries:
            entry = tarfile.TarInfo(name)
            entry.mode = 0o755 if content is None else 0o644
            if content is None:
                entry.type = tarfile.DIRTYPE
            data = (content or "").encode()
            entry.size = len(data)
            tar.addfile(entry, io.BytesIO(data))
    return buffer.getvalue()


def entries(data: bytes) -> dict[str, str | None]:
    """What is in a tar archive: name -> content, None for a directory."""
    with tarfile.open(fileobj=io.BytesIO(data)) as tar:
        return {
            member.name + ("/" if member.isdir() else ""): (
                None if not member.isfile() else tar.extractfile(member).read().decode()  # type: ignore[union-attr]
            )
            for member in tar
        }


class Bytes:
    """Bytes that come over time; `end` says that no more will."""

    def __init__(self, data: bytes = b"", ended: bool = True) -> None:
        self._data = data
        self._closed = ended

    def feed(self, data: bytes) -> None:
        self._data += data

    def end(self) -> None:
        self._closed = True

    @property
    def readable(self) -> bool:
        return bool(self._data) or self._closed

    @property
    def ended(self) -> bool:
        return self._closed and not self._data

    def take(self) -> bytes:
        data, self._data = self._data, b""
        return data

    async def read(self) -> bytes:
        while not self.readable:
            await _Pause()
        return self.take()


class FakeStream(Bytes):
    """An open answer; `sent` is what the client has written to it."""

    def __init__(self, status: int, headers: Mapping[str, str], data: bytes, ended: bool) -> None:
        super().__init__(data, ended)
        self.status = status
        self.headers = headers
        self.sent = b""
        self.write_closed = False
        self.closed = False

    def write(self, data: bytes) -> None:
        self.sent += data

    def close_write(self) -> None:
        self.write_closed = True

    def close(self) -> None:
        self.closed = True


class FakeExchange:
    """A request whose answer may be given later, with `finish`."""

    def __init__(self, response: Response | None) -> None:
        self._response = response
        self.closed = False

    def finish(self, document: Any) -> None:
        self._response = Response(200, {}, json.dumps(document).encode())

    @property
    def answered(self) -> bool:
        return True

    @property
    def finished(self) -> bool:
        return self._response is not None

    @property
    def response(self) -> Response:
        assert self._response is not None
        return self._response

    async def head(self) -> int:
        return self._response.status if self._response is not None else 200

    def close(self) -> None:
        self.closed = True


class Later:
    """An answer that comes when the script says so; the exchange is then `exchange`."""

    def __init__(self) -> None:
        self.exchange = FakeExchange(None)


class FakeClient:
    """A daemon: `answers` maps "GET /path" (without version) to what it says, or to a function of (query, body)."""

    host = "unix:///var/run/docker.sock"

    def __init__(self, version: str) -> None:
        self.version = version
        self.answers: dict[str, Any] = {}
        self.requests: list[tuple[str, dict[str, Any], Any]] = []
        self.headers: list[Mapping[str, str]] = []
        self.up = True

    def _ask(self, method: str, path: str, query: Query | None, body: Body, headers: Mapping[str, str] | None) -> Any:
        if not self.up:
            raise ConnectionRefused(self.host)
        path = path.removeprefix(f"/v{self.version}")
        if not isinstance(body, bytes | dict | list | None):
            body = b"".join(body)
        if path == "/_ping":
            return 200, b"OK", {"Api-Version": self.version, "Docker-Experimental": "false", "Swarm": "inactive"}
        self.requests.append((f"{method} {path}", dict(query or {}), body))
        self.headers.append(headers or {})
        answer = self.answers.get(f"{method} {path}", (404, {"message": f"nobody answers {method} {path}"}))
        return answer(query, body) if callable(answer) else answer

    @staticmethod
    def _parts(answer: Any) -> tuple[int, bytes, Mapping[str, str]]:
        status, body, *rest = answer
        data = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        return status, data, rest[0] if rest else {}

    async def request(
        self, method: str, path: str, query: Query | None = None, body: Body = None, headers: Any = None
    ) -> Response:
        status, data, answer_headers = self._parts(self._ask(method, path, query, body, headers))
        return Response(status, answer_headers, data)

    async def open(
        self,
        method: str,
        path: str,
        query: Query | None = None,
        body: Body = None,
        headers: Any = None,
        upgrade: bool = False,
    ) -> FakeStream:
        answer = self._ask(method, path, query, body, headers)
        if isinstance(answer, FakeStream):
            return answer
        status, data, answer_headers = self._parts(answer)
        return FakeStream(status, answer_headers, data, True)

    def start(
        self, method: str, path: str, query: Query | None = None, body: Body = None, headers: Any = None
    ) -> FakeExchange:
        answer = self._ask(method, path, query, body, headers)
        if isinstance(answer, Later):
            return answer.exchange
        status, data, answer_headers = self._parts(answer)
        return FakeExchange(Response(status, answer_headers, data))


class FakeFiles:
    """Files by path: str is content, None a directory, ("link", target) a link."""

    def __init__(self, content: Mapping[str, Any]) -> None:
        self.content: dict[str, Any] = {"/": None, "/work": None, "/root": None, **content}

    def _missing(self, path: str) -> OSError:
        return FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path)

    def lstat(self, path: str) -> FileStatus:
        path = posixpath.normpath(path)
        if path not in self.content:
            raise self._missing(path)
        item = self.content[path]
        if item is None:
            return FileStatus("directory", 0o755, 0, NOW_NS)
        if isinstance(item, tuple):
            return FileStatus("link", 0o777, 0, NOW_NS, target=item[1])
        return FileStatus("file", 0o644, len(item), NOW_NS)

    def stat(self, path: str) -> FileStatus:
        item = self.content.get(posixpath.normpath(path))
        if isinstance(item, tuple):
            return self.stat(posixpath.join(posixpath.dirname(path), item[1]))
        return self.lstat(path)

    def read_bytes(self, path: str) -> bytes:
        status = self.stat(path)
        if status.kind == "directory":
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), path)
        content = self.content[posixpath.normpath(path)]
        return content if isinstance(content, bytes) else content.encode()

    def write_bytes(self, path: str, data: bytes, mode: int = 0o644) -> None:
        if posixpath.dirname(path) not in self.content:
            raise self._missing(path)
        self.content[path] = data

    def append_bytes(self, path: str, data: bytes) -> None:
        self.content[path] = self.read_bytes(path) + data

    def list_directory(self, path: str) -> list[str]:
        root = posixpath.normpath(path)
        if root not in self.content:
            raise self._missing(path)
        return sorted(posixpath.basename(p) for p in self.content if posixpath.dirname(p) == root and p != root)

    def make_directory(self, path: str, mode: int = 0o777) -> None:
        self.content[path] = None

    def symlink(self, target: str, path: str) -> None:
        self.content[path] = ("link", target)

    def chmod(self, path: str, mode: int) -> None:
        self.lstat(path)

    def remove(self, path: str) -> None:
        del self.content[path]

    def rename(self, old: str, new: str) -> None:
        self.content[new] = self.content.pop(old)

    def text(self, path: str) -> str:
        return self.read_bytes(path).decode()


class World:
    """A host with one docker client on it; also the client's `Context`."""

    def __init__(
        self,
        answers: Mapping[str, Any] | None = None,
        *,
        files: Mapping[str, Any] | None = None,
        terminal: bool = False,
        stdin: bytes | Bytes = b"",
        environment: Mapping[str, str] | None = None,
        size: tuple[int, int] = (24, 120),
        profile: str = DEFAULT,
    ) -> None:
        self.profile = profile_named(profile)
        self.client = FakeClient(self.profile.newest_api)
        self.client.answers.update(answers or {})
        self.files = FakeFiles(files or {})
        self.environment = {"HOME": "/root", "PWD": "/work", "DOCKER_BUILDKIT": "0", **(environment or {})}
        self.has_own_plugins = True
        self.directory = "/work"
        self.stdin = stdin if isinstance(stdin, Bytes) else Bytes(stdin)
        self.stdout = b""
        self.boundaries: list[str] = []
        self.stderr = b""
        self.raw: list[bool] = []
        self.signals: list[str] = []
        self._terminal = terminal
        self._size = size
        self._now_ns = NOW_NS
        self._due_ns: int | None = None

    def run(self, *argv: str, script: Iterable[Event] = ()) -> int:
        """Run docker with arguments; the script's events happen one by one as it waits."""
        events = iter(script)
        coroutine = docker(self, argv)
        while True:
            try:
                coroutine.send(None)
            except StopIteration as end:
                return int(end.value)
            event = next(events, None)
            if event is not None:
                event()
            elif self._due_ns is not None and self._due_ns > self._now_ns:
                self._now_ns = self._due_ns
            else:
                raise AssertionError(f"docker {' '.join(argv)} waits for ever; printed {self.stdout!r} {self.stderr!r}")

    def out(self, data: str | bytes) -> None:
        self.stdout += data.encode() if isinstance(data, str) else data

    def err(self, data: str | bytes) -> None:
        self.stderr += data.encode() if isinstance(data, str) else data

    @property
    def printed(self) -> str:
        """Standard output."""
        return self.stdout.decode()

    @property
    def complaints(self) -> str:
        """Standard error."""
        return self.stderr.decode()

    @property
    def asked(self) -> list[str]:
        """Method and path of all requests but pings, in order."""
        return [request for request, _, _ in self.client.requests]

    def query(self, request: str) -> dict[str, Any]:
        """The parameters of the first request like that."""
        return next(query for asked, query, _ in self.client.requests if asked == request)

    def body(self, request: str) -> Any:
        """The body of the first request like that."""
        return next(body for asked, _, body in self.client.requests if asked == request)

    def connect(self, host: str) -> FakeClient:
        self.client.host = host
        return self.client

    def now_ns(self) -> int:
        return self._now_ns

    def is_terminal(self, descriptor: int) -> bool:
        return self._terminal

    def window_size(self) -> tuple[int, int]:
        return self._size if self._terminal else (0, 0)

    def meet_boundary(self, what: str) -> None:
        self.boundaries.append(what)

    def set_raw(self, raw: bool) -> None:
        self.raw.append(raw)

    def take_signal(self) -> str | None:
        return self.signals.pop(0) if self.signals else None

    async def wait_any(self, *sources: Any, signals: bool = False, until_ns: int | None = None) -> None:
        self._due_ns = until_ns
        await _Pause()
        self._due_ns = None

    async def sleep(self, seconds: float) -> None:
        await self.wait_any(until_ns=self._now_ns + int(seconds * 1e9))
