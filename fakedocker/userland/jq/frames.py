"""What each kind of frame does with the value that is handed to it."""

from __future__ import annotations

import math

from fakedocker.userland.jq import operators, paths, texts
from fakedocker.userland.jq.cursor import IDENTITY, Node
from fakedocker.userland.jq.machine import (
    CONTINUE,
    LOST,
    Frame,
    Machine,
    give_each,
    give_index,
    limited,
    match_patterns,
    member,
    must_have_path,
    next_argument,
    next_of_range,
    next_pair,
    next_parameter,
    next_part,
    next_pattern,
    then_index,
)
from fakedocker.userland.jq.values import JqError, OutOfMemory, truth


def _then(machine: Machine, frame: Frame) -> None:
    node, environment = frame[1]
    machine.evaluate(node, environment, machine.value, machine.path, frame[2])


def _key(machine: Machine, frame: Frame) -> None:
    target, environment, value, path = frame[1]
    then_index(machine, machine.value, target, environment, value, path, frame[2])


def _index_now(machine: Machine, frame: Frame) -> None:
    give_index(machine, machine.value, machine.path, frame[1], frame[2])


def _slice_end(machine: Machine, frame: Frame) -> None:
    target, start, environment, value, path = frame[1]
    data = (target, machine.value, environment, value, path)
    following = machine.push("slice_start", data, frame[2])
    if start is None:
        machine.give(None, None, following)
    else:
        machine.evaluate(start, environment, value, None, following)


def _slice_start(machine: Machine, frame: Frame) -> None:
    target, end, environment, value, path = frame[1]
    key = {"start": machine.value, "end": end}
    then_index(machine, key, target, environment, value, path, frame[2])


def _each_now(machine: Machine, frame: Frame) -> None:
    give_each(machine, machine.value, machine.path, frame[2])


def _negated(machine: Machine, frame: Frame) -> None:
    if texts.kind_of(machine.value) != "number":
        raise JqError(f"{texts.described(machine.value)} cannot be negated")
    machine.give(-float(machine.value), frame[1], frame[2])


def _right(machine: Machine, frame: Frame) -> None:
    operator, left, environment, value, path = frame[1]
    data = (operator, machine.value, path)
    machine.evaluate(left, environment, value, None, machine.push("left", data, frame[2]))


def _left(machine: Machine, frame: Frame) -> None:
    operator, right, path = frame[1]
    machine.give(operators.OPERATORS[operator](machine.value, right), path, frame[2])


def _logic_left(machine: Machine, frame: Frame) -> None:
    stops, right, environment, value, path = frame[1]
    if truth(machine.value) == stops:
        machine.give(stops, path, frame[2])
    else:
        machine.evaluate(right, environment, value, None, machine.push("logic_right", path, frame[2]))


def _logic_right(machine: Machine, frame: Frame) -> None:
    machine.give(truth(machine.value), frame[1], frame[2])


def _found(machine: Machine, frame: Frame) -> None:
    found, label = frame[1]
    if not truth(machine.value):
        machine.back()
        return
    found[0] = True
    machine.choose("left", label)
    machine.give(machine.value, machine.path, frame[2])


def _collect(machine: Machine, frame: Frame) -> None:
    frame[1][0].append(machine.value)
    if len(frame[1][0]) > texts.MOST_ITEMS:
        raise OutOfMemory
    machine.back()


def _object_key(machine: Machine, frame: Frame) -> None:
    pairs, place, made, environment, value, path = frame[1]
    key = machine.value
    if not isinstance(key, str):
        raise JqError("Object keys must be strings")
    data = (pairs, place, made, environment, value, path, key)
    machine.evaluate(pairs[place][1], environment, value, None, machine.push("object_value", data, frame[2]))


def _object_value(machine: Machine, frame: Frame) -> None:
    pairs, place, made, environment, value, path, key = frame[1]
    data = (pairs, place + 1, {**made, key: machine.value}, environment, value, path)
    next_pair(machine, data, frame[2])


def _part(machine: Machine, frame: Frame) -> None:
    form, parts, place, text, environment, value, path = frame[1]
    added = texts.formatted(form, machine.value) + text
    if len(added) > texts.MOST_TEXT:
        raise OutOfMemory
    next_part(machine, (form, parts, place, added, environment, value, path), frame[2])


def _if_decided(machine: Machine, frame: Frame) -> None:
    then, otherwise, environment, value, path = frame[1]
    machine.evaluate(then if truth(machine.value) else otherwise, environment, value, path, frame[2])


def _leave(machine: Machine, frame: Frame) -> None:
    machine.choose("left", frame[1])
    machine.give(machine.value, machine.path, frame[2])


def _bind(machine: Machine, frame: Frame) -> None:
    """A value of `source as PATTERNS | body`."""
    patterns, names, body, environment, value, path = frame[1]
    next_pattern(
        machine,
        patterns,
        names,
        0,
        machine.value,
        ("then", (body, None), frame[2], frame[2][3] + 1),
        environment,
        value,
        path,
    )


def _member_key(machine: Machine, frame: Frame) -> None:
    value, path, after = frame[1][5:]
    pending, environment = member(frame[1], machine.value)
    match_patterns(machine, pending, environment, value, path, after)


def _reduce_first(machine: Machine, frame: Frame) -> None:
    source, patterns, names, update, environment, value = frame[1]
    cell = [machine.value, machine.path]
    machine.choose("reduced", cell, frame[2])
    data = (patterns, names, update, environment, cell)
    machine.evaluate(source, environment, value, None, machine.push("reduce_item", data, frame[2]))


