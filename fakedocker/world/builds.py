"""A build under way, as plain data: what it is to do, how far it has come, and what its next step starts from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from msgspec import Struct

from fakedocker.filesystem.tree import Tree
from fakedocker.wire.container import Config, HostConfig
from fakedocker.wire.image import ImageConfig

if TYPE_CHECKING:  # the parser of Dockerfiles is read when something is built: start-up time matters
    from fakedocker.build.arguments import Arguments
    from fakedocker.build.plan import Plan

ALARM: Final = "build"
"""The kind of timer that a step ends by."""


class BuildOptions(Struct, frozen=True, kw_only=True):
    """How to build: the parameters of POST /build but for those that are part of the plan."""

    tags: tuple[str, ...] = ()
    """NAME:TAG, spelled in full, that the image gets."""
    use_cache: bool = True
    cache_from: tuple[str, ...] = ()
    pull: bool = False
    """Ask the registry for every base image, even for one that is here."""
    quiet: bool = False
    """Tell the id alone, and everything only when the build fails."""
    remove: bool = True
    """Remove the containers of steps that have succeeded."""
    force_remove: bool = False
    """Remove those of failed ones too."""
    platform: str = ""
    host_config: HostConfig = HostConfig()
    """Limits, network and hosts of the containers that RUN makes."""


class StageState(Struct, frozen=True, kw_only=True):
    """The stage that is being built, after its last step."""

    name: str
    image_id: str
    """What the last step has made; "" in a stage that has nothing yet."""
    config: Config
    arguments: Arguments
    author: str = ""
    command_set: bool = False
    """Whether this stage has a CMD, which an ENTRYPOINT then keeps."""
    cache_missed: bool = False
    """After the first step that is not in the cache, no later one is looked for."""


class StageResult(Struct, frozen=True):
    """A stage that is complete."""

    name: str
    image_id: str


class RunningStep(Struct, frozen=True):
    """A RUN whose container is running, and the configuration that its image is filed under in the cache."""

    container_id: str
    container_config: ImageConfig


class Download(Struct, frozen=True, kw_only=True):
    """A URL and what has come of it by now."""

    url: str
    sandbox: str
    """The namespace of what fetches it."""
    data: bytes = b""
    mtime_ns: int = 0
    """When the server says that it was changed, 0 where it does not."""


class BuildTask(Struct, frozen=True, kw_only=True):
    """A build: `position` steps of the plan are done. It waits for a timer, a container, a pull or a download."""

    id: int
    options: BuildOptions
    plan: Plan
    context: Tree
    arguments: Arguments
    position: int = 0
    stage: StageState | None = None
    results: tuple[StageResult, ...] = ()
    triggers: tuple[str, ...] = ()
    """ONBUILD instructions of the base image that are still to be run."""
    containers: tuple[str, ...] = ()
    """Made by the step, and not removed yet."""
    running: RunningStep | None = None
    pull: int = 0
    """The task that fetches the base image, 0 without one."""
    download: Download | None = None
    """What ADD is fetching; None without it."""
    downloaded: tuple[Download, ...] = ()
    """What the step has fetched already."""
    cache_source: str = ""
    """The image of --cache-from that has given a step, the only one that is looked at from then on."""
    kept_back: tuple[bytes, ...] = ()
    """What a quiet build would have told."""
    timer: int = 0
