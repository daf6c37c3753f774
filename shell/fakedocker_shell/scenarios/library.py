"""Where scenarios are: those that come with the program, and files and folders that somebody names.

Nothing is played here.
"""

from __future__ import annotations

from collections.abc import Iterable
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

from fakedocker import plugins
from fakedocker_shell.scenarios.model import REPLAY, Scenario
from fakedocker_shell.scenarios.parsing import parse_file
from fakedocker_shell.scenarios.problems import ScenarioProblem

_CHECKOUT = Path(__file__).parents[3] / "scenarios"
_COURSE = ("lessons", "incidents", "workshop")
_NO_SCENARIOS = frozenset({"README.md"})


def shipped() -> Traversable:
    """The folder of the scenarios that come with the program: in the package, which may be a zip, or in a checkout."""
    inside = resources.files(__package__).joinpath("shipped")
    return inside if inside.is_dir() else _CHECKOUT


def paths(places: Iterable[str]) -> list[Path]:
    """The files that are named, and all scenarios in the folders that are named, sorted by name.

    Raises:
        ScenarioProblem: there is nothing of that name, or a folder has none.
    """
    found: list[Path] = []
    for place in places:
        path = Path(place)
        if path.is_dir():
            inside = sorted(file for file in path.rglob("*.md") if file.name not in _NO_SCENARIOS)
            if not inside:
                raise ScenarioProblem(place, 0, "a folder with scenarios (*.md) was expected")
            found += inside
        elif path.is_file():
            found.append(path)
        else:
            raise ScenarioProblem(place, 0, "no such file or folder")
    return found


def ids() -> list[str]:
    """The ids of the lessons and incidents, from the names of their files alone: NN-ID.md."""
    return [file.name.removesuffix(".md").lstrip("0123456789").removeprefix("-") for file in _course_files()]


def _course_files() -> list[Traversable]:
    """The files of the course, and then of those that other packages bring."""
    folders = [shipped().joinpath(part) for part in _COURSE]
    brought = [folder for name in plugins.names(plugins.COURSES) if (folder := plugins.folder(name)) is not None]
    return [file for folder in (*folders, *brought) for file in _scenarios_in(folder)]


def _scenarios_in(folder: Traversable) -> list[Traversable]:
    try:
        files = [file for file in folder.iterdir() if file.name.endswith(".md") and file.name not in _NO_SCENARIOS]
    except OSError:  # a course that is named and not there
        return []
    return sorted(files, key=lambda file: file.name)


def course() -> list[Scenario]:
    """The lessons and incidents that come with the program, in the course's order: that of their files' names.

    Those of courses that other packages bring come after them; a file of theirs that is no scenario is left out, with a
    line that says so.
    """
    own = len([file for part in _COURSE for file in _scenarios_in(shipped().joinpath(part))])
    found = []
    for number, file in enumerate(_course_files()):
        try:
            found.append(parse_file(file))
        except ScenarioProblem as problem:
            if number < own:
                raise
            plugins.complain(plugins.COURSES, file.name, str(problem))
    return [scenario for scenario in found if scenario.kind != REPLAY]


def reference(scenario: Scenario) -> str:
    """The name by which `find` finds it: its id if it is one of `course`, else its file."""
    return scenario.id if scenario.path in map(str, _course_files()) else scenario.path


def find(name: str) -> Scenario:
    """A scenario by its id, or by the name of its file.

    Raises:
        ScenarioProblem: there is none.
    """
    if name.endswith(".md") or "/" in name:
        return parse_file(name)
    scenarios = course()
    for scenario in scenarios:
        if scenario.id == name:
            return scenario
    from fakedocker_shell.repl.words import nearest

    near = nearest(name, [scenario.id for scenario in scenarios])
    raise ScenarioProblem(name, 0, "no lesson of that name" + (f"; did you mean {near}?" if near else ""))
