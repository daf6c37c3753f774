"""Where apt gets its packages from: the sources of /etc/apt, and what `update` fetches into /var/lib/apt/lists.

It must not know packages.
"""

from __future__ import annotations

import posixpath
from typing import Final, NamedTuple

from fakedocker.kernel.program import System
from fakedocker.kernel.router import is_public
from fakedocker.userland.packages import index
from fakedocker.userland.packages.dpkg_database import parse
from fakedocker.userland.packages.plan import DOWNLOAD_BYTES_PER_SECOND, Plan, Step, download_ns
from fakedocker.userland.packages.unpack import make_directories, read_text_or, write_filler
from fakedocker.userland.tools import stat_or_none

LISTS: Final = "/var/lib/apt/lists"
_KNOWN_HOSTS: Final = frozenset({"deb.debian.org", "security.debian.org", "archive.ubuntu.com", "security.ubuntu.com"})


class Source(NamedTuple):
    """A suite of an archive with its components."""

    url: str
    suite: str
    components: tuple[str, ...]

    @property
    def host(self) -> str:
        return self.url.partition("://")[2].partition("/")[0]


class Index(NamedTuple):
    """A file that `update` fetches."""

    source: Source
    name: str  # "InRelease", or a component
    size_bytes: int

    @property
    def title(self) -> str:
        end = "InRelease" if self.name == "InRelease" else "amd64 Packages"
        suite = self.source.suite if self.name == "InRelease" else f"{self.source.suite}/{self.name}"
        return f"{self.source.url} {suite} {end}"

    @property
    def path(self) -> str:
        """Where apt keeps it."""
        base = self.source.url.partition("://")[2].rstrip("/").replace("/", "_")
        end = "InRelease" if self.name == "InRelease" else f"{self.name}_binary-amd64_Packages.lz4"
        return f"{LISTS}/{base}_dists_{self.source.suite}_{end}"


def sources(system: System) -> tuple[Source, ...]:
    """The sources of a root: one-line and deb822 files."""
    found = _one_line(read_text_or(system, "/etc/apt/sources.list"))
    directory = "/etc/apt/sources.list.d"
    try:
        names = system.list_directory(directory)
    except OSError:
        names = []
    for name in names:
        text = read_text_or(system, posixpath.join(directory, name))
        found += _one_line(text) if name.endswith(".list") else _deb822(text) if name.endswith(".sources") else []
    return tuple(dict.fromkeys(found))


def _one_line(text: str) -> list[Source]:
    found = []
    for line in text.splitlines():
        words = [
            word
            for word in line.partition("#")[0].split()
            if not word.startswith(("[", "signed-by", "arch=")) and word != "]"
        ]
        if len(words) > 2 and words[0] == "deb":
            found.append(Source(words[1].rstrip("/"), words[2], tuple(words[3:])))
    return found


def _deb822(text: str) -> list[Source]:
    plain = "\n".join(line for line in text.splitlines() if not line.startswith("#"))
    return [
        Source(url.rstrip("/"), suite, tuple(stanza.get("Components", "").split()))
        for stanza in parse(plain)
        if "deb" in stanza.get("Types", "").split() and stanza.get("Enabled", "yes") != "no"
        for url in stanza.get("URIs", "").split()
        for suite in stanza.get("Suites", "").split()
    ]


def indexes(system: System) -> tuple[Index, ...]:
    """The files of all sources whose archive is known, InRelease files first."""
    known = {suite: row for rows in index.table("debian")["indexes"].values() for suite, row in rows.items()}
    found = sources(system)
    releases, packages = [], []
    for source in found:
        row = known.get(source.suite, {})
        releases.append(Index(source, "InRelease", int(row.get("InRelease", 0) * 1000)))
        packages += [Index(source, name, int(row[name] * 1000)) for name in source.components if name in row]
    return tuple(releases + packages)


def are_known(system: System) -> bool:
    """Whether all that the sources have is in the main component of archives whose packages are known."""
    return all(source.host in _KNOWN_HOSTS and source.components == ("main",) for source in sources(system))


