"""How times are taken: the least of several runs, as everything else that happens on a machine only adds."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Sequence

from fakedocker.base.profiles import DEFAULT

_PROFILE = "FAKEDOCKER_BENCH_PROFILE"


def profile() -> str:
    """Which Docker is measured; the suites are told by a variable, as what they start is in processes of its own."""
    return os.environ.get(_PROFILE, DEFAULT)


def choose(name: str) -> None:
    """Measure this one."""
    os.environ[_PROFILE] = name


def best(action: Callable[[], object], repeats: int = 5) -> float:
    """Seconds of the fastest run."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        action()
        times.append(time.perf_counter() - start)
    return min(times)


def each(action: Callable[[int], object], count: int, repeats: int = 3) -> float:
    """Seconds per call of the fastest series."""

    def series() -> None:
        for number in range(count):
            action(number)

    return best(series, repeats) / count


def command(words: Sequence[str], repeats: int = 7, stdin: str = "", *, warm: bool = True) -> float:
    """Seconds of a whole process, whose modules are read compiled, as they are wherever they have been read before.

    Args:
        warm: let it run once before it is measured.
    """

    def run() -> None:
        subprocess.run(words, input=stdin, text=True, capture_output=True, check=False, env=compiling())

    if warm:
        run()
    return best(run, repeats)


def compiling() -> dict[str, str]:
    """The environment of a process that keeps what it has compiled."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def micro(seconds: float) -> str:
    return f"{seconds * 1e6:,.1f} us"


def milli(seconds: float) -> str:
    return f"{seconds * 1e3:,.1f} ms"
