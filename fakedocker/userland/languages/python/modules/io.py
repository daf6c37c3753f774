"""io: methods of files, StringIO and BytesIO, print() and input()."""

from __future__ import annotations

from typing import Any, Final

from fakedocker.userland.languages.machine.cells import NotSimulated, Value
from fakedocker.userland.languages.python import calls, files
from fakedocker.userland.languages.python.errors import error, type_error
from fakedocker.userland.languages.python.files import CLASSES, STRING_IO, TEXT, UNSUPPORTED
from fakedocker.userland.languages.python.library import BUILTINS, names_for
from fakedocker.userland.languages.python.signs import Interpreter
from fakedocker.userland.languages.python.types import native, type_name
from fakedocker.userland.languages.python.values import BuiltinClass, GetSet, Native, Opaque

_ATOMS: Final = frozenset((str, int, float, bool, complex, bytes, type(None), range))
"""What is shown without code of the program."""
_FILES: Final = ("TextIOWrapper", "BufferedWriter", "BufferedReader", "BufferedRandom")


@native("open", keywords=True)
def _open(
    m: Interpreter, file: Value, mode: Value = "r", buffering: Value = -1, encoding: Value = None, errors: Value = None,
    newline: Value = None, closefd: Value = True, opener: Value = None,
) -> Value:  # fmt: skip
    if not closefd or opener is not None:
        raise NotSimulated("closefd and opener of open()")
    if type(mode) is not str:
        raise type_error(f"open() argument 'mode' must be str, not {type_name(mode)}")
    return files.open_file(m, file, mode, encoding, newline, errors, buffering)


BUILTINS["open"] = Native.known["builtins:.open"]


def _write(m: Interpreter, file: Opaque, data: Value) -> Value:
    state = file.state
    if state["closed"]:
        raise error("ValueError", "I/O operation on closed file." if state["text"] else "write to closed file")
    if not set(state["mode"]) & set("wax+"):
        raise files._unsupported("not writable" if state["text"] else "write")
    if state["text"]:
        if type(data) is not str:
            data = getattr(data, "payload", data)
            if type(data) is not str:
                raise type_error(f"write() argument must be str, not {type_name(data)}")
        files.write_text(m, file, data)
        return len(data)
    if type(data) is str:
        raise type_error("a bytes-like object is required, not 'str'")
    if "owner" in state:
        files.flush(m, state["owner"])
    files.write_bytes(m, state, bytes(data))
    if state["line"] or (state.get("owner") is not None and state["line"]):
        files.flush(m, file)
    return len(data)


def _read(m: Interpreter, file: Opaque, size: Value = -1) -> Value:
    return files.read(m, file, -1 if size is None else size)


def _readline(m: Interpreter, file: Opaque, size: Value = -1) -> Value:
    return files.read_line(m, file, size)


def _readlines(m: Interpreter, file: Opaque, hint: Value = -1) -> Value:
    text = files.read(m, file, -1)
    return text.splitlines(True) if not file.state["text"] else _lines(text)


def _lines(text: str) -> list[str]:
    found = text.split("\n")
    lines = [line + "\n" for line in found[:-1]]
    return [*lines, found[-1]] if found[-1] else lines


def _writelines(m: Interpreter, file: Opaque, lines: Value) -> Value:
    for line in m.items(lines):
        _write(m, file, line)


def _next(m: Interpreter, file: Opaque) -> Value:
    found = files.read_line(m, file)
    if not found:
        raise error("StopIteration")
    return found


def _flush(m: Interpreter, file: Opaque) -> Value:
    if file.state["closed"]:
        raise error("ValueError", "I/O operation on closed file.")
    files.flush(m, file)


def _close(m: Interpreter, file: Opaque) -> Value:
    files.close(m, file)


def _enter(m: Interpreter, file: Opaque) -> Value:
    if file.state["closed"]:
        raise error("ValueError", "I/O operation on closed file.")
    return file


def _exit(m: Interpreter, file: Opaque, *details: Value) -> Value:
    files.close(m, file)


def _seek(m: Interpreter, file: Opaque, offset: Value, whence: Value = 0) -> Value:
    return files.seek(m, file, offset, whence)


def _tell(m: Interpreter, file: Opaque) -> Value:
    return files.tell(m, file)


def _truncate(m: Interpreter, file: Opaque, size: Value = None) -> Value:
    files.flush(m, file)
    length = files.tell(m, file) if size is None else size
    m.system.truncate(file.state["fd"], length)
    return length


