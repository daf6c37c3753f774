"""`fakedocker replay` and `fakedocker lint`: what is asked for, and what is told of it."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from msgspec.structs import replace

from fakedocker.base.profiles import DEFAULT, profile_named, storage_named
from fakedocker_shell.scenarios import library, linting, replaying
from fakedocker_shell.scenarios.model import Scenario
from fakedocker_shell.scenarios.parsing import parse_file
from fakedocker_shell.scenarios.problems import ScenarioProblem

REPLAY_USAGE = """Usage: fakedocker replay [OPTIONS] FILE|FOLDER...
       fakedocker replay [--cut] JOURNAL
       fakedocker replay --link URL

Play every block of scenarios, and show where the output differs from what stands there. Or play a session again, from
its journal (`fakedocker --journal FILE`) or from the report of an error: it shows what the session showed, and the exit
status is 1 if it came out otherwise. Or run what a link says; the exit status is 1 if one of its commands does not end,
or the goal of its lesson is not reached.

Options:
      --against ADDRESS    Play on the engine at ADDRESS, with bash and docker of this machine: this runs the commands here
      --asciicast FILE     Write a film for asciinema's players
      --profile NAME       Play scenarios on this Docker, in place of the one that they say
      --storage NAME       ... that keeps its images in this store
      --cut                Play a journal as far as it goes that does not say how its session ended
      --update             Write what is printed into the files; wildcards that still match stay
      --help               Show this
"""
LINT_USAGE = """Usage: fakedocker lint FILE|FOLDER...

