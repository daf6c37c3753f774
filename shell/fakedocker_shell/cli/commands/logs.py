"""docker logs."""

from __future__ import annotations

from fakedocker_shell.cli.api import checked_name
from fakedocker_shell.cli.demultiplex import Demultiplexer
from fakedocker_shell.cli.errors import CliError
from fakedocker_shell.cli.main import Invocation
from fakedocker_shell.cli.times import timestamp


async def container_logs(call: Invocation) -> int:
    """Show what a container has written."""
    options = call.options
    container = await call.api.get(f"/containers/{checked_name('container', call.arguments[0])}/json")
    query = {"stdout": "1", "stderr": "1"}
    for flag in ("since", "until"):
        if options[flag]:
            try:
                query[flag] = timestamp(options[flag], call.context.now_ns())
            except ValueError as error:
                raise CliError(f'invalid value for "{flag}": {error}') from None
    for flag in ("timestamps", "details", "follow"):
        if options[flag]:
            query[flag] = "1"
    query["tail"] = options["tail"]
    stream = await call.api.open("GET", f"/containers/{container['Id']}/logs", query)
    feed = call.context.out if container["Config"]["Tty"] else Demultiplexer(call.context.out, call.context.err).feed
    while chunk := await stream.read():
        feed(chunk)
    stream.close()
    return 0
