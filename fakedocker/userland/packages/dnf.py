"""dnf, yum and microdnf: what they install, remove and say on Enterprise Linux 9.

Wording of dnf 4.14 and microdnf 3.9, at a width of 80 columns, as both print where there is no terminal. The index is that of Enterprise Linux 9
(rpm_database), and no whole one: of a name that it does not have nothing is known. What a package depends on is not in it, so what is told of a
transaction has only the packages that were asked for; a mark says so. On every other release and distribution installing is refused.
"""

from __future__ import annotations

import re
from typing import Final

from msgspec import Struct

from fakedocker.kernel import marks
from fakedocker.kernel.program import System, Unsimulated
from fakedocker.userland.inputs import State
from fakedocker.userland.packages import rpm_database
from fakedocker.userland.packages.plan import Plan, Step, download_ns, follow, is_online, unpack_ns
from fakedocker.userland.packages.rpm_database import RpmPackage
from fakedocker.userland.packages.unpack import make_directories, remove_files, remove_tree, unpack
from fakedocker.userland.processes.dates import format_date
from fakedocker.userland.tools import Register

PROGRAMS = Register()
_CACHE: Final = "/var/cache/dnf"
_REPOSITORIES: Final = ("appstream", "baseos", "extras")
_WIDTH: Final = 80
_METADATA_NS: Final = 2_000_000_000
_VALUES: Final = frozenset(
    "--setopt --enablerepo --disablerepo --repo --repoid --releasever --exclude -x --installroot --disableplugin --enableplugin -c --config -d -e".split()
)
"""Options that take a value, with = or as the next word."""
_FLAGS: Final = frozenset(
    "-y --assumeyes -q --quiet -v --verbose --nodocs --allowerasing --best --nobest --refresh --nogpgcheck --skip-broken --noplugins -b"
    " --noautoremove -C --cacheonly --obsoletes".split()
)
_UPDATES: Final = frozenset(("update", "upgrade", "upgrade-minimal", "update-minimal", "distro-sync"))
_REMOVES: Final = frozenset(("remove", "erase", "rm"))


class Command(Struct, frozen=True):
    """A command line: what is to be done with which packages."""

    program: str
    name: str
    words: tuple[str, ...]
    flags: frozenset[str]

    @property
    def is_small(self) -> bool:
        return self.program == "microdnf"

    @property
    def says_yes(self) -> bool:
        return bool(self.flags & {"-y", "--assumeyes"}) or "assumeyes=1" in self.flags


@PROGRAMS.program("dnf", "microdnf", "yum")
def _dnf(system: System, argv: tuple[str, ...], state: State) -> int:
    command = _parse(argv)
    if command.name == "clean":
        return _clean(system, command)
    if command.name not in ("install", "makecache", *_UPDATES, *_REMOVES):
        raise Unsimulated(" ".join((command.program, command.name)).strip())
    if system.uid:
        if command.is_small:
            raise Unsimulated("being run by others than root")
        system.put(
            "Error: This command has to be run with superuser privileges (under the root user on most systems).\n", 2
        )
        return 1
    return follow(
        system, state, lambda: _plan(system, command), {"install": _install, "remove": _remove, "cache": _keep_cache}
    )


def _parse(argv: tuple[str, ...]) -> Command:
    words: list[str] = []
    flags: set[str] = set()
    rest = list(argv[1:])
    while rest:
        word = rest.pop(0)
        name, equals, value = word.partition("=")
        if name == "--installroot":
            raise Unsimulated("the option --installroot")
        if name in _VALUES:
            flags.add(value if equals else rest.pop(0) if rest else "")
        elif word in _FLAGS:
            flags.add(word)
        elif re.fullmatch(r"-[yqvbC]{2,}", word):
            flags |= {f"-{letter}" for letter in word[1:]}
        elif word.startswith("-"):
            raise Unsimulated(f"the option {name}")
        else:
            words.append(word)
    return Command(argv[0].rpartition("/")[2], words[0] if words else "", tuple(words[1:]), frozenset(flags))


def _plan(system: System, command: Command) -> Plan:
    if command.name in _REMOVES:
        return _removing(system, command)
    facts = rpm_database.os_release(system)
    if facts.get("PLATFORM_ID") != rpm_database.KNOWN_PLATFORM:
        raise Unsimulated(f"the index of {facts.get('PRETTY_NAME', 'this system')}", why=marks.PACKAGE)
    if not is_online(system):
        said = "Cannot download repomd.xml: Cannot download repodata/repomd.xml: All mirrors were tried"
        if command.is_small:
            return (
                ("say", "Downloading metadata...\n"),
                ("warn", f"error: cannot update repo 'baseos': {said}\n"),
                ("exit", 1),
            )
        return (("warn", f"Error: Failed to download metadata for repo 'baseos': {said}\n"), ("exit", 1))
    reading: Plan = (("wait", _METADATA_NS), ("cache",), *_told_of_metadata(system, command))
    if command.name == "makecache":
        return (*reading, ("say", "Metadata cache created.\n"))
    if command.name in _UPDATES and not command.words:
        note: Step = ("note", "which packages have newer versions", marks.PACKAGE)
        return (
            *reading,
            note,
            ("say", "Nothing to do.\n" if command.is_small else "Dependencies resolved.\nNothing to do.\nComplete!\n"),
        )
    return (*reading, *_installing(system, command))


