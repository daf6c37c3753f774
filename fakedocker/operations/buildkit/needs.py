"""What a build needs before its graph can be made: its arguments, its target, the stages and images that the target
needs.

Source: buildkit frontend/dockerfile/dockerfile2llb/convert.go.
"""

from __future__ import annotations

from collections.abc import Iterable

from fakedocker.base import reference
from fakedocker.base.numbers import is_digits
from fakedocker.build import instructions as kinds
from fakedocker.build.arguments import Arguments
from fakedocker.build.instructions import Step
from fakedocker.build.lines import BadDockerfile
from fakedocker.build.mounts import parse_mount
from fakedocker.build.plan import Plan, Stage
from fakedocker.build.substitution import expand
from fakedocker.build.suggestions import with_suggestion
from fakedocker.world.solves import DIRECTORY_PREFIX

SCRATCH = "scratch"
NAMED = "a named context"
_PLATFORM = ("linux", "amd64", "")


def automatic_arguments(platform: str) -> dict[str, str]:
    """The arguments that BuildKit gives every build: what is built for, and where. A stage sees those it declares."""
    system, architecture, variant = (*platform.split("/"), "", "", "")[:3] if platform else _PLATFORM
    target = "/".join(part for part in (system, architecture, variant) if part)
    return {
        "BUILDPLATFORM": "linux/amd64", "BUILDOS": "linux", "BUILDARCH": "amd64", "BUILDVARIANT": "",
        "TARGETPLATFORM": target, "TARGETOS": system, "TARGETARCH": architecture, "TARGETVARIANT": variant,
    }  # fmt: skip


def declare_early(plan: Plan, arguments: Arguments) -> Arguments:
    """With the ARGs before the first stage. BadDockerfile."""
    for step in plan.arguments:
        for written, default in step.pairs:
            known = arguments.early_values()
            name = expand(written, known, plan.escape)
            arguments = arguments.declare_early(name, None if default is None else expand(default, known, plan.escape))
    return arguments


def target_index(plan: Plan, target: str) -> int:
    """The stage to build, by name or number; the last without one.

    Raises:
        BadDockerfile: there is no such stage.
    """
    if not target:
        return len(plan.stages) - 1
    for index, stage in enumerate(plan.stages):
        if stage.origin.name == target.lower() or str(index) == target:
            return index
    names = [stage.origin.name for stage in plan.stages if stage.origin.name]
    raise BadDockerfile(with_suggestion(f'target stage "{target}" could not be found', target, names))


class Needs:
    """Which stages of a plan a target needs, and which images they begin with or copy from.

    Raises:
        BadDockerfile: a FROM's variables make no name, or a --from names a later stage.
    """

    def __init__(self, plan: Plan, arguments: Arguments, target: int, named: Iterable[tuple[str, str]] = ()) -> None:
        self._plan = plan
        self._named = dict(named)
        self._known = arguments.early_values()
        self._names: dict[str, int] = {}
        self.bases: dict[int, int | str] = {}
        """For each needed stage the stage, or the name of the image, that it begins with."""
        self.images: dict[str, tuple[int, int]] = {}
        """The images in the order they are met, by name, with the lines that ask for them."""
        self.directories: dict[str, str] = {}
        """The named contexts that are the client's directories, with what the client calls them."""
        for index, stage in enumerate(plan.stages):
            self.bases[index] = self._base(stage)
            if stage.origin.name:
                self._names[stage.origin.name] = index
        needed = self._reach(target)
        self.bases = {index: base for index, base in self.bases.items() if index in needed}
        self.extra_states = sum(self._extra(plan.stages[index]) for index in range(len(plan.stages)))
        for index in sorted(needed):
            self._list_images(plan.stages[index], self.bases[index])

    def _base(self, stage: Stage) -> int | str:
        name = expand(stage.origin.base, self._known, self._plan.escape)
        if not name:
            raise BadDockerfile(f"base name ({stage.origin.base}) should not be blank", stage.origin.lines)
        if stage.origin.name in self._named:
            raise BadDockerfile(f"{NAMED} in place of a stage is not simulated by fakedocker", stage.origin.lines)
        if self.directory_of(name):
            raise BadDockerfile(f"{NAMED} of files to begin with is not simulated by fakedocker", stage.origin.lines)
        return self._names.get(name.lower(), self.image_of(name))

    def context_of(self, stage: Stage) -> str:
        """The named context that a stage begins with, "" for none."""
        name = expand(stage.origin.base, self._known, self._plan.escape).lower()
        return name if name in self._named and name not in self._names else ""

    def image_of(self, name: str) -> str:
        """The image that a name means: its own, or that of a named context."""
        return self._named.get(name.lower(), name)

    def directory_of(self, name: str) -> str:
        """The client's directory that a name means as a named context, "" for none."""
        value = self._named.get(name.lower(), "")
        return value.removeprefix(DIRECTORY_PREFIX) if value.startswith(DIRECTORY_PREFIX) else ""

    def stage_of(self, name: str) -> int | None:
        """The stage that --from means; None for an image."""
        found = self._names.get(name.lower())
        if found is None and is_digits(name) and int(name) < len(self._plan.stages):
            return int(name)
        return found

    def _reach(self, target: int) -> set[int]:
        found: set[int] = set()
        pending = [target]
        while pending:
            index = pending.pop()
            if index in found:
                continue
            found.add(index)
            base = self.bases[index]
            pending += [base] if isinstance(base, int) else []
            for _, name in _origins(self._plan.stages[index].steps):
                stage = self.stage_of(name)
                pending += [stage] if stage is not None else []
        return found

    def _extra(self, stage: Stage) -> int:
        """How many states a stage adds for what it copies from; docker numbers nameless stages as soon as there are several."""
        plain = sum(1 for step in stage.steps if isinstance(step, kinds.Run) for _ in step.mounts)
        return plain + sum(
            1 for step, name in _origins(stage.steps) if isinstance(step, kinds.Copy) and self.stage_of(name) is None
        )

    def _list_images(self, stage: Stage, base: int | str) -> None:
        if isinstance(base, str) and base != SCRATCH:
            self.images.setdefault(base, stage.origin.lines)
        for step, name in _origins(stage.steps):
            if self.stage_of(name) is not None:
                continue
            if directory := self.directory_of(name):
                self.directories.setdefault(name.lower(), directory)
            elif (image := self.image_of(name)) != SCRATCH:
                self.images.setdefault(image, step.lines)


def _origins(steps: Iterable[Step]) -> Iterable[tuple[Step, str]]:
    """The steps that copy or mount from a stage or an image, with what they name."""
    for step in steps:
        if isinstance(step, kinds.Copy) and step.stage:
            yield step, step.stage
        elif isinstance(step, kinds.Run):
            for text in step.mounts:
                origin = parse_mount(text).origin
                if origin:
                    yield step, origin


def full_name(text: str) -> str:
    """The name of an image spelled in full, with its tag, and its digest where it has one (distribution reference.TagNameOnly).
    InvalidReference."""
    name = reference.parse(text).with_default_tag()
    return name.name + (f":{name.tag}" if name.tag else "") + (f"@{name.digest}" if name.digest else "")


def pinned(name: str, digest: str) -> str:
    """The full name of an image with the digest that it has turned out to have."""
    return f"{name}@{digest}" if digest and "@" not in name else name
