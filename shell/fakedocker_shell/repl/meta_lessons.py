"""The terminal's own commands around a lesson. What they do is in `scenarios`, which is imported when one is used."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from fakedocker.base.profiles import DEFAULT, profile_named
from fakedocker.world.world import World
from fakedocker_shell.repl.meta_base import NO_LESSON, MetaCommand, MetaProblem, present_lesson
from fakedocker_shell.repl.terminal_session import TerminalSession

if TYPE_CHECKING:
    from fakedocker_shell.scenarios.model import Scenario
    from fakedocker_shell.scenarios.progress import Progress


def _goal(terminal: TerminalSession, argument: str) -> str:
    lesson = present_lesson(terminal, argument, ":goal")
    return "\n".join([lesson.scenario.title, *lesson.goal_lines(terminal.moment(), terminal.columns)])


def _basics(terminal: TerminalSession, argument: str) -> str:
    from fakedocker_shell.scenarios.lesson import wrapped

    lesson = present_lesson(terminal, argument, ":basics")
    if not lesson.scenario.basics:
        raise MetaProblem("this lesson has no text for beginners")
    return wrapped(lesson.scenario.basics, terminal.columns)


def _hint(terminal: TerminalSession, argument: str) -> str:
    lesson = present_lesson(terminal, argument, ":hint")
    hint = lesson.hint(terminal.moment(), terminal.columns)
    if hint:
        return hint
    given = [f"- {hint.text}" for hint in lesson.given_hints()]
    return "\n".join(["there are no more hints for this state; `:solution` shows a way. So far:", *given])


def _solution(terminal: TerminalSession, argument: str) -> str:
    lesson = present_lesson(terminal, argument, ":solution")
    return "\n".join(["one way from the beginning (`:reset` goes there):", *lesson.solution()])


def _lesson(terminal: TerminalSession, argument: str) -> str:
    from fakedocker_shell.scenarios import learning
    from fakedocker_shell.scenarios.problems import ScenarioProblem
    from fakedocker_shell.scenarios.progress import Progress

    progress = Progress(terminal.environment)
    present = terminal.lesson.scenario.id if terminal.lesson is not None else ""
    if argument == "list":
        return "\n".join(learning.listing(progress, present, terminal.course))
    if argument == "off":
        if terminal.lesson is None:
            raise MetaProblem(NO_LESSON)
        terminal.lesson = None
        return "no lesson any more; the world stays as it is"
    if not argument:
        if terminal.lesson is None:
            raise MetaProblem(NO_LESSON)
        terminal.announce(terminal.lesson.introduction(terminal.moment(), terminal.columns))
        return ""
    if terminal.recorder is not None:
        raise MetaProblem("a session is recorded; `:record off` first")
    try:
        scenario = _chosen(terminal, progress, present, argument)
        if scenario is None:
            return "all lessons are solved; `:lesson list` shows them"
        terminal.announce(learning.begin(terminal, scenario))
    except ScenarioProblem as problem:
        raise MetaProblem(str(problem)) from None
    return ""


def _chosen(terminal: TerminalSession, progress: Progress, present: str, argument: str) -> Scenario | None:
    from fakedocker_shell.scenarios import learning

    if argument == "next":
        return learning.next_lesson(progress, present, terminal.course)
    return learning.find(terminal.course, argument)


def _lesson_words() -> Iterable[str]:
    from fakedocker_shell.scenarios import library

    return ("list", "next", "off", *library.ids())


def _record(terminal: TerminalSession, argument: str) -> str:
    from fakedocker_shell.repl.recorder import Recorder
    from fakedocker_shell.scenarios import recording
    from fakedocker_shell.scenarios.player import OWN_COMMANDS
    from fakedocker_shell.scenarios.problems import ScenarioProblem

    recorder = terminal.recorder
    if argument in ("", "off"):
        if recorder is None:
            raise MetaProblem("nothing is recorded; `:record NAME` begins")
        if not argument:
            return f"recording {recorder.name}; `:record off` writes {recorder.name}.md"
        terminal.recorder = None
        try:
            path, otherwise = recording.write(recorder, terminal.files)
        except (ScenarioProblem, OSError) as problem:
            raise MetaProblem(f"not written: {problem}") from None
        lines = [f"written to {path.name}; `fakedocker replay {path.name}` plays it"]
        lines += [f"  ends otherwise when it is replayed: {command}" for command in otherwise]
        return "\n".join(lines)
    if recorder is not None or terminal.lesson is not None:
        raise MetaProblem("`:record off` first" if recorder is not None else "a lesson is open; `:lesson off` first")
    first = terminal.timeline.first.world
    try:
        terminal.recorder = Recorder(
            argument,
            first.seed,
            first.now_ns,
            terminal.timeline.commands(),
            terminal.engine.now_ns,
            OWN_COMMANDS,
            *_docker(first),
        )
    except ValueError as problem:
        raise MetaProblem(str(problem)) from None
    return f"recording; `:record off` writes {argument}.md into the folder the terminal was opened in"


def _docker(world: World) -> tuple[str, str]:
    """The profile and the storage of a world, each "" where a scenario that says nothing has it."""
    own = profile_named(world.profile).storages[0]
    return "" if world.profile == DEFAULT else world.profile, "" if world.storage == own else world.storage


COMMANDS = {
    "basics": MetaCommand(":basics", "what the words of the lesson mean, for beginners", _basics),
    "lesson": MetaCommand(":lesson [ID|next|list|off]", "begin a lesson; its text again", _lesson, _lesson_words),
    "goal": MetaCommand(":goal", "what the lesson wants, and what of it is reached", _goal),
    "hint": MetaCommand(":hint", "the next hint for the present state", _hint),
    "record": MetaCommand(":record [NAME|off]", "write a session down as a scenario", _record, ("off",)),
    "solution": MetaCommand(":solution", "a way to the goal", _solution),
}
