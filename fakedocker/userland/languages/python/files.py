"""Open files, standard streams and files in memory: text and bytes, with the buffers of the real ones."""

from __future__ import annotations

import errno
from typing import Any, Final

from fakedocker.kernel import program
from fakedocker.userland.languages.machine.cells import NotSimulated, Value
from fakedocker.userland.languages.python import iteration, watching
from fakedocker.userland.languages.python.errors import EXCEPTIONS, OBJECT, Raised, error, os_error, type_error
from fakedocker.userland.languages.python.signs import Interpreter
from fakedocker.userland.languages.python.types import native, payload_of, type_name
from fakedocker.userland.languages.python.values import BuiltinClass, ExceptionValue, GetSet, Opaque

TEXT: Final = BuiltinClass("TextIOWrapper", OBJECT, module="_io")
WRITER: Final = BuiltinClass("BufferedWriter", OBJECT, module="_io")
READER: Final = BuiltinClass("BufferedReader", OBJECT, module="_io")
RANDOM: Final = BuiltinClass("BufferedRandom", OBJECT, module="_io")
STRING_IO: Final = BuiltinClass("StringIO", OBJECT, module="_io")
BYTES_IO: Final = BuiltinClass("BytesIO", OBJECT, module="_io")
UNSUPPORTED: Final = BuiltinClass("UnsupportedOperation", EXCEPTIONS["OSError"], module="io")
UNSUPPORTED.bases = (EXCEPTIONS["OSError"], EXCEPTIONS["ValueError"])
UNSUPPORTED.mro = (
    UNSUPPORTED,
    *EXCEPTIONS["OSError"].mro[:1],
    EXCEPTIONS["ValueError"],
    *EXCEPTIONS["OSError"].mro[1:],
)
CLASSES: Final = ("TextIOWrapper", "BufferedWriter", "BufferedReader", "BufferedRandom", "StringIO", "BytesIO")
BUFFER_BYTES: Final = 8192
State = dict[str, Any]


def new_file(cls: BuiltinClass, fd: int, name: Value, mode: str, text: bool, **more: Value) -> Opaque:
    """An open file over a descriptor."""
    state: State = {
        "fd": fd, "name": name, "mode": mode, "text": text, "out": bytearray(), "in": b"", "closed": False,
        "line": False, "through": False, "encoding": "utf-8", "errors": "strict", "newline": None, "eof": False, **more,
    }  # fmt: skip
    return Opaque(cls, state)


def open_file(
    m: Interpreter, path: Value, mode: str, encoding: Value, newline: Value, errors: Value, buffering: int = -1
) -> Opaque:
    """open(). Raises OSError and ValueError in the program."""
    letters = set(mode)
    if letters - set("rwaxbt+U") or len(letters) != len(mode) or sum(each in letters for each in "rwax") != 1:
        if letters - set("rwaxbt+U") or len(letters) != len(mode):
            raise error("ValueError", f"invalid mode: '{mode}'")
        raise error("ValueError", "must have exactly one of create/read/write/append mode")
    if "b" in letters and encoding is not None:
        raise error("ValueError", "binary mode doesn't take an encoding argument")
    flags = 0
    if "r" in letters or "+" in letters:
        flags |= program.READ
    if letters & set("wax") or "+" in letters:
        flags |= program.WRITE
    if letters & set("wax"):
        flags |= program.CREATE
    if "w" in letters:
        flags |= program.TRUNCATE
    if "a" in letters:
        flags |= program.APPEND
    if "x" in letters:
        flags |= program.EXCLUSIVE
    name = path_of(m, path)
    if type(path) is int:
        fd = path
    else:
        try:
            if m.system.stat(name).kind == "dir":
                raise os_error(errno.EISDIR, "Is a directory", path if type(path) is int else name)
        except OSError:
            pass
        try:
            fd = m.system.open(name, flags)
        except OSError as problem:
            raise os_error(problem.errno or 0, problem.strerror or "", path if type(path) is int else name) from None
    is_text = "b" not in letters
    cls = TEXT if is_text else (RANDOM if "+" in letters else READER if "r" in letters else WRITER)
    made = new_file(cls, fd, path, mode, is_text, newline=newline)
    made.state["line"] = buffering == 1 or (is_text and m.system.is_terminal(fd))
    made.state["through"] = buffering == 0
    if encoding is not None:
        made.state["encoding"] = encoding
    if errors is not None:
        made.state["errors"] = errors
    register(m, made)
    return made


