"""What stands below the front matter: prose, fenced blocks of commands, files for the host.

Owns the marks inside a block (`$ `, `> `, `? N`). It must not know what the commands mean.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from fakedocker_shell.scenarios.model import BLOCK_KINDS, Block, HostFile, Step
from fakedocker_shell.scenarios.problems import ScenarioProblem

WHY = "why"
"""The heading under which the explanation stands."""
BASICS = "for beginners"
"""The heading under which stands what somebody has to know who has never used a shell."""
_TASK = "task"
_FENCE = re.compile(r"(`{3,})([^`]*)")
_HEADING = re.compile(r"(#{1,6})\s+(.*)")
_STATUS = re.compile(r"\? (\d{1,3})")
_INDENT = "    "


@dataclass
class Body:
    """What was found, in the file's order."""

    prose: list[str] = field(default_factory=list)
    explanation: list[str] = field(default_factory=list)
    basics: list[str] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    files: list[HostFile] = field(default_factory=list)

    def of(self, part: str) -> list[str]:
        """The lines of a part."""
        return {WHY: self.explanation, BASICS: self.basics}.get(part, self.prose)


def read(path: str, lines: list[str], first: int) -> Body:
    """Read the body of a scenario.

    Args:
        lines: without line ends.
        first: the number of its first line in the file, counted from 1.

    Raises:
        ScenarioProblem: with the line, and what was expected.
    """
    body = Body()
    number, part = 0, _TASK
    while number < len(lines):
        fence = _FENCE.fullmatch(lines[number].rstrip())
        if fence is not None:
            end = _end_of_fence(path, lines, number, fence[1], first)
            _add_fence(path, body, fence[2].split(), lines[number + 1 : end], first + number, part)
            part = _TASK if fence[2].split()[:1] == ["console"] else part
            number = end + 1
            continue
        heading = _HEADING.fullmatch(lines[number].rstrip())
        if heading is not None:
            part = heading[2].strip().lower()
            part = part if part in (WHY, BASICS) else _TASK
        if part != _TASK:
            body.of(part).extend([] if heading is not None else [lines[number]])
        elif not body.blocks and (heading is None or len(heading[1]) > 1):
            body.prose.append(lines[number])
        number += 1
    return body


def _end_of_fence(path: str, lines: list[str], start: int, ticks: str, first: int) -> int:
    for number in range(start + 1, len(lines)):
        line = lines[number].rstrip()
        if line.startswith(ticks) and not line.strip("`"):
            return number
    raise ScenarioProblem(path, first + start, f"this block is not closed: a line {ticks} was expected")


def _add_fence(path: str, body: Body, info: list[str], lines: list[str], line: int, part: str) -> None:
    named = [word.removeprefix("file=") for word in info if word.startswith("file=")]
    if info[:1] == ["console"]:
        kind = " ".join(info[1:])
        if kind not in BLOCK_KINDS:
            raise ScenarioProblem(path, line, f"a console block is plain, solution or wrong, not {kind!r}")
        body.blocks.append(Block(kind, _steps(path, lines, line + 1), line))
    elif named:
        if not named[0] or ".." in named[0].split("/"):
            raise ScenarioProblem(path, line, f"file= takes the name of a file on the simulated host, not {named[0]!r}")
        body.files.append(HostFile(named[0], "".join(f"{text}\n" for text in lines), line))
    shown = [_INDENT + text for text in lines]
    if named:
        shown.insert(0, f"{named[0]}:")
    if info[:1] != ["console"] and (part != _TASK or not body.blocks):
        body.of(part).extend(shown)


def _steps(path: str, lines: list[str], first: int) -> tuple[Step, ...]:
    """The commands of a block."""
    steps: list[Step] = []
    index = 0
    while index < len(lines):
        if not lines[index].startswith("$ ") or not lines[index][2:].strip():
            raise ScenarioProblem(
                path, first + index, f"a command (`$ ` and what is typed) was expected: {lines[index]!r}"
            )
        start, words = index, [lines[index][2:]]
        index += 1
        while index < len(lines) and (lines[index].startswith("> ") or lines[index] == ">"):
            words.append(lines[index][2:])
            index += 1
        output: list[str] = []
        status = 0
        while index < len(lines) and not lines[index].startswith("$ "):
            found = _STATUS.fullmatch(lines[index].rstrip())
            if found is not None:
                status = int(found[1])
                if index + 1 < len(lines) and lines[index + 1].strip() and not lines[index + 1].startswith("$ "):
                    raise ScenarioProblem(path, first + index, "the exit status is the last line of a command")
            else:
                output.append(lines[index])
            index += 1
        steps.append(Step("\n".join(words), tuple(without_blank_end(output)), status, first + start, first + index))
    if not steps:
        raise ScenarioProblem(path, first, "a block of commands has at least one (`$ ` and what is typed)")
    return tuple(steps)


def without_blank_end(lines: list[str]) -> list[str]:
    """Without the blank lines at the end, which do not count as output."""
    end = len(lines)
    while end and not lines[end - 1].strip():
        end -= 1
    return lines[:end]
