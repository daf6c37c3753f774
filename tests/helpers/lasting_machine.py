"""A machine whose programs live through waits as in the engine: between turns its state is kept, and programs are read back."""

from __future__ import annotations

from fakedocker.kernel.utility import Utility
from fakedocker.userland.languages.machine.memory import ScriptMemory
from helpers.services_machine import Machine


class LastingMachine(Machine):
    """Where a script keeps something that cannot be copied or stored, its next turn fails here."""

    def collect(self) -> None:
        super().collect()
        for pid, process in list(self.draft.processes.items()):
            body = process.body
            memory = body.state.get("memory") if type(body) is Utility and process.status is None else None
            if isinstance(memory, ScriptMemory):
                restored = ScriptMemory.restored(memory.language, memory.rows)
                kept = self.draft.processes.for_update(pid)
                kept.body = Utility(body.name, {**body.state, "memory": restored})
        self.draft.freeze()
