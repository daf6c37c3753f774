"""What pip is asked for: requirements with bounds on versions, from words and files, and the version that is taken.

It must not know commands, or what is installed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, NamedTuple

from fakedocker.base.json_types import Json
from fakedocker.kernel.program import System, Unsimulated
from fakedocker.userland.inputs import text_of
from fakedocker.userland.packages.pip_site import normalized

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


def from_file(system: System, path: str, depth: int = 0) -> list[Wanted]:
    """The requirements of a file and of those it names with -r, ten deep. Raises Problem."""
    try:
        text = text_of(system.read_file(path))
    except OSError as problem:
        why = f"[Errno {problem.errno}] {problem.strerror}: '{path}'"
        raise Problem(f"ERROR: Could not open requirements file: {why}\n") from None
    found = []
    for number, line in enumerate(text.replace("\\\n", " ").splitlines(), 1):
        plain = re.sub(r"(^|\s)#.*", "", line).strip()
        if match := re.match(r"(?:-r|--requirement)[\s=]+(\S+)", plain):
            found += from_file(system, match[1], depth + 1) if depth < 10 else []
        elif plain and not plain.startswith("-"):
            found.append(parse(re.sub(r"\s--hash\S*", "", plain), f"-r {path} (line {number})"))
    return found


def parse(text: str, by: str) -> Wanted:
    """One requirement, such as "requests[socks]>=2,<3"; `by` is who has it. Raises Problem."""
    plain = text.partition(";")[0].strip()
    if "/" in plain or plain in (".", "..") or " @ " in plain:
        raise Unsimulated(f"installing from a folder, an archive or a repository ({plain})")
    match = _REQUIREMENT.fullmatch(plain)
    if match is None:
        raise Problem(f"ERROR: Invalid requirement: '{plain}': Expected end or semicolon\n")
    bounds = (match[3] or "").replace(" ", "")
    return Wanted(normalized(match[1]), bounds, f"{match[1]}{match[2] or ''}{bounds}", by)


def choose(wanted: Wanted, packages: Mapping[str, Mapping[str, Json]]) -> str:
    """The version that is taken. Raises Problem where there is none."""
    row = packages.get(wanted.name)
    newest = row["version"] if row is not None else ""
    pins = [bound[2:].removesuffix(".*") for bound in wanted.bounds.split(",") if bound.startswith(("==", "~=", "<="))]
    version = newest
    if pins and not newest.startswith(pins[0]) and ("<=" not in wanted.bounds or _order(pins[0]) < _order(newest)):
        version = pins[0]
    if row is None or not satisfies(version, wanted.bounds) or _order(version) > _order(newest):
        known = newest or "none"
        raise Problem(
            f"ERROR: Could not find a version that satisfies the requirement {wanted.shown} (from versions: {known})\n"
            f"ERROR: No matching distribution found for {wanted.text}\n"
        )
    return str(version)


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
