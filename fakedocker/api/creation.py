"""The body of a request for a new container, as the API version it was asked with means it.

Source: moby api/server/router/container postContainersCreate and handleMACAddressBC, runconfig getHostConfig: fields
that an older version did not have are left out or refused, and what was written elsewhere once is put where it belongs
now. What the settings then amount to is `operations.create`'s business.
"""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import UNSET, Struct
from msgspec.structs import replace

from fakedocker.base import messages
from fakedocker.base.patterns import lazy_pattern
from fakedocker.wire.container import BindOptions, Config, CreateRequest, HealthConfig, HostConfig, Mount
from fakedocker.wire.network import EndpointSettings, NetworkingConfig

Version = tuple[int, int]

_CONFIG_KEYS = frozenset(
    field.encode_name.lower()
    for field in msgspec.structs.fields(Config)  # as Go's decoder compares them
)
_ENDPOINT_SYSCTLS = "com.docker.network.endpoint.sysctls"
_INTERFACE_SYSCTL = lazy_pattern(r"net\.[^.]*\.[^.]*\.eth[^.]*\.")
_MAC_WARNING = (
    "The container-wide MacAddress field is now deprecated. It should be specified in EndpointsConfig instead."
)


class Creation(Struct, frozen=True):
    """A request in the newest version's terms, and what is remarked about it."""

    request: CreateRequest
    warnings: tuple[str, ...]


def has_config(body: bytes) -> bool:
    """Whether a body names any setting of a Config, even an empty one: else the daemon has no Config at all."""
    decoded: Any = msgspec.json.decode(body.decode("utf-8", "replace"))
    return isinstance(decoded, dict) and any(key.lower() in _CONFIG_KEYS for key in decoded)


def adapt(request: CreateRequest, version: Version) -> Creation:
    """A request as its version means it.

    Raises:
        Refusal: it asks for what its version cannot have.
    """
    host = _older_host(_host_config(request), version)
    networking = request.networking_config or NetworkingConfig()
    endpoints = {name: wanted or EndpointSettings() for name, wanted in (networking.endpoints_config or {}).items()}
    mode = "bridge" if host.network_mode in ("", "default") else host.network_mode
    if "default" in endpoints and mode == "bridge":
        endpoints["bridge"] = endpoints.pop("default")
    if version < (1, 44) and len(endpoints) > 1:
        raise messages.MANY_ENDPOINTS(networks=", ".join(sorted(endpoints)))
    health = request.healthcheck
    if version < (1, 44) and isinstance(health, HealthConfig):
        health = replace(health, start_interval=UNSET)
    _check_subpaths(host, version)
    address = "" if request.mac_address is UNSET else request.mac_address
    endpoints, warnings = _move_mac_address(address, mode, endpoints, version)
    host, endpoints, moved = _move_sysctls(host, mode, endpoints, version)
    adapted = replace(
        request,
        host_config=host,
        networking_config=NetworkingConfig(endpoints_config=dict(endpoints)),
        healthcheck=health,
        mac_address=UNSET if version >= (1, 44) else request.mac_address,
    )
    return Creation(adapted, (*warnings, *moved))


def _host_config(request: CreateRequest) -> HostConfig:
    """The HostConfig, with the limits that older clients write beside it."""
    host = request.host_config or HostConfig()
    changes: dict[str, object] = {}
    for field in ("memory", "memory_swap", "cpu_shares", "cpuset_cpus", "volume_driver"):
        beside = getattr(request, field)
        if beside and not getattr(host, field):
            changes[field] = beside
    if request.cpuset and not host.cpuset_cpus:
        changes.setdefault("cpuset_cpus", request.cpuset)
    return replace(host, **changes) if changes else host


def _older_host(host: HostConfig, version: Version) -> HostConfig:
    changes: dict[str, object] = {}
    if version < (1, 25):
        changes["auto_remove"] = False
    if version < (1, 40) and not host.ipc_mode:
        changes["ipc_mode"] = "shareable"
    if version < (1, 42):
        changes["console_size"] = (0, 0)
    if version < (1, 43):
        changes["annotations"] = UNSET
    if host.mounts:
        changes["mounts"] = tuple(_older_mount(mount, version) for mount in host.mounts)
    return replace(host, **changes) if changes else host


