"""Making classes and generator expressions while a program runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from fakedocker.userland.languages.machine.cells import NotSimulated, Value
from fakedocker.userland.languages.machine.code import After, Box, Frame, Runner
from fakedocker.userland.languages.python import calls, syntax as s, types
from fakedocker.userland.languages.python.attributes import special
from fakedocker.userland.languages.python.binding import frame_of
from fakedocker.userland.languages.python.errors import EXCEPTIONS, OBJECT, TYPE, Raised, error, type_error
from fakedocker.userland.languages.python.signs import Interpreter
from fakedocker.userland.languages.python.types import class_of, find_in_class, linearized, native, type_name
from fakedocker.userland.languages.python.values import (
    UNBOUND,
    BuiltinClass,
    Class,
    Function,
    FunctionCode,
    Live,
    Property,
    PyFrame,
    SlotMember,
    UserClass,
    Wrapped,
)

if TYPE_CHECKING:
    from fakedocker.userland.languages.python.compiler import Unit

_FINAL = frozenset({"bool", "NoneType", "function", "range", "slice", "generator", "ellipsis", "dict_keys", "module"})


def documentation_of(unit: Unit, code: FunctionCode) -> str | None:
    """The text at the beginning of a function's body."""
    for scope in unit.scopes.scopes.values():
        if scope.number == code.number and isinstance(scope.node, s.FunctionDef):
            first = scope.node.body[0]
            if (
                isinstance(first, s.ExprStatement)
                and isinstance(first.value, s.Constant)
                and isinstance(first.value.value, str)
            ):
                return _trimmed(first.value.value) if unit.minor >= 13 else first.value.value
    return None


def _trimmed(text: str) -> str:
    """A docstring without the indent of its lines, as 3.13 keeps it."""
    lines = text.expandtabs(8).split("\n")
    margin = min((len(line) - len(line.lstrip(" ")) for line in lines[1:] if line.strip(" ")), default=0)
    return "\n".join([lines[0].lstrip(" "), *(line[margin:] for line in lines[1:])])


def begin_class(qualname: str, documentation: str | None) -> Callable[[Live, Live], None]:
    """The names that every class body begins with."""

    def operation(frame: PyFrame, m: Live) -> None:
        names = frame.names
        assert names is not None
        names["__module__"] = frame.globals.get("__name__", "builtins")
        names["__qualname__"] = qualname
        if documentation is not None:
            names["__doc__"] = documentation

    return operation


def make_class(
    code: FunctionCode, name: str, keywords: list[str], taken: list[int], class_box: int
) -> Callable[[Live, Live], object]:
    """Run a class body with the bases and keywords of the stack; the class comes to the stack."""

    def operation(frame: PyFrame, m: Live, at: s.Span | None = None) -> object:
        values = frame.stack[len(frame.stack) - len(keywords) :] if keywords else []
        if keywords:
            del frame.stack[len(frame.stack) - len(keywords) :]
        bases = tuple(frame.stack.pop())
        named = dict(zip(keywords, values, strict=True))
        original = bases
        bases = _resolved_bases(m, bases)
        meta = named.pop("metaclass", None)
        meta = _meta_of(meta, bases)
        names: dict[str, Value] = {}
        if original != bases:
            names["__orig_bases__"] = original
        prepare = find_in_class(meta, "__prepare__") if isinstance(meta, UserClass) else None
        if prepare is not None:
            made = m.call_now(
                m.bound(prepare, meta) if not isinstance(prepare, Wrapped) else calls_bound(prepare, meta),
                [name, bases],
                named,
            )
            if type(made) is not dict:
                raise NotSimulated("a namespace of a class that is no dict")
            names = made
        boxes = [Box(UNBOUND) for _ in range(code.own_boxes)] + [frame.boxes[number] for number in taken]
        body = PyFrame(code, frame.globals, boxes, [UNBOUND] * code.slot_count)
        body.names = names
        body.after = _CLASS
        body.extra = (name, bases, named, meta, class_box)
        return m.enter(body)

    return operation


def calls_bound(found: Wrapped, cls: Class) -> Value:
    from fakedocker.userland.languages.python.values import Method

    return Method(found.function, cls)


