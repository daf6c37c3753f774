"""express, as far as first applications need it: routes, routers, middleware, static files, and responses in its form.

Applications and routers are layers in the memory of the process, known to the script by a number. What a request goes
through is laid out as a list of steps, so that it can go on after any wait. It must not know connections.
"""

from __future__ import annotations

import base64
import hashlib
import json
import posixpath
import re
from typing import Final, NamedTuple, Protocol
from urllib.parse import parse_qsl, unquote

from fakedocker.base.regex import compile_pattern
from fakedocker.kernel.program import System
from fakedocker.userland.inputs import State, bytes_of, text_of
from fakedocker.userland.languages.javascript import javascript_values as values
from fakedocker.userland.languages.javascript.javascript_tokens import UNDEFINED, Complaint, Value
from fakedocker.userland.languages.javascript.javascript_values import KIND, text_of_value, to_number
from fakedocker.userland.services import static_files
from fakedocker.userland.services.http import REASONS, Request, Response

METHODS: Final = ("get", "post", "put", "delete", "patch", "all")
MIDDLEWARE: Final = frozenset({"cors", "helmet", "compression", "cookie-parser", "body-parser", "dotenv"})
"""Packages whose functions can go through without a trace of them."""
_ERROR_PAGE: Final = '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>Error</title>\n</head>\n<body>\n<pre>{}</pre>\n</body>\n</html>\n'


class Evaluator(Protocol):
    """What is asked of the evaluator that calls."""

    system: System
    state: State

    def held(self, value: dict[str, Value]) -> dict[str, Value]: ...
    def hold(self, kind: str, data: dict[str, Value]) -> dict[str, Value]: ...


class Step(NamedTuple):
    """A function that a request goes through, and what it finds in the request."""

    function: Value
    parameters: dict[str, str]
    url: str


# applications and routers


def application(own: Evaluator) -> dict[str, Value]:
    return own.hold("express", {"layers": [], "settings": {}})


def _route(method: str) -> Value:
    def add(own: Evaluator, app: dict[str, Value], path: Value = "", *functions: Value) -> Value:
        held = own.held(app)
        if method == "get" and not functions:
            return held["settings"].get(text_of_value(path), UNDEFINED)
        for text in path if isinstance(path, list) else [path]:
            held["layers"].append([method.upper(), text_of_value(text), _flat(functions)])
        return app

    return add


def _use(own: Evaluator, app: dict[str, Value], *given: Value) -> Value:
    path, functions = (given[0], given[1:]) if given and isinstance(given[0], str) else ("/", given)
    own.held(app)["layers"].append(["USE", path, _flat(functions)])
    return app


def _flat(functions: tuple[Value, ...]) -> list[Value]:
    return [part for one in functions for part in (one if isinstance(one, list) else [one])]


def _set(own: Evaluator, app: dict[str, Value], name: Value, value: Value = UNDEFINED) -> Value:
    own.held(app)["settings"][text_of_value(name)] = value
    return app


def steps(own: Evaluator, app: dict[str, Value], method: str, url: str) -> list[Step]:
    """All that a request may go through, in order: each as long as those before it call `next`."""
    found: list[Step] = []
    path, mark, query = url.partition("?")
    for asked, pattern, functions in own.held(app)["layers"]:
        if asked not in ("USE", "ALL", method, "GET" if method == "HEAD" else ""):
            continue
        match = compile_pattern(_expression(pattern, whole=asked != "USE")).match(path)
        if match is None:
            continue
        parameters = {name: unquote(value) for name, value in match.groupdict().items() if value is not None}
        below = "/" + path[match.end() :].lstrip("/") if asked == "USE" else path
        for function in functions:
            if isinstance(function, dict) and function.get(KIND) == "express":
                found += steps(own, function, method, below + mark + query)
            else:
                found.append(Step(function, parameters, below + mark + query))
    return found


def _expression(pattern: str, *, whole: bool) -> str:
    """What a path is to match: :name stands for a part, * for anything."""
    text = re.escape(pattern.rstrip("/")).replace(r"\*", ".*")
    text = re.sub(r":(\w+)(?:\\\?|\?)?", r"(?P<\1>[^/]+)", text)
    return f"{text}/?$" if whole else rf"{text}(?=/|$)"


