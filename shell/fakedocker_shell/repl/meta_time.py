"""The terminal's own commands for going back and for time. They work on any terminal."""

from __future__ import annotations

from fakedocker.base import clock, units
from fakedocker.base.numbers import is_digits
from fakedocker.engine.inflight import TimeMode
from fakedocker.world.world import Event, World
from fakedocker_shell.repl import drawing, explain
from fakedocker_shell.repl.history import Moment
from fakedocker_shell.repl.interaction import Interaction
from fakedocker_shell.repl.meta_base import MetaCommand, MetaProblem
from fakedocker_shell.repl.terminal_session import TerminalSession

_EVENT_LINES = 200


# going back


def _undo(terminal: TerminalSession, argument: str) -> str:
    if argument and not is_digits(argument):
        raise MetaProblem(f"usage: :undo [N]; {argument!r} is no number")
    steps = terminal.timeline.back(int(argument or "1"), terminal.moment())
    if not steps:
        raise MetaProblem("nothing to undo")
    return _go_to(terminal, steps[-1].moment, [f"undone: {_one_line(step.command)}" for step in steps])


def _redo(terminal: TerminalSession, argument: str) -> str:
    if argument:
        raise MetaProblem("usage: :redo")
    step = terminal.timeline.forward(terminal.moment())
    if step is None:
        raise MetaProblem("nothing to do again")
    return _go_to(terminal, step.moment, [f"done again: {_one_line(step.command)}"])


def _reset(terminal: TerminalSession, argument: str) -> str:
    if argument:
        raise MetaProblem("usage: :reset")
    if terminal.lesson is not None:
        terminal.lesson.is_solved = False
        terminal.lesson.solution_shown = False
    return _go_to(
        terminal, terminal.timeline.first, ["everything is as it was at the beginning; :undo takes that back"], ":reset"
    )


def _rewind(terminal: TerminalSession, argument: str) -> Interaction[str]:
    duration_ns = _duration(argument, ":rewind")
    target_ns = terminal.engine.now_ns - duration_ns
    moment = terminal.timeline.at(target_ns)
    if moment is None:
        began_ns = terminal.timeline.first.world.now_ns
        raise MetaProblem(f"the session began {_shown(terminal.engine.now_ns - began_ns)} ago")
    text = _go_to(terminal, moment, [f"{argument} back"], f":rewind {argument}")
    if target_ns > terminal.engine.now_ns:
        yield from terminal.wait(target_ns - terminal.engine.now_ns)
    return f"{text}\nit is {clock.rfc3339_seconds(terminal.engine.now_ns)} again; :undo takes that back"


def _snapshot(terminal: TerminalSession, argument: str) -> str:
    verb, _, name = argument.partition(" ")
    if verb == "list":
        named = terminal.timeline.names()
        rows = [
            (name, clock.rfc3339_seconds(moment.world.now_ns), f"{len(moment.world.containers)} containers")
            for name, moment in named
        ]
        return "\n".join(drawing.table("snapshots", ("name", "time", "world"), rows))
    if verb == "restore":
        moment = terminal.timeline.saved(name.strip())
        if moment is None:
            raise MetaProblem(f"no snapshot {name.strip()!r}; :snapshot list shows them")
        return _go_to(terminal, moment, [f"back at snapshot {name.strip()}"], f":snapshot restore {name.strip()}")
    if name:
        raise MetaProblem("usage: :snapshot [NAME], :snapshot list, :snapshot restore NAME")
    chosen = verb or terminal.timeline.free_name()
    terminal.timeline.save(chosen, terminal.moment())
    return f"saved as {chosen}; `:snapshot restore {chosen}` goes back there"


def _go_to(terminal: TerminalSession, moment: Moment, lines: list[str], command: str = "") -> str:
    """Put a state in place of the present one; `command` is what :undo takes back, "" for what it does not."""
    before = terminal.moment()
    if command:
        terminal.timeline.push(command, before)
    terminal.restore(moment)
    return "\n".join([*lines, *(f"  {line}" for line in explain.changes(before.world, moment.world))])


def _one_line(text: str) -> str:
    first, newline, _ = text.strip().partition("\n")
    return first + (" …" if newline else "")


# time


def _duration(argument: str, command: str) -> int:
    try:
        duration_ns = units.parse_duration(argument)
    except ValueError:
        raise MetaProblem(f"usage: {command} DURATION, such as 30s, 5m or 1h30m; {argument!r} is none") from None
    if duration_ns < 0:
        raise MetaProblem("time does not go backwards; :undo and :rewind do")
    return duration_ns


def _shown(duration_ns: int) -> str:
    """A duration in whole milliseconds."""
    return units.format_duration(duration_ns // clock.MILLISECOND_NS * clock.MILLISECOND_NS)


def _wait(terminal: TerminalSession, argument: str) -> Interaction[str]:
    duration_ns = _duration(argument, ":wait")
    began_ns = terminal.engine.now_ns
    terminal.timeline.push(f":wait {argument}", terminal.moment())
    events = yield from terminal.wait(duration_ns)
    terminal.timeline.mark(terminal.moment())
    passed = _shown(terminal.engine.now_ns - began_ns)
    lines = [_event_line(terminal.engine.world, event, began_ns) for event in events[-_EVENT_LINES:]]
    if len(events) > len(lines):
        lines.insert(0, f"({len(events) - len(lines)} earlier events are not shown)")
    return "\n".join(
        [
            *(lines or ["nothing happened"]),
            f"{passed} have passed, it is {clock.rfc3339_seconds(terminal.engine.now_ns)}",
        ]
    )


def _event_line(world: World, event: Event, began_ns: int) -> str:
    attributes = dict(event.attributes)
    container = world.containers.get(attributes.get("container", ""))
    if container is not None:
        attributes["container"] = container.name
    name = attributes.get("name") or event.actor_id[:12]
    told = [f"{key} {attributes[key]}" for key in ("exitCode", "signal", "container") if attributes.get(key)]
    return f"+{_shown(event.time_ns - began_ns)}  {event.type} {name}: {event.action}" + (
        f" ({', '.join(told)})" if told else ""
    )


def _time(terminal: TerminalSession, argument: str) -> str:
    if argument:
        if argument not in ("leap", "wall"):
            raise MetaProblem("usage: :time [leap|wall]")
        terminal.engine.mode = TimeMode(argument)
        terminal.keep_pace()
    told = {TimeMode.LEAP: "waits are leapt over", TimeMode.WALL: "time goes at the wall's pace"}
    mode = terminal.engine.mode
    return f"it is {clock.rfc3339_seconds(terminal.engine.now_ns)}; {mode.value}: {told.get(mode, '')}"


COMMANDS = {
    "undo": MetaCommand(":undo [N]", "go back to before the last command that changed something, or the last N", _undo),
    "redo": MetaCommand(":redo", "take one :undo back", _redo),
    "reset": MetaCommand(":reset", "begin anew: the world of the start", _reset),
    "rewind": MetaCommand(":rewind DURATION", "go back in time: 2m is two minutes ago", _rewind, ("10s", "1m", "5m")),
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
}
