"""The terminal's own commands, which begin with a colon: one table of names, usages, descriptions and functions.

Each function takes the desk and the rest of the line, and gives the text to show. An unusable argument raises
`MetaProblem`. It must not know prompt_toolkit.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from fakedocker.base import clock, units
from fakedocker.exchanges import TimeMode
from fakedocker.world.world import Event
from fakedocker_shell.repl import drawing, explain, topics, why
from fakedocker_shell.repl.desk import Desk
from fakedocker_shell.repl.history import Moment
from fakedocker_shell.repl.words import nearest

_EVENT_LINES = 200


class MetaProblem(Exception):
    """A command of the terminal's own that cannot be done; the text says why."""


class MetaCommand(NamedTuple):
    """A row of the table; `words` are arguments that completion offers."""

    usage: str
    description: str
    run: Callable[[Desk, str], str]
    words: tuple[str, ...] = ()


def run(desk: Desk, name: str, argument: str) -> str:
    """Run one; gives what to show. A problem is shown too, with status 2 as shells give it for wrong usage."""
    command = TABLE.get("help" if name == "?" else name)
    desk.status = 0
    try:
        if command is None:
            near = nearest(name, TABLE)
            raise MetaProblem(f"no command :{name}" + (f"; did you mean `:{near}`?" if near else "; :help lists them"))
        return command.run(desk, argument)
    except MetaProblem as problem:
        desk.status = 2
        return str(problem)


# going back


def _undo(desk: Desk, argument: str) -> str:
    if argument and not argument.isdigit():
        raise MetaProblem(f"usage: :undo [N]; {argument!r} is no number")
    steps = desk.timeline.back(int(argument or "1"), desk.moment())
    if not steps:
        raise MetaProblem("nothing to undo")
    return _go_to(desk, steps[-1].moment, [f"undone: {_one_line(step.command)}" for step in steps], undoable=False)


def _redo(desk: Desk, argument: str) -> str:
    if argument:
        raise MetaProblem("usage: :redo")
    step = desk.timeline.forward(desk.moment())
    if step is None:
        raise MetaProblem("nothing to do again")
    return _go_to(desk, step.moment, [f"done again: {_one_line(step.command)}"], undoable=False)


def _reset(desk: Desk, argument: str) -> str:
    if argument:
        raise MetaProblem("usage: :reset")
    return _go_to(desk, desk.timeline.first, ["everything is as it was at the beginning; :undo takes that back"])


def _snapshot(desk: Desk, argument: str) -> str:
    verb, _, name = argument.partition(" ")
    if verb == "list":
        named = desk.timeline.names()
        rows = [
            (name, clock.rfc3339_seconds(moment.world.now_ns), f"{len(moment.world.containers)} containers")
            for name, moment in named
        ]
        return "\n".join(drawing.table("snapshots", ("name", "time", "world"), rows))
    if verb == "restore":
        moment = desk.timeline.saved(name.strip())
        if moment is None:
            raise MetaProblem(f"no snapshot {name.strip()!r}; :snapshot list shows them")
        return _go_to(desk, moment, [f"back at snapshot {name.strip()}"])
    if name:
        raise MetaProblem("usage: :snapshot [NAME], :snapshot list, :snapshot restore NAME")
    chosen = verb or desk.timeline.free_name()
    desk.timeline.save(chosen, desk.moment())
    return f"saved as {chosen}; `:snapshot restore {chosen}` goes back there"


def _go_to(desk: Desk, moment: Moment, lines: list[str], undoable: bool = True) -> str:
    before = desk.moment()
    if undoable:
        desk.timeline.push(lines[0], before)
    desk.restore(moment)
    return "\n".join([*lines, *(f"  {line}" for line in explain.changes(before.world, moment.world))])


def _one_line(text: str) -> str:
    first, newline, _ = text.strip().partition("\n")
    return first + (" …" if newline else "")


# time


