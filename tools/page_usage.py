"""Which modules and data files lessons need: prints their names, as JSON, after playing all of the course.

`make_page` runs it on the unpacked wheel: what is named here belongs to the page's first download.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

OPENED: set[str] = set()


def note(event: str, arguments: tuple[object, ...]) -> None:
    if event == "open" and isinstance(arguments[0], str):
        OPENED.add(arguments[0])


def play() -> None:
    from fakedocker_shell.scenarios import library
    from fakedocker_shell.scenarios.parsing import parse_file
    from fakedocker_shell.scenarios.replaying import SimulatedStage, play

    for part in ("lessons", "incidents"):  # what a course of its own needs is fetched when it is begun
        for file in sorted(library.shipped().joinpath(part).iterdir(), key=lambda file: file.name):
            scenario = parse_file(file)
            for _ in play(scenario, SimulatedStage(scenario)):
                pass


async def sit() -> None:
    """A short session in a page."""
    from fakedocker_shell.page.session import begin

    with TemporaryDirectory() as folder:
        page = begin(lambda kind, text: None, json.dumps({"rows": 24, "columns": 80, "state": folder}))
        running = asyncio.ensure_future(page.run())
        for line in ("docker run hello-world", ":lesson next", ":hint", ":world", ":share", "docker ps -a", "exit"):
            await asyncio.sleep(0.5)
            page.feed(line + "\r")
        await running


def main() -> int:
    sys.addaudithook(note)
    play()
    asyncio.run(sit())
    roots = [Path(entry).resolve() for entry in sys.path if entry]
    files = {Path(name) for name in OPENED} | {
        Path(module.__file__) for module in list(sys.modules.values()) if getattr(module, "__file__", None)
    }
    names = {
        path.relative_to(root).as_posix()
        for path in files
        for root in roots
        if path.is_absolute() and path.is_relative_to(root)
    }
    json.dump(sorted(names), sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
