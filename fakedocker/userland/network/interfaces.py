"""ip, route, ifconfig and arp: the interfaces of a namespace and where their packets go."""

from __future__ import annotations

import ipaddress
from typing import Final, NamedTuple

from fakedocker.kernel.program import System
from fakedocker.userland.inputs import State
from fakedocker.userland.tools import Register, is_busybox, say, tell

PROGRAMS = Register()
_OBJECTS: Final = ("address", "link", "route", "neighbour", "rule")
_CHANGES: Final = frozenset({"add", "del", "delete", "set", "change", "replace", "flush", "append"})


class Interface(NamedTuple):
    """An interface with its one IPv4 address."""

    number: int
    name: str
    address: str
    prefix: int  # bits
    mac: str

    @property
    def is_loopback(self) -> bool:
        return self.name == "lo"

    @property
    def mask(self) -> str:
        return _dotted(_mask(self.prefix))

    @property
    def network(self) -> str:
        return _dotted(_number(self.address) & _mask(self.prefix))

    @property
    def broadcast(self) -> str:
        return _dotted(_number(self.address) | ~_mask(self.prefix) & 0xFFFFFFFF)

    def contains(self, address: str) -> bool:
        return _number(address) & _mask(self.prefix) == _number(self.network)


def _number(address: str) -> int:
    value = 0
    for part in address.split("."):
        value = value << 8 | int(part)
    return value


def _dotted(value: int) -> str:
    return ".".join(str(value >> shift & 255) for shift in (24, 16, 8, 0))


def _mask(prefix: int) -> int:
    return (1 << 32) - (1 << (32 - prefix))


def interfaces_of(system: System) -> list[Interface]:
    """The interfaces, lo first."""
    return [Interface(number, *held) for number, held in enumerate(system.interfaces(), 1)]


def route_rows(system: System, numeric: bool) -> list[tuple[str, str, str, str, str]]:
    """The routing table: (target, gateway, mask, flags, interface)."""
    found = [interface for interface in interfaces_of(system) if not interface.is_loopback]
    none = "0.0.0.0" if numeric else "*"
    gateway = system.default_gateway()
    rows = [("0.0.0.0" if numeric else "default", gateway[0], "0.0.0.0", "UG", gateway[1])] if gateway else []
    return rows + [(interface.network, none, interface.mask, "U", interface.name) for interface in found]


# ip


@PROGRAMS.program("ip", usage="[OPTIONS] address|route|link|neigh|rule [ARGS]\n")
def _ip(system: System, argv: tuple[str, ...], state: State) -> int:
    flags = {word for word in argv[1:] if word.startswith("-")}
    words = [word for word in argv[1:] if not word.startswith("-")]
    what = words[0] if words else ""
    subject = next((name for name in _OBJECTS if what and name.startswith(what)), "address" if what == "addr" else "")
    if not subject:
        gnu = f'Object "{what}" is unknown, try "ip help".'
        if is_busybox(system):
            say(system, f"invalid argument '{what}' to 'ip'")
        else:
            system.put(f"{gnu}\n", 2)
        return 1
    rest = words[1:]
    if rest and rest[0] in _CHANGES:
        refusal = "Operation not permitted"
        if is_busybox(system):
            say(system, f"RTNETLINK answers: {refusal}")
        else:
            system.put(f"RTNETLINK answers: {refusal}\n", 2)
        return 2
    if subject == "route":
        return _ip_route(system, rest)
    if subject in ("address", "link"):
        return _ip_address(system, subject == "link", flags, rest)
    return 0


