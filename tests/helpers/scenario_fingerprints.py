"""A line for each of the scenarios named: its path, and a digest of every byte that it prints. A command, for other processes."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

from fakedocker_shell.scenarios.parsing import parse_file
from fakedocker_shell.scenarios.replaying import SimulatedStage, play


def fingerprint(path: Path) -> str:
    """Of every byte that a scenario prints."""
    scenario = parse_file(path)
    seen = hashlib.sha256()
    for each in play(scenario, SimulatedStage(scenario)):
        seen.update(repr((each.step.command, each.printed, each.status)).encode())
    return seen.hexdigest()


if __name__ == "__main__":
    for name in sys.argv[1:]:
        print(name, fingerprint(Path(name)))
