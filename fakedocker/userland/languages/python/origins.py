"""Where the modules of the library are from, as an ImportError tells it."""

from __future__ import annotations

from typing import Final

from fakedocker.userland.languages.machine.cells import NotSimulated
from fakedocker.userland.languages.python import library
from fakedocker.userland.languages.python.signs import Interpreter

_BUILT_IN: Final = frozenset(("sys", "builtins", "time", "itertools", "errno", "posix"))
"""Modules that have no file."""
_SHARED: Final = frozenset(("math", "binascii"))
"""Modules whose files are named after the machine that they were built for."""
_PACKAGES: Final = {
    "asyncio": "__main__ base_events base_futures base_subprocess base_tasks constants coroutines events exceptions"
    " format_helpers futures graph locks log mixins proactor_events protocols queues runners selector_events sslproto staggered"
    " streams subprocess taskgroups tasks threads timeouts tools transports trsock unix_events windows_events windows_utils",
    "collections": "abc",
    "html": "entities parser",
    "http": "client cookiejar cookies server",
    "json": "__main__ decoder encoder scanner tool",
    "logging": "config handlers",
    "sqlite3": "__main__ dbapi2 dump",
    "unittest": "__main__ _log async_case case loader main mock result runner signals suite test util",
    "urllib": "error parse request response robotparser",
}
"""The packages of the library and the modules within, those of any version."""


def is_package(m: Interpreter, name: str) -> bool:
    """Whether a module of the library is one that has others within."""
    return name in _PACKAGES or (name == "re" and m.minor >= 11) or (name == "pathlib" and m.minor >= 13)


def has_module(m: Interpreter, package: str, last: str) -> bool:
    """Whether a package of the library may have such a module within."""
    return is_package(m, package) and last in _PACKAGES.get(package, last).split(" ")


def file_of(m: Interpreter, name: str) -> str | None:
    """The file of a module of the library; None where it is built in."""
    if name in _BUILT_IN:
        return None
    if name in _SHARED or name.partition(".")[0] in library.PACKAGES or name.startswith("_"):
        raise NotSimulated(f"where the module {name} is from")
    inner = name.replace(".", "/")
    last = "/__init__.py" if is_package(m, name) else ".py"
    return f"{m.state['prefix']}/lib/python3.{m.minor}/{inner}{last}"
