"""Objects as console.log shows them, kind by kind, and how their parts are put on lines (node's util.inspect)."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Final

from fakedocker.userland.languages.javascript.cells import (
    Bound,
    HostFunction,
    JsArray,
    JsBytes,
    JsDate,
    JsFunction,
    JsMap,
    JsModule,
    JsObject,
    JsRegExp,
    ListIterator,
    Promise,
    Value,
    Wrapper,
)
from fakedocker.userland.languages.javascript.code import JsCode
from fakedocker.userland.languages.javascript.dates import iso_text
from fakedocker.userland.languages.javascript.inspecting import Inspector, Options, quoted, symbol_text
from fakedocker.userland.languages.javascript.inspecting_errors import error, is_error, is_told
from fakedocker.userland.languages.javascript.inspecting_lines import Shown, on_lines
from fakedocker.userland.languages.javascript.inspecting_properties import (
    constructor_name,
    prefix_of,
    show_properties,
    show_property,
    tag_of,
)
from fakedocker.userland.languages.javascript.properties import (
    get,
    has_own,
    index_of,
    prototype_of,
)
from fakedocker.userland.languages.javascript.property_keys import is_enumerable, own_keys
from fakedocker.userland.languages.javascript.shared import HOLE, MODULE, Host, Native
from fakedocker.userland.languages.javascript.tracing import header_of, source_text
from fakedocker.userland.languages.machine.cells import NotSimulated


def inspect(realm: Host, value: Value, options: Options | None = None) -> str:
    """util.inspect."""
    return Inspector(realm, options or Options(), _show).value(value, 0)


def _show(inspector: Inspector, value: Value, level: int) -> str:
    """An object, with a mark if something in it is it itself."""
    name = constructor_name(inspector.realm, value)
    tag = tag_of(inspector.realm, value, name, shows_hidden=inspector.options.show_hidden)
    if level > inspector.options.depth and not _is_bare(inspector.realm, value):
        kind = "Array" if type(value) is JsArray and name == "Array" else prefix_of(name, tag, "Object")[:-1]
        return inspector.styled(f"[{kind}]", "special")
    inspector.seen.append(value)
    before, inspector.depth = inspector.depth, level
    shown = _apart(inspector, value, level, name, tag)
    if isinstance(shown, str):
        inspector.depth = before
    inspector.seen.pop()
    number = inspector.circular.get(id(value))
    reference = "" if number is None else inspector.styled(f"<ref *{number}>", "special")
    if isinstance(shown, str):
        return f"{reference} {shown}" if reference else shown
    if reference:
        shown.base = f"{reference} {shown.base}" if shown.base else reference
    return on_lines(inspector, shown, level, value)


def _is_bare(realm: Host, value: Value) -> bool:
    """Whether an object has nothing in it, so that it is shown however deep it is."""
    if isinstance(value, JsMap):
        return not value.entries and not value.kind.startswith("Weak") and not value.props
    if isinstance(value, Promise | ListIterator):
        return False
    if isinstance(value, JsBytes):
        return value.kind == "Buffer" or not value.length
    keys = [key for key in own_keys(realm, value) if is_enumerable(realm, value, key)]
    if isinstance(value, Wrapper) and value.kind == "String":
        return all(index_of(key) >= 0 for key in keys)
    if isinstance(value, JsObject) and value.kind == "Error":
        return not [key for key in keys if not is_told(realm, value, key, header_of(realm, value))] and not has_own(
            realm, value, "cause"
        )
    return not keys and not (isinstance(value, JsArray) and value.items)


def _apart(inspector: Inspector, value: Value, level: int, name: str, tag: str) -> Shown | str:
    """What an object consists of, or its whole text."""
    realm = inspector.realm
    if isinstance(value, JsFunction | Native | Bound | HostFunction):
        return _function(inspector, value, level, name, tag)
    is_plain = name == "Object" and not tag and type(value) in (Wrapper, JsDate, JsRegExp, Promise)
    special = _KINDS.get(type(value)) if not is_plain else None
    if special is not None:
        return special(inspector, value, level, name, tag)
    if (value.kind == "Error" and (name != "Object" or tag)) or is_error(realm, value):
        return error(inspector, value, level)
    if value.private is not None and MODULE in value.private:
        raise NotSimulated(f"showing all of the module {value.private[MODULE]}")
    found = show_properties(inspector, value, level)
    if name == "Object" and not tag:
        return "{}" if not found else Shown(("{", "}"), found)
    prefix = prefix_of(name, tag, "Object")
    if isinstance(value, JsModule):
        prefix = "[Module: null prototype] "
    if value is realm.globals:
        prefix = "Object [global] "
    return f"{prefix}{{}}" if not found else Shown((f"{prefix}{{", "}"), found)


# kinds


def _array(inspector: Inspector, value: JsArray, level: int, name: str, tag: str) -> Shown | str:
    if value.kind == "Arguments":
        found = show_properties(inspector, value, level)
        return "[Arguments] {}" if not found else Shown(("[Arguments] {", "}"), found)
    size = f"({len(value.items)})"
    prefix = "" if name == "Array" and not tag else prefix_of(name, tag, "Array", size)
    entries: list[str] = []
    place = 0
    most = inspector.options.most_items
    while place < len(value.items) and len(entries) < most:
        if value.items[place] is HOLE:
            start = place
            while place < len(value.items) and value.items[place] is HOLE:
                place += 1
            count = place - start
            entries.append(inspector.styled(f"<{count} empty item{'s' if count > 1 else ''}>", "undefined"))
            continue
        inspector.indentation += 2
        entries.append(inspector.value(value.items[place], level + 1))
        inspector.indentation -= 2
        place += 1
    left = len(value.items) - place
    if left:
        entries.append(f"... {left} more item{'s' if left > 1 else ''}")
    entries += show_properties(inspector, value, level)
    return f"{prefix}[]" if not entries else Shown((f"{prefix}[", "]"), entries, is_list=True)


def _map(inspector: Inspector, value: JsMap, level: int, name: str, tag: str) -> Shown | str:
    if value.kind.startswith("Weak"):
        return f"{prefix_of(name, tag if tag != value.kind else '', value.kind)}{{ {inspector.styled('<items unknown>', 'special')} }}"
    pairs = [entry for entry in value.order if entry is not None]
    prefix = prefix_of(name, tag, value.kind, f"({len(pairs)})")
    entries: list[str] = []
    inspector.indentation += 2
    for key, held in pairs[: int(min(inspector.options.most_items, len(pairs)))]:
        shown = inspector.value(key, level + 1)
        entries.append(shown if value.kind == "Set" else f"{shown} => {inspector.value(held, level + 1)}")
    left = len(pairs) - len(entries)
    if left:
        entries.append(f"... {left} more item{'s' if left > 1 else ''}")
    inspector.indentation -= 2
    entries += show_properties(inspector, value, level)
    return f"{prefix}{{}}" if not entries else Shown((f"{prefix}{{", "}"), entries)


def _date(inspector: Inspector, value: JsDate, level: int, name: str, tag: str) -> Shown | str:
    text = inspector.styled("Invalid Date" if math.isnan(value.time_ms) else iso_text(value.time_ms), "date")
    return _with_base(inspector, value, level, text if name == "Date" else f"{prefix_of(name, tag, 'Date')}{text}")


def _pattern(inspector: Inspector, value: JsRegExp, level: int, name: str, tag: str) -> Shown | str:
    return _with_base(inspector, value, level, inspector.styled(f"/{value.source}/{value.flags}", "regexp"))


def _wrapper(inspector: Inspector, value: Wrapper, level: int, name: str, tag: str) -> Shown | str:
    held = value.value
    inner = (
        quoted(held)
        if type(held) is str
        else symbol_text(held)
        if value.kind == "Symbol"
        else inspector.primitive(held)
    )
    style = {"String": "string", "Number": "number", "Boolean": "boolean", "Symbol": "symbol"}.get(value.kind, "bigint")
    kind = value.kind if name in (value.kind, "") else f"{value.kind} ({name})"
    entries = [
        show_property(inspector, value, key, level)
        for key in own_keys(inspector.realm, value)
        if is_enumerable(inspector.realm, value, key) and index_of(key) < 0
    ]
    base = inspector.styled(f"[{kind}: {inner}]", style)
    return base if not entries else Shown(("{", "}"), entries, base)


def _promise(inspector: Inspector, value: Promise, level: int, name: str, tag: str) -> Shown | str:
    if value.state == "pending":
        entries = [inspector.styled("<pending>", "special")]
    else:
        inspector.indentation += 2
        shown = inspector.value(value.value, level + 1)
        inspector.indentation -= 2
        entries = [f"{inspector.styled('<rejected>', 'special')} {shown}" if value.state == "rejected" else shown]
    prefix = prefix_of(name, tag, "Promise")
    return Shown((f"{prefix}{{", "}"), entries + show_properties(inspector, value, level))


def _bytes(inspector: Inspector, value: JsBytes, level: int, name: str, tag: str) -> Shown | str:
    data = value.buffer[value.offset :]
    if value.kind == "Buffer":
        shown = " ".join(f"{byte:02x}" for byte in data[: min(value.length, 50)])
        left = value.length - 50
        more = f" ... {left} more byte{'s' if left > 1 else ''}" if left > 0 else ""
        return f"<Buffer{' ' if shown else ''}{shown}{more}>"
    if value.kind in ("ArrayBuffer", "DataView"):
        shown = " ".join(f"{byte:02x}" for byte in data[: min(value.length, 50)])
        left = value.length - 50
        more = f" ... {left} more byte{'s' if left > 1 else ''}" if left > 0 else ""
        length = f"byteLength: {inspector.styled(str(value.length), 'number')}"
        if value.kind == "DataView":
            entries = [length, *_parts_of_view(inspector, value, level)]
        else:
            entries = [f"[Uint8Contents]: <{shown}{more}>", length]
        entries += show_properties(inspector, value, level)
        return Shown((f"{value.kind} {{", "}"), entries)
    most = int(min(inspector.options.most_items, value.length))
    entries = [inspector.primitive(inspector.realm.element(value, place)) for place in range(most)]
    if value.length > most:
        left = value.length - most
        entries.append(f"... {left} more item{'s' if left > 1 else ''}")
    prefix = f"{name}({value.length}) "
    return f"{prefix}[]" if not entries else Shown((f"{prefix}[", "]"), entries, is_list=True)


def _parts_of_view(inspector: Inspector, value: JsBytes, level: int) -> list[str]:
    inspector.indentation += 2
    held = inspector.value(get(inspector.realm, value, "buffer"), level + 1)
    inspector.indentation -= 2
    return [f"byteOffset: {inspector.styled(str(value.offset), 'number')}", f"buffer: {held}"]


def _list_iterator(inspector: Inspector, value: ListIterator, level: int, name: str, tag: str) -> Shown | str:
    if value.kind not in ("Map Iterator", "Set Iterator"):
        return f"Object [{value.kind}] {{}}"
    is_entries = value.of == "entries"
    kind = value.kind.partition(" ")[0]
    rest = (
        [entry for entry in value.target.order[value.place :] if entry is not None] if value.target is not None else []
    )
    inspector.indentation += 2
    shown: list[str] = []
    for key, held in rest:
        if is_entries:
            shown.append(f"[ {inspector.value(key, level + 1)}, {inspector.value(held, level + 1)} ]")
        else:
            shown.append(inspector.value(key if value.of == "keys" or kind == "Set" else held, level + 1))
    inspector.indentation -= 2
    return Shown((f"[{kind} {'Entries' if is_entries else 'Iterator'}] {{", "}"), shown)


def _with_base(inspector: Inspector, value: JsObject, level: int, base: str) -> Shown | str:
    entries = show_properties(inspector, value, level)
    return base if not entries else Shown(("{", "}"), entries, base)


def _function(inspector: Inspector, value: Value, level: int, name: str, tag: str) -> Shown | str:
    if inspector.options.show_hidden:
        raise NotSimulated("showing what a function keeps hidden")
    base = inspector.styled(_function_base(inspector.realm, value, name, tag), "special")
    entries = [
        show_property(inspector, value, key, level)
        for key in own_keys(inspector.realm, value)
        if is_enumerable(inspector.realm, value, key)
    ]
    return base if not entries else Shown(("{", "}"), entries, base)


def _is_shown_as_class(source: str) -> bool:
    """Node takes a class for a function where its heading has calls."""
    inside = source.removeprefix("class")[:-1]
    heading = inside[: inside.find("{")]
    return "(" not in heading or bool(_HEADING.match(_COMMENTS.sub("", inside)))


_HEADING: Final = re.compile(r"\s+[^(]*?\s*\{")
_COMMENTS: Final = re.compile(r"//.*?\n|/\*.*?\*/", re.DOTALL)


def _function_base(realm: Host, value: Value, constructor: str, tag: str) -> str:
    own_name = get(realm, value, "name")
    name = own_name if type(own_name) is str else ""
    if type(value) is JsFunction and value.class_kind and _is_shown_as_class(source_text(value)):
        if prototype_of(realm, value) is None:
            raise NotSimulated("showing a class without a prototype")
        above = get(realm, prototype_of(realm, value), "name")
        extended = f" extends {above}" if above else ""
        text = f"[class {name or '(anonymous)'}"
        if constructor not in ("Function", ""):
            text += f" [{constructor}]"
        return f"{text}{extended}]"
    kind = "Function"
    if type(value) is JsFunction and isinstance(value.code, JsCode):
        kind = f"{'Async' if value.code.is_async else ''}{'Generator' if value.code.is_generator else ''}Function"
    text = f"[{kind}"
    if not constructor:
        text += " (null prototype)"
    text += f": {name}]" if name else " (anonymous)]"
    if constructor not in (kind, "", "Function"):
        text += f" {constructor}"
    if tag and constructor != tag and tag != kind:
        text += f" [{tag}]"
    return text


# properties


# lines


_KINDS: Final[dict[type, Callable[..., Shown | str]]] = {
    JsArray: _array, JsMap: _map, JsDate: _date, JsRegExp: _pattern, Wrapper: _wrapper, Promise: _promise, JsBytes: _bytes,
    ListIterator: _list_iterator,
}  # fmt: skip


def shown(realm: Host, value: Value) -> str:
    """A value as messages show it."""
    return inspect(realm, value)
