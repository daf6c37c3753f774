"""Build the wheel, look at its size, and use its terminal from clean environments in another folder: by pip, and by uvx and pipx where
they are installed (`make release-check` installs them)."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

PROJECT = Path(__file__).parent.parent
SCRIPT = "docker run --rm alpine echo from the wheel; echo status $?"
EXPECTED = "from the wheel\nstatus 0\n"
LARGEST_BYTES = 14_000_000


def built(folder: str) -> Path:
    """The wheel, built into a folder."""
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", folder, str(PROJECT)]
    subprocess.run(build, check=True)
    return next(Path(folder).glob("fakedocker-*.whl"))


def installed(folder: str, wheel: Path) -> list[str]:
    """The command, installed by pip into an environment of its own."""
    environment = Path(folder) / "clean"
    venv.create(environment, with_pip=True)
    python = environment / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "--quiet", "--no-compile", str(wheel)], check=True)
    return [str(environment / "bin" / "fakedocker")]


def ways(folder: str, wheel: Path) -> dict[str, list[str]]:
    """The commands to try, by who starts them."""
    found = {"pip": installed(folder, wheel)}
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", "")))
    uvx, pipx = shutil.which("uvx", path=path), shutil.which("pipx", path=path)
    if uvx is not None:
        found["uvx"] = [uvx, "--python", sys.executable, "--from", str(wheel), "fakedocker"]
    if pipx is not None:
        found["pipx"] = [pipx, "run", "--python", sys.executable, "--spec", str(wheel), "fakedocker"]
    return found


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        wheel = built(folder)
        size = wheel.stat().st_size
        if size > LARGEST_BYTES:
            sys.stderr.write(f"{wheel.name} is of {size / 1e6:.1f} MB, and {LARGEST_BYTES / 1e6:.0f} are the most\n")
            return 1
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV"))}
        clean["PIPX_HOME"] = f"{folder}/pipx"
        tried = ways(folder, wheel)
        for name, command in tried.items():
            done = subprocess.run(
                [*command, "-c", SCRIPT], cwd=folder, env=clean, capture_output=True, text=True, check=False
            )
            if not done.stdout.endswith(EXPECTED):
                sys.stderr.write(f"by {name} the terminal printed {done.stdout!r} and {done.stderr!r}\n")
                return 1
    untried = [name for name in ("uvx", "pipx") if name not in tried]
    sys.stdout.write(f"{wheel.name} of {size / 1e6:.1f} MB works in a clean environment by {', '.join(tried)}")
    sys.stdout.write(f"; not tried, as not installed: {', '.join(untried)}\n" if untried else "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