def _older_mount(mount: Mount, version: Version) -> Mount:
    """A mount without what its version does not know; options of another type of mount are refused since 1.42."""
    options = {
        "VolumeOptions": ("volume", "volume_options"),
        "BindOptions": ("bind", "bind_options"),
        "TmpfsOptions": ("tmpfs", "tmpfs_options"),
    }
    changes: dict[str, object] = {}
    for name, (kind, field) in options.items():
        if getattr(mount, field) in (UNSET, None) or mount.type == kind:
            continue
        if version >= (1, 42):
            raise messages.MOUNT_OPTIONS(option=name, type=mount.type)
        if kind != "bind":
            changes[field] = UNSET
    bind = mount.bind_options
    if isinstance(bind, BindOptions):
        if version < (1, 44) and mount.type == "bind" and bind.read_only_force_recursive is True:
            raise messages.NEEDS_API(what="BindOptions.ReadOnlyForceRecursive", version="1.44")
        if version < (1, 42):
            bind = replace(bind, create_mountpoint=UNSET)
        changes["bind_options"] = replace(bind, non_recursive=UNSET) if version < (1, 40) else bind
    return replace(mount, **changes) if changes else mount


def _check_subpaths(host: HostConfig, version: Version) -> None:
    if version >= (1, 45):
        return
    for mount in host.mounts or ():
        options = mount.volume_options
        if options is not UNSET and options is not None and options.subpath:
            raise messages.NEEDS_API(what="VolumeOptions.Subpath", version="1.45")


def _move_mac_address(
    address: str, mode: str, endpoints: dict[str, EndpointSettings], version: Version
) -> tuple[dict[str, EndpointSettings], tuple[str, ...]]:
    """The container's own MAC address belongs to the network of its mode since 1.44, and to nothing since 1.52; before 1.44, endpoints had none.

    Returns:
        the endpoints, and warnings.

    Raises:
        Refusal: it cannot be said which network is meant, or the mode has no address.
    """
    joins = mode not in ("host", "none") and not mode.startswith("container:")
    if version < (1, 44):
        if address and not joins:
            raise messages.MAC_CONFLICT()
        named = endpoints or ({mode: EndpointSettings()} if address else {})
        return {name: replace(wanted, mac_address=address) for name, wanted in named.items()}, ()
    if not address or version >= (1, 52):  # which leaves it unread
        return endpoints, ()
    if not joins:
        return endpoints, (_MAC_WARNING,)
    if not endpoints:
        return {mode: EndpointSettings(mac_address=address)}, (_MAC_WARNING,)
    if mode not in endpoints:
        raise messages.MAC_NETWORK()
    if endpoints[mode].mac_address not in ("", address):
        raise messages.MAC_MISMATCH()
    return {**endpoints, mode: replace(endpoints[mode], mac_address=address)}, (_MAC_WARNING,)


def _move_sysctls(
    host: HostConfig, mode: str, endpoints: dict[str, EndpointSettings], version: Version
) -> tuple[HostConfig, dict[str, EndpointSettings], tuple[str, ...]]:
    """Settings of eth0 belong to the network of the container's mode; since 1.48 they must be written there
    (handleSysctlBC).

    Returns:
        the settings, the endpoints, and warnings.

    Raises:
        Refusal: they are of another interface, or it cannot be said which network is meant.
    """
    if mode == "host" or mode.startswith("container:"):
        return host, endpoints, ()
    of_interfaces = [name for name in sorted(host.sysctls or {}) if _INTERFACE_SYSCTL.match(name)]
    if not of_interfaces:
        return host, endpoints, ()
    settings = dict(host.sysctls or {})
    if version > (1, 47):
        raise messages.INTERFACE_SYSCTL(name=of_interfaces[0])
    key = next(iter(endpoints), mode) if version < (1, 44) else mode
    if endpoints and key not in endpoints:
        raise messages.INTERFACE_SYSCTL_NETWORK(name=of_interfaces[0])
    moved = []
    for name in of_interfaces:
        parts = name.split(".", 4)
        if parts[3] != "eth0":
            raise messages.INTERFACE_SYSCTL_NAME(name=name)
        moved.append(f"net.{parts[1]}.{parts[2]}.IFNAME.{parts[4]}={settings.pop(name)}")
    option = ",".join(moved)
    warning = f'Migrated sysctl "{",".join(of_interfaces)}" to DriverOpts{{"{_ENDPOINT_SYSCTLS}":"{option}"}}.'
    endpoint = endpoints.get(key, EndpointSettings())
    given = endpoint.driver_opts or {}
    given = {
        **given,
        _ENDPOINT_SYSCTLS: ",".join([option, *([given[_ENDPOINT_SYSCTLS]] if _ENDPOINT_SYSCTLS in given else [])]),
    }
    return replace(host, sysctls=settings), {**endpoints, key: replace(endpoint, driver_opts=given)}, (warning,)
