"""An engine for the tests of archives and registries: whole answers, small containers, and tars made by hand."""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Mapping
from typing import Any

from fakedocker.assembly import create_engine
from fakedocker.engine.engine import Engine
from fakedocker.engine.inflight import TimeMode
from fakedocker.wire.http import Request, make_target


class Daemon:
    """An engine whose invariants are looked at after every input."""

    def __init__(self, seed: int = 3, mode: TimeMode = TimeMode.FAST, profile: str = "28") -> None:
        self.engine: Engine = create_engine(seed=seed, mode=mode, check=True, profile=profile)

    def ask(
        self, method: str, path: str, query: Mapping[str, Any] | None = None, body: Any = b"", **headers: str
    ) -> tuple[int, bytes]:
        """The status and every byte of an answer. A body that is no bytes is sent as JSON."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        if not isinstance(body, bytes):
            headers["content-type"] = "application/json"
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        request = Request(method=method, target=make_target(path, query), body=data, headers=named)
        exchange = self.engine.submit(request)
        self.engine.drive(lambda: exchange.ended or exchange.source is not None, f"{method} {path}")
        assert exchange.reply is not None
        parts = [exchange.reply.body or b""]
        while not exchange.drained:
            parts.append(exchange.take())
        return exchange.reply.status, b"".join(parts)

    def good(self, method: str, path: str, query: Mapping[str, Any] | None = None, body: Any = b"") -> bytes:
        """The bytes of an answer that must be a success."""
        status, data = self.ask(method, path, query, body)
        assert status < 300, data
        return data

    def lines(
        self, method: str, path: str, query: Mapping[str, Any] | None = None, body: Any = b"", **headers: str
    ) -> Any:
        """The messages of a stream."""
        status, data = self.ask(method, path, query, body, **headers)
        assert status == 200, data
        return [json.loads(line) for line in data.splitlines()]

    def pull(self, name: str, tag: str = "latest") -> list[Any]:
        found: list[Any] = self.lines("POST", "/images/create", {"fromImage": name, "tag": tag})
        return found

    def image(self, name: str) -> Any:
        return json.loads(self.good("GET", f"/images/{name}/json"))

    def run(self, script: str, image: str = "alpine", name: str = "box") -> tuple[int, str]:
        """A container's exit status and output; it stays."""
        body = {"Image": image, "Cmd": ["sh", "-c", script]}
        self.good("POST", "/containers/create", {"name": name}, body)
        self.good("POST", f"/containers/{name}/start")
        code = json.loads(self.good("POST", f"/containers/{name}/wait"))["StatusCode"]
        return code, self.logs(name)

    def logs(self, name: str) -> str:
        """What a container without a terminal has printed to its standard output."""
        logs = self.good("GET", f"/containers/{name}/logs", {"stdout": "1"})
        text = b""
        while logs:
            size = int.from_bytes(logs[4:8], "big")
            text, logs = text + logs[8 : 8 + size], logs[8 + size :]
        return text.decode()

    def commit(
        self, repository: str, container: str = "box", tag: str = "latest", changes: tuple[str, ...] = ()
    ) -> str:
        query = {"container": container, "repo": repository, "tag": tag, "changes": changes}
        identifier: str = json.loads(self.good("POST", "/commit", query))["Id"]
        return identifier

    def save(self, *names: str) -> bytes:
        return self.good("GET", "/images/get", {"names": names})

    def load(self, archive: bytes, quiet: bool = True) -> list[Any]:
        found: list[Any] = self.lines("POST", "/images/load", {"quiet": quiet}, archive)
        return found

    def events(self, kind: str) -> list[tuple[str, str, str]]:
        """(action, actor, name) of every event of a kind so far."""
        return [
            (event.action, event.actor_id, dict(event.attributes).get("name", ""))
            for event in self.engine.world.events.entries()
            if event.type == kind
        ]


def members(archive: bytes) -> dict[str, bytes]:
    """The files in a tar."""
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        return {entry.name: tar.extractfile(entry).read() for entry in tar if entry.isfile()}  # type: ignore[union-attr]  # a file's is no None


def make_tar(*entries: tuple[str, bytes | str], format: int = tarfile.GNU_FORMAT) -> bytes:
    """A tar of files and, where the content is text, of symbolic links to it."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", format=format) as tar:
        for name, content in entries:
            info = tarfile.TarInfo(name)
            if isinstance(content, str):
                info.type, info.linkname = tarfile.SYMTYPE, content
                tar.addfile(info)
            else:
                info.size = len(content)
                tar.addfile(info, io.BytesIO(content))
    return stream.getvalue()
