"""Symbol and Boolean."""

from __future__ import annotations

from fakedocker.userland.languages.javascript.builtins.objects import BOOLEAN, SYMBOL
from fakedocker.userland.languages.javascript.cells import (
    Symbol,
    Value,
    Wrapper,
)
from fakedocker.userland.languages.javascript.inspecting import symbol_text
from fakedocker.userland.languages.javascript.natives import Host, argument
from fakedocker.userland.languages.javascript.operators import to_boolean, to_text
from fakedocker.userland.languages.javascript.shared import (
    TO_PRIMITIVE,
    TO_STRING_TAG,
    WellKnown,
)


@SYMBOL.call
def _symbol(realm: Host, this: Value, arguments: list[Value]) -> Value:
    given = argument(arguments, 0)
    return Symbol(None if given is None else to_text(realm, given))


@SYMBOL.static("for", 1)
def _symbol_for(realm: Host, this: Value, arguments: list[Value]) -> Value:
    name = to_text(realm, argument(arguments, 0))
    if name in WellKnown.known and not name.startswith("Symbol."):
        return WellKnown.known[name]
    found = realm.state.symbols.get(name)
    if found is None:
        found = realm.state.symbols[name] = Symbol(name)
    return found


@SYMBOL.static("keyFor", 1)
def _key_for(realm: Host, this: Value, arguments: list[Value]) -> Value:
    given = argument(arguments, 0)
    if not isinstance(given, Symbol | WellKnown):
        raise realm.error("TypeError", f"{realm.told(given)} is not a symbol")
    return next((name for name, symbol in realm.state.symbols.items() if symbol is given), None)


def _symbol_value(realm: Host, this: Value, name: str) -> Value:
    found = this.value if isinstance(this, Wrapper) else this
    if not isinstance(found, Symbol | WellKnown):
        raise realm.error("TypeError", f"Symbol.prototype{name} requires that 'this' be a Symbol")
    return found


@SYMBOL.method("toString")
def _symbol_text(realm: Host, this: Value, arguments: list[Value]) -> Value:
    return symbol_text(_symbol_value(realm, this, ".toString"))


@SYMBOL.method("valueOf")
def _symbol_value_of(realm: Host, this: Value, arguments: list[Value]) -> Value:
    return _symbol_value(realm, this, ".valueOf")


@SYMBOL.method(TO_PRIMITIVE, 1)
def _symbol_primitive(realm: Host, this: Value, arguments: list[Value]) -> Value:
    return _symbol_value(realm, this, " [ @@toPrimitive ]")


@SYMBOL.getter("description")
def _description(realm: Host, this: Value, arguments: list[Value]) -> Value:
    return _symbol_value(realm, this, ".description").description


SYMBOL.prototype.entries[TO_STRING_TAG] = "Symbol"
for _name, _known in WellKnown.known.items():
    if _name.startswith("Symbol."):
        SYMBOL.statics.entries[_name.partition(".")[2]] = _known


# booleans


@BOOLEAN.call
def _boolean(realm: Host, this: Value, arguments: list[Value]) -> Value:
    return to_boolean(argument(arguments, 0))


@BOOLEAN.construct
def _new_boolean(realm: Host, target: Value, arguments: list[Value]) -> Value:
    return Wrapper(realm.prototype_from(target, "Boolean"), "Boolean", to_boolean(argument(arguments, 0)))


def _truth(realm: Host, this: Value, name: str) -> bool:
    found = this.value if isinstance(this, Wrapper) else this
    if not isinstance(found, bool):
        raise realm.error("TypeError", f"Boolean.prototype.{name} requires that 'this' be a Boolean")
    return found


@BOOLEAN.method("toString")
def _boolean_text(realm: Host, this: Value, arguments: list[Value]) -> Value:
    return "true" if _truth(realm, this, "toString") else "false"


@BOOLEAN.method("valueOf")
def _boolean_value(realm: Host, this: Value, arguments: list[Value]) -> Value:
    return _truth(realm, this, "valueOf")
