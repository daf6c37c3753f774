"""nginx's upstreams: which server of a group is next, and an exchange with it that waits without holding others up.

All memory of an exchange is in the connection's memory. It must not know locations.
"""

from __future__ import annotations

import re
from typing import Any, Final

from fakedocker.kernel.program import System
from fakedocker.userland.inputs import bytes_of
from fakedocker.userland.network.http_client import parse_response
from fakedocker.userland.services.connections import Connection
from fakedocker.userland.services.http import Headers, Request, Response
from fakedocker.userland.services.nginx_site import Peer, Site, split_host

_NOT_PASSED_BACK: Final = frozenset(
    {
        "server",
        "date",
        "connection",
        "keep-alive",
        "transfer-encoding",
        "content-length",
        "x-accel-expires",
        "x-accel-redirect",
    }
)
_ADDRESS = re.compile(r"[\d.]+|\[.*\]")


class Waiting(Exception):
    """The upstream has not answered yet. The connection says what to wait for."""


class Failure(Exception):
    """No upstream has answered.

    Args:
        status: 502 or 504.
        messages: (what went wrong, the upstream's URL) of each attempt.
        address: of the last upstream that was tried.
    """

    def __init__(self, status: int, messages: list[tuple[str, str]], address: str = "") -> None:
        super().__init__()
        self.status = status
        self.messages = messages
        self.address = address


class Upstreams:
    """Where requests are passed on to.

    Args:
        addresses: host -> its addresses when the configuration was read; nginx does not ask again.
        turns: name of a group -> how many requests it has had.
    """

    def __init__(self, addresses: dict[str, list[str]], turns: dict[str, int]) -> None:
        self.addresses = addresses
        self.turns = turns

    def exchange(
        self,
        system: System,
        site: Site,
        connection: Connection,
        request: Request,
        host: str,
        target: str,
        headers: Headers,
        timeout_seconds: int,
    ) -> tuple[Response, str]:
        """The response of an upstream and its address.

        Raises:
            Waiting: it is to be called again, with the same arguments, when the connection's `waits` are over.
            Failure: there is none.
        """
        memory: dict[str, Any] = connection["memory"].setdefault(f"to {host}{target}", {"messages": [], "tried": 0})
        if "peers" not in memory:
            memory["peers"] = self._peers(system, site, host)
        if not memory["peers"]:
            raise Failure(502, [(f"{host} could not be resolved (3: Host not found)", "")])
        while memory["tried"] < len(memory["peers"]):
            address, port = memory["peers"][memory["tried"]]
            url = f"http://{address}:{port}{target}"
            if "socket" not in memory:
                try:
                    memory["socket"] = system.connect(address, port)
                except OSError as problem:
                    said = f"connect() failed ({problem.errno}: {problem.strerror}) while connecting to upstream"
                    memory["messages"].append((said, url))
                    memory["tried"] += 1
                    continue
                system.put(_message(request, target, headers), memory["socket"])
                memory.update(received=b"", deadline_ns=system.now_ns + timeout_seconds * 1_000_000_000)
            answer = self._receive(system, connection, memory, request, url)
            if answer is not None:
                return answer, f"{address}:{port}"
            memory["tried"] += 1
        address, port = memory["peers"][-1]
        raise Failure(504 if memory.get("timed_out") else 502, memory["messages"], f"{address}:{port}")

    def _receive(
        self, system: System, connection: Connection, memory: dict[str, Any], request: Request, url: str
    ) -> Response | None:
        """The response; None where the upstream fails, of which the memory then tells. Raises Waiting."""
        descriptor = memory["socket"]
        said = ""
        while not said:
            if not system.poll([descriptor], system.now_ns):
                if system.now_ns < memory["deadline_ns"]:
                    connection["waits"] = ([descriptor], memory["deadline_ns"])
                    raise Waiting
                said, memory["timed_out"] = "upstream timed out (110: Connection timed out)", True
                break
            try:
                data = system.read(descriptor)
            except OSError as problem:
                said = f"recv() failed ({problem.errno}: {problem.strerror})"
                break
            memory["received"] += data
            found = parse_response(memory["received"], not data, request.method == "HEAD")
            if found is not None:
                system.close(memory.pop("socket"))
                kept = tuple(entry for entry in found.headers if entry[0].lower() not in _NOT_PASSED_BACK)
                if request.method == "HEAD" and (length := found.header("Content-Length")):
                    kept = (*kept, ("Content-Length", length))
                return Response(found.status, found.body, kept)
            if not data:
                said = "upstream prematurely closed connection"
        system.close(memory.pop("socket"))
        memory["messages"].append((f"{said} while reading response header from upstream", url))
        return None

    def _peers(self, system: System, site: Site, host: str) -> list[tuple[str, int]]:
        """The servers in the order in which they are to be tried."""
        group = site.upstreams.get(host)
        if group is None:
            name, port = split_host(host, 80)
            return [(address, port) for address in self._resolve(system, name)]
        turn = self.turns[host] = self.turns.get(host, -1) + 1
        servers = [(address, peer.port) for peer in _weighted(group) for address in self._resolve(system, peer.host)]
        spare = [(address, peer.port) for peer in group if peer.backup for address in self._resolve(system, peer.host)]
        place = turn % max(1, len(servers))
        return list(dict.fromkeys(servers[place:] + servers[:place] + spare))

    def _resolve(self, system: System, name: str) -> list[str]:
        if _ADDRESS.fullmatch(name):
            return [name.strip("[]")]
        known = self.addresses.get(name)
        return known if known is not None else system.resolve(name)


def _weighted(group: tuple[Peer, ...]) -> list[Peer]:
    """Each server as often as it weighs, in rounds."""
    servers = [peer for peer in group if not peer.backup]
    heaviest = max((peer.weight for peer in servers), default=0)
    return [peer for turn in range(heaviest) for peer in servers if peer.weight > turn]


def _message(request: Request, target: str, headers: Headers) -> bytes:
    lines = [f"{request.method} {target} HTTP/1.0", *(f"{name}: {value}" for name, value in headers)]
    if request.body or request.header("Content-Length"):
        lines.append(f"Content-Length: {len(request.body)}")
    return bytes_of("\r\n".join(lines) + "\r\n\r\n") + request.body
