"""What is going on in a make, as plain data; and the lines of a recipe."""

from __future__ import annotations

from typing import Any

from fakedocker.userland.make.model import Rule

Frame = dict[str, Any]
"""One target that is being made: see new_frame."""


def applies(special: dict[str, list[str]], rules: dict[str, Rule], name: str, target: str) -> bool:
    """Whether a special target (.SILENT, .IGNORE) is about a target: it names it, or names none."""
    return name in rules and (not special.get(name) or target in special[name])


def commands(text: str) -> list[str]:
    """The commands of an expanded line: one per line, lines that end in a backslash with the next."""
    found: list[str] = []
    for line in text.split("\n"):
        if found and (len(found[-1]) - len(found[-1].rstrip("\\"))) % 2:
            found[-1] += "\n" + line
        else:
            found.append(line)
    return found


def new_frame(target: str, parent: str, variables: dict[str, list[str]]) -> Frame:
    return {
        "target": target,
        "parent": parent,
        "index": 0,
        "failed": False,
        "dropped": [],
        "variables": dict(variables),
        "line": 0,
    }