def _ip_address(system: System, link: bool, flags: set[str], words: list[str]) -> int:
    wanted = next((word for word in words if word not in ("show", "list", "ls", "dev", "up")), "")
    found = [interface for interface in interfaces_of(system) if not wanted or interface.name == wanted]
    if not found:
        if is_busybox(system):
            say(system, f"can't find device '{wanted}'")
        else:
            system.put(f'Device "{wanted}" does not exist.\n', 2)
        return 1
    for interface in found:
        if flags & {"-br", "-brief"}:
            up = "UNKNOWN" if interface.is_loopback else "UP"
            last = interface.mac if link else f"{interface.address}/{interface.prefix}"
            system.put(f"{interface.name + _peer(system, interface):<16} {up:<14} {last} \n")
        elif flags & {"-o", "-oneline"} and not link:
            lines = _inet_lines(interface)
            system.put(f"{interface.number}: {interface.name}    {lines[0].strip()}\\{lines[1]}\n")
        else:
            lines = _link_lines(system, interface)
            inet, inet6 = _inet_lines(interface), _inet6_lines(system, interface)
            if flags & {"-4", "-6"} and not link:
                del lines[1:]  # the hardware address is neither
                inet, inet6 = ([], inet6) if "-6" in flags else (inet, [])
                if not inet and not inet6:
                    continue
            system.put("".join(f"{line}\n" for line in lines + ([] if link else inet + inet6)))
    return 0


def _link_lines(system: System, interface: Interface) -> list[str]:
    busybox = is_busybox(system)
    group = "" if busybox else "group default "
    if interface.is_loopback:
        head = f"1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN {group}qlen 1000"
        return [head, f"    link/loopback {interface.mac} brd 00:00:00:00:00:00"]
    flags = "BROADCAST,MULTICAST,UP,LOWER_UP" + (",M-DOWN" if busybox else "")
    peer = _peer(system, interface)
    head = f"{interface.number}: {interface.name}{peer}: <{flags}> mtu 1500 qdisc noqueue state UP {group}"
    other = " link-netnsid 0" if peer and not busybox else ""
    return [head, f"    link/ether {interface.mac} brd ff:ff:ff:ff:ff:ff{other}"]


def _peer(system: System, interface: Interface) -> str:
    """The other end of a container's interface; the host's own, among them docker0, have none."""
    on_host = any(name == "docker0" for name, *_ in system.interfaces())
    return "" if on_host or interface.is_loopback else f"@if{interface.number + 5}"


def _inet_lines(interface: Interface) -> list[str]:
    scope = "scope host lo" if interface.is_loopback else f"brd {interface.broadcast} scope global {interface.name}"
    lifetime = "       valid_lft forever preferred_lft forever"
    return [f"    inet {interface.address}/{interface.prefix} {scope}", lifetime]


def _inet6_lines(system: System, interface: Interface) -> list[str]:
    """What the kernel and docker have put there: docker's own address is not looked for on the network first (nodad)."""
    flag = "flags 02" if is_busybox(system) else "nodad"
    lifetime = "       valid_lft forever preferred_lft forever"
    lines = []
    for name, address, prefix in system.interfaces_v6():
        if name == interface.name:
            parts = [int(part, 16) for part in interface.mac.split(":")]
            own = f"fe80::{parts[0] ^ 2:x}{parts[1]:02x}:{parts[2]:x}ff:fe{parts[3]:02x}:{parts[4]:x}{parts[5]:02x}"
            local = str(ipaddress.IPv6Address(own))
            lines += [f"    inet6 {address}/{prefix} scope global {flag} ", lifetime]
            lines += [f"    inet6 {local}/64 scope link ", lifetime]
    return lines


def _ip_route(system: System, words: list[str]) -> int:
    found = [interface for interface in interfaces_of(system) if not interface.is_loopback]
    kernel = "scope link  src" if is_busybox(system) else "proto kernel scope link src"
    if words[:1] == ["get"] and len(words) > 1:
        return _route_to(system, found, words[1])
    gateway = system.default_gateway()
    if gateway is not None:
        system.put(f"default via {gateway[0]} dev {gateway[1]} \n")
    for interface in found:
        where = f"{interface.network}/{interface.prefix} dev {interface.name}"
        system.put(f"{where} {kernel} {interface.address} \n")
    return 0


