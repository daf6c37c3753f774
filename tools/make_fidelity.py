"""Play every recording in the terminal and write what differs into docs/fidelity.md and tests/conformance/differences.json.

Reasons in differences.json are kept; a new difference gets the reason "unexplained", which a test refuses. The part of
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
import conformance  # noqa: E402  # the comparison tool lives beside its recordings


def main() -> int:
    shell = [sys.executable, "-m", "fakedocker_shell.main", "--date", "2024-10-01"]
    reasons: dict[str, str] = json.loads((FOLDER / "differences.json").read_text())
    found: dict[str, str] = {}
    rows, passed, total = [], 0, 0
    for path in sorted((FOLDER / "recordings").glob("*.json")):
        recorded = json.loads(path.read_text())["steps"]
        compared = conformance.compare(recorded, conformance.run(recorded, shell, timeout=120))
        counted = [(index, row) for index, row in enumerate(compared) if row[0]["directive"] != "setup"]
        differing = [(index, row[0]["command"]) for index, row in counted if not row[3]]
        good = len(counted) - len(differing)
        passed, total = passed + good, total + len(counted)
        rows.append(f"| {path.stem} | {good} of {len(counted)} |")
        for index, command in differing:
            step = f"{path.stem}:{index}"
            found[step] = reasons.get(step, UNEXPLAINED)
            print(f"{step}: $ {command}")
    (FOLDER / "differences.json").write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n")
    table = [
        f"{passed} of {total} recorded commands give the same words, order and exit status.",
        "",
        "| recording | the same |",
        "| --- | --- |",
        *rows,
    ]
    if found:
        table += ["", "Steps that differ, by reason:", ""]
    for reason in sorted(set(found.values())):
        steps = ", ".join(step for step, why in found.items() if why == reason)
        table.append(f"- {reason}: {steps}")
    before, _, rest = PAGE.read_text().partition(BEGIN)
    _, _, after = rest.partition(END)
    PAGE.write_text(before + BEGIN + "\n" + "\n".join(table) + "\n" + END + after)
    print(f"{passed} of {total}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
