"""Streams that carry standard output and standard error in frames of an 8-byte head and its payload."""

from __future__ import annotations

import struct
from collections.abc import Callable

from fakedocker_shell.cli.errors import CliError

_HEAD = struct.Struct(">BxxxI")
_SYSTEM_ERROR = 3


class Demultiplexer:
    """Takes a stream apart as it comes.

    Args:
        out: gets what is for standard output.
        err: gets what is for standard error.
    """

    def __init__(self, out: Callable[[bytes], None], err: Callable[[bytes], None]) -> None:
        self._targets = {0: out, 1: out, 2: err}
        self._rest = b""
        self._target: Callable[[bytes], None] = out
        self._missing = 0

    def feed(self, data: bytes) -> None:
        """Pass bytes on as far as they are whole frames. Raises CliError for an error of the daemon among them."""
        data = self._rest + data
        position = 0
        while position < len(data):
            if self._missing:
                chunk = data[position : position + self._missing]
                self._target(chunk)
                position += len(chunk)
                self._missing -= len(chunk)
                continue
            if len(data) - position < _HEAD.size:
                break
            kind, length = _HEAD.unpack_from(data, position)
            if kind == _SYSTEM_ERROR:
                if len(data) - position < _HEAD.size + length:
                    break
                message = data[position + _HEAD.size : position + _HEAD.size + length].decode("utf-8", "replace")
                raise CliError(f"error from daemon in stream: {message}")
            if kind not in self._targets:
                raise CliError(f"Unrecognized input header: {kind}")
            self._target = self._targets[kind]
            self._missing = length
            position += _HEAD.size
        self._rest = data[position:]
