"""The third SIGINT or SIGTERM ends a docker command, whatever it waits for.

Source: docker/cli cmd/docker/docker.go, forceExitAfter3TerminationSignals, and for plugins tryPluginRun.
"""

from __future__ import annotations

from collections.abc import Sequence

from fakedocker_shell.cli.errors import CliError

ALLOWED = 2
"""How many a command may take its time over."""
_WORDS = "got 3 SIGTERM/SIGINTs, forcefully exiting"
_PLUGINS = frozenset({"compose", "buildx", "docker-compose"})


class ForcedExit(CliError):
    """Too many requests to end have come; nothing is tidied up."""


class Terminations:
    """Counts the requests to end a command that catches them.

    Args:
        argv: the command's words, program name included.
    """

    def __init__(self, argv: Sequence[str]) -> None:
        self._words = _WORDS if _PLUGINS & set(argv[:2]) else f"\n{_WORDS}"
        self._seen = 0

    def count(self, signal: str) -> None:
        """Note a signal that has come."""
        self._seen += signal in ("INT", "TERM")

    def check(self) -> None:
        """Raise ForcedExit if there was one too many."""
        if self._seen > ALLOWED:
            raise ForcedExit(self._words)
