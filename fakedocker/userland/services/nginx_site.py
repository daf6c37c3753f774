"""What an nginx configuration means: listeners, servers, locations, upstreams, logs. And what nginx finds wrong with
it.

A `Site` is made once per configuration and never changed. It must not know requests.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, NamedTuple

from fakedocker.base import regex
from fakedocker.base.numbers import is_digits
from fakedocker.base.regex import Pattern, PatternProblem
from fakedocker.userland.services.nginx_config import (
    PREFIX,
    Block,
    ConfigProblem,
    Directive,
    Sources,
    all_of,
    argument,
    find,
    parse_sources,
)

ACCESS_LOG: Final = "/var/log/nginx/access.log"
ERROR_LOG: Final = "/var/log/nginx/error.log"
LEVELS: Final = ("debug", "info", "notice", "warn", "error", "crit", "alert", "emerg")
COMBINED: Final = (
    '$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent"'
)
_REWRITING: Final = frozenset({"return", "rewrite", "set", "if", "break"})
_FILLED: Final = frozenset(
    {"return", "set", "proxy_pass", "proxy_set_header", "add_header", "log_format", "try_files", "root", "alias"}
)
_VARIABLE = re.compile(r"\$(?:\{(\w+)\}|(\w+))")
KNOWN_VARIABLES: Final = frozenset(
    """args binary_remote_addr body_bytes_sent bytes_sent connection connection_requests content_length content_type
    document_root document_uri host hostname http2 https is_args limit_rate msec nginx_version pid pipe proxy_add_x_forwarded_for
    proxy_host proxy_port query_string realip_remote_addr remote_addr remote_port remote_user request request_body request_filename
    request_id request_length request_method request_time request_uri scheme server_addr server_name server_port
    server_protocol ssl_cipher ssl_protocol status time_iso8601 time_local upstream_addr upstream_cache_status
    upstream_connect_time upstream_header_time upstream_response_length upstream_response_time upstream_status uri
    realpath_root""".split()
)
_OPEN_VARIABLES: Final = ("http_", "arg_", "cookie_", "sent_http_", "upstream_http_", "sent_trailer_")


class Listen(NamedTuple):
    address: str
    port: int
    default: bool
    tls: bool


class Location(NamedTuple):
    """`modifier` is "", "=", "^~", "~", "~*" or "@" for a named one; `scope` its block and those around it, inner first."""

    modifier: str
    path: str
    pattern: Pattern | None
    scope: tuple[Block, ...]
    locations: tuple[Location, ...]


class Server(NamedTuple):
    listens: tuple[Listen, ...]
    names: tuple[str, ...]
    scope: tuple[Block, ...]
    locations: tuple[Location, ...]


class Peer(NamedTuple):
    """A server of an upstream."""

    host: str
    port: int
    weight: int
    backup: bool


class Site(NamedTuple):
    main: Block
    http: Block
    servers: tuple[Server, ...]
    upstreams: dict[str, tuple[Peer, ...]]
    formats: dict[str, str]
    hosts: tuple[tuple[str, str, Directive], ...]
    """(host, how nginx calls it, directive) of each name that must be found at the start."""

    def endpoints(self) -> tuple[tuple[str, int], ...]:
        """(address, port) of each socket; one at all addresses stands for the others of its port."""
        found: dict[int, str] = {}
        for listen in (listen for server in self.servers for listen in server.listens):
            address = "0.0.0.0" if listen.address == "[::]" else listen.address
            found[listen.port] = address if found.get(listen.port, address) == address else "0.0.0.0"
        return tuple((found[port], port) for port in sorted(found))

    def log_paths(self) -> tuple[str, ...]:
        """Every file that something may be logged to."""
        found = {ACCESS_LOG, ERROR_LOG, error_log((self.main,))[0]}
        for block in _blocks(self.main):
            found |= {item.arguments[0] for name in ("access_log", "error_log") for item in all_of(block, name)}
        return tuple(sorted(found - {"off", "stderr"} - {path for path in found if path.startswith("syslog:")}))


def lookup(scope: tuple[Block, ...], name: str) -> list[Directive]:
    """The directives of a name at the innermost level that has any."""
    return next((found for block in scope if (found := all_of(block, name))), [])


def setting(scope: tuple[Block, ...], name: str, default: str) -> str:
    """The first argument of a directive, by the same rule."""
    found = lookup(scope, name)
    return found[0].arguments[0] if found else default


def error_log(scope: tuple[Block, ...]) -> tuple[str, str]:
    """(path, least level) of where errors go."""
    found = lookup(scope, "error_log")
    if not found:
        return ERROR_LOG, "error"
    path, *rest = found[-1].arguments
    return path, rest[0] if rest else "error"


@lru_cache(maxsize=64)
def make_site(path: str, sources: Sources) -> Site:
    """The site of a configuration. Raises ConfigProblem."""
    main = parse_sources(path, sources)
    if find(main, "events") is None:
        raise ConfigProblem('no "events" section in configuration')
    http = find(main, "http")
    block = (http.block or ()) if http is not None else ()
    scope = (block, main)
    upstreams = {item.arguments[0]: _peers(item) for item in all_of(block, "upstream")}
    servers = tuple(_server(item, scope) for item in all_of(block, "server"))
    formats = {"combined": COMBINED} | {
        item.arguments[0]: "".join(word for word in item.arguments[1:] if not word.startswith("escape="))
        for item in all_of(block, "log_format")
    }
    site = Site(main, block, servers, upstreams, formats, ())
    _check(site)
    return site._replace(hosts=_hosts(site))


def _server(directive: Directive, outer: tuple[Block, ...]) -> Server:
    block = directive.block or ()
    scope = (block, *outer)
    listens = tuple(_listen(item) for item in all_of(block, "listen")) or (Listen("0.0.0.0", 80, False, False),)
    seen: set[tuple[str, int]] = set()
    for listen, item in zip(listens, all_of(block, "listen"), strict=False):
        if (listen.address, listen.port) in seen:
            raise ConfigProblem(f"a duplicate listen {listen.address}:{listen.port}", item.place)
        seen.add((listen.address, listen.port))
    names = tuple(name for item in all_of(block, "server_name") for name in item.arguments)
    return Server(listens, names or ("",), scope, _locations(block, scope))


def _listen(directive: Directive) -> Listen:
    text, *parameters = directive.arguments
    match = re.fullmatch(r"(?:(\[[^\]]*\]|\*|[A-Za-z\d.-]*[A-Za-z.*][\w.-]*)(?::(\d+))?|(\d+))", text)
    if match is None or text.startswith("unix:"):
        raise ConfigProblem(f'invalid host in "{text}" of the "listen" directive', directive.place)
    port = int(match[2] or match[3] or 80)
    if not 0 < port < 65536:
        raise ConfigProblem(f'invalid port in "{text}" of the "listen" directive', directive.place)
    for parameter in parameters:
        name = parameter.partition("=")[0]
        if name not in (
            "default_server",
            "default",
            "ssl",
            "http2",
            "quic",
            "reuseport",
            "proxy_protocol",
            "deferred",
            "backlog",
            "bind",
            "ipv6only",
            "so_keepalive",
            "fastopen",
            "rcvbuf",
            "sndbuf",
        ):
            raise ConfigProblem(f'invalid parameter "{parameter}"', directive.place)
    address = (match[1] or "0.0.0.0").replace("*", "0.0.0.0").replace("localhost", "127.0.0.1")
    return Listen(address, port, bool({"default_server", "default"} & set(parameters)), "ssl" in parameters)


def _locations(block: Block, scope: tuple[Block, ...]) -> tuple[Location, ...]:
    found: list[Location] = []
    for directive in all_of(block, "location"):
        location = _location(directive, scope)
        if any((other.modifier, other.path) == (location.modifier, location.path) for other in found):
            raise ConfigProblem(f'duplicate location "{location.path}"', directive.place)
        found.append(location)
    return tuple(found)


def _location(directive: Directive, scope: tuple[Block, ...]) -> Location:
    *modifiers, path = directive.arguments
    modifier = modifiers[0] if modifiers else ""
    if not modifiers:
        match = re.match(r"(\^~|~\*|=|~|@)", path)
        modifier = match[1] if match is not None else ""
        path = path if modifier == "@" else path[len(modifier) :]
    elif modifier not in ("=", "^~", "~", "~*"):
        raise ConfigProblem(f'invalid location modifier "{modifier}"', directive.place)
    pattern = None
    if modifier in ("~", "~*"):
        pattern = compile_pattern(path, directive, ignore_case=modifier == "~*")
    inner = (directive.block or (), *scope)
    return Location(modifier, path, pattern, inner, _locations(directive.block or (), inner))


def perl_pattern(text: str, *, ignore_case: bool = False) -> Pattern:
    """An expression of PCRE's, which names its groups in another way. Raises PatternProblem."""
    return regex.compile_pattern(re.sub(r"\(\?<(?=[A-Za-z])", "(?P<", text), regex.IGNORECASE if ignore_case else 0)


