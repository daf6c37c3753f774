"""What lasts of a realm: its prototypes, global object and queues, and the tables that they begin with."""

from __future__ import annotations

from collections import deque
from typing import Final, Protocol

from fakedocker.userland.languages.javascript.cells import (
    HostFunction,
    JsArray,
    JsObject,
    Promise,
    Slot,
    Symbol,
    Value,
    Wrapper,
    hidden,
)
from fakedocker.userland.languages.javascript.shared import (
    TO_STRING_TAG,
    Host,
    Key,
    Native,
    Table as Table,
)
from fakedocker.userland.languages.machine.cells import cell
from fakedocker.userland.languages.machine.code import Box

PROTOTYPES: Final[dict[str, str | None]] = {
    "Object": None, "Function": "Object", "AsyncFunction": "Function", "GeneratorFunction": "Function", "AsyncGeneratorFunction": "Function",
}  # fmt: skip
"""Every prototype object and the one that it inherits from; libraries add theirs (`add_prototype`)."""


TABLES: Final[dict[str, Table]] = {}


GLOBALS: Final = Table("globalThis", {TO_STRING_TAG: "global"})


NAMESPACES: Final = ["JSON", "Math", "Reflect"]
"""Objects without a constructor that every script finds, by the names of their tables."""


NATIVE_PARENTS: Final[dict[str, Native]] = {}


_HELD: Final[dict[str, str | float | bool]] = {"String": "", "Number": 0.0, "Boolean": False}
"""What the prototypes hold that are objects of their own kind."""


_NOTHING: Final = Native("Function.prototype", lambda realm, this, arguments: None, name="")
"""What Function.prototype does when it is called, as it is a function itself."""


def _new_prototype(name: str) -> JsObject:
    if name == "Function":
        made: JsObject = HostFunction(None, _NOTHING, None)
    elif name == "Array":
        made = JsArray(None, [])
    else:
        made = Wrapper(None, name, _HELD[name]) if name in _HELD else JsObject(None)
    made.table = TABLES.get(name)
    return made


def add_prototype(name: str, parent: str = "Object", entries: dict[Key, Value] | None = None) -> Table:
    """A prototype that every realm has, with what it has in all of them."""
    PROTOTYPES.setdefault(name, parent)
    table = TABLES[name] = Table(f"{name}.prototype", entries)
    return table


class ModuleHost(Protocol):
    """What finds modules for a realm, see `node_host.ecmascript`."""

    def imported_box(self, realm: Host, url: str, specifier: str, name: str) -> Box: ...
    def bind_exports(self, realm: Host, url: str, names: list[tuple[str, str]]) -> dict[str, Box]: ...
    def import_later(self, realm: Host, referrer: str, specifier: Value) -> Value: ...


@cell
class State:
    """What lasts of a realm.

    Attributes:
        protos: the prototype objects by name.
        globals: the global object.
        extras: properties that a script has given to natives, by their path.
        jobs: promises' reactions that wait to be run; `ticks`: those of process.nextTick.
        written: functions of the library in JavaScript, by file.
        symbols: those of Symbol.for.
        templates: the arrays of tagged templates.
        modules: what has been loaded, by kind and path.
        host: what the host keeps: timers, sockets, signals.
    """

    __slots__ = (
        "extras",
        "globals",
        "host",
        "jobs",
        "modules",
        "protos",
        "rejected",
        "symbols",
        "templates",
        "ticks",
        "written",
    )

    def __init__(self) -> None:
        self.protos: dict[str, JsObject] = {}
        for name in PROTOTYPES:
            self.protos[name] = _new_prototype(name)
        for name, parent in PROTOTYPES.items():
            self.protos[name].proto = None if parent is None else self.protos[parent]
        for kind, instance in (("GeneratorFunction", "Generator"), ("AsyncGeneratorFunction", "AsyncGenerator")):
            self.protos[kind].props["prototype"] = Slot(self.protos[instance], writable=False, enumerable=False)
            self.protos[instance].props["constructor"] = Slot(self.protos[kind], writable=False, enumerable=False)
        self.globals = JsObject(self.protos["Object"], "global", GLOBALS)
        for name in NAMESPACES:
            self.globals.props[name] = hidden(JsObject(self.protos["Object"], table=Table.known[name]))
        self.extras: dict[str, JsObject] = {}
        self.jobs: deque[Value] = deque()
        self.ticks: deque[Value] = deque()
        self.rejected: list[Promise] = []
        self.written: dict[str, JsObject] = {}
        self.symbols: dict[str, Symbol] = {}
        self.templates: dict[Value, JsArray] = {}
        self.modules: dict[Value, Value] = {}
        self.host: dict[str, Value] = {}