def register(m: Interpreter, file: Opaque) -> None:
    """Remember a file that must be flushed when it is dropped, or at the end."""
    if set(file.state["mode"]) & set("wax+"):
        watching.watch_file(m, file)


def path_of(m: Interpreter, path: Value) -> str:
    """A path as text. Raises TypeError in the program."""
    plain = payload_of(path)
    if isinstance(plain, str):
        if "\0" in plain:
            raise error("ValueError", "embedded null byte")
        return plain
    if isinstance(plain, bytes):
        return plain.decode("utf-8", "surrogateescape")
    if type(plain) is int:
        return ""
    method = m.special(path, "__fspath__")
    if method is not None:
        return str(m.call_now(method, []))
    raise type_error(f"expected str, bytes or os.PathLike object, not {type_name(path)}")


# writing


def write_bytes(m: Interpreter, state: State, data: bytes) -> None:
    """As a buffered writer takes bytes."""
    out: bytearray = state["out"]
    if state["through"]:
        m.system.put(data, state["fd"])
        return
    if len(out) + len(data) > BUFFER_BYTES:
        if out:
            _put(m, state, bytes(out))
            out.clear()
        whole = len(data) - len(data) % BUFFER_BYTES if len(data) > BUFFER_BYTES else 0
        if whole:
            _put(m, state, data[:whole])
            data = data[whole:]
    out += data


def _put(m: Interpreter, state: State, data: bytes) -> None:
    try:
        if state["fd"] <= 2 or state.get("stream"):
            m.system.put(data, state["fd"])
        else:
            m.system.put(data, state["fd"])
    except OSError as problem:
        raise os_error(problem.errno or 0, problem.strerror or "") from None


def write_text(m: Interpreter, file: Opaque, text: str) -> None:
    """write() of a text file."""
    state = file.state
    newline = state["newline"]
    data = text.replace("\n", newline) if newline not in (None, "", "\n") else text
    try:
        raw = data.encode(state["encoding"], state["errors"])
    except UnicodeEncodeError as problem:
        raise error("UnicodeEncodeError", *problem.args) from None
    pending: bytearray = state.setdefault("pending", bytearray())
    pending += raw
    if len(pending) >= BUFFER_BYTES or state["through"] or (state["line"] and ("\n" in text or "\r" in text)):
        write_bytes(m, state, bytes(pending))
        pending.clear()
        if state["line"]:
            flush(m, file)


def can_be_written(file: Opaque, text: str) -> bool:
    """Whether the file's encoding has all characters of a text."""
    try:
        text.encode(file.state["encoding"], file.state["errors"])
    except UnicodeEncodeError:
        return False
    return True


def flush(m: Interpreter, file: Opaque) -> None:
    """Hand everything to the system."""
    state = file.state
    pending = state.get("pending")
    if pending:
        write_bytes(m, state, bytes(pending))
        pending.clear()
    if state["out"]:
        _put(m, state, bytes(state["out"]))
        state["out"].clear()


def flush_all(m: Interpreter) -> None:
    """At the end of the process."""
    for file in [*watching.open_files(m), *m.state.get("streams", ())]:
        if isinstance(file, Opaque) and not file.state["closed"] and "fd" in file.state:
            flush(m, file)


# reading


def _check_open(file: Opaque, what: str = "") -> State:
    state: State = file.state
    if state["closed"]:
        raise error("ValueError", f"I/O operation on closed file{'.' if state['text'] or what else ''}")
    return state


def check_readable(file: Opaque) -> State:
    state = _check_open(file)
    if "r" not in state["mode"] and "+" not in state["mode"]:
        raise _unsupported("not readable" if state["text"] else "read")
    return state


def _unsupported(words: str) -> Exception:
    return Raised(ExceptionValue(UNSUPPORTED, (words,)))


def fill(m: Interpreter, state: State) -> bool:
    """Read more into the buffer; whether there was some. Blocks."""
    if "stream" not in state and state["out"]:
        _put(m, state, bytes(state["out"]))
        state["out"].clear()
    data = _read(m, state)
    state["in"] += data
    return bool(data)


