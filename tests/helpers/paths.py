"""Where things are that tests read: in the project, not beside a test."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parents[2]
DATA = ROOT / "tests" / "data"
"""Answers of real programs, recorded by tools/record_*.py."""
CONFORMANCE = ROOT / "tests" / "conformance"
RECORDINGS = CONFORMANCE / "recordings"
"""Recordings of the real engine and client."""