def _resolved_bases(m: Interpreter, bases: tuple[Value, ...]) -> tuple[Value, ...]:
    found: list[Value] = []
    for base in bases:
        if isinstance(base, Class):
            found.append(base)
            continue
        method = special(m, base, "__mro_entries__")
        if method is None:
            if type(base) is Function:
                raise type_error("function() argument 'code' must be code, not str")
            raise NotSimulated("a base that is no class")
        found += m.items_now(m.call_now(method, [bases]))
    return tuple(found)


def _meta_of(meta: Value, bases: tuple[Value, ...]) -> Value:
    winner = meta if meta is not None else (bases[0].meta if bases else TYPE)
    if not isinstance(winner, Class):
        return winner
    for base in bases:
        if winner in base.meta.mro[1:]:
            winner = base.meta
        elif base.meta not in winner.mro:
            raise type_error(
                "metaclass conflict: the metaclass of a derived class must be a (non-strict) subclass of the metaclasses of all its bases"
            )
    return winner


def _class_made(runner: Runner, frame: Frame, value: Value) -> None:
    m: Interpreter = runner
    assert isinstance(frame, PyFrame) and frame.names is not None and m.top is not None
    name, bases, named, meta, class_box = frame.extra
    if meta is TYPE:
        made = new_class(m, meta, name, bases, frame.names, named)
    else:
        made = m.call_now(meta, [name, bases, frame.names], named)
    if class_box >= 0:
        frame.boxes[class_box].value = made
    m.top.stack.append(made)


_CLASS = After("python.class", _class_made)


def new_class(
    m: Interpreter, meta: Class, name: str, bases: tuple[Class, ...], names: dict[str, Value], named: dict[str, Value]
) -> UserClass:
    """As type.__new__ makes a class, with what follows it. Raises TypeError in the program."""
    for base in bases:
        if isinstance(base, BuiltinClass) and base.name in _FINAL:
            raise type_error(f"type '{base.name}' is not an acceptable base type")
    seen: list[Class] = []
    for base in bases:
        if base in seen:
            raise type_error(f"duplicate base class {base.name}")
        seen.append(base)
    bases = bases or (OBJECT,)
    _check_layout(bases)
    made = UserClass(name, bases, dict(names), meta)
    own = made.names
    if "__slots__" in own:
        _add_slots(m, made, own["__slots__"])
    made.mro = (made, *linearized(name, bases))
    kinds = {types.kind_of(base) for base in bases} - {""}
    if len(kinds) > 1:
        raise type_error("multiple bases have instance lay-out conflict")
    made.kind = kinds.pop() if kinds else ""
    made.module = own.get("__module__", "builtins") if type(own.get("__module__")) is str else "builtins"
    made.qualname = own.pop("__qualname__", name)
    for special_name in ("__init_subclass__", "__class_getitem__"):
        if type(own.get(special_name)) is Function:
            own[special_name] = Wrapped("classmethod", own[special_name])
    if type(own.get("__new__")) is Function:
        own["__new__"] = Wrapped("staticmethod", own["__new__"])
    if "__eq__" in own and "__hash__" not in own:
        own["__hash__"] = None
    own.setdefault("__doc__", None)
    _announce(m, made, named)
    return made


_OF_ANY_LENGTH: Final = frozenset(("int", "tuple", "bytes"))
"""Classes whose objects are of any length, so that nothing can lie behind them."""


_SOLID: Final = frozenset(
    "int float complex str bytes bytearray list tuple dict set frozenset type BaseException BaseExceptionGroup OSError SyntaxError"
    " StopIteration SystemExit ImportError UnicodeDecodeError UnicodeEncodeError UnicodeTranslateError AttributeError NameError".split()
)
"""Builtin classes whose objects have parts of their own (those of Objects/ with a larger basic size than what they descend from)."""


def _solid(cls: Class) -> Class:
    """The class in a line of descent that decides how its objects lie in memory (solid_base of Objects/typeobject.c)."""
    for each in cls.mro:
        if isinstance(each, BuiltinClass):
            if each.name in _SOLID and each.module == "builtins":
                return each
        elif isinstance(each, UserClass) and any(name not in ("__dict__", "__weakref__") for name in each.slots or ()):
            return each
    return OBJECT


