"""Natives of the loader of ECMAScript modules: records of modules, their links, and their evaluation.

A record is a dict in the realm's modules, under ("module", url): `imports` (specifier -> url), `exports` (name -> box),
`stars` (urls of `export *`), `from` (name -> (url's specifier, name there)), `source`, `state` and `promise`.
"""

from __future__ import annotations

import re
from typing import Any

from fakedocker.userland.languages.javascript import syntax
from fakedocker.userland.languages.javascript.calls import make_frame
from fakedocker.userland.languages.javascript.cells import JsFunction, JsModule, JsObject, Promise, Value
from fakedocker.userland.languages.javascript.compiler import MODULE
from fakedocker.userland.languages.javascript.escapes import Refused
from fakedocker.userland.languages.javascript.natives import Host
from fakedocker.userland.languages.javascript.node_host.host import native, text_from
from fakedocker.userland.languages.javascript.node_host.loading import load_library, syntax_error
from fakedocker.userland.languages.javascript.operators import to_boolean, to_text
from fakedocker.userland.languages.javascript.properties import get
from fakedocker.userland.languages.javascript.property_keys import enumerable_keys
from fakedocker.userland.languages.javascript.resuming import ASYNC
from fakedocker.userland.languages.javascript.shared import UNINITIALIZED, Native
from fakedocker.userland.languages.javascript.statements import parse
from fakedocker.userland.languages.javascript.tracing import place_at
from fakedocker.userland.languages.javascript.units import from_units, to_units
from fakedocker.userland.languages.machine.cells import NotSimulated
from fakedocker.userland.languages.machine.code import Box, Source
from fakedocker.userland.languages.machine.machine import Thrown

Record = dict[str, Any]


def _record(realm: Host, url: str) -> Record:
    found: Record = realm.state.modules[("module", url)]
    return found


@native("hasModule")
def _has_module(realm: Host, this: Value, arguments: list[Value]) -> Value:
    return ("module", to_text(realm, arguments[0])) in realm.state.modules


@native("addValues")
def _add_values(realm: Host, this: Value, arguments: list[Value]) -> Value:
    """addValues(url, value, named): a module of the library, of CommonJS or JSON; its default is the value"""
    url, value = to_text(realm, arguments[0]), arguments[1]
    exports: dict[str, Box] = {}
    if to_boolean(arguments[2]) and isinstance(value, JsObject | Native):
        exports = {key: Box(get(realm, value, key)) for key in enumerable_keys(realm, value)}
    exports["default"] = Box(value)
    realm.state.modules[("module", url)] = {
        "imports": {},
        "exports": exports,
        "stars": [],
        "from": {},
        "source": None,
        "state": "done",
        "promise": None,
    }
    return None


@native("addModule")
def _add_module(realm: Host, this: Value, arguments: list[Value]) -> Value:
    """addModule(url, path, whether another imports it) -> the specifiers that it imports, in order"""
    url, name = to_text(realm, arguments[0]), text_from(realm, arguments, 1)
    text = realm.machine.system.read_file(name).decode("utf-8", "replace").removeprefix("\ufeff")
    source = Source.of("javascript", text, url, MODULE)
    try:
        program = parse(to_units(text), is_module=True)
        source.code()
    except Refused as problem:
        found = syntax_error(realm, problem, text, url)
        is_mjs = name.endswith(".mjs")
        place_at(realm, found.value, "esm.syntax" if is_mjs else "esm.syntax.detected", is_alone=True)
        if to_boolean(arguments[2]):  # nothing waits for a module that another one imports
            slot = found.value.props["stack"]
            slot.value = realm.trace_text(found.value, slot).partition("\n    at async ModuleJob._link ")[0]
        raise found from None
    record: Record = {
        "imports": {},
        "exports": {},
        "stars": [],
        "from": {},
        "source": source,
        "state": "new",
        "promise": None,
    }
    specifiers: list[Value] = []
    imported = {
        here: (part.source, outside)
        for part in program.body
        if isinstance(part, syntax.Import)
        for outside, here in part.names
    }
    for part in program.body:
        if isinstance(part, syntax.Import):
            specifiers.append(part.source)
        elif isinstance(part, syntax.Export):
            if part.source is not None:
                specifiers.append(part.source)
            _note_export(record, part, imported)
    realm.state.modules[("module", url)] = record
    meta = realm.new_object()
    directory, _, _ = name.rpartition("/")
    meta.props.update(dirname=to_units(directory or "/"), filename=to_units(name), url=url)
    realm.state.modules[("meta", url)] = meta
    return realm.array(list(dict.fromkeys(specifiers)))


