"""Clients as they are, against a served engine."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from fakedocker.assembly import create_engine
from fakedocker.base.profiles import PROFILES
from fakedocker.engine.inflight import TimeMode
from fakedocker.serving import Listening, Served, serve_in_thread
from helpers.programs import CLIENTS, Run


@pytest.fixture(params=list(PROFILES))
def profile(request: pytest.FixtureRequest) -> str:
    """Which Docker the engine is: every test is of each."""
    return str(request.param)


@pytest.fixture
def served(tmp_path: Path, profile: str) -> Iterator[Served]:
    """An engine behind a socket, its published ports open, served from a thread."""
    engine = create_engine(9, mode=TimeMode.FAST, profile=profile)
    engine.journaling = False
    with serve_in_thread(engine, Listening(socket_path=str(tmp_path / "docker.sock"), publish=True)) as listening:
        yield listening


@pytest.fixture
def run(served: Served, tmp_path: Path) -> Run:
    """Runs a program that finds the engine; its docker configuration is a folder of its own with the plugins there are."""
    configuration = tmp_path / "config"
    configuration.mkdir()
    if (CLIENTS / "cli-plugins").is_dir():
        (configuration / "cli-plugins").symlink_to(CLIENTS / "cli-plugins")
    environment = {
        **os.environ,
        **served.environment,
        "DOCKER_CONFIG": str(configuration),
        "HOME": str(tmp_path),
        "NO_COLOR": "1",
    }

    def run(*words: str, stdin: str = "", check: bool = True) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            words, input=stdin, capture_output=True, text=True, timeout=300, env=environment, cwd=tmp_path, check=False
        )
        assert not check or done.returncode == 0, done.stdout + done.stderr
        return done

    return run
