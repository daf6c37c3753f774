"""Every page of docs/recipes works as a reader would follow it: its titled blocks are files, its commands are run beside them."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
import yaml

from helpers.paths import ROOT
from helpers.programs import CLIENTS

FOLDER = ROOT / "docs" / "recipes"
PAGES = sorted(path for path in FOLDER.glob("*.md") if path.name != "README.md")
BLOCK = re.compile(r"^```(\w+)([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
TITLE = re.compile(r'title="([\w./-]+)"')
NEEDS = re.compile(r"<!-- needs: (.*?) -->")
NEEDS_PYTHON = re.compile(r"<!-- needs-python: (.*?) -->")
SECONDS = 300


def programs() -> str:
    """Where a reader's programs are: of this environment, of the machine, and of those that `make clients` has brought."""
    return os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", ""), str(CLIENTS / "bin")))


def environment(folder: Path, commands: str) -> dict[str, str]:
    """A reader's: programs of this environment and of the machine, no daemon, and of pytest's plugins those that are used."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "DOCKER", "COMPOSE"))}
    plugins = ["fakedocker.testing.plugin", *(["xdist"] if "-n" in commands.split() else [])]
    return {
        **kept, "PATH": programs(), "HOME": str(folder),
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_PLUGINS": ",".join(plugins), "PYTHONDONTWRITEBYTECODE": "1",
    }  # fmt: skip


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_works_as_it_is_written(page: Path, tmp_path: Path) -> None:
    text = page.read_text()
    lacks = [
        name for words in NEEDS.findall(text) for name in words.split() if shutil.which(name, path=programs()) is None
    ]
    lacks += [name for words in NEEDS_PYTHON.findall(text) for name in words.split() if find_spec(name) is None]
    if lacks:
        pytest.skip(f"{', '.join(lacks)} is not installed, which {page.name} needs")
    commands = []
    for language, words, body in BLOCK.findall(text):
        title = TITLE.search(words)
        if title is not None:
            path = tmp_path / title[1]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(body)
            if language == "yaml":
                assert yaml.safe_load(body)
        elif language == "sh":
            commands.append(body)
        else:
            assert "norun" in words, f"nobody tries this block of {page.name}: {body[:40]!r}"
    for command in commands:
        done = subprocess.run(
            ["sh", "-eu", "-c", command], cwd=tmp_path, env=environment(tmp_path, command),
            capture_output=True, text=True, timeout=SECONDS, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
    assert commands or page.stem == "ci"


def test_the_list_has_every_page() -> None:
    named = re.findall(r"\]\((\w+\.md)\)", (FOLDER / "README.md").read_text())
    assert sorted(named) == [page.name for page in PAGES]
