"""Reading a course from a folder: `course.toml`, the lessons that it names, and files for the simulated host.

A course comes from anybody. Only what lies in its folder is read, no link is followed, everything is bounded, and a text
with characters that are not shown is refused, as it is shown on terminals.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from fakedocker.beneath import Beneath
from fakedocker_shell.links import hides
from fakedocker_shell.scenarios.course import Course, Exam, Points
from fakedocker_shell.scenarios.model import REPLAY, HostFile, Scenario
from fakedocker_shell.scenarios.parsing import parse
from fakedocker_shell.scenarios.problems import ScenarioProblem

HEAD = "course.toml"
FORMAT = 1
LARGEST_HEAD_BYTES = 64 << 10
LARGEST_LESSON_BYTES = 256 << 10
LARGEST_FILE_BYTES = 256 << 10
LARGEST_FILES_BYTES = 4 << 20
MOST_LESSONS = 200
MOST_FILES = 200
MOST_DEPTH = 8
MOST_COMMANDS = 100
"""In the setup of a lesson."""
LONGEST_TITLE = 200
MOST_MINUTES = 24 * 60
MOST_POINTS = 1_000_000


class _Head(Struct, frozen=True, forbid_unknown_fields=True):
    """What course.toml says."""

    format: int
    title: str
    lessons: list[str]
    files: str = ""
    points: Points = Points()
    exam: Exam | None = None


def read(path: str) -> Course:
    """The course of a folder.

    Raises:
        ScenarioProblem: it cannot be read, something in it is wrong, or it is larger than a course may be.
    """
    try:
        folder = Beneath(path)
    except OSError as problem:
        raise ScenarioProblem(path, 0, f"a folder with {HEAD} was expected ({problem.strerror})") from None
    seen: list[bytes] = []
    data = _content(folder, path, HEAD, LARGEST_HEAD_BYTES, seen)
    head = _head(f"{path}/{HEAD}", data)
    shared = tuple(_host_files(folder, path, head.files, seen)) if head.files else ()
    scenarios = tuple(_lesson(folder, path, name, shared, seen) for name in head.lessons)
    _check_ids(f"{path}/{HEAD}", scenarios)
    if head.exam is not None and head.exam.tasks > len(scenarios):
        raise ScenarioProblem(f"{path}/{HEAD}", 0, f"the exam draws {head.exam.tasks} of {len(scenarios)} lessons")
    return Course(head.title, scenarios, head.points, head.exam, hashlib.sha256(b"".join(seen)).hexdigest())


def _head(path: str, data: bytes) -> _Head:
    try:
        head = msgspec.toml.decode(data, type=_Head)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as problem:
        raise ScenarioProblem(path, 0, f"not as a course is written down: {problem}") from None
    for wrong in _wrong(head):
        raise ScenarioProblem(path, 0, wrong)
    return head


def _wrong(head: _Head) -> Iterator[str]:
    """What of the values is not as it should be."""
    if head.format != FORMAT:
        yield f"format {FORMAT} is the one that is known, not {head.format}"
    if not head.title.strip() or len(head.title) > LONGEST_TITLE or hides(head.title) or "\n" in head.title:
        yield f"a title is one line of at most {LONGEST_TITLE} characters, all of which are shown"
    if not 0 < len(head.lessons) <= MOST_LESSONS:
        yield f"a course has from 1 to {MOST_LESSONS} lessons, not {len(head.lessons)}"
    if not all(0 <= number <= MOST_POINTS for number in msgspec.structs.astuple(head.points)):
        yield f"points are whole numbers from 0 to {MOST_POINTS}"
    exam = head.exam
    if exam is not None and not (0 < exam.minutes <= MOST_MINUTES and exam.tasks >= 0):
        yield f"an exam takes from 1 to {MOST_MINUTES} minutes, and draws no fewer than 0 tasks"


def _lesson(folder: Beneath, path: str, name: str, shared: tuple[HostFile, ...], seen: list[bytes]) -> Scenario:
    data = _content(folder, path, name, LARGEST_LESSON_BYTES, seen)
    shown = f"{path}/{name}"
    scenario = parse(shown, _text(shown, data))
    if scenario.kind == REPLAY:
        raise ScenarioProblem(shown, 1, "a lesson with a [goal] was expected")
    if len(scenario.title) > LONGEST_TITLE or "\n" in scenario.title:
        raise ScenarioProblem(shown, 1, f"a title is one line of at most {LONGEST_TITLE} characters")
    if len(scenario.setup) > MOST_COMMANDS:
        raise ScenarioProblem(shown, 1, f"a setup has at most {MOST_COMMANDS} commands, not {len(scenario.setup)}")
    own = {file.path for file in scenario.files}
    return replace(scenario, files=(*(file for file in shared if file.path not in own), *scenario.files))


def _check_ids(path: str, scenarios: tuple[Scenario, ...]) -> None:
    known: dict[str, str] = {}
    for scenario in scenarios:
        if scenario.id in known:
            raise ScenarioProblem(path, 0, f"{scenario.path} has the id {scenario.id!r} of {known[scenario.id]}")
        known[scenario.id] = scenario.path


def _host_files(folder: Beneath, path: str, below: str, seen: list[bytes]) -> Iterator[HostFile]:
    """The files of a folder of the course, which lie in the home directory in each lesson."""
    waiting = [("", 0)]
    count = total = 0
    while waiting:
        inside, depth = waiting.pop()
        place = f"{below}/{inside}".rstrip("/")
        try:
            listed = folder.listing(_checked(path, place))
        except OSError as problem:
            raise ScenarioProblem(f"{path}/{place}", 0, str(problem.strerror)) from None
        for name, status, _ in sorted(listed, key=lambda entry: entry[0]):
            relative = f"{inside}/{name}".lstrip("/")
            if stat.S_ISDIR(status.st_mode) and depth < MOST_DEPTH:
                waiting.append((relative, depth + 1))
                continue
            data = _content(folder, path, f"{below}/{relative}", LARGEST_FILE_BYTES, seen)
            count, total = count + 1, total + len(data)
            if count > MOST_FILES or total > LARGEST_FILES_BYTES:
                raise ScenarioProblem(
                    path, 0, f"its files are more than {MOST_FILES}, or larger than {LARGEST_FILES_BYTES >> 20} MiB"
                )
            yield HostFile(relative, _text(f"{path}/{below}/{relative}", data), 0)


def _checked(path: str, name: str) -> str:
    """A name of something in the course. Raises ScenarioProblem for one that leads elsewhere."""
    parts = name.split("/")
    if not name or hides(name) or "\\" in name or any(part in ("", ".", "..") for part in parts):
        raise ScenarioProblem(path, 0, "what a course names lies below its own folder, by a plain relative path")
    return name


def _content(folder: Beneath, path: str, name: str, most_bytes: int, seen: list[bytes]) -> bytes:
    """A file of the course, which counts for its digest."""
    shown = f"{path}/{_checked(path, name)}"
    try:
        with os.fdopen(folder.open(name, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0)), "rb") as file:
            data = file.read(most_bytes + 1)
    except OSError as problem:
        raise ScenarioProblem(shown, 0, f"a file of its own was expected ({problem.strerror})") from None
    if len(data) > most_bytes:
        raise ScenarioProblem(shown, 0, f"it is larger than {most_bytes >> 10} KiB")
    seen += (f"{name}\0{len(data)}\0".encode(), data)
    return data


def _text(shown: str, data: bytes) -> str:
    try:
        text = data.decode().replace("\r\n", "\n")
    except UnicodeDecodeError:
        raise ScenarioProblem(shown, 0, "text in UTF-8 was expected") from None
    if hides(text):
        raise ScenarioProblem(shown, 0, "it holds characters that are not shown, such as escape sequences")
    return text
