"""What a double is made with, as types, and what is said of arguments that are none of it."""

from __future__ import annotations

from typing import Literal, TypeAlias, TypedDict

from fakedocker.engine.inflight import TimeMode
from fakedocker.world.world import World

Profile: TypeAlias = Literal["28", "29"]
Storage: TypeAlias = Literal["overlay2", "overlayfs"]


class Settings(TypedDict, total=False):
    """What a `FakeDocker` is made with, besides its seed."""

    world: World | None
    mode: TimeMode
    images: tuple[str, ...] | list[str]
    profile: Profile | None
    api_version: str | None
    storage: Storage | None
    assume: bool
    date: str


def check(seed: object, world: object, mode: object, images: object) -> None:
    """Refuse what is mistaken for something else. Raises TypeError, with what was meant."""
    if not isinstance(seed, int):
        meant = f"; images are given as images=[{seed!r}]" if isinstance(seed, str) else ""
        raise TypeError(f"expected a whole number as seed, not {seed!r}{meant}")
    if world is not None and not isinstance(world, World):
        raise TypeError(f"expected a snapshot as world, as `snapshot` gives it, not {type(world).__name__}")
    if not isinstance(mode, TimeMode):
        raise TypeError(f"expected a TimeMode as mode, such as TimeMode.FAST, not {mode!r}")
    if isinstance(images, str):
        raise TypeError(f"expected a list of images: images=[{images!r}], not images={images!r}")
