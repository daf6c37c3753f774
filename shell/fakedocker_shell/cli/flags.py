"""Parsing a command line into flags and arguments, by the rules of the pflag library that docker's client uses.

Owns the syntax (--name=value, -abc, --) and the complaints about it. What single values mean is in `flag_values`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from fakedocker_shell.cli.flag_kinds import kind_of
from fakedocker_shell.cli.flag_values import CHECKS
from fakedocker_shell.cli.releases import RELEASES, USUAL, Release
from fakedocker_shell.cli.table import Command, Flag
from fakedocker_shell.gotemplate.printing import quote

_STOPS_AT_FIRST_ARGUMENT = frozenset(
    {
        "",
        "compose",
        "compose exec",
        "compose run",
        "container run",
        "container create",
        "container exec",
        "container top",
        "service create",
        "plugin install",
    }
)
_HELP = Flag("help", "h", "bool", "", True, "", "")


class FlagError(Exception):
    """A command line that does not parse; the text is pflag's."""


class HelpRequested(Exception):
    """--help was among the flags."""


class Options:
    """What a command line says: values of flags by name, and the arguments.

    `options["name"]` is the flag's value or its default; lists and maps are new objects each time.
    """

    def __init__(self, command: Command) -> None:
        self.command = command
        self.arguments: list[str] = []
        self._values: dict[str, Any] = {}

    @property
    def release(self) -> Release:
        """What the client of the command's release does otherwise."""
        return RELEASES[self.command.release]

    def __getitem__(self, name: str) -> Any:
        if name in self._values:
            return self._values[name]
        return default_value(self.command.flags[name])

    def get(self, name: str) -> Any:  # Any: each kind of flag has its own type
        """The flag's value; None if the command has no such flag."""
        return self[name] if name in self.command.flags else None

    def changed(self, name: str) -> bool:
        """Whether the flag was given."""
        return name in self._values

    def any_changed(self) -> bool:
        """Whether any flag was given."""
        return bool(self._values)

    def put(self, name: str, value: Any) -> None:  # Any: each kind of flag has its own type
        """Set a flag as if it had been given."""
        self._values[name] = value


def default_value(flag: Flag) -> Any:  # Any: each kind of flag has its own type
    """The value of a flag that was not given."""
    empty, parse = kind_of(flag.type, USUAL)
    if flag.default and flag.type in ("bool", "string", "int", "uint", "uint16", "uint32", "float", "duration"):
        return parse(empty, flag.default, {})
    return empty


class _Parser:
    def __init__(self, command: Command, environment: Mapping[str, str], warn: Callable[[str], None]) -> None:
        self.options = Options(command)
        self._environment = environment
        self._warn = warn
        self._flags = command.flags
        self._shorts = {flag.short: flag for flag in command.flags.values() if flag.short}
        self._help_wanted = False

    def parse(self, argv: Sequence[str]) -> Options:
        rest = list(argv)
        stops = self.options.command.canonical in _STOPS_AT_FIRST_ARGUMENT
        while rest:
            word = rest.pop(0)
            if len(word) < 2 or word[0] != "-":
                self.options.arguments.append(word)
                if stops:
                    self.options.arguments += rest
                    break
            elif word == "--":
                self.options.arguments += rest
                break
            elif word.startswith("--"):
                rest = self._long(word, rest)
            else:
                rest = self._short(word, rest)
        if self._help_wanted:
            raise HelpRequested
        return self.options

    def _long(self, word: str, rest: list[str]) -> list[str]:
        name, equals, value = word[2:].partition("=")
        if not name or name[0] in "-=":
            raise FlagError(f"bad flag syntax: {word}")
        flag = self._flags.get(name)
        if name == "help" and (flag is None or flag.name == "help"):
            flag = _HELP
        if flag is None:
            raise FlagError(f"unknown flag: --{name}")
        if equals:
            self._set(flag, value)
        elif flag.type == "bool":
            self._set(flag, "true")
        elif rest:
            self._set(flag, rest.pop(0))
        else:
            raise FlagError(f"flag needs an argument: {word}")
        return rest

    def _short(self, word: str, rest: list[str]) -> list[str]:
        letters = word[1:]
        while letters:
            letter = letters[0]
            flag = self._shorts.get(letter)
            if flag is None and letter == "h":
                if self.options.command.name:
                    self._warn("Flag shorthand -h has been deprecated, use --help")
                flag = _HELP
            if flag is None:
                raise FlagError(f"unknown shorthand flag: {quote(letter, chr(39))} in -{letters}")
            if len(letters) > 2 and letters[1] == "=":
                self._set(flag, letters[2:])
                break
            if flag.type == "bool":
                self._set(flag, "true")
                letters = letters[1:]
                continue
            if len(letters) > 1:
                self._set(flag, letters[1:])
            elif rest:
                self._set(flag, rest.pop(0))
            else:
                raise FlagError(f"flag needs an argument: {quote(letter, chr(39))} in -{letters}")
            break
        return rest

    def _set(self, flag: Flag, text: str) -> None:
        empty, parse = kind_of(flag.type, self.options.command.release)
        name = _SAME_VALUE.get(flag.name, flag.name)
        before = self.options._values.get(name, empty)
        try:
            checked = text
            check = CHECKS.get(f"{self.options.command.canonical} {flag.name}") or CHECKS.get(flag.name)
            if check is not None and flag.type in ("list", "map"):
                checked = check(text, self._environment)
            value = parse(before, checked, self._environment)
        except ValueError as error:
            raise FlagError(f"invalid argument {quote(text)} for {quote(flag.shown)} flag: {error}") from None
        if flag is _HELP:
            self._help_wanted = value
            return
        self.options.put(name, value)
        if flag.deprecated:
            self._warn(f"Flag --{flag.name} has been deprecated, {flag.deprecated}")


_SAME_VALUE = {"net": "network", "net-alias": "network-alias", "dns-opt": "dns-option", "time": "timeout"}
"""Flags that are another name of one."""


def parse_flags(
    command: Command, argv: Sequence[str], environment: Mapping[str, str], warn: Callable[[str], None]
) -> Options:
    """Read a command line.

    Args:
        command: whose flags they are.
        argv: what comes after the command's name.
        environment: where --env takes a variable's value from.
        warn: gets a line for each deprecated flag.

    Raises:
        FlagError: with pflag's message.
        HelpRequested: for --help.
    """
    return _Parser(command, environment, warn).parse(argv)
