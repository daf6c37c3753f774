"""A simulated Docker engine: real rules, wire protocol and wording; everything below them is simulated.

The few names here are imported when they are first used, so that importing the package costs nothing.
"""

from __future__ import annotations

TYPE_CHECKING = False
"""As typing's, which takes longer to import than all that is here."""

if TYPE_CHECKING:
    from typing import Any

    from fakedocker.assembly import create_engine
    from fakedocker.engine.engine import Engine
    from fakedocker.engine.inflight import TimeMode
    from fakedocker.engine.waiting import WaitCannotEnd, WaitTooLong
    from fakedocker.testing.patching import patch
    from fakedocker.world.world import World

VERSION = "1.0.0rc1"
"""As in pyproject.toml; asking the metadata of the installed package takes longer than importing the kernel."""

__all__ = ["Engine", "TimeMode", "WaitCannotEnd", "WaitTooLong", "World", "create_engine", "patch"]

_HOMES = {
    "Engine": "engine.engine",
    "TimeMode": "engine.inflight",
    "WaitCannotEnd": "engine.waiting",
    "WaitTooLong": "engine.waiting",
    "World": "world.world",
    "create_engine": "assembly",
    "patch": "testing.patching",
}


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{home}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
