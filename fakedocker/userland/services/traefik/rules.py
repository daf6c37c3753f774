"""The language of routers' rules: matchers, &&, ||, ! and parentheses.

From pkg/rules/parser.go, pkg/muxer/http/matcher.go and matcher_v2.go of traefik/traefik. Since version 3 a matcher takes
one value, before it takes several, and patterns in braces, which are not simulated.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from functools import lru_cache
from typing import Final, NamedTuple
from urllib.parse import parse_qs, unquote

from fakedocker.base.regex import PatternProblem, compile_pattern
from fakedocker.userland.services.http import Request

_TOKEN: Final = re.compile(r"\s*(?:(&&|\|\||!|[(),])|([A-Za-z0-9]+)|(`[^`]*`|\"(?:[^\"\\]|\\.)*\"))")
_MOST_DEEP: Final = 50
_REGULAR: Final = ("HostRegexp", "PathRegexp", "HeaderRegexp", "QueryRegexp", "HeadersRegexp")
_THREE: Final = ("ClientIP", "Method", "Host", "Path", "PathPrefix", "Header", "Query", *_REGULAR[:4])
_TWO: Final = ("ClientIP", "Method", "Host", "HostHeader", "Path", "PathPrefix", "Headers", "Query", "HeadersRegexp")


class RuleProblem(ValueError):
    """A rule that makes no sense; the message is Traefik's own where it is known."""


class NotSimulated(ValueError):
    """A rule, or a part of it, that is not simulated; the message says what."""


class Node(NamedTuple):
    """A part of a rule: `kind` is a matcher's name with its values, or "&&", "||" or "!" with parts."""

    kind: str
    values: tuple[str, ...] = ()
    parts: tuple[Node, ...] = ()


@lru_cache(512)
def parse(rule: str, major: int) -> Node:
    """A rule.

    Raises:
        RuleProblem: it makes no sense.
        NotSimulated: it does, to Traefik.
    """
    tokens: list[str] = []
    at = 0
    while rule[at:].strip():
        found = _TOKEN.match(rule, at)
        if found is None:
            raise RuleProblem(f"error while parsing rule {rule}: {at + 1}:1: illegal character")
        tokens.append(found[found.lastindex or 0])
        at = found.end()
    parser = _Parser(rule, tokens, major)
    node = parser.either(0)
    if parser.tokens:
        raise RuleProblem(f"error while parsing rule {rule}: unexpected {parser.tokens[0]}")
    return node


