"""Exceptions as objects: their text, their attributes, and which one is a cause or context of which."""

from __future__ import annotations

from fakedocker.userland.languages.machine.cells import NotSimulated, Value
from fakedocker.userland.languages.python.errors import EXCEPTIONS, OF_ERRNO, classes_caught, type_error
from fakedocker.userland.languages.python.signs import Interpreter
from fakedocker.userland.languages.python.types import native, type_name
from fakedocker.userland.languages.python.values import Class, ExceptionValue, GetSet, Native


def exception_text(m: Interpreter, value: ExceptionValue) -> str:
    """str() of an exception."""
    args = value.args
    mro = value.cls.mro
    if EXCEPTIONS["OSError"] in mro and len(args) >= 2:
        number, words = args[0], args[1]
        filename = value.fields.get("filename")
        shown = f"[Errno {m.text(number)}] {m.text(words)}"
        if filename is not None:
            shown += f": {m.shown(filename)}"
            if value.fields.get("filename2") is not None:
                shown += f" -> {m.shown(value.fields['filename2'])}"
        return shown
    if EXCEPTIONS["KeyError"] in mro and len(args) == 1:
        return m.shown(args[0])  # type: ignore[no-any-return]
    if EXCEPTIONS["SyntaxError"] in mro and "lineno" in value.fields:
        name = str(value.fields.get("filename") or "<unknown>").rpartition("/")[2]
        return f"{args[0]} ({name}, line {value.fields['lineno']})"
    if EXCEPTIONS["UnicodeError"] in mro and len(args) == 5:
        return _unicode_text(args)
    if EXCEPTIONS["BaseExceptionGroup"] in mro and len(args) == 2:
        from fakedocker.userland.languages.python.exception_groups import group_text

        return group_text(m, value)
    if not args:
        return ""
    return m.text(args[0]) if len(args) == 1 else m.shown(args)  # type: ignore[no-any-return]


def _unicode_text(args: tuple[Value, ...]) -> str:
    codec, data, start, end, reason = args
    if isinstance(data, bytes):
        if end == start + 1:
            return f"'{codec}' codec can't decode byte 0x{data[start]:02x} in position {start}: {reason}"
        return f"'{codec}' codec can't decode bytes in position {start}-{end - 1}: {reason}"
    if end == start + 1:
        code = ord(data[start])
        shown = f"\\x{code:02x}" if code <= 0xFF else f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
        return f"'{codec}' codec can't encode character '{shown}' in position {start}: {reason}"
    return f"'{codec}' codec can't encode characters in position {start}-{end - 1}: {reason}"


def exception_repr(m: Interpreter, value: ExceptionValue) -> str:
    """repr() of an exception."""
    if len(value.args) == 1:
        return f"{value.cls.name}({m.shown(value.args[0])})"
    return f"{value.cls.name}{m.shown(value.args)}"


def make_exception(m: Interpreter, cls: Value) -> ExceptionValue:
    """What `raise cls` raises: an instance, or an instance of the class. Raises TypeError in the program."""
    if type(cls) is ExceptionValue:
        return cls
    if isinstance(cls, Class) and EXCEPTIONS["BaseException"] in cls.mro:
        made = m.call_now(cls, [])
        if type(made) is ExceptionValue:
            return made
        raise type_error(
            f"calling {m.shown(cls)} should have returned an instance of BaseException, not {m.shown(made)}"
        )
    raise type_error("exceptions must derive from BaseException")


def matches(m: Interpreter, value: ExceptionValue, wanted: Value) -> bool:
    """Whether `except wanted` catches an exception."""
    return any(each in value.cls.mro for each in classes_caught(wanted))


_BASE = "BaseException"


def _read_args(m: Interpreter, value: ExceptionValue) -> Value:
    return value.args


def _write_args(m: Interpreter, value: ExceptionValue, new: Value) -> None:
    value.args = tuple(m.items_now(new))


def _write_cause(m: Interpreter, value: ExceptionValue, new: Value) -> None:
    value.cause = new
    value.suppress = True


def _write_context(m: Interpreter, value: ExceptionValue, new: Value) -> None:
    value.context = new


def _write_suppress(m: Interpreter, value: ExceptionValue, new: Value) -> None:
    value.suppress = bool(new)


def _read_traceback(m: Interpreter, value: ExceptionValue) -> Value:
    from fakedocker.userland.languages.python.tracebacks import Traceback

    return Traceback(list(value.entries)) if value.entries else None


def _write_traceback(m: Interpreter, value: ExceptionValue, new: Value) -> None:
    value.entries = [] if new is None else list(new.entries)


