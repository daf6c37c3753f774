"""Tasks: what takes time, as plain data, so that a snapshot in the middle of one is a snapshot like any other."""

from __future__ import annotations

from msgspec import Struct

from fakedocker.images.model import Image, Layer


class StopTask(Struct, frozen=True, kw_only=True):
    """A container is being stopped: its signal was sent, and after the grace it is killed."""

    id: int
    container_id: str
    timer: int
    then: str
    """What follows once it has ended: "" (nothing), "restart" or "remove"."""
    failed_remove_volumes: bool = False


class PullStep(Struct, frozen=True, kw_only=True):
    """A moment of a pull: progress to tell, and a layer that is complete."""

    after_ns: int
    """Since the pull began."""
    progress: bytes
    layer: Layer | None = None


class PullTask(Struct, frozen=True, kw_only=True):
    """An image is being pulled; `position` steps have been taken."""

    id: int
    started_ns: int
    steps: tuple[PullStep, ...]
    position: int
    image: Image | None
    references: tuple[str, ...]
    """What the image is called when it has arrived."""
    event_name: str
    closing: tuple[bytes, ...]
    timer: int = 0


Task = StopTask | PullTask
