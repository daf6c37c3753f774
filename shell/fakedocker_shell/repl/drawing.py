"""Drawings of the world as text: tables of host, containers, images, networks, volumes and ports.

A state is always a glyph and a word, never colour alone. Time grows with the world. This module must not know the
terminal but for its width.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from fakedocker.base import clock, identity, units
from fakedocker.containers.model import CREATED, DEAD, EXITED, PAUSED, REMOVING, RESTARTING, RUNNING, Container
from fakedocker.world.world import World
from fakedocker_shell.repl.explain import state_text
from fakedocker_shell.repl.explain_lines import familiar

GLYPHS = {RUNNING: "●", PAUSED: "‖", RESTARTING: "↻", CREATED: "·", EXITED: "○", REMOVING: "-", DEAD: "✗"}
_GAP = "  "


def draw(world: World, columns: int) -> str:
    """All of a world.

    Args:
        columns: what is wider is cut.
    """
    sections = [_host(world), _containers(world), _images(world), _networks(world), _volumes(world), _ports(world)]
    return "\n\n".join("\n".join(_cut(line, columns) for line in lines) for lines in sections) + "\n"


def table(title: str, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """A titled table, its columns as wide as need be; one line where there are no rows."""
    found = [list(row) for row in rows]
    if not found:
        return [f"{title}: none"]
    lines = [list(heads), *found]
    widths = [max(len(line[column]) for line in lines) for column in range(len(heads))]
    laid = [
        "  " + _GAP.join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines
    ]
    return [f"{title} ({len(found)})", *laid]


def glyph_and_state(container: Container) -> str:
    return f"{GLYPHS.get(container.status, '?')} {state_text(container)}"


def _cut(line: str, columns: int) -> str:
    return line if len(line) <= columns else line[: max(columns - 1, 0)] + "…"


def _host(world: World) -> list[str]:
    host = world.host
    memory = units.binary_size(host.memory_bytes)
    return [f"host {host.hostname}: {host.cpus} CPUs, {memory}, {clock.rfc3339_seconds(world.now_ns)}"]


def _containers(world: World) -> list[str]:
    rows = []
    for container in sorted(world.containers.values(), key=lambda container: container.number):
        networks = [name for name, _ in container.networks] or [container.network_mode]
        mounts = [
            f"{identity.short(mount.source) if len(mount.source) == 64 else mount.source or mount.type}:{mount.target}"
            for mount in container.mounts
        ]
        rows.append(
            (
                container.name,
                glyph_and_state(container),
                container.image_name,
                " ".join(container.command_line)[:30],
                ", ".join(networks),
                ", ".join(mounts),
            )
        )
    return table("containers", ("name", "state", "image", "command", "networks", "mounts"), rows)


def _images(world: World) -> list[str]:
    rows = []
    for image in sorted(world.images.values(), key=lambda image: (world.image_tags.get(image.id, ()), image.id)):
        names = [familiar(name) for name in world.image_tags.get(image.id, ()) if "@" not in name] or ["(no tag)"]
        users = len(world.image_containers.get(image.id) or ())
        rows.append(
            (
                ", ".join(sorted(names)),
                identity.short(image.id),
                units.human_size(image.size_bytes, 3),
                f"{len(image.layers)} layers",
                f"used by {users}" if users else "unused",
            )
        )
    return table("images", ("name", "id", "size", "layers", "containers"), rows)


def _networks(world: World) -> list[str]:
    rows = []
    for network in sorted(world.networks.values(), key=lambda network: network.number):
        members = world.endpoints.get(network.id)
        names = []
        for identifier, endpoint in members.items() if members is not None else ():
            container = world.containers.get(identifier)
            names.append(f"{container.name if container else '?'} {endpoint.address or endpoint.address_v6}".rstrip())
        subnets = ", ".join(pool.subnet for pool in network.pools)
        rows.append((network.name, network.driver, subnets, ", ".join(sorted(names))))
    return table("networks", ("name", "driver", "subnet", "addresses"), rows)


def _volumes(world: World) -> list[str]:
    rows = []
    for volume in sorted(world.volumes.values(), key=lambda volume: volume.number):
        users = world.volume_users.get(volume.name) or ()
        names = sorted(world.containers[identifier].name for identifier in users if identifier in world.containers)
        name = f"{identity.short(volume.name)} (anonymous)" if volume.anonymous else volume.name
        rows.append((name, volume.driver, ", ".join(names) if names else "unused"))
    return table("volumes", ("name", "driver", "containers"), rows)


def _ports(world: World) -> list[str]:
    rows = []
    for identifier, entries in world.published.items():
        container = world.containers.get(identifier)
        for entry in entries:
            host = f"[{entry.host_ip}]" if ":" in entry.host_ip else entry.host_ip
            rows.append(
                (
                    entry.host_port,
                    f"{host}:{entry.host_port}",
                    f"{container.name if container else '?'}:{entry.container_port}/{entry.protocol}",
                )
            )
    return table("ports", ("host", "container"), [row[1:] for row in sorted(rows)])
