"""Commands of redis that wait for an item of a list: BLPOP and BRPOP. Who waits is in the server's state, first come first."""

from __future__ import annotations

import math
from typing import Any

from fakedocker.kernel.program import System
from fakedocker.userland.inputs import State
from fakedocker.userland.services.redis_administration import SERVER_COMMANDS, protocol_of
from fakedocker.userland.services.redis_data import Database, Refused, bulk
from fakedocker.userland.services.resp import NO_ARRAY, ErrorReply, Reply, encode


def database_of(system: System, state: State, number: int) -> Database:
    """A database of the server, by its number."""
    data = state["data"].setdefault(str(number), {})
    return Database(data, state["expires"].setdefault(str(number), {}), system.now_ns)


def _popped(base: Database, keys: list[str], left: bool) -> Reply:
    """The first key with an item, and the item; None if there is none."""
    for key in keys:
        items = base.get(key, "list")
        if items:
            taken, rest = (items[0], items[1:]) if left else (items[-1], items[:-1])
            base.put(key, "list", rest)
            return [bulk(key), bulk(taken)]
    return None


def _pop(system: System, state: State, descriptor: int, memory: dict[str, Any], words: list[str], left: bool) -> Reply:
    *keys, seconds = words
    try:
        timeout = float(seconds)
    except ValueError:
        timeout = math.nan
    if not math.isfinite(timeout):
        return ErrorReply("ERR timeout is not a float or out of range")
    if timeout < 0:
        return ErrorReply("ERR timeout is negative")
    found = _popped(database_of(system, state, memory["database"]), keys, left)
    if found is not None or memory.get("executing"):
        return NO_ARRAY if found is None else found
    until_ns = system.now_ns + int(timeout * 1_000_000_000) if timeout else None
    waiting = {
        "descriptor": descriptor,
        "database": memory["database"],
        "keys": keys,
        "left": left,
        "until_ns": until_ns,
    }
    state.setdefault("blocked", []).append(waiting)
    return ...


def is_waiting(state: State, descriptor: int) -> bool:
    return any(each["descriptor"] == descriptor for each in state.get("blocked", ()))


def next_deadline(state: State) -> int | None:
    """When the first of those who wait has waited long enough."""
    return min((each["until_ns"] for each in state.get("blocked", ()) if each["until_ns"] is not None), default=None)


def serve_waiting(system: System, state: State) -> bool:
    """Answer those who wait and can be answered now; whether a list was changed."""
    changed = False
    for each in list(state.get("blocked", ())):
        connection = state["connections"].get(each["descriptor"])
        if connection is None:
            state["blocked"].remove(each)
            continue
        try:
            reply = _popped(database_of(system, state, each["database"]), each["keys"], each["left"])
        except Refused:
            continue  # another kind of value under the key: it waits on
        if reply is not None:
            changed = True
        elif each["until_ns"] is None or system.now_ns < each["until_ns"]:
            continue
        state["blocked"].remove(each)
        answer = NO_ARRAY if reply is None else reply
        system.put(encode(answer, protocol_of(connection["memory"])), each["descriptor"])
    return changed


def _left(system: System, state: State, descriptor: int, memory: dict[str, Any], words: list[str]) -> Reply:
    return _pop(system, state, descriptor, memory, words, True)


def _right(system: System, state: State, descriptor: int, memory: dict[str, Any], words: list[str]) -> Reply:
    return _pop(system, state, descriptor, memory, words, False)


SERVER_COMMANDS["BLPOP"] = (2, _left)
SERVER_COMMANDS["BRPOP"] = (2, _right)
