"""Playing a journal again: the same inputs at the same steps give the same bytes per stream."""

from __future__ import annotations

import itertools
from collections.abc import Iterable

from fakedocker.engine.engine import Engine
from fakedocker.engine.inflight import Exchange
from fakedocker.engine.journal import Entry
from fakedocker.kernel.kernel import NO_LIMIT


class Diverged(RuntimeError):
    """A run that is played again has come to another step than the one it is a copy of."""


def replay(
    engine: Engine, entries: Iterable[Entry], known: dict[int, Exchange] | None = None, *, heard: bool = True
) -> dict[int, Exchange]:
    """Play a journal on an engine that is where the journal began. What was done outside is not done again.

    Args:
        known: exchanges that were open already, by their numbers.
        heard: whether the answers are kept for whoever called.

    Returns:
        the exchanges by their numbers in the journal.

    Raises:
        Diverged: the engine does not get where an input came.
    """
    exchanges: dict[int, Exchange] = dict(known or {})
    unheard = [] if heard else list(exchanges.values())
    engine.errands.is_replaying = engine.windows.is_replaying = True
    try:
        for _, group in itertools.groupby(entries, key=lambda entry: entry.turn):
            inputs = _answered(engine, group)
            if not inputs:
                continue
            cut = inputs.pop() if inputs[-1].kind == "cut" else None
            slices = NO_LIMIT if cut is None else cut.payload
            _run_to(engine, inputs[0].step if cut is None or inputs else cut.step - slices)
            for entry in inputs:
                _give(engine, entry, exchanges, slices)
                if not heard and entry.kind == "request":
                    unheard.append(exchanges[entry.exchange])
            if not inputs or inputs[0].exchange:
                engine.turn(slices)
            unheard = [exchange for exchange in unheard if not _taken(exchange)]
        while engine.turn():
            continue
    finally:
        engine.errands.is_replaying = engine.windows.is_replaying = False
    return exchanges


def _answered(engine: Engine, group: Iterable[Entry]) -> list[Entry]:
    """The inputs of a turn, once the engine knows what was read of the machine's files in it."""
    inputs = []
    for entry in group:
        if entry.kind == "read":
            engine.windows.answer(*entry.payload)
        else:
            inputs.append(entry)
    return inputs


def _taken(exchange: Exchange) -> bool:
    """Take what was answered, as the client did that was there; whether that was all."""
    while exchange.take():
        continue
    return exchange.ended


def _run_to(engine: Engine, step: int) -> None:
    while (missing := step - engine.slices) > 0:
        if not engine.busy:
            raise Diverged(f"nothing can run at step {engine.slices}, and the next input came at step {step}")
        engine.turn(slices=missing)
    if missing < 0:
        raise Diverged(f"step {engine.slices} is past step {step}, at which the next input came")


def _give(engine: Engine, entry: Entry, exchanges: dict[int, Exchange], slices: int) -> None:
    kind, payload = entry.kind, entry.payload
    if kind == "request":
        exchanges[entry.exchange] = engine.submit(payload)
    elif entry.exchange and entry.exchange not in exchanges:
        return  # of a stream from before the journal's beginning that never changes the world
    elif kind == "data":
        engine.feed(exchanges[entry.exchange], payload)
    elif kind == "end":
        engine.half_close(exchanges[entry.exchange])
    elif kind == "gone":
        engine.disconnect(exchanges[entry.exchange])
    elif kind == "advance":
        engine.advance(payload, slices)
    elif kind == "jump":
        engine.jump()
    elif kind == "errand":
        engine.report(*payload)
    elif kind == "forget":
        engine.forget_windows()
    elif kind == "restore":
        engine.restore(payload)
    else:
        engine.change(kind, payload)
