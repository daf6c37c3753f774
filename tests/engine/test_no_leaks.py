"""What goes on for long keeps no more in memory than it did: nothing is in a cycle that no collector finds."""

from __future__ import annotations

import gc

import pytest

from fakedocker.kernel.calls import Calls
from helpers.cli_host import Host

STEP_NS = 10 * 10**9
LOOPS = {
    "shell": ("alpine", "sh -c 'while true; do date | cat > /dev/null; sleep 1; done'"),
    "python": ("python:3.12", "python -c 'import time\nwhile True: time.sleep(1)'"),
    "node": ("node:20", "node -e 'setInterval(() => {}, 1000)'"),
}


def kept() -> int:
    """How many system calls' objects there are, each of which holds a process and its memory."""
    gc.collect()
    return sum(type(found) is Calls for found in gc.get_objects())


@pytest.mark.parametrize("language", sorted(LOOPS))
def test_a_loop_keeps_nothing_of_its_turns(language: str) -> None:
    image, command = LOOPS[language]
    host = Host("/root/loops")
    host.run(f"docker run -d {image} {command}")
    engine = host.engine
    engine.advance(engine.draft.now_ns + STEP_NS)
    before = kept()
    for _ in range(20):
        engine.advance(engine.draft.now_ns + STEP_NS)
    assert kept() <= before + 1
