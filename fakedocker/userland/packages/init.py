"""tini and dumb-init: a process 1 that passes signals on to its child and reaps orphans. It must not know the child."""

from __future__ import annotations

from typing import Final

from fakedocker.kernel.program import System
from fakedocker.userland.inputs import State
from fakedocker.userland.processes.children import start
from fakedocker.userland.tools import Register, base_name

PROGRAMS = Register()
_PASSED_ON: Final = (1, 2, 3, 10, 12, 15)
"""HUP, INT, QUIT, USR1, USR2, TERM."""
_VALUED: Final = frozenset({"-p", "-e", "-r", "--rewrite"})
_VERSIONS: Final = {"dumb-init": "dumb-init v1.2.5"}


@PROGRAMS.program("tini", "tini-static", "dumb-init")
def _init(system: System, argv: tuple[str, ...], state: State) -> int:
    name = base_name(argv[0])
    if "--version" in argv[1:2]:
        system.put(f"{_VERSIONS.get(name, 'tini version 0.19.0')}\n")
        return 0
    command = list(argv[1:])
    while command and command[0].startswith("-"):
        word = command.pop(0)
        if word == "--":
            break
        if word in _VALUED and command:
            command.pop(0)
    if not command:
        system.put(f"{name}: usage: {name} [OPTIONS] PROGRAM -- [ARGS]\n", 2)
        return 1
    if "child" not in state:
        for signal in _PASSED_ON:
            system.catch(signal, "catch")
        try:
            state["child"] = start(system, tuple(command))
        except OSError as problem:
            system.put(f"[FATAL {name} ({system.pid})] exec {command[0]} failed: {problem.strerror}\n", 2)
            return 127 if problem.errno == 2 else 126
    return _watch(system, state["child"])


def _watch(system: System, child: int) -> int:
    """Wait for the child, pass signals on, and bury whoever else has died."""
    while True:
        while (signal := system.take_signal()) is not None:
            system.kill(child, signal)
        for pid in sorted(system.children()):
            status = system.reap(pid)
            if pid == child and status is not None:
                return status
        system.wait_for_child(None, interruptible=True)
