"""The start of a program: its modules, its arguments, and the frame of what it runs."""

from __future__ import annotations

from fakedocker.kernel.program import System
from fakedocker.userland.languages.machine.cells import Value
from fakedocker.userland.languages.machine.code import Box, Source
from fakedocker.userland.languages.machine.memory import ScriptMemory
from fakedocker.userland.languages.python import cells, importing, library
from fakedocker.userland.languages.python.interpreter import Interpreter
from fakedocker.userland.languages.python.modules.sys import make_streams
from fakedocker.userland.languages.python.source_errors import SourceError
from fakedocker.userland.languages.python.values import UNBOUND, FunctionCode, Module, PyFrame
from fakedocker.userland.packages.pip_site import find_site

PARTS = cells.PARTS


def begin(
    system: System,
    version: tuple[int, int, int],
    arguments: list[str],
    first_path: str | None,
    unbuffered: bool,
    executable: str,
) -> Interpreter:
    """An interpreter with sys, builtins and an empty `__main__`."""
    base = "/usr/local" if executable.startswith("/usr/local") else executable.rpartition("/bin/")[0] or "/usr"
    library_path = f"{base}/lib/python3.{version[1]}"
    told = [each for each in system.environment.get("PYTHONPATH", "").split(":") if each]
    path = [
        *([] if first_path is None else [first_path]),
        *told,
        f"{base}/lib/python3{version[1]}.zip",
        library_path,
        f"{library_path}/lib-dynload",
        find_site(system).directory,
    ]
    roots: dict[str, Value] = {
        "top": None,
        "modules": {},
        "state": {"argv": arguments, "path": path, "executable": executable, "prefix": base, "sources": {}},
    }
    m = Interpreter(system, ScriptMemory("python", roots), version)
    m.state["standard"] = make_streams(m, unbuffered)
    builtins = Module("builtins", dict(library.BUILTINS), True)
    m.modules["builtins"] = builtins
    importing.load_library(m, "sys")
    names: dict[str, Value] = {
        "__name__": "__main__", "__doc__": None, "__package__": None, "__loader__": None, "__spec__": None,
        "__annotations__": {}, "__builtins__": builtins,
    }  # fmt: skip
    m.modules["__main__"] = Module("__main__", names)
    return m


def enter_source(m: Interpreter, text: str, name: str, shows: bool = False) -> None:
    """Put a source's frame on top, in `__main__`. Raises SourceError."""
    options = (m.minor, "", "shows") if shows else (m.minor, "")
    source = Source.of("python", text, name, *options)
    code = source.code(0)
    assert isinstance(code, FunctionCode)
    importing.warn(m, code.source.name, code.warnings, text if not name.startswith("<") else "\n" * text.count("\n"))
    main = m.modules["__main__"]
    frame = PyFrame(code, main.names, [Box(UNBOUND) for _ in range(code.own_boxes)], [UNBOUND] * code.slot_count)
    m.enter(frame)


__all__ = ["SourceError"]
