"""A server that answers at once, always the same bytes: the floor that sockets are measured against.

Just enough of the protocol for `docker ps -a`, `docker exec`, `docker run --rm` and `docker build -q` to end well. Takes its socket's path.
"""

from __future__ import annotations

import asyncio
import re
import sys

ID = "0" * 63 + "1"
HEAD = "HTTP/1.1 {status} X\r\nApi-Version: 1.50\r\nOstype: linux\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n"
STREAM = b"HTTP/1.1 101 UPGRADED\r\nContent-Type: application/vnd.docker.multiplexed-stream\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n"
INSPECT = f'{{"Id": "{ID}", "Config": {{"Tty": false}}, "State": {{"Running": true}}, "Running": false, "ExitCode": 0}}'
ANSWERS = (
    ("GET|HEAD", "/_ping", 200, "OK"),
    ("GET", "/containers/json", 200, "[]"),
    ("POST", "/containers/create", 201, f'{{"Id": "{ID}", "Warnings": []}}'),
    ("POST", "/containers/[^/]+/exec", 201, f'{{"Id": "{ID}"}}'),
    ("POST", "/containers/[^/]+/start", 204, ""),
    ("POST", "/build", 200, f'{{"stream": "sha256:{ID}\\n"}}\n'),
    ("GET", "/(containers|exec)/[^/]+/json", 200, INSPECT),
)


class Protocol(asyncio.Protocol):
    """Requests one after the other."""

    attached: asyncio.Transport | None = None
    waiting: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._data = b""

    def eof_received(self) -> bool:
        return True

    def data_received(self, data: bytes) -> None:
        self._data += data
        head, _, body = self._data.partition(b"\r\n\r\n")
        length = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
        is_chunked = re.search(rb"transfer-encoding: chunked", head, re.IGNORECASE)
        is_whole = body.endswith(b"0\r\n\r\n") if is_chunked else len(body) >= int(length[1] if length else 0)
        if b"\r\n\r\n" in self._data and is_whole:
            data, self._data = self._data, b""
            self._handle(data)

    def _handle(self, data: bytes) -> None:
        method, _, rest = data.partition(b"\r\n")[0].decode("latin-1").partition(" ")
        path = re.sub(r"^/v1\.\d+", "", rest.partition(" ")[0].partition("?")[0])
        if path.endswith("/attach"):
            Protocol.attached = self._transport
            self._transport.write(STREAM)
        elif path.startswith("/exec/") and path.endswith("/start"):
            self._transport.write(STREAM)
            self._transport.close()
        elif path.endswith("/wait"):
            Protocol.waiting = self._transport
            self._transport.write(
                b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
            )
        else:
            self._answer(method, path)

    def _answer(self, method: str, path: str) -> None:
        for methods, pattern, status, body in ANSWERS:
            if re.fullmatch(methods, method) and re.fullmatch(pattern, path):
                text = "" if method == "HEAD" else body
                self._transport.write((HEAD.format(status=status, length=len(body)) + text).encode())
                break
        else:
            self._transport.write(HEAD.format(status=404, length=2).encode() + b"{}")
        if path.endswith("/start") and Protocol.attached is not None and Protocol.waiting is not None:
            Protocol.waiting.write(b'11\r\n{"StatusCode": 0}\r\n0\r\n\r\n')
            Protocol.attached.close()
            Protocol.attached = Protocol.waiting = None


async def main(path: str) -> None:
    server = await asyncio.get_running_loop().create_unix_server(Protocol, path)
    print("ready", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
