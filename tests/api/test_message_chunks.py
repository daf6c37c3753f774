"""Answers that go on message by message: each JSON message is one chunk of HTTP, as clients that parse chunk by chunk need it."""

from __future__ import annotations

import io
import json
import socket
import tarfile
from collections.abc import Iterator

import pytest

from fakedocker.serving import Served
from fakedocker.testing import FakeDocker


@pytest.fixture
def served() -> Iterator[Served]:
    with FakeDocker(images=["alpine", "busybox"]) as fake:
        fake.client.containers.run("alpine", ["sleep", "10000"], detach=True, name="box")
        fake.client.images.get("alpine").tag("localhost:5000/alpine")
        fake.client.containers.run("registry:2", detach=True, ports={"5000/tcp": 5000})
        with fake.served() as served:
            yield served


def context() -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        text = b"FROM alpine\nRUN echo one; echo two\nCMD true\n"
        entry = tarfile.TarInfo("Dockerfile")
        entry.size = len(text)
        archive.addfile(entry, io.BytesIO(text))
    return file.getvalue()


def chunks(served: Served, request: str, body: bytes = b"", enough: int = 1 << 30) -> list[bytes]:
    """The chunks of an answer, and no more than so many of one that has no end."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(300)
        connection.connect(served.socket_path)
        head = f"{request} HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-tar\r\nContent-Length: {len(body)}\r\n"
        connection.sendall(f"{head}X-Registry-Auth: e30=\r\n\r\n".encode() + body)
        file = connection.makefile("rb")
        headers = b""
        while (line := file.readline()) != b"\r\n":
            assert line
            headers += line.lower()
        assert b"200 ok" in headers.splitlines()[0], headers
        assert b"transfer-encoding: chunked" in headers, headers
        found = []
        while len(found) < enough and (size := int(file.readline(), 16)):
            found.append(file.read(size))
            file.readline()
        return found


@pytest.mark.parametrize(
    ("request_line", "enough"),
    [
        ("POST /images/create?fromImage=nginx&tag=latest", 1 << 30),
        ("POST /images/create?fromImage=alpine&tag=latest", 1 << 30),
        ("POST /images/localhost:5000/alpine/push?tag=latest", 1 << 30),
        ("POST /build?t=made", 1 << 30),
        ("POST /build?t=made&version=1&nocache=1", 1 << 30),
        ("GET /events?since=0", 3),
        ("GET /containers/box/stats", 2),
        ("POST /images/create?fromSrc=-&repo=imported", 1 << 30),
    ],
)
def test_a_message_is_a_chunk(served: Served, request_line: str, enough: int) -> None:
    body = context() if "/build" in request_line or "fromSrc" in request_line else b""
    found = chunks(served, request_line, body, enough)
    assert found
    for chunk in found:
        json.loads(chunk)
        assert chunk.endswith(b"\n")
