"""docker logs."""

from __future__ import annotations

from collections.abc import Sequence

from fakedocker_shell.cli.api import checked_name
from fakedocker_shell.cli.demultiplex import Demultiplexer
from fakedocker_shell.cli.errors import CliError
from fakedocker_shell.cli.main import Invocation
from fakedocker_shell.cli.times import timestamp


def log_query(call: Invocation, flags: Sequence[str]) -> dict[str, str]:
    """What of a container's output is asked for. Raises CliError for a time that is none.

    Args:
        flags: those of the command that the engine takes as they are.
    """
    query = {"stdout": "1", "stderr": "1"}
    for flag in ("since", "until"):
        if call.options[flag]:
            try:
                query[flag] = timestamp(call.options[flag], call.context.now_ns())
            except ValueError as error:
                raise CliError(f'invalid value for "{flag}": {error}') from None
    query |= {flag: "1" for flag in flags if call.options[flag]}
    return {**query, "tail": call.options["tail"]}


async def container_logs(call: Invocation) -> int:
    """Show what a container has written."""
    container = await call.api.get(f"/containers/{checked_name('container', call.arguments[0])}/json")
    query = log_query(call, ("timestamps", "details", "follow"))
    stream = await call.api.open("GET", f"/containers/{container['Id']}/logs", query)
    feed = call.context.out if container["Config"]["Tty"] else Demultiplexer(call.context.out, call.context.err).feed
    while chunk := await stream.read():
        feed(chunk)
    stream.close()
    return 0
