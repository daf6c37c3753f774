"""nginx's configuration files: blocks and directives, includes followed, and what of them is served.

It must not know requests.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from fakedocker.kernel.program import System
from fakedocker.userland.sh.patterns import is_wild, matches


class Directive(NamedTuple):
    name: str
    arguments: tuple[str, ...]
    block: tuple[Directive, ...] | None
    file: str
    line: int


class ConfigProblem(Exception):
    """The configuration is wrong; the message is nginx's, without `nginx: [emerg] `."""


class Location(NamedTuple):
    modifier: str
    path: str
    directives: tuple[Directive, ...]


class Server(NamedTuple):
    ports: tuple[int, ...]
    names: tuple[str, ...]
    directives: tuple[Directive, ...]
    locations: tuple[Location, ...]


_TOKEN = re.compile(
    r"\s+|#[^\n]*|([{};])|\"((?:[^\"\\]|\\.)*)\"|'((?:[^'\\]|\\.)*)'|((?:[^\s{};\"'#\\]|\\.|\$\{\w+\})(?:[^\s{};\\]|\\.|\$\{\w+\})*)"
)
_KNOWN_IN_MAIN = frozenset({"user", "worker_processes", "error_log", "pid", "events", "http", "include", "load_module", "daemon", "worker_rlimit_nofile", "env", "stream", "master_process", "pcre_jit", "thread_pool", "worker_cpu_affinity", "worker_priority", "mail"})  # fmt: skip
_BLOCKS_ONLY = frozenset({"server", "location", "upstream", "events", "http", "map", "types", "if"})
_KNOWN = re.compile(
    r"(?:access_log|add_header|alias|allow|auth_basic\w*|autoindex|client_\w+|charset|default_type|deny|error_log|error_page|etag|expires|gzip\w*"
    r"|http2|if|include|index|keepalive_\w+|large_client_header_buffers|limit_\w+|listen|location|log_format|map|map_hash_\w+|multi_accept|open_file_cache\w*"
    r"|proxy_\w+|fastcgi_\w+|uwsgi_\w+|real_ip_header|resolver\w*|return|rewrite|root|send_timeout|sendfile\w*|server|server_name\w*|server_names_hash_\w+"
    r"|server_tokens|set|set_real_ip_from|ssl\w*|tcp_no\w+|try_files|types|types_hash_\w+|underscores_in_headers|upstream|use|worker_connections|absolute_redirect"
    r"|break|internal|merge_slashes|port_in_redirect|stub_status|sub_filter\w*|satisfy|reset_timedout_connection|output_buffers|postpone_output|variables_hash_\w+|geo|split_clients|limit_req\w*|accept_mutex|mirror)"
)


def read_config(system: System, path: str) -> tuple[Directive, ...]:
    """Parse a file and everything it includes. Raises ConfigProblem."""
    try:
        text = system.read_file(path).decode("utf-8", "replace")
    except OSError as problem:
        raise ConfigProblem(f'open() "{path}" failed ({problem.errno}: {problem.strerror})') from None
    tokens = _tokens(text, path)
    directives, _ = _block(system, tokens, 0, path, "main")
    return directives


def _tokens(text: str, path: str) -> list[tuple[str, str, int]]:
    """(kind, text, line), kind being "mark" for { } ; and "word"."""
    found: list[tuple[str, str, int]] = []
    at, line = 0, 1
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise ConfigProblem(f'unexpected end of file, expecting ";" or "}}" in {path}:{line}')
        if match[1]:
            found.append(("mark", match[1], line))
        elif match[2] is not None or match[3] is not None:
            found.append(("word", re.sub(r"\\(.)", r"\1", match[2] if match[2] is not None else match[3]), line))
        elif match[4]:
            found.append(("word", match[4], line))
        line += match[0].count("\n")
        at = match.end()
    return found