def _note_export(record: Record, part: syntax.Export, imported: dict[str, tuple[str, str]]) -> None:
    for here, outside in part.names:
        if part.source is not None:
            if here == "*" and not outside:
                record["stars"].append(part.source)
            else:
                record["from"][outside] = (part.source, here)
        elif here in imported:
            record["from"][outside] = imported[here]
        else:
            is_function = isinstance(part.declaration, syntax.FunctionDeclaration)
            is_variable = isinstance(part.declaration, syntax.Declaration) and part.declaration.kind == "var"
            record["exports"][outside] = Box(UNREADY if is_function else None if is_variable else UNINITIALIZED)


def name_length(text: str, place: int) -> int:
    """How long the name is that stands at a place."""
    found = _NAME.match(text, place)
    return len(found[0]) if found is not None else 1


def link_error(realm: Host, problem: Refused, text: str, url: str) -> Thrown:
    """A module that imports what is not there: node writes it without the empty line before the error."""
    found = syntax_error(realm, problem, text, url)
    place_at(realm, found.value, "esm.link", is_alone=True)
    realm.state.host["syntax"] = (found.value, realm.state.host["syntax"][1].removesuffix("\n"))
    return found


def _unready(realm: Host, this: Value, arguments: list[Value]) -> Value:
    raise NotSimulated("a function of a module that has not begun, in a cycle of modules")


UNREADY = Native("%unready", _unready)
"""Stands for a function that a module exports before it is run."""
_NAME = re.compile(r"[\w$]+")


@native("linkModule")
def _link_module(realm: Host, this: Value, arguments: list[Value]) -> Value:
    url, specifier, target = (to_text(realm, value) for value in arguments)
    _record(realm, url)["imports"][specifier] = target
    return None


def find_export(realm: Host, url: str, name: str, seen: tuple[tuple[str, str], ...] = ()) -> Box | None:
    """The box of what a module exports by a name; "*" is its namespace."""
    if name == "*":
        return Box(namespace(realm, url))
    if (url, name) in seen:
        return None
    record = _record(realm, url)
    found: Box | None = record["exports"].get(name)
    if found is not None:
        return found
    inner = record["from"].get(name)
    if inner is not None:
        return find_export(realm, record["imports"][inner[0]], inner[1], (*seen, (url, name)))
    if name != "default":
        for star in record["stars"]:
            found = find_export(realm, record["imports"][star], name, (*seen, (url, name)))
            if found is not None:
                return found
    return None


def export_names(realm: Host, url: str, seen: tuple[str, ...] = ()) -> list[str]:
    """The names that a module exports, in order."""
    if url in seen:
        return []
    record = _record(realm, url)
    names = {*record["exports"], *record["from"]}
    for star in record["stars"]:
        names |= {name for name in export_names(realm, record["imports"][star], (*seen, url)) if name != "default"}
    return sorted(names)


def namespace(realm: Host, url: str) -> JsModule:
    """The object of all that a module exports."""
    found: JsModule | None = realm.state.modules.get(("namespace", url))
    if found is None:
        found = realm.state.modules[("namespace", url)] = JsModule()
        for name in export_names(realm, url):
            box = find_export(realm, url, name)
            assert box is not None
            found.boxes[name] = box
    return found


