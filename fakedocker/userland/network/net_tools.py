"""route, ifconfig and arp: the older tools for interfaces and routes (net-tools, busybox)."""

from __future__ import annotations

from fakedocker.kernel.program import System, Unsimulated
from fakedocker.kernel.router import Interface
from fakedocker.userland.inputs import State
from fakedocker.userland.network.routing import routes_of
from fakedocker.userland.tools import Register, is_busybox, say

PROGRAMS = Register()
_SCOPES = {"global": 0x00, "host": 0x10, "link": 0x20}


def route_rows(system: System, numeric: bool) -> list[tuple[str, str, str, str, str]]:
    """The routing table of IPv4: (target, gateway, mask, flags, interface)."""
    none = "0.0.0.0" if numeric else "*"
    rows = []
    for route in routes_of(system, 4):
        if route.gateway:
            rows.append(("0.0.0.0" if numeric else "default", route.gateway, "0.0.0.0", "UG", route.interface.name))
        else:
            mask = next(str(own.value.netmask) for own in route.interface.addresses if own.text == route.source)
            rows.append((route.target, none, mask, "U", route.interface.name))
    return rows


@PROGRAMS.program("route", usage="\n")
def _route(system: System, argv: tuple[str, ...], state: State) -> int:
    options = [word for word in argv[1:] if word.startswith("-")]
    if "inet6" in argv or any(word in ("-6", "--inet6") for word in options):
        raise Unsimulated("the table of IPv6 (see `ip -6 route`)")
    numeric = any("n" in word for word in options)
    system.put("Kernel IP routing table\n")
    system.put("Destination     Gateway         Genmask         Flags Metric Ref    Use Iface\n")
    for target, gateway, mask, flags, name in route_rows(system, numeric):
        system.put(f"{target:<15} {gateway:<15} {mask:<15} {flags:<5} 0      0        0 {name}\n")
    return 0


@PROGRAMS.program("ifconfig", usage="[-a] [IFACE]\n")
def _ifconfig(system: System, argv: tuple[str, ...], state: State) -> int:
    wanted = [word for word in argv[1:] if not word.startswith("-")]
    found = [held for held in system.interfaces() if not wanted or held.name in wanted]
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
    kind, flags = f"Ethernet  HWaddr {interface.mac_address.upper()}  ", "UP BROADCAST RUNNING MULTICAST  MTU:1500"
    if interface.is_loopback:
        kind, flags = "Local Loopback  ", "UP LOOPBACK RUNNING  MTU:65536"
    lines = [f"{interface.name:<10}Link encap:{kind}"]
    margin = " " * 10
    for address in interface.of_version(4)[:1]:  # the others have names of their own there
        far = "" if interface.is_loopback else f"  Bcast:{address.value.network.broadcast_address}"
        lines.append(f"{margin}inet addr:{address.text}{far}  Mask:{address.value.netmask}")
    lines += [
        f"{margin}inet6 addr: {address.text}/{address.prefix_length} Scope:{address.scope.title()}"
        for address in interface.of_version(6)
    ]
    return [
        *lines,
        f"{margin}{flags}  Metric:1",
        f"{margin}RX packets:0 errors:0 dropped:0 overruns:0 frame:0",
        f"{margin}TX packets:0 errors:0 dropped:0 overruns:0 carrier:0",
        f"{margin}collisions:0 txqueuelen:{1000 if interface.is_loopback else 0} ",
        f"{margin}RX bytes:0 (0.0 B)  TX bytes:0 (0.0 B)",
    ]


def _ifconfig_gnu(interface: Interface) -> list[str]:
    flags, kind = (
        "4163<UP,BROADCAST,RUNNING,MULTICAST>  mtu 1500",
        f"ether {interface.mac_address}  txqueuelen 0  (Ethernet)",
    )
    if interface.is_loopback:
        flags, kind = "73<UP,LOOPBACK,RUNNING>  mtu 65536", "loop  txqueuelen 1000  (Local Loopback)"
    lines = [f"{interface.name}: flags={flags}"]
    margin = " " * 8
    for address in interface.of_version(4)[:1]:
        far = "" if interface.is_loopback else f"  broadcast {address.value.network.broadcast_address}"
        lines.append(f"{margin}inet {address.text}  netmask {address.value.netmask}{far}")
    for address in interface.of_version(6):
        scope = f"scopeid 0x{_SCOPES[address.scope]:x}<{address.scope}>"
        lines.append(f"{margin}inet6 {address.text}  prefixlen {address.prefix_length}  {scope}")
    return [
        *lines,
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
