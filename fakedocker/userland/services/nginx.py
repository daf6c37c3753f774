"""nginx: a master that reads the configuration and workers that serve files by it.

What is served: static files with index and try_files, `return`, `alias`, `autoindex`, `error_page`, `stub_status`, and
proxy_pass to a simulated server. Signals as nginx takes them: QUIT and TERM stop, HUP reads the configuration again.
"""

from __future__ import annotations

import posixpath
import re
from typing import Any, Final

from fakedocker.kernel.program import APPEND, CREATE, WRITE, Stat, System
from fakedocker.userland.dates import format_date
from fakedocker.userland.http_client import Address, RequestProblem, parse_url, request
from fakedocker.userland.inputs import State, bytes_of
from fakedocker.userland.services.http_server import REASONS, Request, Response, http_date, open_listeners, serve
from fakedocker.userland.services.nginx_config import (
    ConfigProblem,
    Directive,
    Location,
    Server,
    all_of,
    find,
    read_config,
    servers,
)
from fakedocker.userland.tools import Register, stat_or_none

PROGRAMS = Register()
VERSION: Final = "1.27.1"
_CONFIG: Final = "/etc/nginx/nginx.conf"
_TYPES: Final = {"html": "text/html", "htm": "text/html", "css": "text/css", "js": "application/javascript", "json": "application/json", "txt": "text/plain", "xml": "text/xml", "png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "gif": "image/gif", "svg": "image/svg+xml", "ico": "image/x-icon", "woff2": "font/woff2", "pdf": "application/pdf", "wasm": "application/wasm"}  # fmt: skip
_PID_FILES: Final = ("/run/nginx.pid", "/var/run/nginx.pid")


@PROGRAMS.program("nginx")
def _nginx(system: System, argv: tuple[str, ...], state: State) -> int:
    if argv[0].startswith("nginx: worker"):
        return _worker(system, state)
    words = list(argv[1:])
    if argv[0].startswith("nginx: master"):
        words = argv[0].split()[4:]
    options = {
        words[place]: words[place + 1] if place + 1 < len(words) else ""
        for place in range(len(words))
        if words[place].startswith("-")
    }
    if "-v" in options or "-V" in options:
        system.put(f"nginx version: nginx/{VERSION}\n", 2)
        return 0
    path = options.get("-c", _CONFIG)
    if "-s" in options:
        return _signal_master(system, options["-s"])
    try:
        config = read_config(system, path)
        listed = servers(config)
        _check(config)
    except ConfigProblem as problem:
        system.put(
            f"{_stamp(system)} [emerg] {system.pid}#{system.pid}: {problem}\n"
            if "-t" not in options
            else f"nginx: [emerg] {problem}\n",
            2,
        )
        if "-t" in options:
            system.put(f"nginx: configuration file {path} test failed\n", 2)
        else:
            system.put(f"nginx: [emerg] {problem}\n", 2)
        return 1
    if "-t" in options or "-T" in options:
        system.put(
            f"nginx: the configuration file {path} syntax is ok\nnginx: configuration file {path} test is successful\n",
            2,
        )
        return 0
    return _master(system, state, argv, path, config, listed)


def _check(config: tuple[Directive, ...]) -> None:
    if find(config, "events") is None:
        raise ConfigProblem('no "events" section in configuration')


def _signal_master(system: System, name: str) -> int:
    number = {"stop": 15, "quit": 3, "reload": 1, "reopen": 10}.get(name)
    if number is None:
        system.put(f'nginx: invalid option: "-s {name}"\n', 2)
        return 1
    for path in _PID_FILES:
        try:
            pid = int(system.read_file(path).strip() or b"0")
            system.kill(pid, number)
        except (OSError, ValueError):
            continue
        if number == 1:
            system.put(f"{_stamp(system)} [notice] {system.pid}#{system.pid}: signal process started\n", 2)
        return 0
    system.put('nginx: [error] open() "/run/nginx.pid" failed (2: No such file or directory)\n', 2)
    return 1


def _stamp(system: System) -> str:
    return format_date("%Y/%m/%d %H:%M:%S", system.now_ns // 1_000_000_000)


def _log(system: System, state: State, level: str, text: str) -> None:
    line = f"{_stamp(system)} [{level}] {system.pid}#{system.pid}: {text}\n"
    descriptor = state.get("error_log", 2)
    system.put(line, descriptor)


def _open_log(system: System, directive: Directive | None, default: str, fallback: int) -> int:
    """The descriptor of a log; links to /dev/stdout and /dev/stderr lead where they lead."""
    path = directive.arguments[0] if directive is not None and directive.arguments else default
    if path in ("off", "/dev/null"):
        return -1
    if path in ("stderr", "/dev/stderr"):
        return 2
    try:
        if system.stat(path, follow=False).kind == "link":
            target = system.read_link(path)
            if target in ("/dev/stdout", "/dev/stderr"):
                return 1 if target == "/dev/stdout" else 2
    except OSError:
        pass
    try:
        return system.open(path, WRITE | CREATE | APPEND)
    except OSError:
        return fallback


# the master


def _master(
    system: System, state: State, argv: tuple[str, ...], path: str, config: tuple[Directive, ...], listed: list[Server]
) -> int:
    if not argv[0].startswith("nginx: master"):
        title = f"nginx: master process {' '.join(argv)}"
        system.execute(
            system.find_program(argv[0], system.environment.get("PATH", "/usr/sbin:/usr/bin")),
            (title,),
            dict(system.environment),
        )
    if "started" not in state:
        problem = open_listeners(system, state, sorted({port for server in listed for port in server.ports}))
        if problem is not None:
            said = f"bind() to 0.0.0.0:{problem.filename} failed ({problem.errno}: {problem.strerror})"
            system.put(f"{_stamp(system)} [emerg] {system.pid}#{system.pid}: {said}\nnginx: [emerg] {said}\n", 2)
            return 1
        state["error_log"] = _open_log(system, find(config, "error_log"), "/var/log/nginx/error.log", 2)
        for number in (1, 3, 10, 15, 17, 2, 28):
            system.catch(number, "catch")
        _greet(system, state)
        _write_pid(system, config)
        state["workers"] = []
        _start_workers(system, state, config, path)
        state["started"] = True
    return _supervise(system, state, path)


def _greet(system: System, state: State) -> None:
    for text in (
        'using the "epoll" event method',
        f"nginx/{VERSION}",
        "built by gcc 12.2.0 (Debian 12.2.0-14) ",
        "OS: Linux 6.12.0",
        "getrlimit(RLIMIT_NOFILE): 1048576:1048576",
        "start worker processes",
    ):
        _log(system, state, "notice", text)


def _write_pid(system: System, config: tuple[Directive, ...]) -> None:
    directive = find(config, "pid")
    path = directive.arguments[0] if directive is not None and directive.arguments else _PID_FILES[0]
    try:
        system.write_file(path, f"{system.pid}\n".encode())
    except OSError:
        try:
            system.write_file("/run/nginx.pid", f"{system.pid}\n".encode())
        except OSError:
            return


def _start_workers(system: System, state: State, config: tuple[Directive, ...], path: str) -> None:
    directive = find(config, "worker_processes")
    text = directive.arguments[0] if directive is not None and directive.arguments else "1"
    count = 2 if text == "auto" else int(text) if text.isdecimal() else 1
    listeners = ",".join(f"{descriptor}:{port}" for descriptor, port in sorted(state["listeners"].items()))
    environment = {**system.environment, "NGINX": f"{listeners};{state['error_log']};{path}"}
    program = system.find_program("nginx", system.environment.get("PATH", "/usr/sbin:/usr/bin"))
    for _ in range(count):
        pid = system.spawn(program, ("nginx: worker process",), environment)
        state["workers"].append(pid)
        _log(system, state, "notice", f"start worker process {pid}")


def _supervise(system: System, state: State, path: str) -> int:
    """Until a signal says to stop and the workers have ended. Blocks."""
    names = {3: "SIGQUIT", 15: "SIGTERM", 1: "SIGHUP", 17: "SIGCHLD", 2: "SIGINT", 10: "SIGUSR1"}
    while True:
        number = system.take_signal()
        if number in (3, 15, 2):
            said = f"signal {number} ({names[number]}) received" + (", shutting down" if number == 3 else ", exiting")
            if not state.get("stopping"):
                _log(system, state, "notice", said)
            state["stopping"] = True
            for pid in state["workers"]:
                system.kill(pid, number if number != 2 else 15)
        elif number == 1:
            _reload(system, state, path)
        elif number == 10:
            _log(system, state, "notice", "reopening logs")
        _reap_workers(system, state, path)
        if state.get("stopping") and not state["workers"]:
            _log(system, state, "notice", "exit")
            return 0
        if number is None:
            system.pause_for_signal()


def _reap_workers(system: System, state: State, path: str) -> None:
    for pid in list(state["workers"]):
        status = system.reap(pid)
        if status is None:
            continue
        state["workers"].remove(pid)
        _log(system, state, "notice", f"signal 17 (SIGCHLD) received from {pid}")
        _log(system, state, "notice", f"worker process {pid} exited with code {status & 127 if status < 128 else 0}")
        if not state.get("stopping") and pid not in state.get("old", []):
            _start_workers(system, state, (Directive("worker_processes", ("1",), None, "", 0),), path)


def _reload(system: System, state: State, path: str) -> None:
    _log(system, state, "notice", "signal 1 (SIGHUP) received, reconfiguring")
    try:
        config = read_config(system, path)
        listed = servers(config)
    except ConfigProblem as problem:
        _log(system, state, "emerg", str(problem))
        return
    _log(system, state, "notice", "reconfiguring")
    wanted = {port for server in listed for port in server.ports}
    for descriptor, port in list(state["listeners"].items()):
        if port not in wanted:
            system.close(descriptor)
            del state["listeners"][descriptor]
    for port in sorted(wanted - set(state["listeners"].values())):
        try:
            state["listeners"][system.listen(port)] = port
        except OSError as problem:
            _log(system, state, "emerg", f"bind() to 0.0.0.0:{port} failed ({problem.errno}: {problem.strerror})")
            return
    old = list(state["workers"])
    state["old"] = old
    _log(system, state, "notice", "start worker processes")
    _start_workers(system, state, config, path)
    for pid in old:
        system.kill(pid, 3)


# a worker


def _worker(system: System, state: State) -> int:
    listeners, error_log, path = system.environment.get("NGINX", ";2;" + _CONFIG).split(";")
    if "listeners" not in state:
        pairs = (text.split(":") for text in listeners.split(",") if text)
        state["listeners"] = {int(descriptor): int(port) for descriptor, port in pairs}
        state["connections"] = {}
        state["error_log"] = int(error_log)
        for number in (3, 15):
            system.catch(number, "catch")
        config = read_config(system, path)
        http = find(config, "http")
        state["access_log"] = _open_log(
            system, find(http.block or () if http else (), "access_log"), "/var/log/nginx/access.log", 1
        )
        entry = _nginx_user(system, config)
        if entry is not None and system.uid == 0:
            system.set_user(*entry)
    config = read_config(system, path)
    listed = servers(config)
    handler = _Handler(system, state, config, listed)

    def stopped() -> bool:
        number = system.take_signal()
        if number is not None:
            _log(system, state, "notice", "gracefully shutting down" if number == 3 else "exiting")
            return True
        return False

    serve(system, state, handler, f"nginx/{VERSION}", stopped)
    _log(system, state, "notice", "exit")
    return 0


def _nginx_user(system: System, config: tuple[Directive, ...]) -> tuple[int, int] | None:
    from fakedocker.userland.tools import find_user

    directive = find(config, "user")
    entry = find_user(system, directive.arguments[0]) if directive is not None and directive.arguments else None
    return (int(entry[2]), int(entry[3])) if entry is not None else None


class _Handler:
    """From a request to a response by the configuration."""

    def __init__(self, system: System, state: State, config: tuple[Directive, ...], listed: list[Server]) -> None:
        self.system = system
        self.state = state
        self.memory: dict[str, Any] = {}
        http = find(config, "http")
        self.http = http.block if http is not None and http.block else ()
        self.servers = listed

    def __call__(self, request: Request, memory: dict[str, Any]) -> Response:
        self.memory = memory
        server = self.server_for(request)
        response = self.respond(server, request) if server is not None else _error_page(404)
        if response.status >= 400 and server is not None:
            response = self.with_error_page(server, request, response)
        descriptor = self.state["access_log"]
        if descriptor >= 0:
            self.system.put(bytes_of(self.access_line(request, response)), descriptor)
        return response

    def server_for(self, request: Request) -> Server | None:
        host = request.header("Host").partition(":")[0]
        candidates = [server for server in self.servers if request.port in server.ports]
        return next((server for server in candidates if host in server.names), candidates[0] if candidates else None)

    def access_line(self, request: Request, response: Response) -> str:
        stamp = format_date("%d/%b/%Y:%H:%M:%S %z", self.system.now_ns // 1_000_000_000)
        size = 0 if request.method == "HEAD" else len(response.body)
        agent, referer = request.header("User-Agent", "-"), request.header("Referer", "-")
        forwarded = request.header("X-Forwarded-For", "-")
        return f'{request.peer} - - [{stamp}] "{request.method} {request.target} {request.version}" {response.status} {size} "{referer}" "{agent}" "{forwarded}"\n'

    def location_for(self, server: Server, path: str) -> Location | None:
        """nginx's order: exact, longest prefix with ^~, first regular expression, longest prefix."""
        best: Location | None = None
        for location in server.locations:
            if location.modifier == "=" and location.path == path:
                return location
            if (
                location.modifier in ("", "^~")
                and path.startswith(location.path)
                and (best is None or len(location.path) > len(best.path))
            ):
                best = location
        if best is not None and best.modifier == "^~":
            return best
        for location in server.locations:
            if location.modifier in ("~", "~*") and re.search(
                location.path, path, re.IGNORECASE if location.modifier == "~*" else 0
            ):
                return location
        return best

    def respond(self, server: Server, request: Request, path: str = "", depth: int = 0) -> Response:
        path = path or _decoded(request.path)
        location = self.location_for(server, path)
        layers = [location.directives if location is not None else (), server.directives, self.http]
        added = tuple(
            (item.arguments[0], item.arguments[1])
            for layer in layers[:1]
            for item in all_of(layer, "add_header")
            if len(item.arguments) > 1
        )
        for layer in layers[:2]:
            returned = find(layer, "return")
            if returned is not None:
                return _returned(returned, request, added)
        if location is not None and find(location.directives, "stub_status") is not None:
            return Response(
                200,
                b"Active connections: 1 \nserver accepts handled requests\n 1 1 1 \nReading: 0 Writing: 1 Waiting: 0 \n",
                (("Content-Type", "text/plain"),),
            )
        if location is not None and (proxy := find(location.directives, "proxy_pass")) is not None:
            return self.proxied(proxy, location, request)
        if request.method not in ("GET", "HEAD"):
            return _error_page(405)
        return self.file_response(server, location, layers, request, path, added, depth)

    def proxied(self, proxy: Directive, location: Location, incoming: Request) -> Response:
        """The answer of another server. The exchange is kept in the state, so the handler may block and be run again."""
        url = proxy.arguments[0]
        match = re.match(r"(https?://)([^/]+)(.*)", url)
        if match is None:
            return _error_page(502)
        upstream = next((item for item in all_of(self.http, "upstream") if item.arguments[:1] == (match[2],)), None)
        host = match[2]
        if upstream is not None and (first := find(upstream.block or (), "server")) is not None:
            host = first.arguments[0]
        target = incoming.target
        if match[3]:
            target = match[3] + target[len(location.path) :]
        address = parse_url(f"http://{host}{target}")
        return self.exchange(address, incoming, host)

    def exchange(self, address: Address, incoming: Request, host: str) -> Response:
        lines = [
            f"{incoming.method} {address.path} HTTP/1.1",
            f"Host: {host}",
            "Connection: close",
            f"X-Forwarded-For: {incoming.peer}",
        ]
        lines += [f"{name}: {value}" for name, value in incoming.headers if name.lower() not in ("host", "connection")]
        message = bytes_of("\r\n".join(lines) + "\r\n\r\n") + incoming.body
        try:
            answer = request(self.system, self.memory, address, message, incoming.method == "HEAD", None)
        except RequestProblem:
            _log(
                self.system,
                self.state,
                "error",
                f"connect() failed (111: Connection refused) while connecting to upstream, client: {incoming.peer}",
            )
            return _error_page(502)
        headers = tuple(
            (name, value)
            for name, value in answer.headers
            if name.lower() not in ("server", "date", "connection", "transfer-encoding", "content-length")
        )
        return Response(answer.status, answer.body, headers)

    def file_response(
        self,
        server: Server,
        location: Location | None,
        layers: list[tuple[Directive, ...]],
        request: Request,
        path: str,
        added: tuple[tuple[str, str], ...],
        depth: int,
    ) -> Response:
        tries = next((item for layer in layers[:2] if (item := find(layer, "try_files")) is not None), None)
        if tries is not None and depth == 0:
            for candidate in tries.arguments[:-1]:
                name = candidate.replace("$uri", path)
                found = stat_or_none(self.system, self.file_path(location, layers, name))
                if found is not None and (found.kind == "dir") == candidate.endswith("/"):
                    return self.file_response(server, location, layers, request, name, added, 1)
            last = tries.arguments[-1]
            if last.startswith("="):
                return _error_page(int(last[1:]))
            return self.respond(server, request, last.replace("$uri", path).partition("?")[0], depth + 1)
        full = self.file_path(location, layers, path)
        found = stat_or_none(self.system, full)
        if found is None:
            said = f'open() "{full}" failed (2: No such file or directory), client: {request.peer}, server: {" ".join(server.names) or "_"}, request: "{request.method} {request.target} {request.version}", host: "{request.header("Host")}"'
            _log(self.system, self.state, "error", said)
            return _error_page(404)
        if found.kind == "dir":
            return self.directory_response(server, location, layers, request, path, full, added, depth)
        return self.content(full, found, request, added, layers)

    def file_path(self, location: Location | None, layers: list[tuple[Directive, ...]], path: str) -> str:
        alias = find(location.directives, "alias") if location is not None else None
        if alias is not None and location is not None:
            return alias.arguments[0] + path[len(location.path) :]
        root = next(
            (item.arguments[0] for layer in layers if (item := find(layer, "root")) is not None and item.arguments),
            "/etc/nginx/html",
        )
        return (
            (root if root.startswith("/") else f"/etc/nginx/{root}")
            + posixpath.normpath("/" + path).replace("//", "/")
            + ("/" if path.endswith("/") and path != "/" else "")
        )

    def directory_response(
        self,
        server: Server,
        location: Location | None,
        layers: list[tuple[Directive, ...]],
        request: Request,
        path: str,
        full: str,
        added: tuple[tuple[str, str], ...],
        depth: int,
    ) -> Response:
        if not path.endswith("/"):
            host = request.header("Host") or "localhost"
            return _error_page(301, (("Location", f"http://{host}{path}/"),))
        names = next(
            (item.arguments for layer in layers if (item := find(layer, "index")) is not None), ("index.html",)
        )
        for name in names:
            found = stat_or_none(self.system, full.rstrip("/") + "/" + name)
            if found is not None and found.kind == "file":
                return self.content(full.rstrip("/") + "/" + name, found, request, added, layers)
        listing = next((item for layer in layers if (item := find(layer, "autoindex")) is not None), None)
        if listing is not None and listing.arguments[:1] == ("on",):
            return _listing(self.system, full, path)
        _log(
            self.system,
            self.state,
            "error",
            f'directory index of "{full.rstrip("/")}/" is forbidden, client: {request.peer}',
        )
        return _error_page(403)

    def content(
        self,
        full: str,
        found: Stat,
        request: Request,
        added: tuple[tuple[str, str], ...],
        layers: list[tuple[Directive, ...]],
    ) -> Response:
        modified = http_date(found.mtime_ns)
        tag = f'"{found.mtime_ns // 1_000_000_000:x}-{found.size_bytes:x}"'
        if request.header("If-None-Match") == tag or request.header("If-Modified-Since") == modified:
            return Response(304, b"", (("Last-Modified", modified), ("ETag", tag)))
        try:
            data = self.system.read_file(full)
        except OSError:
            return _error_page(403)
        default = next(
            (item.arguments[0] for layer in layers if (item := find(layer, "default_type")) is not None), "text/plain"
        )
        kind = _TYPES.get(posixpath.splitext(full)[1][1:].lower(), default)
        headers = (
            ("Content-Type", kind),
            ("Last-Modified", modified),
            ("ETag", tag),
            ("Accept-Ranges", "bytes"),
            *added,
        )
        return Response(200, data, headers)

    def with_error_page(self, server: Server, request: Request, response: Response) -> Response:
        for item in all_of(server.directives, "error_page"):
            if str(response.status) not in item.arguments[:-1]:
                continue
            location = self.location_for(server, item.arguments[-1])
            layers = [location.directives if location is not None else (), server.directives, self.http]
            full = self.file_path(location, layers, item.arguments[-1])
            found = stat_or_none(self.system, full)
            if found is not None and found.kind == "file":
                return Response(response.status, self.system.read_file(full), (("Content-Type", "text/html"),))
        return response


def _decoded(path: str) -> str:
    from urllib.parse import unquote

    return unquote(path)


def _returned(directive: Directive, request: Request, added: tuple[tuple[str, str], ...]) -> Response:
    words = directive.arguments
    if not words[0].isdecimal():
        return _error_page(302, (("Location", words[0]),))
    status = int(words[0])
    text = _filled(words[1], request) if len(words) > 1 else ""
    if status in (301, 302, 303, 307, 308):
        return _error_page(status, (("Location", text), *added))
    if not text:
        return _error_page(status) if status >= 400 else Response(status, b"", added)
    kind = () if any(name.lower() == "content-type" for name, _ in added) else (("Content-Type", "text/plain"),)
    return Response(status, bytes_of(text.replace("\\n", "\n")), (*kind, *added))


def _filled(text: str, request: Request) -> str:
    values = {"host": request.header("Host").partition(":")[0], "request_uri": request.target, "uri": request.path, "remote_addr": request.peer, "scheme": "http", "request_method": request.method, "args": request.target.partition("?")[2], "server_port": str(request.port), "http_host": request.header("Host")}  # fmt: skip
    return re.sub(
        r"\$(\w+)",
        lambda match: values.get(match[1], request.header(match[1].removeprefix("http_").replace("_", "-"))),
        text,
    )


def _error_page(status: int, headers: tuple[tuple[str, str], ...] = ()) -> Response:
    reason = f"{status} {REASONS.get(status, '')}"
    body = f"<html>\r\n<head><title>{reason}</title></head>\r\n<body>\r\n<center><h1>{reason}</h1></center>\r\n<hr><center>nginx/{VERSION}</center>\r\n</body>\r\n</html>\r\n"
    return Response(status, body.encode(), (("Content-Type", "text/html"), *headers))


def _listing(system: System, full: str, path: str) -> Response:
    lines = []
    for name in system.list_directory(full):
        found = stat_or_none(system, full.rstrip("/") + "/" + name)
        if found is None:
            continue
        shown = name + "/" if found.kind == "dir" else name
        stamp = format_date("%d-%b-%Y %H:%M", found.mtime_ns // 1_000_000_000)
        size = "-" if found.kind == "dir" else str(found.size_bytes)
        lines.append(f'<a href="{shown}">{shown}</a>{" " * max(1, 51 - len(shown))}{stamp}{size:>20}\r\n')
    text = f'<html>\r\n<head><title>Index of {path}</title></head>\r\n<body>\r\n<h1>Index of {path}</h1><hr><pre><a href="../">../</a>\r\n{"".join(lines)}</pre><hr></body>\r\n</html>\r\n'
    return Response(200, bytes_of(text), (("Content-Type", "text/html"),))
