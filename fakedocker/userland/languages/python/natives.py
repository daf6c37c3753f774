"""Natives that only the hidden library and the library's own texts use."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from fakedocker.userland.languages.machine.cells import NotSimulated, Value
from fakedocker.userland.languages.machine.code import After, Frame, Runner, Source
from fakedocker.userland.languages.python import (
    anchors,
    calls,
    generics,
    importing,
    real_names,
    tracebacks,
    types,
    unpacking,
    watching,
)
from fakedocker.userland.languages.python.errors import EXCEPTIONS, Raised, error, type_error
from fakedocker.userland.languages.python.interpreter import source_codes
from fakedocker.userland.languages.python.sets import SetValue
from fakedocker.userland.languages.python.signs import Interpreter
from fakedocker.userland.languages.python.types import native, payload_of, type_name
from fakedocker.userland.languages.python.values import (
    END,
    NOT_IMPLEMENTED,
    Class,
    Function,
    FunctionCode,
    Generator,
    Instance,
    Native,
)
from fakedocker.userland.packages import pip_site


@native("check_count", module="_natives")
def _check_count(m: Interpreter, items: Value, count: Value) -> Value:
    return unpacking.unpacked(m, items, -1, count)


@native("checked_iterator", module="_natives")
def _checked_iterator(m: Interpreter, value: Value) -> Value:
    """What a program's own `__iter__` has given."""
    if not m.is_iterator(value) and m.special(value, "__next__") is None:
        raise type_error(f"iter() returned non-iterator of type '{type_name(value)}'")
    return value


@contextmanager
def suppressed_type_errors() -> Iterator[None]:
    """Pass over TypeErrors of the program."""
    try:
        yield
    except Raised as raised:
        if EXCEPTIONS["TypeError"] not in raised.value.cls.mro:
            raise


@native("check_length", module="_natives")
def _check_length(m: Interpreter, value: Value) -> Value:
    """Ask a program's object how many items it has, as PyObject_LengthHint does: what it answers is only looked at."""
    if type(value) is Generator and value.shown in ("iterator", "reversed") and value.frame is not None:
        value = value.frame.slots[0]
        if m.special(value, "__len__") is not None:
            with suppressed_type_errors():
                m.length(m.call_now(m.special(value, "__len__"), []))
        return
    if not isinstance(value, Instance):
        return
    for name in ("__len__", "__length_hint__"):
        method = m.special(value, name)
        if method is None:
            continue
        try:
            found = m.call_now(method, [])
            if name == "__len__":
                m.length(found)
                return
        except Raised as raised:
            if EXCEPTIONS["TypeError"] not in raised.value.cls.mro:
                raise
            continue
        if found is NOT_IMPLEMENTED:
            return
        if type(payload_of(found)) not in (int, bool):
            raise type_error(f"__length_hint__ must be an integer, not {type_name(found)}")
        if payload_of(found) < 0:
            raise error("ValueError", "__length_hint__() should return >= 0")


@native("import_by_name", module="_natives")
def _import_by_name(m: Interpreter, name: Value, last: Value) -> Value:
    """The module of a name, run if it was not: the last one of a dotted name, or the first."""
    parts = name.split(".")
    for count in range(1, len(parts) + 1):
        full = ".".join(parts[:count])
        if full not in m.modules and importing.load(m, full, name):
            frame = m.top
            assert frame is not None
            frame.after = _AGAIN
            frame.extra = (frame.extra, name, last)
            return calls.ENTERED
    return m.modules[name if last else parts[0]]


def _again(runner: Runner, frame: Frame, value: Value) -> None:
    m: Interpreter = runner
    module, name, last = frame.extra
    importing.add_module(m, module.name, m.modules.get(module.name) or module)
    m.guarded_call(Native.known["_natives:.import_by_name"], [name, last], None)


def _failed(runner: Runner, frame: Frame, value: Value) -> bool:
    m: Interpreter = runner
    m.modules.pop(frame.extra[0].name, None)
    return False


_AGAIN: Final = After("python.imported again", _again, _failed)


@native("shallow_copy", module="_natives")
def _shallow_copy(m: Interpreter, value: Value) -> Value:
    kind = type(value)
    if kind in (list, dict, bytearray):
        return kind(value)
    if kind is SetValue:
        return value.copied()
    if type(value) is Instance:
        made = _new_like(m, value)
        made.fields = dict(value.fields)
        if type(value.payload) in (list, dict, bytearray):
            made.payload = type(value.payload)(value.payload)
        return made
    if _is_atom(m, value) or kind is tuple:
        return value
    raise NotSimulated(f"a copy of a {type_name(value)}")


