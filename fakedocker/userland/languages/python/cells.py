"""Everything that registers cells or shared things, so that a stored memory can be read."""

from __future__ import annotations

from fakedocker.userland.languages.python import (
    builtin_containers,
    builtin_dunders,
    builtin_folds,
    builtin_functions,
    builtin_lazy,
    builtin_numbers,
    builtin_sets,
    builtin_str,
    compile_definitions,
    displays,
    generics,
    interpreter,
    introspection,
    library,
    natives,
    threads,
)
from fakedocker.userland.languages.python.modules import io, sys

PARTS = (
    builtin_containers, builtin_dunders, builtin_folds, builtin_functions, builtin_lazy, builtin_numbers, builtin_sets, builtin_str,
    compile_definitions, displays, generics, interpreter, introspection, io, library, natives, sys, threads,
)  # fmt: skip
library.add_builtins()
