"""What a word of a docker command line could become, from the tables and the world of the moment.

No input or output, and no caches: 1,000 containers take a few milliseconds. It must not know prompt_toolkit.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from fakedocker.world.draft import Draft
from fakedocker.world.world import World
from fakedocker_shell.cli.table import Command, Flag, find
from fakedocker_shell.repl import compose_names, docker_tables, host_files, names, swarm_names
from fakedocker_shell.repl.docker_words import Walk
from fakedocker_shell.repl.names import Named

LIMIT = 2000


class Candidate(NamedTuple):
    """What could be typed.

    Args:
        text: what it is.
        meta: a word on it.
        typed: how many characters before the cursor it takes the place of.
    """

    text: str
    meta: str
    typed: int


class Place(NamedTuple):
    """Where names are looked up."""

    world: World
    draft: Draft
    directory: str
    environment: Mapping[str, str]


Kind = Callable[[Place, str], Iterable[Named]]


def complete(place: Place, before: Iterable[str | None], word: str) -> Iterator[Candidate]:
    """The candidates for the word after `docker` and others.

    Args:
        before: the words between `docker` and this one.
        word: what is typed of it.
    """
    walk = Walk(place.draft.profile.client.release)
    for other in before:
        walk.step(other)
    if walk.is_lost:
        return
    if walk.expecting is not None:
        yield from _value(place, walk, walk.expecting, word)
    elif walk.options_open and word.startswith("-"):
        yield from _flags(place, walk, word)
    elif walk.wants_command:
        yield from _matching(word, _commands(walk.command))
    else:
        yield from _argument(place, walk, word)


def _matching(word: str, named: Iterable[Named], typed: int | None = None) -> Iterator[Candidate]:
    """Those that begin with the word, or, if none does, have it within; at most `LIMIT`."""
    found = list(named)
    count = len(word) if typed is None else typed
    near = [name for name in found if name[0].startswith(word)] or [name for name in found if word in name[0]]
    for text, meta in near[:LIMIT]:
        yield Candidate(text, meta, count)


def _commands(command: Command) -> Iterator[Named]:
    for name in sorted(command.subcommands):
        inner = find(f"{command.name} {name}".strip(), command.release)
        yield name, inner.text if inner is not None else "command"


def _flags(place: Place, walk: Walk, word: str) -> Iterator[Candidate]:
    name, equals, value = word.removeprefix("--").partition("=")
    if word.startswith("--") and equals:
        flag = walk.command.flags.get(name)
        if flag is not None:
            yield from _value(place, walk, flag, value)
        return
    shown = sorted(
        (flag for flag in walk.command.flags.values() if not flag.hidden and not flag.deprecated), key=_flag_name
    )
    yield from _matching(word, ((f"--{flag.name}", flag.text) for flag in shown))
    if word == "-":
        yield from (Candidate(f"-{flag.short}", flag.text, 1) for flag in shown if flag.short)


def _flag_name(flag: Flag) -> str:
    return flag.name


def _value(place: Place, walk: Walk, flag: Flag, word: str) -> Iterator[Candidate]:
    command = walk.command.canonical
    kind = flag_kind(command, flag)
    if kind == "filter":
        yield from _filter(place, command, word)
    elif kind == "format":
        yield from _format(command, word)
    elif kind == "driver":
        yield from _matching(word, docker_tables.DRIVERS.get(command, ()))
    elif kind:
        yield from _of_kind(place, kind, word)


def flag_kind(command: str, flag: Flag) -> str:
    """The kind of a flag's value, "" where nothing is known of it."""
    return docker_tables.FLAG_VALUES.get(f"{command} {flag.name}") or docker_tables.FLAG_VALUES.get(flag.name, "")


def _argument(place: Place, walk: Walk, word: str) -> Iterator[Candidate]:
    kinds = docker_tables.ARGUMENTS.get(walk.command.canonical, ())
    kind = argument_kind(kinds, walk.index)
    if walk.command.canonical == "container rm" and "force" in walk.given:
        kind = "container"
    if kind:
        yield from (found for found in _of_kind(place, kind, word) if found.text not in walk.arguments)


def argument_kind(kinds: tuple[str, ...], index: int) -> str:
    """The kind of an argument by its place, "" where nothing is known of it."""
    if kinds[-1:] == ("...",):
        return kinds[min(index, len(kinds) - 2)]
    return kinds[index] if index < len(kinds) else ""


def _filter(place: Place, command: str, word: str) -> Iterator[Candidate]:
    key, equals, value = word.partition("=")
    if not equals:
        yield from _matching(word, ((f"{name}=", "filter") for name in sorted(docker_tables.FILTERS.get(command, ()))))
        return
    values = docker_tables.FILTER_VALUES.get(key, ())
    if key == "name":
        values = docker_tables.NAME_FILTERS.get(command.partition(" ")[0], values)
    if isinstance(values, str):
        yield from _of_kind(place, values, value)
    else:
        yield from _matching(value, ((text, f"value of {key}") for text in values))


