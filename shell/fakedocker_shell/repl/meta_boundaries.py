"""`:unsimulated` and `:assume`: where processes have met a boundary of the simulation, and what comes of it."""

from __future__ import annotations

from fakedocker.world import boundaries
from fakedocker_shell.repl.meta_base import MetaCommand, MetaProblem
from fakedocker_shell.repl.terminal_session import TerminalSession

_SHOWN = 50


def _unsimulated(terminal: TerminalSession, argument: str) -> str:
    if argument:
        raise MetaProblem("usage: :unsimulated")
    world = terminal.engine.world
    found = terminal.engine.unsimulated()
    if not found:
        return "nothing was needed that is not simulated"
    lines = [boundaries.described(world, mark) for mark in found[-_SHOWN:]]
    before = world.kernel.marked - len(lines)
    return "\n".join([f"... and {before} before", *lines] if before else lines)


def _assume(terminal: TerminalSession, argument: str) -> str:
    if argument not in ("", "on", "off"):
        raise MetaProblem("usage: :assume [on|off]")
    if argument:
        terminal.engine.change("assume", argument == "on")
    if terminal.engine.world.assume:
        return "what fails only because it is not simulated is taken to have worked"
    return "what is not simulated fails, and says so"


COMMANDS = {
    "assume": MetaCommand(
        ":assume [on|off]", "take what fails only because it is not simulated to have worked", _assume, ("on", "off")
    ),
    "unsimulated": MetaCommand(":unsimulated", "what was needed that is not simulated, where and why", _unsimulated),
}
