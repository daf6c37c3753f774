"""The page that `make page` has made: how large it is, and what its start takes by phase, under node."""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

PROJECT = Path(__file__).parent.parent
SITE = PROJECT / "dist" / "page"
SCRIPT = """
import time
begun = time.perf_counter()
from fakedocker_shell.page.session import begin
imported = time.perf_counter()
print(round((imported - begun) * 1000))
"""
REPEATS = 3


def measure() -> Iterator[tuple[str, str, str]]:
    if not SITE.is_dir() or shutil.which("node") is None:
        yield "the page", "not made: `make page`", ""
        return
    listed = json.loads((SITE / "site.json").read_text())
    yield "page: first download", f"{sum(listed['downloads'].values()) / 1e6:.1f} MB", "12 MB"
    yield "page: fetched when it is read", f"{sum(size for _, size in listed['later']) / 1e6:.1f} MB", ""
    with tempfile.TemporaryDirectory(prefix="fd-") as folder:
        file = Path(folder) / "start.py"
        file.write_text(SCRIPT)
        runs = [_run(file) for _ in range(REPEATS)]
    for phase in runs[0]:
        yield f"page: start under node, {phase}", f"{min(run[phase] for run in runs)} ms", ""
    yield "page: from the download to the terminal", f"{min(sum(run.values()) for run in runs)} ms", "5,000 ms"


def _run(file: Path) -> dict[str, int]:
    """Milliseconds of each phase."""
    command = ["node", str(PROJECT / "page" / "under_node.mjs"), str(SITE), str(file)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    ends = json.loads(done.stderr.splitlines()[0])
    before, phases = 0, {}
    for name, end in ends:
        phases[name], before = end - before, end
    return {**phases, "importing the engine": int(done.stdout.split()[-1])}
