"""Which docker commands were run, by what they mean: `docker rmi -f x` is `docker image rm --force x`.

Used by the check `ran`. It must not know how the commands came to be run.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from fakedocker_shell.cli.flags import FlagError, HelpRequested, parse_flags
from fakedocker_shell.cli.releases import USUAL
from fakedocker_shell.cli.table import Command, find


class _Meaning(NamedTuple):
    command: Command
    flags: frozenset[str]
    arguments: tuple[str, ...]


def count(wanted: str, commands: Iterable[Sequence[str]], release: str = USUAL) -> int:
    """How many of the docker commands have the wanted words: its command, flags and arguments, others between them.

    Args:
        wanted: such as "rmi -f", "exec web sh", or "prune -a" for the prune of anything.
        commands: the words of each, without "docker".
        release: of the client, see `cli.releases`.
    """
    words = wanted.split()
    return sum(_fits(words, meaning) for one in commands if (meaning := _meaning(one, release)) is not None)


def _command(words: Sequence[str], release: str) -> tuple[Command | None, list[str]]:
    """The deepest command that the words name, and what follows."""
    command, rest = find("", release), list(words)
    assert command is not None
    while rest and command.subcommands:
        inner = find(f"{command.name} {rest[0]}".strip(), release)
        if inner is None:
            break
        command, rest = inner, rest[1:]
    return (command if command.name else None), rest


def _meaning(words: Sequence[str], release: str) -> _Meaning | None:
    command, rest = _command(words, release)
    if command is None:
        return None
    try:
        options = parse_flags(command, rest, {}, lambda _: None)
    except (FlagError, HelpRequested):
        return _Meaning(command, frozenset(), tuple(rest))
    given = frozenset(name for name in command.flags if options.changed(name))
    return _Meaning(command, given, tuple(options.arguments))


def _fits(wanted: Sequence[str], meaning: _Meaning) -> bool:
    command, rest = _command(wanted, meaning.command.release)
    if command is not None:
        if command.canonical != meaning.command.canonical:
            return False
    else:
        verb, *rest = wanted
        if meaning.command.canonical.split()[-1] != verb:
            return False
    flags = [word for word in rest if word.startswith("-") and len(word) > 1]
    if not all(_flag_given(flag, meaning) for flag in flags):
        return False
    arguments = iter(meaning.arguments)
    return all(word in arguments for word in rest if word not in flags)


def _flag_given(word: str, meaning: _Meaning) -> bool:
    if word.startswith("--"):
        return word[2:].partition("=")[0] in meaning.flags
    letters = set(word[1:])
    given = {meaning.command.flags[name].short for name in meaning.flags}
    return letters <= given
