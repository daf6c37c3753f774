"""The registry of distribution, in a container: the protocol's rules over the files below /var/lib/registry.

The daemon's own pushes and pulls lay their hands on the same files. Source: distribution registry (v2.8.3).
"""

from __future__ import annotations

import posixpath
from typing import Final

from fakedocker.kernel.program import System, Unsimulated
from fakedocker.registry.distribution import htpasswd, rules
from fakedocker.registry.distribution.access import BASIC, Access
from fakedocker.registry.distribution.contents import Upload
from fakedocker.registry.distribution.layout import FolderContents
from fakedocker.userland.inputs import State, text_of
from fakedocker.userland.processes.dates import format_date
from fakedocker.userland.services.connections import Connection, open_listeners
from fakedocker.userland.services.http import Request, Response, Style, serve
from fakedocker.userland.tools import Register
from fakedocker.wire import http

PROGRAMS = Register()
DIRECTORY: Final = "/var/lib/registry"
_VERSION: Final = "2.8.3"
_STYLE: Final = Style(order=("Date", "Content-Length", "Content-Type"), reasons=((413, "Request Entity Too Large"),))
_TLS_STYLE: Final = Style(version="HTTP/1.0", order=())
_PLAIN: Final = Response(400, b"Client sent an HTTP request to an HTTPS server.\n", close=True)
"""What Go's server says to somebody who begins no TLS."""
_TLS_FILES: Final = ("REGISTRY_HTTP_TLS_CERTIFICATE", "REGISTRY_HTTP_TLS_KEY")
_SECRET: Final = (
    "No HTTP secret provided - generated random secret. This may cause problems with uploads if multiple registries are behind a "
    "load-balancer. To provide a shared secret, fill in http.secret in the configuration file or set the REGISTRY_HTTP_SECRET "
    "environment variable."
)
_FILE_LIMIT_BYTES: Final = 1 << 30


class _SystemFolder:
    """The registry's folder, with the system calls of its process."""

    def __init__(self, system: System) -> None:
        self._system = system

    def size_bytes(self, path: str) -> int | None:
        try:
            found = self._system.stat(posixpath.join(DIRECTORY, path))
        except OSError:
            return None
        return None if found.kind == "dir" else found.size_bytes

    def read(self, path: str, start: int, end: int) -> bytes:
        return self._system.read_file(posixpath.join(DIRECTORY, path), _FILE_LIMIT_BYTES)[start:end]

    def write(self, path: str, data: bytes) -> None:
        target = posixpath.join(DIRECTORY, path)
        self._make(posixpath.dirname(target))
        self._system.write_file(target, data)

    def _make(self, directory: str) -> None:
        try:
            self._system.stat(directory)
        except OSError:
            self._make(posixpath.dirname(directory))
            self._system.make_directory(directory, 0o755)

    def remove(self, path: str) -> None:
        if self.size_bytes(path) is not None:
            self._system.remove_file(posixpath.join(DIRECTORY, path))

    def names(self, path: str) -> list[str]:
        try:
            return sorted(self._system.list_directory(posixpath.join(DIRECTORY, path)))
        except OSError:
            return []


