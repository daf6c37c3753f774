"""A scenario as a value: what its file says, and at which lines. This module must not know how one is read or played."""

from __future__ import annotations

from msgspec import Struct

from fakedocker.base.profiles import DEFAULT
from fakedocker.faults.model import Rule
from fakedocker_shell.scenarios.expressions import Check

LESSON, INCIDENT, REPLAY = "lesson", "incident", "replay"
KINDS = (LESSON, INCIDENT, REPLAY)
SOLUTION, WRONG, PLAIN = "solution", "wrong", ""
BLOCK_KINDS = (SOLUTION, WRONG, PLAIN)
PULL = "docker pull --quiet "
"""What an image of `[world]` `images` becomes in the setup."""


class Step(Struct, frozen=True):
    """A command of a block, and what it prints.

    Args:
        command: continuation lines included.
        expected: lines, which may hold wildcards.
        status: the exit status it should have.
        line: where its `$ ` stands, counted from 1.
        end: the line after its last one.
    """

    command: str
    expected: tuple[str, ...]
    status: int
    line: int
    end: int


class Block(Struct, frozen=True):
    """A `console` block. `kind` is solution, wrong, or "" for one that goes on from the state reached before it."""

    kind: str
    steps: tuple[Step, ...]
    line: int


class HostFile(Struct, frozen=True):
    """A file that is put on the simulated host; `path` is relative to the home directory unless it is absolute."""

    path: str
    content: str
    line: int


class Hint(Struct, frozen=True):
    """`when` is the check that must hold for the hint to be shown; None for one that is always fitting."""

    text: str
    when: Check | None
    line: int


class TimedFault(Struct, frozen=True):
    """What goes wrong by itself; the rule's delay counts from the beginning."""

    rule: Rule
    line: int


class Goal(Struct, frozen=True):
    """It is reached when all of `all` hold and none of `none`."""

    all: tuple[Check, ...]
    none: tuple[Check, ...]
    line: int


class SetupCommand(Struct, frozen=True):
    """A command that is run before anybody looks; it has to succeed."""

    command: str
    line: int


class Scenario(Struct, frozen=True, kw_only=True):
    """See docs/scenarios.md for each field."""

    path: str
    text: str
    """The whole file."""
    id: str
    title: str
    kind: str
    seed: int
    clock_ns: int
    profile: str = DEFAULT
    storage: str = ""
    par: int
    """0 for none."""
    misconception: str
    hints: tuple[Hint, ...]
    faults: tuple[TimedFault, ...]
    setup: tuple[SetupCommand, ...]
    """Pulls of the images included."""
    goal: Goal | None
    prose: str
    """What stands before the first block of commands: the task."""
    explanation: str
    """What stands under the heading "Why"."""
    basics: str = ""
    """What stands under the heading "For beginners"."""
    blocks: tuple[Block, ...]
    files: tuple[HostFile, ...]

    def blocks_of(self, kind: str) -> tuple[Block, ...]:
        """The blocks of one kind, in the file's order."""
        return tuple(block for block in self.blocks if block.kind == kind)
