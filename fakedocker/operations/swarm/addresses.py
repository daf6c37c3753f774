"""Where a swarm's node listens and what it calls itself to others: addresses of the simulated host, and names of its
interfaces.

Source: moby daemon/cluster/listen_addr.go, opts/hosts.go ParseTCPAddr.
"""

from __future__ import annotations

import ipaddress
from typing import NamedTuple

from fakedocker.base import messages
from fakedocker.base.messages import Message
from fakedocker.base.numbers import is_digits
from fakedocker.kernel.records import HOST
from fakedocker.operations.networks.router import WorldRouter
from fakedocker.world.draft import Draft

DEFAULT_PORT = "2377"


class Endpoint(NamedTuple):
    host: str
    port: str


def split(address: str) -> Endpoint | None:
    """HOST:PORT in its parts, None for what has no port."""
    host, colon, port = address.rpartition(":")
    if not colon or (":" in host and not host.startswith("[")) or host.endswith(":"):
        return None
    return Endpoint(host.strip("[]"), port)


def complete(address: str, what: str) -> str:
    """An address with the port that swarms use, where it has none.

    Raises:
        Refusal: it is empty.
    """
    if not address:
        raise messages.SWARM_EMPTY_ADDRESS(what=what, address=address)
    address = address.removeprefix("tcp://")
    found = split(address)
    if found is None:
        bare = address.strip("[]")
        return f"[{bare}]:{DEFAULT_PORT}" if ":" in bare else f"{bare}:{DEFAULT_PORT}"
    return f"{found.host or '0.0.0.0'}:{found.port or DEFAULT_PORT}" if ":" not in found.host else address


def listening(draft: Draft, address: str) -> Endpoint:
    """Where a manager listens. Refusal for what is no address of this kind."""
    found = split(address)
    if found is None:
        raise messages.BAD_REQUEST(problem=messages.LISTEN_ADDRESS.format(address=address))
    host = _resolve(draft, found.host, messages.SWARM_LISTEN_ADDRESS, unspecified=True)
    return Endpoint(host, _port(found.port))


def advertised(draft: Draft, address: str, port: str) -> Endpoint:
    """What others are to call this node: what was asked for, else the host's own address."""
    if not address:
        return Endpoint(own(draft), port)
    found = split(address) or Endpoint(address, port)
    return Endpoint(_resolve(draft, found.host, messages.SWARM_ADVERTISE_ADDRESS), _port(found.port))


def _port(text: str) -> str:
    """A port that is one."""
    if not (is_digits(text) and int(text) < 1 << 16):
        raise messages.UNKNOWN_PORT(port=text)
    return text


def data_path(draft: Draft, address: str) -> str:
    """Where traffic of overlay networks goes, "" for the advertised address."""
    return _resolve(draft, address, messages.SWARM_DATA_ADDRESS) if address else ""


def own(draft: Draft) -> str:
    """The host's address that is none of docker's networks'."""
    return _interfaces(draft)["eth0"]


def _interfaces(draft: Draft) -> dict[str, str]:
    held = WorldRouter(draft).interfaces(HOST)
    return {interface.name: interface.addresses[0].text for interface in held if interface.addresses}


def _resolve(draft: Draft, text: str, problem: Message, unspecified: bool = False) -> str:
    """An interface's address, or an address as it is."""
    known = _interfaces(draft).get(text)
    if known is not None:
        return known
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        raise problem() from None
    if address.is_unspecified and not unspecified:
        raise problem()
    return str(address)


def reaches_host_network(draft: Draft, address: str) -> bool:
    """Whether an address is on the host's own network, where whoever has it refuses at once."""
    try:
        given = ipaddress.ip_address(address)
    except ValueError:
        return False
    network = ipaddress.ip_network(f"{own(draft)}/24", strict=False)
    return given.is_loopback or given in network