@PROGRAMS.program("registry")
def _registry(system: System, argv: tuple[str, ...], state: State) -> int:
    """registry serve CONFIGURATION."""
    if argv[1:] in (("--version",), ("-v",)):
        system.put(f"registry github.com/docker/distribution {_VERSION}\n")
        return 0
    asks = system.environment.get("REGISTRY_AUTH", "")
    if asks not in ("", "none", "htpasswd"):
        raise Unsimulated(f"REGISTRY_AUTH={asks}, which is not htpasswd,")
    if asks == "htpasswd" and "REGISTRY_AUTH_HTPASSWD_REALM" not in system.environment:
        system.put(
            'panic: unable to configure authorization (htpasswd): "realm" must be set for htpasswd access controller\n',
            2,
        )
        return 2
    port = int(system.environment.get("REGISTRY_HTTP_ADDR", ":5000").rpartition(":")[2])
    has_tls = bool(system.environment.get(_TLS_FILES[0]))
    if "started" not in state:
        if has_tls and not _has_certificate(system):
            return 1
        _start(system, state, f"{port}, tls" if has_tls else str(port))
    if "listeners" not in state:
        problem = open_listeners(system, state, [port])
        if problem is not None:
            _log(system, state, "fatal", f"listen tcp :{port}: bind: {str(problem.strerror).lower()}")
            return 1
        for number in (2, 15):
            system.catch(number, "catch")

    def handle(request: Request, connection: Connection) -> Response:
        if has_tls:
            return _PLAIN
        response = _answer(system, state, request)
        stamp = format_date("%d/%b/%Y:%H:%M:%S +0000", system.now_ns // 1_000_000_000)
        agent = request.header("User-Agent")
        system.put(
            f'{request.peer[0]} - - [{stamp}] "{request.line}" {response.status} {len(response.body)} "" "{agent}"\n'
        )
        return response

    style = _TLS_STYLE if has_tls else _STYLE
    serve(system, state, handle, style, lambda: system.take_signal() is not None, maximum_body_bytes=_FILE_LIMIT_BYTES)
    return 2


def _has_certificate(system: System) -> bool:
    """Whether the files that TLS takes are there; if not, the complaint.

    The daemon, whose requests end in the registry's files, does not look at what is in them: it takes any certificate
    of a registry on loopback.
    """
    for name in _TLS_FILES:
        path = system.environment.get(name, "")
        try:
            system.read_file(path)
        except OSError as problem:
            stamp = format_date("%Y-%m-%dT%H:%M:%SZ", system.now_ns // 1_000_000_000)
            system.put(f'time="{stamp}" level=fatal msg="open {path}: {str(problem.strerror).lower()}" \n', 2)
            return False
    return True


def _start(system: System, state: State, where: str) -> None:
    state["started"] = True
    unique = f"{system.random(1 << 128):032x}"
    state["instance"] = f"{unique[:8]}-{unique[8:12]}-4{unique[13:16]}-a{unique[17:20]}-{unique[20:]}"
    state["uploads"] = {}
    if "REGISTRY_HTTP_SECRET" not in system.environment:
        _log(system, state, "warning", _SECRET)
    for text in (
        "redis not configured",
        "Starting upload purge in 1m0s",
        "using inmemory blob descriptor cache",
        f"listening on [::]:{where}",
    ):
        _log(system, state, "info", text)


def _log(system: System, state: State, level: str, text: str) -> None:
    seconds, nanoseconds = divmod(system.now_ns, 1_000_000_000)
    stamp = format_date("%Y-%m-%dT%H:%M:%S", seconds)
    system.put(
        f'time="{stamp}.{nanoseconds:09d}Z" level={level} msg="{text}" go.version=go1.20.8 instance.id={state["instance"]}'
        f" service=registry version={_VERSION} \n",
        2,
    )


def _access(system: System) -> Access:
    """Who may do what: everybody, or whoever is in the file, which is read each time."""
    environment = system.environment
    if environment.get("REGISTRY_AUTH") != "htpasswd":
        return Access()
    try:
        text = text_of(system.read_file(environment.get("REGISTRY_AUTH_HTPASSWD_PATH", "")))
    except OSError:
        text = ""
    known = htpasswd.users(text)
    return Access(
        mode=BASIC, service=environment["REGISTRY_AUTH_HTPASSWD_REALM"],
        lets_in=lambda name, password: htpasswd.lets_in(known, name, password),
    )  # fmt: skip


def _answer(system: System, state: State, request: Request) -> Response:
    if request.path in ("/", ""):
        return Response(200, b"", (("Cache-Control", "no-cache"),))
    contents = FolderContents(_SystemFolder(system), lambda: system.random(1 << 128))
    for identifier, (repository, data) in state["uploads"].items():
        contents.uploads[identifier] = Upload(repository, [data], len(data))
    headers = {name.lower(): value for name, value in request.headers}
    asked = http.Request(method=request.method, target=request.target, headers=headers, body=request.body)
    reply = rules.handle(contents, _access(system), asked, system.now_ns)
    contents.write()
    state["uploads"] = {
        identifier: (upload.repository, b"".join(upload.parts)) for identifier, upload in contents.uploads.items()
    }
    kept = tuple((name, value) for name, value in reply.headers if name != "Content-Type" or reply.body)
    return Response(reply.status, reply.body or b"", kept)
