"""A machine in whose terminal a registry runs in a container."""

from __future__ import annotations

import json

from fakedocker_shell.session import Session, make_engine


class Host:
    """A machine with a registry in a container at localhost:5001."""

    def __init__(self) -> None:
        self.engine, _ = make_engine()
        self.run(
            "docker run -d --name registry -v images:/var/lib/registry -p 5001:5000 registry:2; docker pull -q alpine"
        )

    def run(self, command: str) -> tuple[int, str]:
        """Status and both outputs."""
        written = b""

        def take(descriptor: int, data: bytes) -> None:
            nonlocal written
            written += data

        session = Session(self.engine, take)
        session.run_command(command)
        status = session.run_to_end(lambda: b"")
        return status, written.decode()

    def get(self, path: str) -> dict[str, object]:
        found: dict[str, object] = json.loads(self.run(f"curl -s http://localhost:5001{path}")[1])
        return found
