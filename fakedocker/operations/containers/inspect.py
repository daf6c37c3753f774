"""What the API says of one container."""

from __future__ import annotations

from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from fakedocker.base import clock, identity
from fakedocker.containers.model import DEAD, PAUSED, RESTARTING, Container, Exec
from fakedocker.filesystem import diff
from fakedocker.filesystem.overlay import Filesystem
from fakedocker.images import overlay_names, targets
from fakedocker.network.model import Endpoint, Network
from fakedocker.network.ports import port_key
from fakedocker.operations.containers import links, usage
from fakedocker.operations.images import content_store
from fakedocker.operations.networks import networking
from fakedocker.wire.container import (
    ContainerInspect,
    Health,
    HealthResult,
    HostConfig,
    MountPoint,
    NetworkSettings,
    State,
)
from fakedocker.wire.execs import ExecInspect, ProcessConfig
from fakedocker.wire.manifest import Descriptor
from fakedocker.wire.network import EndpointSettings, PortBinding
from fakedocker.wire.storage import GraphDriver, RootStorage, Snapshot, Storage
from fakedocker.world.draft import Draft

CONTAINERS_DIRECTORY = "/var/lib/docker/containers"


def inspect(draft: Draft, container: Container, with_size: bool = False) -> ContainerInspect:
    """The answer of GET /containers/ID/json."""
    directory = f"{CONTAINERS_DIRECTORY}/{container.id}" if container.prepared else ""
    network_files = directory if container.is_networked else ""
    size_rw, size_root = sizes(draft, container) if with_size else (UNSET, UNSET)
    log_path = (
        f"{directory}/{container.id}-json.log"
        if directory and container.host_config.log_config.type == "json-file"
        else ""
    )
    return ContainerInspect(
        id=container.id,
        created=clock.rfc3339_nano(container.created_ns),
        path=container.path,
        args=container.args,
        state=state(container),
        image=container.image_id,
        resolv_conf_path=network_files and f"{directory}/resolv.conf",
        hostname_path=network_files and f"{directory}/hostname",
        hosts_path=network_files and f"{directory}/hosts",
        log_path=log_path,
        name=f"/{container.name}",
        restart_count=container.restart_count,
        driver=draft.storage,
        platform="linux",
        exec_ids=tuple(found for found in container.exec_ids if not draft.execs[found].has_ended) or None,
        host_config=_host_config(draft, container),
        graph_driver=UNSET if content_store.is_used(draft) else _graph_driver(draft, container),
        size_rw=size_rw,
        size_root_fs=size_root,
        mounts=mount_points(draft, container),
        config=container.config,
        network_settings=_network_settings(draft, container),
        image_manifest_descriptor=manifest_descriptor(draft, container),
        storage=Storage(RootStorage(Snapshot("overlayfs"))) if content_store.is_used(draft) else UNSET,
    )


def manifest_descriptor(draft: Draft, container: Container) -> Descriptor | UnsetType:
    """Which manifest of an index a container is made of, in containerd's store."""
    image = draft.images.get(container.image_id)
    part = targets.part_of_top(image.target, container.top_layer) if image is not None and image.target else None
    if part is None or image is None:
        return UNSET
    return content_store.descriptor_with_platform(content_store.image_of_part(draft, image, part), part)


def _host_config(draft: Draft, container: Container) -> HostConfig:
    """The settings, with links as docker keeps them instead of as they were asked for (moby daemon/inspect.go)."""
    host = container.host_config
    return replace(host, links=links.shown(draft, container)) if host.links or container.links else host


def state(container: Container) -> State:
    return State(
        status=container.status,
        running=container.is_running,
        paused=container.status == PAUSED,
        restarting=container.status == RESTARTING,
        oom_killed=container.oom_killed,
        dead=container.status == DEAD,
        pid=container.pid,
        exit_code=container.exit_code,
        error=container.error,
        started_at=clock.rfc3339_nano(container.started_ns),
        finished_at=clock.rfc3339_nano(container.finished_ns),
        health=_health(container),
    )


def _health(container: Container) -> Health | UnsetType:
    health = container.health
    if health is None:
        return UNSET
    log = tuple(
        HealthResult(
            clock.rfc3339_nano(result.started_ns), clock.rfc3339_nano(result.ended_ns), result.exit_code, result.output
        )
        for result in health.log
    )
    return Health(health.status, health.failing_streak, log)


def mount_points(draft: Draft, container: Container) -> tuple[MountPoint, ...]:
    """A container's mounts as inspect and lists show them, by target."""
    listed = sorted((mount for mount in container.mounts if mount.listed), key=lambda mount: mount.target)
    return tuple(mount.point(draft.volumes.get(mount.source) if mount.type == "volume" else None) for mount in listed)


def sizes(draft: Draft, container: Container) -> tuple[int, int]:
    """(bytes in the writable layer, bytes of everything)."""
    own = draft.kernel_draft.filesystems.get(container.id)
    used = own.used_bytes if isinstance(own, Filesystem) else 0
    if content_store.is_used(draft) and isinstance(own, Filesystem):
        used = content_store.snapshot_bytes(diff.layer_entries(own))
    said_bytes = usage.said_of(container).size_bytes
    used = used if said_bytes is None else said_bytes
    image_bytes, chain = 0, container.top_layer
    while chain:
        image_bytes += content_store.layer_bytes(draft, chain)
        chain = draft.layers[chain].parent
    return used, used + image_bytes


