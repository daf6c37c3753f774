"""Reading a stack's compose files: version 3, with the rules of docker's own client, which are not docker compose's.

Source: docker/cli command/stack/loader/loader.go, compose/loader/loader.go and merge.go.
"""

from __future__ import annotations

import posixpath
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from fakedocker_shell.cli import releases
from fakedocker_shell.cli.commands.images import read_input
from fakedocker_shell.cli.context import Context
from fakedocker_shell.cli.env_files import read_pairs
from fakedocker_shell.cli.errors import CliError
from fakedocker_shell.compose import yaml_text
from fakedocker_shell.compose.files import warn
from fakedocker_shell.swarm import stack_objects, stack_schema, stack_settings
from fakedocker_shell.swarm.stack_interpolation import interpolate
from fakedocker_shell.swarm.stack_merging import merged_services
from fakedocker_shell.swarm.stack_settings import Place

_UNSUPPORTED: Final = (
    "build", "cgroup_parent", "cgroupns_mode", "devices", "domainname", "external_links", "ipc", "links", "mac_address",
    "network_mode", "pid", "privileged", "restart", "security_opt", "shm_size", "userns_mode",
)  # fmt: skip
"""Settings that mean nothing to a swarm."""
_DEPRECATED: Final = {
    "container_name": "Setting the container name is not supported.",
    "expose": "Exposing ports is unnecessary - services on the same network can access each other's containers on any port.",
}
_BY_DEPLOY: Final = "Set resource limits using deploy.resources"
_FORBIDDEN: Final = {
    "cpu_quota": _BY_DEPLOY,
    "cpu_shares": _BY_DEPLOY,
    "cpuset": _BY_DEPLOY,
    "extends": "Support for `extends` is not implemented yet.",
    "mem_limit": _BY_DEPLOY,
    "memswap_limit": _BY_DEPLOY,
    "volume_driver": "Instead of setting the volume driver on the service, define a volume using the top-level `volumes`"
    " option and specify the driver there.",
    "volumes_from": "To share a volume between services, define it using the top-level `volumes` option and reference it"
    " from each service that shares it using the service-level `volumes` option.",
}


class Forbidden(CliError):
    """A file has settings that version 3 no longer has; `descriptions` says of each what to do instead."""

    def __init__(self, descriptions: str) -> None:
        super().__init__("Configuration contains forbidden properties")
        self.descriptions = descriptions


@dataclass(slots=True)
class Stack:
    """What the files say, in long forms; services and everything else by name, sorted.

    Args:
        documents: the files as they were read.
        extras: top-level keys that are the user's own.
    """

    version: str
    services: dict[str, dict[str, Any]]
    networks: dict[str, dict[str, Any]] = field(default_factory=dict)
    volumes: dict[str, dict[str, Any]] = field(default_factory=dict)
    secrets: dict[str, dict[str, Any]] = field(default_factory=dict)
    configs: dict[str, dict[str, Any]] = field(default_factory=dict)
    documents: list[dict[str, Any]] = field(default_factory=list)
    extras: dict[str, Any] = field(default_factory=dict)


async def load(context: Context, paths: Sequence[str], interpolates: bool = True) -> Stack:
    """The stack that the files describe together.

    Args:
        paths: "-" is standard input.
        interpolates: whether variables are replaced.

    Raises:
        CliError: it makes no sense.
        Forbidden: it has settings of older versions.
    """
    if not paths:
        raise CliError(releases.of(context.profile).text(releases.NO_COMPOSE_FILE))
    first = posixpath.join(context.directory, paths[0])
    directory = context.directory if list(paths) == ["-"] else posixpath.dirname(posixpath.normpath(first))
    place = Place(directory, context.environment, lambda message: warn(context, message))
    documents = [_read(await read_input(context, path)) for path in paths]
    version = stack_schema.version_of(documents[0])
    stacks = []
    for document in documents:
        own = stack_schema.version_of(document)
        if own != version:
            raise CliError(f"version mismatched between two composefiles : {version} and {own}")
        if descriptions := _described(document, _FORBIDDEN):
            raise Forbidden(descriptions)
        whole = interpolate(document, context.environment) if interpolates else document
        stack_schema.check(whole, version)
        stacks.append(_stack(context, whole, version, place))
    found = stacks[0]
    for other in stacks[1:]:
        services = merged_services(found.services, other.services)
        found.services = {name: stack_settings.ordered(one) for name, one in services.items()}
        for section in ("networks", "volumes", "secrets", "configs"):
            setattr(found, section, dict(sorted({**getattr(found, section), **getattr(other, section)}.items())))
    found.documents = documents
    return found


