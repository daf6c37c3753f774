"""Calls of whatever can be called: functions, natives, methods, classes, instances."""

from __future__ import annotations

from typing import Final

from fakedocker.kernel import marks
from fakedocker.kernel.program import Block
from fakedocker.userland.languages.machine.cells import NotSimulated, Value
from fakedocker.userland.languages.machine.code import After, Frame, Runner
from fakedocker.userland.languages.python import real_names, types, watching
from fakedocker.userland.languages.python.binding import Keywords, frame_of
from fakedocker.userland.languages.python.c_modules import in_python
from fakedocker.userland.languages.python.call_errors import check_receiver, shown_name, wrong_arguments
from fakedocker.userland.languages.python.errors import OBJECT, Raised, type_error
from fakedocker.userland.languages.python.signs import Interpreter
from fakedocker.userland.languages.python.types import NONE_TYPE, class_of, find_in_class, kind_of, type_name
from fakedocker.userland.languages.python.values import (
    BuiltinClass,
    Class,
    ExceptionValue,
    Function,
    Generator,
    Instance,
    Method,
    Module,
    Native,
    PyFrame,
    UserClass,
    Wrapped,
)


class Tail:
    """What a native gives to have something else called in its place, whose value is its own."""

    __slots__ = ("args", "callee", "kwargs")

    def __init__(self, callee: Value, args: list[Value], kwargs: Keywords = None) -> None:
        self.callee = callee
        self.args = args
        self.kwargs = kwargs


class Entered:
    """What a native gives that has put a frame on top itself, which gives the value."""


ENTERED: Final = Entered()


class Collect(Exception):
    """A native needs all items of something whose iteration runs code of the program: it is called again with a list."""

    def __init__(self, value: Value, words: str | None = "") -> None:
        super().__init__()
        self.value = value
        self.words = words


def call(m: Interpreter, frame: PyFrame, callee: Value, args: list[Value], kwargs: Keywords) -> bool:
    """Call something; its value comes to the frame's stack, at once (False) or when a frame on top is left (True)."""
    is_bound = False
    while True:
        kind = type(callee)
        if kind is Function:
            return enter_function(m, callee, args, kwargs)
        if kind is Native:
            if callee.owner in _HOSTED and args and type(args[0]) is Instance:
                args = [native_owner(args[0], callee), *args[1:]]
            if callee.owner and not is_bound:
                check_receiver(callee, args)
            value = call_native(m, frame, callee, args, kwargs)
        elif kind is Method:
            is_bound = True
            function = callee.function
            args = [native_owner(callee.owner, function) if type(function) is Native else callee.owner, *args]
            callee = function
            continue
        elif isinstance(callee, Class):
            value = construct(m, callee, args, kwargs)
        elif kind is Instance and find_in_class(callee.cls, "__call__") is not None:
            args = [callee, *args]
            callee = find_in_class(callee.cls, "__call__")
            continue
        elif kind is Wrapped and callee.kind == "staticmethod":
            callee = callee.function
            continue
        else:
            method = find_in_class(class_of(callee), "__call__") if not isinstance(callee, type) else None
            if type(method) is Native or type(method) is Function:
                args = [callee, *args]
                callee = method
                continue
            raise type_error(f"'{type_name(callee)}' object is not callable{_meant(m, callee)}")
        if type(value) is Tail:
            callee, args, kwargs = value.callee, value.args, value.kwargs
            continue
        if value is ENTERED:
            return True
        frame.stack.append(value)
        return False


def native_owner(owner: Value, function: Native) -> Value:
    """What a method of a builtin class gets to see of an instance of a descendant: the value of the host."""
    if (
        type(owner) is Instance
        and owner.payload is not None
        and function.owner not in ("object", "type")
        and function.name != "__init__"
    ):
        return owner.payload
    return owner


def _meant(m: Interpreter, callee: Value) -> str:
    """What was probably meant where a module is called: what is named alike in it."""
    if type(callee) is not Module or m.minor < 12:
        return ""
    name = callee.names.get("__name__")
    if callee.simulated and type(name) is str and name not in callee.names:
        known = real_names.names_of("modules", name, m.minor)
        if known is None or name in known:
            raise NotSimulated(f"{name}.{name}", marks.MODULE)
    found = callee.names.get(name) if type(name) is str else None
    can_be_called = isinstance(found, Class | Function | Native | Method) or (
        type(found) is Instance and find_in_class(found.cls, "__call__") is not None
    )
    return f". Did you mean: '{name}.{name}(...)'?" if can_be_called else ""


def enter_function(m: Interpreter, function: Function, args: list[Value], kwargs: Keywords) -> bool:
    """Begin a function of the program; one that is a generator gives that at once."""
    made = frame_of(m, function, args, kwargs)
    kind = function.code.kind
    if kind != "function":
        caller = m.top
        assert caller is not None
        caller.stack.append(generator_of(m, made, function))
        return False
    return m.enter(made)  # type: ignore[no-any-return]