def middleware(own: Evaluator, does: str, *given: Value) -> dict[str, Value]:
    """A function of the package's own, as the script gets to see it."""
    return {KIND: "middleware", "does": does, "folder": text_of_value(given[0]) if given else ""}


# requests and responses


def request_object(own: Evaluator, request: Request) -> dict[str, Value]:
    body = text_of(request.body)
    kind = request.header("Content-Type").partition(";")[0]
    data: dict[str, Value] = {
        "method": request.method, "url": request.target, "originalUrl": request.target, "httpVersion": request.version[5:],
        "headers": {name.lower(): value for name, value in request.headers}, "path": request.path, "params": {},
        "query": dict(parse_qsl(request.query, keep_blank_values=True)), "hostname": request.header("Host").partition(":")[0],
        "ip": f"::ffff:{request.peer[0]}", "protocol": "http", "secure": False, "raw": body, "type": kind,
    }  # fmt: skip
    return own.hold("request", data)


def apply(own: Evaluator, step: dict[str, Value], request: dict[str, Value], response: dict[str, Value]) -> bool:
    """Do what a function of the package's own does; whether the request goes on to the next step."""
    held = own.held(request)
    if step["does"] in ("json", "urlencoded"):
        _read_body(held, step["does"])
    if step["does"] != "static":
        return True
    root = posixpath.join(own.system.directory, step["folder"])
    plain = Request(held["method"], held["url"], "HTTP/1.1", (), b"", ("", 0), 0)
    missing = Response(404)
    found = static_files.file_response(own.system, root, plain, missing)
    if found is missing or held["method"] not in ("GET", "HEAD"):
        return True
    _answer(own, response, text_of(found.body), _typed(dict(found.headers).get("Content-Type", "")), tagged=False)
    return False


def _read_body(held: dict[str, Value], kind: str) -> None:
    held.setdefault("body", {})
    if kind == "json" and held["type"] == "application/json":
        try:
            held["body"] = json.loads(held["raw"] or "{}")
        except ValueError as problem:
            raise Complaint("SyntaxError", f"{problem}") from None
    elif kind == "urlencoded" and held["type"] == "application/x-www-form-urlencoded":
        held["body"] = dict(parse_qsl(held["raw"], keep_blank_values=True))


def _typed(kind: str) -> str:
    return f"{kind}; charset=utf-8" if kind.startswith("text/") or kind == "application/json" else kind


def _answer(
    own: Evaluator, response: dict[str, Value], body: str, kind: str, *, tagged: bool = True
) -> dict[str, Value]:
    held = own.held(response)
    headers = {name.lower(): name for name in held["headers"]}
    if "content-type" not in headers and kind:
        held["headers"]["Content-Type"] = kind
    data = bytes_of(body)
    held["headers"]["Content-Length"] = str(len(data))
    if tagged:
        digest = base64.b64encode(hashlib.sha1(data, usedforsecurity=False).digest()).decode()[:27]
        held["headers"]["ETag"] = f'W/"{len(data):x}-{digest}"'
    held.update(body=body, ended=True)
    return response


def _send(own: Evaluator, response: dict[str, Value], body: Value = "", *_: Value) -> Value:
    if isinstance(body, int) and not isinstance(body, bool):
        return _send_status(own, response, body)
    if isinstance(body, str):
        return _answer(own, response, body, "text/html; charset=utf-8")
    return _json(own, response, body)


def _json(own: Evaluator, response: dict[str, Value], value: Value = UNDEFINED) -> Value:
    text = values.to_json(value)
    return _answer(own, response, "" if text is UNDEFINED else text, "application/json; charset=utf-8")


def _send_status(own: Evaluator, response: dict[str, Value], status: Value) -> Value:
    own.held(response)["statusCode"] = int(to_number(status))
    text = REASONS.get(int(to_number(status)), text_of_value(status))
    return _answer(own, response, text, "text/plain; charset=utf-8")


