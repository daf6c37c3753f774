"""docker exec."""

from __future__ import annotations

from typing import Any

from fakedocker_shell.cli.api import checked_name
from fakedocker_shell.cli.env_files import read_pairs
from fakedocker_shell.cli.errors import CliError
from fakedocker_shell.cli.hijack import Connection, Signals, check_terminal, resize
from fakedocker_shell.cli.main import Invocation


async def container_exec(call: Invocation) -> int:
    """Run a command in a running container."""
    options = call.options
    name, *command = call.arguments
    tty, detach = options["tty"], options["detach"]
    stdin = options["interactive"] and not detach
    detach_keys = options["detach-keys"] or call.config.text("detachKeys")
    environment = read_pairs(call.context, options["env-file"], "env", lookup=True) + options["env"]
    path = f"/containers/{checked_name('container', name)}"
    await call.api.get(f"{path}/json")
    if not detach:
        check_terminal(call.context, stdin, tty, call.release)
    size = list(call.context.window_size()) if tty and call.context.is_terminal(1) else None
    body: dict[str, Any] = {
        "User": options["user"],
        "Privileged": options["privileged"],
        "Tty": tty,
        **({"ConsoleSize": size} if size else {}),
        "AttachStdin": stdin,
        "AttachStderr": not detach,
        "AttachStdout": not detach,
        "Detach": detach,
        "DetachKeys": detach_keys,
        "Env": environment or None,
        "WorkingDir": options["workdir"],
        "Cmd": command,
    }
    created = await call.api.post(f"{path}/exec", None, body)
    identifier = created.get("Id")
    if not identifier:
        raise CliError("exec ID empty")
    start: dict[str, Any] = {"Detach": detach, "Tty": tty, **({"ConsoleSize": size} if size else {})}
    if detach:
        await call.api.request("POST", f"/exec/{identifier}/start", None, start)
        return 0
    stream = await call.api.open("POST", f"/exec/{identifier}/start", None, start, None, True)
    connection = Connection(call.api, stream, tty=tty, stdin=stdin, detach_keys=detach_keys)
    signals = Signals()
    if tty and call.context.is_terminal(0):
        signals.resize_path = f"/exec/{identifier}/resize"
        await resize(call.api, signals.resize_path)
    await connection.run(signals)
    if connection.detached:
        raise CliError("read escape sequence")
    state = await call.api.get(f"/exec/{identifier}/json")
    return int(state.get("ExitCode") or 0)
