"""What stands before the name of a command or a file on the `fakedocker` command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct, field

if TYPE_CHECKING:
    from fakedocker.host_dir import MachineFolder, Shown
    from fakedocker.outside_web import Site
    from fakedocker_shell.links import Link


class Options(Struct):
    """What stands before the name of a command or a file."""

    seed: int = 0
    folders: list[MachineFolder] = field(default_factory=list)
    sites: list[Site] = field(default_factory=list)
    real_web: bool = False
    journal: str = ""
    profile: str = ""
    storage: str = ""
    date: str = ""
    assume: bool = False
    link: Link | None = None

    def docker_words(self) -> list[str]:
        """The options that say which Docker it is, as they were given."""
        named = (("--profile", self.profile), ("--storage", self.storage))
        return [word for name, value in named if value for word in (name, value)]

    def shown(self) -> list[Shown]:
        """What of the machine the simulation sees."""
        if not (self.sites or self.real_web):
            return list(self.folders)
        from fakedocker.machine_web import MachineWeb

        return [*self.folders, MachineWeb(self.sites, self.real_web)]
