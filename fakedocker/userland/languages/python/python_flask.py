"""The packages flask and fastapi: applications, their routes, what functions get to see of a request, and what they
give back.

It must not know sockets; python_web has the servers.
"""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Callable
from http import HTTPStatus
from typing import Final, NamedTuple
from urllib.parse import parse_qsl, unquote

from fakedocker.base.regex import Found, compile_pattern
from fakedocker.userland.inputs import bytes_of, text_of
from fakedocker.userland.languages.python.python_templates import render
from fakedocker.userland.languages.python.python_values import (
    Evaluator,
    Raised,
    ScriptError,
    Serving,
    Thing,
    Value,
    failure,
)
from fakedocker.userland.languages.script_machine import NotSimulated
from fakedocker.userland.services import static_files
from fakedocker.userland.services.http import Request, Response

HTML: Final = "text/html; charset=utf-8"
_REASONS: Final = {
    404: "There is nothing at this address.", 405: "This address takes no such request.",
    500: "The application has failed; its log may say why.", 400: "The request cannot be understood.",
}  # fmt: skip
_CONVERTERS: Final = {"int": r"-?\d+", "float": r"-?\d+\.\d+", "path": r".+", "string": r"[^/]+", "": r"[^/]+"}


class Call(NamedTuple):
    """The function that answers a request, and its arguments."""

    function: Value
    named: dict[str, Value]


# what a script says


def application(kind: str) -> Callable[..., Thing]:
    def make(own: Evaluator, *given: Value, **named: Value) -> Thing:
        return own.make(kind, routes=[], config={"DEBUG": False}, name=str(given[0]) if given else "app", debug=False)

    return make


def route(method: str) -> Callable[..., Value]:
    """app.route(path, methods=[...]), app.get(path): a decorator."""

    def begin(own: Evaluator, app: Thing, path: str, **named: Value) -> Thing:
        methods = [each.upper() for each in named.get("methods", ["GET"])] if not method else [method.upper()]
        return own.make("decorator", app=app, path=path, methods=methods)

    return begin


def decorate(own: Evaluator, decorator: Thing, function: Value) -> Value:
    held = own.data(decorator)
    own.data(held["app"])["routes"].append([held["path"], held["methods"], function])
    return function


def run(own: Evaluator, app: Thing, *given: Value, **named: Value) -> None:
    """app.run(host, port, debug): the script goes on as a server."""
    options = {**dict(zip(("host", "port", "debug"), given, strict=False)), **named}
    raise Serving(
        {
            "app": app, "style": "flask", "host": options.get("host") or "127.0.0.1", "port": int(options.get("port") or 5000),
            "debug": bool(options.get("debug", False)), "file": own.arguments[0], "name": own.arguments[0].rpartition("/")[2].removesuffix(".py"),
        }
    )  # fmt: skip


def answer(
    own: Evaluator, body: Value = "", status: int = 200, headers: Value = None, **named: Value
) -> dict[str, Value]:
    """make_response, Response: a plain value."""
    made = _answer(body)
    made["status"] = int(named.get("status", status))
    kind = named.get("mimetype") or named.get("content_type") or named.get("media_type")
    made["headers"] |= {**(headers or {}), **({"Content-Type": kind} if kind else {})}
    return made


def jsonify(own: Evaluator, *given: Value, **named: Value) -> dict[str, Value]:
    return _answer(_jsoned(given[0] if len(given) == 1 else list(given) if given else named))


def redirect(own: Evaluator, place: str, code: int = 302) -> dict[str, Value]:
    return {
        **_answer(f'<p>This is at <a href="{place}">{place}</a>.\n'),
        "status": code,
        "headers": {"Location": place},
    }


def abort(own: Evaluator, status: int, *_: Value) -> None:
    raise failure("werkzeug.exceptions.HTTPException", status)


def render_template(own: Evaluator, name: str, **names: Value) -> str:
    path = posixpath.join(own.system.directory, "templates", name)
    try:
        text = text_of(own.system.read_file(path))
    except OSError:
        raise failure("jinja2.exceptions.TemplateNotFound", name) from None
    return render(own, text, names)


