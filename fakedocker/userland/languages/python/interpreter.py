"""Python on the machine for scripts: what the language's natives ask of it, and what the machine asks of the language."""

from __future__ import annotations

import re
from typing import Any, Final

from fakedocker.kernel.program import Block, System
from fakedocker.userland.languages.machine.cells import NotSimulated, Value
from fakedocker.userland.languages.machine.code import After, Code, Frame, Source
from fakedocker.userland.languages.machine.machine import MOST_NESTED, Machine, Thrown
from fakedocker.userland.languages.machine.memory import ScriptMemory
from fakedocker.userland.languages.python import calls, hashing, iteration, sets, tracebacks, types
from fakedocker.userland.languages.python.attributes import MISSING, bind, special
from fakedocker.userland.languages.python.binding import Keywords, frame_of
from fakedocker.userland.languages.python.errors import EXCEPTIONS, Raised, error, type_error
from fakedocker.userland.languages.python.operators import PLAIN, equal, order
from fakedocker.userland.languages.python.types import NONE_FOUND, class_of, find_in_class, payload_of, type_name
from fakedocker.userland.languages.python.values import (
    ACTIVE,
    Class,
    ExceptionValue,
    Function,
    FunctionCode,
    Generator,
    Instance,
    Method,
    Module,
    Native,
    PyFrame,
    UserClass,
)

_RAISED_BY_HOST: Final = (
    KeyError, IndexError, ValueError, TypeError, ZeroDivisionError, OverflowError, EOFError, OSError, UnicodeError,
)  # fmt: skip
_OURS: Final = re.compile(
    r"\b(?:Instance|SetValue|Opaque|Function|Method|Module|Native|Generator|UserClass|BuiltinClass|Sign|DictView|\w+Iterator"
    r"|Property|Wrapped|SlotMember|Super|ExceptionValue|Interpreter|Sequence|Traceback|FileValue)\b|positional argument|unexpected keyword|\blambda\b"
)
_FIRST_ADDRESS: Final = 0x7F4E1C0A2000
_HIDDEN_NAME: Final = "<hidden>"


