"""What a network may not be: its subnets, ranges and addresses, its drivers' options, and networks of configuration
alone.

Source: moby daemon/network.go (ValidateIPAM), libnetwork/network.go (validateConfiguration),
libnetwork/drivers/{bridge,macvlan,ipvlan}.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from typing import Final

from msgspec import UNSET, UnsetType

from fakedocker.base import messages
from fakedocker.base.numbers import TRUE_OR_FALSE, is_digits, parse_whole, problem_of
from fakedocker.network import pools
from fakedocker.network.model import Pool
from fakedocker.operations.networks import interface_names
from fakedocker.wire.network import IPAMPool, NetworkCreate
from fakedocker.world.draft import Draft

_BRIDGE: Final = "com.docker.network.bridge."
_BRIDGE_NAME: Final = f"{_BRIDGE}name"
_MTU: Final = "com.docker.network.driver.mtu"
_BOOLEANS: Final = (
    f"{_BRIDGE}enable_ip_masquerade", f"{_BRIDGE}enable_icc", f"{_BRIDGE}inhibit_ipv4", f"{_BRIDGE}default_bridge",
    "com.docker.network.enable_ipv4", "com.docker.network.enable_ipv6",
)  # fmt: skip
_ADDRESSES: Final = (f"{_BRIDGE}host_binding_ipv4", "com.docker.network.host_ipv4", "com.docker.network.host_ipv6")
_GATEWAY_MODES: Final = (f"{_BRIDGE}gateway_mode_ipv4", f"{_BRIDGE}gateway_mode_ipv6")
_MODES: Final = ("nat", "nat-unprotected", "routed", "isolated")
_LINK_MODES: Final = {
    "macvlan": ("macvlan_mode", ("", "bridge", "private", "passthru", "vepa"), "bridge"),
    "ipvlan": ("ipvlan_mode", ("", "l2", "l3", "l3s"), "l2"),
}
"""For a driver its option, the modes that there are, and the one without it."""

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Subnet = ipaddress.IPv4Network | ipaddress.IPv6Network


def check_configuration(request: NetworkCreate) -> None:
    """Refuse what contradicts itself, and networks of configuration alone, which are not simulated."""
    source = request.config_from.network if request.config_from is not None else ""
    if request.config_only:
        if request.ingress or request.internal or request.attachable or request.scope:
            raise messages.CONFIG_ONLY_OPERATOR()
        if source:
            raise messages.CONFIG_ONLY_FROM()
        raise messages.NOT_SIMULATED(what="a network of configuration alone")
    if source:
        raise messages.NO_CONFIG_NETWORK(name=source)
    if request.ingress:
        raise messages.LOCAL_INGRESS()


def check_families(request: NetworkCreate, driver: str) -> None:
    """Refuse a bridge with addresses of neither kind."""
    if driver == "bridge" and request.enable_ipv4 is False and not request.enable_ipv6:
        raise messages.NO_ADDRESS_FAMILY()


def check_options(driver: str, options: Mapping[str, str], internal: bool) -> None:
    """Refuse a driver's options that it cannot read."""
    if driver in _LINK_MODES:
        name, modes, default = _LINK_MODES[driver]
        if options.get(name, "") not in modes:
            raise messages.LINK_MODE(driver=driver, mode=options[name], default=default)
    if driver != "bridge":
        return
    for label, value in sorted(options.items()):
        problem = _option_problem(label, value)
        if problem:
            raise messages.BRIDGE_OPTION(label=label, value=value, problem=problem)
    if not internal and any(options.get(label) == "isolated" for label in _GATEWAY_MODES):
        raise messages.ISOLATED_GATEWAY()
    mtu = options.get(_MTU, "0")
    if int(mtu) < 0:
        raise messages.BRIDGE_MTU(mtu=int(mtu))


def check_bridge_name(draft: Draft, driver: str, options: Mapping[str, str]) -> None:
    """Refuse a name that another bridge has, or that the kernel gives no interface."""
    name = options.get(_BRIDGE_NAME, "")
    if driver != "bridge" or not name:
        return
    for other in draft.networks.values():
        if other.driver == driver and (other.options or {}).get(_BRIDGE_NAME) == name:
            raise messages.BRIDGE_CONFLICT(id=draft.digest("network"), name=name, other=other.id)
    if problem := interface_names.problem(name):
        raise messages.BRIDGE_NAME(problem=problem)


