"""What apt changes: which packages come and go, and all that apt and dpkg say meanwhile.

A change is decided here and carried out as a plan. Words are those of apt 2.6 and dpkg 1.21. It must not know command
lines.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from fakedocker.kernel.program import System
from fakedocker.userland.inputs import State, text_of
from fakedocker.userland.packages import dpkg_database
from fakedocker.userland.packages.accounts import add_system_user
from fakedocker.userland.packages.apt_sources import Source, fetched_line, human, keep, sources, unresolved
from fakedocker.userland.packages.dpkg_database import Database, architecture, shown_name
from fakedocker.userland.packages.index import Index, Package
from fakedocker.userland.packages.plan import Action, Plan, Step, download_ns, unpack_ns
from fakedocker.userland.packages.resolve import closure, dependents_first, reachable
from fakedocker.userland.packages.unpack import make_directories, paths, remove_files, unpack

_WIDTH: Final = 80


class Change(NamedTuple):
    """What has been decided: all names sorted but `coming` (each after what it needs) and `going` (each before)."""

    coming: tuple[Package, ...] = ()
    going: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()
    unneeded: tuple[str, ...] = ()
    """What nobody needs any more afterwards."""
    purge: bool = False
    recommends: bool = True


class Options(NamedTuple):
    """How it is to be done."""

    quiet: int = 0
    yes: bool = False
    pretend: bool = False
    download_only: bool = False


def install(names: Sequence[str], known: Index, installed: Database, recommends: bool) -> Change:
    """The change that installing means. Every name must be known or installed."""

    def needs(name: str) -> tuple[str, ...]:
        package = known.packages.get(name)
        if package is None:
            return ()
        return package.needs + (package.recommends if recommends else ())

    order = closure([name for name in names if name not in installed], needs, installed)
    return Change(tuple(known.packages[name] for name in order), asked=tuple(names), recommends=recommends)


def remove(
    names: Iterable[str], installed: Database, automatic: set[str], purge: bool, sweep: bool, known: Index
) -> Change:
    """The change that removing means: what depends on it goes too.

    Args:
        sweep: take away what nobody needs any more.
    """
    needs = {name: dpkg_database.dependencies(stanza) for name, stanza in installed.items()}
    gone = {name for name in names if name in installed}
    while more := {name for name, others in needs.items() if name not in gone and gone.intersection(others)}:
        gone |= more
    left = {
        name: (*others, *dpkg_database.dependencies(installed[name], "Recommends"))
        for name, others in needs.items()
        if name not in gone
    }
    alive = reachable([name for name in left if name not in automatic], left)
    unneeded = tuple(sorted(name for name in left if name not in alive and name not in known.base))
    if sweep:
        gone |= set(unneeded)
        unneeded = ()
    going = dependents_first(sorted(gone), lambda name: needs[name])
    return Change(going=going, asked=tuple(names), unneeded=unneeded, purge=purge)


# what is said before


def listing(change: Change, installed: Database) -> str:
    """The lists of packages, from "The following additional packages" to the line of counts."""
    coming = sorted(package.name for package in change.coming)
    text = ""
    if change.unneeded:
        many = len(change.unneeded) > 1
        text += (
            f"The following package{'s were' if many else ' was'} automatically installed and "
            f"{'are' if many else 'is'} no longer required:\n{columns(change.unneeded)}"
            f"Use 'apt autoremove' to remove {'them' if many else 'it'}.\n"
        )
    if extra := [name for name in coming if name not in change.asked]:
        text += f"The following additional packages will be installed:\n{columns(extra)}"
    there = {*coming, *installed}
    for title, field in (("Suggested", "suggests"), ("Recommended", "recommends")):
        offered = sorted({name for package in change.coming for name in getattr(package, field)} - there)
        if offered:
            text += f"{title} packages:\n{columns(offered)}"
    if change.going:
        star = "*" if change.purge else ""
        text += f"The following packages will be REMOVED:\n{columns(f'{name}{star}' for name in sorted(change.going))}"
    if coming:
        text += f"The following NEW packages will be installed:\n{columns(coming)}"
    return text + f"0 upgraded, {len(coming)} newly installed, {len(change.going)} to remove and 0 not upgraded.\n"


def columns(names: Iterable[str]) -> str:
    """Names in lines of at most 80 columns, indented by two."""
    lines, line = [], " "
    for name in names:
        if len(line) + 1 + len(name) >= _WIDTH and line != " ":
            lines.append(line)
            line = " "
        line += f" {name}"
    return "".join(f"{line}\n" for line in [*lines, line])


def _installed_bytes(known: Index, stanza: Mapping[str, str], name: str) -> int:
    """What an installed package takes up."""
    package = known.packages.get(name)
    if package is not None and package.version == stanza.get("Version"):
        return package.size_bytes
    return int(stanza.get("Installed-Size", "0")) * 1024


def sizes(change: Change, installed: Database, known: Index) -> str:
    """How much is fetched, and what the disk will hold more or less."""
    text = ""
    if change.coming:
        text = f"Need to get {human(sum(package.download_bytes for package in change.coming))}B of archives.\n"
    freed = sum(_installed_bytes(known, installed[name], name) for name in change.going)
    grown = sum(package.size_bytes for package in change.coming) - freed
    end = "of additional disk space will be used" if grown >= 0 else "disk space will be freed"
    return f"{text}After this operation, {human(abs(grown))}B {end}.\n"


# the plan


def plan(system: System, change: Change, installed: Database, options: Options, online: bool) -> Plan:
    """The plan of a change."""
    if not change.coming and not change.going:
        return _said(options, listing(change, installed))
    steps: list[Step] = [*_said(options, listing(change, installed))]
    if options.pretend:
        return (*steps, *_simulation(change, installed))
    steps += _said(options, sizes(change, installed, dpkg_database.packages_of(system)))
    asked_only = not change.going and all(package.name in change.asked for package in change.coming)
    if not options.yes and not asked_only:
        steps.append(("ask",))
    steps += _fetching(system, change, options, online)
    if options.download_only or any(step[0] == "exit" for step in steps):
        return tuple(steps)
    count = 4_000 + 23 * len(installed)
    steps += _removing(change, installed, count, options.quiet)
    steps += _unpacking(change, count, options.quiet)
    steps += _configuring(change, known_libc(installed))
    return tuple(steps)


def known_libc(installed: Database) -> str:
    """The version of libc-bin, "" where it is not installed."""
    return installed["libc-bin"].get("Version", "") if "libc-bin" in installed else ""


def _said(options: Options, text: str) -> Plan:
    return () if options.quiet > 1 else (("say", text),)


def _simulation(change: Change, installed: Database) -> Plan:
    lines = [f"Remv {name} [{installed[name].get('Version', '')}]\n" for name in change.going]
    lines += [f"Inst {package.name} ({package.version} [{architecture(package)}])\n" for package in change.coming]
    lines += [f"Conf {package.name} ({package.version} [{architecture(package)}])\n" for package in change.coming]
    return (("say", "".join(lines)),)


def _fetching(system: System, change: Change, options: Options, online: bool) -> list[Step]:
    steps: list[Step] = []
    total = duration_ns = 0
    failures = []
    for place, package in enumerate(change.coming, 1):
        source, component = origin(sources(system), package)
        title = (
            f"{source.url} {source.suite}/{component} amd64 {package.name} {architecture(package)} {package.version}"
        )
        if not online:
            failures.append((place, title, source, component, package))
            continue
        wait_ns = download_ns(package.download_bytes)
        total, duration_ns = total + package.download_bytes, duration_ns + wait_ns
        steps += [*_said(options, f"Get:{place} {title} [{human(package.download_bytes)}B]\n"), ("wait", wait_ns)]
    if failures:
        return _not_fetched(failures)
    if change.coming:
        if any(package.details.get("debconf") for package in change.coming):
            steps.append(("warn", "debconf: delaying package configuration, since apt-utils is not installed\n"))
        steps += _said(options, fetched_line(total, duration_ns))
    return steps


def _not_fetched(failures: list[tuple[int, str, Source, str, Package]]) -> list[Step]:
    steps: list[Step] = []
    for second in (1, 2, 4):
        steps.append(("say", "".join(f"Ign:{place} {title}\n" for place, title, *_ in failures)))
        steps.append(("wait", second * 1_000_000_000))
    errors = ""
    for place, title, source, component, package in failures:
        why = unresolved(source.host, False)
        steps.append(("say", f"Err:{place} {title}\n  {why}\n"))
        letter = package.name[:4] if package.name.startswith("lib") else package.name[0]
        url = f"{source.url}/pool/{component}/{letter}/{package.name}/{archive_name(package)}"
        errors += f"E: Failed to fetch {url}  {why}\n"
    tail = "E: Unable to fetch some archives, maybe run apt-get update or try with --fix-missing?\n"
    return [*steps, ("warn", errors + tail), ("exit", 100)]


def origin(found: Sequence[Source], package: Package) -> tuple[Source, str]:
    """The source that has a package, and the component."""
    component = "universe" if package.details.get("universe") and _has(found, "universe") else "main"
    updated = re.search(r"ubuntu\d[\d.]*\.\d", package.version) is not None
    for source in found:
        if component in source.components and source.suite.endswith("-updates") == updated:
            return source, component
    return found[0] if found else Source("http://deb.debian.org/debian", "bookworm", ("main",)), component


def _has(found: Sequence[Source], component: str) -> bool:
    return any(component in source.components for source in found)


def archive_name(package: Package) -> str:
    """curl_7.88.1-10+deb12u7_amd64.deb."""
    return f"{package.name}_{package.version.replace(':', '%3a')}_{architecture(package)}.deb"


def _reading(count: int, quiet: int) -> str:
    """What dpkg says while it reads its lists; with -qq it has no terminal of apt's making to count on."""
    shown = "" if quiet > 1 else "".join(f"\r(Reading database ... {percent}%" for percent in range(5, 101, 5)) + "\r"
    if not shown:
        return f"(Reading database ... {count} files and directories currently installed.)\n"
    return f"(Reading database ... {shown}(Reading database ... {count} files and directories currently installed.)\n"