def _repr(m: Interpreter, file: Opaque) -> Value:
    state = file.state
    if file.cls is TEXT:
        return f"<_io.TextIOWrapper name={m.shown(state['name'])} mode='{state['mode']}' encoding='{state['encoding'].upper() if state['encoding'] == 'utf-8' and state['fd'] > 2 else state['encoding']}'>"
    return f"<_io.{file.cls.name} name={m.shown(state['name'])}>"


def _isatty(m: Interpreter, file: Opaque) -> Value:
    return m.system.is_terminal(file.state["fd"])


def _reconfigure(m: Interpreter, file: Opaque, **kwargs: Value) -> Value:
    for name, value in kwargs.items():
        if name == "line_buffering":
            file.state["line"] = m.truth(value)
        elif name in ("encoding", "errors"):
            file.state[name] = value
        else:
            raise NotSimulated(f"reconfigure({name})")


_METHODS: dict[str, Any] = {
    "write": _write, "read": _read, "readline": _readline, "readlines": _readlines, "writelines": _writelines,
    "flush": _flush, "close": _close, "__enter__": _enter, "__exit__": _exit, "__next__": _next, "seek": _seek,
    "tell": _tell, "truncate": _truncate, "__repr__": _repr, "isatty": _isatty,
    "__iter__": lambda m, file: file, "fileno": lambda m, file: file.state["fd"],
    "readable": lambda m, file: bool(set(file.state["mode"]) & set("r+")),
    "writable": lambda m, file: bool(set(file.state["mode"]) & set("wax+")),
    "seekable": lambda m, file: m.system.fstat(file.state["fd"]).kind == "file",
}  # fmt: skip
for _owner in _FILES:
    for _name, _function in _METHODS.items():
        native(_name, _owner, module="_io")(_function)
native("reconfigure", "TextIOWrapper", True, module="_io")(_reconfigure)


# print and input


@native("print", keywords=True)
def _print(
    m: Interpreter, *values: Value, sep: Value = " ", end: Value = "\n", file: Value = None, flush: Value = False
) -> Value:
    target = m.modules["sys"].names.get("stdout") if file is None else file
    if target is None:
        return
    for name, given in (("sep", sep), ("end", end)):
        if given is not None and type(given) is not str:
            raise type_error(f"{name} must be None or a string, not {type_name(given)}")
    sep, end = " " if sep is None else sep, "\n" if end is None else end
    if (
        isinstance(target, Opaque)
        and target.cls in (TEXT, STRING_IO)
        and all(type(each) in _ATOMS for each in values[1:])
    ):
        text = sep.join([each if type(each) is str else m.text(each) for each in values]) + end
        if target.cls is STRING_IO:
            _string_write(m, target, text)
            return None
        if files.can_be_written(target, text):
            _write(m, target, text)
            if flush:
                files.flush(m, target)
            return None
    return calls.Tail(m.hidden_function("print_all"), [list(values), sep, end, target, flush])


@native("input")
def _input(m: Interpreter, prompt: Value = "") -> Value:
    names = m.modules["sys"].names
    out, given = names.get("stdout"), names.get("stdin")
    if not (isinstance(given, Opaque) and given.cls is TEXT):
        if isinstance(given, Opaque) and given.cls is STRING_IO:
            _print(m, prompt, end="")
            line = _string_readline(m, given)
            if not line:
                raise error("EOFError", "EOF when reading a line")
            return line.removesuffix("\n")
        raise NotSimulated("input() from another stdin")
    if not m.state.get("prompted"):
        if isinstance(out, Opaque) and out.cls is TEXT:
            _write(m, out, m.text(prompt))
            files.flush(m, out)
        m.state["prompted"] = True
    line = files.read_line(m, given)
    m.state["prompted"] = False
    if not line:
        raise error("EOFError", "EOF when reading a line")
    return line.removesuffix("\n")


# files in memory


def _new_memory(m: Interpreter, cls: Value, initial: Value = None, newline: Value = "\n") -> Value:
    is_text = any(each is STRING_IO for each in cls.mro)
    empty: Any = "" if is_text else b""
    if initial is not None and not isinstance(initial, str if is_text else bytes | bytearray):
        if is_text:
            raise type_error(f"initial_value must be str or None, not {type_name(initial)}")
        raise type_error(f"a bytes-like object is required, not '{type_name(initial)}'")
    state: dict[str, Any] = {"value": empty + (initial if initial is not None else empty), "place": 0, "closed": False}
    if is_text and initial:
        state["value"] = str(initial).replace("\r\n", "\n")
    return Opaque(cls, state)


