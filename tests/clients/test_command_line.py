"""`fakedocker docker`: the project's own command line over a real socket, for machines without the real client."""

from __future__ import annotations

import sys
from pathlib import Path

from helpers.programs import Run

DOCKER = (sys.executable, "-m", "fakedocker_shell", "docker")


def test_it_does_what_the_real_client_does(run: Run, tmp_path: Path) -> None:
    assert run(*DOCKER, "run", "--rm", "alpine", "echo", "hello").stdout == "hello\n"
    assert run(*DOCKER, "run", "-i", "--rm", "alpine", "wc", "-c", stdin="typed\n").stdout == "6\n"
    run(*DOCKER, "run", "-d", "--name", "box", "alpine", "sh", "-c", "echo out; echo err >&2; sleep 1000000")
    logs = run(*DOCKER, "logs", "box")
    assert (logs.stdout, logs.stderr) == ("out\n", "err\n")
    executed = run(*DOCKER, "exec", "box", "sh", "-c", "echo in; exit 3", check=False)
    assert (executed.stdout, executed.returncode) == ("in\n", 3)
    (tmp_path / "note").write_text("from here")
    run(*DOCKER, "cp", "note", "box:/tmp/note")
    run(*DOCKER, "cp", "box:/tmp/note", "back")
    assert (tmp_path / "back").read_text() == "from here"
    (tmp_path / "Dockerfile").write_text("FROM alpine\nCOPY note /\n")
    run(*DOCKER, "build", "-q", "-t", "made", ".")
    assert run(*DOCKER, "run", "--rm", "made", "cat", "/note").stdout == "from here"
    missing = run(*DOCKER, "rm", "nosuch", check=False)
    assert (missing.returncode, missing.stderr) == (1, "Error response from daemon: No such container: nosuch\n")
    assert run(*DOCKER, "rm", "-f", "box").stdout == "box\n"


def test_nobody_there(run: Run, tmp_path: Path) -> None:
    done = run(*DOCKER, "-H", f"unix://{tmp_path}/none", "ps", check=False)
    assert done.returncode == 1
    assert done.stderr.startswith(
        f"Cannot connect to the Docker daemon at unix://{tmp_path}/none. Is the docker daemon running?"
    )
