"""Traefik's process: it listens at its entry points, keeps up with the engine's containers, and passes requests on.

From pkg/server, pkg/proxy/httputil and pkg/provider/docker/pdocker.go of traefik/traefik. Version 1, TLS, other
providers than Docker, TCP and UDP are not simulated.
"""

from __future__ import annotations

import re
from typing import Final

import msgspec

from fakedocker.kernel.program import System, Unsimulated
from fakedocker.userland.inputs import State
from fakedocker.userland.network.http_client import RequestProblem, parse_url, request as http_request
from fakedocker.userland.processes.dates import format_date
from fakedocker.userland.services import docker_watch, upstream
from fakedocker.userland.services.connections import Connection, open_listeners
from fakedocker.userland.services.http import Request, Response, Style, serve
from fakedocker.userland.services.traefik import api, dynamic, middlewares, settings as starting
from fakedocker.userland.services.traefik.dynamic import Served
from fakedocker.userland.services.traefik.forwarding import HOP_BY_HOP, forwarded, in_order, message
from fakedocker.userland.services.traefik.labels import Router, Service
from fakedocker.userland.services.traefik.settings import Settings
from fakedocker.userland.tools import Register
from fakedocker.userland.versions import version_of

PROGRAMS = Register()
_SECOND_NS: Final = 1_000_000_000
_DIALS_NS: Final = 30 * _SECOND_NS
_THROTTLE_NS: Final = 2 * _SECOND_NS
"""providersThrottleDuration: at least so long between two configurations."""
_RETRIES_NS: Final = (500_000_000, 750_000_000, 1_125_000_000, 1_687_500_000, 2_531_250_000, 3_796_875_000)
"""How long an exponential backoff waits; Traefik varies each by chance."""
_STYLE: Final = Style(order=(), date=True)
_TEXT: Final = ("Content-Type", "text/plain; charset=utf-8")
_NOSNIFF: Final = ("X-Content-Type-Options", "nosniff")
_FILE_LIMIT: Final = {"3.6": (3, 6, 1), "2.11": (2, 11, 31)}
"""Since when it takes the engine's own version of the API (CHANGELOG, "Auto-negotiate Docker API Version"); 1.24 before."""
_CODENAMES: Final = {
    "2.0": "montdor", "2.1": "cantal", "2.2": "chevrotin", "2.3": "picodon", "2.11": "mimolette", "3.1": "comte", "3.2": "munster",
    "3.3": "saintnectaire", "3.4": "chaource", "3.5": "chabichou", "3.6": "ramequin", "3.7": "langres",
}  # fmt: skip
"""As its builds name them, where their description says it."""
_PAGE: Final = (
    '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>Traefik Proxy</title>\n</head>\n<body>\n'
    "<h1>Traefik</h1>\n<p>This page is simulated; what it would show is at /api/rawdata.</p>\n</body>\n</html>\n"
)


@PROGRAMS.program("traefik")
def _traefik(system: System, argv: tuple[str, ...], state: State) -> int:
    version = version_of(system, "TRAEFIK_VERSION", "3.1.5").removeprefix("v")
    numbers = tuple(int(number) for number in re.findall(r"\d{1,6}", version)[:3])
    words = argv[1:]
    if words[:1] == ("version",):
        codename = _CODENAMES.get(".".join(map(str, numbers[:2])), "")
        system.put(
            f"Version:      {version}\n{f'Codename:     {codename}' + chr(10) if codename else ''}OS/Arch:      linux/amd64\n"
        )
        return 0
    if numbers < (2,):
        raise Unsimulated("Traefik 1")
    words = words[1:] if words[:1] == ("traefik",) else words
    if words[:1] == ("healthcheck",):
        return _check_health(system, words[1:], state, numbers)
    return _Server(system, state, numbers).run(words)


