"""`fakedocker serve`: the engine behind a unix socket, for the real docker client and every SDK."""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import time

USAGE = """Usage: fakedocker serve [OPTIONS]

Serve a simulated engine on a unix socket until interrupted.

Options:
      --socket PATH  Where to listen (default: a new file in the temporary folder)
      --seed N       Where ids, names and addresses come from (default 0)
      --time MODE    How time passes: leap (default), fast, wall or manual
"""


def main(arguments: list[str]) -> int:
    """Run `fakedocker serve`; gives the exit status."""
    from fakedocker.api.server import serve
    from fakedocker.assembly import create_engine
    from fakedocker.exchanges import TimeMode

    path, seed, mode = "", 0, "leap"
    while arguments:
        option, _, value = arguments.pop(0).partition("=")
        if option == "--help":
            sys.stdout.write(USAGE)
            return 0
        if option not in ("--socket", "--seed", "--time"):
            return _problem(f"unknown option {option}")
        if not value:
            if not arguments:
                return _problem(f"{option} takes a value")
            value = arguments.pop(0)
        if option == "--socket":
            path = value
        elif option == "--seed":
            if not value.lstrip("-").isdigit():
                return _problem(f"--seed takes a whole number, not {value!r}")
            seed = int(value)
        elif value in {known.value for known in TimeMode}:
            mode = value
        else:
            return _problem(f"--time takes leap, fast, wall or manual, not {value!r}")
    path = os.path.abspath(path or os.path.join(tempfile.mkdtemp(prefix="fakedocker-"), "docker.sock"))
    engine = create_engine(seed, mode=TimeMode(mode), now_ns=time.time_ns())
    engine.journaling = False

    def ready() -> None:
        sys.stdout.write(f"export DOCKER_HOST=unix://{path}\n")
        sys.stdout.write("# ready; interrupt to stop\n")
        sys.stdout.flush()

    try:
        asyncio.run(serve(engine, path, ready))
    except KeyboardInterrupt:
        return 0
    except OSError as problem:
        return _problem(str(problem), 1)
    return 0


def _problem(text: str, status: int = 2) -> int:
    sys.stderr.write(f"fakedocker serve: {text}\n")
    return status
