"""Builds on an engine in process that looks at every invariant of its world after every input."""

from __future__ import annotations

import base64
import functools
import io
import json
import tarfile
from collections.abc import Mapping
from typing import Any, NamedTuple

from fakedocker.assembly import create_engine
from fakedocker.base.profiles import DEFAULT
from fakedocker.wire import buildkit, protobuf
from fakedocker.wire.buildkit import SolveStatus
from fakedocker.wire.http import Request, make_target
from fakedocker.world.world import World


class Built(NamedTuple):
    """What a build has answered."""

    status: int
    messages: list[dict[str, Any]]

    @property
    def output(self) -> str:
        return "".join(message.get("stream", "") for message in self.messages)

    @property
    def error(self) -> str:
        return next((message["error"] for message in self.messages if "error" in message), "") or (
            str(self.messages[0]["message"]) if self.status != 200 else ""
        )

    @property
    def image(self) -> str:
        """The id of the last stage."""
        return [message["aux"]["ID"] for message in self.messages if "aux" in message][-1]

    @property
    def steps(self) -> list[str]:
        """For every step the short id of its image, with a star where it came from the cache."""
        found = []
        for part in self.output.split("Step ")[1:]:
            ids = [line.removeprefix(" ---> ") for line in part.splitlines() if line.startswith(" ---> ")]
            cached = "Using cache" in ids
            found.append((ids[-1] if ids else "") + ("*" if cached else ""))
        return found

    @property
    def cached(self) -> list[bool]:
        """For every step but the FROMs whether it came from the cache."""
        shown = self.output.split("Step ")[1:]
        pairs = zip(shown, self.steps, strict=True)
        return [found.endswith("*") for part, found in pairs if ": FROM" not in part.split("\n")[0]]


class Solved:
    """What a build by BuildKit has told."""

    def __init__(self, messages: list[dict[str, Any]]) -> None:
        self.messages = messages
        news = [protobuf.decode(SolveStatus, data) for data in self._aux(buildkit.TRACE_ID)]
        self.vertexes = {vertex.name: vertex for status in news for vertex in status.vertexes}
        """By name, as each was told last."""
        self.statuses = [status.id for one in news for status in one.statuses if status.completed_ns]
        self.output = b"".join(log.data for status in news for log in status.logs).decode()
        self.warnings = [warning.short.decode() for status in news for warning in status.warnings]

    def _aux(self, kind: str) -> list[bytes]:
        return [base64.b64decode(message["aux"]) for message in self.messages if message.get("id") == kind]

    @property
    def image(self) -> str:
        """The id of what was built."""
        assert not self.error
        return next(str(message["aux"]["ID"]) for message in self.messages if message.get("id") == buildkit.IMAGE_ID)

    @property
    def error(self) -> str:
        return next((str(message["error"]) for message in self.messages if "error" in message), "")

    @property
    def error_lines(self) -> tuple[int, int]:
        """Where in the Dockerfile the error lies."""
        source = protobuf.decode(buildkit.ErrorSource, self._aux(buildkit.SOURCE_ID)[0])
        return source.ranges[0].start.line, source.ranges[0].end.line

    @property
    def files(self) -> bytes:
        """What was exported."""
        return b"".join(self._aux(buildkit.FILES_ID))

    @property
    def steps(self) -> dict[str, bool]:
        """The steps of the Dockerfile without their places, and whether each came from the cache; FROMs left out."""
        shown = {
            name.partition("] ")[2]: vertex.cached
            for name, vertex in self.vertexes.items()
            if name.startswith("[") and "internal]" not in name
        }
        return {name: cached for name, cached in shown.items() if not name.startswith("FROM ")}


