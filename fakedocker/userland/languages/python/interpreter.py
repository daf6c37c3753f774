"""Python on the machine for scripts: what the language's natives ask of it, and what the machine asks of the language."""

from __future__ import annotations

import re
from typing import Any, Final

from fakedocker.base.numbers import is_digits
from fakedocker.kernel.program import Block, System
from fakedocker.userland.languages.machine.cells import NotSimulated, Value
from fakedocker.userland.languages.machine.code import Code, Frame, Source
from fakedocker.userland.languages.machine.machine import MOST_NESTED, Machine, Thrown
from fakedocker.userland.languages.machine.memory import ScriptMemory
from fakedocker.userland.languages.python import calls, finalizing, hashing, kept, tracebacks
from fakedocker.userland.languages.python.attributes import bind
from fakedocker.userland.languages.python.binding import Keywords, frame_of
from fakedocker.userland.languages.python.errors import EXCEPTIONS, Raised, error
from fakedocker.userland.languages.python.interpreter_values import ValueServices
from fakedocker.userland.languages.python.types import NONE_FOUND, class_of
from fakedocker.userland.languages.python.values import (
    ACTIVE,
    NOT_IMPLEMENTED,
    UNBOUND,
    Class,
    ExceptionValue,
    Function,
    FunctionCode,
    Method,
    Module,
    Native,
    PyFrame,
)

_RAISED_BY_HOST: Final = (
    LookupError, ValueError, TypeError, ZeroDivisionError, OverflowError, EOFError, OSError, UnicodeError,
)  # fmt: skip
_OURS: Final = re.compile(
    r"\b(?:Instance|SetValue|Opaque|Function|Method|Module|Native|Generator|UserClass|BuiltinClass|Sign|DictView|\w+Iterator"
    r"|Property|Wrapped|SlotMember|Super|ExceptionValue|Interpreter|Sequence|Traceback|FileValue)\b|positional argument|unexpected keyword|\blambda\b"
)
_HIDDEN_NAME: Final = "<hidden>"


