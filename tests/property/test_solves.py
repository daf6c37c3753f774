"""Random graphs of stages, several builds at once, and a cache that is emptied meanwhile: the world stays whole, and files agree."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, given, settings, strategies as st

from fakedocker.engine.inflight import Exchange
from fakedocker.wire.http import Request
from helpers.build_world import archive, fresh

EXAMPLES = int(os.environ.get("FAKEDOCKER_EXAMPLES", "25"))
BOUNDED = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow])
NUMBERS = st.integers(0, 2)
STEPS = st.one_of(
    st.builds("RUN echo {} > /f{}; sleep {}".format, NUMBERS, NUMBERS, NUMBERS),
    st.builds(
        "RUN --mount=type=cache,target=/c{0} echo {1} >> /c{0}/log; sleep 1; cat /c{0}/log".format, NUMBERS, NUMBERS
    ),
    st.builds("RUN --mount=type=bind,from=s{0},target=/m ls /m > /list{0}".format, NUMBERS),
    st.builds("RUN --mount=type=secret,id=x,required={} true".format, st.sampled_from(["true", "false"])),
    st.builds("COPY --from=s{} /etc /copied{}/".format, NUMBERS, NUMBERS),
    st.builds("COPY {} /x/".format, st.sampled_from(["a", "nosuch", "d"])),
    st.builds("RUN sleep {}; exit {}".format, NUMBERS, st.sampled_from([0, 0, 0, 3])),
    st.builds("WORKDIR d{}".format, NUMBERS),
    st.builds("USER {}".format, st.sampled_from(["root", "nobody", "nosuch"])),
    st.builds("ENV V={}".format, NUMBERS),
)
STAGES = st.lists(
    st.tuples(st.sampled_from(["alpine", "s0", "s1", "scratch", "busybox"]), st.lists(STEPS, max_size=4)),
    min_size=1,
    max_size=4,
)


def dockerfile(stages: list[tuple[str, list[str]]]) -> bytes:
    lines = []
    for number, (base, steps) in enumerate(stages):
        lines += [f"FROM {base} AS s{number}", *steps]
    return archive({"Dockerfile": "\n".join(lines) + "\n", "a": "a", "d/b": "b"})


def ended(exchange: Exchange) -> bytes:
    """Everything that a build has answered."""
    assert exchange.ended
    found = b""
    while chunk := exchange.take(1 << 20):
        found += chunk
    return found


@BOUNDED
@given(st.lists(STAGES, min_size=1, max_size=3), st.lists(st.integers(0, 60), max_size=3), st.booleans())
def test_builds_at_once(builds: list[list[tuple[str, list[str]]]], pruned_at: list[int], gone: bool) -> None:
    world = fresh()
    engine = world.engine
    exchanges = [
        engine.submit(Request(method="POST", target=f"/build?version=2&t=b{number}", body=dockerfile(stages)))
        for number, stages in enumerate(builds)
    ]
    for move in range(10_000):
        while engine.turn():
            continue
        if not engine.world.tasks:
            break
        if move in pruned_at:
            engine.submit(Request(method="POST", target="/build/prune?all=1"))
        if gone and move == 7:
            engine.disconnect(exchanges[0])
        if not engine.busy:
            engine.jump()
    assert not engine.world.tasks
    assert set(engine.world.kernel.namespaces) == {"host"}
    for exchange in exchanges:
        answer = ended(exchange)
        assert gone or (b"moby.image.id" in answer) != (b'"error"' in answer)
    before = {name: identifier for name, identifier in engine.world.tags.items() if ":b" in name or "/b" in name}
    engine.submit(Request(method="POST", target="/images/prune"))
    engine.submit(Request(method="POST", target="/build/prune?all=1"))
    while engine.turn():
        continue
    assert not engine.world.build_cache
    for name in before:
        assert engine.world.tags[name] in engine.world.images
