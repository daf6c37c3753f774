"""Apache's httpd, and busybox's: static files by a configuration, an access log, an error log.

Of httpd.conf, or Debian's apache2.conf, are read: ServerRoot, Listen, ServerName, DocumentRoot, DirectoryIndex, Define-less Include. What stands in
sections counts where the section is an <IfModule> or the <VirtualHost>. One process answers; there are no workers.
"""

from __future__ import annotations

import posixpath
import re
from typing import Final, NamedTuple

from fakedocker.base.numbers import is_digits
from fakedocker.kernel.program import APPEND, CREATE, WRITE, Stat, System
from fakedocker.userland.inputs import State, bytes_of, text_of
from fakedocker.userland.network.routing import own_address
from fakedocker.userland.processes.dates import format_date
from fakedocker.userland.services.apache_versions import of_debian
from fakedocker.userland.services.connections import Connection, open_listeners
from fakedocker.userland.services.http import REASONS, Request, Response, Style, serve
from fakedocker.userland.services.static_files import TYPES, decode_path, extension, file_response, read_content
from fakedocker.userland.sh.patterns import matches
from fakedocker.userland.tools import Register, base_name, is_busybox, join, parse_options, say, stat_or_none
from fakedocker.userland.versions import version_of

PROGRAMS = Register()
VERSION: Final = "2.4.62"
_ROOT: Final = "/usr/local/apache2"


class _Layout(NamedTuple):
    """Where one of its builds has its files, and what it calls itself."""

    name: str
    root: str
    configuration: str
    pid_file: str
    label: str
    module: str
    resumes: str
    listens: tuple[int, ...]
    """Where it listens when the configuration does not say; () where that is an error."""


_UPSTREAM: Final = _Layout(
    "httpd", _ROOT, f"{_ROOT}/conf/httpd.conf", f"{_ROOT}/logs/httpd.pid", "Unix", "mpm_event", "AH00489", ()
)
_DEBIAN: Final = _Layout(
    "apache2", "/etc/apache2", "/etc/apache2/apache2.conf", "/var/run/apache2/apache2.pid", "Debian", "mpm_prefork", "AH00163", (80,),
)  # fmt: skip
_ORDER: Final = (
    "Date",
    "Server",
    "Location",
    "Last-Modified",
    "ETag",
    "Accept-Ranges",
    "Content-Length",
    "Content-Range",
)
_ENDS: Final = {2: "SIGINT", 15: "SIGTERM", 28: "SIGWINCH"}
_KNOWN: Final = frozenset(
    """ServerRoot Listen LoadModule User Group ServerAdmin ServerName AllowOverride Require DocumentRoot Options Order Deny
    DirectoryIndex Files ErrorLog LogLevel LogFormat CustomLog Redirect Alias ScriptAlias Scriptsock RequestHeader Header
    TypesConfig AddType AddEncoding AddHandler AddOutputFilter MIMEMagicFile ErrorDocument MaxRanges EnableMMAP Allow
    EnableSendfile Include IncludeOptional SSLRandomSeed ProxyPass ProxyPassReverse ProxyRequests ProxyPreserveHost
    RewriteEngine RewriteRule RewriteCond RewriteBase Timeout KeepAlive MaxKeepAliveRequests KeepAliveTimeout PidFile
    ServerTokens ServerSignature TraceEnable HostnameLookups UseCanonicalName Define UnDefine Mutex StartServers
    MinSpareThreads MaxSpareThreads ThreadsPerChild MaxRequestWorkers MaxConnectionsPerChild AuthType AuthName AuthUserFile
    SetEnv SetEnvIf PassEnv IndexOptions IndexIgnore AddIcon AddDefaultCharset FallbackResource SSLEngine SSLProtocol
    SSLCertificateFile SSLCertificateKeyFile SSLCipherSuite ServerAlias Protocols LimitRequestBody ExpiresActive
    ExpiresDefault ExpiresByType BrowserMatch AccessFileName ServerLimit SetHandler Satisfy""".lower().split()
)


