"""What events say about the things they happened to."""

from __future__ import annotations

from fakedocker.containers.model import Container
from fakedocker.network.model import Network
from fakedocker.world.draft import Draft


def container_event(draft: Draft, container: Container, action: str, **attributes: str) -> None:
    """An event of a container, with its image, name and labels, as the daemon attaches them."""
    labels = container.config.labels or {}
    merged = {**labels, "image": container.image_name, "name": container.name, **attributes}
    draft.record_event("container", action, container.id, merged.items())


def network_event(draft: Draft, network: Network, action: str, **attributes: str) -> None:
    draft.record_event(
        "network", action, network.id, {"name": network.name, "type": network.driver, **attributes}.items()
    )


def volume_event(draft: Draft, name: str, action: str, **attributes: str) -> None:
    driver = draft.volumes[name].driver
    draft.record_event("volume", action, name, {"driver": driver, **attributes}.items())


def volume_mounts(draft: Draft, container: Container) -> None:
    """The volumes of a container that starts are mounted (moby daemon/volumes_unix.go setupMounts)."""
    for mount in container.mounts:
        if mount.type == "volume":
            access = {"read/write": "false" if mount.read_only else "true"}
            attributes = {"container": container.id, "destination": mount.target, "propagation": mount.propagation}
            volume_event(draft, mount.source, "mount", **attributes, **access)


def volume_unmounts(draft: Draft, container: Container) -> None:
    """And unmounted when it has ended (moby container/container.go UnmountVolumes)."""
    for mount in container.mounts:
        if mount.type == "volume":
            volume_event(draft, mount.source, "unmount", container=container.id)


def image_event(draft: Draft, identifier: str, action: str, name: str, actor: str = "") -> None:
    """An event of an image; labels are attached where the image still exists.

    Args:
        actor: what the event calls the image, where that is not its id: pulls and pushes say the reference.
    """
    image = draft.images.get(identifier)
    labels = (image.config.labels or {}) if image is not None else {}
    draft.record_event("image", action, actor or identifier, {**labels, "name": name}.items())
