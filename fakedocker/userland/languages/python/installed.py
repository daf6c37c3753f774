"""Packages of other people: which are installed, and which of them are simulated."""

from __future__ import annotations

from fakedocker.kernel import marks
from fakedocker.kernel.program import System
from fakedocker.userland.languages.machine.cells import NotSimulated
from fakedocker.userland.languages.python.signs import Interpreter
from fakedocker.userland.packages import python_index
from fakedocker.userland.packages.pip_site import find_site, installed, normalized


def is_installed(system: System, name: str) -> bool:
    """Whether a package of that name can be imported."""
    site = find_site(system)
    try:
        system.stat(f"{site.directory}/{name}")
        return True
    except OSError:
        pass
    known = installed(system, site)
    return normalized(name) in known or any(name in python_index.modules_of(each) for each in known)


def check_installed(m: Interpreter, top: str, name: str) -> None:
    """Refuse a package that is installed, but not simulated."""
    if is_installed(m.system, top):
        raise NotSimulated(f"the module {name}", marks.MODULE)
