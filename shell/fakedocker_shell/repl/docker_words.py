"""What each word of a docker command line is: a command, a flag, a flag's value, or an argument, by the table of flags.

The rules are those of the client's own parsing (see `cli.flags`); here an unfinished line is the usual case. It must
not know which names exist.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from fakedocker_shell.cli.table import Command, Flag, find

COMMAND, UNKNOWN_COMMAND, FLAG, UNKNOWN_FLAG, VALUE, ARGUMENT, OTHER = (
    "command", "unknown command", "flag", "unknown flag", "value", "argument", "other",
)  # fmt: skip
_STOPS_AT_FIRST_ARGUMENT = frozenset(
    {
        "compose exec",
        "compose run",
        "container run",
        "container create",
        "container exec",
        "container top",
        "service create",
    }
)
"""Commands whose arguments from the second on belong to somebody else."""


class Role(NamedTuple):
    """What a word is.

    Args:
        flag: of a flag or a flag's value.
        attached: what stands behind the = of a flag, None without one.
        place: of an argument, from 0.
    """

    kind: str
    command: Command
    flag: Flag | None = None
    attached: str | None = None
    place: int = 0


class Walk:
    """Goes through the words after `docker`, one by one.

    Args:
        release: of the client, see `cli.releases`.

    Attributes:
        command: the innermost command so far.
        expecting: the flag whose value comes next.
        options_open: whether a word that begins with - is a flag.
        index: how many arguments there were, `arguments` which.
        given: the names of the flags so far.
    """

    def __init__(self, release: str) -> None:
        root = find("", release)
        assert root is not None
        self.command = root
        self.expecting: Flag | None = None
        self.options_open = True
        self.index = 0
        self.arguments: list[str] = []
        self.given: set[str] = set()
        self._lost = False

    def step(self, word: str | None) -> Role:
        """Take the next word; None is one whose text is not known before it runs."""
        if self._lost:
            return Role(OTHER, self.command)
        if self.expecting is not None:
            flag, self.expecting = self.expecting, None
            return Role(VALUE, self.command, flag)
        if word is not None and self.options_open and len(word) > 1 and word[0] == "-":
            role = self._flag(word)
            if role.flag is not None:
                self.given.add(role.flag.name)
            return role
        if self.wants_command:
            return self._command(word)
        role = Role(ARGUMENT, self.command, place=self.index)
        self.index += 1
        self.arguments.append(word or "")
        if self.command.canonical in _STOPS_AT_FIRST_ARGUMENT:
            self.options_open = False
        return role

    @property
    def wants_command(self) -> bool:
        """Whether a command's name comes next."""
        return bool(self.command.subcommands) and self.index == 0

    @property
    def is_lost(self) -> bool:
        """Whether there was a command that does not exist."""
        return self._lost

    def _command(self, word: str | None) -> Role:
        inner = find(f"{self.command.name} {word}".strip(), self.command.release) if word is not None else None
        if inner is None:
            self._lost = True
            is_help = word == "help" and not self.command.name
            return Role(OTHER if word is None or is_help else UNKNOWN_COMMAND, self.command)
        self.command = inner
        return Role(COMMAND, inner)

    def _flag(self, word: str) -> Role:
        if word == "--":
            self.options_open = False
            return Role(FLAG, self.command)
        if word.startswith("--"):
            name, equals, value = word[2:].partition("=")
            flag = self.command.flags.get(name)
            if flag is None:
                return Role(FLAG if name == "help" else UNKNOWN_FLAG, self.command)
            if not equals and flag.type != "bool":
                self.expecting = flag
            return Role(FLAG, self.command, flag, value if equals else None)
        return self._letters(word[1:])

    def _letters(self, letters: str) -> Role:
        shorts = {flag.short: flag for flag in self.command.flags.values() if flag.short}
        flag = None
        for place, letter in enumerate(letters):
            flag = shorts.get(letter)
            if flag is None:
                return Role(FLAG if letter == "h" else UNKNOWN_FLAG, self.command)
            if flag.type != "bool":
                if place == len(letters) - 1:
                    self.expecting = flag
                    return Role(FLAG, self.command, flag)
                return Role(FLAG, self.command, flag, letters[place + 1 :].removeprefix("="))
        return Role(FLAG, self.command, flag)


def roles(words: Iterable[str | None], release: str) -> list[Role]:
    """The roles of all words after `docker`, as the client of a release has them."""
    walk = Walk(release)
    return [walk.step(word) for word in words]
