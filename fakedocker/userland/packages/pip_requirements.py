"""What pip is asked for: requirements with bounds on versions, from words and files, and the version that is taken.

It must not know commands, or what is installed.
"""

from __future__ import annotations

import posixpath
import re
from typing import Final, NamedTuple

from fakedocker.kernel.program import System, Unsimulated
from fakedocker.userland.inputs import text_of
from fakedocker.userland.packages import pip_folders, pip_wheels
from fakedocker.userland.packages.markers import BadMarker, holds
from fakedocker.userland.packages.pip_folders import Folder
from fakedocker.userland.packages.pip_site import normalized
from fakedocker.userland.packages.pip_wheels import Wheel
from fakedocker.userland.packages.python_index import Project
from fakedocker.userland.tools import stat_or_none

_LARGEST_FILE: Final = 8 << 20
_MOST_LINES: Final = 20_000
_LONGEST: Final = 1_000
_ARCHIVES: Final = (".whl", ".zip", ".tar.gz", ".tgz", ".tar.bz2")
_VCS: Final = ", ".join(f"{kind}+{how}" for kind, ways in (("bzr", "http https ssh sftp ftp lp file"), ("git", "http https ssh git file"), ("hg", "file http https ssh static-http"), ("svn", "ssh http https svn file")) for how in ways.split())  # fmt: skip

_FILE: Final = re.compile(r"(?:file://)?[^\s:@\[\]]+")
_REQUIREMENT: Final = re.compile(r"([A-Za-z0-9][\w.-]*)\s*(\[[^\]]*\])?\s*([<>=!~].*)?")


class Wanted(NamedTuple):
    """A requirement, and who has it."""

    name: str
    bounds: str
    text: str
    by: str = ""

    @property
    def shown(self) -> str:
        return f"{self.text} (from {self.by})" if self.by else self.text


class Problem(Exception):
    """What goes wrong, as it is said."""


class Requirements:
    """What is asked for on a command line and in files.

    Args:
        python: the version of Python, for markers.

    Attributes:
        wanted: the requirements whose markers hold, in order.
        constraints: normalized name -> bounds that hold as well.
        folders: projects of one's own.
        wheels: files that were saved, see `pip_wheels`.
        missing: the first that is asked for and is not there, "" for none.
        lacking: what is asked for that is not simulated.
    """

    def __init__(self, system: System, python: str) -> None:
        self.wanted: list[Wanted] = []
        self.constraints: dict[str, str] = {}
        self.folders: list[Folder] = []
        self.wheels: list[Wheel] = []
        self.missing = ""
        self.lacking: list[str] = []
        self._system = system
        self._python = python
        self._read: set[str] = set()
        self._lines = 0

    def add(self, text: str, by: str, *, constrains: bool = False, inner: bool = False) -> None:
        """One requirement, such as "requests[socks]>=2,<3; python_version < '3'". Raises Problem.

        Args:
            by: who has it.
            constrains: it says only which version there may be.
            inner: a folder has it, which cannot lead to others.
        """
        plain, _, marker = text.partition(";")
        plain = plain.strip()
        if plain.endswith(".whl") and _FILE.fullmatch(plain) is not None:
            self._add_wheel(plain)
            return
        editable = re.match(r"(?:-e|--editable)[\s=]+", plain)
        if editable is not None or "/" in plain or plain in (".", "..") or " @ " in plain or plain.startswith(".["):
            where = plain[editable.end() :] if editable is not None else plain
            if inner:
                self.lacking.append(f"installing {where} for {by}")
            else:
                self.add_folder(where, editable=editable is not None)
            return
        found = parse(plain, by)
        try:
            if marker.strip() and not holds(marker, self._python):
                return
        except BadMarker:
            raise Problem(
                f"ERROR: Invalid requirement: '{text.strip()}': Expected a marker variable or quoted string\n"
            ) from None
        if not constrains:
            self.wanted.append(found)
            return
        known = self.constraints.get(found.name, "")
        self.constraints[found.name] = ",".join(filter(None, (known, found.bounds)))

    def check(self, command: str, *, from_file: bool) -> None:
        """Raises Problem where nothing was asked for, neither by words nor by a file, even an empty one."""
        if not (self.wanted or self.folders or self.lacking or self.wheels or self.missing or from_file):
            raise Problem(f'ERROR: You must give at least one requirement to {command} (see "pip help {command}")\n')

    def _add_wheel(self, text: str) -> None:
        """A file; one that was not made here is lacking. Raises Problem."""
        path = posixpath.normpath(posixpath.join(self._system.directory, text.removeprefix("file://")))
        is_there = stat_or_none(self._system, path) is not None
        warning = "" if is_there else pip_wheels.not_there(text)
        if not pip_wheels.is_name(path):
            raise Problem(f"{warning}ERROR: {posixpath.basename(path)} is not a valid wheel filename.\n")
        if not is_there:
            self.missing = self.missing or text
            return
        wheel = pip_wheels.read(self._system, path)
        if wheel is None:
            self.lacking.append(f"installing from an archive or a repository ({text})")
        else:
            self.wheels.append(wheel)

    def add_folder(self, text: str, *, editable: bool) -> None:
        """A project of one's own, such as ".[dev]"; an archive or a repository is lacking. Raises Problem."""
        match = re.fullmatch(r"(?:file://)?([^\s\[\]@]+)(?:\[([\w,\s.-]+)\])?", text)
        if match is None or re.match(r"(git|hg|svn|bzr)\+|https?:", text) or match[1].endswith(_ARCHIVES):
            self.lacking.append(f"installing from an archive or a repository ({text})")
            return
        extras = tuple(word.strip() for word in (match[2] or "").split(",") if word.strip())
        try:
            folder = pip_folders.read(self._system, match[1], extras, editable=editable)
        except FileNotFoundError:
            raise Problem(self._no_folder(match[1], editable=editable)) from None
        self.folders.append(folder)
        for need in folder.needs:
            self.add(need, folder.title, inner=True)

    def _no_folder(self, path: str, *, editable: bool) -> str:
        if stat_or_none(self._system, path) is not None:
            return f"ERROR: Directory '{path}' is not installable. Neither 'setup.py' nor 'pyproject.toml' found.\n"
        if editable:
            return f"ERROR: {path} is not a valid editable requirement. It should either be a path to a local project or a VCS URL (beginning with {_VCS}).\n"
        return f"ERROR: Invalid requirement: '{path}'\nHint: It looks like a path. File '{path}' does not exist.\n"

    def add_file(self, path: str, *, constrains: bool = False) -> None:
        """The requirements of a file and of those it names with -r and -c, each file once. Raises Problem."""
        where = posixpath.normpath(posixpath.join(self._system.directory, path))
        if where in self._read:
            return
        self._read.add(where)
        try:
            text = text_of(self._system.read_file(where, _LARGEST_FILE))
        except OSError as problem:
            why = f"[Errno {problem.errno}] {problem.strerror}: '{path}'"
            kind = "constraints" if constrains else "requirements"
            raise Problem(f"ERROR: Could not open {kind} file: {why}\n") from None
        for number, line in enumerate(text.replace("\\\n", " ").splitlines(), 1):
            self._lines += 1
            if self._lines > _MOST_LINES:
                raise Unsimulated(f"asking for more than {_MOST_LINES} lines of requirements")
            plain = re.sub(r"(^|\s)#.*", "", line).strip()
            if match := re.match(r"(?:-(r|c)|--(requirement|constraint))[\s=]*(\S+)", plain):
                kind = match[1] or match[2][0]
                self.add_file(posixpath.join(posixpath.dirname(where), match[3]), constrains=constrains or kind == "c")
            elif plain and (not plain.startswith("-") or plain.startswith(("-e", "--editable"))):
                by = f"-r {path} (line {number})"
                self.add(re.sub(r"\s--?[a-z][\w-]*[= ]?\S*", "", plain), by, constrains=constrains)


