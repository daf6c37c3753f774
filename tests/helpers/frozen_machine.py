"""A machine whose state is frozen between turns, as a world's is: what a process remembers is copied, and can be stored."""

from __future__ import annotations

from fakedocker.userland.languages.machine.memory import ScriptMemory
from helpers.services_machine import Machine

_TURNS = 8
"""Slices between two states."""


class FrozenMachine(Machine):
    """Freezes its state every few slices, and has the memories of scripts written as plain data and read again."""

    def settle(self, pid: int | None = None, seconds: float = 3600, slices: int = 200_000) -> None:
        end_ns = self.draft.now_ns + int(seconds * 1e9)
        while slices > 0:
            busy = self.kernel.run(_TURNS)
            slices -= _TURNS
            self.collect()
            if pid is not None and pid in self.exited:
                return
            self._freeze()
            if busy:
                continue
            due = self.kernel.next_timer_ns()
            if due is None or due > end_ns:
                return
            self.kernel.advance(due)

    def _freeze(self) -> None:
        for process in self.draft.freeze().processes.values():
            state = getattr(process.body, "state", None)
            for memory in state.values() if isinstance(state, dict) else ():
                if isinstance(memory, ScriptMemory):
                    ScriptMemory.restored(memory.language, memory.rows)
