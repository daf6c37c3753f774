"""ip: the interfaces of a namespace, their addresses, and where their packets go."""

from __future__ import annotations

import ipaddress
from typing import Final, NamedTuple

from fakedocker.kernel.program import System, Unsimulated
from fakedocker.kernel.router import Interface, InterfaceAddress
from fakedocker.userland.inputs import State
from fakedocker.userland.network.routing import Route, is_own, route_to, routes_of
from fakedocker.userland.tools import Register, UsageProblem, is_busybox, say, tell

PROGRAMS = Register()
_OBJECTS: Final = ("address", "link", "route", "neighbour", "rule")
_CHANGES: Final = frozenset({"add", "del", "delete", "set", "change", "replace", "flush", "append"})
_FAMILIES: Final = {"inet": 4, "inet6": 6, "link": 0}
_SCOPES: Final = ("global", "link", "host")
_PLAIN: Final = frozenset({"color=auto", "color=never", "c=auto", "c=never"})
"""Options that make no difference without a terminal."""
_LIFETIME: Final = "       valid_lft forever preferred_lft forever"


class _Options(NamedTuple):
    """What stands before the object.

    Args:
        version: of IP, None for both, 0 for neither.
    """

    version: int | None = None
    brief: bool = False
    oneline: bool = False


class _Refused(Exception):
    """The command line is wrong.

    Args:
        busybox: what busybox says, after its name.
        iproute: what iproute2 says, with nothing before it.
        status: the exit status of iproute2; that of busybox is 1.
    """

    def __init__(self, busybox: str, iproute: str, status: int = 255) -> None:
        super().__init__(busybox)
        self.busybox, self.iproute, self.status = busybox, iproute, status


@PROGRAMS.program("ip", usage="[OPTIONS] address|route|link|neigh|rule [ARGS]\n")
def _ip(system: System, argv: tuple[str, ...], state: State) -> int:
    try:
        options, words = _parse(system, list(argv[1:]))
        return _on_object(system, options, words)
    except _Refused as problem:
        _complain(system, problem.busybox, problem.iproute)
        return 1 if is_busybox(system) else problem.status


def _on_object(system: System, options: _Options, words: list[str]) -> int:
    what = words[0] if words else ""
    subject = next((name for name in _OBJECTS if what and name.startswith(what)), "address" if what == "addr" else "")
    if not subject and is_busybox(system):
        raise UsageProblem
    if not subject:
        raise _Refused("", f'Object "{what}" is unknown, try "ip help".', 1)
    rest = words[1:]
    if rest and rest[0] in _CHANGES:
        _complain(system, *["RTNETLINK answers: Operation not permitted"] * 2)
        return 2
    if subject == "route":
        return _ip_route(system, options, rest)
    if subject in ("address", "link"):
        return _ip_address(system, subject == "link", options, rest)
    if subject == "rule":
        end = " \n" if is_busybox(system) else "\n"
        system.put(f"0:\tfrom all lookup local{end}32766:\tfrom all lookup main{end}")
        system.put(f"32767:\tfrom all lookup default{end}" if options.version != 6 else "")
    return 0  # nobody has to be asked for an address here: there are no neighbours


def _complain(system: System, busybox: str, iproute: str) -> None:
    if is_busybox(system):
        say(system, busybox)
    else:
        system.put(f"{iproute}\n", 2)


def _parse(system: System, words: list[str]) -> tuple[_Options, list[str]]:
    """The options, which stand before the object, and what comes after them.

    Raises:
        UsageProblem: busybox has no such option; Unsimulated: it has.
    """
    options = _Options()
    while words and words[0].startswith("-"):
        word = words.pop(0)
        name = word.lstrip("-")
        if name in ("4", "6", "0"):
            options = options._replace(version=int(name))
        elif name and "family".startswith(name):
            family = words.pop(0) if words else ""
            if family not in _FAMILIES:
                wrong = f'Error: argument "{family}" is wrong: invalid protocol family'
                raise _Refused(f"invalid argument '{family}' to 'family'", wrong)
            options = options._replace(version=_FAMILIES[family])
        elif name and "oneline".startswith(name):
            options = options._replace(oneline=True)
        elif is_busybox(system):
            raise UsageProblem
        elif len(name) > 1 and "brief".startswith(name):
            options = options._replace(brief=True)
        elif name not in _PLAIN:
            raise Unsimulated(f"the option {word}")
    return options, words


# addresses


class _Shown(NamedTuple):
    """Which interfaces and addresses are asked for, "" for all."""

    device: str = ""
    scope: str = ""


