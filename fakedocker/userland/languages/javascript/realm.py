"""A realm: all that one script has of its own, from prototypes to the queue of jobs, and what operations ask of it.

It stands over the process's memory: what lasts is in `State`, a cell; the realm itself is made anew for each slice.
"""

from __future__ import annotations

from typing import Final

from fakedocker.userland.languages.javascript import calls, iteration as iterators, members, promises, telling, tracing
from fakedocker.userland.languages.javascript.cells import (
    Bound,
    JsArray,
    JsFunction,
    JsObject,
    JsRegExp,
    Proxy,
    Slot,
    Value,
    Wrapper,
    hidden,
)
from fakedocker.userland.languages.javascript.code import JsCode
from fakedocker.userland.languages.javascript.compiler import HOST, SCRIPT
from fakedocker.userland.languages.javascript.inspecting_objects import shown
from fakedocker.userland.languages.javascript.operators import LONGEST_TEXT
from fakedocker.userland.languages.javascript.patterns_js import FLAGS
from fakedocker.userland.languages.javascript.properties import get, has, own, prototype_of
from fakedocker.userland.languages.javascript.realm_state import NATIVE_PARENTS, ModuleHost, State
from fakedocker.userland.languages.javascript.shared import (
    NULL,
    Getter,
    Key,
    Native,
    Table as Table,
    Written,
)
from fakedocker.userland.languages.machine.cells import NotSimulated
from fakedocker.userland.languages.machine.code import Box, Code, Frame, Source
from fakedocker.userland.languages.machine.machine import Machine, Thrown

HOST_CODES: Final = Source.of("javascript", "", "host", HOST)
MOST_FRAMES: Final = 7800
"""About as deep as node goes with small frames before "Maximum call stack size exceeded"."""