native("__new__", "StringIO", True, module="_io")(
    lambda m, cls, initial_value="", newline="\n": _new_memory(m, cls, initial_value)
)
native("__new__", "BytesIO", True, module="_io")(lambda m, cls, initial_bytes=b"": _new_memory(m, cls, initial_bytes))


def _memory_state(file: Opaque) -> dict[str, Any]:
    if file.state["closed"]:
        raise error(
            "ValueError", "I/O operation on closed file" if file.cls is STRING_IO else "I/O operation on closed file."
        )
    return file.state  # type: ignore[no-any-return]


def _string_write(m: Interpreter, file: Opaque, data: Value) -> Value:
    state = _memory_state(file)
    value = state["value"]
    if isinstance(value, str) and type(data) is not str:
        raise type_error(f"string argument expected, got '{type_name(data)}'")
    if isinstance(value, bytes) and not isinstance(data, bytes | bytearray):
        raise type_error(f"a bytes-like object is required, not '{type_name(data)}'")
    place = state["place"]
    if place > len(value):
        value += ("\0" if isinstance(value, str) else b"\0") * (place - len(value))
    from fakedocker.userland.languages.python.operators import check_size

    check_size(m, len(value) + len(data))
    state["value"] = value[:place] + data + value[place + len(data) :]
    state["place"] = place + len(data)
    return len(data)


def _string_read(m: Interpreter, file: Opaque, size: Value = -1) -> Value:
    state = _memory_state(file)
    value, place = state["value"], state["place"]
    end = len(value) if size is None or size < 0 else min(len(value), place + size)
    state["place"] = max(end, place)
    return value[place:end]


def _string_readline(m: Interpreter, file: Opaque, size: Value = -1) -> Value:
    state = _memory_state(file)
    value, place = state["value"], state["place"]
    newline = value.find("\n" if isinstance(value, str) else b"\n", place)
    end = len(value) if newline < 0 else newline + 1
    state["place"] = max(end, place)
    return value[place:end]


def _string_lines(m: Interpreter, file: Opaque) -> Value:
    found = []
    while line := _string_readline(m, file):
        found.append(line)
    return found


def _string_next(m: Interpreter, file: Opaque) -> Value:
    found = _string_readline(m, file)
    if not found:
        raise error("StopIteration")
    return found


def _string_seek(m: Interpreter, file: Opaque, offset: Value, whence: Value = 0) -> Value:
    state = _memory_state(file)
    state["place"] = offset if whence == 0 else (len(state["value"]) if whence == 2 else state["place"]) + offset
    return state["place"]


def _string_truncate(m: Interpreter, file: Opaque, size: Value = None) -> Value:
    state = _memory_state(file)
    length = state["place"] if size is None else size
    state["value"] = state["value"][:length]
    return length


def _string_close(m: Interpreter, file: Opaque, *details: Value) -> Value:
    file.state["closed"] = True


_MEMORY_METHODS: dict[str, Any] = {
    "write": _string_write, "read": _string_read, "readline": _string_readline, "readlines": _string_lines,
    "getvalue": lambda m, file: _memory_state(file)["value"], "seek": _string_seek, "truncate": _string_truncate,
    "tell": lambda m, file: _memory_state(file)["place"], "close": _string_close, "__exit__": _string_close,
    "__enter__": lambda m, file: file, "__iter__": lambda m, file: file, "__next__": _string_next,
    "flush": lambda m, file: None, "isatty": lambda m, file: False, "readable": lambda m, file: True,
    "writable": lambda m, file: True, "seekable": lambda m, file: True,
    "writelines": lambda m, file, lines: [_string_write(m, file, each) for each in m.items(lines)] and None,
}  # fmt: skip
for _owner in ("StringIO", "BytesIO"):
    for _name, _function in _MEMORY_METHODS.items():
        native(_name, _owner, module="_io")(_function)
    BuiltinClass.known[f"_io.{_owner}"].names["closed"] = GetSet(
        _owner, "closed", lambda m, value: value.state["closed"]
    )


@names_for("io")
def _names(m: Interpreter) -> dict[str, Value]:
    return {
        **{name: BuiltinClass.known[f"_io.{name}"] for name in CLASSES}, "UnsupportedOperation": UNSUPPORTED,
        "SEEK_SET": 0, "SEEK_CUR": 1, "SEEK_END": 2, "DEFAULT_BUFFER_SIZE": 8192 if m.minor < 14 else 131072,
        "open": BUILTINS["open"],
    }  # fmt: skip