class _Problem(Exception):
    """The configuration is wrong."""


class _Settings(NamedTuple):
    ports: tuple[int, ...]
    name: str
    root: str
    indices: tuple[str, ...]
    lists: bool  # whether folders are listed


# configuration


def _read_settings(system: System, path: str, layout: _Layout) -> _Settings:
    """Raises _Problem."""
    lines = _lines(system, path, layout)
    values: dict[str, list[str]] = {}
    for name, arguments in lines:
        values.setdefault(name, []).append(arguments)
    try:
        ports = tuple(int(text.split()[0].rpartition(":")[2]) for text in values.get("listen", []))
    except ValueError:
        raise _Problem("AH00526: Syntax error: Port must be specified") from None
    ports = ports or layout.listens
    if not ports:
        raise _Problem("no listening sockets available, shutting down")
    root = values.get("documentroot", [f"{layout.root}/htdocs"])[-1].strip("\"'")
    root = root if root.startswith("/") else f"{layout.root}/{root}"
    indices = tuple(values.get("directoryindex", ["index.html"])[-1].split())
    lists = any("Indexes" in text and "-Indexes" not in text for text in values.get("options", []))
    return _Settings(tuple(dict.fromkeys(ports)), values.get("servername", [""])[-1].strip("\"'"), root, indices, lists)


def _lines(system: System, path: str, layout: _Layout) -> list[tuple[str, str]]:
    """(directive in lower case, its arguments) of a file and what it includes, sections of modules opened."""
    try:
        text = text_of(system.read_file(path)).replace("\\\n", " ")
    except OSError as problem:
        raise _Problem(f"{layout.name}: Could not open configuration file {path}: {problem.strerror}") from None
    found: list[tuple[str, str]] = []
    for number, line in enumerate(text.splitlines(), 1):
        stripped = line.strip()
        if not stripped or stripped.startswith(("#", "<")):
            continue
        name, _, arguments = stripped.partition(" ")
        if name.lower() not in _KNOWN:
            said = f"Invalid command '{name}', perhaps misspelled or defined by a module not included in the server configuration"
            raise _Problem(f"AH00526: Syntax error on line {number} of {path}:\n{said}")
        if name.lower() in ("include", "includeoptional"):
            for target in _included(system, posixpath.join(layout.root, arguments.strip().strip("\"'")), name):
                found += _lines(system, target, layout)
        found.append((name.lower(), arguments.strip()))
    return found


def _included(system: System, target: str, directive: str) -> list[str]:
    """The files that an Include means; a star stands for names of the last folder."""
    folder, pattern = posixpath.split(target)
    if "*" not in pattern:
        return [target] if directive.lower() == "include" or stat_or_none(system, target) is not None else []
    names = sorted(system.list_directory(folder)) if stat_or_none(system, folder) is not None else []
    return [f"{folder}/{name}" for name in names if matches(pattern, name)]


