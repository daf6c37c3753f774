"""Errands outside of the simulation, to registries and web servers: what a driver is asked to do, and what it comes
back with. Plain values."""

from __future__ import annotations

from msgspec import Struct

from fakedocker.filesystem.node import LayerEntry
from fakedocker.registry.model import Manifest


class Errand(Struct, frozen=True, kw_only=True):
    """Something to be done at a registry.

    Args:
        host: HOST:PORT, on the loopback interface.
        username, password: whom to do it as, "" for nobody.
    """

    host: str
    username: str = ""
    password: str = ""


class LoginErrand(Errand, frozen=True, kw_only=True):
    """Find out whether the registry lets somebody in."""


class PullErrand(Errand, frozen=True, kw_only=True):
    """Fetch an image.

    Args:
        reference: a tag or a digest.
        have: what of its layers is not needed, see `manifest_parts.held`.
    """

    path: str
    reference: str
    have: frozenset[str]


class PushErrand(Errand, frozen=True, kw_only=True):
    """Bring images there.

    Args:
        images: manifests by tag.
        mounts: repositories of the registry that may have their layers.
    """

    path: str
    images: tuple[tuple[str, Manifest], ...]
    mounts: tuple[str, ...] = ()


class WebErrand(Struct, frozen=True, kw_only=True):
    """Fetch what is at a URL: a file, or with `git` the files of a repository.

    Args:
        reference: the branch, tag or commit that is wanted of a repository, "" for its default branch.
    """

    url: str
    git: bool = False
    reference: str = ""


class LoggedIn(Struct, frozen=True):
    """The registry lets in who asked."""


class PulledParts(Struct, frozen=True, kw_only=True):
    """A manifest or index with its media type, and what was wanted of its blobs, by digest."""

    raw: bytes
    media_type: str
    blobs: dict[str, bytes]


class PushedParts(Struct, frozen=True):
    """For each layer's digest the repository that had it; "" for those that were sent."""

    origins: dict[str, str]


class Failed(Struct, frozen=True):
    """It could not be done: the words are the registry's, or the network's."""

    problem: str


class Fetched(Struct, frozen=True, kw_only=True):
    """What a web server has answered.

    Args:
        status: HTTP's.
        mtime_ns: when the file was changed, as the server says; 0 where it does not.
        commit, files: of a repository.
    """

    status: int = 200
    data: bytes = b""
    mtime_ns: int = 0
    commit: str = ""
    files: tuple[LayerEntry, ...] = ()


AnyErrand = Errand | WebErrand
Result = LoggedIn | PulledParts | PushedParts | Fetched | Failed
