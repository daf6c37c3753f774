"""A build by BuildKit under way, and what it keeps of builds: plain data.

A build is a graph of vertices, each with the state it has come to; the graph itself is made once the images that the
build starts from are known.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from msgspec import Struct

from fakedocker.filesystem.tree import Tree
from fakedocker.images.model import Image, Layer
from fakedocker.registry.model import RemoteLayer
from fakedocker.wire.image import ImageConfig
from fakedocker.world.asks import Ask
from fakedocker.world.builds import Download

if TYPE_CHECKING:  # the parser of Dockerfiles is read when something is built: start-up time matters
    from fakedocker.build.arguments import Arguments
    from fakedocker.build.graph import Vertex
    from fakedocker.build.plan import Plan
    from fakedocker.wire.buildkit import SolveStatus

ALARM: Final = "solve"
"""The kind of timer that a vertex goes on by; its key is (task, vertex)."""
OPENED, SOLVED, EXPORTED = 0, 1, 2
"""How far a build goes by itself: its graph is made; its vertices are; its result is where it should be."""
WAITING, RUNNING, DONE, FAILED = "waiting", "running", "done", "failed"
DIRECTORIES: Final = ("dockerfile", "context")
"""What clients call the directories that they send files of, if they do not say otherwise."""
DIRECTORY_PREFIX: Final = "local:"
REGULAR, SOURCE_LOCAL, CACHE_MOUNT = "regular", "source.local", "exec.cachemount"


class SolveOptions(Struct, frozen=True, kw_only=True):
    """How to build: what is no part of the graph.

    Args:
        tags: names that the image gets, as they were given.
        uncached_stages: names of stages that are made anew, with --no-cache-filter.
        pull: ask the registry for every base image, even for one that is here.
        network: what RUN has: "default", "host" or "none".
        secrets: what --secret gives, by id.
        exporter: what becomes of the result: "moby" (an image), "local", "tar", "docker", "oci" or "cacheonly".
        entitlements: what steps may do that they may not by themselves.
        cache_from: images whose caches are looked at; none of them has one here.
        named: what some names in the Dockerfile mean: an IMAGE, or one of the client's directories as DIRECTORY_PREFIX
            and its name.
        remote: whether the context comes by itself, with the Dockerfile in it.
        context: the URL that it comes from, "" for an archive that the client uploads.
        limits: (resource, soft, hard) that the processes of steps have.
        attests: whether the image gets a statement of where it comes from, in a store that can keep one.
    """

    tags: tuple[str, ...] = ()
    use_cache: bool = True
    uncached_stages: tuple[str, ...] = ()
    pull: bool = False
    target: str = ""
    platform: str = ""
    network: str = "default"
    extra_hosts: tuple[str, ...] = ()
    labels: tuple[tuple[str, str], ...] = ()
    secrets: tuple[tuple[str, bytes], ...] = ()
    exporter: str = "moby"
    entitlements: tuple[str, ...] = ()
    cache_from: tuple[str, ...] = ()
    remote: bool = False
    context: str = ""
    named: tuple[tuple[str, str], ...] = ()
    limits: tuple[tuple[str, int, int], ...] = ()
    attests: bool = False


class Base(Struct, frozen=True, kw_only=True):
    """An image that a build starts from or copies from.

    Args:
        name: spelled in full.
        digest: of its manifest, where a registry has told it.
        layers: from the base up, held here as the image may be removed before they are needed.
        remote: the same as the registry offers them; none for an image that is here.
    """

    name: str
    image: Image
    digest: str = ""
    layers: tuple[Layer, ...] = ()
    remote: tuple[RemoteLayer, ...] = ()


class HistoryStep(Struct, frozen=True, kw_only=True):
    """An entry of the history that the image gets.

    Args:
        vertex: the one whose layer it describes, -1 for none.
    """

    created_by: str
    vertex: int = -1


class Outcome(Struct, frozen=True, kw_only=True):
    """What a graph comes to: the image of its target stage.

    Args:
        vertex: the one whose files the image has, -1 for none.
        base: the name of the image that the stage begins with, "" for none.
    """

    vertex: int
    base: str
    config: ImageConfig
    author: str
    history: tuple[HistoryStep, ...]


class Moment(Struct, frozen=True):
    """Something that a vertex tells at an instant."""

    at_ns: int
    told: SolveStatus


class VertexState(Struct, frozen=True, kw_only=True):
    """How far a vertex has come.

    Args:
        key: what the cache knows its result by.
        chain: the files it has come to, as a chain id; "" for none.
        layer: whether that chain's top is its own.
        created_ns: when its layer was made.
        sandbox: the namespace of its process, while that runs.
        moments: what is still to be told before it is complete.
        output: what its process has written: when, and what.
        secrets, agents: that its process gets, by id, as the client has them.
        tree: the files that have come from the client, or from a server.
    """

    status: str = WAITING
    started_ns: int = 0
    key: str = ""
    chain: str = ""
    layer: bool = False
    created_ns: int = 0
    sandbox: str = ""
    moments: tuple[Moment, ...] = ()
    timer: int = 0
    output: tuple[tuple[int, bytes], ...] = ()
    secrets: tuple[tuple[str, bytes], ...] = ()
    agents: tuple[str, ...] = ()
    tree: Tree | None = None


class SolveTask(Struct, frozen=True, kw_only=True):
    """A build. First its opening is gone through, then its graph is solved, then the result is exported.

    Args:
        session: of the client, "" without one.
        synced: whether the Dockerfile and the context come over the session; else they are here.
        goal: how far it goes (OPENED, SOLVED or EXPORTED).
        held: whether it has come so far, and waits for another goal.
        asks: what it wants of its client and has not got yet.
        dockerfile: its name.
        directories: what the client calls those of the Dockerfile and of the context.
        text: of the Dockerfile; None where there is none of that name.
        ignore: what the Dockerfile's own .dockerignore says; None without one.
        excludes: for directories of the client, the patterns of what it is not to send.
        opening: what is still to be loaded, as (kind, argument).
    """

    id: int
    options: SolveOptions
    session: str = ""
    synced: bool = False
    goal: int = EXPORTED
    held: bool = False
    asks: tuple[Ask, ...] = ()
    dockerfile: str
    directories: tuple[str, str] = DIRECTORIES
    text: bytes | None = None
    ignore: bytes | None = None
    excludes: tuple[tuple[str, tuple[str, ...]], ...] = ()
    context: Tree
    arguments: Arguments
    opening: tuple[tuple[str, str], ...]
    opened_ns: int = 0
    timer: int = 0
    plan: Plan | None = None
    target: int = 0
    bases: tuple[Base, ...] = ()
    vertices: tuple[Vertex, ...] = ()
    states: tuple[VertexState, ...] = ()
    download: Download | None = None
    outcome: Outcome | None = None


class CacheRecord(Struct, frozen=True, kw_only=True):
    """Something that BuildKit keeps for later builds.

    Args:
        kind: REGULAR (a layer), SOURCE_LOCAL (what was sent of a context) or CACHE_MOUNT.
        parents: ids of the records it needs.
        chain: the files of a regular one; "" where a step has left none.
        layer: whether that chain's top is its own.
        file_system: of a cache mount.
        sent: of a local source, what each file was when it was last sent.
        tree: of a local source that comes over sessions, the files themselves.
    """

    id: str
    key: str
    kind: str
    description: str
    parents: tuple[str, ...] = ()
    chain: str = ""
    layer: bool = False
    file_system: str = ""
    sent: tuple[tuple[str, str], ...] = ()
    tree: Tree | None = None
    created_ns: int
    used_ns: int
    uses: int = 1