class _Parser:
    def __init__(self, rule: str, tokens: list[str], major: int) -> None:
        self.rule = rule
        self.tokens = tokens
        self.major = major

    def either(self, depth: int) -> Node:
        return self._joined("||", lambda: self._joined("&&", lambda: self._single(depth)))

    def _joined(self, operator: str, part: Callable[[], Node]) -> Node:
        parts = [part()]
        while self.tokens[:1] == [operator]:
            self.tokens.pop(0)
            parts.append(part())
        return parts[0] if len(parts) == 1 else Node(operator, (), tuple(parts))

    def _single(self, depth: int) -> Node:
        if depth > _MOST_DEEP or not self.tokens:
            raise RuleProblem(f"error while parsing rule {self.rule}: unexpected end")
        token = self.tokens.pop(0)
        if token == "!":
            return Node("!", (), (self._single(depth + 1),))
        if token == "(":
            inner = self.either(depth + 1)
            self._take(")")
            return inner
        return self._matcher(token)

    def _matcher(self, token: str) -> Node:
        known = _THREE if self.major >= 3 else (*_TWO, "HostRegexp")
        name = next((entry for entry in known if token in (entry, entry.lower(), entry.upper())), None)
        if name is None:
            raise RuleProblem(f"error while parsing rule {self.rule}: unsupported function: {token}")
        self._take("(")
        values: list[str] = []
        while self.tokens and self.tokens[0] not in (")", ","):
            text = self.tokens.pop(0)
            if text[0] not in '`"':
                raise RuleProblem(f"error while parsing rule {self.rule}: unexpected {text}")
            values.append(text[1:-1])
            if self.tokens[:1] == [","]:
                self.tokens.pop(0)
        self._take(")")
        self._check(name, values)
        return Node(name, tuple(values))

    def _take(self, wanted: str) -> None:
        if self.tokens[:1] != [wanted]:
            raise RuleProblem(f"error while parsing rule {self.rule}: expected {wanted}")
        self.tokens.pop(0)

    def _check(self, name: str, values: list[str]) -> None:
        if self.major < 3:
            if name == "HostRegexp" or any("{" in value for value in values):
                raise NotSimulated(f"a pattern in the rule {self.rule}")
            return
        wanted = (1, 2) if name.startswith("Query") else (2,) if name.startswith("Header") else (1,)
        if len(values) not in wanted:
            shown = " ".join(str(number) for number in wanted)
            raise RuleProblem(
                f"error while adding rule {name}: unexpected number of parameters; got {len(values)}, expected one of [{shown}]"
            )
        if name in ("Path", "PathPrefix") and not values[0].startswith("/"):
            raise RuleProblem(f"error while adding rule {name}: path {_quoted(values[0])} does not start with a '/'")
        if name in _REGULAR:
            try:
                compile_pattern(values[-1])
            except PatternProblem as problem:
                raise NotSimulated(f"the pattern {values[-1]} ({problem})") from None


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def matches(node: Node, request: Request) -> bool:
    """Whether a request is meant."""
    if node.kind == "&&":
        return all(matches(part, request) for part in node.parts)
    if node.kind == "||":
        return any(matches(part, request) for part in node.parts)
    if node.kind == "!":
        return not matches(node.parts[0], request)
    return _one_matches(node.kind, node.values, request)


def host_of(request: Request) -> str:
    """The host that is asked for, in small letters and without its port."""
    text = request.header("Host").lower()
    return re.sub(r":\d*$", "", text)


def _one_matches(kind: str, values: tuple[str, ...], request: Request) -> bool:
    path = unquote(request.path, errors="surrogateescape")
    match kind:
        case "Host" | "HostHeader":
            host = host_of(request).rstrip(".")
            return bool(host) and any(value.lower().rstrip(".") == host or value == "*" for value in values)
        case "Path":
            return path in values
        case "PathPrefix":
            return any(path.startswith(value) for value in values)
        case "Method":
            return request.method in (value.upper() for value in values)
        case "ClientIP":
            return any(_contains(value, request.peer[0]) for value in values)
        case "Header" | "Headers":
            return values[1] in _header_values(request, values[0])
        case "Query":
            return _query_matches(values, request)
    pattern = compile_pattern(values[-1])
    if kind == "HostRegexp":
        return pattern.search(host_of(request)) is not None
    if kind == "PathRegexp":
        return pattern.search(path) is not None
    if kind.startswith("Header"):
        return any(pattern.search(text) for text in _header_values(request, values[0]))
    found = parse_qs(request.query, keep_blank_values=True).get(values[0])
    return found is not None and (len(values) == 1 or any(pattern.search(text) for text in found))


def _query_matches(values: tuple[str, ...], request: Request) -> bool:
    """Query(`key`, `value`) of version 3; Query(`key=value`, ...) before it."""
    given = parse_qs(request.query, keep_blank_values=True)
    if len(values) == 2 and "=" not in values[0]:
        return values[1] in given.get(values[0], ())
    pairs = [value.partition("=") for value in values]
    return all(value in given.get(key, ()) for key, _, value in pairs)


def _header_values(request: Request, name: str) -> list[str]:
    return [value for key, value in request.headers if key.lower() == name.lower()]


def _contains(block: str, address: str) -> bool:
    try:
        return ipaddress.ip_address(address) in ipaddress.ip_network(block, strict=False)
    except ValueError:
        return False