for _name, _read, _write in (
    ("args", _read_args, _write_args),
    ("__cause__", lambda m, value: value.cause, _write_cause),
    ("__context__", lambda m, value: value.context, _write_context),
    ("__suppress_context__", lambda m, value: value.suppress, _write_suppress),
    ("__traceback__", _read_traceback, _write_traceback),
):
    EXCEPTIONS[_BASE].names[_name] = GetSet(_BASE, _name, _read, _write)


@native("with_traceback", _BASE)
def _with_traceback(m: Interpreter, value: ExceptionValue, traceback: Value) -> Value:
    _write_traceback(m, value, traceback)
    return value


@native("add_note", _BASE)
def _add_note(m: Interpreter, value: ExceptionValue, note: Value) -> Value:
    if m.minor < 11:
        raise NotSimulated("add_note before Python 3.11")
    if type(note) is not str:
        raise type_error(f"note must be a str, not '{type_name(note)}'")
    value.fields.setdefault("__notes__", []).append(note)
    return None


@native("__init__", _BASE)
def _init(m: Interpreter, value: ExceptionValue, *args: Value) -> Value:
    value.args = args
    return None


@native("__str__", _BASE)
def _str(m: Interpreter, value: ExceptionValue) -> Value:
    return exception_text(m, value)


@native("__repr__", _BASE)
def _repr(m: Interpreter, value: ExceptionValue) -> Value:
    return exception_repr(m, value)


@native("__new__", _BASE)
def _new(m: Interpreter, cls: Class, *args: Value, **kwargs: Value) -> Value:
    return ExceptionValue(cls, args)


def _os_reader(place: int, name: str) -> GetSet:
    def read(m: Interpreter, value: ExceptionValue) -> Value:
        if name in value.fields:
            return value.fields[name]
        return value.args[place] if len(value.args) >= 2 and len(value.args) > place else None

    def write(m: Interpreter, value: ExceptionValue, new: Value) -> None:
        value.fields[name] = new

    return GetSet("OSError", name, read, write)


for _place, _name in enumerate(("errno", "strerror", "filename", "winerror", "filename2")):
    if _name != "winerror":
        EXCEPTIONS["OSError"].names[_name] = _os_reader(_place, _name)


def _simple_field(owner: str, name: str) -> GetSet:
    def read(m: Interpreter, value: ExceptionValue) -> Value:
        return value.fields.get(name)

    def write(m: Interpreter, value: ExceptionValue, new: Value) -> None:
        value.fields[name] = new

    return GetSet(owner, name, read, write)


for _owner, _fields in (
    ("ImportError", ("name", "path", "msg")), ("NameError", ("name",)), ("AttributeError", ("name", "obj")),
    ("SyntaxError", ("lineno", "offset", "text", "filename", "msg", "end_lineno", "end_offset", "print_file_and_line")),
):  # fmt: skip
    for _name in _fields:
        EXCEPTIONS[_owner].names[_name] = _simple_field(_owner, _name)


def _first_argument(m: Interpreter, value: ExceptionValue) -> Value:
    if "value" in value.fields:
        return value.fields["value"]
    return value.args[0] if value.args else None


EXCEPTIONS["StopIteration"].names["value"] = GetSet("StopIteration", "value", _first_argument)


def exit_code(m: Interpreter, value: ExceptionValue) -> Value:
    if "code" in value.fields:
        return value.fields["code"]
    return None if not value.args else value.args[0] if len(value.args) == 1 else value.args


def _write_exit_code(m: Interpreter, value: ExceptionValue, new: Value) -> None:
    value.fields["code"] = new


EXCEPTIONS["SystemExit"].names["code"] = GetSet("SystemExit", "code", exit_code, _write_exit_code)


def _unicode_reader(owner: str, place: int, name: str) -> GetSet:
    return GetSet(owner, name, lambda m, value: value.args[place] if len(value.args) == 5 else None)


for _owner in ("UnicodeDecodeError", "UnicodeEncodeError"):
    for _place, _name in enumerate(("encoding", "object", "start", "end", "reason")):
        EXCEPTIONS[_owner].names[_name] = _unicode_reader(_owner, _place, _name)


def _make_os_error(m: Interpreter, cls: Class, *args: Value) -> Value:
    """OSError(2, "...") is a FileNotFoundError."""
    if cls is EXCEPTIONS["OSError"] and len(args) >= 2 and type(args[0]) is int:
        cls = EXCEPTIONS[OF_ERRNO.get(args[0], "OSError")]
    made = ExceptionValue(cls, args[:2] if len(args) > 2 else args)
    if len(args) > 2:
        made.fields["filename"] = args[2]
    if len(args) > 4:
        made.fields["filename2"] = args[4]
    return made


EXCEPTIONS["OSError"].names["__new__"] = Native("__new__", _make_os_error, "OSError")
