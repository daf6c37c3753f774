"""The commands and flags there are, read from flag_table.json.

Owns looking commands up. What the flags' values look like is in `flag_values`, how they are parsed in `flags`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any


@dataclass(frozen=True, slots=True)
class Flag:
    """A flag of a command.

    Args:
        type: the kind of its value, as --help names it.
        default: its default as --help shows it; empty if it has none to show.
        deprecated: what to use instead; empty if the flag is as good as ever.
        text: its line in --help.
    """

    name: str
    short: str
    type: str
    default: str
    hidden: bool
    deprecated: str
    text: str

    @property
    def shown(self) -> str:
        """The flag as errors name it: "-t, --timeout"."""
        return f"-{self.short}, --{self.name}" if self.short else f"--{self.name}"


@dataclass(frozen=True, slots=True)
class Command:
    """A command.

    Args:
        name: without "docker": "container run", "run", or "" for docker itself.
        usage: the line after "Usage:".
        aliases: all names of a command that has several, the canonical one first.
        least, most: how many arguments it takes; most is -1 without a limit.
    """

    name: str
    usage: str
    flags: dict[str, Flag]
    aliases: tuple[str, ...]
    text: str
    subcommands: tuple[str, ...]
    least: int
    most: int

    @property
    def path(self) -> str:
        """The whole command: "docker container run"."""
        return f"docker {self.name}".strip()

    @property
    def canonical(self) -> str:
        """The name under which the command is implemented: "container run" for "run"."""
        return self.aliases[0].removeprefix("docker ") if self.aliases else self.name


@cache
def _table() -> dict[str, Any]:
    table: dict[str, Any] = json.loads(resources.files(__package__).joinpath("flag_table.json").read_bytes())
    return table


@cache
def _flags(number: int) -> dict[str, Flag]:
    rows = _table()["flags"]
    flags = {}
    for index in _table()["sets"][number]:
        name, short, kind, default, state, text = rows[index]
        flags[name] = Flag(name, short, kind, default, state.startswith("hidden"), state.partition(":")[2], text)
    return flags


@cache
def _second_names() -> dict[str, str]:
    """Names that only appear among aliases ("container list", "image remove") -> a name in the table."""
    names: dict[str, str] = {}
    commands = _table()["commands"]
    for name, row in commands.items():
        for alias in row[2]:
            alias = alias.removeprefix("docker ")
            if alias not in commands:
                names.setdefault(alias, name)
    return names


@cache
def find(name: str) -> Command | None:
    """The command of that name; a second name ("container ps") finds the command under its usual name."""
    row = _table()["commands"].get(name)
    if row is None:
        usual = _second_names().get(name)
        if usual is None:
            return None
        return find(_usual(usual, name))
    usage, flags, aliases, text, subcommands, least, most = row
    return Command(name, usage, _flags(flags), tuple(aliases), text, tuple(subcommands), least, most)


def _usual(known: str, alias: str) -> str:
    """Of a command's names, the one in the same group as the alias: "container ps" is "container ls", not "ps"."""
    group = alias.rpartition(" ")[0]
    for name in _table()["commands"][known][2]:
        name = name.removeprefix("docker ")
        if name in _table()["commands"] and name.rpartition(" ")[0] == group:
            return str(name)
    return known


def command_names() -> list[str]:
    """All commands in the table, for completion: "run", "container run" ..."""
    return [name for name in _table()["commands"] if name]