def _shown(words: list[str]) -> _Shown:
    shown = _Shown()
    words = words[1:] if words[:1] and words[0] in ("show", "list", "ls", "lst") else list(words)
    while words:
        word = words.pop(0)
        if word == "scope":
            scope = words.pop(0) if words else ""
            if scope not in _SCOPES:
                raise Unsimulated(f"the scope {scope}")
            shown = shown._replace(scope=scope)
        elif word in (
            "to",
            "label",
            "type",
            "master",
            "vrf",
            "group",
            "permanent",
            "dynamic",
            "primary",
            "secondary",
            "temporary",
            "tentative",
            "deprecated",
        ):
            raise Unsimulated(f"choosing by {word}")
        elif word != "up":  # they all are
            name = (words.pop(0) if words else "") if word == "dev" else word
            if shown.device:
                wrong = f'either "dev" is duplicate, or "{name}" is'
                raise _Refused(f"{wrong} garbage", f"Error: {wrong} a garbage.")
            shown = shown._replace(device=name)
    return shown


def _ip_address(system: System, link: bool, options: _Options, words: list[str]) -> int:
    shown = _shown(words)
    found = [interface for interface in system.interfaces() if shown.device in ("", interface.name)]
    if not found:
        device = shown.device
        raise _Refused(f"can't find device '{device}'", f'Device "{device}" does not exist.', 1)
    if link:
        options = options._replace(version=0)
    for interface in found:
        addresses = [
            address
            for address in interface.addresses
            if options.version in (None, address.version) and shown.scope in ("", address.scope)
        ]
        if options.version != 0 and not addresses and (options.version or (shown.scope and not is_busybox(system))):
            continue
        if options.brief:
            system.put(_brief_line(system, interface, addresses, options.version == 0))
        elif options.oneline and options.version != 0:
            head = f"{interface.number}: {interface.name}"
            shown_ones = [_address_line(system, interface, address) for address in addresses]
            system.put("".join(f"{head}{line}\\{_LIFETIME}\n" for line in shown_ones))
        else:
            lines = _link_lines(system, interface, link, options.version, bool(shown.device))
            for address in addresses:
                lines += [_address_line(system, interface, address), _LIFETIME]
            system.put(("\\" if options.oneline else "\n").join(lines) + "\n")
    return 0


def _brief_line(system: System, interface: Interface, addresses: list[InterfaceAddress], link: bool) -> str:
    up = "UNKNOWN" if interface.is_loopback else "UP"
    last = "".join(f"{address.text}/{address.prefix_length} " for address in addresses)
    if link:
        last = f"{interface.mac_address} <{_flags(system, interface)}> "
    return f"{interface.name + _peer(system, interface):<16} {up:<14} {last}\n"


def _flags(system: System, interface: Interface) -> str:
    if interface.is_loopback:
        return "LOOPBACK,UP,LOWER_UP"
    return "BROADCAST,MULTICAST,UP,LOWER_UP" + (",M-DOWN" if is_busybox(system) else "")


def _link_lines(system: System, interface: Interface, link: bool, version: int | None, one: bool) -> list[str]:
    """The interface itself; who asks for a version of IP is not told its hardware address.

    Asked for IPv6 alone, the kernel tells less of an interface, unless iproute2 has asked for it by name.
    """
    busybox = is_busybox(system)
    peer = _peer(system, interface)
    little = version == 6 and (busybox or not one)
    mtu, state, queue = ("65536", "UNKNOWN", "qlen 1000") if interface.is_loopback else ("1500", "UP", "")
    head = f"{interface.number}: {interface.name}{peer}: <{_flags(system, interface)}> mtu {mtu} "
    head += ("" if little else "qdisc noqueue ") + f"state {state} "
    if not busybox:
        head += ("mode DEFAULT " if link else "") + ("" if little else "group default ")
    head += queue
    other = " link-netnsid 0" if peer and not busybox and not little else ""
    if version:
        return [head + other]
    if interface.is_loopback:
        return [head, f"    link/loopback {interface.mac_address} brd 00:00:00:00:00:00"]
    return [head, f"    link/ether {interface.mac_address} brd ff:ff:ff:ff:ff:ff{other}"]


def _peer(system: System, interface: Interface) -> str:
    """The other end of a container's interface; the host's own, among them docker0, have none."""
    on_host = any(held.name == "docker0" for held in system.interfaces())
    return "" if on_host or interface.is_loopback else f"@if{interface.number + 5}"


