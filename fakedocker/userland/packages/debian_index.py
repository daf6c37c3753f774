"""What there is to install on Debian and Ubuntu: the facts of the releases' indexes, and what debian.toml knows beside
them.

Of a package in debian.toml it is known which of its programs are simulated, which files it has, what it says while it
is set up. Of all others: version, sizes, dependencies and the names of their programs. The index of a release of Debian
is whole; of Ubuntu's only the names in debian.toml are its own, others are those of the Debian of the same time. This
module must not know how packages are installed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache, cached_property
from typing import Final, NamedTuple

from fakedocker.base.go_patterns import path_match
from fakedocker.userland.catalogue import is_utility
from fakedocker.userland.packages import facts, index
from fakedocker.userland.packages.facts import DebianFacts
from fakedocker.userland.packages.index import UNSIMULATED, Index, Package
from fakedocker.userland.packages.resolve import closure


class Release(NamedTuple):
    """Where the packages of a release are known from.

    Args:
        table: whose versions debian.toml is asked for.
        facts: whose facts count.
        corrected: whether versions and sizes of the table's packages are those of the facts, as what they need is where the
            index is whole.
        whole: whether a name that is in neither does not exist.
        own: whether the versions are the release's own, as far as the table has them.
    """

    table: str
    facts: str
    corrected: bool = True
    whole: bool = True
    own: bool = True


_RELEASES: Final = {
    "buster": Release("bullseye", "bullseye", whole=False, own=False),
    "bullseye": Release("bullseye", "bullseye"),
    "bookworm": Release("bookworm", "bookworm", corrected=False),
    "trixie": Release("trixie", "trixie"),
    "bionic": Release("noble", "bullseye", corrected=False, whole=False, own=False),
    "focal": Release("noble", "bullseye", corrected=False, whole=False, own=False),
    "jammy": Release("noble", "bookworm", corrected=False, whole=False, own=False),
    "noble": Release("noble", "trixie", corrected=False, whole=False),
}
_LATER: Final = Release("trixie", "trixie", whole=False)
"""Of a release that nobody knows."""
_ESSENTIAL: Final = (
    "base-files base-passwd bash bsdutils coreutils dash debianutils diffutils dpkg findutils grep gzip hostname init-system-helpers libc-bin"
    " login ncurses-base ncurses-bin perl-base sed sysvinit-utils tar util-linux apt mawk mount passwd debian-archive-keyring tzdata"
).split()
"""What debootstrap puts into every root; the rest is what these need."""
_ONCE_REQUIRED: Final = {"bullseye": ("e2fsprogs",), "bookworm": ("e2fsprogs",)}
"""What older releases had in every root besides."""
_FOR_THE_SUPERUSER: Final = (
    "mkfs*", "fsck*", "mkswap", "ip*tables*", "ebtables*", "arptables*", "nft", "sshd", "apache2*", "a2*", "httxt2dbm", "update-*", "cron", "ntpd", "named*",
    "rsyslogd", "logrotate", "exim*", "postfix", "post*map", "chronyd", "dnsmasq", "haproxy", "vsftpd", "proftpd", "php-fpm*", "tcpdump", "ethtool", "visudo",
    "smbd", "nmbd", "slapd", "slap*", "lighttpd", "squid", "keepalived", "rpc.*", "nfs*", "mount.*", "umount.*", "lv*", "vg*", "pv*", "*fdisk", "parted",
    "dmidecode", "conntrack*", "arping", "bridge", "iw", "iwconfig", "dhclient", "dhcpd", "rtacct", "monit", "ufw", "fail2ban-server", "stunnel*", "dropbear",
)  # fmt: skip
"""Patterns of programs that stand in /usr/sbin."""


class _Packages(Mapping[str, Package]):
    """The packages of a release by name, made when they are asked for."""

    def __init__(self, release: Release) -> None:
        self._release = release
        self._known = index.distribution("debian", release.table).packages
        self._made: dict[str, Package | None] = {}

    def __getitem__(self, name: str) -> Package:
        if name not in self._made:
            self._made[name] = self._make(name)
        found = self._made[name]
        if found is None:
            raise KeyError(name)
        return found

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and self.get(name) is not None

    def __bool__(self) -> bool:
        """There are some: nothing has to be read to know that."""
        return True

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    @cached_property
    def _names(self) -> tuple[str, ...]:
        """All names, sorted; reads everything."""
        names = set(facts.debian_names(self._release.facts))
        if not self._release.corrected:
            names.update(self._known)
        return tuple(sorted(names))

    def _make(self, name: str) -> Package | None:
        detail = self._known.get(name)
        found = facts.debian(self._release.facts, name)
        if detail is not None and not self._release.corrected:
            if not self._release.own:
                return detail._replace(details={**detail.details, "borrowed": True})
            return detail._replace(needs=found.depends) if found is not None and self._release.whole else detail
        return None if found is None else _package(name, found, detail, borrowed=not self._release.whole)


@cache
def packages_of(codename: str, *, late: bool = False) -> Index:
    """The index of a release, by the code name of /etc/os-release; `late` once the facts count (see `facts.count`)."""
    release = _RELEASES.get(codename, _LATER)
    if late and release.whole:
        release = release._replace(corrected=True)
    packages = _Packages(release)
    base = set() if release.corrected else set(index.distribution("debian", release.table).base)
    if release.whole or release.corrected:
        required = (*_ESSENTIAL, *_ONCE_REQUIRED.get(release.facts, ()))
        base.update(closure(required, lambda name: _needed(release, name)))
    return Index(packages, tuple(sorted(name for name in base if name in packages)))


def _needed(release: Release, name: str) -> tuple[str, ...]:
    """What a package of every root needs; images are made with directories merged, so that nothing has to merge them."""
    found = facts.debian(release.facts, name)
    needs = found.depends if found is not None else ()
    return tuple("usr-is-merged" if other == "usrmerge" else other for other in needs)


def is_whole(codename: str) -> bool:
    """Whether a name that the index of a release lacks does not exist in its main component."""
    return _RELEASES.get(codename, _LATER).whole


def providers(codename: str, name: str) -> tuple[str, ...]:
    """The packages that provide a name which none has, sorted."""
    told = str(index.table("debian")["virtual"].get(name, "")).split()
    return tuple(told) or facts.debian_providers(_RELEASES.get(codename, _LATER).facts, name)


def _package(name: str, found: DebianFacts, detail: Package | None, *, borrowed: bool) -> Package:
    """A package of the facts, with what else is known of it."""
    own = detail if detail is not None else Package(name, "", 0, 0)
    details = {**own.details, "kib": found.installed_kib}
    details.setdefault("arch", _architecture(name, found))
    if borrowed:
        details["borrowed"] = True
    told = {path.rpartition("/")[2] for path, *_ in (*own.programs, *own.links)}
    others = tuple(_program(program) for program in found.programs if program not in told)
    return own._replace(
        version=found.version,
        size_bytes=found.installed_kib * 1024,
        download_bytes=found.archive_bytes,
        needs=found.depends,
        programs=(*own.programs, *others),
        data=own.data or f"/usr/share/doc/{name}/changelog.Debian.gz",
        details=details,
    )


def _program(name: str) -> tuple[str, str, str]:
    """(path, family, name) of a program of which only the name is known."""
    superusers = any(path_match(pattern, name) for pattern in _FOR_THE_SUPERUSER)
    path = f"/usr/{'sbin' if superusers else 'bin'}/{name}"
    return (path, "gnu", name) if is_utility(name) else (path, UNSIMULATED, f"{name} of a package")


def _architecture(name: str, found: DebianFacts) -> str:
    """ "amd64" for what was compiled, as far as it can be seen."""
    compiled = "+b" in found.version or "libc6" in found.depends or (name.startswith("lib") and name.endswith("-dev"))
    return "amd64" if compiled else "all"
