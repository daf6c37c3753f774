"""Run every measurement and print a table of figures, goals and ratios.

python -m benchmarks            everything
python -m benchmarks start      those whose name contains a word
python -m benchmarks 28         of this Docker, in place of the default one
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from typing import NamedTuple

from benchmarks import archives, builds, classes, double, in_process, load, page, processes, shell, sockets, timing
from fakedocker.base.profiles import PROFILES


class Figure(NamedTuple):
    """One line of the table."""

    name: str
    value: str
    goal: str


SUITES: dict[str, Callable[[], Iterator[tuple[str, str, str]]]] = {
    "start": processes.measure,
    "engine": in_process.measure,
    "sockets": sockets.measure,
    "load": load.measure,
    "shell": shell.measure,
    "archives": archives.measure,
    "builds": builds.measure,
    "page": page.measure,
    "class": classes.measure,
    "double": double.measure,
}


def main() -> int:
    wanted = [word for word in sys.argv[1:] if word not in PROFILES]
    for name in (word for word in sys.argv[1:] if word in PROFILES):
        timing.choose(name)
    print(f"Docker {timing.profile()}")
    print(f"{'what':58} {'measured':>22}   goal")
    for suite, measure in SUITES.items():
        if wanted and not any(word in suite for word in wanted):
            continue
        for row in measure():
            figure = Figure(*row)
            print(f"{figure.name:58} {figure.value:>22}   {figure.goal}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
