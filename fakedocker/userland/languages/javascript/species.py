"""What objects are made with that methods give, for classes of the script's own that extend built-in ones.

Source of the steps: ECMA-262, SpeciesConstructor, ArraySpeciesCreate, NewPromiseCapability.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from fakedocker.userland.languages.javascript.cells import (
    HostFunction,
    JsArray,
    JsObject,
    Promise,
    Value,
    is_callable,
    is_object,
)
from fakedocker.userland.languages.javascript.properties import get
from fakedocker.userland.languages.javascript.shared import HOLE, NULL, SPECIES, Getter, Host, Native
from fakedocker.userland.languages.machine.cells import NotSimulated


class Capability(NamedTuple):
    """A promise of whatever class, and the functions that settle it."""

    promise: Value
    resolve: Value
    reject: Value

    @property
    def plain(self) -> Promise:
        """The promise, which its functions settle as those of every promise do."""
        own = isinstance(self.resolve, HostFunction) and isinstance(self.resolve.data, dict)
        if not (own and isinstance(self.promise, Promise) and self.resolve.data.get("promise") is self.promise):
            raise NotSimulated("a promise whose class settles it in a way of its own")
        return self.promise


def species_getter(name: str) -> Getter:
    """The property of a built-in constructor that says what is made: itself."""
    return Getter(
        Native(f"get {name}[Symbol.species]", lambda realm, this, arguments: this, name="get [Symbol.species]")
    )


def species(realm: Host, target: JsObject, kind: str) -> Value:
    """What an object like another one is made with, None for the built-in constructor of its kind."""
    native = Native.known[kind]
    proto: JsObject = realm.protos[kind]
    is_plain = target.proto is proto
    if is_plain and "constructor" not in target.props and "constructor" not in proto.props:
        return None
    maker = get(realm, target, "constructor")
    if is_object(maker):
        maker = get(realm, maker, SPECIES)
    elif maker is not None and kind != "Array":
        raise realm.error("TypeError", "The .constructor property is not an object")
    if maker is None or maker is NULL or maker is native:
        return None
    if not realm.is_constructor(maker):
        raise realm.error("TypeError", "object.constructor[Symbol.species] is not a constructor")
    return maker


def array_like_it(realm: Host, target: Value, items: list[Value], length: int) -> Value:
    """An array of items of the class that a value is one of, which is told a length when it is made."""
    maker = species(realm, target, "Array") if type(target) is JsArray and target.kind != "Arguments" else None
    if maker is None:
        return realm.array(items)
    made = realm.construct(maker, [float(length)])
    if type(made) is not JsArray or made.fixed:
        raise NotSimulated("a species of arrays that makes something else")
    made.items[:] = items
    return made


def array_to_fill(realm: Host, target: Value, length: int) -> Value:
    """The same with holes only."""
    return array_like_it(realm, target, [HOLE] * length, length)


def new_capability(realm: Host, maker: Value) -> Capability:
    """A promise of a class. TypeError if it is made in a way that gives no functions that settle it."""
    data: dict[str, Value] = {"resolve": None, "reject": None}
    executor = HostFunction(realm.protos["Function"], _EXECUTOR, data)
    promise = realm.construct(maker, [executor])
    if not is_callable(data["resolve"]) or not is_callable(data["reject"]):
        raise realm.error("TypeError", "Promise resolve or reject function is not callable")
    return Capability(promise, data["resolve"], data["reject"])


def _execute(realm: Host, this: Value, arguments: list[Value]) -> Value:
    data = this.data
    if data["resolve"] is not None or data["reject"] is not None:
        raise realm.error("TypeError", "Promise executor has already been invoked with non-undefined arguments")
    data["resolve"], data["reject"] = (*arguments, None, None)[:2]
    return None


_EXECUTOR: Final = Native("%promise.executor", _execute, 2, name="")