class Interpreter(Machine):
    """A Python program on its way.

    Args:
        minor: 12 for Python 3.12.

    Attributes:
        version: as sys.version_info has it.
    """

    def __init__(self, system: System, memory: ScriptMemory, version: tuple[int, int, int]) -> None:
        super().__init__(system, memory, self)
        self.version = version
        self.minor = version[1]
        self.most_frames = memory.roots.get("most_frames", 1000)
        self.most_digits = 4300
        self.hash_key = self._hash_key()
        self.nested_natives = False
        self.thread_number = 0
        self._position: Any = None
        self._is_reraised = False

    def _hash_key(self) -> hashing.Key:
        told = self.system.environment.get("PYTHONHASHSEED", "")
        if told.isascii() and told.isdecimal() and len(told) < 11:  # noqa: the text is ASCII
            return hashing.key_of_seed(int(told), self.minor)
        seed = self.memory.roots.get("hash_seed")
        if seed is None:
            seed = self.memory.roots["hash_seed"] = 1 + self.system.random(1 << 24)
        return hashing.key_of_seed(seed, self.minor)

    # the memory

    @property
    def modules(self) -> dict[str, Value]:
        """sys.modules."""
        found: dict[str, Value] = self.memory.roots["modules"]
        return found

    @property
    def state(self) -> dict[str, Value]:
        """What natives keep, by name."""
        found: dict[str, Value] = self.memory.roots["state"]
        return found

    def run_slice(self) -> Value:
        """Run until there is no frame left. See `Machine.run`."""
        ACTIVE.machine = self
        try:
            return self.run()
        finally:
            ACTIVE.machine = None

    def active_frame(self) -> PyFrame:
        """The frame on top that is a program's."""
        frame = self.top
        while frame is not None and isinstance(frame.code, FunctionCode) and frame.code.hidden == "c":
            frame = frame.caller
        assert isinstance(frame, PyFrame)
        return frame

    # calls

    def call_now(self, callee: Value, args: list[Value], kwargs: Keywords = None) -> Value:
        """Call something and have its value at once. It must not wait. Raised."""
        if type(callee) is Method:
            args = [calls.native_owner(callee.owner, callee.function) if type(callee.function) is Native else callee.owner, *args]
            callee = callee.function
        if self.nested >= MOST_NESTED - 1:
            raise NotSimulated("calls so deeply nested within operators")
        try:
            if type(callee) is Function and callee.code.kind == "function":
                return self.call_nested(frame_of(self, callee, args, kwargs))
            frame = PyFrame(_TRAMPOLINE, {}, [], [])
            frame.extra = (callee, args, kwargs)
            return self.call_nested(frame)
        except Thrown as thrown:
            self._is_reraised = False
            raise Raised(thrown.value) from None

    def call_special(self, found: Value, value: Value, cls: Class, *args: Value) -> Value:
        """Call what was found in a class for a value."""
        if type(found) is Native:
            return calls.call_native(self, None, found, [calls.native_owner(value, found), *args], None)
        if type(found) is Function:
            return self.call_now(found, [value, *args])
        if found is NONE_FOUND:
            return types.NOT_IMPLEMENTED
        return self.call_now(bind(self, found, value, cls), list(args))

    def bound(self, found: Value, value: Value) -> Value:
        return bind(self, found, value, class_of(value))

    def guarded_call(self, native: Native, args: list[Value], kwargs: Keywords) -> None:
        """Call a native in what follows a frame; its value comes to the frame on top. It must not wait."""
        assert isinstance(self.top, PyFrame)
        try:
            calls.call(self, self.top, native, args, kwargs)
        except Block:
            raise NotSimulated(f"waiting in {native.name} after its arguments were made") from None

    def throw_error(self, problem: Raised) -> None:
        """Throw at the frame on top."""
        self.throw(problem.value)

    def hidden_function(self, name: str) -> Function:
        """A function of the hidden library, which stands for natives that call back."""
        hidden: dict[str, Value] = self.memory.roots.setdefault("hidden", {})
        found = hidden.get(name)
        if found is None:
            from fakedocker.userland.languages.python import library

            source = Source.of("python", library.text_of("hidden"), _HIDDEN_NAME, self.minor, "c")
            codes = {code.name: code for code in source_codes(source)}
            code = codes[name]
            assert isinstance(code, FunctionCode)
            found = hidden[name] = Function(code, self.hidden_globals(), [], library.hidden_defaults(name), {})
            found.fields["shown"] = {"map_": "map", "filter_": "filter", "zip_": "zip", "enumerate_": "enumerate"}.get(name, "")
        return found  # type: ignore[no-any-return]

    def hidden_globals(self) -> dict[str, Value]:
        found: dict[str, Value] = self.memory.roots.setdefault("hidden_globals", {"__name__": "builtins"})
        if len(found) == 1:
            from fakedocker.userland.languages.python import library

            found.update(library.hidden_names(self))
        return found

    # values

    def truth(self, value: Value) -> bool:
        """bool(value)."""
        if type(value) in PLAIN:
            return bool(value)
        for name in ("__bool__", "__len__"):
            method = special(self, value, name)
            if method is not None:
                found = self.call_now(method, [])
                if name == "__bool__" and type(found) is not bool:
                    raise type_error(f"__bool__ should return bool, returned {type_name(found)}")
                return bool(found)
        plain = payload_of(value)
        return len(plain) > 0 if isinstance(plain, sets.SetValue) else bool(plain) if plain is not value else True

    def equals(self, a: Value, b: Value) -> bool:
        return a is b or self.truth(equal(self, a, b))

    def compares(self, op: str, a: Value, b: Value) -> bool:
        return self.truth(order(self, op, a, b))

    def repr(self, value: Value) -> str:
        from fakedocker.userland.languages.python.texts import to_repr

        return to_repr(self, value)

    def str(self, value: Value) -> str:
        from fakedocker.userland.languages.python.texts import to_str

        return to_str(self, value)

    def hash_instance(self, value: Instance) -> int:
        """hash() of an instance, as the host's tables see it."""
        cls = value.cls
        found = find_in_class(cls, "__hash__")
        if found is NONE_FOUND:
            raise type_error(f"unhashable type: '{cls.name}'")
        if type(found) is Function:
            hashed = self.call_now(found, [value])
            if type(hashed) is not int:
                raise type_error("__hash__ method should return an integer")
            return hash(hashed)
        if value.payload is not None:
            return hash(value.payload)
        if type(found) is Native and found.owner != "object":
            return int(found.function(self, value))
        return self.address_of(value) >> 4

    def hash_of(self, value: Value) -> int:
        """hash(value), as CPython computes it."""
        kind = type(value)
        if kind is str or kind is bytes:
            return hashing.hash_text(self.hash_key, value)
        if kind is tuple:
            return hashing.hash_tuple([self.hash_of(each) for each in value])
        if value is None:
            return 0xFCA86420
        if isinstance(value, Instance):
            if type(value.payload) in (str, bytes, tuple) and type(find_in_class(value.cls, "__hash__")) is not Function:
                return self.hash_of(value.payload)
            return self.hash_instance(value)
        if kind in PLAIN or kind is sets.SetValue:
            return hash(value)
        if kind is iteration.DictView:
            raise type_error(f"unhashable type: '{value.cls.name}'")
        return self.address_of(value) >> 4

    def address_of(self, value: Value) -> int:
        """id(value)."""
        roots = self.memory.roots
        given = getattr(value, "address", None)
        if type(given) is int:
            if given:
                return given
            found = roots["next_address"] = int(roots.get("next_address", _FIRST_ADDRESS)) + 0x50
            value.address = found
            return found
        if type(value) is int and -6 < value < 257:
            return 0x563A10F40 + 32 * value
        pairs: list[Value] = roots.setdefault("addresses", [])
        for known, number in pairs:
            if known is value or (type(known) is type(value) and type(value) in (int, str, float) and known == value):
                return int(number)
        if len(pairs) > 2000:
            raise NotSimulated("addresses of so many objects")
        found = roots["next_address"] = int(roots.get("next_address", _FIRST_ADDRESS)) + 0x50
        pairs.append((value, found))
        return found

    def address_text(self, value: Value) -> str:
        return f"0x{self.address_of(value):x}"

    def as_index(self, value: Value, words: str) -> int:
        """An integer by `__index__`."""
        if isinstance(value, int):
            return value
        method = special(self, value, "__index__")
        if method is not None:
            found = self.call_now(method, [])
            if type(found) is int:
                return found
            raise type_error(f"__index__ returned non-int (type {type_name(found)})")
        plain = payload_of(value)
        if isinstance(plain, int):
            return plain
        raise type_error(words)

    def as_number(self, value: Value, kind: str) -> Value:
        for name in ("__index__", "__int__", "__float__") if kind in "diouxXc" else ("__float__", "__index__"):
            method = special(self, value, name)
            if method is not None:
                return self.call_now(method, [])
        return payload_of(value)

    def is_mapping(self, value: Value) -> bool:
        return type(payload_of(value)) is dict or (isinstance(value, Instance) and find_in_class(value.cls, "__getitem__") is not None)

    def empty_payload(self, kind: str) -> Value:
        return {"list": list, "dict": dict, "set": sets.SetValue, "bytearray": bytearray}[kind]()

    # iteration

    def plain_items(self, value: Value) -> Any:  # Any: an iterable of the host
        """All items of what is gone through without running code of the program; MISSING for anything else."""
        kind = type(value)
        if kind is list or kind is tuple or kind is dict or kind is str or kind is bytes or kind is bytearray:
            return value
        if kind is range:
            if len(value) > 4096:
                from fakedocker.userland.languages.python.operators import check_size

                check_size(self, len(value))
            return value
        if kind is sets.SetValue:
            return value.ordered()
        if kind is iteration.DictView:
            return value.listed()
        if kind in iteration.NATIVE_ITERATORS:
            return self._drained(value)
        if kind is Instance and value.payload is not None and type(find_in_class(value.cls, "__iter__")) is not Function:
            return self.plain_items(value.payload)
        return MISSING

    def _drained(self, iterator: iteration.Iterator) -> list[Value]:
        found = []
        while (item := iterator.step(self)) is not types_end:
            found.append(item)
            if len(found) & 0xFFFF == 0:
                from fakedocker.userland.languages.python.operators import check_size

                check_size(self, len(found))
        return found

    def items(self, value: Value) -> list[Value]:
        """All items as a list of its own, for a native: where code of the program must run for it, the native is called again."""
        found = self.plain_items(value)
        if found is not MISSING:
            return list(found)
        self.check_iterable(value)
        raise calls.Collect(value)

    def items_now(self, value: Value) -> list[Value]:
        """The same at once."""
        found = self.plain_items(value)
        if found is not MISSING:
            return list(found)
        self.check_iterable(value)
        return self.collected_now(value)

    def collected_now(self, value: Value) -> list[Value]:
        found = self.call_now(self.hidden_function("collect"), [value])
        assert isinstance(found, list)
        return found

    def contains_now(self, container: Value, value: Value) -> bool:
        return bool(self.call_now(self.hidden_function("contains"), [container, value]))

    def is_iterator(self, value: Value) -> bool:
        return type(value) is Generator or isinstance(value, iteration.Iterator)

    def check_iterable(self, value: Value) -> None:
        """Raises TypeError in the program for what cannot be gone through."""
        if self.plain_is_iterable(value) or type(value) is Generator and value.kind == "generator":
            return
        for name in ("__iter__", "__getitem__"):
            found = find_in_class(class_of(value), name)
            if found is not None and found is not NONE_FOUND and not isinstance(value, Class | type):
                return
        if isinstance(value, UserClass) and find_in_class(value.meta, "__iter__") is not None:
            return
        raise type_error(f"'{'type' if isinstance(value, Class) and type_name(value) == 'type' else type_name(value)}' object is not iterable")

    def special(self, value: Value, name: str) -> Value:
        """A special method, bound; None if there is none."""
        return special(self, value, name)

    def plain_items_are_lazy(self, value: Value) -> bool:
        """Whether going through something may run code of the program, or for ever."""
        return type(value) is Generator or (isinstance(value, Instance) and self.plain_items_missing(value))

    def plain_items_missing(self, value: Instance) -> bool:
        return value.payload is None and find_in_class(value.cls, "__iter__") is not None

    def frozenset_of(self, values: Any) -> Value:  # Any: an iterable of the host
        """A frozenset, in an order that depends on nothing."""
        before = ACTIVE.machine
        ACTIVE.machine = self
        try:
            return sets.set_of(sorted(values), sets.FROZENSET)
        finally:
            ACTIVE.machine = before

    def items_of_mapping(self, value: Value) -> dict[str, Value]:
        from fakedocker.userland.languages.python.generators import mapping_items

        return mapping_items(self, value, f"type.__new__() argument 3 must be dict, not {type_name(value)}")

    def plain_is_iterable(self, value: Value) -> bool:
        return type(value) in (list, tuple, dict, str, bytes, bytearray, range, sets.SetValue, iteration.DictView) or isinstance(value, iteration.Iterator)

    def class_item(self, cls: Class, index: Value) -> Value:
        """`cls[...]`."""
        method = special(self, cls, "__getitem__")
        if method is not None:
            return self.call_now(method, [index])
        found = find_in_class(cls, "__class_getitem__")
        if found is not None:
            function = getattr(found, "function", found)
            return self.call_now(function, [cls, index]) if type(function) is Function else self.call_now(found, [cls, index])
        from fakedocker.userland.languages.python import generics

        return generics.generic_alias(self, cls, index)

    # the language, as the machine sees it

    def too_deep(self) -> Value:
        if self.nested >= MOST_NESTED - 1:
            raise NotSimulated("calls so deeply nested within operators")
        if self.minor < 11:
            raise NotSimulated("the words of a RecursionError before Python 3.11")
        return ExceptionValue(EXCEPTIONS["RecursionError"], ("maximum recursion depth exceeded",))

    def thrown(self, problem: Exception) -> Value:
        if isinstance(problem, Raised):
            value = problem.value
        else:
            value = self._of_host(problem)
        self._position = tracebacks.position_of(problem)
        self.set_context(value)
        return value

    def _of_host(self, problem: Exception) -> Value:
        if isinstance(problem, RecursionError | MemoryError):
            raise NotSimulated("so deep or so large a value") from problem
        if not isinstance(problem, _RAISED_BY_HOST):
            raise problem
        if isinstance(problem, OSError):
            from fakedocker.userland.languages.python.errors import os_error

            return os_error(problem.errno or 0, problem.strerror or "").value
        name = type(problem).__name__
        if isinstance(problem, KeyError | UnicodeError):
            return ExceptionValue(EXCEPTIONS[name], problem.args)
        words = str(problem)
        if _OURS.search(words):
            raise NotSimulated(f"the words of this {name}") from problem
        return ExceptionValue(EXCEPTIONS[name], (tracebacks.words_of_version(words, self.minor),))

    def set_context(self, value: ExceptionValue) -> None:
        """Let an exception remember which one was being handled when it was raised."""
        handled = self.handled()
        if handled is None or handled is value:
            return
        each = handled
        seen = 0
        while each.context is not None and seen < 1000:
            if each.context is value:
                each.context = None
                break
            each = each.context
            seen += 1
        value.context = handled

    def handled(self) -> Value:
        """The exception whose handler is under way; None without one."""
        frame = self.top
        while frame is not None:
            if isinstance(frame, PyFrame) and frame.handled:
                return frame.handled[-1]
            frame = frame.caller
        return None

    def reraise(self, value: ExceptionValue) -> Thrown:
        """Raise something on its way through this frame, without another line of traceback."""
        self._is_reraised = True
        return Thrown(value)

    def unwinding(self, frame: Frame, value: Value) -> None:
        position, self._position = self._position, None
        if self._is_reraised:
            self._is_reraised = False
            return
        code = frame.code
        if isinstance(code, FunctionCode) and code.hidden != "c":
            place = frame.place - 1
            if position is None:
                position = code.positions[place] if 0 <= place < len(code.positions) else (code.first_line, 0, code.first_line, 0)
            if not value.entries and EXCEPTIONS["NameError"] in value.cls.mro and "@names" not in value.fields:
                self._note_names(frame, value)
            value.entries.append((code, position))

    def _note_names(self, frame: Frame, value: ExceptionValue) -> None:
        """Remember which names there were, for what may have been meant."""
        from fakedocker.userland.languages.python.introspection import local_names

        assert isinstance(frame, PyFrame)
        local = local_names(self, frame)
        value.fields["@names"] = (list(local), list(frame.globals))
        value.fields["@self"] = local.get("self")

    def resting(self, machine: Machine) -> None:
        from fakedocker.userland.languages.python import threads

        threads.rest(self)

    def blocked(self, machine: Machine) -> bool:
        from fakedocker.userland.languages.python import threads

        return threads.blocked(self)


