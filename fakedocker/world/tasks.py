"""Tasks: what takes time, as plain data, so that a snapshot in the middle of one is a snapshot like any other."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from fakedocker.images.model import Image, Layer
from fakedocker.registry.model import Manifest
from fakedocker.wire.image import ImageConfig
from fakedocker.world.builds import BuildOptions, BuildTask, Download
from fakedocker.world.solves import SolveTask

TRANSFER_ALARM: Final = "transfer"
"""The kind of a transfer's timers."""
FETCHING: Final = "fetch"
"""The kind of a process that fetches something for the daemon."""


class StopTask(Struct, frozen=True, kw_only=True):
    """A container is being stopped: its signal was sent, and after the grace it is killed."""

    id: int
    container_id: str
    timer: int
    then: str
    """What follows once it has ended: "" (nothing), "restart" or "remove"."""
    failed_remove_volumes: bool = False


class TransferStep(Struct, frozen=True, kw_only=True):
    """A moment of a transfer: what is told then."""

    after_ns: int
    """Since the transfer, or the part of it that is under way, began."""
    progress: bytes


class Transfer(Struct, frozen=True, kw_only=True):
    """Images on their way in or out by a timetable; `position` steps have been taken."""

    id: int
    started_ns: int
    steps: tuple[TransferStep, ...]
    position: int = 0
    timer: int = 0


class PullTask(Transfer, frozen=True, kw_only=True):
    """An image is being pulled, and after it those of the `following` tags."""

    repository: str
    """With its registry: docker.io/library/alpine."""
    manifest: Manifest
    references: tuple[str, ...]
    """What its image is called when it has arrived."""
    following: tuple[str, ...] = ()
    event_name: str
    """What was asked for, as people write it."""
    newer: bool
    """Whether a name has changed its meaning, now or by a tag before this one."""
    problem: str = ""
    """The error that the download ends in, "" for none."""


class PushTask(Transfer, frozen=True, kw_only=True):
    """An image is being pushed, and after it the `following` ones. Without a manifest it ends in the problem."""

    repository: str
    """With its registry."""
    tag: str = ""
    manifest: Manifest | None = None
    others: tuple[Manifest, ...] = ()
    """The other images of the same index, where all of one is pushed."""
    following: tuple[tuple[str, tuple[Manifest, ...]], ...] = ()
    """Tags and what they mean, as it was when the push began."""
    event_name: str
    platform: str = ""
    """Which image of an index was asked for, "" for all that is here."""
    problem: str = ""
    origins: tuple[tuple[str, str], ...] | None = None
    """For layers' digests the repository that had them, where a registry outside has told; "" for those that were sent."""


class ErrandTask(Struct, frozen=True, kw_only=True):
    """Something is being done outside of the simulation; a pull, a push, a log-in or a build waits for it.

    Args:
        name: the image's, or the repository's, or the registry's, or a URL.
        push: the push that goes on afterwards, with its images.
        sandbox: what the build or import knows the download of a URL by, "" for none.
    """

    id: int
    name: str
    push: PushTask | None = None
    images: tuple[tuple[str, Manifest], ...] = ()
    sandbox: str = ""


class LoadedImage(Struct, frozen=True, kw_only=True):
    """An image found in an archive."""

    image: Image
    layers: tuple[Layer, ...]
    """From the base up; those that this engine had already among them."""
    references: tuple[str, ...]
    """NAME:TAG, spelled in full."""
    manifest: Manifest | None = None
    """How containerd's store takes it, where the archive has its manifest."""


class LoadTask(Transfer, frozen=True, kw_only=True):
    """An archive has been read and verified; its images arrive at the end, all at once.

    Args:
        platform: that they must be for, "" for any; containerd's store asks once they are here.
    """

    images: tuple[LoadedImage, ...]
    platform: str = ""


class FetchTask(Struct, frozen=True, kw_only=True):
    """Something is being fetched from a server."""

    id: int
    download: Download


class ContextTask(FetchTask, frozen=True, kw_only=True):
    """What a build begins with is being fetched: an archive, or a Dockerfile alone. Then a build of the same number begins."""

    dockerfile: str
    target: str
    labels: tuple[tuple[str, str], ...]
    arguments: tuple[tuple[str, str | None], ...]
    options: BuildOptions


class ImportTask(FetchTask, frozen=True, kw_only=True):
    """An archive is being fetched from a server, to become an image."""

    reference: str
    """NAME:TAG that the image gets, spelled in full; "" for none."""
    comment: str
    platform: str
    config: ImageConfig


Task = StopTask | PullTask | PushTask | LoadTask | BuildTask | SolveTask | ErrandTask | ImportTask | ContextTask