def archive(files: Mapping[str, str | bytes]) -> bytes:
    """A context; a name that ends in a slash is a directory."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for name, content in files.items():
            data = content.encode() if isinstance(content, str) else content
            member = tarfile.TarInfo(name)
            member.size, member.mode = len(data), 0o644
            if name.endswith("/"):
                member.type, member.mode = tarfile.DIRTYPE, 0o755
            tar.addfile(member, io.BytesIO(data))
    return buffer.getvalue()


class Builds:
    """An engine that has alpine, and short words for what tests ask of it."""

    def __init__(self, profile: str = DEFAULT) -> None:
        self.engine = create_engine(seed=3, check=True, profile=profile)
        self.call("POST", "/images/create", fromImage="alpine", tag="latest")

    def call(self, method: str, path: str, body: bytes = b"", **query: Any) -> tuple[int, bytes]:
        headers = {"content-type": "application/json"}
        exchange = self.engine.perform(
            Request(method=method, target=make_target(path, query), headers=headers, body=body)
        )
        assert exchange.reply is not None
        return exchange.reply.status, exchange.reply.body if exchange.reply.body is not None else exchange.take(1 << 24)

    def save(self, *names: str) -> bytes:
        """Images as an archive."""
        exchange = self.engine.submit(Request(method="GET", target=make_target("/images/get", {"names": list(names)})))
        self.engine.turn()
        found = b""
        while chunk := exchange.take(1 << 24):
            found += chunk
        return found

    def build(self, dockerfile: str, files: Mapping[str, str | bytes] | None = None, **query: Any) -> Built:
        """Build with a Dockerfile and other files in the context."""
        return self.build_archive(archive({"Dockerfile": dockerfile, **(files or {})}), **query)

    def build_archive(self, data: bytes, **query: Any) -> Built:
        status, body = self.call("POST", "/build", data, **query)
        return Built(status, [json.loads(line) for line in body.splitlines() if line.strip()])

    def solve(
        self,
        dockerfile: str,
        files: Mapping[str, str | bytes] | None = None,
        secrets: Mapping[str, bytes] | None = None,
        **query: Any,
    ) -> Solved:
        """Build by BuildKit."""
        headers = {"content-type": "application/x-tar"}
        if secrets is not None:
            encoded = {name: base64.b64encode(content).decode() for name, content in secrets.items()}
            headers["x-fakedocker-secrets"] = base64.urlsafe_b64encode(json.dumps(encoded).encode()).decode()
        return self._solved(archive({"Dockerfile": dockerfile, **(files or {})}), headers, query)

    def solve_archive(self, data: bytes, **query: Any) -> Solved:
        return self._solved(data, {"content-type": "application/x-tar"}, query)

    def _solved(self, body: bytes, headers: dict[str, str], query: dict[str, Any]) -> Solved:
        target = make_target("/build", {"version": 2, **query})
        exchange = self.engine.perform(Request(method="POST", target=target, headers=headers, body=body))
        answer = b""
        while chunk := exchange.take(1 << 24):
            answer += chunk
        return Solved([json.loads(line) for line in answer.splitlines() if line.strip()])

    def json(self, path: str, **query: Any) -> Any:
        status, body = self.call("GET", path, **query)
        assert status == 200, body
        return json.loads(body)

    def config(self, image: str) -> dict[str, Any]:
        found: dict[str, Any] = self.json(f"/images/{image}/json")["Config"]
        return found

    def history(self, image: str) -> list[str]:
        """What made the image, newest first, without the base's."""
        return [item["CreatedBy"] for item in self.json(f"/images/{image}/history") if "<missing>" not in item["Id"]]

    def run(self, image: str, command: str) -> str:
        """The output of a shell command in a container of an image."""
        body = json.dumps({"Image": image, "Cmd": ["sh", "-c", command], "Entrypoint": [], "Tty": True}).encode()
        made = json.loads(self.call("POST", "/containers/create", body)[1])["Id"]
        self.call("POST", f"/containers/{made}/start")
        self.call("POST", f"/containers/{made}/wait")
        output = self.call("GET", f"/containers/{made}/logs", stdout=1, stderr=1)[1].decode().replace("\r\n", "\n")
        self.call("DELETE", f"/containers/{made}", v=1)
        return output


@functools.cache
def start_world() -> World:
    engine = create_engine(seed=3)
    engine.perform(Request(method="POST", target="/images/create?fromImage=alpine&tag=latest"))
    return engine.world


def fresh() -> Builds:
    builds = Builds.__new__(Builds)
    builds.engine = create_engine(world=start_world(), check=True)
    return builds