def _check_health(system: System, words: tuple[str, ...], state: State, version: tuple[int, ...]) -> int:
    try:
        settings = starting.read_settings(system, words, version[0])
    except starting.SettingsProblem as problem:
        system.put(f"{problem}\n", 2)
        return 1
    if not settings.ping:
        system.put("Please enable `ping` to use health check.\n", 2)
        return 1
    port = next((point.port for point in settings.entry_points if point.name == settings.ping_entry_point), 8080)
    url = f"http://:{port}/ping"
    state.setdefault("check", {})
    message = f"HEAD /ping HTTP/1.1\r\nHost: :{port}\r\nUser-Agent: Go-http-client/1.1\r\n\r\n".encode()
    deadline_ns = state.setdefault("deadline_ns", system.now_ns + 5 * _SECOND_NS)
    try:
        found = http_request(
            system, state["check"], parse_url(f"http://127.0.0.1:{port}/ping"), message, True, deadline_ns
        )
    except RequestProblem as problem:
        system.put(f'Error calling healthcheck: Head "{url}": dial tcp :{port}: connect: {problem.message.lower()}\n')
        return 1
    if found.status != 200:
        system.put(f"Bad healthcheck status: {found.status} {found.reason}\n")
        return 1
    system.put(f"OK: {url}\n")
    return 0


