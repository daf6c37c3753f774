"""Record what the real docker client asks and prints for the commands of tests/data/swarm_requests.json.

    make clients
    python tools/record_swarm_requests.py [COMMAND...]

The client talks to canned answers (tests/helpers/swarm_answers.py) on a socket, in an empty directory with the files that the data
names. `out`, `err`, `status` and `asked` of each command are written into the file: `asked` has the method, path, parameters
and body of each request. Tests need only the file.
"""

from __future__ import annotations

import json
import os
import shutil
import socketserver
import subprocess
import sys
import tempfile
import threading
from contextlib import suppress
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from helpers.swarm_answers import answer  # noqa: E402  # it lies among the tests, which are no package

CASES = ROOT / "tests/data/swarm_requests.json"
DIRECTORY = Path("/tmp/swarm-requests")
TIMEOUT_SECONDS = 60
_HEADERS = (("Api-Version", "1.50"), ("Swarm", "active/manager"), ("Content-Type", "application/json"))
_asked: list[Any] = []
"""What one command has asked; what it looks at several times stands there once."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: Any) -> None:
        """Nothing is logged."""

    def address_string(self) -> str:
        """There is no address on a socket of this kind."""
        return ""

    def _answer(self) -> None:
        body = self._body()
        parts = urlsplit(self.path)
        path, query = parts.path, dict(parse_qsl(parts.query, keep_blank_values=True))
        path = path[path.index("/", 1) :] if path.startswith("/v1.") else path
        status, document = (200, b"OK") if path == "/_ping" else answer(self.command, path, query)
        request = [self.command, path, query, json.loads(body) if body else None]
        if path != "/_ping" and not (self.command == "GET" and request in _asked):
            _asked.append(request)
        data = document if isinstance(document, bytes) else b"" if document is None else json.dumps(document).encode()
        self.send_response(status)
        for name, value in (*_HEADERS, ("Content-Length", str(len(data)))):
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            with suppress(BrokenPipeError):  # the client has what it wants
                self.wfile.write(data)

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        body = b""
        while size := int(self.rfile.readline(), 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body

    do_GET = do_POST = do_DELETE = do_HEAD = _answer  # noqa: N815  # http.server calls them so


class _Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True


def record(case: dict[str, Any], socket: str, environment: dict[str, str]) -> None:
    """Run a command, and put what it asked and printed into the case."""
    _asked.clear()
    done = subprocess.run(
        ["sh", "-c", f"docker {case['run']}"],
        cwd=DIRECTORY,
        env={"PATH": os.environ["PATH"], "DOCKER_HOST": f"unix://{socket}", **environment},
        input=case.get("input", ""),
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
    )
    case |= {"out": done.stdout, "err": done.stderr, "status": done.returncode, "asked": list(_asked)}


def _written(cases: dict[str, Any]) -> str:
    """The data with a command on each line."""
    lines = ",\n".join(f"  {json.dumps(case, ensure_ascii=False)}" for case in cases["commands"])
    rest = {key: value for key, value in cases.items() if key != "commands"}
    return json.dumps(rest, indent=1, ensure_ascii=False).removesuffix("\n}") + f',\n "commands": [\n{lines}\n ]\n}}\n'


def main() -> None:
    """Record the commands that are named, or all."""
    cases = json.loads(CASES.read_text())
    shutil.rmtree(DIRECTORY, ignore_errors=True)
    DIRECTORY.mkdir(parents=True)
    for name, text in cases["files"].items():
        (DIRECTORY / name).write_text(text)
    with tempfile.TemporaryDirectory() as home:
        socket = f"{home}/docker.sock"
        server = _Server(socket, _Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        for case in cases["commands"]:
            if not sys.argv[1:] or case["run"] in sys.argv[1:]:
                record(case, socket, {"HOME": "/root", "DOCKER_CONFIG": home, **cases["environment"]})
                print(case["run"], flush=True)
        server.shutdown()
    CASES.write_text(_written(cases))


if __name__ == "__main__":
    main()
