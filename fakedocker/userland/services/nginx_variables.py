"""nginx's variables: what `$host`, `$http_x`, `$arg_x` and their like are for a request, and texts with them filled in."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

from fakedocker.kernel.program import System
from fakedocker.userland.processes.dates import format_date
from fakedocker.userland.services.http import Request, Response

_VARIABLE = re.compile(r"\$(?:\{(\w+)\}|(\w+))")


class Variables:
    """The variables of one request. `own` holds those of `set`, `map` and of captures; `uri` may be rewritten."""

    def __init__(self, system: System, request: Request, number: int) -> None:
        self.system = system
        self.request = request
        self.number = number
        self.uri = ""
        self.arguments = request.query
        self.server_name = ""
        self.root = ""
        self.filename = ""
        self.user = ""
        self.response: Response | None = None
        self.upstream: tuple[str, str] = ("", "")  # address, status
        self.proxy_host = ""
        self.own: dict[str, str] = {}
        self.makers: dict[str, Callable[[], str]] = {}

    def fill(self, text: str) -> str:
        """A text with its variables replaced; unknown ones are empty."""
        return _VARIABLE.sub(lambda match: self.get(match[1] or match[2]), text) if "$" in text else text

    def fill_log(self, text: str) -> str:
        """As `fill`, with - for what is empty and escapes as in nginx's logs."""
        return _VARIABLE.sub(lambda match: _escaped(self.get(match[1] or match[2])) or "-", text)

    def get(self, name: str) -> str:
        if name in self.own:
            return self.own[name]
        if name in self.makers:
            self.own[name] = self.makers[name]()
            return self.own[name]
        maker = _SIMPLE.get(name)
        return maker(self) if maker is not None else self._by_prefix(name)

    def _by_prefix(self, name: str) -> str:
        if name.startswith("http_"):
            return self.request.header(name.removeprefix("http_").replace("_", "-"))
        if name.startswith("arg_"):
            pairs = (part.partition("=") for part in self.arguments.split("&"))
            return next((value for key, _, value in pairs if key == name.removeprefix("arg_")), "")
        if name.startswith("cookie_"):
            pairs = (part.strip().partition("=") for part in self.request.header("Cookie").split(";"))
            return next((value for key, _, value in pairs if key == name.removeprefix("cookie_")), "")
        if name.startswith("sent_http_") and self.response is not None:
            wanted = name.removeprefix("sent_http_").replace("_", "-")
            return next((value for key, value in self.response.headers if key.lower() == wanted), "")
        return ""

    def host(self) -> str:
        """The Host header without its port, else the server's name."""
        return self.request.header("Host").partition(":")[0].lower() or self.server_name

    def sent_bytes(self) -> int:
        if self.response is None or self.request.method == "HEAD":
            return 0
        return len(self.response.body)

    def forwarded(self) -> str:
        before = self.request.header("X-Forwarded-For")
        return f"{before}, {self.request.peer[0]}" if before else self.request.peer[0]

    def stamp(self, form: str) -> str:
        return format_date(form, self.system.now_ns // 1_000_000_000)


def _escaped(text: str) -> str:
    return "".join(
        f"\\x{ord(letter):02X}" if letter in '"\\' or not " " <= letter <= "~" else letter for letter in text
    )


_SIMPLE: Final[dict[str, Callable[[Variables], Any]]] = {
    "args": lambda own: own.arguments,
    "body_bytes_sent": lambda own: str(own.sent_bytes()),
    "bytes_sent": lambda own: str(own.sent_bytes()),
    "connection": lambda own: str(own.number),
    "connection_requests": lambda own: "1",
    "content_length": lambda own: own.request.header("Content-Length"),
    "content_type": lambda own: own.request.header("Content-Type"),
    "document_root": lambda own: own.root,
    "document_uri": lambda own: own.uri,
    "host": lambda own: own.host(),
    "hostname": lambda own: own.system.hostname,
    "is_args": lambda own: "?" if own.arguments else "",
    "msec": lambda own: f"{own.system.now_ns // 1_000_000_000}.{own.system.now_ns // 1_000_000 % 1000:03d}",
    "pid": lambda own: str(own.system.pid),
    "pipe": lambda own: ".",
    "proxy_add_x_forwarded_for": lambda own: own.forwarded(),
    "proxy_host": lambda own: own.proxy_host,
    "query_string": lambda own: own.arguments,
    "realpath_root": lambda own: own.root,
    "remote_addr": lambda own: own.request.peer[0],
    "realip_remote_addr": lambda own: own.request.peer[0],
    "remote_port": lambda own: str(own.request.peer[1]),
    "remote_user": lambda own: own.user,
    "request": lambda own: own.request.line,
    "request_body": lambda own: own.request.body.decode("utf-8", "surrogateescape"),
    "request_filename": lambda own: own.filename,
    "request_length": lambda own: str(len(own.request.line) + len(own.request.body) + 4),
    "request_method": lambda own: own.request.method,
    "request_time": lambda own: "0.000",
    "request_uri": lambda own: own.request.target,
    "scheme": lambda own: "http",
    "server_name": lambda own: own.server_name,
    "server_port": lambda own: str(own.request.port),
    "server_protocol": lambda own: own.request.version,
    "status": lambda own: f"{own.response.status:03d}" if own.response is not None else "000",
    "time_iso8601": lambda own: own.stamp("%Y-%m-%dT%H:%M:%S+00:00"),
    "time_local": lambda own: own.stamp("%d/%b/%Y:%H:%M:%S +0000"),
    "upstream_addr": lambda own: own.upstream[0],
    "upstream_response_time": lambda own: "0.001" if own.upstream[0] else "",
    "upstream_status": lambda own: own.upstream[1],
    "uri": lambda own: own.uri,
}
