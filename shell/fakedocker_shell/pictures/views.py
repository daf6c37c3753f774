"""Which boxes and lines a world has: as a whole, its ports, its networks, an image's layers, and what was before.

Time grows with what is shown. It must not know how pictures are drawn.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from fakedocker.base import identity, units
from fakedocker.containers.model import Container
from fakedocker.images.model import Image
from fakedocker.network.model import Publication
from fakedocker.world.world import World
from fakedocker_shell.pictures.model import GRAPH, STACK, Edge, Group, Node, Picture
from fakedocker_shell.repl.drawing import glyph_and_state
from fakedocker_shell.repl.explain_lines import familiar

_WRITABLE_LAYER = "container's own layer"
_COMMAND_LENGTH = 60
_BUILDER_WORDS = ("/bin/sh -c #(nop) ", "/bin/sh -c ", "RUN /bin/sh -c ")


def whole(world: World) -> Picture:
    """Everything, and what belongs to what."""
    nodes = [
        *_port_nodes(world),
        *map(_container_node, _containers(world)),
        *_network_nodes(world),
        *_volume_nodes(world),
        *_image_nodes(world),
    ]
    edges = [*_port_edges(world), *_network_edges(world), *_volume_edges(world), *_image_edges(world)]
    return _with_known_edges(Picture(f"world of {world.host.hostname}", GRAPH, tuple(nodes), tuple(edges)))


def ports(world: World) -> Picture:
    """Which port of the host leads to which container."""
    users = [container for container in _containers(world) if world.published.get(container.id)]
    nodes = [*_port_nodes(world), *map(_container_node, users)]
    return Picture("published ports", GRAPH, tuple(nodes), tuple(_port_edges(world)))


def networks(world: World) -> Picture:
    """Who is on which network, with which address and names."""
    nodes, groups = [], []
    for network in sorted(world.networks.values(), key=lambda network: network.number):
        subnets = ", ".join(pool.subnet for pool in network.pools)
        groups.append(
            Group(f"network:{network.id}", f"{network.name} ({network.driver}{', ' + subnets if subnets else ''})")
        )
        for container in _containers(world):
            names = dict(container.networks)
            if network.name not in names and container.network_mode != network.name:
                continue
            members = world.endpoints.get(network.id)
            endpoint = members.get(container.id) if members is not None else None
            address = (endpoint.address or endpoint.address_v6) if endpoint is not None else ""
            lines = [container.name, glyph_and_state(container), *([address] if address else [])]
            nodes.append(Node(f"{network.id}/{container.id}", "container", tuple(lines), groups[-1].id))
    return Picture("networks", GRAPH, tuple(nodes), (), tuple(groups))


def layers(world: World, image: Image, container: Container | None = None) -> Picture:
    """An image's layers, the newest at the top, and a container's own on top of them."""
    nodes = []
    if container is not None:
        size_bytes = world.kernel.filesystems[container.id].used_bytes
        nodes.append(
            Node(container.id, "container", (f"{container.name}: {_WRITABLE_LAYER}", units.human_size(size_bytes)))
        )
    made = [entry for entry in image.history if not entry.empty_layer]
    for number, layer in reversed(list(enumerate(image.layers))):
        text = _instruction(made[number].created_by) if number < len(made) else ""
        found = world.layers.get(layer)
        size = units.human_size(found.size_bytes, 3) if found is not None else "?"
        nodes.append(Node(layer, "layer", tuple(filter(None, (identity.short(layer), size, text)))))
    names = [familiar(name) for name in world.image_tags.get(image.id, ()) if "@" not in name]
    title = f"{', '.join(sorted(names)) or identity.short(image.id)}: {units.human_size(image.size_bytes, 3)}"
    return Picture(title, STACK, tuple(nodes))


def difference(before: World, after: World) -> Picture:
    """The whole of both worlds, marked with what is new, changed and gone."""
    old, new = whole(before), whole(after)
    old_nodes = {node.id: node for node in old.nodes}
    new_nodes = {node.id: node for node in new.nodes}
    nodes = [
        replace(node, mark="+" if node.id not in old_nodes else "~" if old_nodes[node.id] != node else "")
        for node in new.nodes
    ]
    nodes += [replace(node, mark="-") for node in old.nodes if node.id not in new_nodes]
    edges = [*new.edges, *(edge for edge in old.edges if edge not in new.edges)]
    return Picture("what has changed", GRAPH, tuple(nodes), tuple(edges))


# boxes


def _containers(world: World) -> list[Container]:
    return sorted(world.containers.values(), key=lambda container: container.number)


def _container_node(container: Container) -> Node:
    return Node(container.id, "container", (container.name, glyph_and_state(container)))


def _publications(world: World) -> Iterator[tuple[Container, Publication]]:
    for container in _containers(world):
        for entry in world.published.get(container.id) or ():
            yield container, entry


def _port_id(entry: Publication) -> str:
    host = f"[{entry.host_ip}]" if ":" in entry.host_ip else entry.host_ip
    return f"{host}:{entry.host_port}/{entry.protocol}"


def _port_nodes(world: World) -> list[Node]:
    entries = sorted((entry for _, entry in _publications(world)), key=lambda entry: (entry.host_port, entry.host_ip))
    return [Node(f"port:{_port_id(entry)}", "port", (_port_id(entry),)) for entry in entries]


def _network_nodes(world: World) -> list[Node]:
    return [
        Node(
            f"network:{network.id}",
            "network",
            (network.name, ", ".join([network.driver, *(pool.subnet for pool in network.pools)])),
        )
        for network in sorted(world.networks.values(), key=lambda network: network.number)
        if world.endpoints.get(network.id) or network.name not in ("bridge", "host", "none")
    ]


def _volume_nodes(world: World) -> list[Node]:
    return [
        Node(
            f"volume:{volume.name}",
            "volume",
            (
                identity.short(volume.name) if volume.anonymous else volume.name,
                "anonymous volume" if volume.anonymous else "volume",
            ),
        )
        for volume in sorted(world.volumes.values(), key=lambda volume: volume.number)
    ]


def _image_nodes(world: World) -> list[Node]:
    nodes = []
    for image in sorted(world.images.values(), key=lambda image: (world.image_tags.get(image.id, ()), image.id)):
        names = sorted(familiar(name) for name in world.image_tags.get(image.id, ()) if "@" not in name)
        size = f"{identity.short(image.id)} {units.human_size(image.size_bytes, 3)}"
        nodes.append(Node(image.id, "image", (", ".join(names) or "(no tag)", size)))
    return nodes


# lines


def _port_edges(world: World) -> Iterator[Edge]:
    for container, entry in _publications(world):
        yield Edge(f"port:{_port_id(entry)}", container.id, f"{entry.container_port}/{entry.protocol}")


def _network_edges(world: World) -> Iterator[Edge]:
    for network in sorted(world.networks.values(), key=lambda network: network.number):
        members = world.endpoints.get(network.id)
        for container in _containers(world):
            endpoint = members.get(container.id) if members is not None else None
            if endpoint is not None:
                yield Edge(container.id, f"network:{network.id}", endpoint.address or endpoint.address_v6)


def _volume_edges(world: World) -> Iterator[Edge]:
    for container in _containers(world):
        for mount in container.mounts:
            if mount.type == "volume":
                yield Edge(container.id, f"volume:{mount.source}", mount.target)


def _image_edges(world: World) -> Iterator[Edge]:
    for container in _containers(world):
        if container.image_id in world.images:
            yield Edge(container.id, container.image_id)


def _with_known_edges(picture: Picture) -> Picture:
    known = {node.id for node in picture.nodes}
    return replace(
        picture, edges=tuple(edge for edge in picture.edges if edge.source in known and edge.target in known)
    )


def _instruction(created_by: str) -> str:
    """What made a layer, on one line and without the builder's own words."""
    text = " ".join(created_by.split()).removesuffix(" # buildkit")
    for words in _BUILDER_WORDS:
        text = text.removeprefix(words)
    return text if len(text) <= _COMMAND_LENGTH else text[: _COMMAND_LENGTH - 1] + "…"
