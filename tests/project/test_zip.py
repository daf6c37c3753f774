"""The program runs from a zip: its data are the packages' resources, not files beside them."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from helpers.paths import ROOT

FOLDERS = {
    "fakedocker": "fakedocker",
    "shell/fakedocker_shell": "fakedocker_shell",
    "scenarios": "fakedocker_shell/scenarios/shipped",
}
INSTALL = "docker run --rm debian sh -c 'apt-get update -qq && apt-get install -qq -y curl && curl --version' | tail -4"


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("zip") / "fakedocker.zip"
    with zipfile.ZipFile(path, "w") as file:
        for folder, inside in FOLDERS.items():
            for source in sorted((ROOT / folder).rglob("*")):
                if source.is_file() and source.suffix != ".pyc":
                    file.write(source, f"{inside}/{source.relative_to(ROOT / folder)}")
    return path


@pytest.mark.parametrize(
    ("arguments", "shown"),
    [
        (["-c", "docker run --rm alpine echo from the zip; docker --help | wc -l"], "from the zip\n"),
        (["learn", "--list"], "ports-conflict"),
        (["-c", INSTALL], "libcurl"),
    ],
)
def test_it_runs_from_a_zip(archive: Path, arguments: list[str], shown: str, tmp_path: Path) -> None:
    code = (
        "import sys; from fakedocker_shell.main import main; import fakedocker;"
        " assert '.zip' in fakedocker.__file__; sys.exit(main(sys.argv[1:]))"
    )
    environment = {**os.environ, "PYTHONPATH": str(archive), "XDG_STATE_HOME": str(tmp_path)}
    command = [sys.executable, "-c", code, *arguments]
    done = subprocess.run(
        command, env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=300, check=False
    )
    assert shown in done.stdout, done.stderr
