"""A Dockerfile as a plan: the arguments before the first stage, and stages of steps.

This is what a builder works on, whichever it is: the classic one runs every stage up to the target in order; one that
runs only what the target needs would follow `From.base` and `Copy.stage`, the edges of the graph.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct
from msgspec.structs import replace

from fakedocker.build.instructions import Arg, From, Label, Step
from fakedocker.build.lines import BadDockerfile, BadSyntax, read
from fakedocker.build.parsing import parse


class Stage(Struct, frozen=True):
    """A FROM and the steps after it."""

    origin: From
    steps: tuple[Step, ...] = ()


class Plan(Struct, frozen=True, kw_only=True):
    """A whole Dockerfile.

    Args:
        arguments: the ARGs before the first FROM.
        escape: the character that escapes.
    """

    arguments: tuple[Arg, ...]
    stages: tuple[Stage, ...]
    escape: str

    def until(self, target: str) -> Plan:
        """The plan up to a stage, given by name or number.

        Raises:
            BadDockerfile: there is no such stage.
        """
        for index, stage in enumerate(self.stages):
            if stage.origin.name == target.lower() or str(index) == target:
                return replace(self, stages=self.stages[: index + 1])
        raise BadDockerfile(f'target stage "{target}" could not be found')

    def with_labels(self, labels: Mapping[str, str]) -> Plan:
        """The plan with a LABEL for every label at its end, by name."""
        if not labels or not self.stages:
            return self
        last = self.stages[-1]
        more = tuple(
            Label(text=f"LABEL {name}={value}", pairs=((name, value),), literal=True)
            for name, value in sorted(labels.items())
        )
        return replace(self, stages=(*self.stages[:-1], replace(last, steps=last.steps + more)))

    @property
    def total(self) -> int:
        """How many steps a build of it counts."""
        return len(self.arguments) + sum(1 + len(stage.steps) for stage in self.stages)

    def at(self, position: int) -> Arg | From | Step:
        """The step of that number, from 0."""
        if position < len(self.arguments):
            return self.arguments[position]
        position -= len(self.arguments)
        for stage in self.stages:
            if position <= len(stage.steps):
                return stage.steps[position - 1] if position else stage.origin
            position -= 1 + len(stage.steps)
        raise IndexError(position)

    def ends_stage(self, position: int) -> bool:
        """Whether a step is the last of its stage."""
        after = position + 1
        return position >= len(self.arguments) and (after == self.total or isinstance(self.at(after), From))


def parse_dockerfile(text: str, name: str = "Dockerfile") -> Plan:
    """Parse a Dockerfile, with the classic builder's words for what is wrong with it.

    Args:
        name: of the file, for messages.

    Raises:
        BadDockerfile: its message is the whole of what docker says.
    """
    if not text:
        raise BadDockerfile(f"the Dockerfile ({name}) cannot be empty")
    try:
        return parse_plan(text)
    except BadSyntax as problem:
        raise BadDockerfile(f"failed to parse {name}: {problem}", problem.lines) from None


def parse_plan(text: str) -> Plan:
    """Parse a Dockerfile.

    Raises:
        BadSyntax: it cannot be split into instructions and their words.
        BadDockerfile: an instruction is wrong, or in the wrong place.
    """
    lines, escape = read(text)
    arguments: list[Arg] = []
    stages: list[Stage] = []
    for line in lines:
        try:
            instruction = parse(line, escape)
        except BadSyntax as problem:
            raise BadSyntax(str(problem), line.lines) from None
        except BadDockerfile as problem:
            raise BadDockerfile(f"dockerfile parse error on line {line.number}: {problem}", line.lines) from None
        if isinstance(instruction, From):
            stages.append(Stage(instruction))
        elif stages:
            stages[-1] = replace(stages[-1], steps=(*stages[-1].steps, instruction))
        elif isinstance(instruction, Arg):
            arguments.append(instruction)
        else:
            raise BadDockerfile("no build stage in current context", line.lines)
    return Plan(arguments=tuple(arguments), stages=tuple(stages), escape=escape)


def parse_trigger(text: str) -> Step:
    """The instruction that an image's ONBUILD holds.

    Raises:
        BadDockerfile: it is none, or more than one.
    """
    lines, escape = read(text)
    if len(lines) != 1:
        raise BadDockerfile("onbuild trigger should be a single expression")
    instruction = parse(lines[0], escape)
    if isinstance(instruction, From):
        raise BadDockerfile("FROM isn't allowed as an ONBUILD trigger")
    return instruction
