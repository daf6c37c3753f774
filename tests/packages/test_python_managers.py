"""poetry, uv and pipenv with lock files that the real ones made."""

from __future__ import annotations

import json

import pytest

from fakedocker.userland.packages import python_locks
from fakedocker.userland.packages.python_locks import BadLock
from helpers.packages_world import Box
from helpers.paths import DATA

LOCKS = DATA / "locks" / "python"


def project(manager: str, *, lock: str = "", **files: str) -> Box:
    """A box with the manager, and a project in /srv."""
    box = Box("python:3.12-slim")
    assert box.sh(f"pip install -q {manager} && mkdir -p /srv/shop && touch /srv/shop/__init__.py").status == 0
    outside = box.kernel.outside("box")
    for name, text in files.items():
        outside.write_file(f"/srv/{name}", text.encode())
    if lock:
        outside.write_file(f"/srv/{lock}", (LOCKS / lock).read_bytes())
    return box


def poetry(*, lock: str = "poetry.lock") -> Box:
    return project("poetry", lock=lock, **{"pyproject.toml": (LOCKS / "poetry.toml").read_text()})


def uv(*, lock: str = "uv.lock") -> Box:
    return project("uv", lock=lock, **{"pyproject.toml": (LOCKS / "uv.toml").read_text()})


def test_poetry_installs_by_its_lock_file() -> None:
    box = poetry()
    result = box.sh(
        "poetry config virtualenvs.create false && poetry install --no-interaction --no-ansi", directory="/srv"
    )
    assert (result.status, result.stderr) == (0, "")
    assert result.stdout == (
        "Installing dependencies from lock file\n\nPackage operations: 3 installs, 0 updates, 0 removals\n\n"
        "  - Installing click (8.1.8)\n  - Installing idna (3.20)\n  - Installing iniconfig (2.3.1)\n"
        "\nInstalling the current project: shop (0.1.0)\n"
    )
    assert {"click==8.1.8", "idna==3.20", "iniconfig==2.3.1", "shop==0.1.0"} <= set(box.sh("pip freeze").stdout.split())
    again = box.sh("poetry install --no-root", directory="/srv").stdout
    assert again == "Installing dependencies from lock file\n\nNo dependencies to install or update\n"


@pytest.mark.parametrize("option", ["--only main", "--without dev", "--no-dev", "--without=dev"])
def test_poetry_leaves_out_what_only_developers_need(option: str) -> None:
    box = poetry()
    result = box.sh(f"POETRY_VIRTUALENVS_IN_PROJECT=1 poetry install --no-root {option}", directory="/srv")
    assert result.stdout.startswith("Creating virtualenv shop in /srv/.venv\nInstalling dependencies from lock file\n")
    assert "2 installs" in result.stdout and "iniconfig" not in result.stdout
    ran = box.sh("poetry run python -c 'import click'; poetry run nosuch", directory="/srv")
    assert ran.stderr == "fakedocker: python: the module click is not simulated\nCommand not found: nosuch\n"
    assert "No module named" in box.sh("python -c 'import click'").stderr


def test_what_poetry_does_not_work_out() -> None:
    box = poetry(lock="")
    result = box.sh("poetry install", directory="/srv")
    assert result.stderr == "fakedocker: poetry: working out what is needed without poetry.lock is not simulated\n"
    assert "could not find a pyproject.toml file in / or its parents" in box.sh("poetry install").stderr
    assert box.sh("poetry add flask", directory="/srv").stderr == "fakedocker: poetry: poetry add is not simulated\n"
    assert box.sh("poetry --version").stdout.startswith("Poetry (version ")


def test_uv_synchronizes() -> None:
    box = uv()
    result = box.sh("uv sync --frozen", directory="/srv")
    assert (result.status, result.stdout) == (0, "")
    assert result.stderr == (
        "Using CPython 3.12.6 interpreter at: /usr/local/bin/python3\nCreating virtual environment at: .venv\n"
        "Prepared 3 packages in 121ms\nInstalled 3 packages in 7ms\n + click==8.1.8\n + idna==3.20\n + iniconfig==2.3.1\n"
    )
    assert box.sh("uv sync", directory="/srv").stderr == "Checked 3 packages in 1ms\n"
    assert box.sh("uv run python -c 'print(1)'", directory="/srv").stdout == "1\n"
    assert "iniconfig" not in uv().sh("uv sync --no-dev", directory="/srv").stderr


def test_uv_installs_as_pip_does() -> None:
    box = uv()
    refused = box.sh("uv pip install six")
    assert (refused.status, refused.stderr[:35]) == (2, "error: No virtual environment found")
    result = box.sh("uv pip install --system --no-cache 'six==1.16.0' nosuch-thing")
    assert (result.status, "fakedocker: uv: the project nosuch-thing is not simulated\n" in result.stderr) == (1, True)
    assert "six==1.16.0" in box.sh("pip freeze").stdout
    assert box.sh("uv venv && uv pip install six", directory="/tmp").stderr.endswith(
        "Installed 1 package in 7ms\n + six==1.16.0\n"
    )
    assert box.sh("uv sync", directory="/").stderr.startswith("error: No `pyproject.toml` found")
    assert box.sh("uv sync --locked; uv add x", directory="/tmp").stderr.endswith(
        "fakedocker: uv: uv add is not simulated\n"
    )


def test_pipenv_installs_into_the_system() -> None:
    box = project("pipenv", lock="Pipfile.lock")
    result = box.sh("pipenv install --system --deploy", directory="/srv")
    assert (result.status, result.stderr) == (0, "Installing dependencies from Pipfile.lock (0f20aa)...\n")
    assert "idna==3.20" in box.sh("pip freeze").stdout and "iniconfig" not in box.sh("pip freeze").stdout
    assert box.sh("pipenv shell").stderr == "fakedocker: pipenv: pipenv shell without --system is not simulated\n"


def test_hostile_lock_files_end() -> None:
    with pytest.raises(BadLock, match="more than 20000 packages"):
        python_locks.read_toml('[[package]]\nname = "a"\n' * 20_001)
    circle = "".join(
        f'[[package]]\nname = "{a}"\nversion = "1"\n[package.dependencies]\n{b} = "*"\n' for a, b in ("ab", "ba")
    )
    packages = python_locks.read_toml(circle)
    assert [each.name for each in python_locks.closure(packages, [("a", "")], "3.12")] == ["a", "b"]
    assert python_locks.read_toml("[[package]]\n" + "x" * 2_000_000) == {}
    with pytest.raises(BadLock, match="no JSON"):
        python_locks.read_pipfile("[" * 100_000, development=True)
    assert python_locks.read_pipfile(json.dumps({"default": {"a": 3, "b": {"version": "*"}}}), development=False) == []
