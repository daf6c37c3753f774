"""What a shim was installed with, and where its files are."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

FOLDER_NAME: Final = ".fakedocker"
IDLE_MINUTES: Final = 60


class ShimProblem(Exception):
    """The shim cannot be installed, or its engine not be started; the text says why."""


class Settings(Struct, frozen=True, forbid_unknown_fields=True):
    """As they are kept in settings.json.

    Args:
        profile, storage, seed, date, assume: as the options of `fakedocker`.
        folders: of the machine that bind mounts see, and whether they may also write there.
        state: the folder that the state is kept in, "" for none.
        idle_minutes: after how long without a command and a connection the engine ends, 0 for never.
    """

    profile: str = ""
    storage: str = ""
    seed: int = 0
    date: str = ""
    assume: bool = False
    folders: tuple[tuple[str, bool], ...] = ()
    state: str = ""
    idle_minutes: int = IDLE_MINUTES


class Places:
    """The files of a shim.

    Args:
        folder: which holds them: `.fakedocker` beside the command.
    """

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder)
        self.settings = self.folder / "settings.json"
        self.commands = self.folder / "command.sock"
        self.docker = self.folder / "docker.sock"
        self.lock = self.folder / "engine.lock"
        self.log = self.folder / "engine.log"
        self.config = self.folder / "config"
        self.client = self.folder / "client.py"

    @property
    def address(self) -> str:
        """For DOCKER_HOST."""
        return f"unix://{self.docker}"

    def read(self) -> Settings:
        """What it was installed with. Raises ShimProblem."""
        try:
            return msgspec.json.decode(self.settings.read_bytes(), type=Settings)
        except (OSError, msgspec.DecodeError) as problem:
            raise ShimProblem(f"{self.settings}: {problem}") from None
