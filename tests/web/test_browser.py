"""A class in Chromium: learners, a page that is opened anew, and the teacher's view.

Where a picture is wanted: FAKEDOCKER_SCREENSHOTS=FOLDER.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from helpers.page_site import MODULES, chromium
from helpers.paths import ROOT

SECONDS = 400


@contextmanager
def a_class(*options: str) -> Iterator[tuple[str, str]]:
    """A served class; gives the learners' address and the teacher's."""
    command = [sys.executable, "-m", "fakedocker_shell", "web", "--port", "0", *options]
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'shell'}"}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
    assert process.stdout is not None
    try:
        text = ""
        while "ready" not in text:
            line = process.stdout.readline()
            assert line, "the server has ended"
            text += line
        found = dict(re.findall(r"^(\w+): +(\S+)$", text, re.MULTILINE))
        yield found["learners"], found.get("teacher", "")
    finally:
        process.terminate()
        process.wait()
        process.stdout.close()


def drive(name: str, addresses: tuple[str, str], tmp_path: Path) -> dict[str, str]:
    """Run one of the plays of drive_web.mjs; gives what it has seen."""
    if shutil.which("node") is None or not (MODULES / "playwright-core").is_dir():
        pytest.skip("playwright-core was not installed: `make page` does")
    pictures = os.environ.get("FAKEDOCKER_SCREENSHOTS", str(tmp_path))
    script = ROOT / "tests" / "web" / "drive_web.mjs"
    command = ["node", str(script), chromium(), str(MODULES), name, *addresses, pictures]
    done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    seen: dict[str, str] = json.loads(done.stdout)
    assert seen.pop("errors") == "", seen
    return seen


def test_learners_and_their_teacher(tmp_path: Path) -> None:
    with a_class("--class") as addresses:
        seen = drive("class", addresses, tmp_path)
    assert "of-ada" not in seen["bob"] and "none2" in seen["bob"]
    assert "Two servers, one port: 1 command, par 2, done" in seen["ada"] and "✓✓✓✓" in seen["ada"]
    assert "<b>Bob</b>" in seen["row of bob"]
    assert "ports-conflict" in seen["handed"] and "docker ps" in seen["handed"]
    assert seen["asked"] == "docker ps"
    assert "typed" not in seen["ada after"] and seen["ada asked"] == "true"
    assert seen["overflow"] == "0"


def test_a_page_that_is_opened_anew_is_as_it_was(tmp_path: Path) -> None:
    with a_class() as addresses:
        seen = drive("back", addresses, tmp_path)
    assert "kept" in seen["screen"] and "seen2" in seen["screen"]
