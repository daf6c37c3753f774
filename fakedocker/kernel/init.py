"""The process 1 of `--init`: starts one program, passes signals on to it, reaps orphans, and ends as it ends.

It does what tini 0.19 does, which docker installs as /sbin/docker-init.
"""

from __future__ import annotations

from typing import Any, ClassVar

from fakedocker.kernel import signals
from fakedocker.kernel.program import Identity, System

PATH = "/sbin/docker-init"
IDENTITY = Identity("docker", "docker-init")
NOT_PASSED_ON = frozenset(
    {
        signals.KILL,
        signals.STOP,
        signals.CHLD,
        signals.FPE,
        signals.ILL,
        signals.SEGV,
        signals.BUS,
        signals.ABRT,
        signals.TRAP,
        signals.SYS,
        signals.TTIN,
        signals.TTOU,
    }
)


class Init:
    """The body. `child` is the pid of the program, 0 before it runs."""

    __slots__ = ("child", "command")
    __stored__: ClassVar[dict[str, Any]] = {"command": tuple[str, ...], "child": int}

    def __init__(self, command: tuple[str, ...], child: int = 0) -> None:
        self.command = command
        self.child = child

    def memory_bytes(self) -> int:
        return 0

    def copy(self) -> Init:
        return Init(self.command, self.child)

    def run(self, system: System) -> int | None:
        if not self.child and (failed := self._begin(system)) is not None:
            return failed
        while True:
            while (signal := system.take_signal()) is not None:
                system.kill(self.child, signal)
            for pid in sorted(system.children()):
                status = system.reap(pid)
                if status is not None and pid == self.child:
                    return status
            system.wait_for_child(None, interruptible=True)

    def _begin(self, system: System) -> int | None:
        """Start the program; the exit status where it cannot be started."""
        for signal in range(1, signals.SYS + 1):
            if signal not in NOT_PASSED_ON:
                system.catch(signal, "catch")
        name = self.command[0]
        try:
            path = system.find_program(name, system.environment.get("PATH", ""))
            self.child = system.spawn(path, self.command, system.environment, group=0)
        except OSError as error:
            system.put(f"[FATAL tini (7)] exec {name} failed: {error.strerror}\n", 2)
            return 126 if isinstance(error, PermissionError) else 127
        if system.is_terminal(0):
            system.set_foreground(self.child)
        return None
