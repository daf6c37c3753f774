"""Random small SQL programs, asked of the real servers and of the simulated ones; every difference that is no mark is told, and
how often which mark ended one. Where only the order of rows differs and the simulation says that it does not know it, that is counted.

    python tools/fuzz_sql.py --postgres DIR --mariadb SOCKET --programs 1000 --seed 1

The real servers run as tools/record_sql_cases.py says. Exits with 1 where there was a difference.
"""

from __future__ import annotations

import argparse
import difflib
import itertools
import sys
import time
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "tools")]

from fuzz_sql_answers import MariadbAnswers, PostgresAnswers  # noqa: E402
from fuzz_sql_programs import Maker, setup  # noqa: E402

from helpers.sql_cases import Case  # noqa: E402
from helpers.sql_player import MARK, Player, verdict  # noqa: E402

LONGEST = 12
"""Lines that are shown of a difference."""


def told(number: str, script: str, wanted: Case, found: Case) -> str:
    """A difference, for people."""
    lines = difflib.unified_diff(
        (wanted.stdout + wanted.stderr).splitlines(), (found.stdout + found.stderr).splitlines(), "real", "ours", lineterm="", n=1
    )  # fmt: skip
    return "\n".join([f"== {number}", script, *itertools.islice(lines, 2, 2 + LONGEST)])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--postgres")
    parser.add_argument("--mariadb")
    parser.add_argument("--programs", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=0, help="for each server: no program begins later than this")
    options = parser.parse_args()
    counts: Counter[str] = Counter()
    marks: Counter[str] = Counter()
    for server, place in (("postgres", options.postgres), ("mariadb", options.mariadb)):
        if not place:
            continue
        player = Player(server)
        answers = PostgresAnswers(place) if server == "postgres" else MariadbAnswers(place)
        begun = time.monotonic()
        for number in range(options.programs):
            if 0 < options.seconds < time.monotonic() - begun:
                break
            program = Maker(options.seed * 1_000_003 + number, server).program()
            script = setup(server) + program
            wanted = Case(str(number), script, *answers.ask(script))
            try:
                found = player.play(Case(str(number), script))
            except AssertionError as problem:  # a program of the simulation has fallen
                found, player = Case(str(number), script, "", str(problem)), Player(server)
            kind = verdict(wanted, found)
            if (
                kind == "wrong"
                and player.doubted
                and wanted.stderr == found.stderr
                and sorted(wanted.stdout.split("\n")) == sorted(found.stdout.split("\n"))
            ):
                kind = "doubted"
            counts[f"{server} {kind}"] += 1
            if kind == "marked":
                marks[f"{server}: {found.stderr.partition(MARK)[2].splitlines()[0]}"] += 1
            elif kind == "wrong":
                print(told(f"{server} {options.seed}:{number}", program, wanted, found), flush=True)
    for mark, count in marks.most_common():
        print(f"{count:6} {mark}")
    print(", ".join(f"{kind}: {count}" for kind, count in sorted(counts.items())))
    return 1 if any(kind.endswith("wrong") for kind in counts) else 0


if __name__ == "__main__":
    sys.exit(main())