def _wait(desk: Desk, argument: str) -> str:
    try:
        duration_ns = units.parse_duration(argument)
    except ValueError:
        raise MetaProblem(f"usage: :wait DURATION, such as 30s, 5m or 1h30m; {argument!r} is none") from None
    if duration_ns < 0:
        raise MetaProblem("time does not go backwards; :undo does")
    began_ns = desk.engine.now_ns
    desk.timeline.push(f":wait {argument}", desk.moment())
    events = desk.wait(duration_ns)
    passed = units.format_duration(desk.engine.now_ns - began_ns)
    lines = [_event_line(event, began_ns) for event in events[-_EVENT_LINES:]]
    if len(events) > len(lines):
        lines.insert(0, f"({len(events) - len(lines)} earlier events are not shown)")
    return "\n".join(
        [
            *(lines or ["nothing happened"]),
            f"{passed} have passed, it is {clock.rfc3339_seconds(desk.engine.now_ns)}",
        ]
    )


def _event_line(event: Event, began_ns: int) -> str:
    attributes = dict(event.attributes)
    name = attributes.get("name") or event.actor_id[:12]
    told = [f"{key} {attributes[key]}" for key in ("exitCode", "signal", "container") if attributes.get(key)]
    after = units.format_duration((event.time_ns - began_ns) // clock.MILLISECOND_NS * clock.MILLISECOND_NS)
    return f"+{after}  {event.type} {name}: {event.action}" + (f" ({', '.join(told)})" if told else "")


def _time(desk: Desk, argument: str) -> str:
    if argument:
        if argument not in ("leap", "wall"):
            raise MetaProblem("usage: :time [leap|wall]")
        desk.engine.mode = TimeMode(argument)
        desk.keep_pace()
    told = {TimeMode.LEAP: "waits are leapt over", TimeMode.WALL: "time goes at the wall's pace"}
    mode = desk.engine.mode
    return f"it is {clock.rfc3339_seconds(desk.engine.now_ns)}; {mode.value}: {told.get(mode, '')}"


# looking


def _world(desk: Desk, argument: str) -> str:
    if argument:
        raise MetaProblem("usage: :world")
    return drawing.draw(desk.engine.world, desk.columns)


def _why(desk: Desk, argument: str) -> str:
    if argument:
        raise MetaProblem("usage: :why")
    output = desk.last_output.decode("utf-8", "replace")
    found = why.explain(output, desk.last_status)
    if found is None:
        return "the last command has not failed" if desk.last_command else "nothing was run yet"
    return "\n".join([found.meaning, *(f"  try: {text}" for text in found.advice)])


def _switch(argument: str, now: bool, usage: str) -> bool:
    if argument not in ("", "on", "off"):
        raise MetaProblem(f"usage: {usage}")
    return now if not argument else argument == "on"


def _explain(desk: Desk, argument: str) -> str:
    desk.explaining = _switch(argument, desk.explaining, ":explain [on|off]")
    state = "on: after each command, its calls to the engine and what has changed" if desk.explaining else "off"
    return f"explain is {state}"


def _pager(desk: Desk, argument: str) -> str:
    desk.paging = _switch(argument, desk.paging, ":pager [on|off]")
    return f"the pager is {'on: space, Enter, q' if desk.paging else 'off'}"


def _help(desk: Desk, argument: str) -> str:
    del desk  # the same for everybody
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
    "undo": MetaCommand(":undo [N]", "go back to before the last command that changed something, or the last N", _undo),
    "redo": MetaCommand(":redo", "take one :undo back", _redo),
    "reset": MetaCommand(":reset", "begin anew: the world of the start", _reset),
    "snapshot": MetaCommand(
        ":snapshot [NAME|list|restore NAME]",
        "give the present a name, and go back there",
        _snapshot,
        ("list", "restore"),
    ),
    "wait": MetaCommand(
        ":wait DURATION", "let virtual time pass, and tell what happens", _wait, ("10s", "30s", "1m", "5m", "1h")
    ),
    "time": MetaCommand(
        ":time [leap|wall]", "what time it is, and whether waits are leapt over", _time, ("leap", "wall")
    ),
    "world": MetaCommand(":world", "draw containers, images, networks, volumes and ports", _world),
    "why": MetaCommand(":why", "what the last error means, and what to try", _why),
    "explain": MetaCommand(
        ":explain [on|off]", "show each command's API calls and what it changed", _explain, ("on", "off")
    ),
    "pager": MetaCommand(":pager [on|off]", "stop after each screenful", _pager, ("on", "off")),
    "help": MetaCommand(":help [TOPIC]", "this, or help about a topic or command", _help, tuple(topics.TOPICS)),
}
