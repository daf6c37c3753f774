"""What clients say of a build in the attributes of its front end and of its exporter, as options of ours.

Source: buildkit frontend/dockerui/{config,attr}.go, frontend/dockerfile/builder/build.go; moby
builder/builder-next/exporter/mobyexporter.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from typing import NamedTuple

from fakedocker.base import messages, reference
from fakedocker.wire.control import CacheOptions, Exporter, SolveRequest
from fakedocker.world.solves import SolveOptions

FRONTEND = "dockerfile.v0"
_ARGUMENT, _LABEL, _CONTEXT, _ATTESTATION = "build-arg:", "label:", "context:", "attest:"
_EXPORTERS = {"": "cacheonly", "moby": "moby", "image": "moby", "local": "local", "tar": "tar", "docker": "docker"}
_NETWORKS = ("", "default", "none", "host", "sandbox")
_WITHOUT_EFFECT = frozenset(
    {
        "filename", "target", "platform", "no-cache", "image-resolve-mode", "force-network-mode", "add-hosts", "cgroup-parent", "shm-size",
        "ulimit", "hostname", "multi-platform", "frontend.caps", "cmdline", "source", "build-arg:BUILDKIT_SYNTAX", "cache-imports", "cache-from",
        "dockerfilekey", "contextkey",
    }
)  # fmt: skip
"""Attributes that are looked at, or whose absence would not be noticed here."""


class Definition(NamedTuple):
    """What is to be built.

    Args:
        dockerfile: its name, "" for the default.
        directories: what the client calls those of the Dockerfile and of the context.
    """

    dockerfile: str
    directories: tuple[str, str]
    arguments: dict[str, str | None]
    options: SolveOptions


class Target(NamedTuple):
    """What becomes of the result."""

    exporter: str
    tags: tuple[str, ...]


def target_of(request: SolveRequest) -> Target:
    """The exporter of a request. Refusal."""
    exporters = request.exporters
    if not exporters and request.old_exporter:
        exporters = (Exporter(kind=request.old_exporter, attributes=request.old_attributes),)
    if len(exporters) > 1:
        raise messages.NOT_SIMULATED(what="a build with several outputs")
    exporter = exporters[0] if exporters else Exporter()
    if exporter.kind not in _EXPORTERS:
        raise messages.BAD_REQUEST(problem=f'exporter "{exporter.kind}" could not be found')
    names = tuple(dict.fromkeys(name for name in exporter.attributes.get("name", "").split(",") if name))
    for name in names:
        try:
            reference.parse(name)
        except reference.InvalidReference as problem:
            raise messages.BAD_REQUEST(problem=str(problem)) from None
    return Target(_EXPORTERS[exporter.kind], names)


def check_cache(cache: CacheOptions) -> None:
    """Refuse what is not simulated of other caches than our own. An inline cache is a remark in the image, which has no effect here."""
    for entry in cache.exports:
        if entry.kind != "inline":
            raise messages.NOT_SIMULATED(what=f"a cache export of type {entry.kind}")


def definition_of(attributes: Mapping[str, str], target: Target, entitlements: tuple[str, ...]) -> Definition:
    """What a front end is asked to build.

    Raises:
        Refusal: it is not simulated, or makes no sense.
    """
    _check(attributes)
    network = attributes.get("force-network-mode", "")
    if network not in _NETWORKS:
        raise messages.BAD_REQUEST(problem=f"invalid netmode {network}")
    uncached = attributes.get("no-cache")
    platform = attributes.get("platform", "")
    if "," in platform:
        raise messages.BAD_REQUEST(problem="exporting multiple references to image store is currently unsupported")
    options = SolveOptions(
        tags=target.tags,
        use_cache=uncached != "",
        uncached_stages=tuple(uncached.split(",")) if uncached else (),
        pull=attributes.get("image-resolve-mode") == "pull",
        target=attributes.get("target", ""),
        platform=platform,
        network=network if network in ("none", "host") else "default",
        extra_hosts=tuple(next(csv.reader([attributes.get("add-hosts", "")]), [])),
        labels=tuple(sorted(_those(attributes, _LABEL).items())),
        exporter=target.exporter,
        entitlements=entitlements,
    )
    directories = attributes.get("dockerfilekey", "dockerfile"), attributes.get("contextkey", "context")
    return Definition(attributes.get("filename", ""), directories, dict(_those(attributes, _ARGUMENT)), options)


def _those(attributes: Mapping[str, str], prefix: str) -> dict[str, str]:
    return {name.removeprefix(prefix): value for name, value in attributes.items() if name.startswith(prefix)}


def _check(attributes: Mapping[str, str]) -> None:
    for name, value in attributes.items():
        if name == "context":
            raise messages.NOT_SIMULATED(what=f"the build context {value}")
        if name.startswith(_CONTEXT):
            raise messages.NOT_SIMULATED(what=f"the named build context {name.removeprefix(_CONTEXT)}")
        if name == "requestid":
            raise messages.Refusal(501, f"unsupported request {value}")
        if name.startswith((_ARGUMENT, _LABEL, "vcs:")) or name in _WITHOUT_EFFECT:
            continue
        raise messages.NOT_SIMULATED(what=f"the build option {name}")
