"""What each git command gets: where it runs, its words, its repository; and how it reads its options."""

from __future__ import annotations

import posixpath
from typing import Any

from fakedocker.kernel.program import System, Unsimulated
from fakedocker.userland.git.objects import GitProblem, Repository
from fakedocker.userland.git.settings import Settings
from fakedocker.userland.inputs import State, bytes_of
from fakedocker.userland.sh.patterns import matches
from fakedocker.userland.tools import Options, UsageProblem, join, parse_options, stat_or_none

_DUBIOUS = """fatal: detected dubious ownership in repository at '{top}'
To add an exception for this directory, call:

\tgit config --global --add safe.directory {top}"""


class Call:
    """One run of a command.

    Args:
        words: what stands behind its name.
        given: settings of -c.
    """

    def __init__(
        self, system: System, state: State, name: str, words: tuple[str, ...], given: tuple[tuple[str, str], ...]
    ) -> None:
        self.system = system
        self.state = state
        self.name = name
        self.words = words
        self.given = given
        self._repository: Repository | None = None

    @property
    def repository(self) -> Repository:
        """The repository of the working directory. Raises GitProblem."""
        if self._repository is None:
            found = self.find_repository()
            if found is None:
                raise GitProblem("fatal: not a git repository (or any of the parent directories): .git")
            self._repository = found
        return self._repository

    def find_repository(self) -> Repository | None:
        """By GIT_DIR, or the nearest .git upwards. Raises GitProblem for one that is somebody else's."""
        system = self.system
        if folder := system.environment.get("GIT_DIR"):
            top = system.environment.get("GIT_WORK_TREE", system.directory)
            return Repository(system, posixpath.join(system.directory, top), posixpath.join(system.directory, folder))
        top = system.directory
        while True:
            folder = join(top, ".git")
            if stat_or_none(system, join(folder, "HEAD")) is not None:
                self._demand_owner(top, folder)
                return Repository(system, top, folder)
            if top == "/":
                return None
            top = posixpath.dirname(top)

    def _demand_owner(self, top: str, folder: str) -> None:
        """A repository of another user is refused unless safe.directory names it."""
        owners = {self.system.stat(path).uid for path in (top, folder)}
        if owners == {self.system.uid}:
            return
        safe = Settings(self.system, "", self.given).values("safe.directory")
        if not {top, "*"} & set(safe):
            raise GitProblem(_DUBIOUS.format(top=top))

    @property
    def settings(self) -> Settings:
        try:
            found = self._repository if self._repository is not None else self.find_repository()
        except GitProblem:  # one of somebody else counts as none
            found = None
        return Settings(self.system, found.folder if found is not None else "", self.given)

    def options(self, letters: str, long: dict[str, str] | None = None) -> Options:
        """Raises GitProblem (129) for options that are not known, after git's own words for a wrong one."""
        try:
            return parse_options(self.system, (self.name, *self.words), letters, long or {})
        except UsageProblem as problem:
            wrong = problem.message.rpartition(" ")[2].strip("'")
            if "requires" in problem.message:
                raise GitProblem(f"error: {problem.message}", 129) from None
            raise Unsimulated(f"git {self.name} {'--' if len(wrong) > 1 else '-'}{wrong.lstrip('-')}", 129) from None

    def relative(self, path: str) -> str:
        """A path of the command line as the repository knows it. Raises GitProblem for one outside."""
        full = posixpath.normpath(posixpath.join(self.system.directory, path))
        top = self.repository.top
        if full == top:
            return ""
        front = top if top.endswith("/") else f"{top}/"
        if not full.startswith(front):
            raise GitProblem(f"fatal: {path}: '{path}' is outside repository at '{top}'")
        return full.removeprefix(front)

    def shown(self, path: str) -> str:
        """A path of the repository as seen from the working directory."""
        here = posixpath.relpath(self.system.directory, self.repository.top)
        return path if here == "." else posixpath.relpath(path, here) + "/" * path.endswith("/")

    def put(self, text: str | bytes, descriptor: int = 1) -> None:
        self.system.put(bytes_of(text) if isinstance(text, str) else text, descriptor)

    def split_paths(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Words before and after "--"."""
        words: Any = self.words
        if "--" in words:
            place = words.index("--")
            return words[:place], words[place + 1 :]
        return words, ()


def fits(pattern: str, path: str) -> bool:
    """Whether a path of the repository is what a path or pattern of the command line asks for."""
    return (
        not pattern
        or path == pattern
        or path.startswith(pattern.rstrip("/") + "/")
        or (any(letter in pattern for letter in "*?[") and matches(pattern, path))
    )
