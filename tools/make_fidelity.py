"""Play every recording in the terminal and write what differs into docs/fidelity.md and the lists of differences.

Reasons in those lists are kept; a new difference gets the reason "unexplained", which a test refuses. The part of
docs/fidelity.md outside the two markers is written by hand.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

PROJECT = Path(__file__).parent.parent
FOLDER = PROJECT / "tests" / "conformance"
PAGE = PROJECT / "docs" / "fidelity.md"
BEGIN, END = "<!-- made by make fidelity: begin -->", "<!-- made by make fidelity: end -->"
UNEXPLAINED = "unexplained"

sys.path.insert(0, str(FOLDER))
from recording_sets import SETS, RecordingSet  # noqa: E402

import conformance  # noqa: E402  # the comparison tool lives beside its recordings


def main() -> int:
    parts = []
    for recordings in SETS:
        parts += play(recordings)
    before, _, rest = PAGE.read_text().partition(BEGIN)
    _, _, after = rest.partition(END)
    PAGE.write_text(before + BEGIN + "\n" + "\n".join(parts).strip("\n") + "\n" + END + after)
    return 0


def play(recordings: RecordingSet) -> list[str]:
    """Play one set; gives its part of the page, and writes its list of differences."""
    shell = [sys.executable, *recordings.shell]
    reasons = recordings.reasons()
    found: dict[str, str] = {}
    rows, passed, total = [], 0, 0
    for name in recordings.names:
        recorded = recordings.steps(name)
        compared = conformance.compare(recorded, conformance.run(recorded, shell, timeout=120))
        counted = [(index, row) for index, row in enumerate(compared) if row[0]["directive"] != "setup"]
        differing = [(index, row[0]["command"]) for index, row in counted if not row[3]]
        good = len(counted) - len(differing)
        passed, total = passed + good, total + len(counted)
        rows.append(f"| {name} | {good} of {len(counted)} |")
        for index, command in differing:
            step = f"{name}:{index}"
            found[step] = reasons.get(step, UNEXPLAINED)
            print(f"{step}: $ {command}")
    recordings.differences.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n")
    table = [
        f"{recordings.title}: {passed} of {total} recorded commands give the same words, order and exit status.",
        "",
        "| recording | the same |",
        "| --- | --- |",
        *rows,
        "",
    ]
    if found:
        table += ["Steps that differ, by reason:", ""]
    for reason in sorted(set(found.values())):
        steps = ", ".join(step for step, why in found.items() if why == reason)
        table.append(f"- {reason}: {steps}")
    print(f"{recordings.title}: {passed} of {total}")
    return [*table, ""] if found else table


if __name__ == "__main__":
    sys.exit(main())
