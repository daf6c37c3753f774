"""The builtins of the shells, a module a family; importing the package enters all of them in the table."""

from __future__ import annotations

from fakedocker.userland.sh.builtin_table import builtins_of
from fakedocker.userland.sh.builtins import (
    children,
    declaring,
    directories,
    flow,
    limits,
    naming,
    options,
    printing,
    reading,
    signals,
)

__all__ = ["builtins_of"]

FAMILIES = (children, declaring, directories, flow, limits, naming, options, printing, reading, signals)