def source_codes(source: Source) -> tuple[Code, ...]:
    """All code of a source."""
    source.code(0)
    assert source.codes is not None
    return source.codes


def _begin(frame: Frame, machine: Any) -> object:  # Any: the machine that runs it
    if frame.extra is not None:
        callee, args, kwargs = frame.extra
        frame.extra = None
        assert isinstance(frame, PyFrame)
        return calls.call(machine, frame, callee, args, kwargs)
    return False


def _end(frame: Frame, machine: Any) -> object:  # Any: the machine that runs it
    return machine.leave(frame.stack.pop())


types_end: Final = iteration.END


def _discard(runner: Any, frame: Frame, value: Value) -> None:  # Any: the machine
    """What a handler of a signal gives is of no use."""


DISCARDED: Final = After("python.discarded", _discard)
_TRAMPOLINE: Final = FunctionCode(Source.of("python", "", "<trampoline>", 12, "c"), 0, "trampoline")
_TRAMPOLINE.operations = [_begin, _end]
_TRAMPOLINE.positions = [(0, 0, 0, 0)] * 2
_TRAMPOLINE.hidden = "c"
_TRAMPOLINE.simple = True
_TRAMPOLINE.own_boxes = 0
_TRAMPOLINE.kind = "function"
__all__ = ["Module", "error"]
