"""Which modules the small Python has: its own, and packages of the index once they are installed.

A package is tables of its members, its objects' methods and its exceptions. It must not know expressions.
"""

from __future__ import annotations

import sys
from typing import Final

from fakedocker.kernel import marks
from fakedocker.kernel.program import System
from fakedocker.userland.languages.python import python_flask, python_redis, python_web
from fakedocker.userland.languages.python.python_values import Evaluator, Member, Method, Raised, Thing, Value, failure
from fakedocker.userland.languages.script_machine import NotSimulated
from fakedocker.userland.packages import python_index
from fakedocker.userland.packages.pip_site import find_site, installed, normalized

_OWN: Final = frozenset("os sys time json socket platform math os.path random html typing".split())
_PACKAGES: Final = frozenset("flask redis fastapi gunicorn uvicorn".split())
_MEMBERS: Final[dict[tuple[str, str], Value]] = {
    **python_flask.MEMBERS, **python_web.MEMBERS,
    ("redis", "Redis"): python_redis.client, ("redis", "StrictRedis"): python_redis.client, ("redis", "from_url"): python_redis.from_url,
    ("redis.Redis", "from_url"): python_redis.from_url,
    ("html", "escape"): lambda own, text, *_: text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;"),
}  # fmt: skip
_OBJECTS: Final[dict[str, dict[str, Value]]] = {
    **python_flask.OBJECTS,
    "redis": dict.fromkeys(python_redis.COMMANDS, python_redis.command),
}
_EXCEPTIONS: Final[dict[str, tuple[str, ...]]] = {**python_redis.EXCEPTIONS, **python_flask.EXCEPTIONS}
_ALIASES: Final = {f"redis.{name.rpartition('.')[2]}": name for name in python_redis.EXCEPTIONS}
_TYPES: Final = frozenset("Union Optional List Dict Value Tuple".split())


def check_import(system: System, module: str) -> None:
    """Let pass what can be imported.

    Raises:
        ScriptError: there is no such module.
        NotSimulated: there is, and it is not simulated.
    """
    if module in _OWN:
        return
    top = module.partition(".")[0]
    if top in _PACKAGES and _is_installed(system, top):
        return
    local = f"{system.directory.rstrip('/')}/{top}"
    if _exists(system, f"{local}.py") or _exists(system, local):
        raise NotSimulated(f"a module of the script's own ({top})")
    if top in sys.stdlib_module_names or _is_installed(system, top):
        raise NotSimulated(f"the module {module}", marks.MODULE)
    if any(top in python_index.modules_of(name) for name in installed(system, find_site(system))):
        raise NotSimulated(f"the module {module}", marks.MODULE)
    raise failure("ModuleNotFoundError", f"No module named '{top}'")


def _is_installed(system: System, name: str) -> bool:
    site = find_site(system)
    return _exists(system, f"{site.directory}/{name}") or normalized(name) in installed(system, site)


def _exists(system: System, path: str) -> bool:
    try:
        system.stat(path)
    except OSError:
        return False
    return True


def has(module: str, name: str) -> bool:
    """Whether a package, or a part of one, has a member of that name."""
    return (
        (module, name) in _MEMBERS
        or (module, name) in (("redis", "exceptions"), ("flask", "request"), ("fastapi", "responses"))
        or module == "flask.request"
        or (module == "typing" and name in _TYPES)
        or is_exception(f"{module}.{name}")
    )


def member(own: Evaluator, module: str, name: str) -> Value:
    """A member of a package."""
    if module == "flask.request" and (module, name) not in _MEMBERS:
        return python_flask.asked(own, name)
    return Member(*_ALIASES.get(f"{module}.{name}", f"{module}.{name}").rsplit(".", 1))


def call(own: Evaluator, function: Member, arguments: list[Value], named: dict[str, Value]) -> Value:
    """Call a member of a package."""
    found = _MEMBERS.get((function.module, function.name))
    kind = f"{function.module}.{function.name}"
    if found is None and is_exception(kind):
        return Raised(kind, tuple(arguments))
    if found is None:
        raise failure("TypeError", f"'{function.name}' object is not callable")
    return found(own, *arguments, **named)


def attribute(own: Evaluator, thing: Thing, name: str) -> Value:
    """An attribute of an object: one of its methods, or something that it has."""
    if name in _OBJECTS.get(thing.kind, {}):
        return Method(thing, name)
    held = own.data(thing)
    if name in held:
        return held[name]
    raise NotSimulated(f"{thing.kind}'s {name}")


def method(own: Evaluator, thing: Thing, name: str, arguments: list[Value], named: dict[str, Value]) -> Value:
    """Call a method of an object, or with the name "()" the object itself."""
    found = _OBJECTS.get(thing.kind, {}).get(name)
    if found is None:
        raise failure("TypeError", f"'{thing.kind}' object is not callable")
    if found is python_redis.command:
        return found(own, thing, name, arguments, named)
    return found(own, thing, *arguments, **named)


def is_exception(kind: str) -> bool:
    return kind in _EXCEPTIONS or kind in _ALIASES


def ancestors(kind: str) -> tuple[str, ...]:
    """What a class of a package's exceptions descends from."""
    return _EXCEPTIONS.get(kind, ())
