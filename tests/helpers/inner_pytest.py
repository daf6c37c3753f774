"""A pytest of its own in a folder, as another project has it. Of the plugins installed it loads fakedocker's and those named."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path


def run_pytest(folder: Path, *words: str, all_plugins: bool = False) -> subprocess.CompletedProcess[str]:
    """Run pytest in a folder, without the settings of the pytest that this is and without a daemon's address.

    Args:
        folder: where it runs.
        words: further arguments; `-n` loads pytest-xdist.
        all_plugins: load every plugin that is installed, by its entry point. It takes four times as long to start.
    """
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "DOCKER"))}
    if not all_plugins:
        environment["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
        words = ("-p", "fakedocker.testing.plugin", *(("-p", "xdist") if "-n" in words else ()), *words)
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *words],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=300,
        env=environment,
        check=False,
    )
