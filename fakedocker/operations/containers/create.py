"""Creating a container: image, settings, name, mounts and networks, in the daemon's order of checks."""

from __future__ import annotations

import msgspec
from msgspec import UNSET
from msgspec.structs import replace

from fakedocker.base import identity, messages
from fakedocker.base.history import History
from fakedocker.base.paths import clean
from fakedocker.base.patterns import lazy_pattern
from fakedocker.containers.model import Chunk, Container
from fakedocker.images.model import Image
from fakedocker.network import model as network_model
from fakedocker.operations.containers import links, mounts, namespaces, rootfs, settings, validation
from fakedocker.operations.images import content_store, platform_check
from fakedocker.operations.networks import attachments, endpoint_checks
from fakedocker.operations.system import disk, files, lookup
from fakedocker.operations.system.event_attributes import container_event
from fakedocker.operations.volumes import volumes
from fakedocker.wire.container import Config, CreateRequest, HealthConfig, HostConfig
from fakedocker.wire.image import ImageConfig
from fakedocker.wire.network import EndpointSettings
from fakedocker.world.draft import Draft, add_to_index

CONTAINER_NAME = lazy_pattern(r"/?[a-zA-Z0-9][a-zA-Z0-9_.-]+")
_CONFIG_FIELDS = tuple(field.name for field in msgspec.structs.fields(Config))
_EMPTY_HISTORY: History[Chunk] = History()
_HOST_CONFIGS: dict[bytes, HostConfig] = {}
_HOST_CONFIGS_KEPT = 4096


def create_asked(draft: Draft, name: str, request: CreateRequest, platform: str) -> Container:
    """Make a container as a client's request, which has done nothing else yet.

    Raises:
        Refusal: with docker's words. The volumes with names that had been made until then stay, as their makers had
            them made by name (moby daemon/volumes.go registerMountPoints, mounts.go removeMountPoints); nothing else is
            left behind.
    """
    first = len(draft.volumes)
    try:
        return create(draft, name, request, platform=platform)
    except messages.Refusal as refusal:
        if len(draft.volumes) == first:
            raise
        after = {volume.name: volume for volume in draft.volumes.values()}
        draft.rollback()
        made = [volume for name, volume in after.items() if name not in draft.volumes and not volume.anonymous]
        if not made:
            raise
        for volume in sorted(made, key=lambda each: each.number):
            volumes.add(draft, volume.name, anonymous=False, labels=volume.labels, options=volume.options)
        raise messages.Refusal(refusal.status, refusal.message, commits_partial=True) from None


def create(
    draft: Draft, name: str, request: CreateRequest, image: Image | None = None, platform: str = ""
) -> Container:
    """Make a container.

    Args:
        name: wanted by the client, "" to have one picked.
        image: what it is made of, where that is not looked up by the request's name.
        platform: that the image must be for, "" for any.

    Raises:
        Refusal: with docker's words.
    """
    config = Config(**{field: getattr(request, field) for field in _CONFIG_FIELDS})
    host = request.host_config or HostConfig()
    validation.check(draft, config, host)
    host = namespaces.adapt(draft, settings.fill_in(host, draft.profile.sorts_masked_paths))
    if config.working_dir:
        config = replace(config, working_dir=clean(config.working_dir))
    if image is None:
        if not config.image:
            raise messages.NO_COMMAND()
        image = _image(draft, config.image, platform)
    config = merge_with_image(config, image)
    if config.entrypoint == ("",):  # asked for to have none
        config = replace(config, entrypoint=None)
    if not config.entrypoint and not config.cmd:
        raise messages.NO_COMMAND()
    path, args = command_of(config)
    number = draft.draw()
    identifier = draft.given_id("container", draft.containers) or identity.container_id(draft.seed, number)
    name = reserve_name(draft, name, identifier, number)
    config = replace(config, hostname=config.hostname or _hostname(draft, host, identifier))
    linked = links.resolve(draft, host)
    networks = _networks(draft, host, request)
    disk.demand(draft, disk.BLOCK_BYTES, f"mkdir /var/lib/docker/overlay2/{identifier}-init")
    container = Container(
        id=identifier, number=number, name=name, created_ns=draft.wall_ns, image_id=image.id, image_name=config.image,
        config=config, host_config=_interned(host), path=path, args=args, mounts=mounts.resolve(draft, config, host), networks=networks,
        top_layer=image.top,
    )  # fmt: skip
    _register(draft, container)
    _check_volumes(draft, container)
    links.register(draft, container, linked)
    container = draft.containers[identifier]
    container_event(draft, container, "create")
    return container


def _image(draft: Draft, name: str, platform: str) -> Image:
    """What a container is made of.

    Raises:
        Refusal: there is none of that name, or not for that platform.
    """
    image = lookup.image(draft, name)
    if image.target is None:
        platform_check.require(draft, image, name, platform)
        return image
    return content_store.required(draft, image, platform) if platform else image


def _check_volumes(draft: Draft, container: Container) -> None:
    """Refuse volumes of the configuration where the image has a file (moby daemon/create_unix.go)."""
    own = files.only(container.id)
    for target in container.config.volumes or {}:
        path = clean(f"/{target}")
        if files.exists(draft, own, path) and files.node_at(draft, own, path).kind != "dir":
            raise messages.VOLUME_OVER_FILE(path=f"/var/lib/docker/overlay2/{container.id}/merged{path}")


def merge_with_image(config: Config, image: Image) -> Config:
    """The settings of an image for everything that the request leaves open."""
    return merge(config, image.config)