def _status(own: Evaluator, response: dict[str, Value], status: Value) -> Value:
    own.held(response)["statusCode"] = int(to_number(status))
    return response


def _redirect(own: Evaluator, response: dict[str, Value], *given: Value) -> Value:
    held, place = own.held(response), text_of_value(given[-1])
    held["statusCode"] = int(to_number(given[0])) if len(given) > 1 else 302
    held["headers"]["Location"] = place
    text = f"{REASONS.get(held['statusCode'], '')}. Redirecting to {place}"
    return _answer(own, response, text, "text/plain; charset=utf-8", tagged=False)


def _send_file(own: Evaluator, response: dict[str, Value], path: Value, options: Value = None, *_: Value) -> Value:
    root = text_of_value(options["root"]) if isinstance(options, dict) and "root" in options else own.system.directory
    name = posixpath.join(root, text_of_value(path))
    kind = static_files.TYPES.get(static_files.extension(name), "application/octet-stream")
    try:
        body = text_of(own.system.read_file(name))
    except OSError:
        return error_response(own, response, 404, f"Error: ENOENT: no such file or directory, stat '{name}'")
    return _answer(own, response, body, _typed(kind), tagged=False)


def _header(own: Evaluator, response: dict[str, Value], name: Value, value: Value = UNDEFINED) -> Value:
    given = name if isinstance(name, dict) else {name: value}
    for key, part in given.items():
        own.held(response)["headers"][text_of_value(key)] = text_of_value(part)
    return response


def _type(own: Evaluator, response: dict[str, Value], name: Value) -> Value:
    kind = static_files.TYPES.get(text_of_value(name).lstrip("."), text_of_value(name))
    return _header(own, response, "Content-Type", _typed(kind))


def error_response(own: Evaluator, response: dict[str, Value], status: int, text: str) -> dict[str, Value]:
    """The page of what went wrong, as finalhandler makes it."""
    held = own.held(response)
    held["statusCode"] = status
    held["headers"]["Content-Security-Policy"] = "default-src 'none'"
    held["headers"]["X-Content-Type-Options"] = "nosniff"
    shown = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\n", "<br>")
    return _answer(own, response, _ERROR_PAGE.format(shown), "text/html; charset=utf-8", tagged=False)


OBJECTS: Final[dict[str, dict[str, Value]]] = {
    "express": {
        **{method: _route(method) for method in METHODS}, "use": _use, "set": _set,
        "enable": lambda own, app, name: _set(own, app, name, True),
        "disable": lambda own, app, name: _set(own, app, name, False),
        "listen": lambda own, app, port=0, *rest: own.host.serve_application(app, port, rest),
    },
    "response": {
        "send": _send, "json": _json, "status": _status, "sendStatus": _send_status, "redirect": _redirect, "sendFile": _send_file,
        "set": _header, "header": _header, "type": _type, "contentType": _type,
    },
    "request": {
        "get": lambda own, request, name: own.held(request)["headers"].get(text_of_value(name).lower(), UNDEFINED),
        "header": lambda own, request, name: own.held(request)["headers"].get(text_of_value(name).lower(), UNDEFINED),
        "on": lambda own, request, *rest: request,
    },
    "chain": {"next": lambda own, chain, problem=UNDEFINED: own.held(chain).update(called=True, problem=problem) or UNDEFINED},
}  # fmt: skip
"""Methods of the objects that a script gets, by their kinds."""
FUNCTIONS: Final[dict[tuple[str, str], Value]] = {
    ("express", ""): application,
    ("express", "Router"): lambda own, *_: application(own),
    ("express", "json"): lambda own, *_: middleware(own, "json"),
    ("express", "urlencoded"): lambda own, *_: middleware(own, "urlencoded"),
    ("express", "static"): lambda own, *given: middleware(own, "static", *given),
    ("body-parser", "json"): lambda own, *_: middleware(own, "json"),
    ("body-parser", "urlencoded"): lambda own, *_: middleware(own, "urlencoded"),
    ("dotenv", "config"): lambda own, *_: {},
    **{(name, ""): lambda own, *_: middleware(own, "nothing") for name in MIDDLEWARE},
}
