"""What of the bytes sent to a client it has not read yet, where the system can tell."""

from __future__ import annotations

import contextlib
import socket
import sys

_UNREAD_BYTES = 0x5411
"""SIOCOUTQ of Linux: how much of what was sent the other side of a unix socket has not read."""


def can_tell(sock: socket.socket | None) -> bool:
    """Whether the system tells what the other side has not read yet."""
    return sock is not None and sys.platform == "linux" and sock.family == socket.AF_UNIX


def is_unread(sock: socket.socket | None) -> bool:
    """Whether the client has yet to read what it was sent; False where the system cannot say."""
    if sock is None or not can_tell(sock) or sock.fileno() < 0:  # without a descriptor once the client has left
        return False
    import fcntl

    with contextlib.suppress(OSError):
        return any(fcntl.ioctl(sock.fileno(), _UNREAD_BYTES, bytes(4)))
    return False