@PROGRAMS.program("httpd", "apache2", usage="[-ifv[v]] [-c CONFFILE] [-p [IP:]PORT] [-h HOME]\n")
def _httpd(system: System, argv: tuple[str, ...], state: State) -> int:
    if is_busybox(system):
        return _busybox_httpd(system, argv, state)
    words = argv[1:]
    layout = _DEBIAN if base_name(argv[0]) == "apache2" else _UPSTREAM
    version = of_debian(system, VERSION) if layout is _DEBIAN else version_of(system, "HTTPD_VERSION", VERSION)
    php = version_of(system, "PHP_VERSION", "") if layout is _DEBIAN else ""
    if "-v" in words:
        system.put(f"Server version: Apache/{version} ({layout.label})\nServer built:   Jul 17 2024 18:04:05\n")
        return 0
    path = words[words.index("-f") + 1] if "-f" in words[:-1] else layout.configuration
    if "settings" not in state:
        try:
            state["settings"] = tuple(_read_settings(system, path, layout))
        except _Problem as problem:
            system.put(bytes_of(f"{problem}\n"), 2)
            return 1
        status = _start(system, words, state, f"{version} ({layout.label})" + (f" PHP/{php}" if php else ""), layout)
        if status is not None:
            return status
    settings = _Settings(*state["settings"])

    def handle(request: Request, connection: Connection) -> Response | None:
        page = _page(system, settings, request) if php else ""
        if page:
            from fakedocker.userland.languages.toolchains.php import answer  # a server without PHP can do without it

            response = answer(system, state, page, request, connection, f"Apache/{version} ({layout.label})")
            return None if response is None else _logged(system, state, request, response, layout)
        return _logged(system, state, request, _answer(system, settings, request), layout)

    style = Style(f"Apache/{version} ({layout.label})", _ORDER)
    serve(system, state, handle, style, lambda: _is_over(system, state, path, layout))
    said = {28: "AH00492: caught SIGWINCH, shutting down gracefully"}
    number = state["signal"]
    _log(system, state, f"{layout.module}:notice", said.get(number, f"AH00491: caught {_ENDS[number]}, shutting down"))
    return 0


def _start(system: System, words: tuple[str, ...], state: State, version: str, layout: _Layout) -> int | None:
    """None when it listens, else the exit status.

    Args:
        version: as the log has it, with what stands in brackets.
    """
    settings = _Settings(*state["settings"])
    if "-k" in words and words[-1] in ("stop", "graceful-stop", "graceful", "restart"):
        return _signal(system, words[-1], layout)
    if layout is _DEBIAN and not {"FOREGROUND", "-DFOREGROUND", "-X", "-t"} & set(words):
        return _detach(system, (layout.name, *words))
    if not settings.name:
        own = own_address(system)
        said = f"AH00558: {layout.name}: Could not reliably determine the server's fully qualified domain name, using {own}. Set the 'ServerName' directive globally to suppress this message\n"
        system.put(said if "-t" in words else said * 2, 2)
    if stat_or_none(system, settings.root) is None:
        system.put(f"AH00526: Syntax error: DocumentRoot '{settings.root}' is not a directory, or is not readable\n", 2)
        return 1
    if "-t" in words:
        system.put("Syntax OK\n", 2)
        return 0
    problem = open_listeners(system, state, settings.ports)
    if problem is not None:
        said = f"({problem.errno}){problem.strerror}: AH00072: make_sock: could not bind to address 0.0.0.0:{problem.filename}"
        system.put(f"{said}\nno listening sockets available, shutting down\nAH00015: Unable to open logs\n", 2)
        return 1
    for number in (1, 10, *_ENDS):
        system.catch(number, "catch")
    state["logs"] = [_open_log(system, layout, "access", 1), _open_log(system, layout, "error", 2)]
    _log(
        system,
        state,
        f"{layout.module}:notice",
        f"{layout.resumes}: Apache/{version} configured -- resuming normal operations",
    )
    _log(
        system,
        state,
        "core:notice",
        f"AH00094: Command line: '{layout.name} {' '.join(words).replace('-DFOREGROUND', '-D FOREGROUND')}'",
    )
    try:
        system.write_file(layout.pid_file, f"{system.pid}\n".encode())
    except OSError as denied:
        said = f"({denied.errno}){denied.strerror}: AH00100: {layout.name}: could not log pid to file {layout.pid_file}"
        _log(system, state, "core:error", said)
        return 1
    return None


def _open_log(system: System, layout: _Layout, name: str, otherwise: int) -> int:
    """The descriptor of a log: Debian has files, which its images of PHP make links to the standard streams."""
    path = f"/var/log/apache2/{name}.log"
    if layout is not _DEBIAN or stat_or_none(system, "/var/log/apache2") is None:
        return otherwise
    return system.open(path, WRITE | CREATE | APPEND)


