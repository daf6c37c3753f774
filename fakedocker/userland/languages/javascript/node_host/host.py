"""Natives that node's library, which is written in JavaScript, is made of: the object `__host__` that only it sees."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable

from fakedocker.kernel.program import System
from fakedocker.userland.languages.javascript.builtins.buffers import is_typed
from fakedocker.userland.languages.javascript.cells import JsBytes, JsFunction, JsObject, Value, is_callable
from fakedocker.userland.languages.javascript.formatting import format_arguments
from fakedocker.userland.languages.javascript.inspecting_objects import inspect
from fakedocker.userland.languages.javascript.natives import Host, argument, function, integer
from fakedocker.userland.languages.javascript.node_host.events import Loop
from fakedocker.userland.languages.javascript.node_host.output import encoded, read_options
from fakedocker.userland.languages.javascript.operators import to_boolean, to_text
from fakedocker.userland.languages.javascript.realm import Table
from fakedocker.userland.languages.javascript.shared import Native, NativeCall
from fakedocker.userland.languages.javascript.species import array_to_fill
from fakedocker.userland.languages.javascript.telling import told_with_type
from fakedocker.userland.languages.javascript.units import from_units, to_units
from fakedocker.userland.languages.machine.cells import NotSimulated

HOST = Table("__host__")
MOST_BYTES = 64 << 20


def native(name: str, call: str = "", of_path: bool = False) -> Callable[[NativeCall], NativeCall]:
    """Register a native of the library's.

    Args:
        call: the system call that it makes, if that it fails is answered with an error's object instead of thrown.
        of_path: whether that error names the first argument, a path.
    """
    register = function("__host__", name, 0, HOST)
    if not call:
        return register

    def register_failing(run: NativeCall) -> NativeCall:
        def answer(realm: Host, this: Value, arguments: list[Value]) -> Value:
            try:
                return run(realm, this, arguments)
            except OSError as problem:
                return problem_object(realm, problem, call, text_from(realm, arguments, 0) if of_path else "")

        return register(answer)

    return register_failing


def system_of(realm: Host) -> System:
    """The system calls of the process."""
    found: System = realm.machine.system
    return found


def loop_of(realm: Host) -> Loop:
    """What the script waits for."""
    found: Loop = realm.state.host["loop"]
    return found


def text_from(realm: Host, arguments: list[Value], place: int) -> str:
    """An argument that is text, with characters beyond U+FFFF whole, as system calls take it."""
    return from_units(to_text(realm, argument(arguments, place)))


def data_from(realm: Host, value: Value) -> bytes:
    """Text or a view of bytes as bytes."""
    if isinstance(value, JsBytes):
        return bytes(value.buffer[value.offset : value.offset + byte_length(value)])
    return encoded(to_text(realm, value))


_SIZES = {
    "Int16Array": 2,
    "Uint16Array": 2,
    "Int32Array": 4,
    "Uint32Array": 4,
    "Float32Array": 4,
    "Float64Array": 8,
    "BigInt64Array": 8,
    "BigUint64Array": 8,
}


def byte_length(value: JsBytes) -> int:
    """How many bytes a view has."""
    return value.length * _SIZES.get(value.kind, 1)


def new_buffer(realm: Host, data: bytes | bytearray) -> JsBytes:
    """A Buffer."""
    if len(data) > MOST_BYTES:
        raise NotSimulated("so large a buffer")
    if len(data) > 4096:
        realm.machine.grown(len(data) >> 6)
    return JsBytes(realm.protos["Buffer"], "Buffer", bytearray(data), 0, len(data))


def problem_object(realm: Host, problem: OSError, call: str, path: str = "") -> Value:
    """An error of a system call as node throws it."""
    import errno

    code = errno.errorcode.get(problem.errno or 0, "EIO")
    said = NODE_WORDS.get(code, (problem.strerror or "unknown error").lower())
    message = f"{code}: {said}, {call}{f' {chr(39)}{path}{chr(39)}' if path else ''}"
    made = realm.new_error(realm.protos["Error"], message)
    if code == "EBADF" and call == "write":
        made.props.update(errno=-9.0, syscall=call, code=code)
    made.props.update(errno=float(-(problem.errno or 0)), code=code, syscall=call)
    if path:
        made.props["path"] = to_units(path)
    return made


NODE_WORDS = {
    "ENOENT": "no such file or directory", "EACCES": "permission denied", "EEXIST": "file already exists", "ENOTDIR": "not a directory",
    "EISDIR": "illegal operation on a directory", "ENOTEMPTY": "directory not empty", "EPERM": "operation not permitted",
    "EROFS": "read-only file system", "ENOSPC": "no space left on device", "ELOOP": "too many symbolic links encountered",
    "EBADF": "bad file descriptor", "EINVAL": "invalid argument", "EXDEV": "cross-device link not permitted", "EADDRINUSE": "address already in use",
    "ECONNREFUSED": "connection refused", "ETIMEDOUT": "connection timed out", "EPIPE": "broken pipe", "ECONNRESET": "connection reset by peer",
}  # fmt: skip


# text


@native("format")
def _format(realm: Host, this: Value, arguments: list[Value]) -> Value:
    return format_arguments(realm, arguments)


def _inspect(realm: Host, this: Value, arguments: list[Value]) -> Value:
    return inspect(realm, argument(arguments, 0), read_options(realm, argument(arguments, 1)))


INSPECT_NATIVE = Native("util.inspect", _inspect, 2)
HOST.entries["inspect"] = INSPECT_NATIVE


@native("setRaw")
def _set_raw(realm: Host, this: Value, arguments: list[Value]) -> Value:
    raw = to_boolean(argument(arguments, 0))
    system_of(realm).set_terminal_mode(0, canonical=not raw, echo=not raw, signals=not raw)
    return None


@native("encode")
def _encode(realm: Host, this: Value, arguments: list[Value]) -> Value:
    """encode(text, encoding) -> Buffer"""
    import base64
    import binascii

    text, encoding = to_text(realm, argument(arguments, 0)), to_text(realm, argument(arguments, 1)).lower()
    if encoding in ("utf8", "utf-8"):
        return new_buffer(realm, encoded(text))
    if encoding == "hex":
        digits = text[: len(text) // 2 * 2]
        end = next((place for place in range(0, len(digits), 2) if not _is_hex(digits[place : place + 2])), len(digits))
        return new_buffer(realm, bytes.fromhex(digits[:end]))
    if encoding in ("base64", "base64url"):
        plain = "".join(
            character
            for character in text.replace("-", "+").replace("_", "/")
            if character.isalnum() or character in "+/"
        )
        try:
            return new_buffer(realm, base64.b64decode(plain + "=" * (-len(plain) % 4)))
        except binascii.Error:
            return new_buffer(realm, base64.b64decode(plain[:-1] + "=" * (-(len(plain) - 1) % 4)))
    if encoding in ("latin1", "binary", "ascii"):
        return new_buffer(realm, bytes(ord(character) & 255 for character in text))
    if encoding in ("utf16le", "ucs2", "utf-16le", "ucs-2"):
        return new_buffer(realm, text.encode("utf-16-le", "surrogatepass"))
    raise realm.error("TypeError", f"Unknown encoding: {encoding}", code="ERR_UNKNOWN_ENCODING")


def _is_hex(pair: str) -> bool:
    return all(character in "0123456789abcdefABCDEF" for character in pair)


@native("decode")
def _decode(realm: Host, this: Value, arguments: list[Value]) -> Value:
    """decode(bytes, encoding, start, end) -> text"""
    import base64

    data, encoding = data_from(realm, argument(arguments, 0)), to_text(realm, argument(arguments, 1)).lower()
    start, end = integer(realm, argument(arguments, 2)), integer(realm, argument(arguments, 3), len(data))
    data = data[max(0, start) : max(0, end)]
    if encoding in ("utf8", "utf-8"):
        return to_units(data.decode("utf-8", "replace"))
    if encoding == "hex":
        return data.hex()
    if encoding == "base64":
        return base64.b64encode(data).decode()
    if encoding == "base64url":
        return base64.urlsafe_b64encode(data).decode().rstrip("=")
    if encoding in ("latin1", "binary"):
        return data.decode("latin-1")
    if encoding == "ascii":
        return bytes(byte & 127 for byte in data).decode("latin-1")
    if encoding in ("utf16le", "ucs2", "utf-16le", "ucs-2"):
        return data[: len(data) // 2 * 2].decode("utf-16-le", "surrogatepass")
    raise realm.error("TypeError", f"Unknown encoding: {encoding}", code="ERR_UNKNOWN_ENCODING")


@native("hash")
def _hash(realm: Host, this: Value, arguments: list[Value]) -> Value:
    """hash(algorithm, bytes) -> Buffer; undefined for what is not known"""
    name = to_text(realm, argument(arguments, 0)).lower().replace("-", "")
    if name not in ("md5", "sha1", "sha224", "sha256", "sha384", "sha512"):
        return None
    return new_buffer(realm, hashlib.new(name, data_from(realm, argument(arguments, 1))).digest())


@native("hmac")
def _hmac(realm: Host, this: Value, arguments: list[Value]) -> Value:
    name = to_text(realm, argument(arguments, 0)).lower().replace("-", "")
    if name not in ("md5", "sha1", "sha224", "sha256", "sha384", "sha512"):
        return None
    return new_buffer(realm, hmac.new(data_from(realm, arguments[1]), data_from(realm, arguments[2]), name).digest())


@native("randomBytes")
def _random_bytes(realm: Host, this: Value, arguments: list[Value]) -> Value:
    size = integer(realm, argument(arguments, 0))
    if size > 1 << 16:
        raise NotSimulated("so many random bytes at once")
    return new_buffer(realm, bytes(system_of(realm).random(256) for _ in range(size)))


@native("arrayToFill")
def _array_to_fill(realm: Host, this: Value, arguments: list[Value]) -> Value:
    """arrayToFill(like, length) -> an array with so many holes, of the class that another one is of."""
    return array_to_fill(realm, arguments[0], int(arguments[1]))


@native("kind")
def _kind(realm: Host, this: Value, arguments: list[Value]) -> Value:
    """What an object is, whatever it inherits from, such as Date or AsyncFunction; "" for what is none."""
    value = argument(arguments, 0)
    if isinstance(value, JsFunction):
        code = value.code
        words = ("Async" if code.is_async else "") + ("Generator" if code.is_generator else "")  # type: ignore[attr-defined]
        return f"{words}Function"
    if isinstance(value, JsBytes) and value.kind == "Buffer":
        return "Uint8Array"
    return value.kind if isinstance(value, JsObject) else ""


@native("toldWithType")
def _told_with_type(realm: Host, this: Value, arguments: list[Value]) -> Value:
    """toldWithType(value) -> how messages tell of it where there is no expression to tell of"""
    return told_with_type(realm, argument(arguments, 0))


@native("isTyped")
def _is_typed(realm: Host, this: Value, arguments: list[Value]) -> Value:
    """isTyped(value) -> whether it is a typed array"""
    return is_typed(argument(arguments, 0))


@native("callable")
def _callable(realm: Host, this: Value, arguments: list[Value]) -> Value:
    """callable(value) -> the value, if it is a function"""
    if not is_callable(argument(arguments, 0)):
        raise realm.error("TypeError", f"{realm.told(argument(arguments, 0))} is not a function")
    return arguments[0]


@native("isConstructor")
def _is_constructor(realm: Host, this: Value, arguments: list[Value]) -> Value:
    """isConstructor(value) -> whether it makes objects"""
    return realm.is_constructor(argument(arguments, 0))


@native("told")
def _told(realm: Host, this: Value, arguments: list[Value]) -> Value:
    """A value as messages tell of it"""
    return realm.told(argument(arguments, 0))
