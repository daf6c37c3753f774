"""Messages about images."""

from __future__ import annotations

from msgspec import UNSET, Struct, UnsetType

from fakedocker.wire.container import Empty, GraphDriver, HealthConfig, Labels
from fakedocker.wire.naming import pascal


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

    type: str
    layers: tuple[str, ...]


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
    created: str
    docker_version: str | UnsetType
    author: str | UnsetType
    config: ImageConfig
    architecture: str
    variant: str | UnsetType = UNSET
    os: str
    size: int
    graph_driver: GraphDriver
    root_fs: RootFS
    metadata: ImageMetadata


class ImageSummary(Struct, frozen=True, kw_only=True, rename=pascal(id="Id", parent_id="ParentId")):
    """An element of GET /images/json."""

    containers: int
    created: int
    id: str
    labels: Labels | None
    parent_id: str
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