class Interpreter(ValueServices):
    """A Python program on its way.

    Args:
        minor: 12 for Python 3.12.

    Attributes:
        changed_builtins: what the program has put among the names that are everywhere.
        version: as sys.version_info has it.
    """

    def __init__(self, system: System, memory: ScriptMemory, version: tuple[int, int, int]) -> None:
        super().__init__(system, memory, self)
        self.me = self
        memory.roots["lifetimes"] = self.lifetimes
        self.version = version
        self.minor = version[1]
        self.most_frames = memory.roots.get("most_frames", 1000)
        self.most_digits = 4300
        self.hash_key = self._hash_key()
        self.changed_builtins: dict[str, Value] = memory.roots.setdefault("changed_builtins", {})
        self.nested_natives = False
        self.asked = ""
        threads_before = memory.roots.get("threads")
        self.thread_number = threads_before[0].number if threads_before else 0
        self.quanta = 0
        self.stalled = 0
        self.waiting_fd: int | None = None
        self._position: Any = None
        self._is_reraised = False

    def _hash_key(self) -> hashing.Key:
        told = self.system.environment.get("PYTHONHASHSEED", "")
        if is_digits(told) and len(told) < 11:
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
        while frame is not None and isinstance(frame.code, FunctionCode) and frame.code.hidden in ("c", "package"):
            frame = frame.caller
        assert isinstance(frame, PyFrame)
        return frame

    # calls

    def call_now(self, callee: Value, args: list[Value], kwargs: Keywords = None) -> Value:
        """Call something and have its value at once. It must not wait. Raised."""
        if type(callee) is Method:
            args = [
                calls.native_owner(callee.owner, callee.function) if type(callee.function) is Native else callee.owner,
                *args,
            ]
            callee = callee.function
        if self.nested >= MOST_NESTED - 1:
            raise NotSimulated("calls so deeply nested within operators")
        try:
            if type(callee) is Function and callee.code.kind == "function":
                return self.call_nested(frame_of(self, callee, args, kwargs))
            return self.call_nested(self.trampoline(callee, args, kwargs))
        except Thrown as thrown:
            self._is_reraised = False
            raise Raised(thrown.value) from None

    def trampoline(self, callee: Value, args: list[Value], kwargs: Keywords = None) -> PyFrame:
        """A frame that calls something of any kind, and gives its value."""
        frame = PyFrame(_TRAMPOLINE, {}, [], [])
        frame.extra = (callee, args, kwargs)
        return frame

    def call_special(self, found: Value, value: Value, cls: Class, *args: Value) -> Value:
        """Call what was found in a class for a value."""
        if type(found) is Native:
            return calls.call_native(self, None, found, [calls.native_owner(value, found), *args], None)
        if type(found) is Function:
            return self.call_now(found, [value, *args])
        if found is NONE_FOUND:
            return NOT_IMPLEMENTED
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
            found.fields["shown"] = _SHOWN.get(name, "")
        return found

    def library_code(self) -> FunctionCode:
        """A code that stands for the library's own in what an exception has come through."""
        (code, *_) = source_codes(Source.of("python", "", "<library>", self.minor, "library"))
        assert isinstance(code, FunctionCode)
        return code

    def hidden_globals(self) -> dict[str, Value]:
        found: dict[str, Value] = self.memory.roots.setdefault("hidden_globals", {"__name__": "builtins"})
        if len(found) == 1:
            from fakedocker.userland.languages.python import library

            found.update(library.hidden_names(self))
        return found

    # the language, as the machine sees it

    def too_deep(self, frame: Frame) -> Value:
        if self.nested >= MOST_NESTED - 1:
            raise NotSimulated("calls so deeply nested within operators")
        if self.minor < 11:
            raise NotSimulated("the words of a RecursionError before Python 3.11")
        return ExceptionValue(EXCEPTIONS["RecursionError"], ("maximum recursion depth exceeded",))

    def thrown(self, problem: Exception) -> Value:
        value = problem.value if isinstance(problem, Raised) else self._of_host(problem)
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
        if self.lifetimes.ends and isinstance(frame, PyFrame):
            kept.carry(frame, value)
        if self._is_reraised:
            self._is_reraised = False
            return
        code = frame.code
        if isinstance(code, FunctionCode) and code.hidden != "c":
            place = frame.place - 1
            if position is None:
                position = (
                    code.positions[place]
                    if 0 <= place < len(code.positions)
                    else (code.first_line, 0, code.first_line, 0)
                )
            if not value.entries and EXCEPTIONS["NameError"] in value.cls.mro and "@frame" not in value.fields:
                value.fields["@frame"] = frame
            for first, end, inner, span in code.comprehensions:
                if first <= place < end:
                    value.entries.append((inner, position))
                    position = span
            value.entries.append((code, position))
            if "told asserts" in self.state:
                value.fields.setdefault("@arguments", []).append((value.entries[-1], arguments_of(frame)))

    def end_dropped(self) -> None:
        """Between two operations: what was dropped comes to its end, one after the other."""
        while self.lifetimes.dropped:
            before = self.top
            finalizing.end_dropped(self)
            if self.top is not before:
                return

    def left(self, frame: Frame) -> None:
        """The variables of a function that has returned are dropped in the order of their names."""
        assert isinstance(frame, PyFrame)
        if frame.function is None or (frame.after is not None and frame.after.name == "python.generator"):
            return
        if not kept.keep(frame, self.top):
            self.let_go(frame)

    def let_go(self, frame: PyFrame) -> None:
        """Drop the variables of a function in their order."""
        slots = frame.slots
        for number in range(len(slots)):
            slots[number] = None
        if frame.boxes is not frame.function.boxes:
            boxes: list[Value] = list(frame.boxes)
            frame.boxes = []
            for number in range(len(boxes)):
                boxes[number] = None

    def resting(self, machine: Machine) -> None:
        from fakedocker.userland.languages.python import threads

        threads.rest(self)

    def blocked(self, machine: Machine) -> bool:
        from fakedocker.userland.languages.python import threads

        return threads.blocked(self)


def arguments_of(frame: Frame) -> dict[str, Value]:
    """The parameters of a frame's function with the values that they have now."""
    code = frame.code
    assert isinstance(code, FunctionCode) and isinstance(frame, PyFrame)
    names = [*code.parameters, *code.keyword_only]
    names += code.names[len(names) : len(names) + code.star + code.double_star]
    boxed = dict(code.boxed)
    found = {}
    for slot, name in enumerate(names):
        value = frame.boxes[boxed[slot]].value if slot in boxed else frame.slots[slot]
        if value is not UNBOUND and not name.startswith("."):
            found[name] = value
    return found


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


_SHOWN: Final = {
    "map_": "map", "filter_": "filter", "zip_": "zip", "zip_strict": "zip", "enumerate_": "enumerate", "by_index": "iterator",
    "backwards": "reversed",
}  # fmt: skip
"""The classes of the generators of the hidden library, as programs see them."""
_TRAMPOLINE: Final = FunctionCode(Source.of("python", "", "<trampoline>", 12, "c"), 0, "trampoline")
_TRAMPOLINE.operations = [_begin, _end]
_TRAMPOLINE.positions = [(0, 0, 0, 0)] * 2
_TRAMPOLINE.hidden = "c"
_TRAMPOLINE.simple = True
_TRAMPOLINE.own_boxes = 0
_TRAMPOLINE.comprehensions = []
_TRAMPOLINE.kind = "function"
__all__ = ["Module", "error"]
