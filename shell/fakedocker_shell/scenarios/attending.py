"""`fakedocker learn COURSE`: a course of a folder, or its exam, on this machine's terminal."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Sequence
from typing import NoReturn

from fakedocker_shell.grading.transcript_writing import TranscriptFile, TranscriptWriter, file_name
from fakedocker_shell.links import hides
from fakedocker_shell.repl import meta
from fakedocker_shell.scenarios import course_folder, exam, learning
from fakedocker_shell.scenarios.problems import ScenarioProblem
from fakedocker_shell.scenarios.progress import Progress
from fakedocker_shell.web.messages import LONGEST_NAME

PROGRAM = "fakedocker learn"
NAMELESS = "learner"
_OPTIONS = ("--exam", "--name", "--transcripts")


def is_asked_for(arguments: Sequence[str]) -> bool:
    """Whether a command line of `fakedocker learn` is about a course."""
    given = any(word.partition("=")[0] in _OPTIONS for word in arguments)
    return given or any(os.path.isdir(word) for word in arguments)


def main(arguments: Sequence[str]) -> int:
    """Run it; gives the exit status.

    Raises:
        ScenarioProblem: the course is wrong, or one of its lessons.
    """
    try:
        options = _parser().parse_args(list(arguments))
    except SystemExit as end:
        return int(end.code or 0)
    try:
        course = course_folder.read(options.course)
        if options.exam:
            course = exam.draw(course, options.name)
        lesson = course.scenarios[0] if options.exam else learning.next_lesson(Progress(os.environ), "", course)
        if lesson is None:
            sys.stdout.write("All lessons of this course are solved; `:lesson ID` opens one again.\n")
        if not (sys.stdin.isatty() and sys.stdout.isatty()):
            return _problem("a terminal was expected")
        file = _file(options.transcripts, options.name)
    except ScenarioProblem as problem:
        return _problem(str(problem))
    except OSError as problem:
        return _problem(f"the transcript cannot be written: {problem.strerror}", 1)
    from fakedocker_shell.repl.app import Sitting, sit

    began = time.monotonic()
    writer = TranscriptWriter(options.name, course, lambda: (time.monotonic() - began) / 60, file)
    minutes = course.exam.minutes if options.exam and course.exam is not None else None
    if minutes is not None:
        sys.stdout.write(f"An exam of {minutes} minutes: {len(course.scenarios)} tasks; `:lesson list` shows them.\n")
    own = exam.Refusing(exam.REFUSED).run if options.exam else meta.run
    try:
        return sit(Sitting(course, own, writer, None if minutes is None else minutes * 60.0), lesson)
    finally:
        if file is not None:
            file.close()


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        _problem(f"{message}\nTry '{PROGRAM} --help'.")
        raise SystemExit(2)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog=PROGRAM, allow_abbrev=False, add_help=False)
    parser.add_argument("course")
    parser.add_argument("--exam", action="store_true")
    parser.add_argument("--name", type=_name, default=NAMELESS)
    parser.add_argument("--transcripts", default="")
    return parser


def _name(text: str) -> str:
    name = " ".join(text.split())
    if not name or len(name) > LONGEST_NAME or hides(name):
        raise argparse.ArgumentTypeError(f"a name has from 1 to {LONGEST_NAME} characters, all of which are shown")
    return name


def _file(folder: str, name: str) -> TranscriptFile | None:
    if not folder:
        return None
    os.makedirs(folder, mode=0o700, exist_ok=True)
    return TranscriptFile(os.path.join(folder, file_name(name)))


def _problem(text: str, status: int = 2) -> int:
    sys.stderr.write(f"{PROGRAM}: {text}\n")
    return status
