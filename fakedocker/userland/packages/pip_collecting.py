"""Finding out what pip installs for what it is asked for: which versions, what they need, and what is lacking. It must
not know command lines."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Mapping
from typing import NamedTuple

from fakedocker.kernel import marks
from fakedocker.userland.packages import pip_folders, pip_requirements, python_index
from fakedocker.userland.packages.pip_requirements import Requirements, Wanted
from fakedocker.userland.packages.pip_site import Installed, Site
from fakedocker.userland.packages.plan import Step, download_ns
from fakedocker.userland.packages.python_index import Project


class Chosen(NamedTuple):
    """What will be installed: its normalized name, a version, and the name it was asked for by."""

    name: str
    version: str
    asked: str


class Collecting:
    """Finding out what is to be installed.

    Attributes:
        chosen: what is, by normalized name, in the order it is found.
        steps: what is said of it.
        unknown: what may exist, of which nothing is known.
    """

    def __init__(
        self, asked: Requirements, there: Mapping[str, Installed], site: Site, flags: frozenset[str], *, late: bool
    ) -> None:
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
        self._waiting = deque(asked.wanted)

    def run(self) -> None:
        """Go through what is asked for, and what that needs."""
        while self._waiting:
            item = self._waiting.popleft()
            if item.name not in self.chosen:
                self._collect(item)
        for name, version, _ in self.chosen.values():
            project = known(name)
            size = project.wheel_bytes / 1000
            shown = f"{size / 1000:.1f} MB" if size >= 1000 else f"{size:.0f} kB"
            self.steps += [
                ("say", f"Downloading {_wheel(project, version, self._site)} ({shown})\n"),
                ("wait", download_ns(project.wheel_bytes)),
            ]

    def _collect(self, item: Wanted) -> None:
        old = self._there.get(item.name)
        bounds = ",".join(filter(None, (item.bounds, self._asked.constraints.get(item.name, ""))))
        upgrades = "upgrade" in self._flags and item in self._asked.wanted
        satisfied = old is not None and pip_requirements.satisfies(old.version, bounds)
        project = python_index.project(item.name, late=self._late)
        version = pip_requirements.choose(bounds, project) if project is not None else ""
        if old is not None and satisfied and (not upgrades or old.version == version):
            text = f"Requirement already satisfied: {item.shown} in {self._site.directory} ({old.version})\n"
            self.steps.append(("say", text))
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
        self.chosen[item.name] = Chosen(item.name, version, re.split(r"[\[<>=!~]", item.text)[0])
        self.steps += [
            ("say", f"Collecting {item.shown}\n"),
            ("wait", 60_000_000),
            ("say", f"  Downloading {_wheel(project, version, self._site)}.metadata (3.1 kB)\n"),
        ]
        if not project.whole or "[" in item.text:
            self.steps.append(("note", f"what {item.text.partition('=')[0]} depends on", marks.PACKAGE))
        if "alone" not in self._flags:
            parent = f"{item.text.partition('[')[0]}->{item.by}" if item.by else item.text
            self._waiting += [pip_requirements.parse(need, parent) for need in project.needs]


def known(name: str) -> Project:
    """A project that has been chosen, or that a lock file has."""
    return python_index.project(name) or python_index.guessed(name)


def _wheel(project: Project, version: str, site: Site) -> str:
    tag = site.python.replace(".", "")
    end = "py3-none-any" if project.pure else f"cp{tag}-cp{tag}-manylinux_2_17_x86_64.manylinux2014_x86_64"
    title = project.title.replace("-", "_")
    return f"{title.lower() if project.pure else title}-{version}-{end}.whl"
