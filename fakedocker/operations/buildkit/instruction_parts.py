"""Small parts of instructions on their way into a build's graph."""

from __future__ import annotations

from collections.abc import Iterable

from fakedocker.build import instructions as kinds
from fakedocker.build.instructions import Step
from fakedocker.build.lines import BadDockerfile


def position_among(inputs: list[int], vertex: int) -> int:
    """The place of a vertex among the inputs after the first, where it is put if it is not there."""
    if vertex in inputs[1:]:
        return inputs.index(vertex, 1)
    inputs.append(vertex)
    return len(inputs) - 1


def filesystem_steps(steps: Iterable[Step]) -> int:
    return sum(isinstance(step, kinds.Run | kinds.Copy | kinds.Workdir) for step in steps)


def checked_mode(text: str) -> str:
    if text and not (set(text) <= set("01234567") and int(text, 8) <= 0o7777):
        raise BadDockerfile(f"invalid chmod parameter: '{text}'. it should be octal string and between 0 and 07777")
    return text


def summary(content: str) -> str:
    """The first line of a document, with dots where there are more."""
    first, *more = content.strip().split("\n")
    return f"{first}..." if more else first
