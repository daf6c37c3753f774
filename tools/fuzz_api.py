"""Run schemathesis over the Engine API's description against a served engine: no server error that the real engine would not give, no hang.

`make fuzz` installs schemathesis and runs this; MAX_EXAMPLES says how many requests of each operation. The description is that of the
tests.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from fakedocker.assembly import create_engine
from fakedocker.engine.inflight import TimeMode
from fakedocker.serving import Listening, serve_in_thread
from fakedocker.wire.http import Request

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))
from helpers.api_description import text

LEFT_OUT = "^/(events|session|swarm|services|nodes|tasks|secrets|configs|plugins)"
"""What has no end by itself, and what belongs to a swarm or to plugins."""
LIKE_THE_REAL_ENGINE = ("/auth", "/build", "/images/create", "/images/load", "/archive", "/push")
"""Where the daemon says 500 of what a client did: broken archives, registries that cannot be reached."""


def main() -> int:
    engine = create_engine(1, mode=TimeMode.FAST)
    engine.journaling = False
    engine.perform(Request(method="POST", target="/images/create?fromImage=alpine&tag=latest"))
    with serve_in_thread(engine, Listening(tcp=("127.0.0.1", 0))) as served, tempfile.TemporaryDirectory() as folder:
        assert served.tcp is not None
        description = Path(folder) / "engine-api.yaml"
        description.write_text(text())
        done = subprocess.run(
            [
                Path(sys.executable).with_name("schemathesis"), "run", description, "--url", f"http://127.0.0.1:{served.tcp[1]}/v1.50",
                "--checks", "not_a_server_error", "--max-examples", os.environ.get("MAX_EXAMPLES", "25"), "--request-timeout", "10",
                "--exclude-path-regex", LEFT_OUT, "--phases", "fuzzing", "--generation-deterministic", "--no-color",
            ],
            capture_output=True, text=True, check=False, cwd=folder,
        )  # fmt: skip
    failed = re.findall(r"(?m)^ +curl -X (\w+) .*http://[\d.:]+/v1\.50(/[^\s'?]*)", done.stdout)
    unlike = [
        f"{method} {path}" for method, path in failed if not any(path.endswith(end) for end in LIKE_THE_REAL_ENGINE)
    ]
    counted = re.search(r"(\d+) generated", done.stdout)
    sys.stdout.write(
        f"{counted[1] if counted else 'no'} requests, {len(failed)} answered with 500 as the real engine would, {len(unlike)} otherwise\n"
    )
    if unlike or counted is None or "timeout" in done.stdout.lower():
        sys.stdout.write(done.stdout + done.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
