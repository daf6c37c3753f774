"""The terminal's own commands, which begin with a colon: one table of names, usages, descriptions and functions.

Each function takes the terminal and the rest of the line, and gives the text to show. An unusable argument raises
`MetaProblem`. It must not know prompt_toolkit.
"""

from __future__ import annotations

from fakedocker.world import boundaries
from fakedocker_shell.repl import (
    meta_boundaries,
    meta_checks,
    meta_faults,
    meta_lessons,
    meta_links,
    meta_pictures,
    meta_time,
    topics,
    why,
)
from fakedocker_shell.repl.interaction import Interaction
from fakedocker_shell.repl.meta_base import MetaCommand, MetaProblem, run_command
from fakedocker_shell.repl.terminal_session import TerminalSession
from fakedocker_shell.repl.words import nearest

_MARKS_SHOWN = 5


def run(terminal: TerminalSession, name: str, argument: str) -> Interaction[str]:
    """Run one; gives what to show. A problem is shown too, with status 2 as shells give it for wrong usage."""
    command = TABLE.get("help" if name == "?" else name)
    terminal.status = 0
    try:
        if command is None:
            near = nearest(name, TABLE)
            raise MetaProblem(f"no command :{name}" + (f"; did you mean `:{near}`?" if near else "; :help lists them"))
        return (yield from run_command(command, terminal, argument))
    except MetaProblem as problem:
        terminal.status = 2
        return str(problem)


# looking


def _why(terminal: TerminalSession, argument: str) -> str:
    if argument:
        raise MetaProblem("usage: :why")
    world = terminal.engine.world
    marks = boundaries.marks_since(world, terminal.marked) if terminal.last_command else []
    lacked = [f"not simulated, in {boundaries.described(world, mark)}" for mark in marks[-_MARKS_SHOWN:]]
    output = terminal.last_output.decode("utf-8", "replace")
    found = why.explain(output, terminal.last_status)
    if found is None and not lacked:
        return "the last command has not failed" if terminal.last_command else "nothing was run yet"
    told = [found.meaning, *(f"  try: {text}" for text in found.advice)] if found is not None else []
    return "\n".join([*lacked, *told])


def _switch(argument: str, now: bool, usage: str) -> bool:
    if argument not in ("", "on", "off"):
        raise MetaProblem(f"usage: {usage}")
    return now if not argument else argument == "on"


def _explain(terminal: TerminalSession, argument: str) -> str:
    terminal.explaining = _switch(argument, terminal.explaining, ":explain [on|off]")
    state = "on: after each command, its calls to the engine and what has changed" if terminal.explaining else "off"
    return f"explain is {state}"


def _pager(terminal: TerminalSession, argument: str) -> str:
    terminal.paging = _switch(argument, terminal.paging, ":pager [on|off]")
    return f"the pager is {'on: space, Enter, q' if terminal.paging else 'off'}"


def _help(terminal: TerminalSession, argument: str) -> str:
    del terminal  # the same for everybody
    if not argument:
        rows = [(command.usage, command.description) for command in TABLE.values()]
        width = max(len(usage) for usage, _ in rows)
        return "\n".join(
            [topics.INTRODUCTION, "", *(f"  {usage:<{width}}  {text}" for usage, text in rows), "", topics.CLOSING]
        )
    command = TABLE.get(argument.removeprefix(":"))
    if command is not None:
        return f"{command.usage}\n  {command.description}"
    text = topics.TOPICS.get(argument)
    if text is None:
        raise MetaProblem(f"no topic {argument!r}; there are {', '.join(topics.TOPICS)}, and the commands")
    return text


TABLE: dict[str, MetaCommand] = {
    **meta_time.COMMANDS,
    **meta_faults.COMMANDS,
    **meta_pictures.COMMANDS,
    "why": MetaCommand(":why", "what the last error means, and what to try", _why),
    "explain": MetaCommand(
        ":explain [on|off]", "show each command's API calls and what it changed", _explain, ("on", "off")
    ),
    **meta_lessons.COMMANDS,
    **meta_links.COMMANDS,
    **meta_checks.COMMANDS,
    **meta_boundaries.COMMANDS,
    "pager": MetaCommand(":pager [on|off]", "stop after each screenful", _pager, ("on", "off")),
    "help": MetaCommand(":help [TOPIC]", "this, or help about a topic or command", _help, tuple(topics.TOPICS)),
}