def _detach(system: System, argv: tuple[str, ...]) -> int:
    """Go on in the background, as it does unless it is told not to."""
    path = system.find_program(argv[0], system.environment.get("PATH", "/usr/sbin:/usr/bin"))
    system.spawn(path, (argv[0], *argv[1:], "-DFOREGROUND"), dict(system.environment))
    return 0


def _signal(system: System, action: str, layout: _Layout) -> int:
    number = {"stop": 15, "graceful-stop": 28, "graceful": 10, "restart": 1}[action]
    try:
        system.kill(int(system.read_file(layout.pid_file)), number)
    except (OSError, ValueError):
        system.put(f"{layout.name} (no pid file) not running\n", 2)
        return 1
    return 0


def _is_over(system: System, state: State, path: str, layout: _Layout) -> bool:
    """Take signals; whether the server is to end."""
    number = system.take_signal()
    if number in (1, 10):
        said = "AH00493: SIGUSR1 received.  Doing graceful restart" if number == 10 else "AH00494: SIGHUP received.  Attempting to restart"  # fmt: skip
        _log(system, state, f"{layout.module}:notice", said)
        try:
            state["settings"] = tuple(_read_settings(system, path, layout))
        except _Problem as problem:
            system.put(bytes_of(f"{problem}\n"), 2)
    elif number is not None:
        state["signal"] = number
    return "signal" in state


def _log(system: System, state: State, where: str, text: str) -> None:
    seconds, nanoseconds = divmod(system.now_ns, 1_000_000_000)
    stamp = format_date("%a %b %d %H:%M:%S", seconds) + f".{nanoseconds // 1000:06d} " + format_date("%Y", seconds)
    system.put(bytes_of(f"[{stamp}] [{where}] [pid {system.pid}:tid {system.pid}] {text}\n"), state["logs"][1])


