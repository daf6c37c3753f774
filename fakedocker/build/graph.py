"""A build as a graph: vertices that each make files of other vertices' files.

This is what a Dockerfile is compiled to, and what a builder solves; it must not know either. A vertex is known by its
digest, which covers what it does and what it is made of, so that it is the same in every build that needs it.
"""

from __future__ import annotations

import hashlib

import msgspec
from msgspec import Struct

from fakedocker.build.mounts import RunMount

NOTHING = -1
"""In place of a vertex: no files at all, as FROM scratch."""


class ImageOp(Struct, frozen=True, kw_only=True, tag="image"):
    """The files of an image."""

    name: str
    digest: str = ""


class ContextOp(Struct, frozen=True, kw_only=True, tag="context"):
    """Files of the build context, or of another of the client's directories: those below the paths, or all.

    Args:
        paths: patterns among them, as COPY has them.
        directory: what the client calls it, "" for the build context.
    """

    paths: tuple[str, ...] = ()
    directory: str = ""


class InlineOp(Struct, frozen=True, kw_only=True, tag="inline"):
    """Files whose content is in the Dockerfile."""

    documents: tuple[tuple[str, bytes], ...]


class HttpOp(Struct, frozen=True, kw_only=True, tag="http"):
    """A file from a web server.

    Args:
        checksum: its sha256, "" for any.
        name: what the file is called.
    """

    url: str
    name: str
    checksum: str = ""


class GitOp(Struct, frozen=True, kw_only=True, tag="git"):
    """The files of a repository.

    Args:
        url: with the reference and the directory that are wanted, see `git_urls`.
        checksum: how the name of its commit begins, "" for any.
    """

    url: str
    checksum: str = ""


class DirectoryOp(Struct, frozen=True, kw_only=True, tag="mkdir"):
    """A directory in the files of the first input, which WORKDIR makes."""

    path: str


class CopyOp(Struct, frozen=True, kw_only=True, tag="copy"):
    """Files of the second and further inputs copied into those of the first.

    Args:
        sources: (position of the input, path in it).
        owner: USER[:GROUP], "" for root's, or with `keeps_owners` for their own.
    """

    keyword: str
    sources: tuple[tuple[int, str], ...]
    destination: str
    owner: str = ""
    keeps_owners: bool = False
    mode: str = ""
    unpacks: bool = False
    parents: bool = False
    excludes: tuple[str, ...] = ()
    link: bool = False


class ExecOp(Struct, frozen=True, kw_only=True, tag="exec"):
    """A command run in the files of the first input.

    Args:
        mounts: what is mounted, with the position of the input that a bind is of.
        proxies: variables that do not matter for what comes of it.
        limits: (resource, soft, hard) of those that are not the usual ones.
    """

    words: tuple[str, ...]
    environment: tuple[str, ...]
    directory: str
    user: str
    mounts: tuple[tuple[RunMount, int], ...] = ()
    network: str = ""
    proxies: tuple[str, ...] = ()
    limits: tuple[tuple[str, int, int], ...] = ()


Op = ImageOp | ContextOp | InlineOp | HttpOp | GitOp | DirectoryOp | CopyOp | ExecOp


class Vertex(Struct, frozen=True, kw_only=True):
    """A step.

    Args:
        name: as progress shows it.
        inputs: indices of the vertices it needs, NOTHING among them for no files.
        stage: the name of the stage it belongs to.
        lines: where in the Dockerfile it comes from.
    """

    digest: str
    name: str
    op: Op
    inputs: tuple[int, ...] = ()
    stage: str = ""
    lines: tuple[int, int] = (0, 0)

    @property
    def needs(self) -> tuple[int, ...]:
        """The vertices it needs."""
        return tuple(index for index in self.inputs if index != NOTHING)


def digest_of(op: Op, inputs: tuple[str, ...]) -> str:
    """The digest of a vertex that does this to vertices of those digests."""
    return "sha256:" + hashlib.sha256(msgspec.json.encode((op, inputs))).hexdigest()