def _check_layout(bases: tuple[Class, ...]) -> None:
    """Raise TypeError in the program for bases whose objects cannot be one."""
    winner: Class = OBJECT
    for base in bases if len(bases) > 1 else ():
        solid = _solid(base)
        if winner in solid.mro:
            winner = solid
        elif solid not in winner.mro:
            raise type_error("multiple bases have instance lay-out conflict")


def _add_slots(m: Interpreter, made: UserClass, slots: Value) -> None:
    names = [slots] if type(slots) is str else list(m.items_now(slots))
    for base in made.bases:
        if names and any(each.name in _OF_ANY_LENGTH and isinstance(each, BuiltinClass) for each in base.mro):
            raise type_error(f"nonempty __slots__ not supported for subtype of '{base.name}'")
    made.slots = names if "__dict__" not in names else None
    for name in names:
        if name in ("__dict__", "__weakref__"):
            continue
        if name.startswith("__") and not name.endswith("__"):
            name = f"_{made.name.lstrip('_')}{name}"
        if name in made.names:
            raise error("ValueError", f"'{name}' in __slots__ conflicts with class variable")
        made.names[name] = SlotMember(name, made)


def _announce(m: Interpreter, made: UserClass, named: dict[str, Value]) -> None:
    """`__set_name__` of its attributes, and `__init_subclass__` of its parent."""
    for name, value in list(made.names.items()):
        if type(value) is Property:
            if value.name is None:
                value.name = name
            continue
        if value is None or isinstance(value, Function | int | str):
            continue
        try:
            method = special(m, value, "__set_name__")
        except TypeError:
            continue
        if method is not None:
            m.call_now(method, [made, name])
    for base in made.mro[1:]:
        found = base.names.get("__init_subclass__")
        if type(found) is Wrapped:
            m.call_now(calls_bound(found, made), [], named or None)
            return
    if named:
        raise type_error(f"{made.name}.__init_subclass__() takes no keyword arguments")


@native("__new__", "type", keywords=True)
def _type_new(m: Interpreter, meta: Class, *args: Value, **kwargs: Value) -> Value:
    if len(args) == 1 and not kwargs and meta is TYPE:
        return class_of(args[0])
    if len(args) != 3:
        raise (
            type_error("type() takes 1 or 3 arguments")
            if meta is TYPE
            else NotSimulated("these arguments of a metaclass")
        )
    name, bases, names = args
    if type(names) is not dict:
        names = m.items_of_mapping(names)
    bases = tuple(bases)
    winner = _meta_of(meta, bases)
    if winner is not meta and type(find_in_class(winner, "__new__")) is Wrapped:
        return calls.Tail(winner, [name, bases, names], kwargs or None)
    frame = m.active_frame()
    names.setdefault("__module__", frame.globals.get("__name__", "builtins"))
    return new_class(m, winner, name, bases, names, kwargs)


@native("__setattr__", "type")
def _type_setattr(m: Interpreter, cls: Value, name: Value, value: Value) -> Value:
    if not isinstance(cls, UserClass):
        raise type_error(f"cannot set '{name}' attribute of immutable type '{cls.name}'")
    cls.names[name] = value


@native("__init__", "type", keywords=True)
def _type_init(m: Interpreter, cls: Class, *args: Value, **kwargs: Value) -> Value:
    return None


@native("__call__", "type", keywords=True)
def _type_call(m: Interpreter, cls: Class, *args: Value, **kwargs: Value) -> Value:
    return calls.construct_plain(m, cls, list(args), kwargs)


@native("mro", "type")
def _mro(m: Interpreter, cls: Class) -> Value:
    return list(cls.mro)


@native("__subclasses__", "type")
def _subclasses(m: Interpreter, cls: Class) -> Value:
    raise NotSimulated("__subclasses__")


def call_genexpr(frame: Live, m: Live) -> object:
    """The generator of the function and the iterator on the stack."""
    iterator = frame.stack.pop()
    function = frame.stack.pop()
    frame.stack.append(calls.generator_of(m, frame_of(m, function, [iterator], None), function))
    return False


__all__ = ["EXCEPTIONS", "Raised", "type_name"]