def _logged(system: System, state: State, request: Request, response: Response, layout: _Layout) -> Response:
    stamp = format_date("%d/%b/%Y:%H:%M:%S +0000", system.now_ns // 1_000_000_000)
    size = len(response.body) if request.method != "HEAD" and response.body else "-"
    agent, referrer = request.header("User-Agent", "-"), request.header("Referer", "-")
    more = f' "{referrer}" "{agent}"' if layout is _DEBIAN else ""  # the combined format
    system.put(
        bytes_of(f'{request.peer[0]} - - [{stamp}] "{request.line}" {response.status} {size}{more}\n'), state["logs"][0]
    )
    return response


def _page(system: System, settings: _Settings, request: Request) -> str:
    """The page of PHP's that a request asks for, "" for none; where there is no file, the front page of a whole application."""
    path = settings.root.rstrip("/") + decode_path(request.path)
    found = stat_or_none(system, path.rstrip("/") or "/")
    if found is not None and found.kind == "dir" and path.endswith("/"):
        has_other = any(
            stat_or_none(system, path + name) is not None for name in settings.indices if not name.endswith(".php")
        )
        path += "" if has_other else "index.php"
    elif found is None and stat_or_none(system, f"{settings.root}/wp-blog-header.php") is not None:
        path = f"{settings.root}/index.php"
    return path if path.endswith(".php") and stat_or_none(system, path) is not None else ""


def _answer(system: System, settings: _Settings, request: Request) -> Response:
    if request.method not in ("GET", "HEAD"):
        return error_page(405)
    path = decode_path(request.path)
    full = settings.root.rstrip("/") + path
    found = stat_or_none(system, full.rstrip("/") or "/")
    if found is not None and found.kind == "dir":
        if not path.endswith("/"):
            target = f"http://{request.header('Host') or 'localhost'}{path}/"
            page = error_page(301, f'The document has moved <a href="{target}">here</a>.')
            return page._replace(headers=(("Location", target), *page.headers))
        chosen = next((name for name in settings.indices if stat_or_none(system, full + name) is not None), None)
        if chosen is None:
            return _listing(system, full, path) if settings.lists else error_page(403)
        full += chosen
        found = stat_or_none(system, full)
    if found is None or (path.endswith("/") and not full.endswith(settings.indices)):
        return error_page(404)
    try:
        content = read_content(system, full, found, request, _tag(found))
    except OSError:
        return error_page(403)
    kind = TYPES.get(extension(full))
    headers = (*content.headers, *((("Content-Type", kind),) if kind else ()))
    return Response(content.status, content.body, headers)


def _tag(found: Stat) -> str:
    """Size and microseconds in hexadecimal."""
    return f'"{found.size_bytes:x}-{found.mtime_ns // 1000:x}"'


_SAYINGS: Final = {
    403: "You don't have permission to access this resource.",
    404: "The requested URL was not found on this server.",
    405: "The requested method is not allowed for this URL.",
}


def error_page(status: int, said: str = "") -> Response:
    """Apache's page for a status."""
    reason = REASONS[status]
    body = (
        f'<!DOCTYPE HTML PUBLIC "-//IETF//DTD HTML 2.0//EN">\n<html><head>\n<title>{status} {reason}</title>\n</head><body>\n'
        f"<h1>{reason}</h1>\n<p>{said or _SAYINGS.get(status, reason)}</p>\n</body></html>\n"
    )
    return Response(status, body.encode(), (("Content-Type", "text/html; charset=iso-8859-1"),))


def _listing(system: System, full: str, path: str) -> Response:
    names = [name for name in system.list_directory(full) if not name.startswith(".")]
    shown = [name + "/" if (found := stat_or_none(system, join(full, name))) and found.kind == "dir" else name for name in names]  # fmt: skip
    up = '<li><a href="/"> Parent Directory</a></li>\n' if path != "/" else ""
    items = "".join(f'<li><a href="{name}"> {name}</a></li>\n' for name in shown)
    body = (
        '<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 3.2 Final//EN">\n<html>\n <head>\n'
        f"  <title>Index of {path}</title>\n </head>\n <body>\n<h1>Index of {path}</h1>\n<ul>{up}{items}</ul>\n</body></html>\n"
    )
    return Response(200, bytes_of(body), (("Content-Type", "text/html;charset=UTF-8"),))


# busybox's


def _busybox_httpd(system: System, argv: tuple[str, ...], state: State) -> int:
    options = parse_options(system, argv, "ifvc:p:h:u:r:d:e:m:")
    if "d" in options:
        system.put(
            re.sub(r"%([0-9a-fA-F]{2})", lambda match: chr(int(match[1], 16)), options.last("d").replace("+", " "))
        )
        return 0
    root = options.last("h", ".")
    port = options.last("p", "80").rpartition(":")[2]
    if "listeners" not in state:
        if not is_digits(port) or not 0 < int(port) < 65536:
            say(system, f"bad port '{port}'")
            return 1
        if stat_or_none(system, root) is None:
            say(system, f"can't change directory to '{root}': No such file or directory")
            return 1
        if "f" not in options:
            program = system.find_program(argv[0], system.environment.get("PATH", "/bin"))
            system.spawn(program, (argv[0], "-f", *argv[1:]), dict(system.environment))
            return 0
        problem = open_listeners(system, state, [int(port)])
        if problem is not None:
            say(system, f"bind: {problem.strerror}")
            return 1
    missing = Response(404, b"<HTML><HEAD><TITLE>404 Not Found</TITLE></HEAD>\n<BODY><H1>404 Not Found</H1>\nThe requested URL was not found\n</BODY></HTML>\n", (("Content-Type", "text/html"),))  # fmt: skip

    def handle(request: Request, connection: Connection) -> Response:
        response = file_response(system, root, request, missing)._replace(close=True)
        if "v" in options:
            system.put(f"[::ffff:{request.peer[0]}]:{request.peer[1]}: response:{response.status}\n", 2)
        return response

    serve(system, state, handle, Style(order=("Date", "Connection", "Content-type")))
    return 0
