"""Which files of a context a build can need: buildx sends those that COPY, ADD and mounts name, and no others.

Source: buildkit frontend/dockerfile/dockerfile2llb (FollowPaths of the context), client/llb source.go.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable

from fakedocker.base import reference
from fakedocker.base.go_patterns import path_match
from fakedocker.base.paths import clean
from fakedocker.build.instructions import Copy, Run
from fakedocker.build.lines import BadDockerfile
from fakedocker.build.mounts import BIND, parse_mount
from fakedocker.build.plan import parse_plan

_VARIABLE = "$"
_TRIGGERING = "onbuild"
"""Official images with triggers, which may copy anything, have it in their tags."""


class NeededPaths:
    """Decides about paths of a context.

    Args:
        sources: what is copied, as it is written, or None where everything may be needed.
    """

    def __init__(self, sources: Iterable[str] | None) -> None:
        self._patterns = None if sources is None else _patterns(sources)

    @classmethod
    def of(cls, text: str) -> NeededPaths:
        """Those of a Dockerfile."""
        return cls(_written(text))

    def needs(self, path: str) -> bool:
        """Whether a file or directory is named, lies in what is named, or above it."""
        if self._patterns is None:
            return True
        parts = path.split("/")
        for pattern in self._patterns:
            depth = min(len(pattern), len(parts))
            if all(path_match(one, part) for one, part in zip(pattern[:depth], parts[:depth], strict=True)):
                return True
        return False


def _written(text: str) -> list[str] | None:
    """What a Dockerfile copies of its context; None where that cannot be told."""
    try:
        plan = parse_plan(text)
        steps = [step for stage in plan.stages for step in stage.steps]
        written = [source for step in steps for source in _sources(step)]
        names = {stage.origin.name for stage in plan.stages if stage.origin.name}
        bases = [stage.origin.base for stage in plan.stages if stage.origin.base.lower() not in names]
    except BadDockerfile:  # the engine says what is wrong with it
        return None
    return written if all(map(_has_no_triggers, bases)) else None


def _patterns(sources: Iterable[str]) -> list[list[str]] | None:
    """The sources by their parts; None where everything may be needed."""
    found = []
    for source in sources:
        path = clean(source.lstrip("/") or ".")
        if path in (".", "*") or _VARIABLE in path or "**" in path or path.startswith(".."):
            return None
        found.append(path.split("/"))
    return found


def _sources(step: object) -> list[str]:
    if isinstance(step, Copy) and not step.stage:
        return [source.replace("/./", "/") for source in step.sources if "://" not in source]
    if isinstance(step, Run):
        mounted = [parse_mount(mount) for mount in step.mounts]
        return [mount.source or "." for mount in mounted if mount.type == BIND and not mount.origin]
    return []


def _has_no_triggers(image: str) -> bool:
    """Whether an image is official and not one of those with triggers, or nothing."""
    if image == "scratch":
        return True
    try:
        name = reference.parse(image)
    except reference.InvalidReference:
        return False
    is_official = name.domain == "docker.io" and posixpath.dirname(name.path) == "library"
    return is_official and _TRIGGERING not in name.tag
