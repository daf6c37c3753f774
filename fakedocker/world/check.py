"""Every invariant of the world, asserted: what no sequence of requests may ever break.

Time grows with the world. The engine can look after every input (`Engine(check=True)`), and the property tests do.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from fakedocker.base.persistent import Map
from fakedocker.containers.lifecycle import STATES
from fakedocker.containers.model import CREATED, DEAD, EXITED, REMOVING, RESTARTING
from fakedocker.images.model import Image, content_digest
from fakedocker.network import pools
from fakedocker.network.model import DAEMON
from fakedocker.swarm import states
from fakedocker.world.builds import BuildTask
from fakedocker.world.solves import SolveTask
from fakedocker.world.tasks import FetchTask, StopTask
from fakedocker.world.world import World

_WITHOUT_PROCESS = (CREATED, EXITED, DEAD, REMOVING, RESTARTING)


class BrokenInvariant(AssertionError):
    """What is wrong with a world, one problem a line."""


def check(world: World) -> None:
    """Assert that a world makes sense.

    Raises:
        BrokenInvariant: it does not.
    """
    problems = [
        *_containers(world),
        *_processes(world),
        *_images(world),
        *_registries(world),
        *_indices(world),
        *_networks(world),
        *_ports(world),
        *_volumes(world),
        *_build_cache(world),
        *_swarm(world),
        *_events(world),
    ]
    if problems:
        raise BrokenInvariant("\n".join(problems))


def _containers(world: World) -> Iterator[str]:
    names = {container.name: container.id for container in world.containers.values()}
    if len(names) != len(world.containers):
        yield "two containers have one name"
    names |= {name: container.id for container in world.containers.values() for name in container.link_names}
    if names != dict(world.container_names):
        yield "the index of names is not that of the containers"
    for identifier, container in world.containers.items():
        if container.id != identifier:
            yield f"container {identifier} is filed under another id"
        if container.status not in STATES:
            yield f"container {container.name} is in no state that the table knows: {container.status}"
        if container.top_layer and container.top_layer not in world.layers:
            yield f"container {container.name} has lost its layer {container.top_layer}"
        if identifier not in world.kernel.filesystems:
            yield f"container {container.name} has no writable layer"
        if identifier not in world.outputs:
            yield f"container {container.name} has no output"
        bucket = world.container_prefixes.get(identifier[:3], ())
        if identifier not in bucket:
            yield f"container {container.name} is not in the index of prefixes"
        if (container.status == RESTARTING) != bool(container.timer):
            yield f"container {container.name} is {container.status} with timer {container.timer}"
        if list(bucket) != sorted(bucket):
            yield f"the prefixes of {identifier[:3]} are in no order"
    indexed = sum(len(bucket) for bucket in world.container_prefixes.values())
    if indexed != len(world.containers):
        yield "the index of prefixes has more than the containers"
    layers = {name for name in world.kernel.filesystems if len(name) == 64}
    if layers - set(world.containers):
        yield "a writable layer is left without its container"
    for exec_id, execution in world.execs.items():
        owner = world.containers.get(execution.container_id)
        if owner is None or exec_id not in owner.exec_ids:
            yield f"exec {exec_id} belongs to no container"
    tasks = {task.container_id for task in world.tasks.values() if isinstance(task, StopTask)}
    if tasks - set(world.containers):
        yield "a container that is being stopped does not exist"


def _processes(world: World) -> Iterator[str]:
    kernel = world.kernel
    for container in world.containers.values():
        namespace = kernel.namespaces.get(container.id)
        if container.status in _WITHOUT_PROCESS:
            if container.pid or namespace is not None:
                yield f"container {container.name} is {container.status} and has a process"
            continue
        if namespace is None or container.pid not in kernel.processes:
            yield f"container {container.name} is {container.status} and has no process"
        elif world.processes.get(container.pid) != ("container", container.id):
            yield f"process {container.pid} of container {container.name} is not known as its own"
    for pid, (kind, identifier) in world.processes.items():
        process = kernel.processes.get(pid)
        if process is None:
            yield f"process {pid} of {kind} {identifier} does not exist"
    for name in kernel.namespaces:
        if name != "host" and name not in world.containers and not _is_sandbox(world, name):
            yield f"namespace {name} belongs to no container"


def _is_sandbox(world: World, name: str) -> bool:
    """Whether a step of a build that is under way runs in this namespace."""
    solves = (task for task in world.tasks.values() if isinstance(task, SolveTask))
    builds = (task for task in world.tasks.values() if isinstance(task, BuildTask) and task.download is not None)
    fetching = {task.download.sandbox for task in builds if task.download is not None}
    fetching |= {task.download.sandbox for task in world.tasks.values() if isinstance(task, FetchTask)}
    fetching |= {
        task.download.sandbox for task in world.tasks.values() if isinstance(task, SolveTask) and task.download
    }
    return name in fetching or any(state.sandbox == name for task in solves for state in task.states)


def _build_cache(world: World) -> Iterator[str]:
    for key, record in world.build_cache.items():
        if record.key != key:
            yield f"cache record {record.id} is filed under another key"
        if record.chain and record.chain not in world.layers:
            yield f"cache record {record.id} has lost its layer"
        if record.file_system and record.file_system not in world.kernel.filesystems:
            yield f"cache record {record.id} has lost its files"
    kept = {record.file_system for record in world.build_cache.values() if record.file_system}
    if {name for name in world.kernel.filesystems if name.startswith("cache:")} != kept:
        yield "the files of a cache mount are left without a record of it"
    for name in world.kernel.filesystems:
        if name.startswith("sandbox:") and not any(_is_sandbox(world, name[:end]) for end in _ends(name)):
            yield f"{name} is left of a build step"


def _ends(name: str) -> list[int]:
    """Where the name of a sandbox may end within that of one of its file systems."""
    return [index for index, character in enumerate(name) if character == ":"] + [len(name)]


def _images(world: World) -> Iterator[str]:
    for identifier, image in world.images.items():
        if image.id != identifier:
            yield f"image {identifier} is filed under another id"
        for chain in image.layers:
            if chain not in world.layers:
                yield f"image {identifier} has lost its layer {chain}"
        if image.parent and not _acyclic(world, identifier):
            yield f"image {identifier} is its own ancestor"
        yield from _target(world, image)
    for chain, layer in world.layers.items():
        if layer.chain_id != chain:
            yield f"layer {chain} is filed under another id"
        if layer.parent and layer.parent not in world.layers:
            yield f"layer {chain} has lost what is below it"
    for name, identifier in world.tags.items():
        if identifier not in world.images:
            yield f"{name} means an image that does not exist"
        elif name not in world.image_tags.get(identifier, ()):
            yield f"{name} is not among the names of its image"
    if sum(len(names) for names in world.image_tags.values()) != len(world.tags):
        yield "the index of images' names has more than the names"


def _target(world: World, image: Image) -> Iterator[str]:
    """What holds of the document that an image's names mean, in containerd's store; the classic one keeps none."""
    target = image.target
    if (target is not None) != (world.storage == "overlayfs"):
        yield f"image {image.id} is none of the store {world.storage}"
    if target is None:
        return
    if target.is_index and content_digest(target.raw) != image.id:
        yield f"image {image.id} has another index"
    listed = {part.digest for part in target.parts}
    for part in target.parts:
        if not part.is_here:
            if part.chain or part.blobs or part.content_bytes:
                yield f"manifest {part.digest} is not here, but something of it is"
            continue
        if target.is_index and content_digest(part.raw) != part.digest:
            yield f"manifest {part.digest} has another digest"
        if part.attests and part.attests not in listed:
            yield f"manifest {part.digest} is about another image's"
        if any(content_digest(blob.data) != blob.digest for blob in part.blobs):
            yield f"a blob of manifest {part.digest} has another digest"
        for chain in part.chain:
            layer = world.layers.get(chain)
            if layer is None or layer.blob is None:
                yield f"manifest {part.digest} has lost its layer {chain}"


def _registries(world: World) -> Iterator[str]:
    for host, registry in world.registries.items():
        if registry.host != host:
            yield f"registry {registry.host} is filed under {host}"
        for name, digest in registry.tags.items():
            key = f"{name.rpartition(':')[0]}@{digest}"
            if key not in registry.manifests and key not in registry.indexes:
                yield f"{host}/{name} means a manifest that is not there"
        for key, raw in registry.indexes.items():
            if key.partition("@")[2] != content_digest(raw):
                yield f"{host}/{key} has another digest"
        for key, manifest in registry.manifests.items():
            if key.partition("@")[2] != manifest.digest or content_digest(manifest.raw) != manifest.digest:
                yield f"{host}/{key} has another digest"
            if tuple(remote.layer.diff_id for remote in manifest.layers) != manifest.image.diff_ids:
                yield f"{host}/{key} has not the layers of its image"


def _acyclic(world: World, identifier: str) -> bool:
    seen = set()
    while identifier and identifier in world.images:
        if identifier in seen:
            return False
        seen.add(identifier)
        identifier = world.images[identifier].parent
    return True


def _indices(world: World) -> Iterator[str]:
    containers = list(world.containers.values())
    yield from _same("image to containers", world.image_containers, ((c.image_id, c.id) for c in containers))
    yield from _same(
        "image to children", world.image_children, ((i.parent, i.id) for i in world.images.values() if i.parent)
    )
    edges = [(top, f"image:{image.id}") for image in world.images.values() for top in image.tops]
    edges += [(layer.parent, f"layer:{layer.chain_id}") for layer in world.layers.values() if layer.parent]
    edges += [(container.top_layer, f"container:{container.id}") for container in containers if container.top_layer]
    edges += [(record.chain, f"cache:{key}") for key, record in world.build_cache.items() if record.chain]
    yield from _same("layer to users", world.layer_users, edges)
    users = [
        (mount.source, container.id) for container in containers for mount in container.mounts if mount.type == "volume"
    ]
    yield from _same("volume to users", world.volume_users, users)


def _same(what: str, index: Map[str, Map[str, bool]], pairs: Iterable[tuple[str, str]]) -> Iterator[str]:
    expected: dict[str, set[str]] = {}
    for key, member in pairs:
        expected.setdefault(key, set()).add(member)
    found = {key: set(members) for key, members in index.items()}
    if found != expected:
        odd = sorted(set(found) ^ set(expected)) or sorted(key for key in found if found[key] != expected[key])
        yield f"the index {what} is wrong for {odd[0]}"


def _networks(world: World) -> Iterator[str]:
    if {network.name: network.id for network in world.networks.values()} != dict(world.network_names):
        yield "the index of networks' names is wrong"
    if set(world.endpoints) != set(world.networks):
        yield "a network without a place for its endpoints, or the other way round"
    held: dict[tuple[str, int], str] = {}
    for network_id, endpoints in world.endpoints.items():
        network = world.networks[network_id]
        for identifier, endpoint in endpoints.items():
            container = world.containers.get(identifier)
            if container is None or container.pid == 0:
                yield f"a container that does not run has an address in {network.name}"
            for address in (endpoint.address, endpoint.address_v6):
                if not address:
                    continue
                key = (network_id, pools.to_number(address))
                if key in held:
                    yield f"two containers have {address} in {network.name}"
                held[key] = identifier
                if not any(pools.contains(pool.subnet, address) for pool in network.pools):
                    yield f"{address} is in no pool of {network.name}"
        for own in network.own:
            held[network_id, pools.to_number(own.address)] = DAEMON
    for service in world.services.values():
        for one in service.addresses:
            held[one.network_id, pools.to_number(one.address.partition("/")[0])] = f"service:{service.id}"
    left = {key: holder for key, holder in world.addresses.items() if held.get(key) != holder}
    if len(held) != len(world.addresses) - len(left) or not all(_is_reserved(world, key, left[key]) for key in left):
        yield "the index of addresses is not that of the endpoints"


def _is_reserved(world: World, key: tuple[str, int], holder: str) -> bool:
    """Whether an address is kept for a task that has no container there yet."""
    task = world.service_tasks.get(holder.removeprefix("task:"))
    if task is None or task.is_over:
        return False
    return key in {(one.network_id, pools.to_number(one.address.partition("/")[0])) for one in task.attachments}


def _ports(world: World) -> Iterator[str]:
    held = set()
    for (port, protocol, version), holders in world.ports.items():
        for address, identifier in holders:
            if (address, port, protocol) in held:
                yield f"{address}:{port}/{protocol} has two owners"
            held.add((address, port, protocol))
            if (6 if ":" in address else 4) != version:
                yield f"{address} is filed under IPv{version}"
            if identifier.startswith("service:"):
                held.discard((address, port, protocol))  # by a service, whose tasks are published by nobody else
                if identifier.removeprefix("service:") not in world.services:
                    yield f"a service that is gone holds port {port}"
                continue
            container = world.containers.get(identifier)
            if container is None or container.pid == 0:
                yield f"a container that does not run holds port {port}"
        everything = {"0.0.0.0", "::"} & {address for address, _ in holders}
        if everything and len(holders) > 1:
            yield f"port {port} is held for all addresses and for one"
    published = {
        (entry.host_ip, entry.host_port, entry.protocol) for entries in world.published.values() for entry in entries
    }
    if published != held:
        yield "the table of ports is not that of what is published"


def _volumes(world: World) -> Iterator[str]:
    for name in world.volume_users:
        if name not in world.volumes:
            yield f"volume {name} is in use and does not exist"
    for volume in world.volumes.values():
        if volume.file_system not in world.kernel.filesystems:
            yield f"volume {volume.name} has no file system"
    systems = {name for name in world.kernel.filesystems if name.startswith("volume:")}
    if len(systems) != len(world.volumes):
        yield "a volume's file system is left without it"


def _swarm(world: World) -> Iterator[str]:
    tables = (world.secrets, world.configs, world.services, world.service_tasks)
    if world.swarm is None and any(tables):
        yield "something of a swarm is left without it"
    for table in tables:
        for identifier, record in table.items():
            if record.id != identifier:
                yield f"{record.id} is filed under {identifier}"
            if world.swarm is not None and record.version > world.swarm.index:
                yield f"{identifier} has a version that the swarm has not come to"
    for task in world.service_tasks.values():
        if task.service_id not in world.services and task.desired != states.REMOVE:
            yield f"task {task.id} has lost its service"
        if task.state == states.RUNNING and task.container_id not in world.containers:
            yield f"task {task.id} runs without a container"
    given = {f"given:{container.id}" for container in world.containers.values() if container.given}
    if {name for name in world.kernel.filesystems if name.startswith("given:")} != given:
        yield "the files given to a container are left without it, or the other way round"


def _events(world: World) -> Iterator[str]:
    times = [event.time_ns for event in world.events.entries()]
    if times != sorted(times) and not world.has_jumped:
        yield "the times of events go back"
    if times and times[-1] > world.now_ns and not world.has_jumped:
        yield "an event lies in the future"
