"""What all commands of buildx have in common: how they tell errors, and the one builder there is."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any

from fakedocker_shell.cli.errors import CliError, DaemonError, UnsimulatedError
from fakedocker_shell.cli.main import Invocation

DEFAULT_BUILDER = "default"

Command = Callable[[Invocation], Coroutine[Any, Any, int]]


def plugin(command: Command) -> Command:
    """A command whose errors are told as buildx tells them."""

    @wraps(command)
    async def run(call: Invocation) -> int:
        try:
            _choose_builder(call)
            return await command(call)
        except DaemonError as error:
            message = f"ERROR: {error.message.removeprefix('Error response from daemon: ')}"
            raise (UnsimulatedError if error.lacks else CliError)(message) from None
        except CliError as error:
            message = f"ERROR: {error.message}" if error.message else ""
            raise (UnsimulatedError if error.lacks else CliError)(message, error.status) from None

    return run


def _choose_builder(call: Invocation) -> None:
    """Raise CliError for a builder that there is not."""
    wanted = call.options["builder"] if "builder" in call.command.flags else ""
    wanted = wanted or call.context.environment.get("BUILDX_BUILDER", "")
    if wanted not in ("", DEFAULT_BUILDER):
        raise CliError(f'no builder "{wanted}" found')
