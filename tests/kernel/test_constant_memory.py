"""Streams through pipes are never held: neither programs nor pipes take more for a long one than for a short one."""

from __future__ import annotations

import hashlib
import tracemalloc

import pytest

from fakedocker.testing import FakeDocker
from fakedocker.userland.text import digests

MEMORY_BYTES = 8 << 20
PIPELINES = {
    "head -c 300M /dev/zero | wc -c": "314572800",
    "yes | head -c 40M | md5sum": hashlib.md5(b"y\n" * (20 << 20)).hexdigest() + "  -",
    "timeout 1 yes | tail -1": "y",
    "yes | head -c 30M | tail -n 2": "y\ny",
    "yes abc | head -c 10M | wc": "  2621440   2621440  10485760",
    "yes | head -c 20M | head -c -5 | wc -c": "20971515",
    "yes | head -c 20M | tail -n +3 | wc -l": "10485758",
    "head -c 20M /dev/urandom | sha256sum | wc -c": "68",
    "dd if=/dev/zero bs=64M count=2 2>/dev/null | wc -c": "134217728",
    "yes | head -c 20M | tee /dev/null | cat | wc -l": "10485760",
}


@pytest.fixture(scope="module")
def fake() -> FakeDocker:
    return FakeDocker(images=["alpine"])


@pytest.mark.parametrize("pipeline", PIPELINES)
def test_a_long_stream_takes_no_memory(fake: FakeDocker, pipeline: str) -> None:
    tracemalloc.start()
    try:
        out = fake.client.containers.run("alpine", ["sh", "-c", pipeline], remove=True)
        assert tracemalloc.get_traced_memory()[1] < MEMORY_BYTES
    finally:
        tracemalloc.stop()
    assert out.decode().rstrip("\n") == PIPELINES[pipeline]


def test_a_digest_in_the_middle_goes_on_from_every_snapshot(fake: FakeDocker) -> None:
    container = fake.client.containers.run(
        "alpine", ["sh", "-c", "(echo one; sleep 5; echo two) | md5sum"], detach=True
    )
    fake.advance("1s")
    middle = fake.snapshot()
    expected = hashlib.md5(b"one\ntwo\n").hexdigest()
    for _ in range(2):
        fake.advance("9s")
        assert container.logs().decode() == f"{expected}  -\n"
        fake.restore(middle)


def test_a_digest_that_is_lost_says_so(fake: FakeDocker) -> None:
    container = fake.client.containers.run(
        "alpine", ["sh", "-c", "(echo one; sleep 5; echo two) | md5sum"], detach=True
    )
    fake.advance("1s")
    digests._RUNNING.clear()  # as in another process that reads the state of this one
    fake.advance("9s")
    assert "is not kept when the engine starts again" in container.logs().decode()


@pytest.mark.parametrize(
    ("command", "out"),
    [
        (r"printf 'a\rb\nc' | tail -n 1", "c"),
        (r"printf 'a\nb\nc' | tail -n 2", "b\nc"),
        (r"printf 'a\nb\nc\n' | head -n -1", "a\nb\n"),
        (r"printf 'a\nb\nc' | head -n -1", "a\nb\n"),
        (r"printf 'a b\tc\n\303\251 d' | wc -mL", "        9         9"),
        (r"printf 'abc' | head -c -5", ""),
        (r"printf 'abc' | tail -c +2", "bc"),
        (r"printf 'a\nb\n' | tail -n +0", "a\nb\n"),
    ],
)
def test_ends_of_streams(fake: FakeDocker, command: str, out: str) -> None:
    assert fake.client.containers.run("alpine", ["sh", "-c", command], remove=True).decode().rstrip("\n") == out.rstrip(
        "\n"
    )