def parse(plain: str, by: str) -> Wanted:
    """A requirement without a marker, such as "requests[socks]>=2,<3"; `by` is who has it. Raises Problem."""
    match = _REQUIREMENT.fullmatch(plain) if len(plain) <= _LONGEST else None
    if match is None:
        raise Problem(f"ERROR: Invalid requirement: '{plain[:_LONGEST]}': Expected end or semicolon\n")
    bounds = (match[3] or "").replace(" ", "").strip("()")
    return Wanted(normalized(match[1]), bounds, f"{match[1]}{match[2] or ''}{bounds}", by)


def choose(bounds: str, project: Project) -> str:
    """The version that is taken within bounds: the usual one, the newest, or one that is named, as that is taken to
    exist; "" for none."""
    named = [bound.lstrip("=~<>").removesuffix(".*") for bound in bounds.split(",") if bound[:1] in "=~<>"]
    for version in (project.version, project.newest, *named):
        if version and satisfies(version, bounds) and order(version) <= order(project.newest):
            return version
    return ""


def satisfies(version: str, bounds: str) -> bool:
    """Whether a version is within bounds such as ">=1.0,<2"."""
    for bound in filter(None, bounds.split(",")):
        match = re.fullmatch(r"(===?|~=|!=|<=|>=|<|>)(.+)", bound)
        if match is None:
            continue
        own, other = order(version), order(match[2].removesuffix(".*"))
        holds = {
            "==": own[: len(other)] == other if match[2].endswith(".*") else own == other,
            "===": version == match[2],
            "~=": own >= other and own[: len(other) - 1] == other[:-1],
            "!=": own != other,
            "<=": own <= other,
            ">=": own >= other,
            "<": own < other,
            ">": own > other,
        }[match[1]]
        if not holds:
            return False
    return True


def is_newer(version: str, other: str) -> bool:
    """Whether a version comes after another one."""
    return order(version) > order(other)


def order(version: str) -> tuple[int, ...]:
    """What versions are sorted by."""
    numbers = [int(digits) for digits in re.findall(r"\d+", version)]
    while len(numbers) > 1 and not numbers[-1]:
        numbers.pop()
    return tuple(numbers)