def _route_to(system: System, found: list[Interface], target: str) -> int:
    direct = next((held for held in found if held.contains(target)), None)
    gateway = system.default_gateway()
    if direct is None and gateway is None:
        tell(system, "RTNETLINK answers: Network unreachable", "RTNETLINK answers: Network is unreachable")
        return 2
    interface = direct or next(held for held in found if gateway is not None and held.name == gateway[1])
    via = "" if direct or gateway is None else f"via {gateway[0]} "
    tail = " " if is_busybox(system) else " uid 0 \n    cache "
    system.put(
        f"{target} {via}dev {interface.name}{'  ' if is_busybox(system) else ' '}src {interface.address}{tail}\n"
    )
    return 0


# the older tools


@PROGRAMS.program("route", usage="\n")
def _route(system: System, argv: tuple[str, ...], state: State) -> int:
    numeric = any("n" in word for word in argv[1:] if word.startswith("-"))
    system.put("Kernel IP routing table\n")
    system.put("Destination     Gateway         Genmask         Flags Metric Ref    Use Iface\n")
    for target, gateway, mask, flags, name in route_rows(system, numeric):
        system.put(f"{target:<15} {gateway:<15} {mask:<15} {flags:<5} 0      0        0 {name}\n")
    return 0


@PROGRAMS.program("ifconfig", usage="[-a] [IFACE]\n")
def _ifconfig(system: System, argv: tuple[str, ...], state: State) -> int:
    wanted = [word for word in argv[1:] if not word.startswith("-")]
    found = [held for held in interfaces_of(system) if not wanted or held.name in wanted]
    if not found:
        gnu = f"{wanted[0]}: error fetching interface information: Device not found"
        if is_busybox(system):
            say(system, gnu)
        else:
            system.put(f"{gnu}\n", 2)
        return 1
    for interface in sorted(found, key=lambda held: held.is_loopback):
        lines = _ifconfig_busybox(interface) if is_busybox(system) else _ifconfig_gnu(interface)
        system.put("".join(f"{line}\n" for line in lines) + "\n")
    return 0


def _ifconfig_busybox(interface: Interface) -> list[str]:
    kind, far, flags = f"Ethernet  HWaddr {interface.mac.upper()}  ", f"  Bcast:{interface.broadcast}", "UP BROADCAST RUNNING MULTICAST  MTU:1500"  # fmt: skip
    if interface.is_loopback:
        kind, far, flags = "Local Loopback  ", "", "UP LOOPBACK RUNNING  MTU:65536"
    margin = " " * 10
    return [
        f"{interface.name:<10}Link encap:{kind}",
        f"{margin}inet addr:{interface.address}{far}  Mask:{interface.mask}",
        f"{margin}{flags}  Metric:1",
        f"{margin}RX packets:0 errors:0 dropped:0 overruns:0 frame:0",
        f"{margin}TX packets:0 errors:0 dropped:0 overruns:0 carrier:0",
        f"{margin}collisions:0 txqueuelen:{1000 if interface.is_loopback else 0} ",
        f"{margin}RX bytes:0 (0.0 B)  TX bytes:0 (0.0 B)",
    ]


def _ifconfig_gnu(interface: Interface) -> list[str]:
    flags, far, kind = "4163<UP,BROADCAST,RUNNING,MULTICAST>  mtu 1500", f"  broadcast {interface.broadcast}", f"ether {interface.mac}  txqueuelen 0  (Ethernet)"  # fmt: skip
    if interface.is_loopback:
        flags, far, kind = "73<UP,LOOPBACK,RUNNING>  mtu 65536", "", "loop  txqueuelen 1000  (Local Loopback)"
    margin = " " * 8
    return [
        f"{interface.name}: flags={flags}",
        f"{margin}inet {interface.address}  netmask {interface.mask}{far}",
        f"{margin}{kind}",
        f"{margin}RX packets 0  bytes 0 (0.0 B)",
        f"{margin}RX errors 0  dropped 0  overruns 0  frame 0",
        f"{margin}TX packets 0  bytes 0 (0.0 B)",
        f"{margin}TX errors 0  dropped 0 overruns 0  carrier 0  collisions 0",
    ]


@PROGRAMS.program("arp", usage="[-vn]\n")
def _arp(system: System, argv: tuple[str, ...], state: State) -> int:
    """The table of neighbours, which is always empty: nobody has to be asked for an address here."""
    return 0
