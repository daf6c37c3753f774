"""What is done with a request on its way to a service, and with the answer on its way back.

From pkg/middlewares of traefik/traefik: stripprefix, addprefix, replacepath, redirectscheme, redirectregex, basicauth,
headers, chain. Others are not simulated: a router with one answers that.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from typing import Final, NamedTuple

from fakedocker.base.numbers import is_digits
from fakedocker.base.regex import PatternProblem, compile_pattern
from fakedocker.userland.network.crypt import apr1_or_md5
from fakedocker.userland.services.http import Headers, Request, Response
from fakedocker.userland.services.traefik.labels import Middleware

_HEADER_OPTIONS: Final = {
    "framedeny": ("X-Frame-Options", "DENY"),
    "contenttypenosniff": ("X-Content-Type-Options", "nosniff"),
    "browserxssfilter": ("X-Xss-Protection", "1; mode=block"),
}
_MOST_DEEP: Final = 20


class NotSimulated(Exception):
    """A middleware, or an option of one, that is not simulated; the message says what."""


class Passed(NamedTuple):
    """A request that goes on, what its answer gets on the way back, and who has signed in."""

    request: Request
    response_headers: Headers = ()
    user: str = ""


def apply(
    names: tuple[str, ...], known: Mapping[str, Middleware], request: Request, depth: int = 0
) -> Passed | Response:
    """Let a request through middlewares, one after the other; a response where one of them answers.

    Raises:
        NotSimulated: one of them is not.
    """
    passed = Passed(request)
    if depth > _MOST_DEEP:
        raise NotSimulated("a chain of middlewares that comes back to itself")
    for name in names:
        middleware = known[name.partition("@")[0]]
        done = _apply_one(name, middleware, known, passed.request, depth)
        if isinstance(done, Response):
            return done
        headers = (*passed.response_headers, *done.response_headers)
        passed = Passed(done.request, headers, done.user or passed.user)
    return passed


def _apply_one(
    name: str, middleware: Middleware, known: Mapping[str, Middleware], request: Request, depth: int
) -> Passed | Response:
    options = middleware.options
    match middleware.kind:
        case "stripprefix":
            return Passed(_strip(request, options))
        case "addprefix":
            return Passed(request._replace(target=options.get("prefix", "") + request.target))
        case "replacepath":
            query = f"?{request.query}" if request.query else ""
            headers = (*request.headers, ("X-Replaced-Path", request.path))
            return Passed(request._replace(target=options.get("path", "") + query, headers=headers))
        case "redirectscheme":
            return _redirect_scheme(options, request)
        case "redirectregex":
            return _redirect_pattern(options, request)
        case "basicauth":
            return _basic(name, options, request)
        case "headers":
            return _headers(options, request)
        case "chain":
            inner = tuple(word.strip() for word in options.get("middlewares", "").split(",") if word.strip())
            if all(one.partition("@")[0] in known for one in inner):
                return apply(inner, known, request, depth + 1)
    raise NotSimulated(f"the middleware {middleware.kind}")


def _strip(request: Request, options: Mapping[str, str]) -> Request:
    for prefix in (word.strip() for word in options.get("prefixes", "").split(",")):
        if prefix and request.path.startswith(prefix):
            rest = request.path.removeprefix(prefix)
            path = rest if rest.startswith("/") else f"/{rest}"
            query = f"?{request.query}" if request.query else ""
            return request._replace(target=path + query, headers=(*request.headers, ("X-Forwarded-Prefix", prefix)))
    return request


def _moved(location: str, request: Request, *, permanent: bool) -> Response:
    get = request.method == "GET"
    status = (301 if get else 308) if permanent else 302 if get else 307
    words = {301: "Moved Permanently", 302: "Found", 307: "Temporary Redirect", 308: "Permanent Redirect"}
    return Response(status, words[status].encode(), (("Location", location),))


def _redirect_scheme(options: Mapping[str, str], request: Request) -> Passed | Response:
    scheme = options.get("scheme", "")
    if scheme == "http":
        return Passed(request)
    return _moved(
        scheme_location(request, scheme, options.get("port", "")),
        request,
        permanent=options.get("permanent", "") == "true",
    )


def scheme_location(request: Request, scheme: str, port: str) -> str:
    """The same address with another scheme; its own usual port is left out."""
    host = re.sub(r":\d+$", "", request.header("Host"))
    usual = {"https": "443", "http": "80"}.get(scheme)
    return f"{scheme}://{host}{f':{port}' if port and port != usual else ''}{request.target}"


def to_scheme(request: Request, scheme: str, port: str, *, permanent: bool) -> Response:
    """The redirection of an entry point."""
    return _moved(scheme_location(request, scheme, port), request, permanent=permanent)


def _redirect_pattern(options: Mapping[str, str], request: Request) -> Passed | Response:
    try:
        pattern = compile_pattern(options.get("regex", ""))
    except PatternProblem as problem:
        raise NotSimulated(f"the pattern {options.get('regex', '')} ({problem})") from None
    url = f"http://{request.header('Host')}{request.target}"
    found = pattern.search(url)
    if found is None:
        return Passed(request)
    groups = [found.group(number) or "" for number in range(pattern.groups + 1)]

    def value(place: re.Match[str]) -> str:
        number = place[1] or place[2]
        return groups[int(number)] if is_digits(number) and int(number) < len(groups) else ""

    target = re.sub(r"\$(?:\{(\w+)\}|(\w+))", value, options.get("replacement", ""))
    location = url[: found.start()] + target + url[found.end() :]
    if location == url:
        return Passed(request)
    return _moved(location, request, permanent=options.get("permanent", "") == "true")


def _basic(name: str, options: Mapping[str, str], request: Request) -> Passed | Response:
    if options.get("usersfile"):
        raise NotSimulated(f"usersFile of the middleware {name}")
    users = dict(entry.strip().partition(":")[::2] for entry in options.get("users", "").split(","))
    user, password = _credentials(request.header("Authorization"))
    secret = users.get(user, "")
    if not secret or not _is_right(password, secret):
        realm = options.get("realm") or "traefik"
        told = (("Content-Type", "text/plain"), ("Www-Authenticate", f'Basic realm="{realm}"'))
        return Response(401, b"401 Unauthorized\n", told)
    headers = request.headers
    if options.get("removeheader") == "true":
        headers = tuple(entry for entry in headers if entry[0].lower() != "authorization")
    if options.get("headerfield"):
        headers = (*headers, (options["headerfield"], user))
    return Passed(request._replace(headers=headers), (), user)


def _credentials(header: str) -> tuple[str, str]:
    kind, _, text = header.partition(" ")
    if kind.lower() != "basic":
        return "", ""
    try:
        user, _, password = base64.b64decode(text.strip(), validate=True).decode("utf-8", "replace").partition(":")
    except (binascii.Error, ValueError):
        return "", ""
    return user, password


_HIGHEST_COST: Final = 10
"""Of bcrypt: each step more takes twice as long, and this one some 50 ms."""


def _is_right(password: str, secret: str) -> bool:
    """Whether a password is a secret's: bcrypt, MD5 as Apache has it, or SHA-1."""
    data = password.encode()
    if secret.startswith(("$2a$", "$2b$", "$2y$")):
        cost = secret[4:6]
        if is_digits(cost) and int(cost) > _HIGHEST_COST:
            raise NotSimulated(f"a password of bcrypt's cost {cost}")
        try:
            import bcrypt  # a Python in a browser has none
        except ModuleNotFoundError:
            raise NotSimulated("a password of bcrypt's, for which this Python has no module") from None
        try:
            return bcrypt.checkpw(data[:72], secret.encode())
        except ValueError:
            return False
    if secret.startswith("$apr1$"):
        salt = secret.split("$")[2]
        return apr1_or_md5(data, salt, "apr1") == secret
    if secret.startswith("{SHA}"):
        import hashlib

        return base64.b64encode(hashlib.sha1(data, usedforsecurity=False).digest()).decode() == secret[5:]
    return False


def _headers(options: Mapping[str, str], request: Request) -> Passed:
    asked, answered = list(request.headers), []
    for key, value in options.items():
        kind, _, name = key.partition(".")
        if kind == "customrequestheaders":
            asked = [entry for entry in asked if entry[0].lower() != name.lower()]
            asked += [(name, value)] if value else []
        elif kind == "customresponseheaders":
            answered.append((name, value))
        elif key in _HEADER_OPTIONS:
            answered += [_HEADER_OPTIONS[key]] if value == "true" else []
        else:
            raise NotSimulated(f"the option {key} of the middleware headers")
    return Passed(request._replace(headers=tuple(asked)), tuple(answered))