def generator_of(m: Interpreter, frame: PyFrame, function: Function) -> Generator:
    """The generator or coroutine that owns a frame."""
    made = Generator(frame, function.code.kind, function.names.get("__qualname__", function.code.qualname))
    if made.kind == "async generator":
        made.shown = "async_generator"
    elif function.code.hidden:
        made.shown = function.fields.get("shown", "")
    if made.kind == "coroutine":
        watching.watch_generator(m, made)
    return made


def call_native(m: Interpreter, frame: PyFrame | None, native: Native, args: list[Value], kwargs: Keywords) -> Value:
    """Call a function of the host. What it raises as TypeError for the number of its arguments is said as CPython says it."""
    try:
        if native.name == "__new__" and args and type(args[0]) is UserClass and native.owner in _HOSTED:
            return _new_of_descendant(m, native, args, kwargs)
        if kwargs:
            if not native.takes_keywords:
                raise type_error(f"{shown_name(native)}() takes no keyword arguments")
            found = native.function(m, *args, **kwargs)
        else:
            found = native.function(m, *args)
        if frame is None and type(found) is Tail:
            return m.call_now(found.callee, found.args, found.kwargs)
        return found
    except Block:
        if frame is None:
            raise
        frame.pending = (native, args, kwargs)
        raise
    except Collect as collect:
        if frame is None:
            return call_native(
                m, None, native, _replaced(args, collect.value, m.collected_now(collect.value, collect.words)), kwargs
            )
        return _collect(m, native, args, kwargs, collect)
    except Raised as raised:
        if in_python(native.module, native.name) and not raised.value.entries:
            raised.value.entries.append((m.library_code(), (1, 0, 1, 0)))
        raise
    except TypeError as problem:
        if problem.__traceback__ is not None and problem.__traceback__.tb_next is None:
            raise wrong_arguments(m, native, args, kwargs, problem) from None
        raise


_HOSTED: Final = frozenset("int float complex str bytes bytearray tuple list dict set frozenset".split())


def _new_of_descendant(m: Interpreter, native: Native, args: list[Value], kwargs: Keywords) -> Value:
    """`tuple.__new__(cls, ...)` for a class of the program."""
    cls, *rest = args
    if cls.kind in ("list", "dict", "set", "bytearray"):
        return Instance(cls, m.empty_payload(cls.kind))
    made = call_native(m, None, native, [BuiltinClass.known[f"builtins.{native.owner}"], *rest], kwargs)
    return Instance(cls, made)


def _replaced(args: list[Value], old: Value, new: Value) -> list[Value]:
    return [new if each is old else each for each in args]


def _collect(m: Interpreter, native: Native, args: list[Value], kwargs: Keywords, collect: Collect) -> Value:
    function, given = m.collector(collect.value, collect.words)
    made = frame_of(m, function, given, None)
    made.after = _COLLECTED
    made.extra = (native, args, kwargs, collect.value)
    m.enter(made)
    return ENTERED


def _collected(runner: Runner, frame: Frame, items: Value) -> None:
    m: Interpreter = runner
    native, args, kwargs, value = frame.extra
    if kwargs:
        kwargs = {name: items if each is value else each for name, each in kwargs.items()}
    top = m.top
    assert top is not None
    m.guarded_call(native, _replaced(list(args), value, items), kwargs)


_COLLECTED: Final = After("python.collected", _collected)


# classes


def construct(m: Interpreter, cls: Class, args: list[Value], kwargs: Keywords) -> Value:
    """`cls(...)`: the object, or ENTERED."""
    if cls.meta is not types.TYPE:
        method = find_in_class(cls.meta, "__call__")
        if type(method) is Function:
            return Tail(method, [cls, *args], kwargs)
    return construct_plain(m, cls, args, kwargs)


def construct_plain(m: Interpreter, cls: Class, args: list[Value], kwargs: Keywords) -> Value:
    """As type.__call__ does it."""
    if cls is NONE_TYPE:
        if args or kwargs:
            raise type_error("NoneType takes no arguments")
        return None
    if isinstance(cls, BuiltinClass):
        maker = find_in_class(cls, "__new__")
        if type(maker) is not Native or (maker.owner == "object" and cls is not OBJECT):
            raise type_error(
                f"cannot create '{cls.qualname if cls.module == 'builtins' else cls.module + '.' + cls.name}' instances"
            )
        if kwargs and maker.owner == "BaseException":
            return _exception_with_keywords(cls, args, kwargs)
        return call_native(m, m.top, maker, [cls, *args], kwargs)
    assert isinstance(cls, UserClass)
    made = find_in_class(cls, "__new__")
    made = made.function if type(made) is Wrapped else made
    init = find_in_class(cls, "__init__")
    if type(made) is Function:
        value = m.call_now(made, [cls, *args], kwargs)
        if cls not in class_of(value).mro:
            return value
    else:
        value = allocate(m, cls, args, kwargs, type(init) is Function)
    if type(init) is Function:
        frame = frame_of(m, init, [value, *args], kwargs)
        frame.after = _INITIALIZED
        frame.extra = value
        m.enter(frame)
        return ENTERED
    if (
        type(value) is ExceptionValue
        and type(init) is Native
        and init.owner == "BaseException"
        and value.args != tuple(args)
    ):
        value.args = tuple(args)  # which BaseException.__init__ keeps, whatever `__new__` was given
    if type(init) is Native and init.owner not in ("object", "BaseException") and kind_of(cls) != "exception":
        call_native(m, None, init, [value, *args], kwargs)
    elif init is not None and type(init) is not Native:
        m.call_now(m.bound(init, value), args, kwargs)
    return value


