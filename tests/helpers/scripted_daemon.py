"""A server on a unix socket that says word for word what a script holds, also on connections that it upgrades."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

DOCKER = "Docker/29.7.2 (linux)"


class Scripted(NamedTuple):
    """An answer.

    Args:
        frames: what follows on the upgraded connection: bytes to send, or None to wait for what the client says.
    """

    status: str
    body: bytes = b""
    kind: str = "application/json"
    frames: tuple[bytes | None, ...] = ()


@contextlib.contextmanager
def scripted_daemon(path: Path, script: Mapping[str, Scripted], server: str = DOCKER) -> Iterator[str]:
    """Answer "METHOD PATH" (without the version of the API and the query) by a script; gives DOCKER_HOST."""
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen()
        threading.Thread(target=_accept, args=(listener, script, server), daemon=True).start()
        try:
            yield f"unix://{path}"
        finally:
            listener.shutdown(socket.SHUT_RDWR)


def framed(text: bytes, fd: int = 1) -> bytes:
    """A piece of a process's output as it goes over a connection that both of its streams share."""
    return bytes([fd, 0, 0, 0]) + len(text).to_bytes(4, "big") + text


def _accept(listener: socket.socket, script: Mapping[str, Scripted], server: str) -> None:
    with contextlib.suppress(OSError):
        while True:
            client, _ = listener.accept()
            threading.Thread(target=_serve, args=(client, script, server), daemon=True).start()


def _serve(client: socket.socket, script: Mapping[str, Scripted], server: str) -> None:
    with client, contextlib.suppress(OSError), client.makefile("rb") as lines:
        while request := lines.readline().decode().split():
            headers = dict(line.decode().strip().split(": ", 1) for line in iter(lines.readline, b"\r\n"))
            lines.read(int(headers.get("Content-Length", 0)))
            path = request[1].partition("?")[0]
            parts = path.split("/", 2)
            path = f"/{parts[2]}" if parts[1].startswith("v1.") else path
            answer = script.get(f"{request[0]} {path}", Scripted("404 Not Found", b'{"message":"page not found"}\n'))
            head = f"HTTP/1.1 {answer.status}\r\nServer: {server}\r\n" + (
                f"Content-Type: {answer.kind}\r\n" if answer.kind else ""
            )
            if answer.frames:
                client.sendall(f"{head}Connection: Upgrade\r\nUpgrade: tcp\r\n\r\n".encode())
                for frame in answer.frames:
                    if frame is None:
                        lines.read1()
                    else:
                        client.sendall(frame)
                return
            length = "" if answer.status.startswith("204") else f"Content-Length: {len(answer.body)}\r\n"
            client.sendall(f"{head}{length}\r\n".encode() + answer.body)
