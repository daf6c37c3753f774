"""Putting functions of the host where scripts find them: into tables of prototypes, of constructors and of the global object."""

from __future__ import annotations

from collections.abc import Callable

from fakedocker.userland.languages.javascript.cells import Value
from fakedocker.userland.languages.javascript.operators import to_number
from fakedocker.userland.languages.javascript.realm_state import GLOBALS, NATIVE_PARENTS, TABLES, add_prototype
from fakedocker.userland.languages.javascript.shared import (
    NULL,
    Getter,
    Host as Host,
    Key,
    Native,
    NativeCall,
    Table,
    WellKnown,
    Written,
)


def key_path(owner: str, key: Key) -> str:
    """The path of a property."""
    return f"{owner}[{key.description}]" if isinstance(key, WellKnown) else f"{owner}.{key}"


class Kind:
    """A constructor with its prototype and what both have.

    Args:
        name: of the constructor, a global variable unless `is_global` is false.
        parent: the prototype that its prototype inherits from.
        length: how many arguments it takes.
    """

    def __init__(self, name: str, parent: str = "Object", length: int = 0, *, is_global: bool = True) -> None:
        self.name = name
        self.statics = Table(name)
        self.prototype = TABLES.get(name) or add_prototype(name, parent)
        self.native = Native(name, _not_callable(name), length, None, self.statics)
        self.prototype.entries["constructor"] = self.native
        if is_global:
            GLOBALS.entries[name] = self.native
        if parent in Native.known and parent not in ("Object", "Function"):
            NATIVE_PARENTS[name] = Native.known[parent]

    def call(self, function: NativeCall) -> NativeCall:
        """What the constructor does when it is called without `new`."""
        self.native.call = function
        return function

    def construct(self, function: NativeCall) -> NativeCall:
        """What `new` does: realm, new target, arguments."""
        self.native.construct = function
        return function

    def method(self, key: Key, length: int = 0) -> Callable[[NativeCall], NativeCall]:
        """A method of the objects."""
        return self._into(self.prototype, f"{self.name}.prototype", key, length)

    def getter(self, key: Key) -> Callable[[NativeCall], NativeCall]:
        """A property of the objects that is asked for."""

        def register(function: NativeCall) -> NativeCall:
            name = f"get {key}" if isinstance(key, str) else f"get [{key.description}]"
            native = Native(f"get {key_path(f'{self.name}.prototype', key)}", function, name=name)
            self.prototype.entries[key] = Getter(native)
            return function

        return register

    def static(self, key: Key, length: int = 0) -> Callable[[NativeCall], NativeCall]:
        """A method of the constructor."""
        return self._into(self.statics, self.name, key, length)

    def written(self, names: str, source: str) -> None:
        """Methods that are written in JavaScript, in a file of the library."""
        for name in names.split():
            self.prototype.entries[name] = Written(source, name)

    def _into(self, table: Table, owner: str, key: Key, length: int) -> Callable[[NativeCall], NativeCall]:
        def register(function: NativeCall) -> NativeCall:
            name = key if isinstance(key, str) else f"[{key.description}]"
            table.entries[key] = Native(key_path(owner, key), function, length, name=name)
            return function

        return register


def _not_callable(name: str) -> NativeCall:
    def call(realm: Host, this: Value, arguments: list[Value]) -> Value:
        raise realm.error("TypeError", f"Constructor {name} requires 'new'")

    return call


def function(owner: str, name: str, length: int = 0, table: Table | None = None) -> Callable[[NativeCall], NativeCall]:
    """A function of an object without a constructor, such as Math, or a global one where `owner` is ""."""

    def register(call: NativeCall) -> NativeCall:
        native = Native(f"{owner}.{name}" if owner else name, call, length)
        (table if table is not None else GLOBALS).entries[name] = native
        return call

    return register


def argument(arguments: list[Value], place: int) -> Value:
    """An argument, undefined if it was not given."""
    return arguments[place] if place < len(arguments) else None


def integer(realm: Host, value: Value, default: int = 0) -> int:
    """An argument as a whole number, as far as lengths go; `default` for undefined."""
    if value is None:
        return default
    number = to_number(realm, value)
    if number != number:
        return 0
    return int(max(-(2.0**53), min(2.0**53, number)))


def relative(realm: Host, value: Value, length: int, default: int) -> int:
    """A place that counts from the end where it is negative, within 0 and the length."""
    place = integer(realm, value, default)
    return max(0, length + place) if place < 0 else min(place, length)


def is_nothing(value: Value) -> bool:
    """Whether a value is undefined or null."""
    return value is None or value is NULL
