"""Putting an engine together: world, API, programs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from fakedocker import plugins
from fakedocker.api.inside import serve_inside
from fakedocker.api.recorded import handle
from fakedocker.base import clock
from fakedocker.base.profiles import DEFAULT, speaking
from fakedocker.engine.engine import Engine
from fakedocker.engine.inflight import TimeMode
from fakedocker.kernel.program import Program
from fakedocker.operations.system import initial_world
from fakedocker.registry.model import Registry
from fakedocker.userland import PROGRAMS, body_of
from fakedocker.world.world import World


def create_engine(
    seed: int = 0,
    *,
    mode: TimeMode = TimeMode.FAST,
    world: World | None = None,
    now_ns: int | None = None,
    check: bool = False,
    real_registries: Sequence[str] = (),
    programs: Mapping[str, Program] = PROGRAMS,
    profile: str = DEFAULT,
    api_version: str = "",
    storage: str = "",
    date: str = "",
) -> Engine:
    """An engine as it is after installation, or one that goes on from a world.

    Args:
        seed: where ids, names and addresses come from; same seed and same requests, same bytes.
        mode: how time passes.
        world: where it starts instead.
        now_ns: what its clock shows at first.
        check: look at every invariant after every input.
        real_registries: HOST:PORT on this machine's loopback interface, whose images are really pulled and pushed. Such
            a transfer takes wall time and none of the engine's.
        programs: what containers can run, by name.
        profile: which Docker a new one is, see `base.profiles`.
        api_version: the newest that a new one speaks; "" for its profile's own.
        storage: in which store a new one keeps its images: "overlay2" or "overlayfs"; "" for the profile's own.
        date: the day on which a new one begins, as YYYY-MM-DD, in place of `now_ns`: images are those that their tags named then.

    Raises:
        ValueError: a registry is not on the loopback interface, or there is no such profile, or it has no such store or API version, or the date is none.
    """
    plugins.offer()
    start_ns = clock.morning_of(date) if date else now_ns
    start = (
        world
        if world is not None
        else initial_world.create(seed, start_ns, profile=speaking(profile, api_version), storage=storage)
    )

    def fork(world: World, mode: TimeMode) -> Engine:
        return create_engine(mode=mode, world=world, check=check, programs=programs)

    if not real_registries:
        engine = Engine(start, handle, programs, body_of, mode, check, make_fork=fork)
        serve_inside(engine)
        return engine
    from fakedocker.api import real_registry  # with http.client, which most runs do without

    for host in real_registries:
        if not real_registry.is_loopback(host):
            raise ValueError(f"{host} is not on this machine's loopback interface")
        start = replace(start, registries=start.registries.set(host, Registry(host=host, outside=True)))
    engine = Engine(start, handle, programs, body_of, mode, check, make_fork=fork)
    serve_inside(engine)
    engine.errands.performers.append(real_registry.Registries(engine.reading).perform)
    return engine
