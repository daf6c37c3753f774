"""The journal: every input with the step it came at. A base world and its journal are a whole run, see `replay`."""

from __future__ import annotations

from typing import Any, NamedTuple


class Entry(NamedTuple):
    """An input.

    Args:
        turn: inputs of one turn were looked at together.
        step: how many slices of processes had run before it.
        kind: request, data, end, gone, advance, cut, jump, errand, read, forget, restore, or a kind of change that the
            engine knows (see `Engine.change`): fault, machine, ports, and those of the drivers' floors, such as a key
            typed in a terminal.
        exchange: the number of the exchange it belongs to, 0 for none.
        payload: the request, the bytes, the instant, how many slices the turn had that ended before its work was done,
            the rule of a fault (its number or None where faults were taken away), the task of an errand with its
            result, the change of a folder of the machine, a block of a file there and what it was, the next port to
            pick, or the world.
    """

    turn: int
    step: int
    kind: str
    exchange: int
    payload: Any
