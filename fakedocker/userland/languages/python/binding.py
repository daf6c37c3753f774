"""Arguments to parameters: the frame of a call of a program's function, and what is said of arguments that do not fit."""

from __future__ import annotations

from fakedocker.userland.languages.machine.cells import Value
from fakedocker.userland.languages.machine.code import Box
from fakedocker.userland.languages.python.errors import Raised, type_error
from fakedocker.userland.languages.python.signs import Interpreter
from fakedocker.userland.languages.python.values import UNBOUND, Function, FunctionCode, PyFrame

Keywords = dict[str, Value] | None


def frame_of(m: Interpreter, function: Function, args: list[Value], kwargs: Keywords) -> PyFrame:
    """A frame of a function with its parameters bound. Raises TypeError in the program."""
    code = function.code
    count = len(args)
    if code.simple and not kwargs and count == len(code.parameters):
        slots = args + [UNBOUND] * (code.slot_count - count)
    else:
        slots = _bound(m, function, code, args, kwargs)
    if code.own_boxes:
        boxes = [Box(UNBOUND) for _ in range(code.own_boxes)]
        for slot, box in code.boxed:
            boxes[box].value = slots[slot]
        boxes += function.boxes
    else:
        boxes = function.boxes
    frame = PyFrame(code, function.globals, boxes, slots)
    frame.function = function
    return frame


def _bound(m: Interpreter, function: Function, code: FunctionCode, args: list[Value], kwargs: Keywords) -> list[Value]:
    parameters, keyword_only = code.parameters, code.keyword_only
    positional = len(parameters)
    slots: list[Value] = [UNBOUND] * code.slot_count
    given = len(args)
    slots[: min(given, positional)] = args[:positional]
    place = positional + len(keyword_only)
    if code.star:
        slots[place] = tuple(args[positional:])
        place += 1
    more: dict[str, Value] = {}
    if code.double_star:
        slots[place] = more
    if kwargs:
        _bind_keywords(m, code, slots, kwargs, more)
    if given > positional and not code.star:
        raise _too_many(function, code, given, slots)
    defaults = function.defaults
    first_default = positional - len(defaults)
    missing = []
    for index in range(min(given, positional), positional):
        if slots[index] is UNBOUND:
            if index >= first_default:
                slots[index] = defaults[index - first_default]
            else:
                missing.append(parameters[index])
    if missing:
        raise _missing(code, missing, "positional")
    for index, name in enumerate(keyword_only, positional):
        if slots[index] is UNBOUND:
            if name in function.keyword_defaults:
                slots[index] = function.keyword_defaults[name]
            else:
                missing.append(name)
    if missing:
        raise _missing(code, missing, "keyword-only")
    return slots


def _bind_keywords(
    m: Interpreter, code: FunctionCode, slots: list[Value], kwargs: dict[str, Value], more: dict[str, Value]
) -> None:
    parameters = code.parameters
    for name, value in kwargs.items():
        if name in parameters and parameters.index(name) >= code.positional_only:
            index = parameters.index(name)
        elif name in code.keyword_only:
            index = len(parameters) + code.keyword_only.index(name)
        elif code.double_star:
            more[name] = value
            continue
        else:
            raise _unexpected(m, code, kwargs, name)
        if slots[index] is not UNBOUND:
            raise type_error(f"{code.qualname}() got multiple values for argument '{name}'")
        slots[index] = value


def _unexpected(m: Interpreter, code: FunctionCode, kwargs: dict[str, Value], name: str) -> Raised:
    only = [each for each in code.parameters[: code.positional_only] if each in kwargs]
    if only:
        shown = ", ".join(only)
        words = f"{code.qualname}() got some positional-only arguments passed as keyword arguments: '{shown}'"
        return type_error(words)
    words = f"{code.qualname}() got an unexpected keyword argument '{name}'"
    if m.minor >= 13:
        from fakedocker.userland.languages.python.suggestions import nearest

        known = [*code.parameters[code.positional_only :], *code.keyword_only]
        suggested = nearest(name, known)
        if suggested is not None:
            words += f". Did you mean '{suggested}'?"
    return type_error(words)


def _listed(names: list[str]) -> str:
    shown = [f"'{name}'" for name in names]
    if len(shown) == 1:
        return shown[0]
    if len(shown) == 2:
        return " and ".join(shown)
    return ", ".join(shown[:-1]) + ", and " + shown[-1]


def _missing(code: FunctionCode, names: list[str], kind: str) -> Raised:
    s = "" if len(names) == 1 else "s"
    return type_error(f"{code.qualname}() missing {len(names)} required {kind} argument{s}: {_listed(names)}")


def _too_many(function: Function, code: FunctionCode, given: int, slots: list[Value]) -> Raised:
    positional = len(code.parameters)
    low = positional - len(function.defaults)
    takes = f"from {low} to {positional}" if function.defaults else f"{positional}"
    s = "" if takes == "1" else "s"
    only = sum(1 for index in range(positional, positional + len(code.keyword_only)) if slots[index] is not UNBOUND)
    was = "was" if given == 1 and not only else "were"
    shown = f"{given}"
    if only:
        given_s = "s" if given != 1 else ""
        only_s = "s" if only != 1 else ""
        shown = f"{given} positional argument{given_s} (and {only} keyword-only argument{only_s})"
    return type_error(f"{code.qualname}() takes {takes} positional argument{s} but {shown} {was} given")