def is_updated(system: System) -> bool:
    """Whether there is a list of packages."""
    try:
        return any("_Packages" in name for name in system.list_directory(LISTS))
    except OSError:
        return False


def update(system: System, online: bool) -> Plan:
    """What `apt-get update` does, but for the end of it that apt and apt-get have each of their own."""
    steps: list[Step] = []
    failed = []
    fetched = place = 0
    duration_ns = 0
    for item in indexes(system):
        reachable = online and item.source.host in _KNOWN_HOSTS
        if not reachable and item.name != "InRelease":
            continue
        place += 1
        if not reachable:
            failed.append((place, item))
            continue
        if item.name == "InRelease" and stat_or_none(system, item.path) is not None:
            steps.append(("say", f"Hit:{place} {item.title}\n"))
            continue
        if stat_or_none(system, item.path) is not None:
            place -= 1
            continue
        wait_ns = download_ns(item.size_bytes)
        fetched, duration_ns = fetched + item.size_bytes, duration_ns + wait_ns
        steps += [
            ("say", f"Get:{place} {item.title} [{human(item.size_bytes)}B]\n"),
            ("wait", wait_ns),
            ("keep", item.path, item.size_bytes),
        ]
    steps += _failures(failed)
    if fetched:
        steps.append(("say", fetched_line(fetched, duration_ns)))
    return tuple(steps)


def hosts_outside(system: System) -> tuple[str, ...]:
    """The hosts of archives that the simulation does not have, sorted."""
    hosts = {item.source.host for item in indexes(system)} - _KNOWN_HOSTS
    return tuple(sorted(host for host in hosts if is_public(host)))


def update_warnings(system: System, online: bool) -> str:
    """What is said at the end about what could not be fetched."""
    lost = [item for item in indexes(system) if item.name == "InRelease"]
    lost = [item for item in lost if not online or item.source.host not in _KNOWN_HOSTS]
    lines = [
        f"W: Failed to fetch {item.source.url}/dists/{item.source.suite}/InRelease  {unresolved(item.source.host, online)}\n"
        for item in lost
    ]
    tail = "W: Some index files failed to download. They have been ignored, or old ones used instead.\n"
    return "".join(lines) + tail if lines else ""


def unresolved(host: str, online: bool) -> str:
    """Why a host cannot be reached."""
    return f"Could not resolve '{host}'" if online else f"Temporary failure resolving '{host}'"


def _failures(failed: list[tuple[int, Index]]) -> list[Step]:
    if not failed:
        return []
    steps: list[Step] = []
    for second in (1, 2, 4):
        steps.append(("say", "".join(f"Ign:{place} {item.title}\n" for place, item in failed)))
        steps.append(("wait", second * 1_000_000_000))
    lines = [f"Err:{place} {item.title}\n  {unresolved(item.source.host, False)}\n" for place, item in failed]
    return [*steps, ("say", "".join(lines))]


def keep(system: System, state: object, path: str, size_bytes: int) -> None:
    """Put a fetched file into its place."""
    make_directories(system, f"{LISTS}/partial")
    write_filler(system, path, size_bytes)


def fetched_line(size_bytes: int, duration_ns: int) -> str:
    """Fetched 9222 kB in 1s (9222 kB/s)."""
    seconds = max(round(duration_ns / 1e9), 0)
    rate = size_bytes * 1_000_000_000 // duration_ns if duration_ns else DOWNLOAD_BYTES_PER_SECOND
    return f"Fetched {human(size_bytes)}B in {seconds}s ({human(rate)}B/s)\n"


def human(size_bytes: float) -> str:
    """A size as apt shows it, "B" to be added: 151 k, 8787 k, 55.4 k, 12.3 M."""
    value, units = float(size_bytes), iter(" kMGT")
    unit = next(units).strip()
    while value >= 10_000:
        value /= 1000
        unit = next(units)
    small = value < 100 and unit
    return f"{value:.1f} {unit}" if small else f"{value:.0f} {unit}"
