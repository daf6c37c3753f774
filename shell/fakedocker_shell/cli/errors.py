"""How a docker command fails: a message for standard error and an exit status."""

from __future__ import annotations


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


class DaemonError(CliError):
    """The daemon's refusal: its message, and the HTTP status it came with."""

    def __init__(self, message: str, http_status: int) -> None:
        super().__init__(f"Error response from daemon: {message}")
        self.http_status = http_status
