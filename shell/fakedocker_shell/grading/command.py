"""`fakedocker grade`: what the transcripts of learners are worth."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator
from typing import NoReturn

from fakedocker.base.numbers import is_digits
from fakedocker_shell.grading import marking, reports
from fakedocker_shell.grading.marking import Marked
from fakedocker_shell.grading.reports import Refused
from fakedocker_shell.grading.transcript import SUFFIX
from fakedocker_shell.grading.transcript_reading import TranscriptProblem, read_file
from fakedocker_shell.scenarios import course_folder
from fakedocker_shell.scenarios.course import Course
from fakedocker_shell.scenarios.problems import ScenarioProblem

PROGRAM = "fakedocker grade"
DEFAULT_SECONDS = 600
MOST_TRANSCRIPTS = 10_000
DESCRIPTION = """Play each transcript again on a fresh engine, and tell points and reasons for each lesson of the course. What a transcript
says of itself is not believed. The exit status is 1 where a transcript is refused, 2 where the course or the command line is wrong."""


def main(arguments: list[str]) -> int:
    """Run `fakedocker grade`; gives the exit status."""
    try:
        options = _parser().parse_args(arguments)
    except SystemExit as end:
        return int(end.code or 0)
    try:
        course = course_folder.read(options.course)
        if options.exam and course.exam is None:
            raise ScenarioProblem(options.course, 0, "its course.toml has no [exam]")
        paths = list(_paths(options.transcripts))
    except ScenarioProblem as problem:
        return _problem(str(problem))
    marked, refused = _mark(course, paths, options.exam, float(options.seconds))
    try:
        for path, write in ((options.junit, reports.junit), (options.json, reports.json)):
            if path:
                with open(path, "wb") as file:
                    file.write(write(course.title, marked, refused))
    except OSError as problem:
        return _problem(f"{problem.filename}: {problem.strerror}", 1)
    return 1 if refused else 0


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        _problem(f"{message}\nTry '{PROGRAM} --help'.")
        raise SystemExit(2)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog=PROGRAM, description=DESCRIPTION, allow_abbrev=False)
    add = parser.add_argument
    add("course", metavar="COURSE", help="the folder of the course")
    add("transcripts", metavar="TRANSCRIPT", nargs="+", help=f"a learner's file, or a folder of them (*{SUFFIX})")
    add("--exam", action="store_true", help="by the rules of the exam, whatever the transcripts say")
    add(
        "--junit",
        metavar="FILE",
        default="",
        help="write JUnit's XML: a suite for each learner, a case for each lesson",
    )
    add("--json", metavar="FILE", default="", help="write the same as JSON")
    add(
        "--seconds",
        type=_seconds,
        default=DEFAULT_SECONDS,
        help=f"how long one may take to play (default {DEFAULT_SECONDS})",
    )
    return parser


def _seconds(text: str) -> int:
    if not is_digits(text) or not 0 < int(text) <= 86_400:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of seconds")
    return int(text)


def _paths(places: list[str]) -> Iterator[str]:
    """The files that are named, and those in folders that are named. Raises ScenarioProblem."""
    count = 0
    for place in places:
        inside = sorted(name for name in os.listdir(place) if name.endswith(SUFFIX)) if os.path.isdir(place) else [""]
        if not inside:
            raise ScenarioProblem(place, 0, f"a folder with transcripts (*{SUFFIX}) was expected")
        for name in inside:
            count += 1
            if count > MOST_TRANSCRIPTS:
                raise ScenarioProblem(place, 0, f"at most {MOST_TRANSCRIPTS} transcripts are marked at once")
            yield os.path.join(place, name) if name else place


def _mark(course: Course, paths: list[str], is_exam: bool, seconds: float) -> tuple[list[Marked], list[Refused]]:
    """Mark one after the other, and tell each when it is done."""
    marked: list[Marked] = []
    refused: list[Refused] = []
    for path in paths:
        try:
            transcript = read_file(path)
            was_exam = course.exam is not None and any(each.note.is_exam for each in transcript.sessions)
            marked.append(marking.mark(course, transcript, is_exam or was_exam, seconds))
        except (TranscriptProblem, ScenarioProblem) as problem:
            refused.append(Refused(path, str(problem)))
            sys.stdout.write(f"{path}: refused: {problem}\n")
            continue
        sys.stdout.write(reports.text(marked[-1]) + "\n")
    return marked, refused


def _problem(text: str, status: int = 2) -> int:
    sys.stderr.write(f"{PROGRAM}: {text}\n")
    return status
