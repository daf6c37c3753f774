"""The shell of the interactive terminal: fed by the terminal's own line editor, and in what it says an interactive
bash.

It tells the numbers of background jobs and when they have ended. On a terminal it has job control: Ctrl-Z stops what is
in the foreground, fg and bg go on with it. It must not know the terminal.
"""

from __future__ import annotations

from fakedocker.kernel.program import System
from fakedocker.userland.sh import jobs
from fakedocker.userland.sh.machine import Shell

_QUIT_AND_TERM = (3, 15)
_STOPPING = (20, 21, 22)  # TSTP, TTIN, TTOU


class HostShell(Shell):
    """See the module's docstring; made with `for_terminal`."""

    __slots__ = ()
    __stored__ = Shell.__stored__

    @property
    def interactive(self) -> bool:
        return self.mode == "fed" and self.subshell_level == 0

    def run(self, system: System) -> int | None:
        if self.code is None and self.interactive:
            for number in _QUIT_AND_TERM:
                system.catch(number, "catch")  # and do nothing: what is ignored stays so in what is executed
            for number in _STOPPING:
                system.catch(number, "ignore")
            self.options |= {"i"}
            if system.is_terminal(0):
                self.options |= {"m"}
                system.set_foreground(system.pid)
        return super().run(system)

    def default_disposition(self, number: int) -> str:
        if self.interactive and number in (*_QUIT_AND_TERM, *_STOPPING):
            return "catch" if number in _QUIT_AND_TERM else "ignore"
        return super().default_disposition(number)

    def for_child(self, pc: int, ignored: tuple[int, ...] = ()) -> Shell:
        child = super().for_child(pc, ignored)
        if "m" not in self.options:
            child.reset_signals = tuple(reset for reset in child.reset_signals if reset[0] not in _STOPPING)
        return child

    def next_input(self) -> int:
        if self.interactive:
            jobs.show_changes(self)
        return super().next_input()