def _format(command: str, word: str) -> Iterator[Candidate]:
    match = re.search(r"\{\{[^}]*?\.(\w[\w.]*)?$", word)
    if match is not None:
        yield from _matching(match[1] or "", _fields(command))
    elif "{{" not in word:
        forms = [
            ("json", "everything, one object per line"),
            ("table ", "a table of these columns"),
            ("{{.", "a template"),
        ]
        yield from _matching(word, forms)


def _fields(command: str) -> Iterator[Named]:
    if command.endswith("inspect"):
        yield from ((name, "field") for name in docker_tables.INSPECT_FIELDS)
        return
    where = docker_tables.ROWS.get(command)
    if where is not None:
        rows = getattr(importlib.import_module(f"fakedocker_shell.cli.{where[0]}"), where[1])
        yield from ((name, f"column {title}") for name, title in rows.titles.items())


# kinds


def _of_kind(place: Place, kind: str, word: str) -> Iterator[Candidate]:
    if kind in docker_tables.WORDS:
        yield from _matching(word, docker_tables.WORDS[kind])
    elif kind in KINDS:
        yield from _matching(word, KINDS[kind](place, word))
    elif kind in _FILES:
        yield from files(place, word, only_directories=kind == "directory")
    elif kind == "container path":
        yield from _container_path(place, word)
    elif kind == "volume mount":
        yield from _volume_mount(place, word)


def files(place: Place, word: str, only_directories: bool = False) -> Iterator[Candidate]:
    """Files of the host; directories end in a slash. Blanks and the like are escaped for the shell."""
    directory, slash, prefix = word.rpartition("/")
    path = directory + slash
    if path.startswith("~/"):
        path = place.environment.get("HOME", "/root") + path[1:]
    for name, is_directory in host_files.entries(
        place.draft, path if path.startswith("/") else f"{place.directory}/{path}"
    ):
        if name.startswith(prefix) and (prefix or not name.startswith(".")) and (is_directory or not only_directories):
            shown = re.sub(r"([\s\\'\"$`&|;<>()*?\[\]#~!{}])", r"\\\1", name)
            yield Candidate(shown + ("/" if is_directory else ""), "directory" if is_directory else "file", len(prefix))


def _container_path(place: Place, word: str) -> Iterator[Candidate]:
    """docker cp: NAME: or a file of the host."""
    if ":" in word:
        return
    yield from _matching(word, ((f"{name}:", meta) for name, meta in names.containers(place.world, "any")))
    yield from files(place, word)


def _volume_mount(place: Place, word: str) -> Iterator[Candidate]:
    """-v: a volume or a path of the host, and behind the target its options."""
    parts = word.split(":")
    if len(parts) == 1:
        if word.startswith(("/", ".", "~")):
            yield from files(place, word, only_directories=True)
        else:
            yield from _matching(word, ((f"{name}:", meta) for name, meta in names.volumes(place.world)))
    elif len(parts) == 3:
        yield from _matching(parts[2], [("ro", "read only"), ("rw", "read and write")])


def _images(place: Place, word: str) -> Iterator[Named]:
    del word
    yield from names.images(place.world)


def _images_or_offered(place: Place, word: str) -> Iterator[Named]:
    own = list(names.images(place.world))
    yield from own
    known = {name for name, _ in own}
    yield from (named for named in names.offered(place.world, word) if named[0] not in known)


def _network_modes(place: Place, word: str) -> Iterator[Named]:
    yield from names.networks(place.world)
    if word.startswith("c"):
        yield from (
            (f"container:{name}", f"the network of {meta}") for name, meta in names.containers(place.world, "running")
        )


def _environment(place: Place, word: str) -> Iterator[Named]:
    del word
    yield from ((name, "value of the shell's variable") for name in sorted(place.environment))


def _containers(state: str) -> Kind:
    return lambda place, _: names.containers(place.world, state)


def _of_swarm(kind: str) -> Kind:
    return lambda place, _: swarm_names.KINDS[kind](place.world)


KINDS: dict[str, Kind] = {
    "active": _containers("active"),
    "container": _containers("any"),
    "environment": _environment,
    "image": _images,
    "image or offered": _images_or_offered,
    "network": lambda place, _: names.networks(place.world),
    "network mode": _network_modes,
    "object": lambda place, _: (*names.objects(place.world), *swarm_names.objects(place.world)),
    "own network": lambda place, _: names.own_networks(place.world),
    "paused": _containers("paused"),
    "port": lambda place, _: names.free_ports(place.world),
    "running": _containers("running"),
    "scale": lambda place, _: swarm_names.scales(place.world),
    "service": lambda place, _: compose_names.services(place.draft, place.directory),
    "stopped": _containers("stopped"),
    "volume": lambda place, _: names.volumes(place.world),
    **{kind: _of_swarm(kind) for kind in swarm_names.KINDS},
}
_FILES = frozenset({"file", "directory"})