def _option_problem(label: str, value: str) -> str:
    if label == _MTU:
        return problem_of(value) if parse_whole(value) is None else ""
    if label in _BOOLEANS and value not in TRUE_OR_FALSE:
        return f'strconv.ParseBool: parsing "{value}": invalid syntax'
    if label in _ADDRESSES and _address(value) is None:
        return "nil ip"
    if label in _GATEWAY_MODES and value not in _MODES:
        return f"unknown gateway mode {value}"
    return ""


# addresses


def checked_pools(requested: tuple[IPAMPool, ...], enable_ipv6: bool) -> tuple[Pool, ...]:
    """The subnets asked for, with their gateways chosen; those of IPv6 count only where that is enabled.

    Raises:
        Refusal: some are no subnets, or their addresses do not fit into them. Everything that is wrong is told.
    """
    problems: list[str] = []
    found = []
    for asked in requested:
        text = _text(asked.subnet)
        subnet = _subnet(text)
        if subnet is None:
            problems.append(f"invalid subnet {text}: invalid CIDR block notation")
            continue
        if subnet.version == 6 and not enable_ipv6:
            continue
        if str(subnet) != text and ipaddress.ip_interface(text).ip != subnet.network_address:
            problems.append(f"invalid subnet {text}: it should be {subnet}")
        problems += _range_problems(_text(asked.ip_range), subnet)
        addresses = [(f"gateway {_text(asked.gateway)}", _text(asked.gateway))]
        addresses += [(f"auxiliary address {name}", value) for name, value in sorted(_auxiliary(asked).items())]
        for shown, value in addresses:
            if problem := _address_problem(value, subnet):
                problems.append(f"invalid {shown}: {problem}")
        found.append(_pool(asked, str(subnet)))
    if problems:
        raise messages.NETWORK_CONFIG(problem=problems[0] if len(problems) == 1 else "* " + "\n* ".join(problems))
    return tuple(found)


def _pool(asked: IPAMPool, subnet: str) -> Pool:
    return Pool(
        subnet=subnet,
        gateway=_text(asked.gateway) or pools.first_address(subnet),
        ip_range=_text(asked.ip_range),
        auxiliary=tuple(sorted(_auxiliary(asked).items())),
        is_static=True,
    )


def _auxiliary(asked: IPAMPool) -> dict[str, str]:
    return asked.auxiliary_addresses or {}


def _text(value: str | UnsetType) -> str:
    return "" if value is UNSET else value


def _subnet(text: str) -> Subnet | None:
    """A prefix as Go reads it: ADDRESS/BITS, without a mask in place of the bits."""
    if not is_digits(text.partition("/")[2]):
        return None
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None


def _address(text: str) -> Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


def _range_problems(text: str, subnet: Subnet) -> list[str]:
    if not text:
        return []
    inner = _subnet(text)
    if inner is None:
        return [f"invalid ip-range {text}: invalid CIDR block notation"]
    if inner.version != subnet.version:
        return [f"invalid ip-range {text}: parent subnet is an IPv{subnet.version} block"]
    problems = []
    if inner.prefixlen < subnet.prefixlen:
        problems.append(f"invalid ip-range {text}: CIDR block is bigger than its parent subnet {subnet}")
    if ipaddress.ip_interface(text).ip != inner.network_address:
        problems.append(f"invalid ip-range {text}: it should be {inner}")
    if not inner.overlaps(subnet):
        problems.append(f"invalid ip-range {text}: parent subnet {subnet} doesn't contain ip-range")
    return problems


def _address_problem(text: str, subnet: Subnet) -> str:
    """What is wrong with an address that is to be in a subnet; "" for nothing."""
    if not text:
        return ""
    address = _address(text)
    if address is None:
        return "invalid address"
    if address.version != subnet.version:
        return f"parent subnet is an IPv{subnet.version} block"
    return "" if address in subnet else f"parent subnet {subnet} doesn't contain this address"
