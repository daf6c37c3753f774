"""What pip is asked for: requirements with bounds on versions, from words and files, and the version that is taken.

It must not know commands, or what is installed.
"""

from __future__ import annotations

import posixpath
import re
from typing import Final, NamedTuple

from fakedocker.kernel.program import System, Unsimulated
from fakedocker.userland.inputs import text_of
from fakedocker.userland.packages.markers import BadMarker, holds
from fakedocker.userland.packages.pip_site import normalized
from fakedocker.userland.packages.python_index import Project

_LARGEST_FILE: Final = 8 << 20
_MOST_LINES: Final = 20_000
_LONGEST: Final = 1_000

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
        lacking: what is asked for that is not simulated.
    """

    def __init__(self, system: System, python: str) -> None:
        self.wanted: list[Wanted] = []
        self.constraints: dict[str, str] = {}
        self.lacking: list[str] = []
        self._system = system
        self._python = python
        self._read: set[str] = set()
        self._lines = 0

    def add(self, text: str, by: str, *, constrains: bool = False) -> None:
        """One requirement, such as "requests[socks]>=2,<3; python_version < '3'"; `by` is who has it. Raises Problem."""
        plain, _, marker = text.partition(";")
        plain = plain.strip()
        if re.match(r"(-e|--editable)\b", plain) or "/" in plain or plain in (".", "..") or " @ " in plain:
            self.lacking.append(f"installing from a folder, an archive or a repository ({plain})")
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
        if version and satisfies(version, bounds) and _order(version) <= _order(project.newest):
            return version
    return ""


def satisfies(version: str, bounds: str) -> bool:
    """Whether a version is within bounds such as ">=1.0,<2"."""
    for bound in filter(None, bounds.split(",")):
        match = re.fullmatch(r"(===?|~=|!=|<=|>=|<|>)(.+)", bound)
        if match is None:
            continue
        own, other = _order(version), _order(match[2].removesuffix(".*"))
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


def _order(version: str) -> tuple[int, ...]:
    numbers = [int(digits) for digits in re.findall(r"\d+", version)]
    while len(numbers) > 1 and not numbers[-1]:
        numbers.pop()
    return tuple(numbers)
