"""RegExp, and what String does with patterns."""

from __future__ import annotations

from fakedocker.base.regex import Found
from fakedocker.userland.languages.javascript.cells import (
    JsObject,
    JsRegExp,
    ListIterator,
    Value,
    is_callable,
    is_object,
)
from fakedocker.userland.languages.javascript.natives import Host, Kind, argument
from fakedocker.userland.languages.javascript.operators import to_boolean, to_number, to_text
from fakedocker.userland.languages.javascript.patterns_js import FLAGS, Malformed, search, translate
from fakedocker.userland.languages.javascript.shared import NULL, SPECIES, NativeCall
from fakedocker.userland.languages.javascript.species import species_getter
from fakedocker.userland.languages.machine.cells import NotSimulated
from fakedocker.userland.languages.machine.machine import Thrown

REGEXP = Kind("RegExp", length=2)
REGEXP.statics.entries[SPECIES] = species_getter("RegExp")


def new_pattern(realm: Host, source: str, flags: str, target: Value = None) -> JsRegExp:
    """A pattern. SyntaxError, in V8's words, if it is none."""
    if len(set(flags)) != len(flags) or any(flag not in FLAGS for flag in flags):
        raise realm.error("SyntaxError", f"Invalid flags supplied to RegExp constructor '{flags}'")
    try:
        translate(source, flags, True)
    except Malformed as problem:
        raise realm.error("SyntaxError", f"Invalid regular expression: /{source}/{flags}: {problem}") from None
    proto = realm.protos["RegExp"] if target is None else realm.prototype_from(target, "RegExp")
    return JsRegExp(proto, source, "".join(flag for flag in FLAGS if flag in flags))


@REGEXP.construct
def _construct(realm: Host, target: Value, arguments: list[Value]) -> Value:
    given, flags = argument(arguments, 0), argument(arguments, 1)
    if isinstance(given, JsRegExp):
        return new_pattern(realm, given.source, given.flags if flags is None else to_text(realm, flags), target)
    source = ("" if given is None else to_text(realm, given)) or "(?:)"
    return new_pattern(realm, source.replace("\n", "\\n"), "" if flags is None else to_text(realm, flags), target)


@REGEXP.call
def _call(realm: Host, this: Value, arguments: list[Value]) -> Value:
    if isinstance(argument(arguments, 0), JsRegExp) and argument(arguments, 1) is None:
        return arguments[0]
    return _construct(realm, REGEXP.native, arguments)


def _this(realm: Host, this: Value) -> JsRegExp:
    """The pattern itself. What is none has what says so in its exec, which the other methods ask."""
    if not isinstance(this, JsRegExp):
        raise _incompatible(realm, this, "exec")
    return this


def _incompatible(realm: Host, this: Value, name: str) -> Thrown:
    message = f"Method RegExp.prototype.{name} called on incompatible receiver {realm.told(this)}"
    return realm.error("TypeError", message)


def find(realm: Host, pattern: JsRegExp, text: str) -> Found | None:
    """The next match of a pattern, and where the one after it begins (RegExpBuiltinExec)."""
    moves = "g" in pattern.flags or "y" in pattern.flags
    start = int(max(0.0, min(to_number(realm, pattern.last_index), 2.0**53))) if moves else 0
    found = search(pattern.source, pattern.flags, text, start) if start <= len(text) else None
    if moves:
        pattern.last_index = 0.0 if found is None else float(found.end())
    return found


def match_object(realm: Host, pattern: JsRegExp, text: str, found: Found) -> Value:
    """What exec gives."""
    made = realm.array([found.group(), *found.groups()])
    made.props["index"] = float(found.start())
    made.props["input"] = text
    made.props["groups"] = groups_object(realm, pattern, found)
    return made


def groups_object(realm: Host, pattern: JsRegExp, found: Found) -> Value:
    """The groups with names; undefined if there are none."""
    names = translate(pattern.source, pattern.flags, True).names
    if not names:
        return None
    made = JsObject(None)
    for name, number in names:
        made.props[name] = found.group(number)
    return made


@REGEXP.method("exec", 1)
def _exec(realm: Host, this: Value, arguments: list[Value]) -> Value:
    pattern = _this(realm, this)
    text = to_text(realm, argument(arguments, 0))
    found = find(realm, pattern, text)
    return realm.null if found is None else match_object(realm, pattern, text, found)


