"""sys."""

from __future__ import annotations

from typing import Final

from fakedocker.userland.languages.machine.cells import NotSimulated, Value
from fakedocker.userland.languages.python import files, real_names
from fakedocker.userland.languages.python.errors import error, type_error
from fakedocker.userland.languages.python.files import TEXT, new_file
from fakedocker.userland.languages.python.library import names_for
from fakedocker.userland.languages.python.sets import SetValue
from fakedocker.userland.languages.python.signs import Interpreter
from fakedocker.userland.languages.python.structures import structure, structure_class
from fakedocker.userland.languages.python.types import native, type_name
from fakedocker.userland.languages.python.values import Opaque


def make_streams(m: Interpreter, unbuffered: bool) -> dict[str, Opaque]:
    """stdin, stdout and stderr."""
    found = {}
    for fd, (name, mode) in enumerate((("stdin", "r"), ("stdout", "w"), ("stderr", "w"))):
        stream = new_file(TEXT, fd, f"<{name}>", mode, True, stream=True)
        stream.state["errors"] = "backslashreplace" if name == "stderr" else "surrogateescape" if False else "strict"
        stream.state["line"] = name == "stderr" or (m.system.is_terminal(fd) and mode == "w")
        stream.state["through"] = unbuffered and mode == "w"
        found[name] = stream
    m.state["streams"] = [found["stdout"], found["stderr"]]
    return found


@native("exit", module="sys")
def _exit(m: Interpreter, status: Value = None) -> Value:
    raise error("SystemExit", *(() if status is None else (status,)))


@native("getrecursionlimit", module="sys")
def _getrecursionlimit(m: Interpreter) -> Value:
    return m.most_frames


@native("setrecursionlimit", module="sys")
def _setrecursionlimit(m: Interpreter, limit: Value) -> Value:
    if type(limit) is not int:
        raise type_error(f"'{type_name(limit)}' object cannot be interpreted as an integer")
    if limit < 1:
        raise error("ValueError", "recursion limit must be greater or equal than 1")
    m.most_frames = m.memory.roots["most_frames"] = min(limit, 20000)


@native("getsizeof", module="sys")
def _getsizeof(m: Interpreter, value: Value) -> Value:
    raise NotSimulated("sys.getsizeof")


@native("exc_info", module="sys")
def _exc_info(m: Interpreter) -> Value:
    from fakedocker.userland.languages.python.tracebacks import Traceback

    value = m.handled()
    if value is None:
        return (None, None, None)
    return (value.cls, value, Traceback(list(value.entries)))


@native("getdefaultencoding", module="sys")
def _getdefaultencoding(m: Interpreter) -> Value:
    return "utf-8"


@native("getfilesystemencoding", module="sys")
def _getfilesystemencoding(m: Interpreter) -> Value:
    return "utf-8"


@native("intern", module="sys")
def _intern(m: Interpreter, text: Value) -> Value:
    return text


@native("set_int_max_str_digits", module="sys")
def _set_digits(m: Interpreter, digits: Value) -> Value:
    raise NotSimulated("sys.set_int_max_str_digits")


@native("displayhook", module="sys")
def displayhook(m: Interpreter, value: Value) -> Value:
    """What the prompt does with the value of a statement."""
    if value is not None:
        files.write_text(m, m.modules["sys"].names["stdout"], m.shown(value) + "\n")
        m.modules["builtins"].names["_"] = value


_VERSION_INFO = ("major", "minor", "micro", "releaselevel", "serial")
structure_class("sys.version_info", _VERSION_INFO)


def _module_names(m: Interpreter) -> Value:
    """The names of the library's modules as a frozenset of this interpreter's own. Its table is made once for a seed of hashes."""
    key = (m.minor, m.hash_key)
    made: SetValue | None = _MODULE_NAMES.get(key)
    if made is None:
        if len(_MODULE_NAMES) >= _MOST_TABLES:
            _MODULE_NAMES.clear()
        made = _MODULE_NAMES[key] = m.frozenset_of(real_names.module_names(m.minor))
    return made.twin()


_MODULE_NAMES: Final[dict[Value, SetValue]] = {}
_MOST_TABLES: Final = 16


@names_for("sys")
def _names(m: Interpreter) -> dict[str, Value]:
    major, minor, micro = m.version
    info = structure("sys.version_info", _VERSION_INFO, (major, minor, micro, "final", 0))
    base = m.state.get("prefix", "/usr/local")
    return {
        "argv": list(m.state["argv"]), "path": list(m.state["path"]), "modules": m.modules, "version_info": info,
        "version": f"{major}.{minor}.{micro} (main, Jan  1 2024, 00:00:00) [GCC 12.2.0]", "platform": "linux",
        "byteorder": "little", "maxsize": (1 << 63) - 1, "maxunicode": 0x10FFFF, "executable": m.state["executable"],
        "prefix": base, "base_prefix": m.state.get("base_prefix", base), "exec_prefix": base,
        "hexversion": major << 24 | minor << 16 | micro << 8 | 0xF0, "dont_write_bytecode": bool(m.system.environment.get("PYTHONDONTWRITEBYTECODE")),
        "stdlib_module_names": _module_names(m) if minor >= 10 else None,
        **m.state["standard"], **{f"__{name}__": each for name, each in m.state["standard"].items()},
    }  # fmt: skip
