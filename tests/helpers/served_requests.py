"""Requests to a served engine by hand, and a server that says nothing."""

from __future__ import annotations

import http.client
import http.server
import socket
import threading

from fakedocker.serving import Served


class Deaf:
    """A server that takes connections, and says nothing before it is released."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.connected = threading.Event()
        self._released = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        with self._listener, self._listener.accept()[0] as connection:
            self.connected.set()
            if self._released.wait(300):
                connection.recv(65536)
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nlate\n")

    def release(self) -> None:
        self._released.set()


def ask_served(served: Served, method: str, path: str, body: bytes = b"") -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("docker", timeout=300)
    connection.sock = socket.socket(socket.AF_UNIX)
    connection.sock.settimeout(300)
    connection.sock.connect(served.socket_path)
    try:
        connection.request(
            method,
            path,
            body,
            {"Content-Type": "application/x-tar" if path.startswith("/build") else "application/json"},
        )
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()