def _graph_driver(draft: Draft, container: Container) -> GraphDriver:
    own = overlay_names.path_of_container(container.id)
    below, chain = [f"{own}-init/diff"], container.top_layer
    while chain:
        below.append(f"{overlay_names.path_of_layer(chain)}/diff")
        chain = draft.layers[chain].parent
    data = {
        "ID": container.id,
        "LowerDir": ":".join(below),
        "MergedDir": f"{own}/merged",
        "UpperDir": f"{own}/diff",
        "WorkDir": f"{own}/work",
    }
    return GraphDriver(data, "overlay2")


def _network_settings(draft: Draft, container: Container) -> NetworkSettings:
    endpoints = endpoint_settings(draft, container)
    shown = endpoints.get("bridge", EndpointSettings())
    has_sandbox = container.has_process and container.is_networked
    sandbox = identity.digest(draft.seed, f"sandbox/{container.id}", container.started_ns) if has_sandbox else ""
    return NetworkSettings(
        sandbox_id=sandbox,
        sandbox_key=f"{draft.profile.sandbox_directory}/{sandbox[:12]}" if sandbox else "",
        ports=published_ports(draft, container),
        endpoint_id=shown.endpoint_id,
        gateway=shown.gateway,
        global_ipv6_address=shown.global_ipv6_address,
        global_ipv6_prefix_len=shown.global_ipv6_prefix_len,
        ip_address=shown.ip_address,
        ip_prefix_len=shown.ip_prefix_len,
        ipv6_gateway=shown.ipv6_gateway,
        mac_address=shown.mac_address,
        networks=endpoints,
    )


def published_ports(draft: Draft, container: Container) -> dict[str, tuple[PortBinding, ...] | None]:
    """Exposed and published ports of a running container, null where a port is exposed only."""
    if not container.has_process or not container.is_networked:
        return {}
    if container.network_mode == "host" or container.network_mode.startswith("container:"):
        return {}
    found: dict[str, tuple[PortBinding, ...] | None] = {}
    for publication in draft.published.get(container.id, ()):
        key = f"{publication.container_port}/{publication.protocol}"
        found[key] = (*(found.get(key) or ()), PortBinding(publication.host_ip, str(publication.host_port)))
    for exposed in container.config.exposed_ports or {}:
        found.setdefault(exposed, None)
    return dict(sorted(found.items(), key=lambda entry: port_key(entry[0])))


def endpoint_settings(draft: Draft, container: Container, in_list: bool = False) -> dict[str, EndpointSettings]:
    """A container's networks by name, with the addresses it has now.

    Args:
        in_list: lists leave out what was asked for (aliases, links, DNS names).
    """
    shown = {}
    for name, wanted in container.networks:
        identifier = draft.network_names.get(name) or name
        network = draft.networks.get(identifier)
        endpoint = draft.endpoints[network.id].get(container.id) if network is not None else None
        shown_name = network.name if network is not None else name
        shown_settings = _endpoint(wanted, network if container.prepared else None, endpoint, in_list)
        if endpoint is None and not container.prepared:  # until it was first started, the address asked for is shown
            shown_settings = replace(shown_settings, mac_address=wanted.mac_address)
        if network is not None and container.prepared and not in_list:  # what it is called there it keeps when it stops
            shown_settings = replace(shown_settings, dns_names=networking.dns_names(container, network, wanted) or None)
        shown[shown_name] = shown_settings
    return dict(sorted(shown.items()))


def _endpoint(
    wanted: EndpointSettings, network: Network | None, endpoint: Endpoint | None, in_list: bool
) -> EndpointSettings:
    return EndpointSettings(
        ipam_config=None if in_list else wanted.ipam_config,
        links=None if in_list else wanted.links,
        aliases=None if in_list else wanted.aliases,
        mac_address=endpoint.mac_address if endpoint is not None else "",
        driver_opts=wanted.driver_opts,
        gw_priority=wanted.gw_priority,
        network_id=network.id if network is not None else "",
        endpoint_id=endpoint.id if endpoint is not None else "",
        gateway=endpoint.gateway if endpoint is not None else "",
        ip_address=endpoint.address if endpoint is not None else "",
        ip_prefix_len=endpoint.prefix_length if endpoint is not None and endpoint.address else 0,
        ipv6_gateway=endpoint.gateway_v6 if endpoint is not None else "",
        global_ipv6_address=endpoint.address_v6 if endpoint is not None else "",
        global_ipv6_prefix_len=endpoint.prefix_length_v6 if endpoint is not None else 0,
    )


def inspect_exec(execution: Exec) -> ExecInspect:
    """The answer of GET /exec/ID/json."""
    return ExecInspect(
        id=execution.id,
        running=execution.is_running,
        exit_code=execution.exit_code,
        process_config=ProcessConfig(
            tty=execution.terminal,
            entrypoint=execution.argv[0],
            arguments=execution.argv[1:],
            privileged=execution.privileged,
            user=execution.user or UNSET,
        ),
        open_stdin=execution.attach_stdin,
        open_stderr=execution.attach_stderr,
        open_stdout=execution.attach_stdout,
        can_remove=False,
        container_id=execution.container_id,
        detach_keys=execution.detach_keys,
        pid=execution.pid,
    )