def compile_pattern(text: str, directive: Directive, *, ignore_case: bool = False) -> Pattern:
    """A regular expression as nginx takes it. Raises ConfigProblem."""
    try:
        return perl_pattern(text, ignore_case=ignore_case)
    except PatternProblem as problem:
        said = f'pcre2_compile() failed: {problem} in "{text}"'
        raise ConfigProblem(said, directive.place) from None


def _peers(upstream: Directive) -> tuple[Peer, ...]:
    found: list[Peer] = []
    for item in all_of(upstream.block, "server"):
        host, port = split_host(item.arguments[0], 80)
        options = dict(word.partition("=")[::2] for word in item.arguments[1:])
        if "down" not in options:
            found.append(Peer(host, port, int(options.get("weight") or 1), "backup" in options))
    if not all_of(upstream.block, "server"):
        raise ConfigProblem("no servers are inside upstream", upstream.place)
    return tuple(found)


def split_host(text: str, default_port: int) -> tuple[str, int]:
    """host or host:port."""
    host, colon, port = text.rpartition(":")
    return (host, int(port)) if colon and is_digits(port) and "]" not in port else (text, default_port)


# what is checked once all is read


def _blocks(block: Block) -> list[Block]:
    found = [block]
    for directive in block:
        if directive.block is not None:
            found += _blocks(directive.block)
    return found