@native("is_atom", module="_natives")
def _is_atom(m: Interpreter, value: Value) -> Value:
    return type(value) in (
        int,
        float,
        complex,
        str,
        bytes,
        bool,
        type(None),
        range,
        type(...),
        Function,
        Native,
    ) or isinstance(value, Class)


@native("new_like", module="_natives")
def _new_like(m: Interpreter, value: Value) -> Value:
    """An instance of the same class without fields."""
    if type(value) is not Instance:
        raise NotSimulated(f"a copy of a {type_name(value)}")
    payload = value.payload
    if type(payload) in (list, dict, SetValue):
        payload = type(payload)()
    return Instance(value.cls, payload)


@native("set_fields", module="_natives")
def _set_fields(m: Interpreter, value: Value, fields: Value) -> Value:
    watching.replace_fields(m, value, fields)


@native("refuse", module="_natives")
def _refuse(m: Interpreter, what: Value) -> Value:
    """End the program: something is not simulated."""
    raise NotSimulated(what)


@native("mark", module="_natives")
def _mark(m: Interpreter, what: Value) -> Value:
    """Say that something is not simulated, and go on."""
    m.system.unsimulated(what)


@native("lists_name", module="_natives")
def _lists_name(m: Interpreter, module: Value, name: Value) -> Value:
    """Whether the real module has a name."""
    return name in (real_names.names_of("modules", module, m.minor) or ())


@native("type_table", module="_natives")
def _type_table(m: Interpreter) -> Value:
    """The names of `types` that are classes of the language."""
    return {
        "FunctionType": types.FUNCTION, "LambdaType": types.FUNCTION, "MethodType": types.METHOD,
        "BuiltinFunctionType": types.BUILTIN_FUNCTION, "ModuleType": types.MODULE, "NoneType": types.NONE_TYPE,
        "GeneratorType": types.GENERATORS["generator"], "CoroutineType": types.GENERATORS["coroutine"],
        "MappingProxyType": generics.MAPPING_PROXY, "GenericAlias": generics.GENERIC_ALIAS, "UnionType": generics.UNION,
        "TracebackType": tracebacks.TRACEBACK, "EllipsisType": types.ELLIPSIS_TYPE,
    }  # fmt: skip


