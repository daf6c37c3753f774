"""apk, in the words of apk-tools 2.14: add, del, update, upgrade, info, search, list, policy, cache.

A change of packages is planned first (apk_plan); here is what is asked and what is shown. It must not know the format
of the database.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final, NamedTuple

from fakedocker.kernel.program import System
from fakedocker.userland.inputs import State
from fakedocker.userland.packages import apk_plan, apk_repositories, index
from fakedocker.userland.packages.apk_database import Database, read_installed, read_world
from fakedocker.userland.packages.apk_plan import provider
from fakedocker.userland.packages.plan import Plan, follow, is_online
from fakedocker.userland.sh.patterns import matches
from fakedocker.userland.tools import Register

PROGRAMS = Register()
VERSION: Final = "2.14.4"
_VALUED: Final = {
    "-t": "virtual", "--virtual": "virtual", "-p": "root", "--root": "root", "-X": "repository",
    "--repository": "repository", "--arch": "arch", "--keys-dir": "keys", "--cache-dir": "cache",
    "--repositories-file": "file", "--wait": "wait", "--cache-max-age": "age", "--progress-fd": "fd",
}  # fmt: skip
_FLAGS: Final = {
    "-q": "quiet", "--quiet": "quiet", "-v": "verbose", "--verbose": "verbose", "-f": "force", "--force": "force", "-U": "update", "--update-cache": "update",
    "-u": "upgrade", "--upgrade": "upgrade", "-l": "latest", "--latest": "latest", "--no-cache": "no-cache", "--update": "update", "-i": "interactive",
    "--interactive": "interactive", "-s": "simulate", "--simulate": "simulate", "--no-network": "no-network", "--no-progress": "", "--progress": "",
    "--no-scripts": "", "--no-chown": "", "--allow-untrusted": "", "--purge": "", "--clean-protected": "", "--force-overwrite": "", "--force-refresh": "",
    "--force-broken-world": "", "--initramfs-diskless-boot": "", "--print-arch": "print-arch", "--no-check-certificate": "", "-a": "all", "--all": "all",
    "--available": "", "-e": "installed", "--installed": "installed", "-L": "contents", "--contents": "contents", "-d": "description",
    "--description": "description", "-R": "depends", "--depends": "depends", "-r": "rdepends", "--rdepends": "rdepends", "--size": "size",
    "-W": "who-owns", "--who-owns": "who-owns", "-w": "webpage", "--webpage": "webpage", "-I": "installed", "--exact": "exact", "-x": "exact",
    "--virtual-only": "", "--no-logfile": "", "--upgradable": "upgradable", "--ignore": "", "--prune": "",
}  # fmt: skip
_COMMANDS_HELP: Final = """usage: apk [<OPTIONS>...] COMMAND [<ARGUMENTS>...]

Package installation and removal:
  add        Add packages to WORLD and commit changes
  del        Remove packages from WORLD and commit changes

System maintenance:
  update     Update repository indexes
  upgrade    Install upgrades available from repositories
  cache      Manage the local package cache

Querying package information:
  info       Give detailed information about packages or repositories
  list       List packages matching a pattern or other criteria
  policy     Show repository policy for packages
  search     Search for packages by name or description

