"""docker attach."""

from __future__ import annotations

from typing import Any

from fakedocker_shell.cli.api import checked_name
from fakedocker_shell.cli.errors import CliError
from fakedocker_shell.cli.hijack import Connection, Signals, check_terminal, resize
from fakedocker_shell.cli.main import Invocation


async def _running_container(call: Invocation, path: str) -> dict[str, Any]:
    """The container, if one can attach to it. Raises CliError."""
    container: dict[str, Any] = await call.api.get(f"{path}/json")
    state = container["State"]
    if not state["Running"]:
        raise CliError("cannot attach to a stopped container, start it first")
    if state["Paused"]:
        raise CliError("cannot attach to a paused container, unpause it first")
    if state["Restarting"]:
        raise CliError("cannot attach to a restarting container, wait until it is running")
    return container


async def container_attach(call: Invocation) -> int:
    """Connect to a running container, and give its exit status when it ends."""
    options = call.options
    path = f"/containers/{checked_name('container', call.arguments[0])}"
    try:
        waiting = await call.api.start("POST", f"{path}/wait")
    except CliError:
        waiting = None  # what is wrong is told by the next request
    container = await _running_container(call, path)
    tty = container["Config"]["Tty"]
    check_terminal(call.context, not options["no-stdin"], tty, call.release)
    stdin = not options["no-stdin"] and container["Config"]["OpenStdin"]
    detach_keys = options["detach-keys"] or call.config.text("detachKeys")
    query = {"stream": "1", "stdout": "1", "stderr": "1"}
    if stdin:
        query["stdin"] = "1"
    if detach_keys:
        query["detachKeys"] = detach_keys
    stream = await call.api.open("POST", f"{path}/attach", query, None, {"Content-Type": "text/plain"}, True)
    connection = Connection(call.api, stream, tty=tty, stdin=stdin, detach_keys=detach_keys)
    await _running_container(call, path)
    signals = Signals(kill_path=f"{path}/kill" if options["sig-proxy"] and not tty else "")
    if tty and call.context.is_terminal(1):
        signals.resize_path = f"{path}/resize"
        # as docker does: a terminal that changes its size makes the shell inside draw its prompt for whoever attaches again
        await resize(call.api, signals.resize_path, larger_by=1)
        await resize(call.api, signals.resize_path)
    await connection.run(signals)
    if connection.detached:
        raise CliError("read escape sequence")
    if waiting is None:
        return 0
    while not waiting.finished:
        await call.context.wait_any(waiting)
    answer = waiting.response.json()
    if (answer.get("Error") or {}).get("Message"):
        raise CliError(answer["Error"]["Message"])
    return int(answer["StatusCode"])
