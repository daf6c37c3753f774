"""Nothing that people wait for takes much more work than is on record; counted in calls, as seconds depend on the machine."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_no_count_of_calls_has_grown_by_more_than_a_third() -> None:
    words = [sys.executable, "-m", "benchmarks.counts"]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
