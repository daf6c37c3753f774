"""Build the wheel, install it by itself into a clean environment in another folder, and use its terminal there."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

PROJECT = Path(__file__).parent.parent
SCRIPT = "docker run --rm alpine echo from the wheel; echo status $?"
EXPECTED = "from the wheel\nstatus 0\n"


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", folder, str(PROJECT)]
        subprocess.run(build, check=True)
        wheel = next(Path(folder).glob("fakedocker-*.whl"))
        environment = Path(folder) / "clean"
        venv.create(environment, with_pip=True)
        python = environment / "bin" / "python"
        subprocess.run([python, "-m", "pip", "install", "--quiet", "--no-compile", str(wheel)], check=True)
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV"))}
        done = subprocess.run(
            [environment / "bin" / "fakedocker", "-c", SCRIPT],
            cwd=folder,
            env=clean,
            capture_output=True,
            text=True,
            check=False,
        )
    if not done.stdout.endswith(EXPECTED):
        sys.stderr.write(f"the installed terminal printed {done.stdout!r} and {done.stderr!r}\n")
        return 1
    sys.stdout.write(f"{wheel.name} works in a clean environment\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
