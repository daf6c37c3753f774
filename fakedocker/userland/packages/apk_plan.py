"""What an apk command changes: which packages come and go, in which order, with what it says meanwhile.

Words and order are apk-tools 2.14's. It must not know command lines.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterable, Mapping
from typing import Final, NamedTuple

from fakedocker.kernel import marks
from fakedocker.kernel.program import CREATE, WRITE, System
from fakedocker.userland.inputs import State
from fakedocker.userland.packages import apk_database, index
from fakedocker.userland.packages.accounts import add_system_user
from fakedocker.userland.packages.apk_database import Database, Entry
from fakedocker.userland.packages.apk_repositories import keep
from fakedocker.userland.packages.index import Package
from fakedocker.userland.packages.plan import Action, Plan, Step, download_ns, unpack_ns
from fakedocker.userland.packages.resolve import closure, dependents_first, reachable
from fakedocker.userland.packages.unpack import (
    make_directories,
    paths,
    read_text_or,
    remove_files,
    unpack,
)
from fakedocker.userland.processes.dates import format_date
from fakedocker.userland.tools import stat_or_none

_TRIGGERED: Final = ("/bin", "/sbin", "/usr/bin", "/usr/sbin")
_RELEASE: Final = "3.20"
"""Whose index alpine.toml has."""
_NAME: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9+_.-]*")
_CONSTRAINT: Final = re.compile(r"([^=<>~@]+)(@\w+)?([=<>~]*)(.*)")


class Change(NamedTuple):
    """What is asked for.

    Args:
        add, remove: names, with constraints on versions where wanted.
        virtual: the name of a package to be made that needs those in `add`.
    """

    add: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()
    virtual: str = ""


def name_of(word: str) -> str:
    """The name in a constraint: "curl" of "curl>=8"."""
    match = _CONSTRAINT.fullmatch(word)
    return match[1].lstrip("!") if match else word


def provider(word: str, installed: Database) -> str:
    """The installed package that is meant by a name, "" where there is none."""
    name = name_of(word)
    if name in installed:
        return name
    return next((other for other, entry in installed.items() if name in entry.first("p").split()), "")


def refusal(system: System, pretend: bool) -> Plan:
    """What happens instead of a change when the database cannot be opened for it."""
    if pretend:
        return ()
    try:
        make_directories(system, "/lib/apk/db")
        system.close(system.open("/lib/apk/db/lock", WRITE | CREATE, 0o600))
    except OSError as problem:
        text = f"ERROR: Unable to lock database: {problem.strerror}\nERROR: Failed to open apk database: {problem.strerror}\n"
        return (("warn", text), ("exit", 99))
    return ()


# a change


class _Unsatisfied(Exception):
    """The packages cannot be selected; the message says why."""


def change(system: System, asked: Change, *, available: bool, online: bool, pretend: bool) -> Plan:
    """The plan of a change. Time grows with what it has to install."""
    try:
        installed = apk_database.read_installed(system)
    except OSError as problem:
        return (("warn", f"ERROR: Failed to open apk database: {problem.strerror}\n"), ("exit", 99))
    packages = index.distribution("alpine").packages if available else {}
    world = list(apk_database.read_world(system))
    virtual = _virtual(system, asked)
    lacking = _lacking(asked.add, installed, packages) if available else {}
    asked = asked._replace(add=tuple(word for word in asked.add if word not in lacking))
    if lacking and not asked.add:
        return _ended((), lacking)
    try:
        wanted = _select(asked, installed, packages, virtual)
    except _Unsatisfied as problem:
        return (("warn", f"ERROR: unable to select packages:\n{problem}"), ("exit", 1))
    if asked.virtual:
        world = [word for word in world if name_of(word) != asked.virtual] + [virtual.name]
    else:
        replaced = {name_of(word) for word in asked.add}
        world = [word for word in world if name_of(word) not in replaced] + list(asked.add)
    removed = {name_of(word) for word in asked.remove}
    world = [word for word in world if name_of(word) not in removed]
    coming = _coming(wanted, installed, packages)
    going = _going(world, installed, packages, coming, virtual)
    kept = _kept_anyway(asked, installed, going)
    steps = _steps(coming, going, installed, virtual, online)
    if pretend:
        steps = [step for step in steps if step[0] in ("say", "warn")]
    elif online or not coming:
        steps.append(
            (
                "commit",
                tuple(package.name for package in coming),
                going,
                tuple(world),
                tuple(virtual)[:2],
                virtual.needs,
            )
        )
    total = {name: entry.size_bytes for name, entry in installed.items() if name not in going}
    failed = len(coming) if not online else 0
    if not failed:
        total.update((package.name, package.size_bytes) for package in (*coming, *([virtual] if asked.virtual else [])))
    summary = f"{sum(total.values()) >> 20} MiB in {len(total)} packages\n"
    if failed:
        plural = "s" if failed > 1 else ""
        return (*steps, ("warn", f"{failed} error{plural}; {summary}"), ("exit", failed))
    noted = _borrowed(system) if coming else ()
    return _ended((*noted, *kept, *steps, ("say", f"OK: {summary}")), lacking)


def _borrowed(system: System) -> Plan:
    """A note where the index that there is stands for that of another release."""
    found = re.search(r"^VERSION_ID=\"?(\d+\.\d+)", read_text_or(system, "/etc/os-release"), re.MULTILINE)
    release = found[1] if found is not None else ""
    if release in ("", _RELEASE):
        return ()
    return (("note", f"the index of Alpine {release}, for which that of {_RELEASE} stands,", marks.FILE),)


def _ended(steps: Plan, lacking: Mapping[str, str]) -> Plan:
    """The plan of the rest, where something is lacking: apk ends with how many things have gone wrong."""
    if not lacking:
        return steps
    said: Plan = tuple(("lack", what, marks.PACKAGE) for what in lacking.values())
    return (*said, *steps, ("exit", min(len(lacking), 99)))


def _lacking(words: Iterable[str], installed: Database, packages: Mapping[str, Package]) -> dict[str, str]:
    """What may exist of what is asked for, and is not known here: Alpine's index is not at hand."""
    provided = _provided(packages)
    found = {}
    for word in words:
        name = name_of(word)
        known = provider(word, installed) or (name if name in packages else provided.get(name, ""))
        if not known and _NAME.fullmatch(name) is not None:
            found[word] = f"the package {name}"
        elif known and known not in installed and not _satisfies(word, packages[known].version):
            found[word] = f"the version {word} (known is {packages[known].version})"
    return found


