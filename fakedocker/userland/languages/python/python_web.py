"""Servers of Python applications: flask's own, gunicorn and uvicorn, with their words, headers and logs.

A plan says what is served: `app`, or the source to `load` and the `attribute` of it; `file`, `style`, `host`, `port`,
`name`, `debug`. One request at a time goes through the application's functions, each of which may wait.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable
from http import HTTPStatus
from typing import Final

from fakedocker.base import signals
from fakedocker.kernel.program import Block, System
from fakedocker.userland.inputs import State, bytes_of, text_of
from fakedocker.userland.languages.python import python_flask
from fakedocker.userland.languages.python.python_values import Evaluator, Serving, Thing, Value
from fakedocker.userland.languages.script_machine import Exit, NotSimulated
from fakedocker.userland.processes.dates import format_date
from fakedocker.userland.services.connections import Connection, open_listeners
from fakedocker.userland.services.http import Request, Response, Style, serve as serve_http
from fakedocker.userland.tools import Options, UsageProblem, parse_options

_LATER_NS: Final = 1_000_000
_FLASK: Final = {
    "host=": "h",
    "port=": "p",
    "debug": "D",
    "no-debug": "N",
    "app=": "A",
    "reload": "r",
    "no-reload": "r",
}
_GUNICORN: Final = {
    "bind=": "b", "workers=": "w", "worker-class=": "k", "threads=": "t", "timeout=": "t", "log-level=": "l",
    "access-logfile=": "a", "reload": "r", "preload": "r", "name=": "n",
}  # fmt: skip
_UVICORN: Final = {"host=": "h", "port=": "p", "workers=": "w", "reload": "r", "proxy-headers": "r", "log-level=": "l"}


# command lines


def flask_main(own: Evaluator, *_: Value) -> None:
    """flask [--app X] [--debug] run [--host H] [--port P] [--debug]."""
    environment, words = own.system.environment, list(own.arguments[1:])
    if words[:1] == ["--version"]:
        own.system.put(f"Python {own.version}\nFlask 3.0.3\nWerkzeug 3.0.4\n")
        raise Exit(0)
    place = next((at for at, word in enumerate(words) if word == "run"), None)
    if place is None:
        raise NotSimulated("a command of flask's but run")
    options = _options(own, ["flask", *words[:place], *words[place + 1 :]], "h:p:A:", _FLASK)
    target = (
        options.last("A")
        or environment.get("FLASK_APP")
        or ("wsgi" if _found(own, "wsgi.py") and not _found(own, "app.py") else "app")
    )
    file, attribute = _halves(target)
    debug = "D" in options or (
        environment.get("FLASK_DEBUG", "").lower() in ("1", "true", "yes") and "N" not in options
    )
    _load(own, file, attribute, {
        "style": "flask", "host": options.last("h") or environment.get("FLASK_RUN_HOST", "127.0.0.1"),
        "port": int(options.last("p") or environment.get("FLASK_RUN_PORT", "5000")), "debug": debug, "name": target,
    })  # fmt: skip


def gunicorn_main(own: Evaluator, *_: Value) -> None:
    """gunicorn [-b HOST:PORT] [-w N] MODULE:APP."""
    options = _options(own, ["gunicorn", *own.arguments[1:]], "b:w:k:t:n:", _GUNICORN)
    host, port = _halves(options.last("b") or "127.0.0.1:8000")
    file, attribute = _halves((options.operands or ("",))[0])
    plan = {"style": "gunicorn", "host": host or "0.0.0.0", "port": int(port), "debug": False, "name": file}
    _load(own, file, attribute or "application", plan)


def uvicorn_main(own: Evaluator, *_: Value) -> None:
    """uvicorn MODULE:APP [--host H] [--port P]."""
    options = _options(own, ["uvicorn", *own.arguments[1:]], "", _UVICORN)
    file, attribute = _halves((options.operands or ("",))[0])
    plan = {"style": "uvicorn", "host": options.last("h") or "127.0.0.1", "port": int(options.last("p") or 8000)}
    _load(own, file, attribute, {**plan, "debug": False, "name": file})


def fastapi_main(own: Evaluator, *_: Value) -> None:
    """fastapi run|dev FILE [--host H] [--port P]."""
    options = _options(own, ["fastapi", *own.arguments[1:]], "", _UVICORN)
    default = "0.0.0.0" if options.operands[:1] == ("run",) else "127.0.0.1"
    plan = {"style": "uvicorn", "host": options.last("h") or default, "port": int(options.last("p") or 8000)}
    file = (
        options.operands[1]
        if len(options.operands) > 1
        else ("app/main.py" if _found(own, "app/main.py") else "main.py")
    )
    _load(own, file, "app", {**plan, "debug": False, "name": file})


def uvicorn_run(own: Evaluator, app: Value, host: str = "127.0.0.1", port: int = 8000, **named: Value) -> None:
    plan = {"style": "uvicorn", "host": host, "port": int(port), "debug": False, "name": "app", "file": ""}
    if isinstance(app, Thing):
        raise Serving({**plan, "app": app})
    file, _, attribute = str(app).partition(":")
    _load(own, file, attribute, plan)


def _options(own: Evaluator, words: list[str], short: str, long: dict[str, str]) -> Options:
    try:
        return parse_options(own.system, tuple(words), short, long, permute=True)
    except UsageProblem as problem:
        own.system.put(f"{words[0]}: error: {problem.message}\n", 2)
        raise Exit(2) from None


def _halves(text: str) -> tuple[str, str]:
    """MODULE and APP of MODULE:APP."""
    before, _, after = text.partition(":")
    return before, after


def _found(own: Evaluator, name: str) -> bool:
    try:
        own.system.stat(posixpath.join(own.system.directory, name))
    except OSError:
        return False
    return True


def _load(own: Evaluator, file: str, attribute: str, plan: dict[str, Value]) -> None:
    """Let a file be run as a module, and what it defines be served. Raises Serving, or Exit where there is no such file."""
    path = file if file.endswith(".py") else f"{file.replace('.', '/')}.py"
    try:
        source = text_of(own.system.read_file(posixpath.join(own.system.directory, path)))
    except OSError:
        own.system.put(bytes_of(_missing(plan["style"], file)), 2)
        raise Exit({"flask": 2, "gunicorn": 3}.get(plan["style"], 1)) from None
    raise Serving({**plan, "load": source, "file": path, "attribute": attribute})


def _missing(style: str, file: str) -> str:
    if style == "flask":
        return f"Error: Could not import '{file.removesuffix('.py')}'.\n"
    if style == "gunicorn":
        return f"ModuleNotFoundError: No module named '{file}'\n"
    return f'ERROR:    Error loading ASGI app. Could not import module "{file}".\n'


def application_of(names: dict[str, Value], plan: dict[str, Value]) -> Thing | None:
    """The application that a module has defined."""
    wanted = [plan["attribute"]] if plan["attribute"] else ["app", "application", *names]
    found = (names[name] for name in wanted if isinstance(names.get(name), Thing))
    return next((thing for thing in found if thing.kind in ("flask", "fastapi")), None)


# serving


class Reloading(Exception):
    """The source has changed, and a server for developers starts anew with it; connections stay."""


def _modified_ns(system: System, path: str) -> int:
    try:
        return system.stat(path).mtime_ns
    except OSError:
        return 0


def serve(system: System, state: State, own: Evaluator, told: Callable[[Exception], str]) -> int:
    """Serve until it is told to stop; the exit status. Blocks.

    Args:
        told: how a problem of the script's is told of.
    """
    plan = state["serving"]
    app = plan["app"]
    plan.setdefault("modified_ns", _modified_ns(system, plan["file"]) if plan["debug"] else 0)
    if "listeners" not in state:
        if plan["style"] != "flask":
            for number in (signals.TERM, signals.INT):
                system.catch(number, "catch")
        problem = open_listeners(system, state, [plan["port"]], plan["host"])
        if problem is not None:
            system.put(_in_use(plan), 2)
            return 1
        _greet(system, plan)

    def handle(request: Request, connection: Connection) -> Response | None:
        if plan["debug"] and "busy" not in state and _modified_ns(system, plan["file"]) != plan["modified_ns"]:
            system.put(
                f" * Detected change in '{posixpath.join(system.directory, plan['file'])}', reloading\n * Restarting with stat\n",
                2,
            )
            connection["waits"] = ((), 0)
            raise Reloading
        if state.get("busy", connection["number"]) != connection["number"]:
            connection["waits"] = ((), system.now_ns + _LATER_NS)
            return None
        connection["waits"] = ((), 0)  # it is to go on as soon as it can
        response = _answer(system, state, own, app, request, connection, told)
        state.pop("busy", None)
        connection.pop("waits", None)
        _log(system, plan["style"], request, response)
        return response._replace(close=plan["style"] != "uvicorn")

    try:
        serve_http(system, state, handle, _style(plan["style"], own.version), wakes=system.signals_pending)
    except Block:
        own.machine.part_values()
        raise
    return _say_goodbye(system, plan["style"])


def _answer(
    system: System,
    state: State,
    own: Evaluator,
    app: Thing,
    request: Request,
    connection: Connection,
    told: Callable[[Exception], str],
) -> Response:
    """What the application answers. Blocks."""
    try:
        if "busy" not in state:
            found = python_flask.begin(own, app, request)
            if isinstance(found, Response):
                return found
            own.machine.begin_call(found.function, own.bound(found.function, [], found.named))
            state["busy"] = connection["number"]
        own.machine.run()
        return python_flask.finish(app.kind, state["returned"])
    except (Block, Exit):
        raise
    except NotSimulated as missing:
        system.unsimulated(str(missing), missing.why)
        return python_flask.problem(app.kind, 500)
    except Exception as problem:  # the script's own: whatever its operations raise
        state["frames"] = []
        meant = python_flask.fail(app.kind, problem)
        if meant is None:
            said = told(problem)
            system.put(
                bytes_of(
                    f"[{_stamp(system, '%Y-%m-%d %H:%M:%S')},000] ERROR in app: Exception on {request.path} [{request.method}]\n{said}"
                ),
                2,
            )
        return meant or python_flask.problem(app.kind, 500)


def _stamp(system: System, form: str) -> str:
    return format_date(form, system.now_ns // 1_000_000_000)


def _in_use(plan: dict[str, Value]) -> str:
    if plan["style"] == "flask":
        return f"Address already in use\nPort {plan['port']} is in use by another program. Either identify and stop that program, or start the server with a different port.\n"
    return f"[Errno 98] error while attempting to bind on address ('{plan['host']}', {plan['port']}): address already in use\n"


def _greet(system: System, plan: dict[str, Value]) -> None:
    place = f"http://{plan['host']}:{plan['port']}"
    if plan["style"] == "uvicorn":
        said = f"Started server process [{system.pid}]\nWaiting for application startup.\nApplication startup complete.\nUvicorn running on {place} (Press CTRL+C to quit)"
        system.put("".join(f"INFO:     {line}\n" for line in said.split("\n")), 2)
        return
    if plan["style"] == "gunicorn":
        head = f"[{_stamp(system, '%Y-%m-%d %H:%M:%S +0000')}] [{system.pid}] [INFO]"
        system.put(
            f"{head} Starting gunicorn 23.0.0\n{head} Listening at: {place} ({system.pid})\n{head} Using worker: sync\n",
            2,
        )
        return
    system.put(f" * Serving Flask app '{plan['name']}'\n * Debug mode: {'on' if plan['debug'] else 'off'}\n")
    lines = ["WARNING: This is a development server, and not meant for production."]
    if plan["host"] == "0.0.0.0":
        lines.append(" * Running on all addresses (0.0.0.0)")
        addresses = [
            "127.0.0.1",
            *(
                address.text
                for interface in system.interfaces()
                if not interface.is_loopback
                for address in interface.of_version(4)
            ),
        ][:2]
        lines += [f" * Running on http://{address}:{plan['port']}" for address in addresses]
    else:
        lines.append(f" * Running on {place}")
    lines.append("Press CTRL+C to quit")
    if plan["debug"]:
        lines += [" * Restarting with stat", " * Debugger is active!", " * Debugger PIN: 100-200-300"]
    system.put("".join(f"{line}\n" for line in lines), 2)


def _log(system: System, style: str, request: Request, response: Response) -> None:
    if style == "flask":
        system.put(
            f'{request.peer[0]} - - [{_stamp(system, "%d/%b/%Y %H:%M:%S")}] "{request.line}" {response.status} -\n', 2
        )
    elif style == "uvicorn":
        phrase = HTTPStatus(response.status).phrase
        system.put(f'INFO:     {request.peer[0]}:{request.peer[1]} - "{request.line}" {response.status} {phrase}\n')


def _style(style: str, version: str) -> Style:
    if style == "flask":
        return Style(
            f"Werkzeug/3.0.4 Python/{version}", ("Server", "Date", "Content-Type", "Content-Length"), version="HTTP/1.1"
        )
    return Style(style, ("Date", "Server", "Connection", "Content-Type", "Content-Length"))


def _say_goodbye(system: System, style: str) -> int:
    if style == "uvicorn":
        system.put(
            f"INFO:     Shutting down\nINFO:     Waiting for application shutdown.\nINFO:     Application shutdown complete.\nINFO:     Finished server process [{system.pid}]\n",
            2,
        )
    elif style == "gunicorn":
        head = f"[{_stamp(system, '%Y-%m-%d %H:%M:%S +0000')}] [{system.pid}] [INFO]"
        system.put(f"{head} Handling signal: term\n{head} Shutting down: Master\n", 2)
    return 0


MEMBERS: Final[dict[tuple[str, str], Value]] = {
    ("flask", "main"): flask_main, ("gunicorn", "main"): gunicorn_main, ("uvicorn", "main"): uvicorn_main, ("fastapi", "main"): fastapi_main,
    ("uvicorn", "run"): uvicorn_run,
}  # fmt: skip
"""What the packages' own commands, and scripts, call."""
