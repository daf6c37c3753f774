"""/proc/net: the sockets of a network namespace as tables (proc_net(5))."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from typing import Final

from fakedocker.kernel.view import View

TABLES: Final[dict[str, Callable[[View], str]]] = {}
"""The files, by their paths below /proc."""
_SOCKET_STATES = {"ESTABLISHED": 1, "CLOSE_WAIT": 8, "LISTEN": 10}
_SCOPES = {"global": 0x00, "host": 0x10, "link": 0x20}
_PERMANENT, _NODAD = 0x80, 0x02
_SOCKET_HEAD = "  sl  local_address {far} st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"


def _socket_table(protocol: str, version: int) -> Callable[[View], str]:
    """/proc/net/tcp and its like: a line for each socket of the network namespace."""

    def read(view: View) -> str:
        network = view.namespace.network
        rows = [
            (number, socket.local, socket.remote, _SOCKET_STATES.get(socket.state, 7))
            for number, socket in sorted(view.draft.sockets.items())
            if socket.network == network and socket.protocol == protocol
        ]
        held = [row for row in view.router.held_ports(network) if row[0] == protocol]
        rows += [(0, (address, port), ("", 0), 10 if protocol == "tcp" else 7) for _, address, port in held]
        lines = [
            f"{place:4d}: {_hexadecimal(*near, version)} {_hexadecimal(*far, version)} {state:02X} 00000000:00000000"
            f" 00:00000000 00000000     0        0 {20_000 + number} 1 0000000000000000 100 0 0 10 0\n"
            for place, (number, near, far, state) in enumerate(row for row in rows if _version_of(row[1][0]) == version)
        ]
        return _SOCKET_HEAD.format(far="rem_address  " if version == 4 else " " * 25 + "remote_address") + "".join(
            lines
        )

    return read


def _version_of(address: str) -> int:
    return 6 if ":" in address else 4


def _hexadecimal(address: str, port: int, version: int) -> str:
    """An address as these files have it: words of the machine's byte order."""
    if version == 4:
        parts = [int(part) for part in (address or "0.0.0.0").split(".")]
        return "".join(f"{part:02X}" for part in reversed(parts)) + f":{port:04X}"
    words = ipaddress.IPv6Address(address or "::").packed
    swapped = b"".join(words[at : at + 4][::-1] for at in range(0, 16, 4))
    return f"{swapped.hex().upper()}:{port:04X}"


def _addresses_v6(view: View) -> str:
    """/proc/net/if_inet6: address, number of the interface, prefix length, scope, flags, name."""
    return "".join(
        f"{int(address.value):032x} {interface.number:02x} {address.prefix_length:02x} {_SCOPES[address.scope]:02x}"
        f" {_PERMANENT | (_NODAD if address.nodad else 0):02x} {interface.name:>8}\n"
        for interface in view.router.interfaces(view.namespace.network)
        for address in interface.of_version(6)
    )


TABLES["net/if_inet6"] = _addresses_v6
for _protocol in ("tcp", "udp"):
    TABLES[f"net/{_protocol}"] = _socket_table(_protocol, 4)
    TABLES[f"net/{_protocol}6"] = _socket_table(_protocol, 6)
