"""How a docker command fails: a message for standard error and an exit status."""

from __future__ import annotations

_NOT_IMPLEMENTED = 501


class CliError(Exception):
    """Ends the command.

    Args:
        message: goes to standard error, followed by a newline; nothing is written for an empty one.
        status: the exit status.
    """

    def __init__(self, message: str, status: int = 1) -> None:
        super().__init__(message)
        self.message = message
        self.status = status

    @property
    def lacks(self) -> str:
        """What the command would need that is not simulated, "" where that is not why it fails."""
        return ""


class UnsimulatedError(CliError):
    """Ends a command that asks for what is not simulated: "WHAT is not simulated"."""

    @property
    def lacks(self) -> str:
        plain = self.message.removeprefix("ERROR: ")
        return plain.partition(" is not simulated")[0].partition(" are not simulated")[0]


class DaemonError(CliError):
    """The daemon's refusal: its message, and the HTTP status it came with."""

    def __init__(self, message: str, http_status: int) -> None:
        super().__init__(f"Error response from daemon: {message}")
        self.http_status = http_status

    @property
    def lacks(self) -> str:
        if self.http_status != _NOT_IMPLEMENTED:
            return ""
        return self.message.removeprefix("Error response from daemon: ").partition(" is not simulated")[0]
