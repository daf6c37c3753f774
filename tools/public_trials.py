"""One public project tried in one way: by the terminal's own docker, or by the real client against a served engine."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple

from public_sources import THROUGH, Project

WAYS: Final = ("terminal", "real client")
_PROJECT: Final = Path(__file__).parent.parent
_CLIENTS: Final = Path(os.environ.get("FAKEDOCKER_CLIENTS", _PROJECT / ".clients"))
_FAKEDOCKER: Final = (sys.executable, "-m", "fakedocker_shell", "--profile", "28")
"""As the tables were made; nginx-proxy and the older Traefik among them ask for an API that Docker 29 has no longer."""
_LONGEST_SECONDS: Final = 600
_SETTLING_SECONDS: Final = 120
"""How long the services of a compose project are left alone before they are looked at, in virtual time."""
_MARK: Final = re.compile(r"fakedocker: (?!assume)\S+: [^\n]*? is not simulated")
_UNKNOWN: Final = re.compile(r"fakedocker: [^\n]* is not in its catalogue")
_OF_UNKNOWN: Final = (
    "failed to resolve source metadata",
    "manifest unknown",
    "pull access denied",
    "is not in its catalogue",
)
_ERROR: Final = re.compile(r"^(?:ERROR: |Error response from daemon: |failed to solve: )(.*)$", re.MULTILINE)
_SPLIT: Final = "=====8====="


class Outcome(NamedTuple):
    """What became of it: THROUGH, or why not; all that was printed, and the seconds that it took."""

    said: str
    printed: str
    seconds: float


def try_project(project: Project, folder: Path, way: str, assume: bool) -> Outcome:
    """Build a Dockerfile, or bring up a compose project, on a fresh engine.

    Args:
        folder: the project's files. They may be written to.
        way: one of WAYS.
    """
    script = _build(project) if project.kind == "dockerfile" else _compose(project)
    script = "".join(f"{{ {command}; }} 2>&1 || exit 1; " for command in project.prepare) + script
    began = time.monotonic()
    run = _in_terminal if way == WAYS[0] else _by_client
    status, printed = run(script, folder, assume, dict(project.environment))
    said = _of_build(status, printed) if project.kind == "dockerfile" else _of_compose(status, printed)
    return Outcome(said, printed, time.monotonic() - began)


def _build(project: Project) -> str:
    words = (
        "docker",
        "build",
        "--progress=plain",
        "-t",
        "tried",
        "-f",
        project.files[0],
        *project.options,
        project.folder,
    )
    return f"{shlex.join(words)} 2>&1"


def _compose(project: Project) -> str:
    compose = ["docker", "compose", "--project-directory", project.folder]
    for name in project.files:
        compose += ["-f", name]
    up = shlex.join([*compose, "--progress=plain", "up", "-d", *project.options])
    look = shlex.join([*compose, "ps", "-a", "--format", "json"])
    logs = shlex.join([*compose, "logs", "--no-color", "--tail", "12"])
    return f"{up} 2>&1 || exit 1; @WAIT@; echo {_SPLIT}; {look}; echo {_SPLIT}; {logs} 2>&1"


def _in_terminal(script: str, folder: Path, assume: bool, environment: dict[str, str]) -> tuple[int, str]:
    settings = "".join(f"export {name}={shlex.quote(value)}; " for name, value in environment.items())
    script = script.replace("@WAIT@", f"sleep {_SETTLING_SECONDS}")
    words = [*_FAKEDOCKER, *(["--assume"] if assume else []), "--host-dir", f"{folder}:rw", "-c"]
    return _run([*words, f"{settings}cd {shlex.quote(str(folder))} && {script}"], dict(os.environ), folder)


def _by_client(script: str, folder: Path, assume: bool, environment: dict[str, str]) -> tuple[int, str]:
    script = script.replace("@WAIT@", f"docker run --rm alpine sleep {_SETTLING_SECONDS} >/dev/null 2>&1")
    scratch = folder.parent / f"{folder.name}-client"
    (scratch / "config").mkdir(parents=True)
    (scratch / "config" / "cli-plugins").symlink_to(_CLIENTS / "cli-plugins")
    with _served(scratch / "docker.sock", folder, assume):
        found = {
            **os.environ,
            "PATH": f"{_CLIENTS / 'bin'}:{os.environ['PATH']}",
            "DOCKER_HOST": f"unix://{scratch / 'docker.sock'}",
            "DOCKER_CONFIG": str(scratch / "config"),
            "HOME": str(scratch),
            **environment,
        }
        return _run(["sh", "-c", script], found, folder)


@contextmanager
def _served(socket: Path, folder: Path, assume: bool) -> Iterator[None]:
    words = [*_FAKEDOCKER, "serve", "--socket", str(socket), "--host-dir", f"{folder}:rw"]
    server = subprocess.Popen([*words, *(["--assume"] if assume else [])], stdout=subprocess.DEVNULL, cwd=_PROJECT)
    try:
        for _ in range(600):
            if socket.exists() or server.poll() is not None:
                break
            time.sleep(0.05)
        yield
    finally:
        server.terminate()
        server.wait(30)


def _run(words: list[str], environment: dict[str, str], folder: Path) -> tuple[int, str]:
    try:
        done = subprocess.run(
            words,
            capture_output=True,
            cwd=folder,
            env=environment,
            timeout=_LONGEST_SECONDS,
            check=False,
            stdin=subprocess.DEVNULL,
        )
    except subprocess.TimeoutExpired as problem:
        return 124, ((problem.stdout or b"") + b"\nERROR: no end in time").decode("utf-8", "replace")
    return done.returncode, (done.stdout + done.stderr).decode("utf-8", "replace")


def _of_build(status: int, printed: str) -> str:
    return THROUGH if status == 0 else _reason(printed)


def _reason(printed: str) -> str:
    """Why it stopped: the last boundary that was met in the step that failed, else the error itself."""
    errors = _ERROR.findall(printed)
    error = errors[-1].strip() if errors else (printed.strip().splitlines() or [""])[-1]
    if any(words in error for words in _OF_UNKNOWN) and (found := _UNKNOWN.search(printed)):
        return found[0]
    if "did not complete successfully" in error and (marks := _MARK.findall(_last_step(printed))):
        return str(marks[-1])
    return error.removeprefix("failed to solve: ")[:300]


def _last_step(printed: str) -> str:
    """What the step printed that failed, of the output in plain form."""
    step = re.findall(r"^(#\d+) ERROR: ", printed, re.MULTILINE)
    if not step:
        return printed
    return "\n".join(line for line in printed.split("\n") if line.startswith(f"{step[-1]} "))


def _of_compose(status: int, printed: str) -> str:
    parts = printed.split(f"{_SPLIT}\n")
    if len(parts) < 3:
        return _reason(printed)
    failed = [service for service in map(json.loads, parts[1].splitlines()) if not _is_well(service)]
    if not failed:
        return THROUGH
    return "; ".join(sorted(_why(service, parts[2]) for service in failed))


def _is_well(service: dict[str, object]) -> bool:
    if service["State"] == "exited":
        return service["ExitCode"] == 0
    return service["State"] == "running" and service["Health"] in ("", "healthy")


def _why(service: dict[str, object], logs: str) -> str:
    name = str(service["Service"])
    own = [
        line.partition("| ")[2] for line in logs.splitlines() if line.startswith((f"{name}-", f"{service['Name']} "))
    ]
    said = [found[0] for line in own if (found := _MARK.search(line) or _UNKNOWN.search(line))] or own[-1:]
    state = service["Health"] if service["State"] == "running" else service["State"]
    return f"{name} is {state}: {said[-1].strip() if said else ''}"
