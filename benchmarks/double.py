"""What a double costs a suite of tests: its fixture, a fork, a container's life, a socket, and a thousand tests of each kind."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.timing import best, compiling, each, micro, milli, profile
from fakedocker.testing import FakeDocker

TESTS = 1000
EMPTY = "def test(number): pass\n"
FIXTURE = "def test(number, fakedocker): pass\n"
CLIENT = "def test(number, fakedocker_client): assert fakedocker_client.containers.list() == []\n"
HEAD = f"import pytest\n@pytest.mark.parametrize('number', range({TESTS}))\n"


def measure() -> Iterator[tuple[str, str, str]]:
    with FakeDocker(images=["alpine"], profile="28" if profile() == "28" else "29") as fake:
        fake.client.containers.run("alpine", "true", detach=True).wait()
        yield "a fork of a double", micro(each(lambda _: fake.fork(), 2000)), "50 us"
        yield "run, wait, remove, docker-py in process", milli(each(lambda _: _life(fake), 100)), "5 ms"
        yield "served(), entered and left", milli(best(lambda: _serve(fake), 20)), "30 ms"
    yield from _suites()


def _life(fake: FakeDocker) -> None:
    box = fake.client.containers.run("alpine", "true", detach=True)
    box.wait()
    box.remove()


def _serve(fake: FakeDocker) -> None:
    with fake.served():
        pass


def _suites() -> Iterator[tuple[str, str, str]]:
    """A thousand tests that do nothing, that have a double of their own, and that ask it something."""
    with tempfile.TemporaryDirectory() as folder:
        seconds = {text: _suite(Path(folder), text) for text in (EMPTY, FIXTURE, CLIENT)}
        yield f"{TESTS:,} empty tests", f"{seconds[EMPTY]:.2f} s", ""
        for name, text, goal in (("with `fakedocker`", FIXTURE, "1 s"), ("that list containers", CLIENT, "")):
            yield f"{TESTS:,} tests {name}, over the empty ones", f"{seconds[text] - seconds[EMPTY]:.2f} s", goal
        both = _suite(Path(folder), CLIENT, "-n", "2")
        yield (
            f"{TESTS:,} tests that list containers, two workers",
            f"{both:.2f} s, {seconds[CLIENT]:.2f} s with one",
            "",
        )


def _suite(folder: Path, text: str, *options: str) -> float:
    """Seconds of a run of pytest, the least of three."""
    (folder / "test_it.py").write_text(HEAD + text)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *options, str(folder)]

    def run() -> None:
        subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL, env=compiling())

    return best(run, 3)
