"""A client of redis for scripts: one question at a time on a connection that stays open, restartable at each wait.

It keeps everything in `state["redis"]`. It must not know languages.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Sequence

from fakedocker.kernel.program import System
from fakedocker.userland.inputs import State
from fakedocker.userland.services.resp import Reply, decode, encode_command

CLOSED = "Connection closed by server."


class Unresolved(OSError):
    """The server's name is not known."""


def ask(system: System, state: State, host: str, port: int, words: Sequence[str], password: str = "") -> Reply:
    """The reply to a command. Blocks.

    Raises:
        Unresolved: there is no such host.
        OSError: the connection is refused, or ends.
    """
    clients = state.setdefault("redis", {})
    client = clients.setdefault(f"{host}:{port}", {"received": b"", "asked": []})
    if not client["asked"]:
        client["asked"] = [list(words)] if "socket" in client or not password else [["AUTH", password], list(words)]
    try:
        if "socket" not in client:
            client["socket"] = system.connect(_address(system, host), port)
        while True:
            reply = _converse(system, client)
            client["asked"].pop(0)
            if not client["asked"]:
                return reply
    except OSError:
        if "socket" in client:
            system.close(client["socket"])
        del clients[f"{host}:{port}"]
        raise


def _address(system: System, host: str) -> str:
    addresses = system.resolve(host)
    if not addresses:
        raise Unresolved(-3, "Try again")
    return addresses[0]


def _converse(system: System, client: State) -> Reply:
    """Send the first of what is to be asked, once, and wait for its reply. Blocks."""
    if not client.get("sent"):
        system.put(encode_command(client["asked"][0]), client["socket"])
        client["sent"] = True
    while (found := decode(client["received"])) is None:
        data = system.read(client["socket"])
        if not data:
            raise OSError(errno.ECONNRESET, os.strerror(errno.ECONNRESET))
        client["received"] += data
    reply, end = found
    client["received"] = client["received"][end:]
    client["sent"] = False
    return reply


def plain(reply: Reply) -> Reply:
    """A reply with texts in place of bytes, as most clients give it."""
    if isinstance(reply, bytes):
        return reply.decode("utf-8", "surrogateescape")
    return [plain(part) for part in reply] if isinstance(reply, list) else reply