def http_exception(own: Evaluator, status_code: int = 500, detail: Value = None, **_: Value) -> Raised:
    """fastapi's HTTPException."""
    return Raised("fastapi.HTTPException", (status_code, detail))


def asked(own: Evaluator, name: str) -> Value:
    """request.NAME."""
    found: dict[str, Value] = own.state.get("asked", {})
    if name in found:
        return found[name]
    if not found:
        raise failure("RuntimeError", "Working outside of request context.")
    raise NotSimulated(f"flask.request.{name}")


# requests


def begin(own: Evaluator, app: Thing, request: Request) -> Call | Response:
    """What answers a request: a function of the script's, or at once what the package says itself."""
    own.state["asked"] = _seen(request)
    path, allowed = unquote(request.path), False
    for pattern, methods, function in own.data(app)["routes"]:
        match = compile_pattern(_expression(app.kind, pattern)).fullmatch(path)
        if match is None:
            continue
        allowed = True
        if request.method in methods or (request.method == "HEAD" and "GET" in methods):
            return Call(function, _arguments(own, app.kind, pattern, match, function, request))
    if app.kind == "flask" and path.startswith("/static/"):
        root = own.system.directory
        return static_files.file_response(own.system, root, request, problem(app.kind, 404))
    return problem(app.kind, 405 if allowed else 404)


def _seen(request: Request) -> dict[str, Value]:
    kind = request.header("Content-Type").partition(";")[0]
    text = text_of(request.body)
    body: Value = None
    if kind == "application/json":
        try:
            body = json.loads(text)
        except ValueError:
            body = None
    return {
        "method": request.method, "path": request.path, "args": dict(parse_qsl(request.query, keep_blank_values=True)),
        "form": dict(parse_qsl(text)) if kind == "application/x-www-form-urlencoded" else {}, "json": body, "data": request.body,
        "headers": {name.title(): value for name, value in request.headers}, "remote_addr": request.peer[0],
        "host": request.header("Host"), "url": f"http://{request.header('Host')}{request.target}",
        "host_url": f"http://{request.header('Host')}/", "full_path": request.target, "cookies": {},
    }  # fmt: skip


def _expression(kind: str, pattern: str) -> str:
    """/user/<int:number> or, for fastapi, /items/{number}."""
    found = re.compile(r"\{(\w+)(?::(\w+))?\}" if kind == "fastapi" else r"<(?:(\w+):)?(\w+)>")
    text, at = "", 0
    for match in found.finditer(pattern):
        name, converter = (match[1], match[2]) if kind == "fastapi" else (match[2], match[1])
        text += re.escape(pattern[at : match.start()]) + f"(?P<{name}>{_CONVERTERS.get(converter or '', '[^/]+')})"
        at = match.end()
    return text + re.escape(pattern[at:]) + ("/?" if kind == "fastapi" else "")


def _arguments(
    own: Evaluator, kind: str, pattern: str, match: Found, function: Value, request: Request
) -> dict[str, Value]:
    found: dict[str, Value] = match.groupdict()
    if kind == "flask":
        numbers = re.findall(r"<(int|float):(\w+)>", pattern)
        return found | {name: {"int": int, "float": float}[converter](found[name]) for converter, name in numbers}
    parameters = own.machine.function(function).parameters
    query = {name: value for name, value in parse_qsl(request.query) if name in parameters}
    return {
        name: int(value) if re.fullmatch(r"-?\d{1,18}", value) else value for name, value in {**query, **found}.items()
    }


# answers


def problem(kind: str, status: int, detail: Value = None) -> Response:
    """What is answered where no function does."""
    phrase = HTTPStatus(status).phrase
    if kind == "fastapi":
        body = _jsoned({"detail": detail or phrase}, compact=True)["body"]
        return Response(status, bytes_of(body), (("Content-Type", "application/json"),))
    text = f"<!doctype html>\n<html lang=en>\n<title>{status} {phrase}</title>\n<h1>{phrase}</h1>\n<p>{_REASONS.get(status, phrase)}</p>\n"
    return Response(status, bytes_of(text), (("Content-Type", HTML),))