@native("exact_root", module="_natives")
def _exact_root(m: Interpreter, numerator: Value, denominator: Value) -> Value:
    """The square root of a fraction, rounded once."""
    if m.minor < 11:
        return math.sqrt(numerator / denominator)
    shift = (numerator.bit_length() - denominator.bit_length() - 109) // 2
    if shift >= 0:
        root = math.isqrt(numerator // (denominator << 2 * shift)) | 1
        return float(root << shift)
    scaled = (numerator << -2 * shift) // denominator
    root = math.isqrt(scaled)
    return (root | (root * root != scaled)) / (1 << -shift)


@native("make_init", module="_natives")
def _make_init(
    m: Interpreter, cls: Value, plain: Value, only: Value, optional: Value, lines: Value, details: Value
) -> Value:
    """Give a dataclass an `__init__` whose parameters are its fields; tracebacks name its lines as the real one's."""
    marks = [f"{name}=_o" if name in optional else name for name in plain]
    named = [f"{name}=_o" if name in optional else name for name in only]
    parameters = ", ".join(["self", *marks, *(["*", *named] if named else [])])
    body = "\n".join(f"        {line}" for line in lines)
    text = (
        f"def make(_o, _set, _d, _f):\n    def __init__({parameters}):\n{body}\n    return __init__\n"
        f"# {cls.module}.{cls.qualname}\n"
    )
    source = Source.of("python", text, "<string>", m.minor, "")
    code = next(code for code in source_codes(source) if code.name == "make")
    maker = Function(code, {"__name__": cls.module}, [], (), {})  # type: ignore[arg-type]
    made = m.call_now(maker, [END, *details])
    made.names["__qualname__"] = f"{cls.qualname}.__init__"
    made.code = qualified(made.code, f"{cls.qualname}.__init__")
    cls.names["__init__"] = made


def qualified(code: FunctionCode, name: str) -> FunctionCode:
    """A code of a source of its own kind under a name of its own."""
    code.qualname = name
    return code


@native("format_exception_text", module="_natives")
def _format_exception_text(m: Interpreter, value: Value, chain: Value) -> Value:
    return tracebacks.format_exception(m, value, m.truth(chain), True)


@native("format_last_text", module="_natives")
def _format_last_text(m: Interpreter, value: Value) -> Value:
    return tracebacks.format_last(m, value)


@native("format_entries_text", module="_natives")
def _format_entries_text(m: Interpreter, value: Value) -> Value:
    return [] if value is None else [tracebacks.describe_entry(m, each, True) for each in reversed(value.entries)]


@native("unittest_text", module="_natives")
def _unittest_text(m: Interpreter, value: Value, is_failure: Value) -> Value:
    """An exception as unittest tells it: without its own frames, and without what lies within a check that failed."""
    first = True
    pending, seen = [value], [value]
    while pending:
        each = pending.pop()
        entries = list(each.entries)
        while entries and of_unittest(entries[-1]):
            entries.pop()
        if first and is_failure:
            inner = [place for place, entry in enumerate(entries) if of_unittest(entry)]
            entries = entries[inner[-1] + 1 :] if inner else entries
        each.entries = entries
        first = False
        for other in (each.cause, each.context):
            if other is not None and not any(other is known for known in seen):
                seen.append(other)
                pending.append(other)
    return tracebacks.format_exception(m, value, True, True)


def of_unittest(entry: Value) -> bool:
    """Whether a line of a traceback is one of unittest's own, which are not shown."""
    name: str = entry[0].source.name
    return name.startswith("<library unittest") and name != "<library unittest.mock>"


@native("stack_text", module="_natives")
def _stack_text(m: Interpreter) -> Value:
    raise NotSimulated("traceback.print_stack")


@native("caller_place", module="_natives")
def _caller_place(m: Interpreter, level: Value) -> Value:
    """The file, line and function of who has called the library."""
    frame = m.top
    while frame is not None:
        code = frame.code
        if isinstance(code, FunctionCode) and not code.hidden:
            level -= 1
            if level <= 0:
                return (code.source.name, code.positions[frame.place - 1][0], code.name)
        frame = frame.caller
    return ("(unknown file)", 0, "(unknown function)")


@native("is_coroutine_function", module="_natives")
def _is_coroutine_function(m: Interpreter, value: Value) -> Value:
    function = getattr(value, "function", value)
    return type(function) is Function and function.code.kind == "coroutine"


@native("generic_alias", module="_natives")
def _generic_alias(m: Interpreter, cls: Value, args: Value) -> Value:
    """`cls[args]`, for a class of the library's texts."""
    return generics.GenericAlias(cls, args)


@native("function_kind", module="_natives")
def _function_kind(m: Interpreter, value: Value) -> Value:
    """What a call of a function makes: function, generator, coroutine or async generator."""
    function = getattr(value, "function", value)
    return function.code.kind if type(function) is Function else "function"


@native("parameters", module="_natives")
def _parameters(m: Interpreter, value: Value) -> Value:
    """The parameters of a function that can be given by name, and the defaults of those that have one."""
    function = getattr(value, "function", value)
    if type(function) is not Function:
        raise NotSimulated(f"the parameters of a {type_name(value)}")
    code = function.code
    names = [*code.parameters, *code.keyword_only]
    defaults = dict(
        zip(code.parameters[len(code.parameters) - len(function.defaults) :], function.defaults, strict=True)
    )
    return (names, {**defaults, **(function.keyword_defaults or {})})


@native("library_entries", module="_natives")
def _library_entries(m: Interpreter, package: Value, version: Value, file: Value, frames: Value) -> Value:
    """Lines of a traceback through a package's own file, outermost first: (line, function, text, start, end).

    Nothing where another version of the package is installed, whose lines are not known.
    """
    site = pip_site.find_site(m.system)
    found = pip_site.installed(m.system, site).get(package)
    if found is not None and found.version != version:
        return ""
    text = ""
    for line, function, source, start, end in frames:
        position = (line, start, line, end if end > start else len(source))
        text += f'  File "{site.directory}/{package}/{file}", line {line}, in {function}\n'
        text += anchors.shown_lines([source], position, m.minor)
    return text


@native("server_text", module="_natives")
def _server_text(m: Interpreter, value: Value, among: Value = False) -> Value:
    """An exception without the lines of the server that called the program, and the names of its functions there.

    Where more than those is not known, a mark and what can be told. `among`: lines of the library that stand among
    the program's own are left out too; who asks so has said that they are not there.
    """
    left = []
    if among:
        value.entries = [each for each in value.entries if not each[0].hidden]
    while value.entries and value.entries[-1][0].hidden:
        left.append(value.entries.pop()[0].name)
    try:
        return (tracebacks.format_exception(m, value, True, True), left)
    except NotSimulated as problem:
        m.system.unsimulated(str(problem))
    return (tracebacks.format_last(m, value), left)


@native("command_line", module="_natives")
def _command_line(m: Interpreter) -> Value:
    """The interpreter and all words that this program was started with."""
    return (m.state["executable"], list(m.system.argv))


@native("source_line", module="_natives")
def _source_line(m: Interpreter, name: Value, line: Value) -> Value:
    found = tracebacks.source_line(m, name, line)
    return found[0] if found else ""
