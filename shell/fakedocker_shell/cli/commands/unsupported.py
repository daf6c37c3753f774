"""Commands that exist in docker and are not simulated: they say so."""

from __future__ import annotations

from fakedocker_shell.cli.errors import CliError
from fakedocker_shell.cli.main import Invocation

COMPOSE_FLAGS = ("dry-run", "compatibility", "builder", "memory", "ssh", "no-consistency")
"""Flags of compose, of the group or of its commands, that would change what happens and are not simulated."""


def refuse_compose_flags(call: Invocation) -> None:
    """Raise CliError where a flag was given that is not simulated: nothing is accepted silently."""
    for options in (call.group, call.options):
        for name in COMPOSE_FLAGS:
            if options.get(name):
                raise CliError(f"{call.command.path} --{name} is not simulated")


async def unsupported(call: Invocation) -> int:
    """Say that the command is not simulated. A daemon without experimental features refuses checkpoints itself."""
    group = call.command.canonical.partition(" ")[0]
    if group == "checkpoint":
        raise CliError(f"{call.command.path} is only supported on a Docker daemon with experimental features enabled")
    raise CliError(f"{call.command.path} is not simulated")
