"""The TOML at the head of a scenario: every key there is, its type, and at which line of the file a wrong one stands.

Owns reading the front matter into plain checked values. What stands below it is `markdown`'s business.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from msgspec.structs import replace

from fakedocker.base import clock, units
from fakedocker.base.profiles import DEFAULT, PROFILES, storage_named
from fakedocker.faults import grammar
from fakedocker.faults.model import FaultError, Rule
from fakedocker_shell.scenarios import expressions
from fakedocker_shell.scenarios.expressions import Check
from fakedocker_shell.scenarios.model import (
    INCIDENT,
    KINDS,
    LESSON,
    PULL,
    REPLAY,
    Goal,
    Hint,
    SetupCommand,
    TimedFault,
)
from fakedocker_shell.scenarios.problems import ScenarioProblem

FORMAT = 1
DEFAULT_CLOCK = "2026-08-21T09:00:00Z"
_ID = re.compile(r"[a-z0-9][a-z0-9-]*")
_TOML_PLACE = re.compile(r"(.*?)\s*\(at line (\d+), column \d+\)")
_WHOLE, _TEXT, _TEXTS, _TABLE, _TABLES = "a whole number", "text in quotes", "a list of texts", "a table", "tables"
_KEYS = {
    "": {
        "format": _WHOLE, "id": _TEXT, "title": _TEXT, "kind": _TEXT, "seed": _WHOLE, "clock": _TEXT, "date": _TEXT, "par": _WHOLE,
        "profile": _TEXT, "storage": _TEXT,
        "misconception": _TEXT, "hints": _TEXTS, "hint": _TABLES, "world": _TABLE, "goal": _TABLE, "fault": _TABLES,
    },
    "world": {"images": _TEXTS, "setup": _TEXTS},
    "goal": {"all": _TEXTS, "none": _TEXTS},
    "hint": {"when": _TEXT, "text": _TEXT},
    "fault": {"at": _TEXT, "do": _TEXT},
}  # fmt: skip
_NEEDED = {"": ("format", "id", "title"), "world": (), "goal": ("all",), "hint": ("text",), "fault": ("at", "do")}
_IS: Mapping[str, Callable[[Any], bool]] = {
    _WHOLE: lambda value: isinstance(value, int) and not isinstance(value, bool),
    _TEXT: lambda value: isinstance(value, str),
    _TEXTS: lambda value: isinstance(value, list) and all(isinstance(entry, str) for entry in value),
    _TABLE: lambda value: isinstance(value, dict),
    _TABLES: lambda value: isinstance(value, list) and all(isinstance(entry, dict) for entry in value),
}


class FrontMatter:
    """The head of one file.

    Args:
        path: of the file, for problems.
        lines: the TOML.
        first: at which line of the file it begins, counted from 1.

    Raises:
        ScenarioProblem: it is no TOML, or has a key, a type or a value that is not known.
    """

    def __init__(self, path: str, lines: list[str], first: int) -> None:
        self._path, self._lines, self._first = path, lines, first
        try:
            self._values = tomllib.loads("\n".join(lines) + "\n")
        except tomllib.TOMLDecodeError as problem:
            place = _TOML_PLACE.fullmatch(str(problem))
            line = first + (min(int(place[2]), len(lines)) - 1 if place else len(lines) - 1)
            raise ScenarioProblem(path, max(line, first), f"not TOML: {place[1] if place else problem}") from None
        self._check_table("", self._values, 0)
        for name in ("world", "goal"):
            if name in self._values:
                self._check_table(name, self._values[name], 0)
        for name in ("hint", "fault"):
            for index, table in enumerate(self._values.get(name, ())):
                self._check_table(name, table, index)
        if self._values["format"] != FORMAT:
            raise self.problem("format", f"format {FORMAT} is the one that is known, not {self._values['format']}")

    def problem(self, key: str, message: str, section: str = "", index: int = 0, near: str = "") -> ScenarioProblem:
        """Something is wrong with a key's value; `near` is text that stands in the line."""
        return ScenarioProblem(self._path, self._line(section, key, index, near), message)

    # the values, as docs/scenarios.md says what each is; one that is not as it should be raises ScenarioProblem

    @property
    def id(self) -> str:
        text = str(self._values["id"])
        if not _ID.fullmatch(text):
            raise self.problem("id", f"an id is lower-case letters, digits and dashes, not {text!r}")
        return text

    @property
    def title(self) -> str:
        return str(self._values["title"])

    @property
    def misconception(self) -> str:
        return str(self._values.get("misconception", ""))

    @property
    def kind(self) -> str:
        kind = str(self._values.get("kind", LESSON if "goal" in self._values else REPLAY))
        if kind not in KINDS:
            raise self.problem("kind", f"kind is {', '.join(KINDS[:-1])} or {KINDS[-1]}, not {kind!r}")
        if kind in (LESSON, INCIDENT) and "goal" not in self._values:
            raise self.problem("kind", f"{kind} needs a [goal]")
        if kind == REPLAY and "goal" in self._values:
            raise self.problem("kind", "a replay has no [goal]")
        return kind

    @property
    def seed(self) -> int:
        return int(self._values.get("seed", 0))

    @property
    def par(self) -> int:
        par = int(self._values.get("par", 0))
        if par < 0:
            raise self.problem("par", f"par is a number of commands, not {par}")
        return par

    @property
    def clock_ns(self) -> int:
        if "date" in self._values:
            return self._morning(str(self._values["date"]))
        text = str(self._values.get("clock", DEFAULT_CLOCK))
        try:
            return clock.instant(text)
        except ValueError:
            raise self.problem("clock", f"clock is a time such as {DEFAULT_CLOCK}, not {text!r}") from None

    def _morning(self, text: str) -> int:
        if "clock" in self._values:
            raise self.problem("date", "date and clock exclude each other")
        try:
            return clock.morning_of(text)
        except ValueError as problem:
            raise self.problem("date", f"date is a day as YYYY-MM-DD: {problem}") from None

    @property
    def profile(self) -> str:
        name = str(self._values.get("profile", DEFAULT))
        if name not in PROFILES:
            raise self.problem("profile", f"profile is {' or '.join(PROFILES)}, not {name!r}")
        return name

    @property
    def storage(self) -> str:
        try:
            return storage_named(PROFILES[self.profile], str(self._values.get("storage", "")))
        except ValueError as problem:
            raise self.problem("storage", str(problem)) from None

    @property
    def goal(self) -> Goal | None:
        table = self._values.get("goal")
        if table is None:
            return None
        if not table["all"]:
            raise self.problem("all", "a goal has at least one check in `all`", "goal")
        sides = [
            tuple(self._check(text, "goal", name, 0, text) for text in table.get(name, ())) for name in ("all", "none")
        ]
        return Goal(sides[0], sides[1], self._line("goal", "", 0, ""))

    @property
    def hints(self) -> tuple[Hint, ...]:
        """Those that always fit come after those for a state."""
        special = [
            Hint(
                table["text"],
                self._check(table["when"], "hint", "when", index, "") if "when" in table else None,
                self._line("hint", "text", index, ""),
            )
            for index, table in enumerate(self._values.get("hint", ()))
        ]
        plain = [Hint(text, None, self._line("", "hints", 0, text)) for text in self._values.get("hints", ())]
        return (*special, *plain)

    @property
    def faults(self) -> tuple[TimedFault, ...]:
        return tuple(
            TimedFault(
                self._rule(table["do"], self._duration(table["at"], index), index), self._line("fault", "do", index, "")
            )
            for index, table in enumerate(self._values.get("fault", ()))
        )

    @property
    def setup(self) -> tuple[SetupCommand, ...]:
        world = self._values.get("world", {})
        pulls = [
            SetupCommand(f"{PULL}{image}", self._line("world", "images", 0, image)) for image in world.get("images", ())
        ]
        commands = [
            SetupCommand(command, self._line("world", "setup", 0, command.partition("\n")[0]))
            for command in world.get("setup", ())
        ]
        return (*pulls, *commands)

    # parts

    def _duration(self, text: str, index: int) -> int:
        try:
            at_ns = units.parse_duration(text)
        except ValueError:
            at_ns = -1
        if at_ns < 0:
            raise self.problem("at", f"at is a duration such as 3m, not {text!r}", "fault", index)
        return at_ns

    def _rule(self, text: str, at_ns: int, index: int) -> Rule:
        try:
            rule = grammar.parse(text)
        except FaultError as problem:
            raise self.problem("do", str(problem), "fault", index) from None
        return replace(rule, delay_ns=rule.delay_ns + at_ns)

    def _check(self, text: str, section: str, key: str, index: int, near: str) -> Check:
        try:
            return expressions.parse(text)
        except expressions.BadCheck as problem:
            raise self.problem(key, str(problem), section, index, near) from None

    def _check_table(self, section: str, table: Mapping[str, Any], index: int) -> None:
        keys = _KEYS[section]
        place = f"in [{section}] " if section else ""
        for key, value in table.items():
            if key not in keys:
                raise self.problem(key, f"{place}there is no key {key!r}; there are {_listed(keys)}", section, index)
            if not _IS[keys[key]](value):
                raise self.problem(key, f"{place}{key} is {keys[key]}, not {value!r}", section, index)
        for key in _NEEDED[section]:
            if key not in table:
                raise self.problem("", f"{place}the key {key!r} is missing", section, index)

    def _line(self, section: str, key: str, index: int, near: str) -> int:
        """The line of a key's value in the file; that of its section where the key is not found."""
        start, end = self._section(section, index)
        found = start
        pattern = re.compile(rf"""\s*["']?{re.escape(key)}["']?\s*=""") if key else None
        for number in range(start, end):
            if pattern is not None and pattern.match(self._lines[number]):
                found = number
                break
            if not section and self._lines[number].strip().strip("[]") == key:
                found = number
                break
        if near:
            for number in range(found, end):
                if any(form in self._lines[number] for form in (near, near.replace("\\", "\\\\").replace('"', '\\"'))):
                    return self._first + number
        return self._first + found

    def _section(self, section: str, index: int) -> tuple[int, int]:
        """The first line of a section, and the line after its last, as indices; the top also finds the headers."""
        if not section:
            return 0, len(self._lines)
        headers = [number for number, line in enumerate(self._lines) if re.match(r"\s*\[", line)]
        own = [n for n in headers if self._lines[n].strip().startswith((f"[{section}]", f"[[{section}]]"))]
        if index >= len(own):
            return 0, len(self._lines)
        start = own[index]
        after = [n for n in headers if n > start and re.match(r"\s*\[\[?[a-z]+\]\]?\s*(#.*)?$", self._lines[n])]
        return start, after[0] if after else len(self._lines)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names)