@REGEXP.method("test", 1)
def _test(realm: Host, this: Value, arguments: list[Value]) -> Value:
    """Of any object, by its exec."""
    if not is_object(this):
        raise _incompatible(realm, None, "test")
    text = to_text(realm, argument(arguments, 0))
    own_exec = realm.get(this, "exec")
    if is_callable(own_exec) and own_exec is not REGEXP.prototype.entries["exec"]:
        found = realm.call(own_exec, this, [text])
        if found is not NULL and not is_object(found):
            raise realm.error("TypeError", "RegExp exec method returned something other than an Object or null")
        return found is not NULL
    return find(realm, _this(realm, this), text) is not None


@REGEXP.method("toString")
def _text(realm: Host, this: Value, arguments: list[Value]) -> Value:
    """Of any object, by what it says of itself."""
    if not is_object(this):
        raise _incompatible(realm, this, "toString")
    return f"/{to_text(realm, realm.get(this, 'source'))}/{to_text(realm, realm.get(this, 'flags'))}"


def _getter_of_another(realm: Host, this: Value, name: str) -> Thrown:
    return realm.error("TypeError", f"RegExp.prototype.{name} getter called on non-RegExp object")


def _flag_getter(name: str, flag: str) -> NativeCall:
    """Whether a pattern has a flag; nothing of what all patterns inherit from, which is none."""

    def call(realm: Host, this: Value, arguments: list[Value]) -> Value:
        if isinstance(this, JsRegExp):
            return flag in this.flags
        if this is realm.protos["RegExp"]:
            return None
        raise _getter_of_another(realm, this, name)

    return call


_FLAG_NAMES = {
    "hasIndices": "d", "global": "g", "ignoreCase": "i", "multiline": "m", "dotAll": "s", "unicode": "u", "sticky": "y",
}  # fmt: skip
for _name, _flag in _FLAG_NAMES.items():
    REGEXP.getter(_name)(_flag_getter(_name, _flag))


@REGEXP.getter("flags")
def _flags(realm: Host, this: Value, arguments: list[Value]) -> Value:
    if isinstance(this, JsRegExp):
        return this.flags
    if not is_object(this):
        raise realm.error("TypeError", f"RegExp.prototype.flags getter called on non-object {realm.told(this)}")
    return "".join(flag for name, flag in _FLAG_NAMES.items() if to_boolean(realm.get(this, name)))


@REGEXP.getter("source")
def _source(realm: Host, this: Value, arguments: list[Value]) -> Value:
    if isinstance(this, JsRegExp):
        return this.source
    if this is realm.protos["RegExp"]:
        return "(?:)"
    raise _getter_of_another(realm, this, "source")


def all_matches(realm: Host, pattern: JsRegExp, text: str) -> list[Found]:
    """Every match of a global pattern, from its place on; after an empty one the next character."""
    matches: list[Found] = []
    start = 0
    while start <= len(text):
        found = search(pattern.source, pattern.flags, text, start)
        if found is None:
            break
        matches.append(found)
        start = found.end() + (1 if found.end() == found.start() else 0)
        if len(matches) % 256 == 0:
            realm.machine.grown(256)
    return matches


def match_all(realm: Host, pattern: JsRegExp, text: str) -> Value:
    """What String.prototype.matchAll gives: an iterator of match objects."""
    found = [match_object(realm, pattern, text, match) for match in all_matches(realm, pattern, text)]
    return ListIterator(realm.protos["ArrayIterator"], "RegExp String Iterator", found, "values")


def as_pattern(realm: Host, value: Value, flags: str = "") -> JsRegExp:
    """A value as a pattern, for match and search."""
    if isinstance(value, JsRegExp):
        return plain_pattern(realm, value)
    return new_pattern(realm, ("" if value is None else to_text(realm, value)) or "(?:)", flags)


def plain_pattern(realm: Host, pattern: JsRegExp) -> JsRegExp:
    """The same pattern. NotSimulated if a script has another `exec` for it, which texts would ask."""
    if realm.get(pattern, "exec") is not REGEXP.prototype.entries["exec"]:
        raise NotSimulated("what a text does with a pattern that has an exec of its own")
    return pattern