def _read(content: bytes) -> dict[str, Any]:
    try:
        document = yaml_text.read(content.decode("utf-8", "replace"))
    except CliError as problem:
        raise CliError(problem.message) from None
    if not isinstance(document, dict):
        raise CliError("top-level object must be a mapping")
    return document


def _stack(context: Context, document: Mapping[str, Any], version: str, place: Place) -> Stack:
    def section(name: str) -> dict[str, dict[str, Any]]:
        return {key: inner or {} for key, inner in sorted((document.get(name) or {}).items())}

    def outside(kind: str, name: str, settings: Mapping[str, Any]) -> dict[str, Any]:
        return stack_objects.external(kind, name, settings, place.warn)

    for name, settings in section("volumes").items():
        _check_external_volume(name, settings)
    for kind in ("secret", "config"):
        for name, settings in section(f"{kind}s").items():
            if settings.get("driver") and settings.get("file") and not settings.get("external"):
                raise CliError(f"{kind} {name}: {kind}.driver and {kind}.file conflict; only use {kind}.driver")
    return Stack(
        version,
        {name: _service(context, settings, place) for name, settings in section("services").items()},
        {key: stack_objects.network(one, outside("network", key, one)) for key, one in section("networks").items()},
        {key: stack_objects.volume(one, outside("volume", key, one)) for key, one in section("volumes").items()},
        {
            key: stack_objects.file_object(one, outside("secret", key, one), place)
            for key, one in section("secrets").items()
        },
        {
            key: stack_objects.file_object(one, outside("config", key, one), place)
            for key, one in section("configs").items()
        },
        extras=stack_settings.extras(document),
    )


def _service(context: Context, settings: Mapping[str, Any], place: Place) -> dict[str, Any]:
    files = settings.get("env_file") or []
    paths = [place.path(path) for path in ([files] if isinstance(files, str) else files)]
    pairs = read_pairs(context, paths, "env", lookup=True)
    return stack_settings.service(settings, place, dict(pair.partition("=")[::2] for pair in pairs))


def _check_external_volume(name: str, settings: Mapping[str, Any]) -> None:
    if settings.get("external"):
        for key in ("driver", "driver_opts", "labels"):
            if settings.get(key):
                raise CliError(f'conflicting parameters "external" and "{key}" specified for volume "{name}"')


# what is not heeded


def _described(document: Mapping[str, Any], descriptions: Mapping[str, str]) -> str:
    """The descriptions of those settings that services have, one after the other."""
    services = document.get("services")
    if not isinstance(services, dict):
        return ""
    used = {key for one in services.values() if isinstance(one, dict) for key in one}
    return "\n\n".join(f"{key}: {text}" for key, text in sorted(descriptions.items()) if key in used)


def complain(context: Context, stack: Stack) -> None:
    """Say which settings are ignored."""
    services = [one for document in stack.documents for one in (document.get("services") or {}).values()]
    ignored = [key for key in _UNSUPPORTED if any(key in one for one in services)]
    if ignored:
        context.err(f"Ignoring unsupported options: {', '.join(ignored)}\n\n")
    texts = dict.fromkeys(_described(document, _DEPRECATED) for document in stack.documents)
    if deprecated := "\n\n".join(text for text in texts if text):
        context.err(f"Ignoring deprecated options:\n\n{deprecated}\n\n")


# showing


def as_yaml(stack: Stack) -> str:
    """The whole as `stack config` prints it."""
    document: dict[str, Any] = {"version": stack.version, "services": stack.services}
    for section in ("networks", "volumes", "secrets", "configs"):
        if found := getattr(stack, section):
            document[section] = found
    return yaml_text.write({**document, **stack.extras})