class _Server:
    """One run; all memory is in `state`."""

    def __init__(self, system: System, state: State, version: tuple[int, ...]) -> None:
        self.system = system
        self.state = state
        self.version = version

    def run(self, words: tuple[str, ...]) -> int:
        """Serve until a signal ends it. Blocks."""
        state = self.state
        if "settings" not in state:
            problem = self._start(words)
            if problem:
                self._log(
                    "ERR",
                    "Command error" if self.version >= (3,) else "",
                    {"error": f"command traefik error: {problem}"},
                )
                return 1
        settings = self.settings
        if settings.docker and "docker" not in state and "retry_ns" not in state:
            self._connect()
        serve(
            self.system, state, self._handle, _STYLE, self._wakes,
            elsewhere=self._elsewhere, until_ns=lambda: min(self._due(), default=None),
        )  # fmt: skip
        return 0

    @property
    def settings(self) -> Settings:
        return starting.decode(self.state["settings"])

    @property
    def served(self) -> Served:
        return dynamic.decode(self.state["served"])

    def _start(self, words: tuple[str, ...]) -> str:
        """Listen; what is wrong, "" for nothing."""
        try:
            settings = starting.read_settings(self.system, words, self.version[0])
        except starting.SettingsProblem as problem:
            return str(problem)
        ports = {point.port: point.name for point in settings.entry_points}
        taken = open_listeners(self.system, self.state, ports)
        if taken is not None:
            port = int(taken.filename)
            said = f"error opening listener: listen tcp :{port}: bind: {str(taken.strerror).lower()}"
            return f"error while building entryPoint {ports[port]}: error preparing server: {said}"
        for number in (2, 15):
            self.system.catch(number, "catch")
        for what in settings.unsimulated:
            self.system.unsimulated(what)
        self.state.update(
            settings=msgspec.to_builtins(settings), served=msgspec.to_builtins(Served()), turns={}, requests=0
        )
        self.state.update(applied=0, applied_ns=-_THROTTLE_NS, failures=0)
        return ""

    # the provider

    def _connect(self) -> None:
        old, state = self.version, self.state
        state.pop("retry_ns", None)
        negotiates = old >= _FILE_LIMIT["3.6"] or (old[0] == 2 and old >= _FILE_LIMIT["2.11"])
        try:
            docker_watch.begin(self.system, state, self.settings.socket, "" if negotiates else "1.24")
        except docker_watch.Unreachable as problem:
            self._failed(str(problem))

    def _failed(self, said: str) -> None:
        """Tell what is wrong, and try again later."""
        state = self.state
        docker_watch.let_go(self.system, state)
        wait_ns = _RETRIES_NS[min(state["failures"], len(_RETRIES_NS) - 1)]
        state["failures"] += 1
        state["retry_ns"] = self.system.now_ns + wait_ns
        wait = f"{wait_ns / 1_000_000:g}ms" if wait_ns < _SECOND_NS else f"{wait_ns / _SECOND_NS:g}s"
        named = {"providerName": "docker"}
        first = "Failed to retrieve information of the docker client and server host"
        if self.version >= (3,):
            self._log("ERR", first, {"error": said, **named})
            self._log("ERR", f"Provider error, retrying in {wait}", {"error": said, **named})
        else:
            self._log("ERR", f"{first}: {said}", named)
            self._log("ERR", f"Provider connection error {said}, retrying in {wait}", named)

    def _elsewhere(self, descriptor: int, connection: Connection) -> bool | None:
        if connection["port"] >= 0:
            if self._is_tls(connection):
                self.system.unsimulated("TLS")
                return False
            return None
        stays = docker_watch.receive(self.system, self.state, connection)
        if self.state["docker"]["problem"]:
            self._failed(self.state["docker"]["problem"])  # which has closed it
            return True
        return stays

    def _is_tls(self, connection: Connection) -> bool:
        return bool(connection["received"][:1] == b"\x16")

    def _wakes(self) -> bool:
        """Whether it ends; what is due is done before."""
        state, now_ns = self.state, self.system.now_ns
        if self.system.take_signal() is not None:
            return True
        if "retry_ns" in state and now_ns >= state["retry_ns"]:
            self._connect()
        elif self.settings.docker and "retry_ns" not in state and docker_watch.is_lost(state):
            docker_watch.let_go(self.system, state)
            state["retry_ns"] = now_ns + _RETRIES_NS[0]
        if self._has_news() and now_ns >= state["applied_ns"] + _THROTTLE_NS:
            self._apply()
        return False

    def _has_news(self) -> bool:
        docker = self.state.get("docker")
        return docker is not None and docker["generation"] > self.state["applied"] and docker["containers"] is not None

    def _due(self) -> list[int]:
        times = [self.state["retry_ns"]] if "retry_ns" in self.state else []
        return [*times, self.state["applied_ns"] + _THROTTLE_NS] if self._has_news() else times

    def _apply(self) -> None:
        state, docker = self.state, self.state["docker"]
        served = dynamic.build(docker["containers"], self.settings, self.version[0])
        for level, said, fields in served.logs:
            self._log(level, said, fields)
        for what in served.unsimulated:
            self.system.unsimulated(what)
        state.update(
            served=msgspec.to_builtins(served), applied=docker["generation"], applied_ns=self.system.now_ns, failures=0
        )

    def _log(self, level: str, text: str, fields: dict[str, str]) -> None:
        seconds = self.system.now_ns // _SECOND_NS
        if self.version >= (3,):
            shown = "".join(
                f" {key}={_shown(value)}"
                for key, value in sorted(fields.items(), key=lambda entry: (entry[0] != "error", entry[0]))
            )
            self.system.put(
                f"{format_date('%Y-%m-%dT%H:%M:%SZ', seconds)} {level}{f' {text}' if text else ''}{shown}\n"
            )
            return
        text = text or fields.get("error", "")
        shown = "".join(f" {key}={_shown(value)}" for key, value in sorted(fields.items()) if key != "error")
        quoted = text.replace("\\", "\\\\").replace('"', '\\"')
        self.system.put(f'time="{format_date("%Y-%m-%dT%H:%M:%SZ", seconds)}" level=error msg="{quoted}"{shown}\n')

    # requests

    def _handle(self, request: Request, connection: Connection) -> Response | None:
        memory = connection["memory"]
        if "began_ns" not in memory:
            memory["began_ns"] = self.system.now_ns
            self.state["requests"] += 1
            memory["request"] = self.state["requests"]
        response = self._answer(request, connection)
        if response is None:
            return None
        if self.settings.access_log and not ("internal" in memory and self.version >= (3,)):
            self._log_access(request, connection, response)
        return in_order(response, request, self.system.now_ns)

    def _answer(self, request: Request, connection: Connection) -> Response | None:
        settings, memory = self.settings, connection["memory"]
        point = next(point for point in settings.entry_points if point.port == connection["port"])
        if settings.ping and point.name == settings.ping_entry_point and request.path == "/ping":
            return Response(200, b"OK", (_TEXT,))
        if point.name == "traefik" and settings.insecure:
            inner = self._internal(request)
            if inner is not None:
                memory["internal"] = True
                return inner
        if point.redirect_to:
            to, scheme, permanent = point.redirect_to, point.redirect_scheme, point.redirect_permanent
            other = next((str(one.port) for one in settings.entry_points if one.name == to.lower()), to.lstrip(":"))
            return middlewares.to_scheme(request, scheme, other, permanent=permanent)
        served = self.served
        found = dynamic.find(served, settings, self.version[0], point.name, request)
        if found is None:
            return Response(404, b"404 page not found\n", (_TEXT, _NOSNIFF))
        name, router = found
        memory["router"] = f"{name}@docker"
        return self._route(served, router, forwarded(self.system, request), connection)

    def _route(self, served: Served, router: Router, request: Request, connection: Connection) -> Response | None:
        try:
            passed = middlewares.apply(router.middlewares, served.middlewares, request)
        except middlewares.NotSimulated as problem:
            return self._unsimulated(str(problem))
        if isinstance(passed, Response):
            return passed
        connection["memory"]["user"] = passed.user
        service, _, provider = router.service.partition("@")
        if provider == "internal":
            response = self._internal(passed.request)
        elif provider not in ("", "docker"):
            return self._unsimulated(f"the service {router.service}")
        else:
            response = self._forward(service, served.services[service], passed.request, connection)
        if response is None:
            return None
        changed = {name.lower() for name, _ in passed.response_headers}
        kept = tuple(entry for entry in response.headers if entry[0].lower() not in changed)
        return response._replace(headers=(*kept, *(entry for entry in passed.response_headers if entry[1])))

    def _internal(self, request: Request) -> Response | None:
        settings = self.settings
        if request.path == "/api" or request.path.startswith("/api/"):
            found = api.answer(self.served, settings, (self.version[0], self.version[1]), request)
            return found or self._unsimulated(f"{request.method} {request.path}")
        if not settings.dashboard:
            return None
        if request.path == "/":
            location = f"http://{request.header('Host')}/dashboard/"
            return Response(301, b"Moved Permanently", (("Location", location),))
        if request.path in ("/dashboard/", "/dashboard"):
            return Response(200, _PAGE.encode(), (("Content-Type", "text/html; charset=utf-8"),))
        return Response(404, b"404 page not found\n", (_TEXT, _NOSNIFF))

    def _unsimulated(self, what: str) -> Response:
        self.system.unsimulated(what)
        return Response(501, f"fakedocker: traefik: {what} is not simulated\n".encode(), (_TEXT,))

    def _forward(self, name: str, service: Service, request: Request, connection: Connection) -> Response | None:
        if service.unsimulated:
            return self._unsimulated(f"{service.unsimulated} of the service {name}")
        if request.header("Upgrade"):
            return self._unsimulated("passing on a connection that is upgraded")
        memory = connection["memory"]
        if "server" not in memory:
            turn = self.state["turns"].get(name, -1) + 1
            self.state["turns"][name] = turn
            memory["server"] = service.servers[turn % len(service.servers)]
        url = memory["server"]
        target = parse_url(url)
        if target.scheme not in ("http", "h2c"):
            return self._unsimulated(f"a server behind {target.scheme}")
        host = request.header("Host") if service.pass_host else url.partition("//")[2]
        try:
            found = upstream.exchange(
                self.system, connection, "exchange", (target.host, target.port), message(request, host),
                head_only=request.method == "HEAD", connect_ns=_DIALS_NS,
            )  # fmt: skip
        except upstream.Problem as problem:
            text, status = (b"Gateway Timeout", 504) if problem.timed_out else (b"Bad Gateway", 502)
            return Response(status, text, (_TEXT,))
        if found is None:
            return None
        kept = tuple(entry for entry in found.headers if entry[0].lower() not in HOP_BY_HOP | {"content-length"})
        if request.method == "HEAD" and (length := found.header("Content-Length")):
            kept = (*kept, ("Content-Length", length))
        return Response(found.status, found.body, kept)

    def _log_access(self, request: Request, connection: Connection, response: Response) -> None:
        memory, now_ns = connection["memory"], self.system.now_ns
        when = format_date("%d/%b/%Y:%H:%M:%S +0000", memory["began_ns"] // _SECOND_NS)
        router = f'"{memory["router"]}"' if "router" in memory else '"-"'
        server = f'"{memory["server"]}"' if "server" in memory else '"-"'
        size = 0 if request.method == "HEAD" else len(response.body)
        took = (now_ns - memory["began_ns"]) // 1_000_000
        user = memory.get("user") or "-"
        self.system.put(
            f'{request.peer[0]} - {user} [{when}] "{request.method} {request.target} {request.version}" {response.status} {size} '
            f'"-" "-" {memory["request"]} {router} {server} {took}ms\n'
        )


def _shown(value: str) -> str:
    """As zerolog and logrus write a field: in quotes where it has more than plain letters."""
    if re.fullmatch(r"[\w@.:/-]+", value):
        return value
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