class Realm:
    """What operations and natives ask for. It is also the machine's language.

    Attributes:
        machine: runs this realm's frames.
        state: what lasts.
        running: the native that is called right now, for traces.
        position: where in the source what is evaluated stands, where that is not the operation's place.
    """

    most_frames = MOST_FRAMES
    native_parents = NATIVE_PARENTS
    null = NULL
    control = calls.CONTROL
    modules: ModuleHost

    def __init__(self, machine: Machine, state: State, written_sources: dict[str, str]) -> None:
        self.machine = machine
        self.state = state
        self.protos = state.protos
        self.globals = state.globals
        self.extras = state.extras
        self.running: Native | None = None
        self.position = -1
        self._sources = written_sources
        self.host_object = JsObject(None, table=Table.known.get("__host__"))
        self.trampoline: Code = HOST_CODES.code(0)
        self.waiter_code: Code = HOST_CODES.code(1)
        self.field_code: Code = HOST_CODES.code(2)

    @property
    def major(self) -> int:
        """The release of node."""
        return int(str(self.state.host.get("version", "20")).partition(".")[0])

    # the machine's language

    def too_deep(self, frame: Frame) -> Value:
        """RangeError, in the function that is one too many where it is known where that is then."""
        top = self.machine.top
        first_at = frame.code.first_at if isinstance(frame.code, JsCode) else -1
        if first_at >= 0:
            frame.caller, self.machine.top, self.position = top, frame, first_at
        made = self.error("RangeError", "Maximum call stack size exceeded").value
        if first_at >= 0:
            frame.caller, self.machine.top = None, top
        return made

    def thrown(self, problem: Exception) -> Value:
        """An exception of the host is an error of ours, but for the host's own stack."""
        if isinstance(problem, RecursionError):
            raise NotSimulated("so deep a nesting within one expression") from None
        raise problem

    def unwinding(self, frame: Frame, value: Value) -> None:
        """Nothing is kept of what a thrown value passes."""
        self.running = None

    def resting(self, machine: Machine) -> None:
        """There is nothing to do between two quanta."""

    def blocked(self, machine: Machine) -> bool:
        """A script has one thread."""
        return False

    # making

    def new_object(self) -> JsObject:
        """{}."""
        return JsObject(self.protos["Object"])

    def array(self, items: list[Value]) -> JsArray:
        """An array of items."""
        if len(items) > 4096:
            self.machine.grown(len(items) >> 3)
        return JsArray(self.protos["Array"], items)

    def to_object(self, value: Value) -> Value:
        """A primitive as an object; objects as they are. TypeError for nothing."""
        if isinstance(value, JsObject | Native):
            return value
        if value is None or value is NULL:
            raise self.error("TypeError", "Cannot convert undefined or null to object")
        kind = {str: "String", float: "Number", bool: "Boolean", int: "BigInt"}.get(type(value), "Symbol")
        return Wrapper(self.protos[kind], kind, value)

    def prototype_from(self, new_target: Value, default: str) -> JsObject:
        """What an object made by `new` inherits from."""
        if type(new_target) is Native:
            return self.protos.get(new_target.path, self.protos[default])
        found = get(self, new_target, "prototype") if new_target is not None else None
        return found if isinstance(found, JsObject) else self.protos[default]

    def function(self, path: str) -> Native:
        """A native by its path."""
        return Native.known[path]

    def written(self, what: Written) -> Value:
        """A function of the library that is written in JavaScript."""
        exports = self.state.written.get(what.source)
        if exports is None:
            exports = self.state.written[what.source] = self.new_object()
            source = Source.of("javascript", self._sources[what.source], f"node:internal/{what.source}", SCRIPT, True)
            code = source.code()
            loader = JsFunction(self.protos["Function"], code, [])
            made = self.call_frame(calls.make_frame(self, loader, None, []))
            for key, value in made.props.items():
                exports.props[key] = value
        return exports.props[what.name]

    def call_frame(self, frame: Frame) -> Value:
        """Run a frame to its end, from within a native."""
        return self.machine.call_nested(frame)

    def run_source(self, text: str, name: str) -> Value:
        """Run a script of the library to its end; the value of its last expression."""
        code = Source.of("javascript", text, name, SCRIPT, True).code()
        return self.call_frame(calls.make_frame(self, JsFunction(self.protos["Function"], code, []), None, []))

    # calling

    def call(self, callee: Value, this: Value, arguments: list[Value]) -> Value:
        """Call a function and have its value at once; it must not wait. TypeError if it is none."""
        frame = Frame(self.trampoline)
        frame.stack = [callee, this, *arguments]
        frame.slots = [len(arguments), self.running, self.position]
        before, self.position = self.position, -1
        running, self.running = self.running, None
        found = self.machine.call_nested(frame)
        self.position, self.running = before, running
        return found

    def construct(self, callee: Value, arguments: list[Value]) -> Value:
        """`new`, with its value at once."""
        if type(callee) is Native and callee.construct is not None:
            return callee.construct(self, callee, arguments)
        frame = Frame(HOST_CODES.code(3))
        frame.stack = [callee, *arguments]
        frame.slots = [len(arguments), self.running]
        running, self.running = self.running, None
        found = self.machine.call_nested(frame)
        self.running = running
        return found

    def enter_fields(self, function: JsFunction, this: Value) -> bool:
        """Let the fields of a class be made."""
        return calls.enter_fields(self, function, this)

    def globals_inspect(self) -> Value:
        """util.inspect, for objects that show themselves by it."""
        return Native.known.get("util.inspect")

    def expression_at(self, at: int, value: Value) -> str:
        """The expression that stands at an offset of the source that is run, for messages."""
        top = self.machine.top
        text = top.code.extra_texts.get(at) if top is not None and isinstance(top.code, JsCode) else None
        return text if text is not None else self.told(value)

    def new_pattern(self, source: str, flags: str, at: int) -> Value:
        """A pattern that stands in the source."""
        self.position = at
        made = JsRegExp(self.protos["RegExp"], source, "".join(flag for flag in FLAGS if flag in flags))
        self.position = -1
        return made

    def import_meta(self, name: str) -> Value:
        """import.meta of a module."""
        found = self.state.modules.get(("meta", name))
        if found is None:
            raise NotSimulated("import.meta outside of a module")
        return found

    def imported_box(self, url: str, specifier: str, name: str) -> Box:
        """The box that an import of a module names."""
        return self.modules.imported_box(self, url, specifier, name)

    def bind_exports(self, url: str, names: list[tuple[str, str]]) -> dict[str, Box]:
        """The boxes in which a module keeps what it exports, by its own names."""
        return self.modules.bind_exports(self, url, names)

    def import_later(self, referrer: str, specifier: Value) -> Value:
        """import()."""
        return self.modules.import_later(self, referrer, specifier)

    def is_constructor(self, value: Value) -> bool:
        """Whether `new` may be used with a value."""
        if type(value) is JsFunction:
            code = value.code
            return isinstance(code, JsCode) and code.makes_prototype and not code.is_generator
        if type(value) is Native:
            return value.construct is not None
        return type(value) in (Bound, Proxy) and self.is_constructor(value.target)

    # what is wrong

    def error(self, kind: str, message: str, **properties: Value) -> Thrown:
        """An error of the engine's, to be raised: with the trace of where the script is."""
        made = self.new_error(self.protos[kind], message)
        made.props.update(properties)
        return Thrown(made)

    def error_at(self, at: int, kind: str, message: str) -> Thrown:
        """The same, at an offset of the source."""
        self.position = at
        return self.error(kind, message)

    def new_error(self, proto: JsObject, message: Value, above: Value = None) -> JsObject:
        """An error object, with its trace: what has called `above`, if it is given."""
        return tracing.new_error(self, proto, message, above)

    def uninitialized(self, name: str, at: int) -> Thrown:
        """A variable is used before it is declared."""
        if name == "this":
            message = "Must call super constructor in derived class before accessing 'this' or returning from derived constructor"
            return self.error_at(at, "ReferenceError", message)
        return self.error_at(at, "ReferenceError", f"Cannot access '{name}' before initialization")

    def note_thrown(self, at: int, value: Value) -> None:
        """A `throw` is about to be carried out there."""
        tracing.note_thrown(self, at, value)

    def check_length(self, length: int) -> None:
        """NotSimulated if a text is too long to be kept."""
        if length > LONGEST_TEXT:
            raise NotSimulated("so long a text")
        if length > 1 << 14:
            self.machine.grown(length >> 4)

    # what is said of values

    def shown(self, value: Value) -> str:
        """As console.log shows it."""
        return shown(self, value)

    told = telling.told
    told_iteration = telling.told_iteration
    told_with_type = telling.told_with_type
    told_key = telling.told_key

    def key_text(self, key: Key) -> str:
        """A key as messages show it."""
        return key if type(key) is str else f"Symbol({key.description or ''})"

    # variables of the whole script

    def global_value(self, name: str, at: int) -> Value:
        """A global variable. ReferenceError if there is none."""
        found = self.globals.props.get(name, calls)
        if found is not calls and type(found) not in _SLOTS:
            return found
        if name == "__host__" and self._is_library():
            return self.host_object
        if not has(self, self.globals, name):
            raise self.error_at(at, "ReferenceError", f"{name} is not defined")
        return get(self, self.globals, name)

    def _is_library(self) -> bool:
        top = self.machine.top
        return top is not None and isinstance(top.code, JsCode) and top.code.is_host

    def global_or_undefined(self, name: str) -> Value:
        """A global variable, undefined if there is none."""
        return get(self, self.globals, name)

    def set_global(self, name: str, value: Value, strict: bool, at: int) -> None:
        """Assign to a global variable. ReferenceError in strict code if there is none."""
        if strict and not has(self, self.globals, name):
            raise self.error_at(at, "ReferenceError", f"{name} is not defined")
        members.set_member(self, self.globals, name, value, strict, at)

    def declare_global(self, name: str, value: Value) -> None:
        """What is declared at the prompt is a global name."""
        self.globals.props[name] = hidden(value)

    # jobs

    def enqueue(self, kind: str, *parts: Value) -> None:
        """Let something be done when the script has come to its end, or to a rest."""
        self.state.jobs.append((kind, *parts))

    def renew_boxes(self, frame: Frame, slots: list[int]) -> None:
        """New boxes for the private names of a class."""
        for slot in slots:
            frame.slots[slot] = Box()

    # the parts that have modules of their own

    get = get
    has = has
    own = own
    prototype_of = prototype_of
    get_member = members.get_member
    get_result = members.get_result
    get_at = members.get_at
    copy_at = members.copy_at
    get_computed = members.get_computed
    set_member = members.set_member
    delete_member = members.delete_member
    get_private = members.get_private
    set_private = members.set_private
    has_private = members.has_private
    super_get = members.super_get
    add_accessor = members.add_accessor
    add_class_method = members.add_class_method
    define_field = members.define_field
    method_of = members.method_of
    give_name = members.give_name
    set_proto = members.set_proto
    copy_into = members.copy_into
    copy_without = members.copy_without
    cannot_destructure = members.cannot_destructure
    renew_header = tracing.renew_header
    trace_text = tracing.trace_text
    element = members.element
    put_element = members.put_element
    template_object = members.template_object
    iteration = iterators.iteration
    iterator = iterators.iterator
    key_iterator = iterators.key_iterator
    enter_next = iterators.enter_next
    enter_return = iterators.enter_return
    spread = iterators.spread
    take = iterators.take
    begin_taking = iterators.begin_taking
    next_taken = iterators.next_taken
    rest_taken = iterators.rest_taken
    end_taking = iterators.end_taking
    values_of = iterators.values_of
    promise_of = promises.promise_of
    resolve = promises.resolve
    then = promises.then
    reject = promises.reject
    when_settled = promises.when_settled


_SLOTS: Final = frozenset({Slot, Getter})
