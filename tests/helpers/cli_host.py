"""A simulated machine in whose terminal recorded scenarios are played: files are written, commands run."""

from __future__ import annotations

from fakedocker.base.profiles import DEFAULT
from fakedocker_shell.session import Session, make_engine


class Host:
    """A machine in whose terminal a scenario is played, in a directory of its own, from a day on."""

    def __init__(self, directory: str, date: str = "", profile: str = DEFAULT) -> None:
        self.engine, _ = make_engine(date=date, profile=profile)
        self.directory = directory
        self.run(f"mkdir -p {self.directory}")

    def run(self, command: str) -> tuple[int, str, str]:
        """Status, standard output and standard error."""
        written = {1: b"", 2: b""}

        def take(descriptor: int, data: bytes) -> None:
            written[descriptor] += data

        session = Session(self.engine, take)
        session.run_command(f"cd {self.directory} 2>/dev/null; {command}")
        status = session.run_to_end(lambda: b"")
        return status, written[1].decode(), written[2].decode()

    def write(self, files: dict[str, str]) -> None:
        for name, text in files.items():
            quoted = text.replace("'", "'\\''")
            self.run(f"printf '%s' '{quoted}' > {name}")
