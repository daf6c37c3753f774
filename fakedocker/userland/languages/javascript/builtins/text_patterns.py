"""What String does with patterns."""

from __future__ import annotations

from fakedocker.base.numbers import is_digits
from fakedocker.base.regex import Found
from fakedocker.userland.languages.javascript import calls
from fakedocker.userland.languages.javascript.builtins.patterns import (
    all_matches,
    as_pattern,
    find,
    groups_object,
    match_all,
    match_object,
    plain_pattern,
)
from fakedocker.userland.languages.javascript.builtins.texts import STRING, text_of
from fakedocker.userland.languages.javascript.cells import JsRegExp, Value, is_callable
from fakedocker.userland.languages.javascript.natives import Host, argument
from fakedocker.userland.languages.javascript.numbers import to_uint32
from fakedocker.userland.languages.javascript.operators import to_number, to_text
from fakedocker.userland.languages.javascript.patterns_js import search
from fakedocker.userland.languages.javascript.shared import NULL, Written


@STRING.method("match", 1)
def _match(realm: Host, this: Value, arguments: list[Value]) -> Value:
    text, pattern = text_of(realm, this, "match"), as_pattern(realm, argument(arguments, 0))
    if "g" not in pattern.flags:
        found = find(realm, pattern, text)
        return NULL if found is None else match_object(realm, pattern, text, found)
    pattern.last_index = 0.0
    matches = [found.group() for found in all_matches(realm, pattern, text)]
    return realm.array(matches) if matches else NULL


@STRING.method("matchAll", 1)
def _match_all(realm: Host, this: Value, arguments: list[Value]) -> Value:
    text, given = text_of(realm, this, "matchAll"), argument(arguments, 0)
    if isinstance(given, JsRegExp) and "g" not in given.flags:
        raise realm.error("TypeError", "String.prototype.matchAll called with a non-global RegExp argument")
    return match_all(realm, as_pattern(realm, given, "g"), text)


@STRING.method("search", 1)
def _search(realm: Host, this: Value, arguments: list[Value]) -> Value:
    text, pattern = text_of(realm, this, "search"), as_pattern(realm, argument(arguments, 0))
    found = search(pattern.source, pattern.flags, text, 0)
    return -1.0 if found is None else float(found.start())


@STRING.method("split", 2)
def _split(realm: Host, this: Value, arguments: list[Value]) -> Value:
    text, separator, limit = text_of(realm, this, "split"), argument(arguments, 0), argument(arguments, 1)
    most = len(text) + 1 if limit is None else to_uint32(to_number(realm, limit))
    if separator is None:
        return realm.array([text][:most])
    parts: list[Value]
    if isinstance(separator, JsRegExp):
        parts = _split_by_pattern(realm, plain_pattern(realm, separator), text)
    else:
        joint = to_text(realm, separator)
        parts = list(text.split(joint)) if joint else list(text)
    realm.machine.grown(len(parts) >> 3)
    return realm.array(parts[:most])


def _split_by_pattern(realm: Host, pattern: JsRegExp, text: str) -> list[Value]:
    flags = pattern.flags.replace("g", "").replace("y", "")
    if not text:
        return [] if search(pattern.source, flags, text, 0) else [text]
    parts: list[Value] = []
    last, start = 0, 0
    while start < len(text):
        found = search(pattern.source, flags, text, start)
        if found is None or found.start() >= len(text):
            break
        if found.end() == found.start() and found.start() == last:
            start = found.start() + 1
            step = search(pattern.source, flags + "y", text, start) if start < len(text) else None
            if step is None:
                continue
            found = step
            if found.end() == last:
                continue
        parts.append(text[last : found.start()])
        parts += found.groups()
        last = found.end()
        start = max(last, start + 1) if found.end() == found.start() else last
    parts.append(text[last:])
    return parts