Refuse scenarios that cannot be read, whose goal holds after the setup or after a wrong answer, or does not hold after
a solution.
"""
_WRONG_USAGE = 2


def learn(
    arguments: Sequence[str], seed: int, journal: str = "", profile: str = DEFAULT, date: str = "", storage: str = ""
) -> int:
    """Open the terminal in a lesson, or list them.

    Args:
        journal: a file that is made and gets the session's journal; "" for none.
        profile: which Docker it is; a lesson's world is of its own.
        date: the day on which the world outside of lessons begins.
        storage: in which store it keeps its images, "" for the profile's own.
    """
    from fakedocker_shell.scenarios import learning
    from fakedocker_shell.scenarios.progress import Progress

    if any(word in ("--help", "-h") for word in arguments):
        sys.stdout.write(learning.LEARN_USAGE)
        return 0
    from fakedocker_shell.scenarios import attending

    if attending.is_asked_for(arguments):
        return attending.main(arguments)
    options = [word for word in arguments if word.startswith("-")]
    if list(arguments) == ["--list"]:
        sys.stdout.write("\n".join(learning.listing(Progress(os.environ))) + "\n")
        return 0
    if options or len(arguments) > 1:
        return _usage(f"unknown option {options[0]}" if options else "one lesson was expected", "learn")
    try:
        scenario = learning.choose(arguments, os.environ)
        if scenario is None:
            sys.stdout.write("All lessons are solved: `fakedocker learn --list` shows them.\n")
            return 0
        if not (sys.stdin.isatty() and sys.stdout.isatty()):
            return _usage("a terminal was expected; `fakedocker learn --list` does without", "learn")
        from fakedocker_shell.repl.app import run

        return run(seed, scenario, journal=journal, profile=profile, date=date, storage=storage)
    except ScenarioProblem as problem:
        return _tell(problem)


class _Replay(NamedTuple):
    """What `replay` was asked for; "" for an option that was not given."""

    places: list[str]
    update: bool = False
    against: str = ""
    asciicast: str = ""
    cut: bool = False
    profile: str = ""
    storage: str = ""


def replay(arguments: Sequence[str], profile: str = "", storage: str = "") -> int:
    """Play scenarios or a journal.

    Args:
        profile, storage: on which Docker scenarios are played in place of the one that they say; "" for none.

    The exit status is 1 where something differs, 2 where a scenario or the command line is wrong.
    """
    if any(word in ("--help", "-h") for word in arguments):
        sys.stdout.write(REPLAY_USAGE)
        return 0
    if arguments and arguments[0].partition("=")[0] == "--link":
        _, equals, value = arguments[0].partition("=")
        return _replay_link([value, *arguments[1:]] if equals else list(arguments[1:]))
    try:
        asked = _replay_options(list(arguments), profile, storage)
    except ValueError as problem:
        return _usage(str(problem), "replay")
    journal = _journal(asked.places)
    if journal is not None:
        return _replay_journal(asked.places[0], journal, asked.cut)
    scenarios = _read(asked.places)
    if asked.asciicast and len(scenarios) != 1:
        return _usage("--asciicast takes one scenario", "replay")
    worst = 0
    for scenario in scenarios:
        try:
            status = _tell(scenario) if isinstance(scenario, ScenarioProblem) else _replay_one(scenario, asked)
        except ScenarioProblem as problem:
            status = _tell(problem)
        worst = max(worst, status)
    return worst


def _journal(places: Sequence[str]) -> bytes | None:
    """The content of the file that is named, if it is the journal of a session or a report."""
    from fakedocker_shell.repl import session_journal

    if len(places) != 1 or not Path(places[0]).is_file():
        return None
    with open(places[0], "rb") as file:
        data = file.read(session_journal.LARGEST_FILE_BYTES + 1)
    return data if session_journal.is_journal(data) else None


def _write_shown(shown: bytes) -> None:
    sys.stdout.buffer.write(shown)
    sys.stdout.buffer.flush()


def _replay_journal(name: str, data: bytes, is_cut: bool) -> int:
    from fakedocker_shell.repl import replaying, session_journal
    from fakedocker_shell.repl.state_directory import program_version

    try:
        begun, entries = session_journal.read(data, program_version(), is_cut)
        played = replaying.play(begun, entries, _write_shown)
    except (session_journal.JournalProblem, ScenarioProblem) as problem:
        sys.stderr.write(f"fakedocker replay: {name}: {problem}\n")
        return _WRONG_USAGE
    end = session_journal.ending(entries)
    if end is not None and end != session_journal.End(played.shown_sum, played.status):
        sys.stderr.write(f"fakedocker replay: {name}: the session has come out otherwise than it did\n")
        return 1
    return 0


def _replay_link(words: list[str]) -> int:
    from fakedocker_shell.links import LinkProblem, read
    from fakedocker_shell.repl import link_checking

    if len(words) != 1:
        return _usage("--link takes one link, and nothing goes with it", "replay")
    try:
        problems = link_checking.check(read(words[0]), _write_shown)
    except LinkProblem as problem:
        sys.stderr.write(f"fakedocker replay: the link cannot be opened: {problem}\n")
        return _WRONG_USAGE
    for told in problems:
        sys.stderr.write(f"fakedocker replay: {told}\n")
    return 1 if problems else 0


def _replay_options(words: list[str], profile: str, storage: str) -> _Replay:
    """Raises ValueError for wrong usage."""
    asked = _Replay([], profile=profile, storage=storage)
    while words:
        word = words.pop(0)
        name, equals, value = word.partition("=")
        if word == "--update":
            asked = asked._replace(update=True)
        elif word == "--cut":
            asked = asked._replace(cut=True)
        elif name in ("--against", "--asciicast", "--profile", "--storage"):
            value = value if equals else words.pop(0) if words else ""
            if not value:
                raise ValueError(f"{name} takes a value")
            asked = _with_value(asked, name, value)
        elif word.startswith("-"):
            raise ValueError(f"unknown option {word}")
        else:
            asked.places.append(word)
    if not asked.places:
        raise ValueError("a file or folder of scenarios was expected")
    if asked.profile:
        profile_named(asked.profile)
    if asked.update and asked.against:
        raise ValueError("--update writes what the simulated engine prints, so it does not go with --against")
    return asked


def _with_value(asked: _Replay, name: str, value: str) -> _Replay:
    if name == "--against":
        return asked._replace(against=value)
    if name == "--asciicast":
        return asked._replace(asciicast=value)
    return asked._replace(profile=value) if name == "--profile" else asked._replace(storage=value)


def _replay_one(scenario: Scenario, asked: _Replay) -> int:
    if asked.profile or asked.storage:
        scenario = replace(scenario, profile=asked.profile or scenario.profile, storage=asked.storage)
        try:
            storage_named(profile_named(scenario.profile), scenario.storage)
        except ValueError as problem:
            raise ScenarioProblem(scenario.path, 1, str(problem)) from None
    played = _play(scenario, asked.against)
    if asked.asciicast:
        from fakedocker_shell.scenarios import asciicast

        Path(asked.asciicast).write_text(asciicast.write(scenario, played), encoding="utf-8")
    differing = [each for each in played if not each.matches]
    if not differing:
        sys.stdout.write(f"{scenario.path}: {len(played)} commands, as they stand there\n")
        return 0
    if asked.update:
        Path(scenario.path).write_text(replaying.update(scenario, played), encoding="utf-8")
        sys.stdout.write(f"{scenario.path}: {len(differing)} of {len(played)} commands updated\n")
        return 0
    for each in differing:
        sys.stdout.write(replaying.difference(scenario, each) + "\n\n")
    sys.stdout.write(f"{scenario.path}: {len(differing)} of {len(played)} commands differ\n")
    return 1


def _play(scenario: Scenario, address: str) -> list[replaying.Played]:
    if not address:
        return list(replaying.play(scenario, replaying.SimulatedStage(scenario)))
    from fakedocker_shell.scenarios import against

    against.check_playable(scenario)
    with against.RealStage(scenario, address) as stage:
        return list(replaying.play(scenario, stage))


def lint(arguments: Sequence[str]) -> int:
    """The exit status is 1 where something is wrong, 2 where the command line is."""
    if any(word in ("--help", "-h") for word in arguments):
        sys.stdout.write(LINT_USAGE)
        return 0
    options = [word for word in arguments if word.startswith("-")]
    if options or not arguments:
        return _usage(
            f"unknown option {options[0]}" if options else "a file or folder of scenarios was expected", "lint"
        )
    found = list(_read(arguments))
    scenarios = [scenario for scenario in found if isinstance(scenario, Scenario)]
    problems = [problem for problem in found if isinstance(problem, ScenarioProblem)] + linting.lint(scenarios)
    for problem in problems:
        _tell(problem)
    sys.stdout.write(f"{len(found)} scenarios, {len(problems)} problems\n")
    return 1 if problems else 0


def _read(places: Sequence[str]) -> list[Scenario | ScenarioProblem]:
    """Each scenario, or what is wrong with its file."""
    found: list[Scenario | ScenarioProblem] = []
    try:
        files = library.paths(places)
    except ScenarioProblem as problem:
        return [problem]
    for path in files:
        try:
            found.append(parse_file(path))
        except ScenarioProblem as problem:
            found.append(problem)
    return found


def _tell(problem: ScenarioProblem) -> int:
    sys.stderr.write(f"{problem}\n")
    return _WRONG_USAGE


def _usage(problem: str, command: str) -> int:
    sys.stderr.write(f"fakedocker {command}: {problem}\nTry 'fakedocker {command} --help'.\n")
    return _WRONG_USAGE