def finish(kind: str, value: Value) -> Response:
    """The response that a function's value makes. Raises ScriptError for what is none."""
    status, headers = None, {}
    if kind == "flask" and isinstance(value, tuple):
        value, *rest = value
        status = next((part for part in rest if isinstance(part, int)), None)
        headers = next((part for part in rest if isinstance(part, dict)), {})
    if kind == "fastapi" and not _is_answer(value):
        made = _jsoned(value, compact=True)
    else:
        made = value if _is_answer(value) else _answer(value)
    all_headers = {"Content-Type": made["kind"], **made["headers"], **headers}
    return Response(status or made["status"], bytes_of(made["body"]), tuple(all_headers.items()))


def fail(kind: str, raised: Exception) -> Response | None:
    """The response to an exception that means one; None for any other."""
    value = raised.raised if isinstance(raised, ScriptError) else None
    if value is None or value.kind not in ("werkzeug.exceptions.HTTPException", "fastapi.HTTPException"):
        return None
    return problem(kind, int(value.arguments[0]), *value.arguments[1:])


def _is_answer(value: Value) -> bool:
    return isinstance(value, dict) and "\0answer" in value


def _answer(value: Value) -> dict[str, Value]:
    if _is_answer(value):
        return dict(value)
    if isinstance(value, dict | list):
        return _jsoned(value)
    if not isinstance(value, str | bytes):
        raise failure("TypeError", f"The view function gave a {type(value).__name__}, which is no response.")
    return {
        "\0answer": True,
        "status": 200,
        "body": text_of(value) if isinstance(value, bytes) else value,
        "kind": HTML,
        "headers": {},
    }


def _jsoned(value: Value, *, compact: bool = False) -> dict[str, Value]:
    try:
        body = json.dumps(value, separators=(",", ":"), ensure_ascii=not compact, sort_keys=not compact)
    except TypeError as wrong:
        raise failure("TypeError", str(wrong)) from None
    return {
        "\0answer": True,
        "status": 200,
        "body": body + ("" if compact else "\n"),
        "kind": "application/json",
        "headers": {},
    }


MEMBERS: Final[dict[tuple[str, str], Value]] = {
    ("flask", "Flask"): application("flask"), ("flask", "jsonify"): jsonify, ("flask", "redirect"): redirect, ("flask", "abort"): abort,
    ("flask", "render_template"): render_template, ("flask", "make_response"): answer, ("flask", "Response"): answer,
    ("flask", "render_template_string"): lambda own, text, **names: render(own, text, names),
    ("flask.request", "get_json"): lambda own, *_, **named: asked(own, "json"),
    ("fastapi", "FastAPI"): application("fastapi"), ("fastapi", "HTTPException"): http_exception,
    ("fastapi.responses", "HTMLResponse"): lambda own, body="", status_code=200, **_: answer(own, body, status_code),
    ("fastapi.responses", "JSONResponse"): lambda own, content=None, status_code=200, **_: {**_jsoned(content, compact=True), "status": status_code},
    ("fastapi.responses", "PlainTextResponse"): lambda own, body="", status_code=200, **_: answer(own, body, status_code, media_type="text/plain; charset=utf-8"),
}  # fmt: skip
"""Functions of the packages."""
_ROUTES: Final = {method: route(method) for method in ("get", "post", "put", "delete", "patch")}
OBJECTS: Final[dict[str, dict[str, Value]]] = {
    "flask": {**_ROUTES, "route": route(""), "run": run},
    "fastapi": _ROUTES,
    "decorator": {"()": decorate},
}
"""Methods of objects, by their kinds; "()" is a call of the object itself."""
EXCEPTIONS: Final = {
    "werkzeug.exceptions.HTTPException": ("Exception",), "jinja2.exceptions.TemplateNotFound": ("Exception",),
    "fastapi.HTTPException": ("Exception",),
}  # fmt: skip