@native("namespace")
def _namespace(realm: Host, this: Value, arguments: list[Value]) -> Value:
    return namespace(realm, to_text(realm, arguments[0]))


@native("checkLinks")
def _check_links(realm: Host, this: Value, arguments: list[Value]) -> Value:
    """SyntaxError where something is imported that is not exported."""
    for url in _order(realm, to_text(realm, arguments[0])):
        record = _record(realm, url)
        if record["source"] is None or record["state"] != "new":
            continue
        program = parse(to_units(record["source"].text), is_module=True)
        wanted = [
            (place, part.source, outside)
            for part in program.body
            if isinstance(part, syntax.Import)
            for (outside, _), (place, _) in zip(part.names, part.places, strict=True)
        ]
        for place, specifier, outside in wanted:
            target = record["imports"][specifier]
            if find_export(realm, target, outside) is not None:
                continue
            said = f"The requested module '{specifier}' does not provide an export named '{outside}'"
            if (
                _record(realm, target)["source"] is None
                and not target.startswith("node:")
                and not target.endswith(".json")
            ):
                said = f"Named export '{outside}' not found. The requested module '{specifier}' is a CommonJS module, which may not support all module.exports as named exports.\nCommonJS modules can always be imported via the default export, for example using:\n\nimport pkg from '{specifier}';\nconst {{ {outside} }} = pkg;\n"
            text = record["source"].text
            length = name_length(to_units(text), place)
            raise link_error(realm, Refused(said, place, place + length), text, url)
    return None


def _order(realm: Host, url: str) -> list[str]:
    """A module and all that it imports, what is imported first."""
    order: list[str] = []
    seen: set[str] = set()
    pending: list[tuple[str, bool]] = [(url, False)]
    while pending:
        place, is_left = pending.pop()
        if is_left:
            order.append(place)
        elif place not in seen:
            seen.add(place)
            pending.append((place, True))
            pending += [(target, False) for target in reversed(_record(realm, place)["imports"].values())]
    return order


@native("moduleOrder")
def _module_order(realm: Host, this: Value, arguments: list[Value]) -> Value:
    return realm.array(
        [url for url in _order(realm, to_text(realm, arguments[0])) if _record(realm, url)["source"] is not None]
    )


@native("evaluateModule")
def _evaluate_module(realm: Host, this: Value, arguments: list[Value]) -> Value:
    """evaluateModule(url) -> the promise of its end; the same at each call"""
    record = _record(realm, to_text(realm, arguments[0]))
    if record["promise"] is None:
        record["state"] = "run"
        promise = record["promise"] = Promise(realm.protos["Promise"])
        promise.handled = True
        function = JsFunction(realm.protos["Function"], record["source"].code(), [])
        frame = make_frame(realm, function, None, [])
        frame.extra.owner = promise
        frame.after = ASYNC
        realm.machine.enter(frame)
        return realm.control
    return record["promise"]


def imported_box(realm: Host, url: str, specifier: str, name: str) -> Box:
    """The box that an import of a module names."""
    found = find_export(realm, _record(realm, url)["imports"][specifier], name)
    assert found is not None
    return found


def bind_exports(realm: Host, url: str, names: list[tuple[str, str]]) -> dict[str, Box]:
    """What a module's own variables are kept in, from when its evaluation begins: the boxes that others have of it already."""
    record = _record(realm, url)
    return {here: record["exports"][outside] for here, outside in names if outside in record["exports"]}


def import_later(realm: Host, referrer: str, specifier: Value) -> Value:
    """import(): a promise of a module's namespace."""
    loader = load_library(realm, "node", "esm")
    parent = referrer if referrer.startswith("file:") else f"file://{from_units(referrer)}"
    return realm.call(get(realm, loader, "importModule"), None, [specifier, parent])