This apk has coffee making abilities.
"""


_CHANGES: Final = frozenset({"add", "del", "fix", "update", "upgrade"})
"""Images are of the same age as the index, so `fix` and `upgrade` find nothing to do."""


class Command(NamedTuple):
    """A command line that has been read."""

    name: str
    words: tuple[str, ...]
    flags: frozenset[str]
    virtual: str = ""


class CommandProblem(Exception):
    """The command line is wrong; the message says how."""


def _read(argv: tuple[str, ...]) -> Command:
    words: list[str] = []
    flags: set[str] = set()
    virtual = ""
    rest = list(argv[1:])
    while rest:
        word = rest.pop(0)
        if not word.startswith("-") or word == "-":
            words.append(word)
            continue
        name, equals, value = word.partition("=")
        if name in _VALUED:
            if not equals:
                if not rest:
                    raise CommandProblem(f"option '{name}' requires an argument")
                value = rest.pop(0)
            virtual = value if _VALUED[name] == "virtual" else virtual
        elif word in _FLAGS:
            flags.add(_FLAGS[word])
        elif re.fullmatch(r"-[a-zA-Z]{2,}", word):
            rest[:0] = [f"-{letter}" for letter in word[1:]]
        elif word in ("--version", "-V", "--help", "-h"):
            flags.add("V" if word in ("--version", "-V") else "h")
        else:
            raise CommandProblem(f"unrecognized option '{word}'")
    return Command(words[0] if words else "", tuple(words[1:]), frozenset(flags), virtual)


@PROGRAMS.program("apk")
def _apk(system: System, argv: tuple[str, ...], state: State) -> int:
    try:
        command = _read(argv)
    except CommandProblem as problem:
        system.put(f"apk: {problem}\n", 2)
        return 1
    if "V" in command.flags:
        system.put(f"apk-tools {_version(system)}, compiled for x86_64.\n")
        return 0
    if "print-arch" in command.flags:
        system.put("x86_64\n")
        return 0
    if not command.name or "h" in command.flags:
        system.put(f"apk-tools {_version(system)}, compiled for x86_64.\n\n{_COMMANDS_HELP}")
        return 0 if "h" in command.flags else 1
    if command.name in _CHANGES:
        return follow(system, state, lambda: _plan(system, command), apk_plan.ACTIONS)
    if command.name not in _QUESTIONS:
        system.put(f"apk: '{command.name}' is not an apk command. See 'apk --help'.\n", 2)
        return 1
    try:
        installed = read_installed(system)
    except OSError as problem:
        system.put(f"ERROR: Failed to open apk database: {problem.strerror}\n", 2)
        return 99
    return _QUESTIONS[command.name](system, command, installed)


def _version(system: System) -> str:
    try:
        entry = read_installed(system).get("apk-tools")
    except OSError:
        entry = None
    return entry.version.partition("-")[0] if entry is not None else VERSION


# changes


def _plan(system: System, command: Command) -> Plan:
    pretend = "simulate" in command.flags
    if refusal := apk_plan.refusal(system, pretend):
        return refusal
    if command.name == "del":  # looks into no repository
        asked = apk_plan.Change(remove=command.words)
        return _heard(command, apk_plan.change(system, asked, available=False, online=True, pretend=pretend))
    fetched = apk_repositories.indexes(
        system,
        online="no-network" not in command.flags and is_online(system),
        keep="no-cache" not in command.flags,
        always=command.name == "update" or "update" in command.flags,
    )
    if command.name == "update":
        return _heard(command, fetched.plan + apk_repositories.update_summary(fetched))
    asked = apk_plan.Change(add=command.words, virtual=command.virtual)
    plan = apk_plan.change(system, asked, available=fetched.available, online=fetched.online, pretend=pretend)
    return _heard(command, fetched.plan + plan)


def _heard(command: Command, plan: Plan) -> Plan:
    """The plan, without what -q leaves unsaid."""
    return tuple(step for step in plan if step[0] != "say") if "quiet" in command.flags else plan


# questions


def _info(system: System, command: Command, installed: Database) -> int:
    flags, words = command.flags, command.words
    if "who-owns" in flags:
        return _who_owns(system, words, installed)
    if "installed" in flags and words:
        found = [word for word in words if provider(word, installed)]
        system.put("".join(f"{word}\n" for word in found))
        return 0 if len(found) == len(words) else 1
    if not words:
        names = sorted(installed)
        system.put("".join(f"{_full(installed, name) if 'verbose' in flags else name}\n" for name in names))
        return 0
    status = 0
    for word in words:
        name = provider(word, installed)
        if not name:
            status = 1
            continue
        _show(system, installed, name, flags)
    return status


def _full(installed: Database, name: str) -> str:
    return f"{name}-{installed[name].version}"


def _show(system: System, installed: Database, name: str, flags: frozenset[str]) -> None:
    entry = installed[name]
    title = _full(installed, name)
    wanted = flags & {"contents", "depends", "rdepends", "description", "size", "webpage"} or {
        "description",
        "webpage",
        "size",
    }
    if "all" in flags:
        wanted = {"contents", "depends", "rdepends", "description", "size", "webpage"}
    if "description" in wanted:
        system.put(f"{title} description:\n{entry.first('T')}\n\n")
    if "webpage" in wanted:
        system.put(f"{title} webpage:\n{entry.first('U') or 'https://alpinelinux.org/'}\n\n")
    if "size" in wanted:
        system.put(f"{title} installed size:\n{_human(entry.size_bytes)}\n\n")
    if "depends" in wanted:
        system.put(f"{title} depends on:\n" + "".join(f"{other}\n" for other in entry.needs) + "\n")
    if "rdepends" in wanted:
        users = [_full(installed, other) for other in sorted(installed) if name in installed[other].needs]
        system.put(f"{title} is required by:\n" + "".join(f"{user}\n" for user in users) + "\n")
    if "contents" in wanted:
        system.put(f"{title} contains:\n" + "".join(f"{path.lstrip('/')}\n" for path in entry.files) + "\n")


def _human(size_bytes: int) -> str:
    return f"{size_bytes // 1024} KiB" if size_bytes < 10_000 << 10 else f"{size_bytes >> 20} MiB"


def _who_owns(system: System, words: tuple[str, ...], installed: Database) -> int:
    status = 0
    for word in words:
        owner = next((name for name, entry in installed.items() if word in entry.files), None)
        if owner is None:
            system.put(f"ERROR: {word}: Could not find owner package\n", 2)
            status = 1
        else:
            system.put(f"{word} is owned by {_full(installed, owner)}\n")
    return status


def _search(system: System, command: Command, installed: Database) -> int:
    if not _has_index(system):
        return 0
    packages = index.distribution("alpine").packages
    for name in sorted(packages):
        package = packages[name]
        found = not command.words or any(_matches(word, name, package.about, command.flags) for word in command.words)
        if found:
            tail = f" - {package.about}" if command.flags & {"verbose", "description"} else ""
            system.put(f"{name}-{package.version}{tail}\n")
    return 0


def _matches(word: str, name: str, about: str, flags: frozenset[str]) -> bool:
    if "exact" in flags:
        return word == name
    if "*" in word or "?" in word:
        return matches(word, name)
    return word in name or ("description" in flags and word.lower() in about.lower())


def _list(system: System, command: Command, installed: Database) -> int:
    packages = index.distribution("alpine").packages if _has_index(system) else {}
    only_installed = "installed" in command.flags
    if "upgradable" in command.flags:
        return 0
    for name in sorted(set(installed) | set(packages)):
        if only_installed and name not in installed:
            continue
        if command.words and not any(matches(word, name) for word in command.words):
            continue
        version = installed[name].version if name in installed else packages[name].version
        about = f"{name}-{version} x86_64 {{{name}}} (unknown)"
        system.put(f"{about} [installed]\n" if name in installed else f"{about}\n")
    return 0


def _policy(system: System, command: Command, installed: Database) -> int:
    packages = index.distribution("alpine").packages
    for word in command.words:
        version = installed[word].version if word in installed else packages[word].version if word in packages else ""
        if version:
            lines = ["lib/apk/db/installed"] if word in installed else []
            lines += [url for url in apk_repositories.repositories(system) if apk_repositories.is_same(url, word)]
            system.put(f"{word} policy:\n  {version}:\n" + "".join(f"    {line}\n" for line in lines))
    return 0


def _has_index(system: System) -> bool:
    return bool(apk_repositories.cached(system))


def _cache(system: System, command: Command, installed: Database) -> int:
    system.put("ERROR: Package cache is not enabled.\n", 2)
    return 1


def _stats(system: System, command: Command, installed: Database) -> int:
    system.put(f"installed:\n  packages: {len(installed)}\nworld:\n  packages: {len(read_world(system))}\n")
    return 0


_QUESTIONS: Final[dict[str, Callable[[System, Command, Database], int]]] = {
    "cache": _cache,
    "info": _info,
    "list": _list,
    "policy": _policy,
    "search": _search,
    "stats": _stats,
}