def merge(config: Config, own: ImageConfig) -> Config:
    """Settings over those of an image (moby daemon/commit.go merge)."""
    changes: dict[str, object] = {}
    if not config.user and own.user:
        changes["user"] = own.user
    exposed = {**(own.exposed_ports or {}), **(config.exposed_ports or {})}
    if exposed:
        changes["exposed_ports"] = exposed
    if own.env:
        named = {entry.partition("=")[0] for entry in config.env or ()}
        changes["env"] = (*(config.env or ()), *(entry for entry in own.env if entry.partition("=")[0] not in named))
    changes["env"] = changes.get("env", config.env) or ()
    labels = {**(own.labels or {}), **(config.labels or {})}
    changes["labels"] = labels
    if not config.entrypoint and config.entrypoint != ():
        if not config.cmd and own.cmd:
            changes["cmd"] = own.cmd
            changes["args_escaped"] = own.args_escaped
        if config.entrypoint is None and own.entrypoint:
            changes["entrypoint"] = own.entrypoint
    changes["healthcheck"] = _merged_health(config.healthcheck, own.healthcheck)
    if not config.working_dir and own.working_dir:
        changes["working_dir"] = own.working_dir
    volumes = {**(own.volumes or {}), **(config.volumes or {})}
    changes["volumes"] = volumes or None
    if not config.stop_signal and own.stop_signal:
        changes["stop_signal"] = own.stop_signal
    if own.shell and not config.shell:
        changes["shell"] = own.shell
    for field in ("cmd", "entrypoint"):
        value = changes.get(field, getattr(config, field))
        if isinstance(value, str):
            changes[field] = (value,)
    return replace(config, **changes)


def _merged_health(given: object, own: object) -> object:
    if not isinstance(given, HealthConfig) or (given.test is UNSET and given == HealthConfig()):
        return own if isinstance(own, HealthConfig) else UNSET
    if not isinstance(own, HealthConfig) or (given.test and given.test[0] == "NONE"):
        return given
    fields = [field.name for field in msgspec.structs.fields(HealthConfig)]
    return HealthConfig(**{field: getattr(given, field) or getattr(own, field) for field in fields})


def command_of(config: Config) -> tuple[str, tuple[str, ...]]:
    """What is executed: the entrypoint with the command as its arguments, or the command alone."""
    words = (*(config.entrypoint or ()), *(config.cmd or ()))
    return (words[0], tuple(words[1:])) if words else ("", ())


def reserve_name(draft: Draft, name: str, identifier: str, number: int) -> str:
    """Take a name for a container.

    Raises:
        Refusal: it is not allowed, or taken.
    """
    if not name:
        attempt = 0
        name = draft.given_id("container name", draft.container_names)
        while not name or name in draft.container_names:
            name = identity.container_name(draft.seed, number, attempt)
            attempt += 1
    elif CONTAINER_NAME.fullmatch(name) is None:
        raise messages.CONTAINER_NAME(name=name)
    name = name.removeprefix("/")
    holder = draft.container_names.get(name)
    if holder is not None:
        raise messages.NAME_IN_USE(name=name, id=holder)
    draft.container_names[name] = identifier
    return name


def _hostname(draft: Draft, host: HostConfig, identifier: str) -> str:
    """The host name of a container that was given none: its short id, or that of whose network it shares."""
    if host.network_mode == network_model.HOST:
        return draft.host.hostname
    if host.network_mode.startswith("container:"):
        other = attachments.shared_container(draft, host.network_mode)
        if other is not None:
            return other.config.hostname
    return identifier[:12]


def _networks(draft: Draft, host: HostConfig, request: CreateRequest) -> tuple[tuple[str, EndpointSettings], ...]:
    """The networks that a container joins when it starts: those named, else the one of its network mode; none if it is to have none."""
    mode = host.network_mode
    if mode.startswith("container:"):
        return ()
    named = (request.networking_config.endpoints_config if request.networking_config else None) or {}
    wanted = {name: endpoint or EndpointSettings() for name, endpoint in named.items()}
    mode_name = "bridge" if mode in ("default", "bridge", "") else mode
    if "default" in wanted and mode_name == "bridge":
        wanted["bridge"] = wanted.pop("default")
    if not wanted:
        wanted = {mode_name: EndpointSettings()}
    elif mode_name not in wanted and mode not in ("bridge", "default", "") and mode not in draft.networks:
        wanted = {mode_name: EndpointSettings(), **wanted}
    for name, endpoint in wanted.items():
        endpoint_checks.check(draft, name, endpoint)
    if request.network_disabled is True:
        return ()
    return tuple(sorted(wanted.items()))


def _register(draft: Draft, container: Container) -> None:
    identifier = container.id
    draft.containers[identifier] = container
    draft.outputs[identifier] = _EMPTY_HISTORY
    bucket = identifier[: lookup.PREFIX_DIGITS]
    draft.container_prefixes[bucket] = tuple(sorted((*draft.container_prefixes.get(bucket, ()), identifier)))
    add_to_index(draft.image_containers, container.image_id, identifier)
    if container.top_layer:
        add_to_index(draft.layer_users, container.top_layer, f"container:{identifier}")
    for mount in container.mounts:
        if mount.type == "volume":
            add_to_index(draft.volume_users, mount.source, identifier)
    rootfs.create_root(draft, container)
    rootfs.make_working_directory(draft, container)


def _interned(host: HostConfig) -> HostConfig:
    """The same object for equal settings: a thousand containers of one kind share one."""
    key = msgspec.json.encode(host)
    known = _HOST_CONFIGS.get(key)
    if known is None:
        if len(_HOST_CONFIGS) >= _HOST_CONFIGS_KEPT:
            _HOST_CONFIGS.clear()
        known = _HOST_CONFIGS[key] = host
    return known
