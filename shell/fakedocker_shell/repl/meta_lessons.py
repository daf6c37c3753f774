"""The terminal's own commands around a lesson. What they do is in `scenarios`, which is imported when one is used."""

from __future__ import annotations

from collections.abc import Iterable

from fakedocker_shell.repl.desk import Desk
from fakedocker_shell.repl.meta_base import NO_LESSON, MetaCommand, MetaProblem, present_lesson


def _goal(desk: Desk, argument: str) -> str:
    lesson = present_lesson(desk, argument, ":goal")
    return "\n".join([lesson.scenario.title, *lesson.goal_lines(desk.moment(), desk.columns)])


def _hint(desk: Desk, argument: str) -> str:
    lesson = present_lesson(desk, argument, ":hint")
    hint = lesson.hint(desk.moment(), desk.columns)
    if hint:
        return hint
    given = [f"- {hint.text}" for hint in lesson.given_hints()]
    return "\n".join(["there are no more hints for this state; `:solution` shows a way. So far:", *given])


def _solution(desk: Desk, argument: str) -> str:
    lesson = present_lesson(desk, argument, ":solution")
    return "\n".join(["one way from the beginning (`:reset` goes there):", *lesson.solution()])


def _lesson(desk: Desk, argument: str) -> str:
    from fakedocker_shell.scenarios import learning, library
    from fakedocker_shell.scenarios.problems import ScenarioProblem
    from fakedocker_shell.scenarios.progress import Progress

    progress = Progress(desk.environment)
    present = desk.lesson.scenario.id if desk.lesson is not None else ""
    if argument == "list":
        return "\n".join(learning.listing(progress, present))
    if argument == "off":
        if desk.lesson is None:
            raise MetaProblem(NO_LESSON)
        desk.lesson = None
        return "no lesson any more; the world stays as it is"
    if not argument:
        if desk.lesson is None:
            raise MetaProblem(NO_LESSON)
        desk.announce(desk.lesson.introduction(desk.moment(), desk.columns))
        return ""
    if desk.recorder is not None:
        raise MetaProblem("a session is recorded; `:record off` first")
    try:
        scenario = learning.next_lesson(progress, present) if argument == "next" else library.find(argument)
        if scenario is None:
            return "all lessons are solved; `:lesson list` shows them"
        desk.announce(learning.begin(desk, scenario))
    except ScenarioProblem as problem:
        raise MetaProblem(str(problem)) from None
    return ""


def _lesson_words() -> Iterable[str]:
    from fakedocker_shell.scenarios import library

    return ("list", "next", "off", *library.ids())


def _record(desk: Desk, argument: str) -> str:
    from fakedocker_shell.repl.recorder import Recorder
    from fakedocker_shell.scenarios import recording
    from fakedocker_shell.scenarios.player import OWN_COMMANDS
    from fakedocker_shell.scenarios.problems import ScenarioProblem

    recorder = desk.recorder
    if argument in ("", "off"):
        if recorder is None:
            raise MetaProblem("nothing is recorded; `:record NAME` begins")
        if not argument:
            return f"recording {recorder.name}; `:record off` writes {recorder.name}.md"
        desk.recorder = None
        try:
            path, otherwise = recording.write(recorder, desk.files)
        except (ScenarioProblem, OSError) as problem:
            raise MetaProblem(f"not written: {problem}") from None
        lines = [f"written to {path.name}; `fakedocker replay {path.name}` plays it"]
        lines += [f"  ends otherwise when it is replayed: {command}" for command in otherwise]
        return "\n".join(lines)
    if recorder is not None or desk.lesson is not None:
        raise MetaProblem("`:record off` first" if recorder is not None else "a lesson is open; `:lesson off` first")
    first = desk.timeline.first.world
    try:
        desk.recorder = Recorder(
            argument, first.seed, first.now_ns, desk.timeline.commands(), desk.engine.now_ns, OWN_COMMANDS
        )
    except ValueError as problem:
        raise MetaProblem(str(problem)) from None
    return f"recording; `:record off` writes {argument}.md into the folder the terminal was opened in"


COMMANDS = {
    "lesson": MetaCommand(":lesson [ID|next|list|off]", "begin a lesson; its text again", _lesson, _lesson_words),
    "goal": MetaCommand(":goal", "what the lesson wants, and what of it is reached", _goal),
    "hint": MetaCommand(":hint", "the next hint for the present state", _hint),
    "record": MetaCommand(":record [NAME|off]", "write a session down as a scenario", _record, ("off",)),
    "solution": MetaCommand(":solution", "a way to the goal", _solution),
}
