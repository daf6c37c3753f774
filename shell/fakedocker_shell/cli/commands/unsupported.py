"""Commands that exist in docker and are not simulated: they say so."""

from __future__ import annotations

from fakedocker_shell.cli.errors import CliError, UnsimulatedError
from fakedocker_shell.cli.main import Invocation


async def unsupported(call: Invocation) -> int:
    """Say that the command is not simulated. A daemon without experimental features refuses checkpoints itself."""
    group = call.command.canonical.partition(" ")[0]
    if group == "checkpoint":
        raise CliError(f"{call.command.path} is only supported on a Docker daemon with experimental features enabled")
    raise UnsimulatedError(f"{call.command.path} is not simulated")
