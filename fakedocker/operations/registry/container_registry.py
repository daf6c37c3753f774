"""Registries that run in containers, as the daemon uses them: localhost:PORT where a container's registry has published
it.

The daemon reads and writes the files that the registry serves, so that pushing and pulling take no process of the
simulation; what anybody else asks the registry agrees. Images in it become values as those of any other registry.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from fakedocker.base import messages
from fakedocker.base.reference import Reference
from fakedocker.containers.model import Container
from fakedocker.filesystem import content as contents
from fakedocker.images.model import content_digest
from fakedocker.operations.containers import rootfs
from fakedocker.operations.images import manifest_parts
from fakedocker.operations.swarm import balancing
from fakedocker.operations.system import files
from fakedocker.registry import blobs
from fakedocker.registry.attestations import Attestation
from fakedocker.registry.distribution import htpasswd, manifests
from fakedocker.registry.distribution.layout import FolderContents
from fakedocker.registry.model import Manifest
from fakedocker.world.draft import Draft

PROGRAM, DIRECTORY = "registry", "/var/lib/registry"


class _ContainerFolder:
    """A directory of a container, mounts included, from outside."""

    def __init__(self, draft: Draft, container: Container, directory: str) -> None:
        self._draft = draft
        self._table = rootfs.mount_table(draft, container)
        self._directory = directory

    def _path(self, path: str) -> str:
        return posixpath.join(self._directory, path)

    def size_bytes(self, path: str) -> int | None:
        try:
            node = files.node_at(self._draft, self._table, self._path(path))
        except OSError:
            return None
        return len(node.content) if node.kind == "file" else None

    def read(self, path: str, start: int, end: int) -> bytes:
        node = files.node_at(self._draft, self._table, self._path(path))
        return contents.read(node.content, start, end - start)

    def write(self, path: str, data: bytes) -> None:
        files.make_file(self._draft, self._table, self._path(path), data)

    def remove(self, path: str) -> None:
        """Nothing that the daemon does removes anything from a registry."""
        raise NotImplementedError(path)

    def names(self, path: str) -> list[str]:
        try:
            place = files.locate(self._draft, self._table, self._path(path))
            return sorted(place.tree.names(place.inode)) if place.inode is not None else []
        except OSError:
            return []


class ContainerRegistry:
    """A registry in a container."""

    def __init__(self, draft: Draft, container: Container) -> None:
        self._draft = draft
        self._container = container
        self._contents = FolderContents(_ContainerFolder(draft, container, DIRECTORY), draft.draw)

    def check_access(self, credentials: tuple[str, str], what: str) -> None:
        """Refuse whoever may not come in (distribution registry/auth/htpasswd; moby's words are its client's).

        Args:
            what: the request that would meet the refusal, "METHOD URL", where it is told of; else "".

        Raises:
            Refusal: the registry asks for a name and a password, and these are none of its.
        """
        environment = dict(entry.partition("=")[::2] for entry in self._container.config.env or ())
        if environment.get("REGISTRY_AUTH") != "htpasswd":
            return
        if not credentials[0]:
            raise messages.NO_CREDENTIALS(request=f"{what}: " if what else "")
        table = rootfs.mount_table(self._draft, self._container)
        try:
            node = files.node_at(self._draft, table, environment.get("REGISTRY_AUTH_HTPASSWD_PATH", ""))
            text = contents.read(node.content, 0, len(node.content)).decode("utf-8", "replace")
        except OSError:
            text = ""
        if not htpasswd.lets_in(htpasswd.users(text), *credentials):
            raise messages.REGISTRY_UNAUTHORIZED()

    def tags(self, path: str) -> tuple[str, ...]:
        """The tags of a repository, sorted."""
        found = self._contents.repositories.get(path)
        return tuple(sorted(found.tags)) if found is not None else ()

    def raw_manifest(self, name: Reference) -> tuple[bytes, str] | None:
        """The manifest or list under a name, with its media type."""
        found = self._contents.repositories.get(name.path)
        digest = name.digest or (found.tags.get(name.tag, "") if found is not None else "")
        if found is None or digest not in found.manifests:
            return None
        return self._contents.manifest(name.path, digest), found.manifests[digest]

    def put_index(self, name: Reference, raw: bytes, needs: manifests.Needs) -> bool:
        """Put a list there, its images coming along from other repositories; False where one is not there."""
        for digest in needs.manifests:
            origin = next(
                (other for other, found in self._contents.repositories.items() if digest in found.manifests), None
            )
            if origin is None:
                return False
            child = self._contents.manifest(origin, digest)
            for blob in manifests.read(child, "").blobs:
                self._contents.add_blob(name.path, blob, None)
            media_type = self._contents.repositories[origin].manifests[digest]
            self._contents.put_manifest(name.path, "", digest, media_type, child)
        self._contents.put_manifest(name.path, name.tag, content_digest(raw), needs.media_type, raw)
        self._contents.write()
        return True

    def manifest(self, name: Reference) -> Manifest | None:
        """What is under a name. Time grows with the layers that are not here yet.

        Raises:
            Refusal: it is no image for this machine, or a blob of it is not what it should be.
        """
        found = self.raw_manifest(name)
        return manifest_parts.assemble(self._draft, *found, self._read) if found is not None else None

    def _read(self, digest: str) -> bytes:
        size_bytes = self._contents.blobs.size_bytes(digest)
        if size_bytes is None:
            raise messages.UNKNOWN_BLOB()
        return self._contents.blobs.read(digest, 0, size_bytes)

    def repositories_with(self, digests: Iterator[str]) -> dict[str, set[str]]:
        """Which repositories have each of some blobs."""
        return {
            digest: {name for name in self._contents.repositories if self._contents.shows(name, digest)}
            for digest in digests
        }

    def put(self, name: Reference, tag: str, found: tuple[Manifest, ...]) -> None:
        """Put an image there with all its blobs; in an index all images of it, with what is attested of them."""
        path, first = name.path, found[0]
        for manifest in found:
            self._put_one(path, "" if first.index else tag, manifest)
            if manifest.attestation is not None:
                self._put_attestation(path, manifest.attestation)
        if first.index:
            self._contents.put_manifest(
                path, tag, first.digest, manifests.read(first.index, "").media_type, first.index
            )
        self._contents.write()

    def _put_attestation(self, path: str, about: Attestation) -> None:
        for data in (about.config, *about.statements):
            self._contents.add_blob(path, content_digest(data), data)
        self._contents.put_manifest(
            path, "", content_digest(about.raw), manifests.read(about.raw, "").media_type, about.raw
        )

    def _put_one(self, path: str, tag: str, manifest: Manifest) -> None:
        for remote in manifest.layers:
            if not self._contents.shows(path, remote.digest):
                known = self._contents.blobs.size_bytes(remote.digest) is not None
                self._contents.add_blob(path, remote.digest, None if known else blobs.bytes_of(remote))
        self._contents.add_blob(path, manifest.image.config_digest, manifest.image.raw_config)
        media_type = manifests.read(manifest.raw, "").media_type
        self._contents.put_manifest(path, tag, content_digest(manifest.raw), media_type, manifest.raw)


def find(draft: Draft, port: int) -> ContainerRegistry | None:
    """The registry that runs in a container which has published it at a port of the host."""
    for _, identifier in draft.ports.get((port, "tcp", 4), ()):
        service = balancing.service_of(draft, identifier)
        serving = [draft.containers[identifier]] if service is None else balancing.backends(draft, service)
        for container in serving:
            process = draft.kernel_draft.processes.get(container.pid)
            if process is not None and process.identity.name == PROGRAM:
                return ContainerRegistry(draft, container)
    return None