def _reduce_item(machine: Machine, frame: Frame) -> None:
    patterns, names, update, environment, cell = frame[1]
    before, path = cell
    cell[0] = None
    store = machine.push("store", cell, frame[2])
    after = ("then", (update, None), store, store[3] + 1)
    next_pattern(machine, patterns, names, 0, machine.value, after, environment, before, path)


def _store(machine: Machine, frame: Frame) -> None:
    frame[1][:] = [machine.value, machine.path]
    machine.back()


def _foreach_first(machine: Machine, frame: Frame) -> None:
    source, patterns, names, update, extract, environment, value = frame[1]
    cell = [machine.value, machine.path]
    data = (patterns, names, update, extract, environment, cell)
    machine.evaluate(source, environment, value, None, machine.push("foreach_item", data, frame[2]))


def _foreach_item(machine: Machine, frame: Frame) -> None:
    patterns, names, update, extract, environment, cell = frame[1]
    before, path = cell
    body: Node = ("foreach_body", update, extract, cell)
    after = ("then", (body, None), frame[2], frame[2][3] + 1)
    next_pattern(machine, patterns, names, 0, machine.value, after, environment, before, path)


def _foreach_store(machine: Machine, frame: Frame) -> None:
    extract, environment, cell = frame[1]
    cell[:] = [machine.value, machine.path]
    if extract is None:
        machine.give(machine.value, machine.path, frame[2])
    else:
        machine.evaluate(extract, environment, machine.value, machine.path, frame[2])


def _assign_value(machine: Machine, frame: Frame) -> None:
    """`left = $value` and its kind, for one value of the right side."""
    operator, left, environment, value, path = frame[1]
    inner = ("variable", "__assigned", machine.value, environment)
    name = "_assign" if operator == "=" else "_update"
    update: Node = ("variable", "__assigned")
    if operator == "//=":
        update = ("alternative", IDENTITY, update)
    elif operator != "=":
        update = ("binary", operator[:-1], IDENTITY, update)
    machine.evaluate(("call", name, (left, update), 0), inner, value, path, frame[2])


def _parameter(machine: Machine, frame: Frame) -> None:
    values, place, body, environment, caller, value, path = frame[1]
    environment = ("variable", values[place][0], machine.value, environment)
    next_parameter(machine, (values, place + 1, body, environment, caller, value, path), frame[2])


def _argument(machine: Machine, frame: Frame) -> None:
    function, arguments, place, values, environment, value, path = frame[1]
    next_argument(
        machine, (function, arguments, place - 1, (machine.value, *values), environment, value, path), frame[2]
    )


def _path_found(machine: Machine, frame: Frame) -> None:
    if machine.path == LOST:
        raise JqError(f"Invalid path expression with result {texts.shortened(machine.value, 30)}")
    assert isinstance(machine.path, tuple)
    machine.give(list(machine.path), frame[1], frame[2])


def _got_path(machine: Machine, frame: Frame) -> None:
    value, path = frame[1]
    wanted = machine.value
    if not isinstance(wanted, list):
        raise JqError("Path must be specified as an array")
    if path == LOST:
        must_have_path(machine, value, path, wanted)
    found = paths.get_path(value, wanted)
    machine.give(found, path if path is None else (*path, *wanted), frame[2])


def _limit_known(machine: Machine, frame: Frame) -> None:
    most = machine.value
    if not operators.OPERATORS[">"](most, 0.0):
        if most == 0:
            machine.back()
        else:
            node, environment, value, path = frame[1]
            machine.evaluate(node, environment, value, path, frame[2])
        return
    limited(machine, most if isinstance(most, float | int) else math.inf, frame[1], frame[2])


def _limit_item(machine: Machine, frame: Frame) -> None:
    counter, most, label = frame[1]
    counter[0] += 1
    if counter[0] >= most:
        machine.cut(label)
    machine.give(machine.value, machine.path, frame[2])


def _range_from(machine: Machine, frame: Frame) -> None:
    end, environment, value, path = frame[1]
    machine.evaluate(end, environment, value, None, machine.push("range_to", (machine.value, path), frame[2]))


def _range_to(machine: Machine, frame: Frame) -> None:
    start, path = frame[1]
    if texts.kind_of(start) != "number" or texts.kind_of(machine.value) != "number":
        raise JqError("Range bounds must be numeric")
    next_of_range(machine, float(start), float(machine.value), path, frame[2])


CONTINUE.update({
    "then": _then, "key": _key, "index": _index_now, "slice_end": _slice_end, "slice_start": _slice_start, "each": _each_now,
    "negate": _negated, "right": _right, "left": _left, "logic": _logic_left, "logic_right": _logic_right, "found": _found,
    "collect": _collect, "object_key": _object_key, "object_value": _object_value, "part": _part, "if": _if_decided, "leave": _leave,
    "as": _bind, "member": _member_key, "reduce_first": _reduce_first, "reduce_item": _reduce_item, "store": _store,
    "foreach_first": _foreach_first, "foreach_item": _foreach_item, "foreach_store": _foreach_store, "assign": _assign_value,
    "parameter": _parameter, "argument": _argument, "path": _path_found, "get_path": _got_path, "range_from": _range_from,
    "range_to": _range_to, "limit": _limit_known, "limit_item": _limit_item,
})  # fmt: skip
