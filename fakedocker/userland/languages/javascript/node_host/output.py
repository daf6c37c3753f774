"""console, as natives: what it writes goes to the process's descriptors at once, as node does on Linux."""

from __future__ import annotations

from fakedocker.userland.languages.javascript.cells import JsArray, JsMap, JsObject, Value
from fakedocker.userland.languages.javascript.formatting import format_arguments
from fakedocker.userland.languages.javascript.inspecting import Options
from fakedocker.userland.languages.javascript.inspecting_lines import width
from fakedocker.userland.languages.javascript.inspecting_objects import inspect
from fakedocker.userland.languages.javascript.natives import Host, argument, function
from fakedocker.userland.languages.javascript.node_traces import UNKNOWN
from fakedocker.userland.languages.javascript.operators import to_boolean, to_text
from fakedocker.userland.languages.javascript.properties import get
from fakedocker.userland.languages.javascript.property_keys import enumerable_keys
from fakedocker.userland.languages.javascript.realm import Table
from fakedocker.userland.languages.javascript.realm_state import NAMESPACES
from fakedocker.userland.languages.javascript.shared import Native, NativeCall
from fakedocker.userland.languages.javascript.tracing import capture
from fakedocker.userland.languages.javascript.units import from_units
from fakedocker.userland.languages.machine.cells import NotSimulated

CONSOLE = Table("console")


def encoded(text: str) -> bytes:
    """Text of code units as UTF-8; lone halves become U+FFFD."""
    if UNKNOWN in text:
        raise NotSimulated("where node's own functions stand in such a trace")
    joined = from_units(text)
    return "".join("\ufffd" if "\ud800" <= character <= "\udfff" else character for character in joined).encode()


def write(realm: Host, text: str, descriptor: int = 1) -> None:
    """Write text to a descriptor."""
    realm.machine.system.put(encoded(text), descriptor)


def has_colours(realm: Host, descriptor: int) -> bool:
    """Whether a descriptor is a terminal that colours may be used on."""
    system = realm.machine.system
    environment = system.environment
    if environment.get("FORCE_COLOR") not in (None, "0"):
        return True
    if "NO_COLOR" in environment or environment.get("TERM") == "dumb":
        return False
    return bool(system.is_terminal(descriptor))


def _line(realm: Host, text: str, descriptor: int) -> None:
    indent = realm.state.host.get("group", "")
    if indent:
        text = "\n".join(indent + part for part in text.split("\n"))
    write(realm, text + "\n", descriptor)


def _log(descriptor: int) -> NativeCall:
    def call(realm: Host, this: Value, arguments: list[Value]) -> Value:
        _line(realm, format_arguments(realm, arguments, Options(colors=has_colours(realm, descriptor))), descriptor)
        return None

    return call


for _name, _descriptor in (("log", 1), ("info", 1), ("debug", 1), ("error", 2), ("warn", 2)):
    function("console", _name, 0, CONSOLE)(_log(_descriptor))


@function("console", "trace", 0, CONSOLE)
def _trace(realm: Host, this: Value, arguments: list[Value]) -> Value:
    made = JsObject(realm.protos["Error"], "Trace")
    made.props["name"] = "Trace"
    made.props["message"] = format_arguments(realm, arguments)
    realm.running = None
    capture(realm, made)
    _line(realm, to_text(realm, get(realm, made, "stack")), 2)
    return None


@function("console", "assert", 0, CONSOLE)
def _assert(realm: Host, this: Value, arguments: list[Value]) -> Value:
    if not to_boolean(argument(arguments, 0)):
        rest = arguments[1:]
        if rest and type(rest[0]) is str:
            rest[0] = f"Assertion failed: {rest[0]}"
        elif rest:
            rest = ["Assertion failed:", *rest]
        else:
            rest = ["Assertion failed"]
        _line(realm, format_arguments(realm, rest), 2)
    return None


@function("console", "dir", 0, CONSOLE)
def _dir(realm: Host, this: Value, arguments: list[Value]) -> Value:
    _line(
        realm,
        inspect(
            realm,
            argument(arguments, 0),
            read_options(realm, argument(arguments, 1))._replace(colors=has_colours(realm, 1)),
        ),
        1,
    )
    return None


def read_options(realm: Host, given: Value) -> Options:
    """Options of util.inspect."""
    options = Options()
    if not isinstance(given, JsObject):
        return options
    if to_boolean(get(realm, given, "numericSeparator")):
        raise NotSimulated("the option numericSeparator of util.inspect")
    if to_boolean(get(realm, given, "showProxy")):
        raise NotSimulated("the option showProxy of util.inspect")
    if type(get(realm, given, "getters")) is str:
        raise NotSimulated("the option getters of util.inspect for some of them")
    for key, name in (
        ("depth", "depth"),
        ("colors", "colors"),
        ("compact", "compact"),
        ("breakLength", "break_length"),
        ("showHidden", "show_hidden"),
        ("sorted", "sorted_keys"),
        ("getters", "getters"),
        ("maxArrayLength", "most_items"),
        ("maxStringLength", "most_text"),
    ):
        value = get(realm, given, key)
        if value is None:
            continue
        if value is realm.null:
            value = float("inf")
        if name == "compact":
            value = (3 if value else 0) if type(value) is bool else int(value)
        options = options._replace(**{name: value})
    return options


