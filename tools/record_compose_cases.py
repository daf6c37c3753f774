"""Record what the real docker compose prints for the scenarios of tests/data/compose_cases.json and compose_config_cases.json.

    make clients
    python tools/record_compose_cases.py [SCENARIO...]

A scenario is a list of steps in a directory of its own: files to write, or a command to run with a shell. Each begins with a
fresh engine behind a socket (`fakedocker serve --time wall`), as there is no other here; what is recorded is compose's own
part: its words, order, checks and exit statuses. `out`, `err` and `status` of each command are written into the file. Tests
need only the file.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
CASES = (ROOT / "tests/data/compose_cases.json", ROOT / "tests/data/compose_config_cases.json")
DIRECTORY = Path("/tmp/compose-cases")
TIMEOUT_SECONDS = 60


def record(scenario: dict[str, Any], configuration: Path, directories: Path = DIRECTORY) -> None:
    """Play a scenario, and put the answers into its steps."""
    directory = directories / scenario["name"]
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    socket = configuration / "docker.sock"
    server = subprocess.Popen(
        [sys.executable, "-m", "fakedocker_shell", "serve", "--socket", str(socket), "--time", "wall"],
        stdout=subprocess.DEVNULL,
    )
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": "/root",
        "DOCKER_CONFIG": str(configuration),
        "DOCKER_HOST": f"unix://{socket}",
    }
    try:
        while not socket.exists():
            time.sleep(0.05)
        for step in scenario["steps"]:
            for name, text in step.get("write", {}).items():
                (directory / name).write_text(text)
            if "run" in step:
                done = subprocess.run(
                    ["sh", "-c", step["run"]],
                    cwd=directory,
                    env=environment,
                    stdin=subprocess.DEVNULL,
                    capture_output=True,
                    text=True,
                    timeout=TIMEOUT_SECONDS,
                )
                step |= {"out": done.stdout, "err": done.stderr, "status": done.returncode}
    finally:
        server.terminate()
        server.wait()
        socket.unlink(missing_ok=True)


def record_all(path: Path, directories: Path) -> None:
    """Record the scenarios of a file that are named on the command line, or all."""
    cases = json.loads(path.read_text())
    with tempfile.TemporaryDirectory() as folder:
        configuration = Path(folder)
        (configuration / "cli-plugins").symlink_to(ROOT / ".clients/cli-plugins")
        for scenario in cases["scenarios"]:
            if not sys.argv[1:] or scenario["name"] in sys.argv[1:]:
                record(scenario, configuration, directories)
                print(scenario["name"], flush=True)
    path.write_text(json.dumps(cases, indent=1, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    for cases in CASES:
        record_all(cases, DIRECTORY)