def _expanded(
    realm: Host, template: str, text: str, start: int, end: int, groups: tuple[str | None, ...], named: Value
) -> str:
    """A replacement with its `$1` and the like filled."""
    if "$" not in template:
        return template
    parts: list[str] = []
    place = 0
    while True:
        dollar = template.find("$", place)
        if dollar < 0 or dollar + 1 >= len(template):
            break
        parts.append(template[place:dollar])
        kind = template[dollar + 1]
        place = dollar + 2
        two = template[dollar + 1 : dollar + 3]
        if kind == "$":
            parts.append("$")
        elif kind == "&":
            parts.append(text[start:end])
        elif kind == "`":
            parts.append(text[:start])
        elif kind == "'":
            parts.append(text[end:])
        elif len(two) == 2 and is_digits(two) and 1 <= int(two) <= len(groups):
            parts.append(groups[int(two) - 1] or "")
            place += 1
        elif is_digits(kind) and 1 <= int(kind) <= len(groups):
            parts.append(groups[int(kind) - 1] or "")
        elif kind == "<" and named is not None and ">" in template[dollar:]:
            close = template.index(">", dollar)
            found = realm.get(named, template[dollar + 2 : close])
            parts.append("" if found is None else to_text(realm, found))
            place = close + 1
        else:
            parts.append("$")
            place = dollar + 1
    return "".join(parts) + template[place:]


def _replace(realm: Host, this: Value, arguments: list[Value], name: str) -> Value:
    text, wanted, replacement = text_of(realm, this, name), argument(arguments, 0), argument(arguments, 1)
    if name == "replaceAll" and isinstance(wanted, JsRegExp) and "g" not in wanted.flags:
        raise realm.error("TypeError", "String.prototype.replaceAll called with a non-global RegExp argument")
    if is_callable(replacement):
        return calls.enter(
            realm,
            realm.written(Written("texts", "replaceBy")),
            text,
            [_found_list(realm, text, wanted, name), replacement],
        )
    template = to_text(realm, replacement)
    parts: list[str] = []
    last = 0
    for start, end, groups, named in _places(realm, text, wanted, name):
        parts += (text[last:start], _expanded(realm, template, text, start, end, groups, named))
        last = end
    parts.append(text[last:])
    realm.check_length(sum(map(len, parts)))
    return "".join(parts)


Place = tuple[int, int, tuple[str | None, ...], Value]


def _places(realm: Host, text: str, wanted: Value, name: str) -> list[Place]:
    """What is to be replaced: begin, end, groups, and those with names."""
    if isinstance(wanted, JsRegExp):
        plain_pattern(realm, wanted)
        found: list[Found]
        if "g" in wanted.flags:
            wanted.last_index = 0.0
            found = all_matches(realm, wanted, text)
        else:
            first = find(realm, wanted, text)
            found = [] if first is None else [first]
        return [(match.start(), match.end(), match.groups(), groups_object(realm, wanted, match)) for match in found]
    plain = to_text(realm, wanted)
    places: list[Place] = []
    start = text.find(plain)
    while start >= 0:
        places.append((start, start + len(plain), (), None))
        if name == "replace":
            break
        start = text.find(plain, start + max(1, len(plain)))
    return places


def _found_list(realm: Host, text: str, wanted: Value, name: str) -> Value:
    """The same for a replacement that is a function: arrays of begin, end, and its arguments."""
    found: list[Value] = []
    for start, end, groups, named in _places(realm, text, wanted, name):
        values: list[Value] = [text[start:end], *groups, float(start), text]
        found.append(
            realm.array([float(start), float(end), realm.array(values + ([named] if named is not None else []))])
        )
    return realm.array(found)


@STRING.method("replace", 2)
def _replace_first(realm: Host, this: Value, arguments: list[Value]) -> Value:
    return _replace(realm, this, arguments, "replace")


@STRING.method("replaceAll", 2)
def _replace_all(realm: Host, this: Value, arguments: list[Value]) -> Value:
    return _replace(realm, this, arguments, "replaceAll")
