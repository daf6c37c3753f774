"""From a request to a response as an nginx configuration says: server, location, access, content, error pages.

An `Exchange` is one request on its way. It is made anew should the request have to wait for an upstream; what must last
is in the connection's memory, and its messages are logged when it is done.
"""

from __future__ import annotations

import re
from contextlib import suppress
from typing import Final
from urllib.parse import quote

from fakedocker.base.regex import LimitExceeded
from fakedocker.kernel.program import System
from fakedocker.userland.processes.dates import format_date
from fakedocker.userland.services import nginx_pages as pages
from fakedocker.userland.services.connections import Connection
from fakedocker.userland.services.http import Headers, Request, Response
from fakedocker.userland.services.nginx_access import authenticate, is_denied
from fakedocker.userland.services.nginx_config import Block, Directive, find
from fakedocker.userland.services.nginx_proxy import Failure, Upstreams
from fakedocker.userland.services.nginx_rewriting import Answered, Relocated, Rewriting
from fakedocker.userland.services.nginx_site import Location, Server, Site, absolute, lookup, perl_pattern, setting
from fakedocker.userland.services.static_files import decode_path, entity_tag, read_content

_CYCLES: Final = 10
_UNQUOTED: Final = "/:@!$&'()*+,;=~"
_ADDED_TO: Final = frozenset({200, 201, 204, 206, 301, 302, 303, 304, 307, 308})
_OTHER_PROTOCOLS: Final = ("fastcgi_pass", "uwsgi_pass", "scgi_pass", "grpc_pass", "memcached_pass")
_NOT_PASSED_ON: Final = frozenset(
    {"connection", "keep-alive", "te", "transfer-encoding", "upgrade", "expect", "content-length"}
)
_UNIT_SECONDS: Final = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800, "M": 2592000, "y": 31536000}


