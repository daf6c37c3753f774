"""The clients that are programs: where they are."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from helpers.paths import ROOT

CLIENTS = Path(os.environ.get("FAKEDOCKER_CLIENTS", ROOT / ".clients"))
"""Where `make clients` puts programs that the machine does not have."""

Run = Callable[..., subprocess.CompletedProcess[str]]


def find(name: str) -> str:
    """The path of a client. Skips the test, and says so, where there is none."""
    for candidate in (CLIENTS / "bin" / name, CLIENTS / "cli-plugins" / name):
        if candidate.exists():
            return str(candidate)
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed; `make clients` does it where there is apt")
    return found
