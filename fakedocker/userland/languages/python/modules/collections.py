"""collections.deque, and what namedtuple asks of the language."""

from __future__ import annotations

from collections import deque
from typing import Any, Final

from fakedocker.userland.languages.machine.cells import Value, cell
from fakedocker.userland.languages.python.errors import OBJECT, error
from fakedocker.userland.languages.python.iteration import Iterator
from fakedocker.userland.languages.python.lexer import KEYWORDS
from fakedocker.userland.languages.python.library import names_for
from fakedocker.userland.languages.python.signs import Interpreter
from fakedocker.userland.languages.python.types import native
from fakedocker.userland.languages.python.values import END, NOT_IMPLEMENTED, BuiltinClass, Class, GetSet, Opaque

DEQUE: Final = BuiltinClass("deque", OBJECT, module="collections")
_ITERATOR: Final = BuiltinClass("_deque_iterator", OBJECT, module="_collections")


@cell
class DequeIterator(Iterator):
    __slots__ = ("cls", "items", "place", "size")

    def __init__(self, items: deque[Value]) -> None:
        self.items = items
        self.place = 0
        self.size = len(items)
        self.cls: Class = _ITERATOR

    def step(self, m: Interpreter) -> Value:
        if len(self.items) != self.size:
            raise error("RuntimeError", "deque mutated during iteration")
        if self.place >= self.size:
            return END
        self.place += 1
        return self.items[self.place - 1]


def _limit(m: Interpreter, value: Opaque) -> None:
    most = value.fields.get("@most")
    while most is not None and len(value.state) > most:
        value.state.popleft()


@native("__new__", "deque", keywords=True, module="collections")
def _new(m: Interpreter, cls: Class, iterable: Value = (), maxlen: Value = None) -> Value:
    made = Opaque(cls, deque(m.items(iterable)))
    if maxlen is not None:
        if maxlen < 0:
            raise error("ValueError", "maxlen must be non-negative")
        made.fields["@most"] = maxlen
        _limit(m, made)
    return made


def _append(m: Interpreter, value: Opaque, item: Value) -> Value:
    value.state.append(item)
    _limit(m, value)


def _appendleft(m: Interpreter, value: Opaque, item: Value) -> Value:
    value.state.appendleft(item)
    most = value.fields.get("@most")
    if most is not None and len(value.state) > most:
        value.state.pop()


def _extend(m: Interpreter, value: Opaque, items: Value) -> Value:
    for item in m.items(items):
        _append(m, value, item)


def _extendleft(m: Interpreter, value: Opaque, items: Value) -> Value:
    for item in m.items(items):
        _appendleft(m, value, item)


def _pop(m: Interpreter, value: Opaque) -> Value:
    if not value.state:
        raise error("IndexError", "pop from an empty deque")
    return value.state.pop()


def _popleft(m: Interpreter, value: Opaque) -> Value:
    if not value.state:
        raise error("IndexError", "pop from an empty deque")
    return value.state.popleft()


def _copy(m: Interpreter, value: Opaque) -> Value:
    made = Opaque(value.cls, deque(value.state))
    made.fields = dict(value.fields)
    return made


def _repr(m: Interpreter, value: Opaque) -> Value:
    most = value.fields.get("@most")
    return f"deque({m.shown(list(value.state))}{f', maxlen={most}' if most is not None else ''})"


def _getitem(m: Interpreter, value: Opaque, index: Value) -> Value:
    try:
        return value.state[index]
    except IndexError:
        raise error("IndexError", "deque index out of range") from None


def _setitem(m: Interpreter, value: Opaque, index: Value, item: Value) -> Value:
    value.state[index] = item


def _delitem(m: Interpreter, value: Opaque, index: Value) -> Value:
    del value.state[index]


def _eq(m: Interpreter, value: Opaque, other: Value) -> Value:
    return value.state == other.state if isinstance(other, Opaque) and other.cls is DEQUE else NOT_IMPLEMENTED


def _add(m: Interpreter, value: Opaque, other: Value) -> Value:
    made = _copy(m, value)
    _extend(m, made, other)
    return made


def _remove(m: Interpreter, value: Opaque, item: Value) -> Value:
    if item not in value.state:
        raise error(
            "ValueError", "deque.remove(x): x not in deque" if m.minor < 14 else f"{m.shown(item)} is not in deque"
        )
    value.state.remove(item)


_METHODS: Final[dict[str, Any]] = {
    "append": _append, "appendleft": _appendleft, "extend": _extend, "extendleft": _extendleft, "pop": _pop,
    "popleft": _popleft, "copy": _copy, "__copy__": _copy, "__repr__": _repr, "__getitem__": _getitem,
    "__setitem__": _setitem, "__delitem__": _delitem, "__eq__": _eq, "__add__": _add, "remove": _remove,
    "clear": lambda m, value: value.state.clear(), "rotate": lambda m, value, n=1: value.state.rotate(n),
    "reverse": lambda m, value: value.state.reverse(), "count": lambda m, value, item: value.state.count(item),
    "insert": lambda m, value, index, item: value.state.insert(index, item),
    "index": lambda m, value, item: value.state.index(item), "__len__": lambda m, value: len(value.state),
    "__contains__": lambda m, value, item: item in value.state, "__bool__": lambda m, value: bool(value.state),
    "__iter__": lambda m, value: DequeIterator(value.state),
    "__reversed__": lambda m, value: DequeIterator(deque(reversed(value.state))),
}  # fmt: skip
for _name, _function in _METHODS.items():
    native(_name, "deque", module="collections")(_function)
DEQUE.names["__hash__"] = None
DEQUE.names["maxlen"] = GetSet("deque", "maxlen", lambda m, value: value.fields.get("@most"))


@native("is_identifier", module="_natives")
def _is_identifier(m: Interpreter, text: Value) -> Value:
    return text.isidentifier()


@native("is_keyword", module="_natives")
def _is_keyword(m: Interpreter, text: Value) -> Value:
    return text in KEYWORDS


@native("caller_module", module="_natives")
def _caller_module(m: Interpreter) -> Value:
    """The name of the module outside of the library that is on top."""
    frame: Any = m.top
    while frame is not None:
        if not getattr(frame.code, "hidden", ""):
            return frame.globals.get("__name__", "__main__")
        frame = frame.caller
    return "__main__"


@names_for("_natives")
def _names(m: Interpreter) -> dict[str, Value]:
    return {"deque": DEQUE}
