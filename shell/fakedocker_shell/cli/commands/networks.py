"""docker network: create, connect, disconnect, ls, prune, rm."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable

from fakedocker.base import netip
from fakedocker.base.json_types import JsonObject
from fakedocker_shell.cli.api import checked_name, filters_query
from fakedocker_shell.cli.create_options import label_map
from fakedocker_shell.cli.errors import CliError, DaemonError
from fakedocker_shell.cli.formatting import choose_format, render
from fakedocker_shell.cli.main import Invocation
from fakedocker_shell.cli.questions import confirm
from fakedocker_shell.cli.rows_others import NETWORK_RAW, NETWORK_ROWS, NETWORK_TABLE, NetworkRow, natural_key


def _inside(address: str, subnet: str) -> bool:
    try:
        return ipaddress.ip_address(address) in ipaddress.ip_network(subnet, strict=False)
    except ValueError:
        return False


def _parsed(call: Invocation, parse: Callable[[str], str], text: str) -> str:
    """What a parser makes of a text, where the client parses it at all. Raises CliError."""
    if not call.release.parses_addresses:
        return text
    try:
        return parse(text)
    except ValueError as problem:
        raise CliError(str(problem)) from None


def _ipam_config(call: Invocation) -> list[JsonObject]:
    """Match ranges, gateways and auxiliary addresses with the subnets they belong to. Raises CliError."""
    options = call.options
    subnets: dict[str, JsonObject] = {}
    if len(options["subnet"]) < len(options["ip-range"]) or len(options["subnet"]) < len(options["gateway"]):
        raise CliError("every ip-range or gateway must have a corresponding subnet")
    for subnet in options["subnet"]:
        if any(
            _inside(subnet.partition("/")[0], known) or _inside(known.partition("/")[0], subnet) for known in subnets
        ):
            raise CliError("multiple overlapping subnet configuration is not supported")
        subnets[subnet] = {"Subnet": _parsed(call, netip.parse_prefix, subnet)}
    for flag, key, many, missing in (
        (
            "ip-range",
            "IPRange",
            "cannot configure multiple ranges ({}, {}) on the same subnet ({})",
            "no matching subnet for range {}",
        ),
        (
            "gateway",
            "Gateway",
            "cannot configure multiple gateways ({}, {}) for the same subnet ({})",
            "no matching subnet for gateway {}",
        ),
    ):
        for value in options[flag]:
            for subnet, config in subnets.items():
                if _inside(value.partition("/")[0], subnet):
                    if key in config:
                        raise CliError(many.format(value, config[key], subnet))
                    config[key] = value
                    break
            else:
                raise CliError(missing.format(value))
    for name, given in options["aux-address"].items():
        address = _parsed(call, netip.parse_address, given)
        for subnet, config in subnets.items():
            if _inside(address, subnet):
                config.setdefault("AuxiliaryAddresses", {})[name] = address
                break
        else:
            raise CliError(f"no matching subnet for aux-address {address}")
    return list(subnets.values())


async def network_create(call: Invocation) -> int:
    """Create a network."""
    options = call.options
    body: JsonObject = {
        "Name": call.arguments[0],
        "Driver": options["driver"],
        "Scope": options["scope"],
    }
    for flag in ("ipv4", "ipv6"):
        if options.changed(flag):
            body["EnableIPv4" if flag == "ipv4" else "EnableIPv6"] = options[flag]
    body |= {
        "IPAM": {"Driver": options["ipam-driver"], "Options": options["ipam-opt"], "Config": _ipam_config(call)},
        "Internal": options["internal"],
        "Attachable": options["attachable"],
        "Ingress": options["ingress"],
        "ConfigOnly": options["config-only"],
        "ConfigFrom": {"Network": options["config-from"]} if options["config-from"] else None,
        "Options": options["opt"],
        "Labels": label_map(options["label"]),
    }
    answer = await call.api.post("/networks/create", None, body)
    call.context.out(answer["Id"] + "\n")
    return 0


async def network_connect(call: Invocation) -> int:
    """Connect a container to a network."""
    options = call.options
    network, container = call.arguments
    ipam: JsonObject = {}
    for flag, key in (("ip", "IPv4Address"), ("ip6", "IPv6Address")):
        if options[flag]:
            ipam[key] = options[flag]
    if options["link-local-ip"]:
        ipam["LinkLocalIPs"] = options["link-local-ip"]
    driver_options = {}
    for pair in options["driver-opt"]:
        key, equals, value = pair.partition("=")
        if not equals or not key:
            raise CliError("invalid key/value pair format in driver options")
        driver_options[key] = value
    body = {
        "Container": container,
        "EndpointConfig": {
            "IPAMConfig": ipam,
            "Links": options["link"] or None,
            "Aliases": options["alias"],
            "MacAddress": "",
            "DriverOpts": driver_options,
            "GwPriority": options["gw-priority"],
            "NetworkID": "",
            "EndpointID": "",
            "Gateway": "",
            "IPAddress": "",
            "IPPrefixLen": 0,
            "IPv6Gateway": "",
            "GlobalIPv6Address": "",
            "GlobalIPv6PrefixLen": 0,
            "DNSNames": None,
        },
    }
    await call.api.post(f"/networks/{checked_name('network', network)}/connect", None, body)
    return 0


async def network_disconnect(call: Invocation) -> int:
    """Disconnect a container from a network."""
    network, container = call.arguments
    body = {"Container": container, "Force": call.options["force"]}
    await call.api.post(f"/networks/{checked_name('network', network)}/disconnect", None, body)
    return 0


async def network_ls(call: Invocation) -> int:
    """List networks."""
    options = call.options
    networks = await call.api.get("/networks", filters_query(options["filter"]))
    networks.sort(key=lambda network: natural_key(network["Name"]))
    format_text = options["format"] or ("" if options["quiet"] else call.config.text("networksFormat"))
    if options["quiet"]:
        chosen = "network_id: {{.ID}}" if format_text == "raw" else "{{.ID}}"
        chosen = format_text if format_text not in ("", "table", "raw") else chosen
    else:
        chosen = NETWORK_RAW if format_text == "raw" else choose_format(format_text, NETWORK_TABLE)
    rows = [NetworkRow(network, not options["no-trunc"]) for network in networks]
    call.context.out(render(NETWORK_ROWS, chosen, rows))
    return 0


async def network_prune(call: Invocation) -> int:
    """Remove networks that nothing uses."""
    warning = "WARNING! This will remove all custom networks not used by at least one container."
    if not call.options["force"] and not await confirm(call.context, warning):
        return 0
    answer = await call.api.post("/networks/prune", filters_query(call.options["filter"]))
    call.context.out(deleted_networks(answer))
    return 0


def deleted_networks(answer: JsonObject) -> str:
    """What prune says of the networks it removed."""
    deleted = answer.get("NetworksDeleted") or []
    return "Deleted Networks:\n" + "".join(f"{name}\n" for name in deleted) + "\n" if deleted else ""


_INGRESS_WARNING = (
    "WARNING! Before removing the routing-mesh network, make sure all the nodes in your swarm run the same docker engine "
    "version. Otherwise, removal may not be effective and functionality of newly create ingress networks will be impaired."
)


async def _is_wanted(call: Invocation, name: str) -> bool:
    """Whether a network is to be removed: of the one that leads published ports to tasks the user is asked."""
    try:
        network = await call.api.get(f"/networks/{checked_name('network', name)}")
    except DaemonError:
        return True
    return not network.get("Ingress") or await confirm(call.context, _INGRESS_WARNING)


async def network_rm(call: Invocation) -> int:
    """Remove networks."""
    failed = False
    for name in call.arguments:
        try:
            if not await _is_wanted(call, name):
                continue
            await call.api.delete(f"/networks/{checked_name('network', name)}")
        except CliError as error:
            missing = isinstance(error, DaemonError) and error.http_status == 404
            if call.options["force"] and missing:
                continue
            call.context.err(error.message + "\n")
            failed = True
            continue
        call.context.out(name + "\n")
    if failed:
        raise CliError("exit status 1")
    return 0
