"""What a network's interface is called in a container, and what no interface may be called.

Source: moby libnetwork/osl/interface_linux.go (generateIfaceName, setInterfaceName), libnetwork/netlabel; Linux
net/core/dev.c (dev_valid_name, __dev_change_name).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from typing import Final

from fakedocker.base import messages

_NAME: Final = "com.docker.network.endpoint.ifname"
_PREFIX: Final = "com.docker.network.container_iface_prefix"
_MOST_BYTES: Final = 15
_LOOPBACK: Final = "lo"


def problem(name: str, taken: Iterable[str] = ()) -> str:
    """The kernel's words for a name that an interface may not have; "" for one that it may."""
    if len(name.encode()) > _MOST_BYTES:
        return "numerical result out of range"
    if name in (".", "..") or any(character in "/:" or character.isspace() for character in name):
        return "invalid argument"
    return "file exists" if name in taken else ""


def choose(network: Mapping[str, str], endpoint: Mapping[str, str], taken: Set[str], source: str) -> str:
    """The name of an interface: the one asked for, or the network's prefix with the lowest number that is free.

    Args:
        network: the network's options.
        endpoint: the endpoint's options.
        taken: the interfaces that the container has, but for lo.
        source: what the interface is called on the host.

    Raises:
        Refusal: no interface can have that name, or another one of the container has it.
    """
    prefix = network.get(_PREFIX) or "eth"
    lowest = next(f"{prefix}{number}" for number in range(len(taken) + 1) if f"{prefix}{number}" not in taken)
    name = endpoint.get(_NAME) or lowest
    if said := problem(name, {*taken, _LOOPBACK}):
        raise messages.INTERFACE_NAME(source=source, name=name, problem=said)
    return name