def _removing(change: Change, installed: Database, count: int, quiet: int) -> list[Step]:
    if not change.going:
        return []
    steps: list[Step] = [("say", _reading(count, quiet))]
    for name in change.going:
        version = installed[name].get("Version", "")
        steps += [
            ("say", f"Removing {name} ({version}) ...\n"),
            ("wait", 30_000_000),
            ("remove", name),
        ]
    if change.purge:
        steps += [
            ("say", f"Purging configuration files for {name} ({installed[name].get('Version', '')}) ...\n")
            for name in change.going
            if installed[name].get("Section") in ("web", "httpd", "database", "admin")
        ]
    return steps


def _unpacking(change: Change, count: int, quiet: int) -> list[Step]:
    steps: list[Step] = []
    width = len(str(len(change.coming) - 1))
    for place, package in enumerate(change.coming):
        prefix = f"{place:0{width}}-" if len(change.coming) > 1 else ""
        text = f"Selecting previously unselected package {shown_name(package)}.\n"
        if not place:
            text += _reading(count, quiet)
        text += f"Preparing to unpack .../{prefix}{archive_name(package)} ...\n"
        text += f"Unpacking {shown_name(package)} ({package.version}) ...\n"
        steps += [("say", text), ("wait", unpack_ns(package.size_bytes)), ("unpack", package.name)]
    return steps