def _address_line(system: System, interface: Interface, address: InterfaceAddress) -> str:
    subnet = f"{address.text}/{address.prefix_length}"
    if address.version == 6:
        flag = ("flags 02 " if is_busybox(system) else "nodad ") if address.nodad else ""
        return f"    inet6 {subnet} scope {address.scope} {flag}"
    far = "" if interface.is_loopback else f"brd {address.value.network.broadcast_address} "
    second = "secondary " if address.secondary else ""
    return f"    inet {subnet} {far}scope {address.scope} {second}{interface.name}"


# routes


def _ip_route(system: System, options: _Options, words: list[str]) -> int:
    if words[:1] == ["get"]:
        return _route_get(system, options, words[1:])
    words = words[1:] if words[:1] and words[0] in ("show", "list", "ls", "lst") else words
    version = 6 if options.version == 6 else 4
    found = routes_of(system, version)
    device = ""
    if words == ["default"]:
        found = [route for route in found if route.gateway]
    elif len(words) == 2 and words[0] == "dev":
        device = words[1]
        if all(interface.name != device for interface in system.interfaces()):
            raise _Refused(f"can't find device '{device}'", f'Cannot find device "{device}"', 1)
        found = [route for route in found if route.interface.name == device]
    elif words:
        raise Unsimulated(f"choosing routes by {words[0]}")
    show = _route_line_v6 if version == 6 else _route_line
    system.put("".join(show(system, route, bool(device)) for route in found))
    if version == 6 and is_busybox(system) and words != ["default"]:
        multicast = {interface.number: interface for interface in (route.interface for route in found)}
        names = [multicast[number].name for number in sorted(multicast)]
        system.put("".join(f"multicast ff00::/8 dev {name}  metric 256 \n" for name in names))
    return 0


def _route_line(system: System, route: Route, of_device: bool) -> str:
    via = f" via {route.gateway}" if route.gateway else ""
    kernel = "scope link  src" if is_busybox(system) else "proto kernel scope link src"
    source = "" if route.gateway else f"{kernel} {route.source} "
    where = "" if of_device and not is_busybox(system) else f" dev {route.interface.name}"
    return f"{route.subnet}{via}{where} {source}\n"


def _route_line_v6(system: System, route: Route, of_device: bool) -> str:
    via = f" via {route.gateway}" if route.gateway else ""
    metric = 1024 if route.gateway else 256
    if is_busybox(system):
        return f"{route.subnet}{via} dev {route.interface.name}  metric {metric} \n"
    where = "" if of_device else f" dev {route.interface.name}"
    kernel = "" if route.gateway else " proto kernel"
    return f"{route.subnet}{via}{where}{kernel} metric {metric} pref medium\n"


def _route_get(system: System, options: _Options, words: list[str]) -> int:
    if not words:
        raise _Refused("need at least destination address", "need at least a destination address")
    target, version = words[0], options.version
    try:
        is_right = ipaddress.ip_address(target).version == (version or ipaddress.ip_address(target).version)
    except ValueError:
        is_right = False
    if not is_right:
        prefix = "inet6" if version == 6 else "inet" if version == 4 else "any valid"
        wrong = f'Error: {prefix} prefix is expected rather than "{target}".'
        raise _Refused("need at least destination address", wrong, 1)
    if len(words) > 1:
        raise Unsimulated(f"asking for a route by {words[1]}")
    target = str(ipaddress.ip_address(target))
    route = route_to(system, target)
    if is_own(system, target):
        system.put(_answer(system, options, f"local {target}", "lo", target, None, True))
    elif route is None:
        tell(system, "RTNETLINK answers: Network unreachable", "RTNETLINK answers: Network is unreachable")
        return 2
    else:
        via = f" via {route.gateway}" if route.gateway else ""
        system.put(_answer(system, options, target, route.interface.name, route.source, via, False))
    return 0


def _answer(
    system: System, options: _Options, target: str, device: str, source: str, via: str | None, local: bool
) -> str:
    """What the kernel answers to the question for a route.

    Args:
        via: "" for a subnet of one's own, None for an address of one's own.
    """
    busybox = is_busybox(system)
    if ":" not in source:
        cache = (" \\" if options.oneline else " \n") + f"    cache {'<local> ' if local else ''}"
        return f"{target}{via or ''} dev {device}{'  ' if busybox else ' '}src {source}" + (
            " \n" if busybox else f" uid 0{cache}\n"
        )
    metric = 0 if local else 1024 if via else 256
    table = " table local" if local else ""
    if busybox:
        return f"{target} from ::{via or ''} dev {device}{table}  src {source}  metric {metric} \n"
    kernel = "" if via else " proto kernel"
    return f"{target} from ::{via or ''} dev {device}{table}{kernel} src {source} metric {metric} pref medium\n"
