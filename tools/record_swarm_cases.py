"""Record what the real docker client prints for the scenarios of tests/data/swarm_cases.json, as record_compose_cases does.

make clients
python tools/record_swarm_cases.py [SCENARIO...]
"""

from __future__ import annotations

from pathlib import Path

from record_compose_cases import ROOT, record_all

CASES = ROOT / "tests/data/swarm_cases.json"
DIRECTORY = Path("/tmp/swarm-cases")

if __name__ == "__main__":
    record_all(CASES, DIRECTORY)