def _told_of_metadata(system: System, command: Command) -> Plan:
    if command.flags & {"-q", "--quiet"}:
        return ()
    if command.is_small:
        return tuple(("say", "Downloading metadata...\n") for _ in _REPOSITORIES[:2])
    at = format_date("%a %b %e %H:%M:%S %Y", system.now_ns // 1_000_000_000)
    return (("say", f"Last metadata expiration check: 0:00:01 ago on {at}.\n"),)


# installing


def _installing(system: System, command: Command) -> Plan:
    known, installed = rpm_database.known(), rpm_database.read_installed(system)
    steps: list[Step] = []
    coming: list[RpmPackage] = []
    for word in dict.fromkeys(command.words):
        found = known.get(word) or known.get(re.sub(r"\.(?:x86_64|noarch)$", "", word))
        if found is None:
            steps.append(("lack", *_unknown(word)))
        elif found.name in installed:
            steps.append(("say", f"Package {found.label} is already installed.\n"))
        elif found not in coming:
            coming.append(found)
    if any(step[0] == "lack" for step in steps):
        return (*steps, ("exit", 1))
    if not coming:
        return (
            *steps,
            ("say", "Nothing to do.\n" if command.is_small else "Dependencies resolved.\nNothing to do.\nComplete!\n"),
        )
    if not command.says_yes and not command.is_small:
        return (*steps, ("say", f"{_table(coming)}Is this ok [y/N]: "), ("warn", "Operation aborted.\n"), ("exit", 1))
    steps += [("note", f"what {package.name} depends on", marks.PACKAGE) for package in coming]
    told = _small_words(coming) if command.is_small else _words(coming)
    quiet = bool(command.flags & {"-q", "--quiet"})
    for text, step in told:
        steps += [("say", text)] if text and not quiet else []
        steps += [step] if step is not None else []
    return tuple(steps)


def _unknown(word: str) -> tuple[str, str]:
    if web := re.match(r"https?://([^/:]+)", word):
        return f"the host {web[1]}", marks.HOST
    if word.startswith("@"):
        return f"the group {word[1:]}", marks.PACKAGE
    if word.endswith(".rpm") or "/" in word:
        return f"installing the file {word}", marks.FEATURE
    return f"the package {word}", marks.PACKAGE


_Told = list[tuple[str, "Step | None"]]


def _words(coming: list[RpmPackage]) -> _Told:
    """What dnf says, and does, in order."""
    total = sum(package.size_bytes for package in coming)
    count = len(coming)
    told: _Told = [(_table(coming) + f"Total download size: {_size(total)}\nDownloading Packages:\n", None)]
    for number, package in enumerate(coming, 1):
        head = f"({number}/{count}): " if count > 1 else ""
        told.append(("", ("wait", download_ns(package.size_bytes))))
        told.append((_download(f"{head}{package.plain_label}.rpm", package.size_bytes), None))
    told.append((f"{'-' * _WIDTH}\n{_download('Total', total)}", None))
    told.append(
        (
            "Running transaction check\nTransaction check succeeded.\nRunning transaction test\nTransaction test succeeded.\nRunning transaction\n",
            None,
        )
    )
    told.append((_step("Preparing", "", 1, 1), None))
    for number, package in enumerate(coming, 1):
        told += [("", ("wait", unpack_ns(package.size_bytes))), ("", ("install", package.name))]
        told.append((_step("Installing", package.label, number, count), None))
    for number, package in enumerate(sorted(coming), 1):
        told.append((_step("Verifying", package.label, number, count), None))
    names = "".join(f"  {package.label:<{_WIDTH - 2}}\n" for package in sorted(coming))
    told.append((f"\nInstalled:\n{names}\nComplete!\n", None))
    return told


def _table(coming: list[RpmPackage]) -> str:
    line = "=" * _WIDTH
    cells = [
        (package.name, package.architecture, package.version, package.repository, _size(package.size_bytes))
        for package in coming
    ]
    rows = [("Package", "Arch", "Version", "Repository", "Size"), *cells]
    widths = [max(len(row[column]) for row in rows) for column in range(5)]
    widths[0] += max(_WIDTH - sum(widths) - 6, 0)
    shown = [
        f" {row[0]:<{widths[0]}} {row[1]:<{widths[1]}} {row[2]:<{widths[2]}} {row[3]:<{widths[3]}} {row[4]:>{widths[4]}}"
        for row in rows
    ]
    count = f"Install  {len(coming)} Package{'s' * (len(coming) > 1)}"
    return "\n".join(
        (
            "Dependencies resolved.",
            line,
            shown[0],
            line,
            "Installing:",
            *shown[1:],
            "",
            "Transaction Summary",
            line,
            count,
            "",
            "",
        )
    )


def _download(what: str, size_bytes: int) -> str:
    """A line of a finished download, whose speed is always the same here."""
    return f"{what:<{_WIDTH - 36}.{_WIDTH - 36}} {'12 MB/s':>9} | {_rate(size_bytes):>7} {'00:00':>9}    \n"


def _step(what: str, package: str, number: int, count: int) -> str:
    place = f"{number}/{count}"
    return f"  {what:<16} : {package:<{_WIDTH - 22 - len(place)}.{_WIDTH - 22 - len(place)}}{place} \n"


def _size(size_bytes: int) -> str:
    """As dnf shows sizes: 50 k, 1.3 M (dnf.cli.format.format_number)."""
    value = float(size_bytes)
    for unit in ("", "k", "M", "G"):
        if value < 999:
            return f"{value:.1f} {unit}" if unit and value < 9.95 else f"{value:.0f} {unit}".rstrip()
        value /= 1024
    return f"{value:.0f} T"


def _rate(size_bytes: int) -> str:
    shown = _size(size_bytes)
    return (
        f"{shown[:-1]}{'kB' if shown.endswith('k') else shown[-1] + 'B' if shown[-1].isalpha() else shown[-1] + ' B'}"
    )


def _small_words(coming: list[RpmPackage]) -> _Told:
    """What microdnf says, and does, in order."""
    head = f"{'Package':<{_WIDTH - 49}}{'Repository':<30}{'Size':>4}\nInstalling:\n"
    rows = "".join(
        f" {package.label:<{_WIDTH - 50}}{f'{package.repository}':<24}{_small_size(package.size_bytes):>10}\n"
        for package in coming
    )
    zeros = "".join(
        f" {what + ':':<18}{0:>2} packages\n"
        for what in ("Reinstalling", "Upgrading", "Obsoleting", "Removing", "Downgrading")
    )
    told: _Told = [
        (
            f"{head}{rows}Transaction Summary:\n {'Installing:':<18}{len(coming):>2} packages\n{zeros}Downloading packages...\n",
            None,
        )
    ]
    told += [("", ("wait", download_ns(package.size_bytes))) for package in coming]
    told.append(("Running transaction test...\n", None))
    for package in coming:
        version = f"{package.name};{package.version};{package.architecture};{package.repository}"
        told += [(f"Installing: {version}\n", ("wait", unpack_ns(package.size_bytes))), ("", ("install", package.name))]
    told.append(("Complete.\n", None))
    return told


def _small_size(size_bytes: int) -> str:
    """As GLib shows sizes (g_format_size)."""
    if size_bytes < 1000:
        return f"{size_bytes} bytes"
    return f"{size_bytes / 1e3:.1f} kB" if size_bytes < 1_000_000 else f"{size_bytes / 1e6:.1f} MB"


def _install(system: System, state: State, name: str) -> int | None:
    package = rpm_database.known()[name]
    try:
        unpack(system, package.contents)
        installed = rpm_database.read_installed(system)
        rpm_database.write_installed(system, {**installed, name: (package.version, package.architecture)})
    except OSError as problem:
        system.put(f"Error: Transaction failed: {problem.strerror}\n", 2)
        return 1
    return None


# removing and cleaning


def _removing(system: System, command: Command) -> Plan:
    installed = rpm_database.read_installed(system)
    for word in command.words:
        if word not in installed:
            raise Unsimulated(f"whether the image has the package {word}", why=marks.PACKAGE)
    names = tuple(command.words)
    labels = "".join(f"  {name}-{installed[name][0]}.{installed[name][1]}\n" for name in names)
    done = "Complete.\n" if command.is_small else f"\nRemoved:\n{labels}\nComplete!\n"
    return (("remove", names), ("say", done))


def _remove(system: System, state: State, names: tuple[str, ...]) -> int | None:
    installed, known = rpm_database.read_installed(system), rpm_database.known()
    for name in names:
        if name in known:
            remove_files(system, [path for path, *_ in known[name].programs])
        installed.pop(name, None)
    rpm_database.write_installed(system, installed)
    return None


def _keep_cache(system: System, state: State) -> int | None:
    """Metadata as it lies there after a download."""
    try:
        make_directories(system, _CACHE)
        for name in _REPOSITORIES:
            for ending in (".solv", "-filenames.solvx"):
                system.write_file(f"{_CACHE}/{name}{ending}", b"")
    except OSError as problem:
        system.put(f"Error: Failed to download metadata for repo 'appstream': {problem.strerror}\n", 2)
        return 1
    return None


def _clean(system: System, command: Command) -> int:
    """dnf clean all."""
    try:
        names = system.list_directory(_CACHE)
    except OSError:
        names = []
    for name in names:
        remove_tree(system, f"{_CACHE}/{name}")
    system.put("Complete.\n" if command.is_small else f"{len(names)} files removed\n")
    return 0
