"""The engine that a project is tried on: fresh, with assume, the folder mounted read-only at the same path."""

from __future__ import annotations

import json
import shlex
from collections import Counter
from typing import Final, NamedTuple

from fakedocker.base.clock import SECOND_NS
from fakedocker.base.json_types import JsonObject
from fakedocker.base.profiles import DEFAULT
from fakedocker.kernel.marks import REASONS
from fakedocker.world import boundaries
from fakedocker_shell.checking.folders import Folder
from fakedocker_shell.checking.report import Boundary
from fakedocker_shell.session import Session, make_engine

LONGEST_NS: Final = 3600 * SECOND_NS
MOST_JUMPS: Final = 20_000
"""How long one command may take, in virtual time and in jumps of the clock."""


class Ran(NamedTuple):
    """A command that has ended."""

    status: int
    out: str
    err: str


class Stage:
    """A simulated host with the folder.

    Args:
        folder: with the project; it is not written to.
        assume: whether what is not simulated is taken to have worked.
        profile, storage: which Docker it is, see `base.profiles`.
        date: on which it is tried, as YYYY-MM-DD; "" for the usual one.

    Raises:
        ValueError: there is no such profile, or it has no such store.
        OSError: it cannot be read.
    """

    def __init__(
        self, folder: Folder, assume: bool, seed: int, profile: str = DEFAULT, storage: str = "", date: str = ""
    ) -> None:
        self.folder = folder.path
        self.engine, _ = make_engine(seed, profile=profile, storage=storage, date=date)
        self.engine.journaling = False
        folder.show(self.engine)
        if assume:
            self.engine.change("assume", True)
        self._streams = 0
        self._marked = 0
        self._met: Counter[tuple[str, str, str]] = Counter()

    def note_boundaries(self, where: str = "") -> None:
        """Note where boundaries of the simulation were met since the last time.

        Args:
            where: what was tried; "" for the container that it was in.
        """
        world = self.engine.world
        for mark in boundaries.marks_since(world, self._marked):
            place = where or boundaries.place(world, mark)
            self._met[place, f"{mark.program}: {mark.what}", REASONS[mark.why]] += 1
        self._marked = world.kernel.marked

    def boundaries(self) -> tuple[Boundary, ...]:
        """What has been noted, in the order in which it was met first."""
        return tuple(
            Boundary(where=where, what=what, why=why, times=times) for (where, what, why), times in self._met.items()
        )

    def run(self, command: str) -> Ran:
        """Run a command in the folder, as root of the simulated host.

        Raises:
            WaitCannotEnd, WaitTooLong: it waits for what never comes.
        """
        written: dict[int, list[bytes]] = {1: [], 2: []}
        self._streams += 1
        session = Session(self.engine, lambda fd, data: written[fd].append(data), stream=f"check-{self._streams}")
        session.run_command(f"cd {shlex.quote(self.folder)} && {command}")
        status = session.run_to_end(lambda: b"", LONGEST_NS, MOST_JUMPS)
        out, err = (b"".join(written[fd]).decode("utf-8", "replace") for fd in (1, 2))
        return Ran(status, out, err)


def objects(lines: str) -> list[JsonObject]:
    """Those lines that are JSON objects."""
    found = []
    for line in lines.splitlines():
        if line.startswith("{"):
            try:
                found.append(json.loads(line))
            except ValueError:
                continue
    return found
