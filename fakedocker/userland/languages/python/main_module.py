"""`python -m name`: which file is run, and the packages that are run before it."""

from __future__ import annotations

from typing import Final

from fakedocker.kernel import marks
from fakedocker.userland.languages.machine.cells import NotSimulated
from fakedocker.userland.languages.machine.code import After
from fakedocker.userland.languages.python import importing, library, real_names
from fakedocker.userland.languages.python.signs import Interpreter
from fakedocker.userland.languages.python.values import Native


def find_main(m: Interpreter, name: str) -> tuple[str, str, list[str]] | str:
    """What `-m name` runs: the file, its package, and the packages to be run before; or what is said if there is none."""
    paths = m.modules["sys"].names["path"]
    parents: list[str] = []
    parts = name.split(".")
    for place, last in enumerate(parts):
        own = f"{m.state['prefix']}/lib/"
        folders = [path for path in paths if not path.startswith(own) and "-packages" not in path]
        found = next(
            (each for each in (importing.in_directory(m, path, last) for path in folders) if each is not None), None
        )
        full = ".".join(parts[: place + 1])
        if found is None:
            if library.has(name) or name.partition(".")[0] in real_names.module_names(m.minor):
                raise NotSimulated(f"the module {name}", marks.MODULE)
            importing.refuse(m, name)
            if place:
                return f"Error while finding module specification for '{name}' (ModuleNotFoundError: No module named '{full}')"
            return f"No module named {name}"
        path, package = found
        if package is not None:
            paths = [package]
            if path:
                parents.append(full)
        elif place < len(parts) - 1:
            return f"Error while finding module specification for '{name}' (ModuleNotFoundError: __path__ attribute not found on '{full}' while trying to find '{full}.{parts[place + 1]}')"
    if package is None:
        return path, name.rpartition(".")[0], parents
    main = importing.in_directory(m, package, "__main__")
    if main is None or main[1] is not None:
        return f"No module named {name}.__main__; '{name}' is a package and cannot be directly executed"
    return main[0], name, parents


def enter_parents(m: Interpreter, names: list[str]) -> None:
    """Let packages be run before the frame on top goes on, outer ones first."""
    frame = m.trampoline(Native.known["_natives:.import_by_name"], [names[-1], True])
    frame.after = _PARENTS
    m.enter(frame)


_PARENTS: Final = After("python.parents", lambda runner, frame, value: None)
