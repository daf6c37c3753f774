"""All that a stored memory of a program may refer to: the natives of every module of the library, which are else imported when
a program asks for them."""

from __future__ import annotations

import pkgutil
from importlib import import_module

from fakedocker.userland.languages.python import modules, startup  # noqa: F401  # the latter has all the rest

for _found in pkgutil.iter_modules(modules.__path__):
    import_module(f"{modules.__name__}.{_found.name}")