def _read(m: Interpreter, state: State) -> bytes:
    from fakedocker.userland.languages.python import signals

    if state["fd"] == 0 or state.get("stream"):
        m.waiting_fd = state["fd"]
        m.system.poll([state["fd"]])
        m.waiting_fd = None
        signals.check(m)
    try:
        return m.system.read(state["fd"])  # type: ignore[no-any-return]
    except OSError as problem:
        raise os_error(problem.errno or 0, problem.strerror or "") from None


def read_line_bytes(m: Interpreter, state: State, limit: int = -1) -> bytes:
    """Up to and with the next newline. Blocks."""
    while b"\n" not in state["in"] and not (0 <= limit <= len(state["in"])):
        if not fill(m, state):
            break
    data: bytes = state["in"]
    end = data.find(b"\n") + 1 or len(data)
    if limit >= 0:
        end = min(end, limit)
    state["in"] = data[end:]
    return data[:end]


def decoded(file: Opaque, data: bytes) -> str:
    """Bytes of a text file as text, its newlines as the file says."""
    state = file.state
    try:
        text: str = data.decode(state["encoding"], state["errors"])
    except UnicodeDecodeError as problem:
        raise error("UnicodeDecodeError", *problem.args) from None
    return text.replace("\r\n", "\n").replace("\r", "\n") if state["newline"] is None else text


def read(m: Interpreter, file: Opaque, size: int) -> Value:
    """read(). Blocks."""
    state = check_readable(file)
    if not state["text"]:
        while (size < 0 or len(state["in"]) < size) and fill(m, state):
            pass
        end = len(state["in"]) if size < 0 else size
        data, state["in"] = state["in"][:end], state["in"][end:]
        return data
    if size < 0:
        while fill(m, state):
            pass
        data, state["in"] = state["in"], b""
        return decoded(file, data)
    while True:
        whole = state["in"]
        text = whole.decode(state["encoding"], "ignore")
        if len(text) >= size or not fill(m, state):
            break
    part = text[:size]
    state["in"] = whole[len(part.encode(state["encoding"])) :]
    return part.replace("\r\n", "\n") if state["newline"] is None else part


def read_line(m: Interpreter, file: Opaque, limit: int = -1) -> Value:
    """readline(). Blocks."""
    state = check_readable(file)
    if state["text"] and limit >= 0:
        raise NotSimulated("readline with a limit")
    data = read_line_bytes(m, state, limit)
    return decoded(file, data) if state["text"] else data


def close_dropped(m: Interpreter, file: Value) -> None:
    """Close a file that nothing refers to any more; anything else is left alone."""
    if isinstance(file, Opaque) and file.cls.name in CLASSES and "fd" in file.state and not file.state["closed"]:
        close(m, file)


def close(m: Interpreter, file: Opaque) -> None:
    state = file.state
    if state["closed"]:
        return
    flush(m, file)
    state["closed"] = True
    try:
        if state["fd"] > 2:
            m.system.close(state["fd"])
    except OSError:
        pass
    watching.forget(m, file)


def seek(m: Interpreter, file: Opaque, offset: int, whence: int) -> int:
    state = _check_open(file)
    flush(m, file)
    if whence == 1:
        offset -= len(state["in"])
    state["in"] = b""
    try:
        return m.system.seek(state["fd"], offset, whence)  # type: ignore[no-any-return]
    except OSError as problem:
        raise os_error(problem.errno or 0, problem.strerror or "") from None


def tell(m: Interpreter, file: Opaque) -> int:
    state = _check_open(file)
    flush(m, file)
    return int(m.system.seek(state["fd"], 0, 1)) - len(state["in"])


for _cls in (TEXT, WRITER, READER, RANDOM):
    for _name in ("name", "mode", "closed", "encoding", "errors"):
        _cls.names[_name] = GetSet(_cls.name, _name, lambda m, value, name=_name: value.state[name])  # type: ignore[misc]
TEXT.names["buffer"] = GetSet("TextIOWrapper", "buffer", lambda m, value: binary_of(value))
TEXT.names["line_buffering"] = GetSet("TextIOWrapper", "line_buffering", lambda m, value: value.state["line"])


def binary_of(file: Opaque) -> Opaque:
    """The bytes behind a text file: the same buffers."""
    state = file.state
    made = state.get("binary")
    if made is None:
        cls = READER if "r" in state["mode"] else WRITER
        inner = {**state, "text": False, "owner": file}
        made = state["binary"] = Opaque(cls, inner)
    return made  # type: ignore[no-any-return]


__all__ = ["iteration", "native"]
