"""What clients say of a build in the attributes of its front end and of its exporter, as options of ours.

Source: buildkit frontend/dockerui/{config,attr}.go, frontend/dockerfile/builder/build.go; moby
builder/builder-next/exporter/mobyexporter.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from typing import NamedTuple

import msgspec
from msgspec import Struct

from fakedocker.base import messages, reference
from fakedocker.base.numbers import parse_whole
from fakedocker.build import git_urls
from fakedocker.kernel.privileges import RESOURCES, UNLIMITED
from fakedocker.operations.classic_builder.downloads import URL_SCHEMES
from fakedocker.wire.control import CacheOptions, Exporter, SolveRequest
from fakedocker.world.solves import DIRECTORY_PREFIX, SolveOptions

FRONTEND = "dockerfile.v0"
_ARGUMENT, _LABEL, _CONTEXT, _ATTESTATION = "build-arg:", "label:", "context:", "attest:"
_EXPORTERS = {
    "": "cacheonly",
    "moby": "moby",
    "image": "moby",
    "local": "local",
    "tar": "tar",
    "docker": "docker",
    "oci": "oci",
}
_ARCHIVES = {
    "compression": ("gzip",),
    "tar": ("true",),
    "oci-mediatypes": ("true",),
    "name": (),
    "dest": (),
    "unpack": (),
}
"""What may be asked of an archive of an image, and with which values; () for any."""
_NETWORKS = ("", "default", "none", "host", "sandbox")
_IMAGE = "docker-image://"
_UPLOAD = "http://buildkit-session/"
"""The address of what a client has to upload."""
_KNOWN = frozenset(
    {
        "filename", "target", "platform", "no-cache", "image-resolve-mode", "force-network-mode", "add-hosts", "cgroup-parent", "shm-size",
        "ulimit", "hostname", "multi-platform", "frontend.caps", "cmdline", "source", "context", "cache-imports", "cache-from",
        "dockerfilekey", "contextkey",
    }
)  # fmt: skip
"""Attributes that are looked at, or whose absence would not be noticed here."""


class Definition(NamedTuple):
    """What is to be built.

    Args:
        dockerfile: its name, "" for the default.
        directories: what the client calls those of the Dockerfile and of the context.
        upload: what the client calls the archive that is the context, or the URL that it is at; "" for a directory.
    """

    dockerfile: str
    directories: tuple[str, str]
    upload: str
    arguments: dict[str, str | None]
    options: SolveOptions


class Target(NamedTuple):
    """What becomes of the result."""

    exporter: str
    tags: tuple[str, ...]


def target_of(request: SolveRequest, *, has_layouts: bool) -> Target:
    """The exporter of a request.

    Args:
        has_layouts: whether there is one of OCI layouts, as with containerd's store.

    Raises:
        Refusal: there is none of the kind, or it is asked for what is not simulated.
    """
    exporters = request.exporters
    if not exporters and request.old_exporter:
        exporters = (Exporter(kind=request.old_exporter, attributes=request.old_attributes),)
    if len(exporters) > 1:
        raise messages.NOT_SIMULATED(what="a build with several outputs")
    exporter = exporters[0] if exporters else Exporter()
    if exporter.kind not in _EXPORTERS or (exporter.kind == "oci" and not has_layouts):
        raise messages.NO_EXPORTER(name=exporter.kind)
    for name, value in exporter.attributes.items() if has_layouts and exporter.kind in ("docker", "oci") else ():
        if name not in _ARCHIVES or (_ARCHIVES[name] and value not in _ARCHIVES[name]):
            raise messages.NOT_SIMULATED(what=f"the exporter {exporter.kind} with {name}={value}")
    names = tuple(dict.fromkeys(name for name in exporter.attributes.get("name", "").split(",") if name))
    for name in names:
        _check_name(name)
    return Target(_EXPORTERS[exporter.kind], names)


def check_cache(cache: CacheOptions) -> None:
    """Refuse what is not simulated of other caches than our own. An inline cache is a remark in the image, which has no
    effect here."""
    for entry in cache.exports:
        if entry.kind != "inline":
            raise messages.NOT_SIMULATED(what=f"a cache export of type {entry.kind}")


def _attests(attributes: Mapping[str, str], exporter: str) -> bool:
    """Whether there is a statement of where an image comes from: what is for images in a store alone is left out of an archive
    (buildkit exporter/containerimage/writer.go).

    Raises:
        Refusal: it is asked for in an archive of docker's kind, which has no place for it.
    """
    wanted = attributes.get(f"{_ATTESTATION}provenance")
    if wanted is None or (exporter in ("docker", "oci") and "inline-only=true" in wanted.split(",")):
        return False
    if exporter == "docker":
        raise messages.NOT_SIMULATED(what="an attestation in an archive of type docker")
    return True


def definition_of(attributes: Mapping[str, str], target: Target, entitlements: tuple[str, ...]) -> Definition:
    """What a front end is asked to build.

    Raises:
        Refusal: it is not simulated, or makes no sense.
    """
    _check(attributes)
    network = attributes.get("force-network-mode", "")
    if network not in _NETWORKS:
        raise messages.INVALID_NETWORK_MODE(mode=network)
    source = attributes.get("context", "")
    uncached = attributes.get("no-cache")
    platform = attributes.get("platform", "")
    if "," in platform:
        raise messages.SEVERAL_PLATFORMS()
    options = SolveOptions(
        tags=target.tags,
        use_cache=uncached != "",
        uncached_stages=tuple(uncached.split(",")) if uncached else (),
        pull=attributes.get("image-resolve-mode") == "pull",
        target=attributes.get("target", ""),
        platform=platform,
        network=network if network in ("none", "host") else "default",
        extra_hosts=tuple(next(csv.reader([attributes.get("add-hosts", "")]), [])),
        attests=_attests(attributes, target.exporter),
        limits=limits(_ulimit(text) for text in next(csv.reader([attributes.get("ulimit", "")]), [])),
        labels=tuple(sorted(_those(attributes, _LABEL).items())),
        exporter=target.exporter,
        entitlements=entitlements,
        cache_from=_imports(attributes),
        remote=bool(source),
        context="" if source.startswith(_UPLOAD) else source,
        named=tuple((name.lower(), value.removeprefix(_IMAGE)) for name, value in _those(attributes, _CONTEXT).items()),
    )
    directories = attributes.get("dockerfilekey", "dockerfile"), attributes.get("contextkey", "context")
    upload = source.removeprefix(_UPLOAD)
    return Definition(attributes.get("filename", ""), directories, upload, dict(_those(attributes, _ARGUMENT)), options)


def limits(asked: Iterable[tuple[str, int, int]]) -> tuple[tuple[str, int, int], ...]:
    """Limits of resources as a build keeps them: one of each, the last that was given. Refusal for what is no resource."""
    found = {name: (name, soft, hard) for name, soft, hard in asked}
    for name in found:
        if name not in RESOURCES:
            raise messages.BAD_REQUEST(problem=messages.ULIMIT_TYPE.format(name=name))
    return tuple(found[name] for name in sorted(found))


def _ulimit(text: str) -> tuple[str, int, int]:
    """NAME=SOFT[:HARD] (docker/go-units ParseUlimit). Refusal."""
    name, equals, numbers = text.partition("=")
    soft, colon, hard = numbers.partition(":")
    first, last = parse_whole(soft), parse_whole(hard if colon else soft)
    if not equals or first is None or last is None:
        raise messages.BAD_REQUEST(problem=messages.ULIMIT_ARGUMENT.format(text=text))
    if last != UNLIMITED and (first == UNLIMITED or first > last):
        raise messages.BAD_REQUEST(problem=messages.ULIMIT_ORDER.format(soft=first, hard=last))
    return name, first, last


class _Import(Struct, frozen=True, rename="pascal"):
    """A cache that somebody else may have filled."""

    type: str = ""
    attrs: dict[str, str] = {}


def _imports(attributes: Mapping[str, str]) -> tuple[str, ...]:
    """The images whose caches are looked at. Refusal."""
    found = [name for name in attributes.get("cache-from", "").split(",") if name]
    try:
        imports = msgspec.json.decode(attributes.get("cache-imports") or "[]", type=list[_Import])
    except (msgspec.MsgspecError, RecursionError) as problem:
        raise messages.BAD_REQUEST(problem=messages.CACHE_IMPORTS.format(problem=problem)) from None
    for entry in imports:
        if entry.type != "registry":
            raise messages.NOT_SIMULATED(what=f"a cache import of type {entry.type}")
        found.append(entry.attrs.get("ref", ""))
    return tuple(dict.fromkeys(found))


def _those(attributes: Mapping[str, str], prefix: str) -> dict[str, str]:
    return {name.removeprefix(prefix): value for name, value in attributes.items() if name.startswith(prefix)}


def check_source(url: str) -> None:
    """Refuse what no build context can be fetched from."""
    git = git_urls.parse(url)
    if (git is not None and not git.is_web) or (git is None and not url.startswith(URL_SCHEMES)):
        raise messages.NOT_SIMULATED(what=f"the build context {url}")


def _check_context(name: str, value: str) -> None:
    if not value.startswith((_IMAGE, DIRECTORY_PREFIX)):
        raise messages.NOT_SIMULATED(what=f"the named build context {name}={value}")
    if value.startswith(_IMAGE):
        _check_name(value.removeprefix(_IMAGE))


def _check_name(name: str) -> None:
    try:
        reference.parse(name)
    except reference.InvalidReference as problem:
        raise messages.BAD_REQUEST(problem=str(problem)) from None


def _check(attributes: Mapping[str, str]) -> None:
    for name, value in attributes.items():
        if name == "context":
            check_source(value)
        if name.startswith(_CONTEXT):
            _check_context(name.removeprefix(_CONTEXT), value)
        if name == "requestid":
            raise messages.UNSUPPORTED_REQUEST(name=value)
        if name.startswith((_ARGUMENT, _LABEL, _CONTEXT, "vcs:", f"{_ATTESTATION}provenance")) or name in _KNOWN:
            continue
        raise messages.NOT_SIMULATED(what=f"the build option {name}")
