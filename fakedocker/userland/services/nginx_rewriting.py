"""nginx's rewriting of requests: `return`, `rewrite`, `set`, `if` and `map`, up to an answer, a new URI, or neither."""

from __future__ import annotations

from functools import partial

from fakedocker.base.numbers import is_digits
from fakedocker.base.regex import Found
from fakedocker.kernel.program import Stat, System
from fakedocker.userland.inputs import bytes_of
from fakedocker.userland.services import nginx_pages as pages
from fakedocker.userland.services.connections import Connection
from fakedocker.userland.services.http import Request, Response
from fakedocker.userland.services.nginx_config import Block, Directive, all_of
from fakedocker.userland.services.nginx_site import Site, absolute, is_rewriting, lookup, perl_pattern, setting
from fakedocker.userland.services.nginx_variables import Variables
from fakedocker.userland.services.static_files import decode_path, extension

_BUILT_IN_TYPES = {"html": "text/html", "htm": "text/html", "gif": "image/gif", "jpg": "image/jpeg"}
_CHARSET_TYPES = ("text/html", "text/xml", "text/plain", "application/javascript", "application/rss+xml")


class Answered(Exception):
    """Rewriting has answered the request."""

    def __init__(self, response: Response) -> None:
        super().__init__()
        self.response = response


class Relocated(Exception):
    """The URI has changed, and a location is to be found for it."""


class Rewriting:
    """A request with its variables, and the directives that are in force for it (`scope`, inner first)."""

    def __init__(self, system: System, site: Site, request: Request, connection: Connection, version: str) -> None:
        self.system = system
        self.site = site
        self.request = request
        self.connection = connection
        self.version = version
        self.scope: tuple[Block, ...] = (site.http, site.main)
        self.variables = Variables(system, request, connection["number"])
        self.variables.uri = decode_path(request.path)
        for item in all_of(site.http, "map"):
            self.variables.makers[item.arguments[1][1:]] = partial(self._mapped, item)

    def rewrite(self, block: Block) -> None:
        """Go through the rewriting directives of a block. Raises Answered, Relocated."""
        changed = False
        for item in block:
            if not is_rewriting(item):
                continue
            if item.name == "return":
                raise Answered(self._returned(item))
            if item.name == "break":
                return
            if item.name == "set":
                self.variables.own[item.arguments[0][1:]] = self.variables.fill(item.arguments[1])
            elif item.name == "if" and self._holds(item):
                self.scope = (item.block or (), *self.scope)
                self.rewrite(item.block or ())
            elif item.name == "rewrite" and self._rewrites(item):
                flag = item.arguments[2] if len(item.arguments) > 2 else ""
                if flag == "last":
                    raise Relocated
                if flag == "break":
                    return
                changed = True
        if changed:
            raise Relocated

    def _rewrites(self, item: Directive) -> bool:
        """Whether a `rewrite` matches; the URI is then another. Raises Answered where it redirects."""
        pattern, target, *flags = item.arguments
        match = perl_pattern(pattern).search(self.variables.uri)
        if match is None:
            return False
        self.capture(match)
        path, mark, query = self.variables.fill(target).partition("?")
        before = self.variables.arguments
        arguments = query + ("&" if query and before else "") + (before if query or not mark else "")
        if flags in (["redirect"], ["permanent"]) or path.startswith(("http://", "https://")):
            full = f"{path}?{arguments}" if arguments else path
            raise Answered(self.redirect(301 if flags == ["permanent"] else 302, full))
        self.variables.uri, self.variables.arguments = path, arguments
        return True

    def capture(self, match: Found) -> None:
        """Keep the groups of a match as $1, $2 ... and by name."""
        self.variables.own.update({str(place): text or "" for place, text in enumerate(match.groups(), 1)})
        self.variables.own.update({name: text or "" for name, text in match.groupdict().items()})

    def _holds(self, item: Directive) -> bool:
        """Whether the condition of an `if` is met."""
        words = " ".join(item.arguments)[1:-1].split(None, 2)
        if words[0] in ("-f", "!-f", "-d", "!-d", "-e", "!-e"):
            found = self.stat(absolute(self.variables.fill(words[1])))
            kinds = {"f": ("file",), "d": ("dir",), "e": ("file", "dir")}[words[0][-1]]
            return (found is not None and found.kind in kinds) != words[0].startswith("!")
        value = self.variables.fill(words[0])
        if len(words) == 1:
            return value not in ("", "0")
        operator, operand = words[1], words[2].strip("\"'") if len(words) > 2 else ""
        if operator in ("=", "!="):
            return (value == self.variables.fill(operand)) == (operator == "=")
        match = perl_pattern(operand, ignore_case="*" in operator).search(value)
        if match is not None:
            self.capture(match)
        return (match is not None) != operator.startswith("!")

    def _mapped(self, item: Directive) -> str:
        """The value of a `map` variable: an exact entry, else the first regular expression, else the default."""
        value = self.variables.fill(item.arguments[0])
        default, matched = "", None
        for entry in item.block or ():
            target = entry.arguments[0] if entry.arguments else ""
            insensitive = entry.name.startswith("~*")
            if entry.name == "default":
                default = target
            elif not entry.name.startswith("~"):
                if entry.name.lower() == value.lower():
                    return self.variables.fill(target)
            elif matched is None and perl_pattern(entry.name[2 if insensitive else 1 :], ignore_case=insensitive).finds(
                value
            ):
                matched = target
        return self.variables.fill(default if matched is None else matched)

    def _returned(self, item: Directive) -> Response:
        first, *rest = item.arguments
        if not is_digits(first):
            return self.redirect(302, self.variables.fill(first))
        status, text = int(first), self.variables.fill(rest[0]) if rest else ""
        if rest and status in (301, 302, 303, 307, 308):
            return self.redirect(status, text)
        if status == 444:
            return Response(444, close=True)
        if rest or status < 300:
            return Response(status, bytes_of(text), (("Content-Type", self.type_of(self.variables.uri)),))
        return self.page(status)

    def redirect(self, status: int, target: str) -> Response:
        """To a URL; a path becomes one, with the name the client has used and the port nginx listens at."""
        if target.startswith("/") and setting(self.scope, "absolute_redirect", "on") == "on":
            shown = self.request.port != 80 and setting(self.scope, "port_in_redirect", "on") == "on"
            target = f"http://{self.variables.host()}{f':{self.request.port}' if shown else ''}{target}"
        found = self.page(status)
        return found._replace(headers=(*found.headers, ("Location", target)))

    # what the other phases need too

    def token(self) -> str:
        """How the server calls itself."""
        return "nginx" if setting(self.scope, "server_tokens", "on") == "off" else f"nginx/{self.version}"

    def page(self, status: int, detail: str = "") -> Response:
        return pages.page(status, self.token(), detail)

    def stat(self, path: str) -> Stat | None:
        try:
            return self.system.stat(path)
        except OSError:
            return None

    def type_of(self, path: str) -> str:
        """The content type of a name, by `types` and default_type, with the charset."""
        blocks = lookup(self.scope, "types")
        kind = None if blocks else _BUILT_IN_TYPES.get(extension(path))
        for block in blocks:
            kind = next((entry.name for entry in block.block or () if extension(path) in entry.arguments), kind)
        kind = kind or setting(self.scope, "default_type", "text/plain")
        charset = setting(self.scope, "charset", "off")
        return f"{kind}; charset={charset}" if charset != "off" and kind in _CHARSET_TYPES else kind