def _provided(packages: Mapping[str, Package]) -> dict[str, str]:
    return {other: name for name, package in packages.items() for other in package.details.get("provides", "").split()}


def _virtual(system: System, asked: Change) -> Package:
    stamp = format_date("%Y%m%d.%H%M%S", system.now_ns // 1_000_000_000)
    name, _, version = asked.virtual.partition("=")
    return Package(
        name, version or stamp, 0, 0, tuple(name_of(word) for word in asked.add), about="virtual meta package"
    )


def _select(asked: Change, installed: Database, packages: Mapping[str, Package], virtual: Package) -> list[str]:
    """The names meant by what is to be added. Raises _Unsatisfied."""
    provided = _provided(packages)
    by = f"{virtual.name}-{virtual.version}" if asked.virtual else "world"
    names, problems = [], []
    for word in asked.add:
        name = name_of(word)
        found = provider(word, installed) or (name if name in packages else provided.get(name, ""))
        if not found:
            problems.append(f"  {name} (no such package):\n    required by: {by}[{word}]\n")
            continue
        version = installed[found].version if found in installed else packages[found].version
        if not _satisfies(word, version):
            problems.append(f"  {found}-{version}:\n    breaks: {by}[{word}]\n")
        names.append(found)
    if problems:
        raise _Unsatisfied("".join(sorted(problems)))
    return names


def _satisfies(word: str, version: str) -> bool:
    """Whether a version is what a constraint demands."""
    match = _CONSTRAINT.fullmatch(word)
    if match is None or not match[3]:
        return True
    operator, bound = match[3], match[4]
    if "~" in operator:
        return version == bound or re.match(re.escape(bound) + r"[.\-_]", version) is not None
    own, other = _comparable(version), _comparable(bound)
    return ("=" in operator and own == other) or (">" in operator and own > other) or ("<" in operator and own < other)


def _comparable(version: str) -> tuple[int, ...]:
    return tuple(int(digits) for digits in re.findall(r"\d+", version.partition("-r")[0])) + tuple(
        int(digits) for digits in re.findall(r"-r(\d+)", version)
    )


def _coming(wanted: Iterable[str], installed: Database, packages: Mapping[str, Package]) -> tuple[Package, ...]:
    """What is to be installed, each after what it needs; what comes along with a package right after it."""
    order: dict[str, None] = {}
    for name in closure(wanted, lambda name: packages[name].needs if name in packages else (), installed):
        for other in (name, *packages[name].details.get("with", "").split()):
            order[other] = None
    return tuple(packages[name] for name in order)


def _going(
    world: Iterable[str],
    installed: Database,
    packages: Mapping[str, Package],
    coming: Iterable[Package],
    virtual: Package,
) -> tuple[str, ...]:
    """What nobody needs any more, each before what it needs."""
    known = index.distribution("alpine")
    needs = {name: entry.needs for name, entry in installed.items()}
    needs |= {package.name: package.needs for package in coming} | {virtual.name: virtual.needs}
    for name in needs:
        along = known.packages[name].details.get("with", "") if name in known.packages else ""
        needs[name] = (*needs[name], *along.split())
    roots = [provider(word, installed) or name_of(word) for word in world]
    roots += [next((name for name in needs if name == name_of(word)), "") for word in world]
    alive = reachable([*roots, *known.base], _by_provider(needs, installed))
    return dependents_first((name for name in installed if name not in alive), lambda name: installed[name].needs)


def _by_provider(needs: Mapping[str, tuple[str, ...]], installed: Database) -> dict[str, tuple[str, ...]]:
    return {
        name: tuple(other if other in needs else provider(other, installed) for other in others)
        for name, others in needs.items()
    }


def _kept_anyway(asked: Change, installed: Database, going: Collection[str]) -> Plan:
    """What apk says of packages that were to be removed, but are needed."""
    kept = [name_of(word) for word in asked.remove if name_of(word) in installed and name_of(word) not in going]
    if not kept:
        return ()
    lines = []
    for name in kept:
        users = sorted(other for other, entry in installed.items() if name in entry.needs)
        shown = " ".join(f"{user}-{installed[user].version}[{name}]" for user in users)
        lines.append(f"  {name}: {shown}\n" if users else f"  {name}:\n")
    return (("say", "World updated, but the following packages are not removed due to:\n" + "".join(lines) + "\n"),)


def _steps(
    coming: tuple[Package, ...], going: tuple[str, ...], installed: Database, virtual: Package, online: bool
) -> list[Step]:
    """Installing and purging, a step at a time, and the triggers."""
    count = len(coming) + len(going) + bool(virtual.name)
    steps: list[Step] = []
    place = 0

    def counted(text: str) -> None:
        nonlocal place
        place += 1
        steps.append(("say", f"({place}/{count}) {text}\n"))

    for name in going:
        counted(f"Purging {name} ({installed[name].version})")
        steps.append(("remove", name))
    for package in coming:
        counted(f"Installing {package.name} ({package.version})")
        if not online:
            steps.append(("wait", 5_000_000_000))
            steps.append(("warn", f"ERROR: {package.name}-{package.version}: temporary error (try again later)\n"))
            continue
        steps.append(("wait", download_ns(package.download_bytes) + unpack_ns(package.size_bytes)))
        steps += [("install", package.name), *_scripts(package)]
    if virtual.name:
        counted(f"Installing {virtual.name} ({virtual.version})")
    return steps + _triggers(coming if online else (), going, installed)


def _scripts(package: Package) -> list[Step]:
    said = "".join(
        f"Executing {package.name}-{package.version}.{script}\n"
        for script in package.details.get("scripts", "").split()
    )
    return [("say", said + package.details.get("note", ""))] if said else []


def _triggers(coming: Iterable[Package], going: Iterable[str], installed: Database) -> list[Step]:
    """busybox looks whether applets came free, ca-certificates makes its bundle anew."""
    changed = {posixpath.dirname(path) for package in coming for path in paths(package)}
    changed |= {posixpath.dirname(path) for name in going for path in installed[name].files}
    texts = []
    if changed.intersection(_TRIGGERED) and "busybox" in installed:
        texts.append(f"Executing busybox-{installed['busybox'].version}.trigger\n")
    texts += [
        f"Executing {package.name}-{package.version}.trigger\n" for package in coming if package.details.get("trigger")
    ]
    return [("say", "".join(texts))] if texts else []


# carrying it out


def _install(system: System, state: State, name: str) -> int | None:
    package = index.distribution("alpine").packages[name]
    try:
        unpack(system, package)
    except OSError as problem:
        system.put(f"ERROR: {name}-{package.version}: failed to extract: {problem.strerror}\n", 2)
        return 1
    directories = package.details.get("directories", "").split()
    for directory in directories:
        make_directories(system, directory)
    if user := package.details.get("user"):
        uid, gid = add_system_user(system, user, "/sbin/nologin", f"/var/lib/{user}")
        for directory in directories:
            system.change_owner(directory, uid, gid)
    return None


def _remove(system: System, state: State, name: str) -> None:
    entry = apk_database.read_installed(system).get(name)
    if entry is not None:
        remove_files(system, entry.files)
    package = index.distribution("alpine").packages.get(name)
    for path in package.details.get("applets", "").split() if package is not None else ():
        if stat_or_none(system, path, follow=False) is None:
            system.symlink("/bin/busybox", path)


def _commit(
    system: System,
    state: State,
    coming: tuple[str, ...],
    going: tuple[str, ...],
    world: tuple[str, ...],
    virtual: tuple[str, str],
    virtual_needs: tuple[str, ...],
) -> None:
    installed = apk_database.read_installed(system)
    for name in going:
        installed.pop(name, None)
    packages = index.distribution("alpine").packages
    for name in coming:
        installed[name] = apk_database.entry_of(packages[name], paths(packages[name]))
    if virtual[0]:
        needs = " ".join(virtual_needs)
        lines = (("P", virtual[0]), ("V", virtual[1]), ("A", "noarch"), ("T", "virtual meta package"), ("D", needs))
        installed[virtual[0]] = Entry(lines)
    if coming or going or virtual[0]:
        apk_database.write_installed(system, installed)
    apk_database.write_world(system, world)


ACTIONS: Final[dict[str, Action]] = {"commit": _commit, "install": _install, "keep": keep, "remove": _remove}
