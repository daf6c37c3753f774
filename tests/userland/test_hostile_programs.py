"""Every program of the table, given anything: it ends or can be stopped, and what one slice does is bounded."""

from __future__ import annotations

import random
import string

import pytest

from fakedocker.kernel.calls_base import SLICE_EFFORT
from fakedocker.kernel.events import Output
from fakedocker.userland import PROGRAMS
from helpers.userland_world import Machine

RUNS = 12
SLICES = 40
"""How many slices each is given; what goes on then is killed with its container."""
FILES = {
    "tmp/text": b"one two\nthree\n\n1 2 3\n" * 20,
    "tmp/noise": random.Random(1).randbytes(3_000),
    "tmp/json": b'{"a": [1, {"b": null}], "c": "d"}\n',
    "tmp/deep": b"[" * 2_000,
    "tmp/parentheses": b"(" * 2_000,
    "tmp/script": b"while :; do :; done\n",
    "tmp/line": b"x" * 100_000,
    "tmp/empty": b"",
}
WORDS = (
    *(f"/{path}" for path in FILES), "/", "/tmp", "/nonexistent", "-", "--", "--help", "", "9" * 5_000, "-1", "1e400", "nan", "inf",
    "0x10", "²", "1_0", "%999999999d", "%s%s%s", "(" * 1_000, "[" * 1_000, "((a*)*)*b", "{}", ";", "+", "s/a/b/", "{print}", "1,5", "a=b",
    "/dev/zero", "/dev/urandom", "/dev/null", "127.0.0.1", "localhost", "80", "::1", "root", "99999999999", "1d", "-n", "10", "-f",
    ".", "..", "*", "\udc80", "a" * 10_000, "true", "sh", "-c", "BEGIN{while(1);}", ":a;ba", "1/0", "2**99999999",
)  # fmt: skip


def arguments(chance: random.Random) -> list[str]:
    """A few words, among them options of any letters."""
    found = []
    for _ in range(chance.randrange(5)):
        letters = "".join(chance.sample(string.ascii_letters, chance.randrange(1, 3)))
        found.append(f"-{letters}" if chance.random() < 0.4 else chance.choice(WORDS))
    return found


@pytest.mark.parametrize("family", ["busybox", "gnu"])
@pytest.mark.parametrize("name", sorted(PROGRAMS))
def test_a_program_is_bounded_whatever_it_is_given(name: str, family: str) -> None:
    chance = random.Random(f"{name} {family}")
    for _ in range(RUNS):
        words = arguments(chance)
        machine = Machine(family, files=FILES)
        stdin = chance.choice([None, *FILES.values()])
        pid, _ = machine.start(name, *words, stdin=None if stdin is None else stdin[:60_000])
        kernel = machine.kernel
        for _ in range(SLICES):
            before = kernel.work
            busy = kernel.run(1)
            assert kernel.work - before < 20 * SLICE_EFFORT, (name, words, "did much in one slice")
            kernel.emitted[:] = [each for each in kernel.emitted if not isinstance(each, Output)]
            machine.collect()
            due = kernel.next_timer_ns()
            if pid in machine.exited or (not busy and due is None):
                break
            if not busy and due is not None:
                kernel.advance(due)
