"""Finding out what pip installs for what it is asked for: which versions, what they need, and what is lacking. It must
not know command lines."""

from __future__ import annotations

import posixpath
import re
from collections import deque
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from fakedocker.kernel import marks
from fakedocker.kernel.program import System, Unsimulated
from fakedocker.userland.packages import pip_folders, pip_requirements, pip_wheels, python_index
from fakedocker.userland.packages.pip_requirements import Problem, Requirements, Wanted
from fakedocker.userland.packages.pip_site import Installed, Site
from fakedocker.userland.packages.pip_wheels import Wheel
from fakedocker.userland.packages.plan import Step, download_ns
from fakedocker.userland.packages.python_index import Project
from fakedocker.userland.tools import stat_or_none

_MOST: Final = 50_000


class Chosen(NamedTuple):
    """What will be installed.

    Args:
        name: normalized.
        asked: the name it was asked for by.
        depth: how many others lie between it and what was asked for.
        has_bounds: whether the first who asked for it said which versions.
        wheel: the file that it comes from, "" for the index.
    """

    name: str
    version: str
    asked: str
    depth: int = 0
    has_bounds: bool = False
    wheel: str = ""


class Collecting:
    """Finding out what is to be installed.

    Attributes:
        chosen: what is, by normalized name, in the order it is found.
        steps: what is said of it.
        unknown: what may exist, of which nothing is known.

    Args:
        system: where wheels lie.
        there: what is installed.
        links: folders of wheels.
        saved_in: where wheels are going to be saved, "" where they are not.
        late: whether the facts count.
    """

    def __init__(
        self,
        system: System,
        asked: Requirements,
        there: Mapping[str, Installed],
        site: Site,
        flags: frozenset[str],
        links: Sequence[str],
        *,
        saved_in: str = "",
        late: bool,
    ) -> None:
        self._system = system
        self._links: dict[str, list[Wheel]] = {}
        for wheel in (each for folder in links for each in pip_wheels.found_in(system, folder)):
            self._links.setdefault(wheel.name, []).append(wheel)
        self._saved_in = saved_in
        self.chosen: dict[str, Chosen] = {}
        self.steps: list[Step] = [("lack", what) for what in asked.lacking]
        for folder in asked.folders:
            self.steps += pip_folders.preparing(folder)
        self.unknown: list[str] = []
        self._asked = asked
        self._there = there
        self._site = site
        self._flags = flags
        self._late = late
        self._collected = 0
        self._waiting = deque((item, 0) for item in asked.wanted)

    def run(self) -> None:
        """Go through what is asked for, and what that needs."""
        for wheel in self._asked.wheels:
            self._take_file(wheel)
        while self._waiting:
            item, depth = self._waiting.popleft()
            self._collected += 1
            if self._collected > _MOST:
                raise Unsimulated(f"collecting more than {_MOST} requirements")
            if item.name not in self.chosen:
                self._collect(item, depth)
        for each in self.chosen.values():
            if each.wheel:
                continue
            project = known(each.name)
            size = project.wheel_bytes / 1000
            shown = f"{size / 1000:.1f} MB" if size >= 1000 else f"{size:.0f} kB"
            self.steps += [
                ("say", f"Downloading {pip_wheels.file_name(project, each.version, self._site.python)} ({shown})\n"),
                ("wait", download_ns(project.wheel_bytes)),
            ]

    @property
    def python(self) -> str:
        """The version of Python that it is for."""
        return self._site.python

    @property
    def fetches(self) -> bool:
        """Whether anything of it comes over the network."""
        return self.first_fetched != ""

    @property
    def first_fetched(self) -> str:
        """The name of the first project that comes over the network, "" for none."""
        return next((each.name for each in self.chosen.values() if not each.wheel), "") or next(iter(self.unknown), "")

    def _take_file(self, wheel: Wheel) -> None:
        self.steps.append(("say", f"Processing {pip_wheels.shown(self._system, wheel.path)}\n"))
        old = self._there.get(wheel.name)
        if old is not None and old.version == wheel.version and "upgrade" not in self._flags:
            text = f"{wheel.called} is already installed with the same version as the provided wheel. Use --force-reinstall to force an installation of the wheel.\n"
            self.steps.append(("say", text))
            return
        self.chosen[wheel.name] = Chosen(wheel.name, wheel.version, wheel.called, wheel=wheel.path)
        self._need(wheel.needs, f"{wheel.called}=={wheel.version}", 1)

    def _need(self, needs: Sequence[str], by: str, depth: int) -> None:
        for need in needs if "alone" not in self._flags else ():
            try:
                self._waiting.append((pip_requirements.parse(need, by), depth))
            except Problem:
                self.steps.append(("lack", f"what {by} needs"))

    def _linked(self, item: Wanted, bounds: str, version: str) -> Wheel | None:
        """The newest wheel in the folders that is as new as what the index has, which has nothing where it is not asked."""
        found = self._links.get(item.name, ())
        fitting = [each for each in found if pip_requirements.satisfies(each.version, bounds)]
        best = max(fitting, key=lambda each: pip_requirements.order(each.version), default=None)
        return None if best is None or pip_requirements.is_newer(version, best.version) else best

    def _collect(self, item: Wanted, depth: int) -> None:
        old = self._there.get(item.name)
        bounds = ",".join(filter(None, (item.bounds, self._asked.constraints.get(item.name, ""))))
        upgrades = "upgrade" in self._flags and item in self._asked.wanted
        satisfied = old is not None and pip_requirements.satisfies(old.version, bounds)
        project = python_index.project(item.name, late=self._late)
        version = pip_requirements.choose(bounds, project) if project is not None else ""
        is_offline = "noindex" in self._flags
        wheel = self._linked(item, bounds, "" if is_offline else version)
        newest = wheel.version if wheel is not None else "" if is_offline else version
        if old is not None and satisfied and not (upgrades and pip_requirements.is_newer(newest, old.version)):
            text = f"Requirement already satisfied: {item.shown} in {self._site.directory} ({old.version})\n"
            self.steps.append(("say", text))
            return
        parent = f"{item.text.partition('[')[0]}->{item.by}" if item.by else item.text
        asked = re.split(r"[\[<>=!~]", item.text)[0]
        if wheel is not None:
            self.steps.append(("say", f"Processing {self._with_parent(wheel.path, item.by)}\n"))
            self.chosen[item.name] = Chosen(item.name, wheel.version, asked, depth, bool(bounds), wheel.path)
            self._need(wheel.needs, parent, depth + 1)
            return
        if is_offline:
            self.steps += [("warn", no_version(item)), ("exit", 1)]
            self._waiting.clear()
            return
        if project is None or not version:
            what = (
                f"the project {item.text}"
                if project is None
                else f"the version {item.text} (known is {project.newest})"
            )
            self.steps.append(("lack", what, marks.PACKAGE))
            self.unknown.append(item.name)
            return
        name = pip_wheels.file_name(project, version, self._site.python)
        saved = posixpath.join(self._saved_in, name) if self._saved_in else ""
        is_saved = bool(saved) and stat_or_none(self._system, saved) is not None
        self.chosen[item.name] = Chosen(item.name, version, asked, depth, bool(bounds), saved if is_saved else "")
        said = f"File was already downloaded {saved}" if is_saved else f"Downloading {name}.metadata (3.1 kB)"
        self.steps += [("say", f"Collecting {item.shown}\n"), ("wait", 60_000_000), ("say", f"  {said}\n")]
        if not project.whole or "[" in item.text:
            self.steps.append(("note", f"what {item.text.partition('=')[0]} depends on", marks.PACKAGE))
        self._need(project.needs, parent, depth + 1)

    def _with_parent(self, path: str, by: str) -> str:
        shown = pip_wheels.shown(self._system, path)
        return f"{shown} (from {by})" if by else shown


def no_version(item: Wanted) -> str:
    """What is said of a project that nothing here has."""
    return (
        f"ERROR: Could not find a version that satisfies the requirement {item.shown} (from versions: none)\n"
        f"ERROR: No matching distribution found for {item.text}\n"
    )


def known(name: str) -> Project:
    """A project that has been chosen, or that a lock file has."""
    return python_index.project(name) or python_index.guessed(name)
