"""pip wheel and pip download: the wheels of projects and of what they need, saved in a folder. In the words of pip 24.2.

It must not know command lines.
"""

from __future__ import annotations

import posixpath
from typing import Final

from fakedocker.kernel.program import System
from fakedocker.userland.inputs import State
from fakedocker.userland.packages import pip_wheels
from fakedocker.userland.packages.pip_collecting import Chosen, Collecting, known
from fakedocker.userland.packages.pip_requirements import Requirements
from fakedocker.userland.packages.plan import Plan, Step

COMMANDS: Final = {"download": ("-d", "--dest"), "wheel": ("-w", "--wheel-dir")}
"""The commands, and how each is told where."""


def plan(system: System, command: str, asked: Requirements, collecting: Collecting, directory: str) -> Plan:
    """Save what is asked for in a folder. What is installed does not matter.

    Args:
        directory: absolute.
    """
    if asked.missing:
        return missing(system, asked.missing)
    collecting.run()
    steps = list(collecting.steps)
    if steps and steps[-1][0] == "exit":
        return tuple(steps)
    chosen = sorted(collecting.chosen.values(), key=_place)
    for each in chosen:
        name = posixpath.basename(each.wheel) if each.wheel else _file_name(collecting, each)
        path = posixpath.join(directory, name)
        if path != each.wheel:
            shown = pip_wheels.shown(system, path)
            steps += [("save", each.name, each.version, path), ("say", f"Saved {shown}\n")]
    if command == "download" and chosen:
        steps.append(("say", f"Successfully downloaded {' '.join(each.asked for each in chosen)}\n"))
    return (*steps, ("exit", 1 if any(step[0] == "lack" for step in steps) else 0))


def _place(chosen: Chosen) -> tuple[int, bool, str]:
    """In the order in which pip's resolver settles them: what was asked for as it was, then by how far away, bound and by name."""
    return (chosen.depth, not chosen.has_bounds, chosen.name) if chosen.depth else (0, False, "")


def _file_name(collecting: Collecting, chosen: Chosen) -> str:
    return pip_wheels.file_name(known(chosen.name), chosen.version, collecting.python)


def save(system: System, state: State, name: str, version: str, path: str) -> int | None:
    """Write a wheel."""
    try:
        pip_wheels.write(system, path, known(name), version)
    except OSError as problem:
        why = f"[Errno {problem.errno}] {problem.strerror}: '{path}'"
        system.put(f"ERROR: Could not install packages due to an OSError: {why}\n\n", 2)
        return 1
    return None


def missing(system: System, text: str) -> Plan:
    """What happens to a file that is not there."""
    path = posixpath.normpath(posixpath.join(system.directory, text))
    steps: list[Step] = [
        ("warn", pip_wheels.not_there(text)),
        ("say", f"Processing {pip_wheels.shown(system, path)}\n"),
        (
            "warn",
            f"ERROR: Could not install packages due to an OSError: [Errno 2] No such file or directory: '{path}'\n\n",
        ),
        ("exit", 1),
    ]
    return tuple(steps)
