"""A terminal is forked at random moments, with docker commands in the background: neither touches the other."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings, strategies as st

from fakedocker.durability import snapshot
from fakedocker.engine.engine import Engine
from fakedocker.world.check import check
from fakedocker_shell.session import STREAM
from helpers.repl_screen import Terminal

EXAMPLES = max(5, int(os.environ.get("FAKEDOCKER_EXAMPLES", "100")) // 20)
LINES = (
    "docker run -d --name box alpine sh -c 'while :; do echo tick; sleep 1; done'",
    "docker logs -f box &",
    "docker events > events &",
    "docker wait box &",
    "docker stats box > /dev/null &",
    "docker run -d -p 8080:80 --name web nginx",
    "docker stop -t 2 box",
    "docker start box",
    "docker rm -f web",
    "sleep 2",
    "kill $(jobs -p); wait",
    "jobs; wc -l < events",
    "docker ps -a --format '{{.Names}} {{.State}}'",
    "(sleep 1; docker exec box echo later) &",
    "echo $RANDOM > file; docker cp file box:/tmp",
)
_FORK = "fork"


def gone_on(engine: Engine) -> tuple[bytes, bytes]:
    """What a fork shows that goes on for ten seconds by itself, and its world."""
    fork = engine.fork()
    shown = bytearray()
    fork.observe(("bytes", STREAM), lambda value: shown.extend(value[1]))
    while fork.turn():
        continue
    fork.advance(fork.now_ns + 10 * 10**9)
    while fork.turn():
        continue
    check(fork.world)
    assert fork.draft.faults == []
    return bytes(shown), snapshot.encode(fork.world)


@settings(
    max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), derandomize="CI" in os.environ
)  # fmt: skip
@given(st.lists(st.one_of(st.sampled_from(LINES), st.just(_FORK)), min_size=3, max_size=12))
def test_forks_go_on_alike_and_leave_the_terminal_alone(lines: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        plain, forked = Terminal(Path(folder) / "plain", seed=1), Terminal(Path(folder) / "forked", seed=1)
        for terminal in (plain, forked):
            terminal.run("docker pull -q alpine; docker pull -q nginx")
        for line in lines:
            if line == _FORK:
                engine = forked.console.engine
                world = engine.snapshot()
                stored, streams = snapshot.encode(world), engine.streams()
                assert gone_on(engine) == gone_on(engine)
                assert engine.snapshot() is world and engine.streams() == streams
                assert snapshot.encode(world) == stored
                continue
            assert forked.run(line) == plain.run(line), line
        assert forked.reports() == plain.reports() == []
