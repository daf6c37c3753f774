"""The terminal's own command that makes a link of a session. It works on any terminal."""

from __future__ import annotations

from msgspec.structs import replace

from fakedocker.base import clock
from fakedocker.base.profiles import profile_named
from fakedocker_shell.links import Link, LinkProblem, write
from fakedocker_shell.repl.meta_base import MetaCommand, MetaProblem
from fakedocker_shell.repl.terminal_session import TerminalSession

_OWN_TIME = (":rewind", ":snapshot")


def share(terminal: TerminalSession) -> str:
    """The link that leads to the present state: what has changed something, from the world or lesson it began with.

    Raises:
        MetaProblem: there is none, as something of the session is in no link.
    """
    if terminal.folders:
        raise MetaProblem("what the terminal sees of this machine is in no link")
    first = terminal.timeline.first.world
    if terminal.lesson is None:
        own = profile_named(first.profile).storages[0]
        link = Link(
            profile=first.profile,
            storage="" if first.storage == own else first.storage,
            seed=first.seed,
            date=clock.rfc3339_seconds(first.now_ns)[:10],
            assume=first.assume,
        )
    else:
        link = Link(lesson=_lesson(terminal))
    try:
        return write(replace(link, run="\n".join(_commands(terminal))), terminal.address)
    except LinkProblem as problem:
        raise MetaProblem(f"no link can be made of this session: {problem}") from None


def _commands(terminal: TerminalSession) -> list[str]:
    """What has led to the present state, since it was begun anew if it was."""
    commands = terminal.timeline.commands()
    while ":reset" in commands:
        del commands[: commands.index(":reset") + 1]
    if any(command.startswith(_OWN_TIME) for command in commands):
        raise MetaProblem(
            "`:rewind` and `:snapshot restore` go by this session's clock and names, which are in no link"
        )
    return commands


def _lesson(terminal: TerminalSession) -> str:
    from fakedocker_shell.scenarios import library

    assert terminal.lesson is not None
    if terminal.course is not None:
        return terminal.lesson.scenario.id
    name = library.reference(terminal.lesson.scenario)
    if name not in library.ids():
        raise MetaProblem("the lesson is a file of this machine, which is in no link")
    return name


def _share(terminal: TerminalSession, argument: str) -> str:
    if argument:
        raise MetaProblem("usage: :share")
    text = share(terminal)
    note = "It has the commands that changed something; what was typed into programs is not in it."
    how = "" if terminal.address else "\nIt goes behind a page's address; `fakedocker --link '#...'` opens it here."
    return f"{text}\n{note}{how}"


COMMANDS = {"share": MetaCommand(":share", "a link that leads others to the present state", _share)}
