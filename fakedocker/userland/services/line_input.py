"""Lines from standard input for interactive clients, one at a time, restartable."""

from __future__ import annotations

from fakedocker.kernel.program import System
from fakedocker.userland.inputs import State, text_of


def next_line(system: System, state: State) -> str | None:
    """The next line without its newline, the last one also where it lacks it; None at the end. Blocks.

    What was read and not yet given is in `state["typed"]`.
    """
    held: bytes = state.get("typed", b"")
    while b"\n" not in held:
        data = system.read(0)
        if not data:
            state["typed"] = b""
            return text_of(held) if held else None
        held += data
        state["typed"] = held
    line, _, state["typed"] = held.partition(b"\n")
    return text_of(line).rstrip("\r")
