"""Putting an engine together: world, API, programs."""

from __future__ import annotations

from fakedocker.api.routes import handle
from fakedocker.engine import Engine
from fakedocker.exchanges import TimeMode
from fakedocker.operations import genesis
from fakedocker.userland import PROGRAMS, make_body
from fakedocker.world.world import World


def create_engine(
    seed: int = 0,
    *,
    mode: TimeMode = TimeMode.FAST,
    world: World | None = None,
    now_ns: int | None = None,
    check: bool = False,
) -> Engine:
    """An engine as it is after installation, or one that goes on from a world.

    Args:
        seed: where ids, names and addresses come from; same seed and same requests, same bytes.
        mode: how time passes.
        world: where it starts instead.
        now_ns: what its clock shows at first.
        check: look at every invariant after every input.
    """
    start = world if world is not None else genesis.create(seed, now_ns)
    return Engine(start, handle, PROGRAMS, make_body, mode, check)