def _block(
    system: System, tokens: list[tuple[str, str, int]], at: int, path: str, context: str
) -> tuple[tuple[Directive, ...], int]:
    directives: list[Directive] = []
    while at < len(tokens):
        kind, text, line = tokens[at]
        if kind == "mark":
            if text == "}" and context != "main":
                return tuple(directives), at + 1
            raise ConfigProblem(f'unexpected "{text}" in {path}:{line}')
        words: list[str] = []
        while at < len(tokens) and tokens[at][0] == "word":
            words.append(tokens[at][1])
            at += 1
        if at >= len(tokens):
            raise ConfigProblem(f'unexpected end of file, expecting ";" or "}}" in {path}:{line}')
        name, mark = words[0], tokens[at][1]
        if mark == "}":
            raise ConfigProblem(f'unexpected "}}" in {path}:{tokens[at][2]}')
        at += 1
        block: tuple[Directive, ...] | None = None
        if context not in ("types", "map", "upstream", "geo", "split_clients"):
            _check_name(name, context, mark, path, line)
        if mark == "{":
            block, at = _block(system, tokens, at, path, name)
        elif name == "include" and context not in ("map",):
            directives += _included(system, words[1] if len(words) > 1 else "", path, line, context)
            continue
        directives.append(Directive(name, tuple(words[1:]), block, path, line))
    if context != "main":
        raise ConfigProblem(f'unexpected end of file, expecting "}}" in {path}:{tokens[-1][2] + 1 if tokens else 1}')
    return tuple(directives), at


def _check_name(name: str, context: str, mark: str, path: str, line: int) -> None:
    if context == "main" and name not in _KNOWN_IN_MAIN:
        if _KNOWN.fullmatch(name):
            raise ConfigProblem(f'"{name}" directive is not allowed here in {path}:{line}')
        raise ConfigProblem(f'unknown directive "{name}" in {path}:{line}')
    if context != "main" and not _KNOWN.fullmatch(name) and name not in _KNOWN_IN_MAIN:
        raise ConfigProblem(f'unknown directive "{name}" in {path}:{line}')
    if name in _BLOCKS_ONLY and mark != "{" and not (name == "server" and context == "upstream"):
        raise ConfigProblem(f'directive "{name}" has no opening "{{" in {path}:{line}')


def _included(system: System, pattern: str, path: str, line: int, context: str) -> list[Directive]:
    full = pattern if pattern.startswith("/") else f"/etc/nginx/{pattern}"
    directory, _, last = full.rpartition("/")
    if is_wild(last):
        try:
            names = [name for name in system.list_directory(directory) if matches(last, name)]
        except OSError:
            names = []
        paths = [f"{directory}/{name}" for name in names]
    else:
        paths = [full]
    found: list[Directive] = []
    for included in paths:
        try:
            text = system.read_file(included).decode("utf-8", "replace")
        except OSError as problem:
            raise ConfigProblem(
                f'open() "{included}" failed ({problem.errno}: {problem.strerror}) in {path}:{line}'
            ) from None
        tokens = _tokens(text, included)
        inner = "main" if context == "main" else context
        tokens.append(("mark", "}", 0)) if inner != "main" else None
        directives, _ = _block(system, tokens, 0, included, inner)
        found += directives
    return found


def find(directives: tuple[Directive, ...], name: str) -> Directive | None:
    """The last directive of a name."""
    return next((directive for directive in reversed(directives) if directive.name == name), None)


def all_of(directives: tuple[Directive, ...], name: str) -> list[Directive]:
    return [directive for directive in directives if directive.name == name]


def servers(config: tuple[Directive, ...]) -> list[Server]:
    """The server blocks of http. Raises ConfigProblem for a port that is none."""
    http = find(config, "http")
    found: list[Server] = []
    for directive in all_of(http.block if http is not None and http.block else (), "server"):
        block = directive.block or ()
        ports: list[int] = []
        for listen in all_of(block, "listen"):
            port = _port(listen)
            if port not in ports:
                ports.append(port)
        names = tuple(name for item in all_of(block, "server_name") for name in item.arguments)
        locations = tuple(
            Location(item.arguments[0] if len(item.arguments) > 1 else "", item.arguments[-1], item.block or ())
            for item in all_of(block, "location")
            if item.arguments
        )
        found.append(Server(tuple(ports or [80]), names, block, locations))
    return found


def _port(listen: Directive) -> int:
    text = listen.arguments[0] if listen.arguments else "80"
    digits = text.rpartition(":")[2]
    if digits.isdecimal() and 0 < int(digits) < 65536:
        return int(digits)
    if re.fullmatch(r"[\d.]+|\[.*\]|localhost|\*", text):
        return 80
    raise ConfigProblem(f'invalid port in "{text}" of the "listen" directive in {listen.file}:{listen.line}')
