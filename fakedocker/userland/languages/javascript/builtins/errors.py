"""Error and the kinds of errors."""

from __future__ import annotations

from fakedocker.userland.languages.javascript.cells import (
    JsFunction,
    JsObject,
    Slot,
    Value,
    hidden,
    is_callable,
    is_object,
)
from fakedocker.userland.languages.javascript.natives import Host, Kind, argument
from fakedocker.userland.languages.javascript.operators import to_text
from fakedocker.userland.languages.javascript.properties import get, has
from fakedocker.userland.languages.javascript.tracing import capture, header_of

ERROR = Kind("Error", length=1)
KINDS = {
    name: Kind(name, "Error", 1)
    for name in ("TypeError", "RangeError", "SyntaxError", "ReferenceError", "EvalError", "URIError")
}
AGGREGATE = Kind("AggregateError", "Error", 2)


def _maker(kind: Kind, place: int) -> None:
    """Errors are made with and without `new`; `place` is that of the message among the arguments."""

    def construct(realm: Host, target: Value, arguments: list[Value]) -> Value:
        above = target if isinstance(target, JsFunction) else None
        made = realm.new_error(realm.prototype_from(target, kind.name), argument(arguments, place), above)
        options = argument(arguments, place + 1)
        if isinstance(options, JsObject) and has(realm, options, "cause"):
            made.props["cause"] = hidden(get(realm, options, "cause"))
        if place:
            made.props["errors"] = hidden(realm.array(realm.values_of(argument(arguments, 0))))
        return made

    kind.construct(construct)
    kind.call(lambda realm, this, arguments: construct(realm, kind.native, arguments))
    kind.prototype.entries["name"] = kind.name
    kind.prototype.entries["message"] = ""


_maker(ERROR, 0)
for _kind in KINDS.values():
    _maker(_kind, 0)
_maker(AGGREGATE, 1)
ERROR.statics.entries["stackTraceLimit"] = Slot(10.0)


@ERROR.static("captureStackTrace", 2)
def _capture(realm: Host, this: Value, arguments: list[Value]) -> Value:
    target = argument(arguments, 0)
    if not is_object(target):
        raise realm.error("TypeError", "invalid_argument")
    if isinstance(target, JsObject):
        above = argument(arguments, 1)
        capture(realm, target, above if is_callable(above) else None)
    return None


@ERROR.method("toString")
def _error_text(realm: Host, this: Value, arguments: list[Value]) -> Value:
    if not is_object(this):
        said = f"Method Error.prototype.toString called on incompatible receiver {realm.told(this)}"
        raise realm.error("TypeError", said)
    if isinstance(this, JsObject) and this.kind == "Error":
        return header_of(realm, this)
    name, message = get(realm, this, "name"), get(realm, this, "message")
    shown = "Error" if name is None else to_text(realm, name)
    said = "" if message is None else to_text(realm, message)
    return f"{shown}: {said}" if shown and said else shown or said