def _check(site: Site) -> None:
    own = {item.arguments[0][1:] for block in _blocks(site.main) for item in all_of(block, "set")}
    own |= {
        item.arguments[1][1:]
        for name in ("map", "geo", "split_clients")
        for item in all_of(site.http, name)
        if len(item.arguments) > 1
    }
    named = r"\(\?P?<(\w+)>"
    own |= {
        name
        for block in _blocks(site.main)
        for item in block
        for word in item.arguments
        for name in re.findall(named, word)
    }
    for block in _blocks(site.main):
        for item in block:
            if item.name in _FILLED:
                _check_variables(item, own)
            if item.name == "access_log" and len(item.arguments) > 1 and item.arguments[1] not in site.formats:
                raise ConfigProblem(f'unknown log format "{item.arguments[1]}"', item.place)
            if item.name == "error_log" and len(item.arguments) > 1 and item.arguments[1] not in LEVELS:
                raise ConfigProblem(f'invalid log level "{item.arguments[1]}"', item.place)
            if item.name == "return" and not _is_return(item):
                raise ConfigProblem(f'invalid return code "{item.arguments[0]}"', item.place)
            if item.name == "proxy_pass" and not re.match(r"https?://|\$", item.arguments[0]):
                raise ConfigProblem("invalid URL prefix", item.place)
    for item in all_of(site.main, "worker_processes"):
        if not (item.arguments[0] == "auto" or is_digits(item.arguments[0])):
            raise ConfigProblem("invalid number", item.place)
    _check_defaults(site)


def _is_return(item: Directive) -> bool:
    first = item.arguments[0]
    if is_digits(first):
        return int(first) <= 999
    return len(item.arguments) == 1 and first.startswith(("http://", "https://", "$scheme", "$"))


def _check_variables(item: Directive, own: set[str]) -> None:
    for word in item.arguments:
        for match in _VARIABLE.finditer(word):
            name = match[1] or match[2]
            if not (is_digits(name) or name in KNOWN_VARIABLES or name in own or name.startswith(_OPEN_VARIABLES)):
                raise ConfigProblem(f'unknown "{name}" variable')


def _check_defaults(site: Site) -> None:
    taken: set[tuple[str, int]] = set()
    for server in site.servers:
        for listen, item in zip(server.listens, all_of(server.scope[0], "listen"), strict=False):
            key = (listen.address, listen.port)
            if listen.default and key in taken:
                raise ConfigProblem(f"a duplicate default server for {listen.address}:{listen.port}", item.place)
            if listen.default:
                taken.add(key)
            if listen.tls and not lookup(server.scope, "ssl_certificate"):
                raise ConfigProblem('no "ssl_certificate" is defined for the "listen ... ssl" directive', item.place)


def conflicts(site: Site) -> list[str]:
    """Names that two servers at one port have (the second is ignored), in nginx's words."""
    seen: set[tuple[str, int, str]] = set()
    found: list[str] = []
    for server in site.servers:
        for listen in server.listens:
            for name in server.names:
                if (listen.address, listen.port, name) in seen:
                    found.append(f'conflicting server name "{name}" on {listen.address}:{listen.port}, ignored')
                seen.add((listen.address, listen.port, name))
    return found


def _hosts(site: Site) -> tuple[tuple[str, str, Directive], ...]:
    found: list[tuple[str, str, Directive]] = []
    for item in all_of(site.http, "upstream"):
        for server in all_of(item.block, "server"):
            host = split_host(server.arguments[0], 80)[0]
            found.append((host, f'upstream "{server.arguments[0]}"', server))
    for block in _blocks(site.http):
        for item in all_of(block, "proxy_pass"):
            match = re.match(r"https?://([^/]+)", item.arguments[0])
            if match is None or "$" in item.arguments[0] or match[1] in site.upstreams:
                continue
            found.append((split_host(match[1], 80)[0], f'upstream "{split_host(match[1], 80)[0]}"', item))
    return tuple(found)


def absolute(path: str) -> str:
    """A path of the configuration, which is relative to nginx's own directory."""
    return path if path.startswith("/") else f"{PREFIX}/{path}"


def worker_count(site: Site, cpus: int) -> int:
    text = argument(site.main, "worker_processes", "1")
    return cpus if text == "auto" else max(1, int(text))


def is_rewriting(directive: Directive) -> bool:
    return directive.name in _REWRITING