class Exchange(Rewriting):
    """One request.

    Args:
        upstreams: where requests can be passed on to.
        busy: how many connections there are, for stub_status.
    """

    def __init__(
        self,
        system: System,
        site: Site,
        upstreams: Upstreams,
        request: Request,
        connection: Connection,
        version: str,
        busy: int,
    ) -> None:
        super().__init__(system, site, request, connection, version)
        self.upstreams = upstreams
        self.busy = busy
        self.server = self._find_server()
        self.scope = self.server.scope
        self.variables.server_name = self.server.names[0]
        self.messages: list[tuple[tuple[Block, ...], str]] = []
        self.passed = False
        self.internal = False

    # servers and locations

    def _find_server(self) -> Server:
        """By the port, then by the Host header: an exact name, a wildcard, a regular expression, the default."""
        host = self.request.header("Host").partition(":")[0].lower()
        at_port = [server for server in self.site.servers if self._listens(server)]
        for server in at_port:
            if host in server.names:
                return server
        for server in at_port:
            if any(_matches_name(name, host) for name in server.names):
                return server
        default = (
            s for s in at_port if any(listen.default and listen.port == self.request.port for listen in s.listens)
        )
        return next(default, at_port[0])

    def _listens(self, server: Server) -> bool:
        return any(listen.port == self.request.port for listen in server.listens)

    def _find_location(self, locations: tuple[Location, ...], uri: str) -> Location | None:
        """Exact, else the longest prefix if it says ^~, else the first regular expression, else the longest prefix."""
        best: Location | None = None
        for location in locations:
            if location.modifier == "=" and location.path == uri:
                return location
            if location.modifier in ("", "^~") and uri.startswith(location.path):
                best = location if best is None or len(location.path) > len(best.path) else best
        nested = self._find_location(best.locations, uri) if best is not None and best.locations else None
        if nested is not None and nested.modifier in ("=", "~", "~*"):
            return nested
        if best is None or best.modifier != "^~":
            for location in locations:
                match = location.pattern.search(uri) if location.pattern is not None else None
                if match is not None:
                    self.capture(match)
                    return location
        return nested or best

    # the phases

    def respond(self) -> Response:
        """The response, with error pages and added headers. Raises Waiting."""
        if any(listen.tls and listen.port == self.request.port for listen in self.server.listens):
            return self.page(400, "The plain HTTP request was sent to HTTPS port")
        if self.request.version != "HTTP/1.0" and not self.request.header("Host"):
            return self.page(400)
        response = self._route(from_start=True)
        if response.status >= 300 and (not self.passed or setting(self.scope, "proxy_intercept_errors", "off") == "on"):
            response = self._with_error_page(response)
        self.variables.response = response
        return response._replace(headers=(*response.headers, *self._added(response.status)))

    def _route(self, *, from_start: bool) -> Response:
        """Rewriting and content; a location may send the request to another one. Raises Waiting."""
        try:
            if from_start:
                with suppress(Relocated):
                    self.rewrite(self.server.scope[0])
            for _ in range(_CYCLES):
                try:
                    return self._in_location(self._find_location(self.server.locations, self.variables.uri))
                except Relocated:
                    continue
        except Answered as answered:
            return answered.response
        except LimitExceeded:
            self._log(f'pcre2_match() failed: -47 on "{self.variables.uri}"')
            return self.page(500)
        self._log(f'rewrite or internal redirection cycle while processing "{self.variables.uri}"')
        return self.page(500)

    def _in_location(self, location: Location | None) -> Response:
        self.scope = location.scope if location is not None else self.server.scope
        if location is not None:
            self.rewrite(location.scope[0])
            if find(location.scope[0], "internal") is not None and not self.internal:
                return self.page(404)
        return self._refusal() or self._content(location)

    def _refusal(self) -> Response | None:
        if is_denied(self.scope, self.request.peer[0]):
            self._log("access forbidden by rule")
            return self.page(403)
        realm = setting(self.scope, "auth_basic", "off")
        if realm == "off":
            return None
        self.variables.user, complaint = authenticate(
            self.system, self.request, absolute(setting(self.scope, "auth_basic_user_file", ""))
        )
        if not complaint:
            return None
        if self.request.header("Authorization"):
            self._log(complaint)
        found = self.page(401)
        return found._replace(headers=(*found.headers, ("WWW-Authenticate", f'Basic realm="{realm}"')))

    # content

    def _content(self, location: Location | None) -> Response:
        depth = len(location.scope) if location is not None else len(self.server.scope)
        own = self.scope[: len(self.scope) - depth + 1]  # what is not inherited: an `if` and its location
        if location is not None and (proxy := lookup(own, "proxy_pass")):
            return self._pass(proxy[0], location)
        if lookup(own, "stub_status"):
            text = pages.stub_status(self.busy, self.connection["number"])
            return Response(200, text, (("Content-Type", "text/plain"),))
        if lookup(own, "empty_gif"):
            return Response(200, pages.EMPTY_GIF, (("Content-Type", "image/gif"),))
        if any(lookup(own, name) for name in _OTHER_PROTOCOLS):
            self._log("connect() failed (111: Connection refused) while connecting to upstream")
            return self.page(502)
        if tries := lookup(own, "try_files"):
            return self._try_files(location, tries[0])
        return self._file(location, self.variables.uri)

    def _try_files(self, location: Location | None, item: Directive) -> Response:
        *candidates, last = item.arguments
        for candidate in candidates:
            name = self.variables.fill(candidate)
            found = self.stat(self._file_name(location, name))
            if found is not None and (found.kind == "dir") == candidate.endswith("/"):
                self.variables.uri = name
                return self._file(location, name)
        if last.startswith("="):
            return self.page(int(last[1:]))
        if last.startswith("@"):
            return self._named(last)
        path, _, query = self.variables.fill(last).partition("?")
        if self.variables.uri == path:
            self._log(f'rewrite or internal redirection cycle while internally redirecting to "{path}"')
            return self.page(500)
        self.variables.uri = path
        self.variables.arguments = query or self.variables.arguments
        self.internal = True
        raise Relocated

    def _named(self, name: str) -> Response:
        found = next(
            (location for location in self.server.locations if (location.modifier, location.path) == ("@", name)), None
        )
        if found is None:
            self._log(f'could not find named location "{name}"')
            return self.page(500)
        self.internal = True
        return self._in_location(found)

    def _file_name(self, location: Location | None, uri: str) -> str:
        """The file of a URI, by alias or root."""
        depth = len(location.scope) if location is not None else len(self.scope)
        if location is not None and (alias := lookup(self.scope[: len(self.scope) - depth + 1], "alias")):
            target = absolute(self.variables.fill(alias[0].arguments[0]))
            return target if location.pattern is not None else target + uri[len(location.path) :]
        self.variables.root = absolute(self.variables.fill(setting(self.scope, "root", "html")))
        return self.variables.root.rstrip("/") + uri

    def _file(self, location: Location | None, uri: str) -> Response:
        path = self._file_name(location, uri)
        self.variables.filename = path
        try:
            found = self.system.stat(path.rstrip("/") if uri.endswith("/") else path)
            if uri.endswith("/") and found.kind != "dir":
                raise NotADirectoryError(20, "Not a directory")
            if uri.endswith("/"):
                return self._directory(location, path, uri)
            if found.kind == "dir":
                query = f"?{self.variables.arguments}" if self.variables.arguments else ""
                return self.redirect(301, quote(uri, _UNQUOTED) + "/" + query)
            if self.request.method not in ("GET", "HEAD"):
                return self.page(405)
            content = read_content(self.system, path, found, self.request, entity_tag(found))
        except OSError as problem:
            return self._unreadable(path, uri, problem)
        if content.status == 416:
            return self.page(416)._replace(headers=(("Content-Type", "text/html"), *content.headers))
        return Response(content.status, content.body, (("Content-Type", self.type_of(path)), *content.headers))

    def _unreadable(self, path: str, uri: str, problem: OSError) -> Response:
        if uri.endswith("/"):
            index = (self._indices() or ["index.html"])[-1]
            said = f'"{path.rstrip("/")}/{index}" is not found ({problem.errno}: {problem.strerror})'
        else:
            said = f'open() "{path}" failed ({problem.errno}: {problem.strerror})'
        self._log(said)
        return self.page(403 if problem.errno in (1, 13) else 404)

    def _indices(self) -> list[str]:
        return [name for item in lookup(self.scope, "index") for name in item.arguments] or ["index.html"]

    def _directory(self, location: Location | None, path: str, uri: str) -> Response:
        for name in self._indices():
            filled = self.variables.fill(name)
            if filled.startswith("/"):
                self.variables.uri = filled
                raise Relocated
            found = self.stat(path + filled)
            if found is not None and found.kind != "dir":
                self.variables.uri = uri + filled
                inner = self._find_location(self.server.locations, self.variables.uri)
                if inner is not None and inner is not location:
                    return self._in_location(inner)
                return self._file(location, self.variables.uri)
        if self.request.method not in ("GET", "HEAD"):
            return self.page(405)
        if setting(self.scope, "autoindex", "off") == "on":
            kind = setting(self.scope, "autoindex_format", "html")
            return pages.listing(
                self.system, path, uri, kind, setting(self.scope, "autoindex_exact_size", "on") == "on"
            )
        self._log(f'directory index of "{path}" is forbidden')
        return self.page(403)

    def _pass(self, proxy: Directive, location: Location) -> Response:
        """The answer of an upstream. Raises Waiting."""
        scheme, _, rest = self.variables.fill(proxy.arguments[0]).partition("://")
        host, slash, path = rest.partition("/")
        query = f"?{self.variables.arguments}" if self.variables.arguments else ""
        rewritten = self.variables.uri != decode_path(self.request.path)
        if "$" in proxy.arguments[0] and slash:
            target = "/" + path
        elif slash:
            target = "/" + path + quote(self.variables.uri[len(location.path) :], _UNQUOTED) + query
        else:
            target = quote(self.variables.uri, _UNQUOTED) + query if rewritten else self.request.target
        self.variables.proxy_host = host
        try:
            response, upstream = self.upstreams.exchange(
                self.system, self.site, self.connection, self.request, host, target, self._passed_headers(host),
                int(setting(self.scope, "proxy_read_timeout", "60").rstrip("s") or 60),
            )  # fmt: skip
        except Failure as failure:
            for said, url in failure.messages:
                self._log(said, url)
            self.variables.upstream = (failure.address, str(failure.status))
            return self.page(failure.status)
        self.variables.upstream = (upstream, str(response.status))
        self.passed = True
        prefix = f"{scheme}://{host}{slash}{path if slash else ''}"
        hidden = {name.lower() for item in lookup(self.scope, "proxy_hide_header") for name in item.arguments}
        headers = tuple(
            (name, location.path + value[len(prefix.rstrip("/")) :].lstrip("/"))
            if name.lower() == "location" and value.startswith(prefix.rstrip("/"))
            else (name, value)
            for name, value in response.headers
            if name.lower() not in hidden
        )
        return response._replace(headers=headers)

    def _passed_headers(self, host: str) -> Headers:
        """The headers of the request to the upstream."""
        given = {"Host": host, "Connection": "close"}
        for item in lookup(self.scope, "proxy_set_header"):
            given = {name: value for name, value in given.items() if name.lower() != item.arguments[0].lower()}
            given[item.arguments[0]] = self.variables.fill(item.arguments[1])
        replaced = {name.lower() for name in given} | _NOT_PASSED_ON
        kept = tuple(entry for entry in self.request.headers if entry[0].lower() not in replaced)
        return (*((name, value) for name, value in given.items() if value), *kept)

    # the end

    def _with_error_page(self, response: Response) -> Response:
        for item in lookup(self.scope, "error_page"):
            *codes, target = item.arguments
            override = codes.pop() if codes[-1].startswith("=") else None
            if str(response.status) not in codes:
                continue
            if target.startswith(("http://", "https://")):
                return self.redirect(302, target)
            self.request = self.request._replace(method="HEAD" if self.request.method == "HEAD" else "GET")
            self.internal = True
            if target.startswith("@"):
                shown = self._named(target)
            else:
                self.variables.uri = self.variables.fill(target)
                shown = self._route(from_start=False)
            if override == "=":
                return shown
            if shown.status >= 400 and override is None:
                return self.page(response.status)
            return shown._replace(status=int(override[1:]) if override else response.status)
        return response

    def _added(self, status: int) -> tuple[tuple[str, str], ...]:
        found: list[tuple[str, str]] = []
        for item in lookup(self.scope, "add_header"):
            name, value, *always = item.arguments
            if (status in _ADDED_TO or always == ["always"]) and (filled := self.variables.fill(value)):
                found.append((name, filled))
        expires = setting(self.scope, "expires", "off")
        if expires != "off" and status in _ADDED_TO:
            found += self._expiry(expires)
        return tuple(found)

    def _expiry(self, text: str) -> list[tuple[str, str]]:
        """The headers of `expires`."""
        if text == "epoch":
            return [("Expires", "Thu, 01 Jan 1970 00:00:01 GMT"), ("Cache-Control", "no-cache")]
        if text == "max":
            return [("Expires", "Thu, 31 Dec 2037 23:55:55 GMT"), ("Cache-Control", "max-age=315360000")]
        match = re.fullmatch(r"(-?\d+)([smhdwMy]?)", text)
        if match is None:
            return []
        seconds = int(match[1]) * _UNIT_SECONDS[match[2]]
        when = format_date("%a, %d %b %Y %H:%M:%S GMT", self.system.now_ns // 1_000_000_000 + seconds)
        return [("Expires", when), ("Cache-Control", f"max-age={seconds}" if seconds >= 0 else "no-cache")]

    def _log(self, text: str, upstream: str = "") -> None:
        """An error message, with whom and what it is about."""
        said = f"*{self.connection['number']} {text}, client: {self.request.peer[0]}, server: {self.server.names[0]}"
        said += f', request: "{self.request.line}"'
        said += f', upstream: "{upstream}"' if upstream else ""
        host = self.request.header("Host")
        self.messages.append((self.scope, said + (f', host: "{host}"' if host else "")))


def _matches_name(name: str, host: str) -> bool:
    """A wildcard or regular expression of server_name."""
    if name.startswith("~"):
        return perl_pattern(name[1:]).finds(host)
    if name.startswith("*."):
        return host.endswith(name[1:])
    if name.startswith("."):
        return host == name[1:] or host.endswith(name)
    return name.endswith(".*") and host.startswith(name[:-1])