def allocate(m: Interpreter, cls: UserClass, args: list[Value], kwargs: Keywords, has_init: bool) -> Value:
    """As object.__new__ and those of builtin classes do it."""
    abstract = find_in_class(cls, "__abstractmethods__")
    if abstract:
        raise _abstract(m, cls, sorted(m.items_now(abstract)))
    kind = cls.kind
    if kind == "exception":
        if kwargs and not has_init:
            raise type_error(f"{cls.name}() takes no keyword arguments")
        if find_in_class(cls, "__del__") is not None:
            raise NotSimulated("a destructor of an exception")
        return ExceptionValue(cls, tuple(args))
    if kind in ("list", "dict", "set", "bytearray"):
        return _made(m, cls, m.empty_payload(kind))
    if kind in ("", "type"):
        if (args or kwargs) and not has_init and type(find_in_class(cls, "__new__")) is Native:
            raise type_error(f"{cls.name}() takes no arguments")
        if kind == "type":
            raise NotSimulated("making a class by calling its metaclass")
        return _made(m, cls)
    base = next(each for each in cls.mro if isinstance(each, BuiltinClass))
    if has_init and kwargs:
        kwargs = None
    maker = find_in_class(base, "__new__")
    assert type(maker) is Native
    made = call_native(m, None, maker, [base, *args], kwargs)
    if isinstance(made, Instance):
        made.cls = cls
        return made
    return _made(m, cls, made)


def _made(m: Interpreter, cls: UserClass, payload: Value = None) -> Instance:
    made = Instance(cls, payload)
    if find_in_class(cls, "__del__") is not None:
        watching.watch_instance(m, made)
    return made


def check_plain_new(cls: UserClass, has_arguments: bool) -> None:
    """Raise TypeError in the program where object.__new__ may not make an object of a class (tp_new_wrapper and object_new)."""
    maker = find_in_class(cls, "__new__")
    if type(maker) is Native and maker.owner == "object":
        if has_arguments and type(find_in_class(cls, "__init__")) is Native:
            raise type_error(f"{cls.name}() takes no arguments")
        return
    base: Class = cls
    while isinstance(base, UserClass) and type(find_in_class(base, "__new__")) is not Native:
        base = next((each for each in base.bases if kind_of(each) == cls.kind), base.bases[0])
    maker = find_in_class(base, "__new__")
    if type(maker) is Native and maker.owner != "object":
        raise type_error(f"object.__new__({cls.name}) is not safe, use {base.name}.__new__()")
    if has_arguments:
        raise type_error("object.__new__() takes exactly one argument (the type to instantiate)")


def _abstract(m: Interpreter, cls: UserClass, names: list[str]) -> Raised:
    if m.minor >= 12:
        s = "" if len(names) == 1 else "s"
        shown = ", ".join(f"'{name}'" for name in names)
        return type_error(
            f"Can't instantiate abstract class {cls.name} without an implementation for abstract method{s} {shown}"
        )
    s = "" if len(names) == 1 else "s"
    return type_error(f"Can't instantiate abstract class {cls.name} with abstract method{s} {', '.join(names)}")


def _exception_with_keywords(cls: BuiltinClass, args: list[Value], kwargs: dict[str, Value]) -> ExceptionValue:
    known = {
        "ImportError": ("name", "path"),
        "ModuleNotFoundError": ("name", "path"),
        "NameError": ("name",),
        "AttributeError": ("name", "obj"),
    }
    if not set(kwargs) <= set(known.get(cls.name, ())):
        if cls.name not in known:
            raise type_error(f"{cls.name}() takes no keyword arguments")
        raise NotSimulated(f"these arguments of {cls.name}")
    made = ExceptionValue(cls, tuple(args))
    made.fields.update(kwargs)
    return made


def _initialized(runner: Runner, frame: Frame, value: Value) -> None:
    m: Interpreter = runner
    if value is not None:
        m.throw_error(type_error(f"__init__() should return None, not '{type_name(value)}'"))
        return
    assert m.top is not None
    m.top.stack.append(frame.extra)


_INITIALIZED: Final = After("python.initialized", _initialized)