def _group(realm: Host, this: Value, arguments: list[Value]) -> Value:
    if arguments:
        _line(realm, format_arguments(realm, arguments), 1)
    realm.state.host["group"] = realm.state.host.get("group", "") + "  "
    return None


function("console", "group", 0, CONSOLE)(_group)
function("console", "groupCollapsed", 0, CONSOLE)(_group)


@function("console", "groupEnd", 0, CONSOLE)
def _group_end(realm: Host, this: Value, arguments: list[Value]) -> Value:
    realm.state.host["group"] = realm.state.host.get("group", "")[2:]
    return None


def _label(realm: Host, arguments: list[Value]) -> str:
    return "default" if argument(arguments, 0) is None else to_text(realm, arguments[0])


@function("console", "count", 0, CONSOLE)
def _count(realm: Host, this: Value, arguments: list[Value]) -> Value:
    counts = realm.state.host.setdefault("counts", {})
    label = _label(realm, arguments)
    counts[label] = counts.get(label, 0) + 1
    _line(realm, f"{label}: {counts[label]}", 1)
    return None


@function("console", "countReset", 0, CONSOLE)
def _count_reset(realm: Host, this: Value, arguments: list[Value]) -> Value:
    realm.state.host.setdefault("counts", {}).pop(_label(realm, arguments), None)
    return None


@function("console", "time", 0, CONSOLE)
def _time(realm: Host, this: Value, arguments: list[Value]) -> Value:
    realm.state.host.setdefault("times", {})[_label(realm, arguments)] = realm.machine.system.now_ns
    return None


def _elapsed(realm: Host, arguments: list[Value], ends: bool) -> Value:
    times = realm.state.host.setdefault("times", {})
    label = _label(realm, arguments)
    begun = times.pop(label, None) if ends else times.get(label)
    if begun is not None:
        elapsed_ms = (realm.machine.system.now_ns - begun) / 1e6
        shown = (
            f"{elapsed_ms / 1000:.3f}s" if elapsed_ms >= 1000 else f"{elapsed_ms:.3f}".rstrip("0").rstrip(".") + "ms"
        )
        rest = "".join(f" {format_arguments(realm, [value])}" for value in arguments[1:])
        _line(realm, f"{label}: {shown}{rest}", 1)
    return None


function("console", "timeEnd", 0, CONSOLE)(lambda realm, this, arguments: _elapsed(realm, arguments, True))
function("console", "timeLog", 0, CONSOLE)(lambda realm, this, arguments: _elapsed(realm, arguments, False))


@function("console", "table", 1, CONSOLE)
def _table(realm: Host, this: Value, arguments: list[Value]) -> Value:
    data = argument(arguments, 0)
    if not isinstance(data, JsObject):
        _line(realm, format_arguments(realm, arguments), 1)
        return None
    if isinstance(data, JsMap):
        _line(realm, _map_table(realm, data), 1)
        return None
    wanted = [to_text(realm, name) for name in realm.values_of(arguments[1])] if len(arguments) > 1 else None
    keys = (
        [str(place) for place in range(len(data.items))] if isinstance(data, JsArray) else enumerable_keys(realm, data)
    )
    columns: list[str] = []
    rows: list[tuple[str, dict[str, str], str | None]] = []
    options = Options(depth=0)
    for key in keys:
        value = get(realm, data, key)
        if isinstance(value, JsObject | Native):
            held = {name: inspect(realm, get(realm, value, name), options) for name in enumerable_keys(realm, value)}
            columns += [name for name in held if name not in columns]
            rows.append((key, held, None))
        else:
            rows.append((key, {}, inspect(realm, value, options)))
    columns = columns if wanted is None else wanted
    has_values = any(value is not None for _, _, value in rows)
    heads = ["(index)", *columns, *(["Values"] if has_values else [])]
    lines = [
        [key, *(held.get(name, "") for name in columns), *([value or ""] if has_values else [])]
        for key, held, value in rows
    ]
    _line(realm, _drawn(heads, lines), 1)
    return None


def _map_table(realm: Host, data: JsMap) -> str:
    """A Map or a Set, an entry a line."""
    options = Options(depth=0)
    entries = [entry for entry in data.order if entry is not None]
    if data.kind == "Set":
        lines = [[str(place), inspect(realm, key, options)] for place, (key, _) in enumerate(entries)]
        return _drawn(["(iteration index)", "Values"], lines)
    lines = [
        [str(place), inspect(realm, key, options), inspect(realm, value, options)]
        for place, (key, value) in enumerate(entries)
    ]
    return _drawn(["(iteration index)", "Key", "Values"], lines)


def _drawn(heads: list[str], lines: list[list[str]]) -> str:
    widths = [max(width(line[place]) for line in [heads, *lines]) + 2 for place in range(len(heads))]

    def row(cells: list[str]) -> str:
        return (
            "│"
            + "│".join(
                f" {text}{' ' * (columns - 1 - width(text))}" for text, columns in zip(cells, widths, strict=True)
            )
            + "│"
        )

    def rule(left: str, middle: str, right: str) -> str:
        return left + middle.join("─" * columns for columns in widths) + right

    return "\n".join([rule("┌", "┬", "┐"), row(heads), rule("├", "┼", "┤"), *map(row, lines), rule("└", "┴", "┘")])


NAMESPACES.append("console")
