"""apt-get, apt, apt-cache and apt-mark: command lines, and what they show of packages.

Changes are decided and carried out by apt_install, lists fetched by apt_sources. It must not know the format of dpkg's
files.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final, NamedTuple

from fakedocker.base.numbers import is_digits
from fakedocker.kernel import marks
from fakedocker.kernel.program import CREATE, WRITE, System
from fakedocker.userland.inputs import State
from fakedocker.userland.packages import apt_install, apt_sources, apt_words, dpkg_database, index
from fakedocker.userland.packages.apt_words import Problem
from fakedocker.userland.packages.dpkg_database import Database, architecture
from fakedocker.userland.packages.index import Package
from fakedocker.userland.packages.plan import Plan, Step, follow, is_online
from fakedocker.userland.packages.unpack import remove_tree
from fakedocker.userland.sh.patterns import matches
from fakedocker.userland.tools import Register, base_name

PROGRAMS = Register()
LOCK: Final = "/var/lib/dpkg/lock-frontend"
_WARNING: Final = "\nWARNING: apt does not have a stable CLI interface. Use with caution in scripts.\n\n"
_FLAGS: Final = {
    "-y": "yes", "--yes": "yes", "--assume-yes": "yes", "-d": "download", "--download-only": "download", "-s": "pretend", "--simulate": "pretend",
    "--dry-run": "pretend", "--just-print": "pretend", "--no-install-recommends": "lean", "--purge": "purge", "--auto-remove": "sweep",
    "--autoremove": "sweep", "--installed": "installed", "--upgradable": "upgradable", "--upgradeable": "upgradable", "--names-only": "names", "-n": "names",
    "-a": "all", "--all-versions": "all", "-f": "", "--fix-broken": "", "-m": "", "--fix-missing": "", "-V": "", "--verbose-versions": "",
    "--no-install-suggests": "", "--install-recommends": "", "--install-suggests": "", "--reinstall": "", "--only-upgrade": "", "--no-upgrade": "",
    "--allow-unauthenticated": "", "--allow-downgrades": "", "--allow-change-held-packages": "", "--allow-releaseinfo-change": "",
    "--allow-remove-essential": "", "--allow-insecure-repositories": "", "--force-yes": "", "-u": "", "--show-upgraded": "", "--no-remove": "",
    "--ignore-missing": "", "--trivial-only": "", "--with-new-pkgs": "", "--assume-no": "no", "--no-cache": "",
}  # fmt: skip
_VALUED: Final = frozenset({"-o", "--option", "-t", "--target-release", "-c", "--config-file"})


class Command(NamedTuple):
    """A command line that has been read."""

    name: str
    words: tuple[str, ...]
    flags: frozenset[str]
    quiet: int


def _read(argv: tuple[str, ...]) -> Command:
    words: list[str] = []
    flags: set[str] = set()
    quiet = 0
    rest = list(argv[1:])
    while rest:
        word = rest.pop(0)
        name = word.partition("=")[0]
        if not word.startswith("-") or word == "-":
            words.append(word)
        elif name in _VALUED or word[:2] == "-o":
            if word in _VALUED and rest:
                rest.pop(0)
        elif name in ("-q", "-qq", "--quiet"):
            value = word.partition("=")[2]
            quiet = int(value) if is_digits(value) else quiet + max(name.count("q"), 1)
        elif word in _FLAGS:
            flags.add(_FLAGS[word])
        elif len(word) > 2 and word[1] != "-":
            rest[:0] = [f"-{letter}" for letter in word[1:]]
        else:
            letter = word[1] if len(word) == 2 else word
            raise Problem(
                f"Command line option '{letter}' [from {word}] is not understood in combination with the other options."
            )
    if quiet > 1:
        flags.add("yes")
    return Command(words[0] if words else "", tuple(words[1:]), frozenset(flags), quiet)


@PROGRAMS.program("apt-get", "apt")
def _apt(system: System, argv: tuple[str, ...], state: State) -> int:
    friendly = base_name(argv[0]) == "apt"
    if set(argv[1:]) & {"--version", "-v"}:
        system.put(f"apt {_version(system)} (amd64)\n")
        return 0
    try:
        command = _read(argv)
        if not command.name or command.name == "help":
            system.put(f"apt {_version(system)} (amd64)\nUsage: {base_name(argv[0])} [options] command\n")
            return 0
        if friendly and "warned" not in state and not system.is_terminal(1):
            state["warned"] = True
            system.put(_WARNING, 2)
        if friendly and command.name in _QUESTIONS:
            return _QUESTIONS[command.name](system, state, command)
        if command.name not in _CHANGES:
            raise Problem(f"Invalid operation {command.name}")
        return follow(system, state, lambda: _CHANGES[command.name](system, command, friendly), apt_install.ACTIONS)
    except Problem as problem:
        system.put(f"E: {problem}\n", 2)
        return 100


def _version(system: System) -> str:
    installed = dpkg_database.read_installed(system)
    return installed["apt"].get("Version", "") if "apt" in installed else "2.6.1"


# changes


def _progress(system: System, command: Command, *titles: str) -> tuple[Step, ...]:
    """Reading package lists... Done: the last word on terminals only, as apt is quiet elsewhere."""
    if command.quiet > 1:
        return ()
    end = " Done" if system.is_terminal(1) and not command.quiet else ""
    return (("say", "".join(f"{title}...{end}\n" for title in titles)),)


_ALL_LISTS: Final = ("Reading package lists", "Building dependency tree", "Reading state information")


def _demand_lock(system: System) -> None:
    try:
        system.close(system.open(LOCK, WRITE | CREATE, 0o640))
    except OSError as problem:
        raise Problem(
            f"Could not open lock file {LOCK} - open ({problem.errno}: {problem.strerror})\n"
            f"E: Unable to acquire the dpkg frontend lock ({LOCK}), are you root?"
        ) from None


def _update(system: System, command: Command, friendly: bool) -> Plan:
    if not system.access(apt_sources.LISTS, write=True):
        reason = "13: Permission denied" if system.uid else "30: Read-only file system"
        text = f"E: List directory {apt_sources.LISTS}/partial is missing. - Acquire ({reason})\n"
        return (*_progress(system, command, "Reading package lists"), ("warn", text), ("exit", 100))
    online = is_online(system)
    steps = apt_sources.update(system, online)
    if command.quiet > 1:
        steps = tuple(step for step in steps if step[0] != "say")
    steps += _progress(system, command, *(_ALL_LISTS if friendly else _ALL_LISTS[:1]))
    if online:
        steps += tuple(("lack", f"the host {host}", marks.HOST) for host in apt_sources.hosts_outside(system))
    if warnings := apt_sources.update_warnings(system, online):
        steps += (("warn", warnings),)
    if friendly and command.quiet < 2:
        steps += (("say", "All packages are up to date.\n"),)
    return steps


def _install(system: System, command: Command, friendly: bool) -> Plan:
    _demand_lock(system)
    known, installed = dpkg_database.packages_of(system), dpkg_database.read_installed(system)
    looking: Step = ("charge", apt_words.LOOKING_UP_UNITS * len(command.words))
    reading = (looking, *_progress(system, command, *_ALL_LISTS))
    wanted = apt_words.wanted(system, command.words, known, installed)
    notes: Plan = (("say", wanted.notes),) if wanted.notes and command.quiet < 2 else ()
    if wanted.problems:
        return (*reading, *notes, ("warn", wanted.problems), ("exit", 100))
    lacking: Plan = tuple(("lack", what, marks.PACKAGE) for what in wanted.lacking)
    steps = (*reading, *notes, *lacking)
    if lacking and not wanted.names:
        return (*steps, ("exit", 100))
    change = apt_install.install(wanted.names, known, installed, "lean" not in command.flags)
    if any("borrowed" in package.details for package in change.coming):
        release = dpkg_database.codename(system)
        system.unsimulated(f"the index of {release}, for which that of another release stands,", marks.FILE, quiet=True)
    automatic = dpkg_database.read_automatic(system) & set(wanted.names)
    if automatic:
        steps += (("mark", tuple(sorted(automatic)), False),)
    steps += apt_install.plan(system, change, installed, _options(command), is_online(system))
    return (*steps, ("exit", 100)) if lacking else steps


def _options(command: Command) -> apt_install.Options:
    return apt_install.Options(
        command.quiet, "yes" in command.flags, "pretend" in command.flags, "download" in command.flags
    )


def _remove(system: System, command: Command, friendly: bool) -> Plan:
    _demand_lock(system)
    known, installed = dpkg_database.packages_of(system), dpkg_database.read_installed(system)
    automatic = dpkg_database.read_automatic(system)
    reading = _progress(system, command, *_ALL_LISTS)
    notes = ""
    for name in command.words:
        if name not in installed and name not in known.packages:
            return (*reading, ("warn", f"E: Unable to locate package {name}\n"), ("exit", 100))
        if name not in installed:
            notes += f"Package '{name}' is not installed, so not removed\n"
    sweep = command.name in ("autoremove", "autopurge") or "sweep" in command.flags
    purge = command.name in ("purge", "autopurge") or "purge" in command.flags
    change = apt_install.remove(command.words, installed, automatic, purge, sweep, known)
    said: Plan = (("say", notes),) if notes else ()
    return reading + said + apt_install.plan(system, change, installed, _options(command), True)


def _upgrade(system: System, command: Command, friendly: bool) -> Plan:
    """Images are of the same age as the index: there is nothing newer."""
    _demand_lock(system)
    reading = _progress(system, command, *_ALL_LISTS, "Calculating upgrade")
    return reading + apt_install.plan(system, apt_install.Change(), {}, _options(command), True)


def _clean(system: System, command: Command, friendly: bool) -> Plan:
    _demand_lock(system)
    archives = "/var/cache/apt/archives"
    for name in system.list_directory(archives):
        if name.endswith(".deb"):
            remove_tree(system, f"{archives}/{name}")
    return ()


def _check(system: System, command: Command, friendly: bool) -> Plan:
    return _progress(system, command, *_ALL_LISTS)


_CHANGES: Final[dict[str, Callable[[System, Command, bool], Plan]]] = {
    "autoclean": _clean, "autopurge": _remove, "autoremove": _remove, "check": _check, "clean": _clean, "dist-clean": _clean, "dist-upgrade": _upgrade,
    "full-upgrade": _upgrade, "install": _install, "purge": _remove, "remove": _remove, "update": _update, "upgrade": _upgrade,
}  # fmt: skip


# questions


_WHOLE_INDEX_UNITS: Final = 300_000
"""What it costs to go through all packages, in microseconds."""


def _all_packages(system: System) -> Mapping[str, Package]:
    """What the lists have: nothing before an update."""
    return dpkg_database.packages_of(system).packages if apt_sources.is_updated(system) else {}


def _go_through(system: System, state: State) -> None:
    """Take the time that it costs to go through all packages, once for a process."""
    if "gone_through" not in state:
        state["gone_through"] = True
        system.charge(_WHOLE_INDEX_UNITS)


def _searched(system: System, state: State, command: Command) -> Iterator[tuple[str, Package]]:
    """The packages that a search finds. Of those of which only the facts are known there is no description to search in."""
    packages = _all_packages(system)
    told = index.table("debian")["packages"]
    _go_through(system, state)
    for name in packages:
        if (name in told or _found(command, name, "")) and _found(command, name, packages[name].about):
            yield name, packages[name]


def _pocket(system: System, package: Package) -> str:
    source, _ = apt_install.origin(apt_sources.sources(system), package)
    return "stable" if source.suite in ("bookworm", "bullseye", "buster") else source.suite


def _list(system: System, state: State, command: Command) -> int:
    packages, installed = _all_packages(system), dpkg_database.read_installed(system)
    automatic = dpkg_database.read_automatic(system)
    lines = ["Listing...\n"]
    if "upgradable" not in command.flags:
        _go_through(system, state)
        everything = sorted({*packages, *installed})
        names = [name for name in everything if not command.words or any(matches(word, name) for word in command.words)]
        lines += [_listed(system, command, name, packages, installed, name in automatic) for name in names]
    system.put("".join(lines))
    return 0


def _listed(
    system: System, command: Command, name: str, packages: Mapping[str, Package], installed: Database, automatic: bool
) -> str:
    """The line of a package, "" for one that is not asked for."""
    if name in installed:
        mark = "installed,automatic" if automatic else "installed" if name in packages else "installed,local"
        place = f"{_pocket(system, packages[name])},now" if name in packages else "now"
        stanza = installed[name]
        return f"{name}/{place} {stanza.get('Version', '')} {stanza.get('Architecture', 'amd64')} [{mark}]\n"
    if "installed" in command.flags:
        return ""
    package = packages[name]
    return f"{name}/{_pocket(system, package)} {package.version} {architecture(package)}\n"


def _search(system: System, state: State, command: Command) -> int:
    lines = ["Sorting...\nFull Text Search...\n"]
    for name, package in _searched(system, state, command):
        shown = f"{name}/{_pocket(system, package)} {package.version} {architecture(package)}"
        lines.append(f"{shown}\n  {package.about}\n\n")
    system.put("".join(lines))
    return 0


def _found(command: Command, name: str, about: str) -> bool:
    text = name if "names" in command.flags else f"{name} {about}"
    return all(word.lower() in text.lower() for word in command.words)


def _show(system: System, state: State, command: Command) -> int:
    packages = _all_packages(system)
    status = 0
    for word in command.words:
        if word not in packages:
            system.put(f"N: Unable to locate package {word}\n", 2)
            status = 100
            continue
        stanza = dpkg_database.stanza_of(packages[word])
        del stanza["Status"]
        stanza["APT-Sources"] = " ".join(apt_sources.sources(system)[0][:2]) + " Packages"
        system.put(dpkg_database.text_of(stanza) + "\n")
    if status:
        system.put("E: No packages found\n", 2)
    return status


_QUESTIONS: Final[dict[str, Callable[[System, State, Command], int]]] = {
    "list": _list,
    "search": _search,
    "show": _show,
}


@PROGRAMS.program("apt-cache")
def _apt_cache(system: System, argv: tuple[str, ...], state: State) -> int:
    try:
        command = _read(argv)
    except Problem as problem:
        system.put(f"E: {problem}\n", 2)
        return 100
    packages, installed = _all_packages(system), dpkg_database.read_installed(system)
    if command.name == "show":
        return _show(system, state, command)
    if command.name == "search":
        system.put("".join(f"{name} - {item.about}\n" for name, item in _searched(system, state, command)))
    elif command.name == "pkgnames":
        _go_through(system, state)
        system.put("".join(f"{name}\n" for name in sorted({*packages, *installed})))
    elif command.name == "policy":
        for word in command.words:
            there, candidate = apt_install.versions(packages, installed, word)
            if there or candidate:
                system.put(f"{word}:\n  Installed: {there or '(none)'}\n  Candidate: {candidate}\n")
    elif command.name == "depends":
        for word in command.words:
            if word in packages:
                system.put(word + "\n" + "".join(f"  Depends: {name}\n" for name in packages[word].needs))
    else:
        system.put(f"E: Invalid operation {command.name}\n", 2)
        return 100
    return 0


@PROGRAMS.program("apt-mark")
def _apt_mark(system: System, argv: tuple[str, ...], state: State) -> int:
    name, words = (argv[1], argv[2:]) if len(argv) > 1 else ("", ())
    installed, automatic = dpkg_database.read_installed(system), dpkg_database.read_automatic(system)
    if name in ("showmanual", "showauto"):
        shown = [each for each in installed if (each in automatic) == (name == "showauto")]
        system.put("".join(f"{each}\n" for each in shown if not words or each in words))
        return 0
    if name == "showhold":
        return 0
    if name not in ("auto", "manual"):
        system.put(f"E: Invalid operation {name}\n", 2)
        return 100
    there = {word for word in words if word in installed}
    changed = there - automatic if name == "auto" else there & automatic
    dpkg_database.write_automatic(system, automatic | there if name == "auto" else automatic - there)
    how = "automatically" if name == "auto" else "manually"
    system.put("".join(f"{word} set to {how} installed.\n" for word in words if word in changed))
    return 0