def _configuring(change: Change, libc_version: str) -> list[Step]:
    steps: list[Step] = []
    for package in change.coming:
        text = f"Setting up {shown_name(package)} ({package.version}) ...\n" + package.details.get("configure", "")
        steps += [
            ("say", text),
            ("wait", 20_000_000),
            ("configure", package.name, package.name not in change.asked),
        ]
    if libc_version and any(package.name.startswith("lib") for package in change.coming):
        steps.append(("say", f"Processing triggers for libc-bin ({libc_version}) ...\n"))
    steps += [
        ("say", f"Processing triggers for {package.name} ({package.version}) ...\n{package.details['trigger']}")
        for package in change.coming
        if "trigger" in package.details
    ]
    return steps


# carrying it out


def _ask(system: System, state: State) -> int | None:
    if "asked" not in state:
        state["asked"] = True
        system.put("Do you want to continue? [Y/n] ")
    if not system.is_terminal(0):
        system.put("Abort.\n")
        return 1
    answer = text_of(system.read(0)).strip().lower()
    if answer in ("", "y", "yes"):
        return None
    system.put("Abort.\n")
    return 1


def _unpack(system: System, state: State, name: str) -> int | None:
    package = dpkg_database.packages_of(system).packages[name]
    try:
        unpack(system, package)
    except OSError as problem:
        archive = f"/var/cache/apt/archives/{archive_name(package)}"
        system.put(
            f"dpkg: error processing archive {archive} (--unpack):\n cannot copy extracted data: {problem.strerror}\n"
            f"Errors were encountered while processing:\n {archive}\nE: Sub-process /usr/bin/dpkg returned an error code (1)\n",
            2,
        )
        return 100
    dpkg_database.write_list(system, shown_name(package), paths(package))
    return None


def _configure(system: System, state: State, name: str, automatic: bool) -> None:
    package = dpkg_database.packages_of(system).packages[name]
    directories = package.details.get("directories", "").split()
    for directory in directories:
        make_directories(system, directory)
    if user := package.details.get("user"):
        uid, gid = add_system_user(system, user, "/usr/sbin/nologin", f"/var/lib/{user}")
        for directory in directories:
            system.change_owner(directory, uid, gid)
    dpkg_database.add_installed(system, dpkg_database.stanza_of(package))
    if automatic:
        dpkg_database.add_automatic(system, name)


def _remove(system: System, state: State, name: str) -> None:
    installed = dpkg_database.read_installed(system)
    listed = dpkg_database.read_list(system, name)
    directories = {path.rpartition("/")[0] for path in listed}
    remove_files(system, [path for path in listed if path not in directories and path != "/."])
    remove_files(system, [f"{dpkg_database.INFO}/{name}.list", f"{dpkg_database.INFO}/{name}:amd64.list"])
    installed.pop(name, None)
    dpkg_database.write_installed(system, installed)
    automatic = dpkg_database.read_automatic(system)
    if name in automatic:
        dpkg_database.write_automatic(system, automatic - {name})


def _mark(system: System, state: State, names: tuple[str, ...], automatic: bool) -> None:
    before = dpkg_database.read_automatic(system)
    dpkg_database.write_automatic(system, before | set(names) if automatic else before - set(names))
    if not automatic:
        system.put("".join(f"{name} set to manually installed.\n" for name in names))


def versions(known: Mapping[str, Package], installed: Database, name: str) -> tuple[str, str]:
    """(installed, candidate) versions of a package, "" where there is none."""
    candidate = known[name].version if name in known else ""
    there = installed[name].get("Version", "") if name in installed else ""
    return there, candidate or there


ACTIONS: Final[dict[str, Action]] = {
    "ask": _ask,
    "configure": _configure,
    "keep": keep,
    "mark": _mark,
    "remove": _remove,
    "unpack": _unpack,
}
