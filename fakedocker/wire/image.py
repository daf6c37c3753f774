"""Messages about images."""

from __future__ import annotations

from msgspec import UNSET, Struct, UnsetType, field

from fakedocker.wire.container import Empty, HealthConfig, Labels
from fakedocker.wire.manifest import Descriptor, Platform
from fakedocker.wire.naming import pascal
from fakedocker.wire.storage import GraphDriver


class ImageConfig(Struct, frozen=True, kw_only=True, rename=pascal(on_build="OnBuild")):
    """The run-time part of an image as the image's own JSON and inspect write it: empty values are left out."""

    user: str | UnsetType = UNSET
    exposed_ports: dict[str, Empty] | UnsetType | None = UNSET
    env: tuple[str, ...] | UnsetType | None = UNSET
    entrypoint: tuple[str, ...] | UnsetType | None = UNSET
    cmd: tuple[str, ...] | UnsetType | None = UNSET
    volumes: dict[str, Empty] | UnsetType | None = UNSET
    working_dir: str | UnsetType = UNSET
    labels: Labels | UnsetType | None = UNSET
    stop_signal: str | UnsetType = UNSET
    args_escaped: bool | UnsetType = UNSET
    healthcheck: HealthConfig | UnsetType | None = UNSET
    on_build: tuple[str, ...] | UnsetType | None = UNSET
    shell: tuple[str, ...] | UnsetType | None = UNSET


class RootFS(Struct, frozen=True, rename=pascal(root_fs="RootFS")):
    """RootFS of GET /images/NAME/json: the diff ids of the layers."""

    type: str | UnsetType = UNSET
    layers: tuple[str, ...] | UnsetType = UNSET


class ManifestSize(Struct, frozen=True, rename=pascal()):
    """Size of a manifest: of its content, and with its snapshots."""

    content: int
    total: int


class UnpackedSize(Struct, frozen=True, rename=pascal()):
    """Size of a platform's snapshots."""

    unpacked: int


class ManifestImage(Struct, frozen=True, kw_only=True, rename=pascal()):
    """ImageData of a manifest."""

    platform: Platform
    size: UnpackedSize
    containers: tuple[str, ...] | None


class ManifestAttestation(Struct, frozen=True, rename=pascal()):
    """AttestationData of a manifest."""

    about: str = field(name="For")


class ManifestSummary(Struct, frozen=True, kw_only=True, rename=pascal(id="ID")):
    """An element of Manifests of an image: what an index lists."""

    id: str
    descriptor: Descriptor
    available: bool
    size: ManifestSize
    kind: str
    image_data: ManifestImage | UnsetType = UNSET
    attestation_data: ManifestAttestation | UnsetType = UNSET


class PulledFrom(Struct, frozen=True, rename=pascal()):
    """A repository that an image was pulled from."""

    repository: str


class BuiltBy(Struct, frozen=True, rename=pascal()):
    """A build that an image came of."""

    created_at: str
    ref: str


class ImageIdentity(Struct, frozen=True, kw_only=True, rename=pascal(), omit_defaults=True):
    """Identity of GET /images/NAME/json: where an image comes from."""

    build: tuple[BuiltBy, ...] = ()
    pull: tuple[PulledFrom, ...] = ()


class ImageMetadata(Struct, frozen=True, rename=pascal()):
    """Metadata of GET /images/NAME/json."""

    last_tag_time: str


class ImageInspect(Struct, frozen=True, kw_only=True, rename=pascal(id="Id", os="Os", root_fs="RootFS")):
    """The answer of GET /images/NAME/json."""

    id: str
    repo_tags: tuple[str, ...]
    repo_digests: tuple[str, ...]
    parent: str | UnsetType
    comment: str | UnsetType
    created: str | UnsetType
    docker_version: str | UnsetType
    author: str | UnsetType
    config: ImageConfig
    architecture: str
    variant: str | UnsetType = UNSET
    os: str
    size: int
    graph_driver: GraphDriver | UnsetType = UNSET
    root_fs: RootFS
    metadata: ImageMetadata
    descriptor: Descriptor | UnsetType = UNSET
    manifests: tuple[ManifestSummary, ...] | UnsetType = UNSET
    identity: ImageIdentity | UnsetType = UNSET


class ImageSummary(Struct, frozen=True, kw_only=True, rename=pascal(id="Id", parent_id="ParentId")):
    """An element of GET /images/json."""

    containers: int
    created: int
    id: str
    labels: Labels | None
    parent_id: str
    descriptor: Descriptor | UnsetType = UNSET
    manifests: tuple[ManifestSummary, ...] | UnsetType = UNSET
    repo_digests: tuple[str, ...] | None
    repo_tags: tuple[str, ...] | None
    shared_size: int
    size: int


class HistoryItem(Struct, frozen=True, kw_only=True, rename=pascal(id="Id")):
    """An element of GET /images/NAME/history."""

    comment: str
    created: int
    created_by: str
    id: str
    size: int
    tags: tuple[str, ...] | None
