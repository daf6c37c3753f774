"""The commands and flags there are, read from flag_table.json, or the table of another release of the client.

Owns looking commands up. What the flags' values look like is in `flag_values`, how they are parsed in `flags`.
"""

from __future__ import annotations

import json
from functools import cache
from pkgutil import get_data  # importlib.resources takes five times as long to import
from typing import Any

from msgspec import Struct

from fakedocker_shell.cli.releases import RELEASES, USUAL


class Flag(Struct, frozen=True):
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


class Command(Struct, frozen=True):
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
    release: str = USUAL
    """Of the client that it is a command of, see `releases`."""

    @property
    def path(self) -> str:
        """The whole command: "docker container run"."""
        return f"docker {self.name}".strip()

    @property
    def canonical(self) -> str:
        """The name under which the command is implemented: "container run" for "run"."""
        return self.aliases[0].removeprefix("docker ") if self.aliases else self.name


@cache
def _table(release: str) -> dict[str, Any]:
    data = get_data(__package__, RELEASES[release].flag_table)
    assert data is not None
    table: dict[str, Any] = json.loads(data)
    return table


@cache
def _flags(number: int, release: str) -> dict[str, Flag]:
    rows = _table(release)["flags"]
    flags = {}
    for index in _table(release)["sets"][number]:
        name, short, kind, default, state, text = rows[index]
        flags[name] = Flag(name, short, kind, default, state.startswith("hidden"), state.partition(":")[2], text)
    return flags


@cache
def _second_names(release: str) -> dict[str, str]:
    """Names that only appear among aliases ("container list", "image remove") -> a name in the table."""
    names: dict[str, str] = {}
    commands = _table(release)["commands"]
    for name, row in commands.items():
        for alias in row[2]:
            alias = alias.removeprefix("docker ")
            if alias not in commands:
                names.setdefault(alias, name)
    return names


@cache
def find(name: str, release: str = USUAL) -> Command | None:
    """The command of that name; a second name ("container ps") finds the command under its usual name.

    Args:
        release: of the client, see `releases`.
    """
    row = _table(release)["commands"].get(name)
    if row is None:
        usual = _second_names(release).get(name)
        if usual is None:
            return None
        return find(_usual(usual, name, release), release)
    usage, flags, aliases, text, subcommands, least, most = row
    return Command(name, usage, _flags(flags, release), tuple(aliases), text, tuple(subcommands), least, most, release)


def _usual(known: str, alias: str, release: str) -> str:
    """Of a command's names, the one in the same group as the alias: "container ps" is "container ls", not "ps"."""
    group = alias.rpartition(" ")[0]
    for name in _table(release)["commands"][known][2]:
        name = name.removeprefix("docker ")
        if name in _table(release)["commands"] and name.rpartition(" ")[0] == group:
            return str(name)
    return known


def command_names(release: str = USUAL) -> list[str]:
    """All commands in the table, for completion: "run", "container run" ..."""
    return [name for name in _table(release)["commands"] if name]
