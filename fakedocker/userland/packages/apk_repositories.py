"""Alpine's repositories: their indexes, fetched and kept as apk does. It must not know what is installed."""

from __future__ import annotations

import hashlib
from typing import Final, NamedTuple

from fakedocker.kernel.program import System
from fakedocker.userland.inputs import State
from fakedocker.userland.packages import index
from fakedocker.userland.packages.plan import Plan, Step, download_ns
from fakedocker.userland.packages.unpack import read_text_or, write_filler
from fakedocker.userland.tools import stat_or_none

REPOSITORIES: Final = "/etc/apk/repositories"
CACHE: Final = "/var/cache/apk"
CACHE_AGE_NS: Final = 4 * 3600 * 1_000_000_000
"""An index in the cache is used for so long (apk's --cache-max-age)."""
_INDEX_BYTES: Final = {"main": 490_000, "community": 2_100_000}


class Fetched(NamedTuple):
    """What became of the repositories' indexes."""

    plan: Plan
    urls: tuple[str, ...]
    online: bool
    missing: int

    @property
    def available(self) -> bool:
        return self.missing < len(self.urls)


def repositories(system: System) -> tuple[str, ...]:
    """The URLs of /etc/apk/repositories."""
    lines = (line.strip() for line in read_text_or(system, REPOSITORIES).splitlines())
    return tuple(line.rpartition(" ")[2] for line in lines if line and not line.startswith("#"))


def is_same(url: str, name: str) -> bool:
    """Whether a package is in the repository of a URL."""
    package = index.distribution("alpine").packages.get(name)
    kind = "community" if package is not None and package.details.get("community") else "main"
    return url.rstrip("/").endswith(kind)


def cache_file(url: str) -> str:
    """Where the index of a repository is kept."""
    return f"{CACHE}/APKINDEX.{hashlib.sha1(url.encode()).hexdigest()[:8]}.tar.gz"


def cached(system: System) -> tuple[str, ...]:
    """The repositories whose index is kept."""
    return tuple(url for url in repositories(system) if stat_or_none(system, cache_file(url)) is not None)


def indexes(system: System, *, online: bool, keep: bool, always: bool) -> Fetched:
    """Fetch what indexes have to be fetched.

    Args:
        keep: use and fill the cache; else every index is fetched and forgotten.
        always: fetch those that are young enough too.
    """
    urls = repositories(system)
    steps: list[Step] = []
    missing = 0
    for url in urls:
        found = stat_or_none(system, cache_file(url)) if keep else None
        if found is not None and not always and system.now_ns - found.mtime_ns < CACHE_AGE_NS:
            continue
        steps.append(("say", f"fetch {url}/x86_64/APKINDEX.tar.gz\n"))
        if not online or not url.startswith("http"):
            action = "updating and opening" if keep else "fetching"
            steps.append(("warn", f"WARNING: {action} {url}: temporary error (try again later)\n"))
            missing += found is None
            continue
        size = _INDEX_BYTES.get(url.rstrip("/").rpartition("/")[2], 300_000)
        steps.append(("wait", download_ns(size)))
        if keep:
            steps.append(("keep", cache_file(url), size))
    return Fetched(tuple(steps), urls, online, missing)


def update_summary(fetched: Fetched) -> Plan:
    """What `apk update` ends with."""
    known = index.table("alpine")
    count = sum(known["available"].values()) if fetched.available and fetched.urls else len(known["base"])
    if not fetched.online and fetched.urls:
        stale = len(fetched.urls) - fetched.missing
        text = f"{fetched.missing} unavailable, {stale} stale; {count} distinct packages available\n"
        return (("say", text), ("exit", len(fetched.urls)))
    lines = []
    for url in fetched.urls:
        branch = url.rstrip("/").split("/")[-2] if url.count("/") > 3 else "edge"
        commit = hashlib.sha1(url.encode()).hexdigest()
        tag = "v20240923" if branch == "edge" else f"{branch}.3"
        described = f"{tag}-{int(commit[-3:], 16) % 500 + 100}-g{commit[:11]}"
        lines.append(f"{described} [{url}]\n")
    return (("say", "".join(lines) + f"OK: {count} distinct packages available\n"),)


def keep(system: System, state: State, path: str, size_bytes: int) -> None:
    """Put an index into the cache."""
    write_filler(system, path, size_bytes)
