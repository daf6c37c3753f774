"""Which Docker an engine is: versions and commits of its parts, the API versions it speaks, and its client.

A profile belongs to a world (`World.profile` has its name), so that engines of several live side by side in one
process. What differs between two Dockers is a value or a row here, or is chosen by one; code does not ask for a
version's name. Sources: the recordings of `docker version` and `docker info` of the engine, as docs/fidelity.md names
them.
"""

from __future__ import annotations

from functools import cache
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from fakedocker.base.numbers import is_digits


class Component(Struct, frozen=True):
    """A part that ships with an engine: its version, and the commit that `docker version` shows."""

    version: str
    commit: str


class Client(Struct, frozen=True):
    """The docker command line.

    Args:
        version, commit, go_version: as `docker version` tells them.
        built: when, as `docker version` tells it.
        api_version: the newest it speaks.
        release: by which what it does is chosen; a patch does what its release does.
    """

    version: str
    commit: str
    go_version: str
    built: str
    api_version: str
    release: str = "28"


class EngineProfile(Struct, frozen=True):
    """A release of Docker.

    Args:
        name: by which it is chosen: the first number of its version.
        engine: the daemon.
        newest_api, oldest_api: the API versions it speaks.
        go_version: what it was compiled with.
        built: when, as `GET /version` tells it.
        containerd, runc, init: the parts that ship with it.
        client: the command line of the same release.
        storages: the image stores that it can keep its images in; the first is that of a new engine.
        words: whose words it says, see `messages.WORDS`.
        slim: whether answers leave out what never says anything: OnBuild and the bridge's fields of containers, the containers of
            listed networks, an empty token of a login.
        sorts_masked_paths: whether the paths of /proc and /sys that are hidden are told in order.
        sandbox_directory: where the network namespaces of containers are.
        signs_images: whether images that the engine makes say its version.
        counts_containers: whether a list of images says how many containers each has.
        links_set_variables: whether links give their containers variables; where they do not, they are warned of.
        names_samples: whether every sample of statistics says whose it is, and of which system.
        negotiates_events: whether clients choose the media type of events.
        firewall: what is told of the firewall besides its name.
        any_static_address: whether containers may choose their address in subnets that the engine chose, too.
        serves_indexes: whether the Hub of its world serves an index for each tag, as the real one does. The one that was
            recorded with 28 served plain manifests.
        reads_addresses: whether addresses in the bodies of requests are read as such with the JSON.
        lists_ports: whether BuildKit tells what EXPOSE says as a list, in its order.
        module: what `docker version` calls the module that the daemon is made of, with its version; () for nothing.
    """

    name: str
    engine: Component
    newest_api: str
    oldest_api: str
    go_version: str
    built: str
    containerd: Component
    runc: Component
    init: Component
    client: Client
    storages: tuple[str, ...]
    words: str = "28"
    slim: bool = False
    sorts_masked_paths: bool = False
    sandbox_directory: str = "/var/run/docker/netns"
    signs_images: bool = True
    counts_containers: bool = False
    links_set_variables: bool = True
    names_samples: bool = False
    negotiates_events: bool = False
    firewall: tuple[tuple[str, str], ...] = ()
    any_static_address: bool = False
    serves_indexes: bool = False
    reads_addresses: bool = False
    lists_ports: bool = False
    module: tuple[tuple[str, str], ...] = ()

    @property
    def signature(self) -> str:
        """What images that the engine makes say of it."""
        return self.engine.version if self.signs_images else ""


