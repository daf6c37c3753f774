"""str, bytes and bytearray: methods of the host, with bounds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from fakedocker.userland.languages.machine.cells import Value
from fakedocker.userland.languages.python import items
from fakedocker.userland.languages.python.call_errors import too_many
from fakedocker.userland.languages.python.errors import EXCEPTIONS, Raised, error, type_error
from fakedocker.userland.languages.python.operators import PLAIN, check_size
from fakedocker.userland.languages.python.percent import format_by_names, format_text
from fakedocker.userland.languages.python.signs import Interpreter
from fakedocker.userland.languages.python.types import native, payload_of, type_name
from fakedocker.userland.languages.python.values import Instance, Native

_COMMON: Final = (
    "capitalize count endswith expandtabs find index isalnum isalpha isascii isdigit islower isspace istitle isupper"
    " lower lstrip partition removeprefix removesuffix rfind rindex rpartition rsplit rstrip split splitlines startswith"
    " strip swapcase title upper center ljust rjust zfill replace translate"
).split()
_STR: Final = "casefold encode isdecimal isidentifier isnumeric isprintable".split()
_BYTES: Final = "decode hex".split()
_BYTEARRAY: Final = "append clear copy insert pop remove reverse".split()
_KEYWORDS: Final = frozenset("split rsplit splitlines encode decode expandtabs replace hex".split())
_SEARCHES: Final = frozenset("find rfind index rindex count".split())
_PADDED: Final = frozenset("center ljust rjust zfill".split())


def plain(m: Interpreter, value: Value) -> Value:
    """An argument as the host has it; for an object that it knows nothing of, one of a class that is called alike."""
    if isinstance(value, Instance):
        if value.payload is not None:
            return value.payload
    elif type(value) in PLAIN or value is None:
        return value
    return _stand_in(m, value)


def _stand_in(m: Interpreter, value: Value) -> object:
    methods: dict[str, Any] = {}
    if m.special(value, "__index__") is not None:
        methods["__index__"] = lambda self: m.as_index(value, "")
    if m.special(value, "__getitem__") is not None:
        methods["__getitem__"] = lambda self, key: items.get_item(m, value, key)
    return type(type_name(value), (), methods)()


def _check(m: Interpreter, name: str, value: Any, args: list[Value]) -> None:  # Any: a text of the host
    if name in _PADDED and args and type(args[0]) is int:
        check_size(m, args[0])
    elif name == "replace" and len(args) > 1 and type(args[0]) is type(args[1]) is type(value):
        check_size(m, len(value) + (len(value) // max(len(args[0]), 1) + 1) * len(args[1]))
    elif name == "expandtabs" and args and type(args[0]) is int:
        check_size(m, len(value) * max(args[0], 1))
    elif len(value) > 4096:
        m.grown(len(value) >> 4)


def _method(host: type, name: str) -> Callable[..., Value]:
    function = getattr(host, name)

    def method(m: Interpreter, value: Value, *args: Value, **kwargs: Value) -> Value:
        given = [plain(m, each) for each in args]
        if kwargs:
            kwargs = {key: plain(m, each) for key, each in kwargs.items()}
        _check(m, name, value, given)
        if host is str and name in _SEARCHES and given and type(given[0]) is not str:
            where = f"{name}() argument 1 " if m.minor >= 13 else ""
            raise type_error(f"{where}must be str, not {type_name(args[0])}")
        return function(value, *given, **kwargs)

    return method


for _host, _names in ((str, _COMMON + _STR), (bytes, _COMMON + _BYTES), (bytearray, _COMMON + _BYTES + _BYTEARRAY)):
    for _name in _names:
        native(_name, _host.__name__, _name in _KEYWORDS)(_method(_host, _name))


def _join(m: Interpreter, value: Any, iterable: Value) -> Value:  # Any: a text of the host
    items = m.items(iterable, "can only join an iterable")
    found = [payload_of(each) for each in items]
    for index, each in enumerate(found):
        if isinstance(value, str) and type(each) is not str:
            raise type_error(f"sequence item {index}: expected str instance, {type_name(items[index])} found")
        if not isinstance(value, str) and not isinstance(each, bytes | bytearray):
            words = f"sequence item {index}: expected a bytes-like object, {type_name(items[index])} found"
            raise type_error(words)
    check_size(m, sum(map(len, found)) + len(value) * len(found))
    return value.join(found)


for _owner in ("str", "bytes", "bytearray"):
    native("join", _owner)(_join)


@native("format", "str", keywords=True)
def _format(m: Interpreter, value: str, *args: Value, **kwargs: Value) -> Value:
    return format_text(m, value, list(args), kwargs)


@native("format_map", "str")
def _format_map(m: Interpreter, value: str, mapping: Value) -> Value:
    class Looking(dict[str, Value]):
        def __contains__(self, name: object) -> bool:
            return True

        def __getitem__(self, name: str) -> Value:
            return items.get_item(m, mapping, name)

    return format_by_names(m, value, Looking())


@native("maketrans", "str")
def _maketrans(m: Interpreter, cls: Value, x: Value, y: Value = None, z: Value = None) -> Value:
    given = [each for each in (x, y, z) if each is not None]
    return str.maketrans(*given)


@native("__new__", "str", keywords=True)
def _new_str(
    m: Interpreter, cls: Value, object: Value = "", *more: Value, encoding: Value = None, errors: Value = None
) -> Value:
    if len(more) > 2:
        raise too_many(m, "str", 3, 1 + len(more))
    if more or encoding is not None or errors is not None:
        for name, given in zip(("encoding", "errors"), more or (encoding, errors), strict=False):
            if given is not None and type(payload_of(given)) is not str:
                raise type_error(f"str() argument '{name}' must be str, not {type_name(given)}")
        data = payload_of(object)
        if not isinstance(data, bytes | bytearray):
            raise type_error(
                f"decoding to str: need a bytes-like object, {type_name(object)} found"
                if type(data) is not str
                else "decoding str is not supported"
            )
        return data.decode(*(more or (encoding or "utf-8", errors or "strict")))
    return m.text(object)


@native("__new__", "bytes", keywords=True)
def _new_bytes(m: Interpreter, cls: Value, source: Value = b"", encoding: Value = None, errors: Value = None) -> Value:
    return _bytes_of(m, source, encoding, errors)


def _bytes_of(m: Interpreter, source: Value, encoding: Value, errors: Value, kind: str = "bytes") -> bytes:
    if type(payload_of(source)) is str and (kind == "bytearray" or m.special(source, "__bytes__") is None):
        if encoding is None:
            raise type_error("string argument without an encoding")
        return bytes(payload_of(source).encode(encoding, errors or "strict"))
    if encoding is not None:
        raise type_error("encoding without a string argument")
    if kind == "bytearray" or m.special(source, "__bytes__") is None:
        index = m.special(source, "__index__")
        count = source if isinstance(source, int) or index is None else _count_of(m, source)
        if isinstance(count, int):
            if count < 0:
                raise error("ValueError", "negative count")
            check_size(m, count)
            return bytes(count)
    return bytes_from(m, source, kind)


def _count_of(m: Interpreter, source: Value) -> int | None:
    """How many bytes are asked for by `__index__`; None where it gives no number, and the object is gone through instead."""
    try:
        return int(m.as_index(source, ""))
    except Raised as raised:
        if raised.value.cls is not EXCEPTIONS["TypeError"]:
            raise
        return None


def bytes_from(m: Interpreter, source: Value, kind: str = "bytes") -> bytes:
    """The bytes that an object is made of; no number of them. `kind`: what is to be made of it, for messages."""
    if isinstance(source, bytes | bytearray):
        return bytes(source)
    if isinstance(source, str):
        raise type_error(f"cannot convert '{type_name(source)}' object to {kind}")
    method = m.special(source, "__bytes__") if kind == "bytes" else None
    if method is not None:
        found = m.call_now(method, [])
        if not isinstance(payload_of(found), bytes):
            raise type_error(f"__bytes__ returned non-bytes (type {type_name(found)})")
        return bytes(payload_of(found))
    found = m.items(source, f"cannot convert '{type_name(source)}' object to {kind}")
    for each in found:
        if type(each) is int and not 0 <= each < 256:
            raise error("ValueError", "bytes must be in range(0, 256)")
    return bytes(found)


@native("__new__", "bytearray", keywords=True)
def _new_bytearray(
    m: Interpreter, cls: Value, source: Value = b"", encoding: Value = None, errors: Value = None
) -> Value:
    return bytearray(_bytes_of(m, source, encoding, errors, "bytearray"))


@native("extend", "bytearray")
def _extend(m: Interpreter, value: bytearray, iterable: Value) -> Value:
    value.extend(m.items(iterable, f"can't extend bytearray with {type_name(iterable)}"))


@native("fromhex", "bytes")
def _fromhex(m: Interpreter, cls: Value, text: Value) -> Value:
    return bytes.fromhex(text)


KNOWN: Final = Native