_ENGINE_28 = EngineProfile(
    name="28",
    engine=Component("28.2.2", "45873be"),
    newest_api="1.50",
    oldest_api="1.24",
    go_version="go1.24.3",
    built="2025-05-30T12:07:26.000000000+00:00",
    containerd=Component("1.7.27", "05044ec0a9a75232cad458027ca83437aae3f4da"),
    runc=Component("1.2.5", "v1.2.5-0-g59923ef"),
    init=Component("0.19.0", "de40ad0"),
    client=Client("28.2.2", "e6534b4", "go1.24.3", "Fri May 30 12:07:14 2025", "1.50"),
    storages=("overlay2",),
)
_ENGINE_29 = EngineProfile(
    name="29",
    engine=Component("29.7.2", "6a43e3d"),
    newest_api="1.55",
    oldest_api="1.40",
    go_version="go1.27.3",
    built="2026-08-05T18:24:27.000000000+00:00",
    containerd=Component("v2.3.3", "aad11006b869517fcd3009450b6f82da282e1a9b"),
    runc=Component("1.4.3", "v1.4.3-0-gbb14dabe"),
    init=Component("0.19.0", "de40ad0"),
    client=Client(
        "29.7.2",
        "a7dcaa6",
        "go1.27.3",
        "Wed Aug  5 20:24:27 2026",
        "1.55",
        release="29",
    ),
    storages=("overlayfs", "overlay2"),
    serves_indexes=True,
    words="29",
    slim=True,
    sorts_masked_paths=True,
    sandbox_directory="/run/docker/netns",
    signs_images=False,
    counts_containers=True,
    links_set_variables=False,
    names_samples=True,
    negotiates_events=True,
    firewall=(("EnableUserlandProxy", "true"), ("UserlandProxyPath", "/usr/bin/docker-proxy")),
    any_static_address=True,
    reads_addresses=True,
    lists_ports=True,
    module=(("Module", "github.com/moby/moby/v2"), ("ModuleVersion", "v2.0.0+unknown")),
)

PROFILES: Final[dict[str, EngineProfile]] = {profile.name: profile for profile in (_ENGINE_28, _ENGINE_29)}
"""By name."""
DEFAULT: Final = "29"
"""The profile of a world for which none was asked."""
UNNAMED: Final = "28"
"""The profile of what was kept without a name for it: there was no other then."""
STORAGES: Final = ("overlay2", "overlayfs")
"""Image stores: the classic one, and containerd's."""


def profile_named(name: str) -> EngineProfile:
    """The profile of a name, or one that speaks older versions of the API alone, see `speaking`.

    Raises ValueError, with the names that there are.
    """
    found = PROFILES.get(name)
    return found if found is not None else _limited(name)


@cache
def _limited(name: str) -> EngineProfile:
    release, _, newest = name.partition("/")
    found = PROFILES.get(release)
    if found is None:
        raise ValueError(f"no profile {release!r}; there are: {', '.join(PROFILES)}")
    oldest, own = found.oldest_api, found.newest_api
    major, _, minor = newest.partition(".")
    if not (is_digits(major) and is_digits(minor)) or not api_numbers(oldest) <= api_numbers(newest) <= api_numbers(
        own
    ):
        raise ValueError(f"Docker {release} speaks the API versions {oldest} to {own}, not {newest!r}")
    return replace(found, newest_api=newest)


def speaking(profile: str, api_version: str) -> str:
    """The name of a profile whose daemon speaks no newer version of the API than this; "" for all that it speaks.

    Raises ValueError where there is no such profile, or it does not speak that version.
    """
    name = f"{profile}/{api_version}" if api_version else profile
    profile_named(name)
    return name


def storage_named(profile: EngineProfile, name: str) -> str:
    """The image store of a name; "" is the one that a new engine of this profile has.

    Raises ValueError where the profile has it not, with those that it has.
    """
    if not name:
        return profile.storages[0]
    if name not in profile.storages:
        why = "is not simulated yet" if name in STORAGES else "is unknown"
        raise ValueError(f"storage {name!r} {why}; Docker {profile.name} has here: {', '.join(profile.storages)}")
    return name


def api_numbers(version: str) -> tuple[int, int]:
    """An API version of a profile as numbers that can be compared: "1.50" is (1, 50)."""
    major, _, minor = version.partition(".")
    return int(major), int(minor)
