"""What a script finds without packages: builtins, methods of plain values, and members of a few standard modules."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from typing import Final

from fakedocker.base.numbers import is_digits
from fakedocker.userland.inputs import bytes_of
from fakedocker.userland.languages.python import python_files, python_packages
from fakedocker.userland.languages.python.python_files import OpenFile
from fakedocker.userland.languages.python.python_texts import (
    EXCEPTIONS,
    representation,
    shown,
)
from fakedocker.userland.languages.python.python_values import Evaluator, Member, Method, Raised, Thing, Value
from fakedocker.userland.languages.script_machine import Exit, FunctionValue, NotSimulated
from fakedocker.userland.services.line_input import next_line

LARGEST: Final = 1_000_000
METHODS: Final[dict[type, frozenset[str]]] = {
    str: frozenset("upper lower strip lstrip rstrip split rsplit splitlines join replace startswith endswith find count title capitalize format zfill ljust rjust center isdigit isalpha encode index partition rpartition removeprefix removesuffix swapcase".split()),
    list: frozenset("append extend insert pop remove sort reverse index count copy clear".split()),
    dict: frozenset("get keys values items pop update setdefault copy clear".split()),
    tuple: frozenset("index count".split()),
    bytes: frozenset("decode hex".split()),
}  # fmt: skip
PURE: Final[dict[str, Callable[..., Value]]] = {
    "len": len, "str": lambda *values: shown(values[0]) if len(values) == 1 else str(*values), "int": int, "float": float, "repr": lambda value: representation(value), "bool": bool, "abs": abs, "min": min, "max": max,
    "sum": sum, "sorted": sorted, "round": round, "ord": ord, "chr": chr, "hex": hex, "bin": bin, "any": any, "all": all,
    "divmod": divmod, "dict": dict, "tuple": tuple, "isinstance": lambda value, kind: type(value).__name__ == kind.name,
}  # fmt: skip
LISTS: Final[dict[str, Callable[..., list[Value]]]] = {
    "list": lambda *values: list(*values), "enumerate": lambda *values: [*enumerate(*values)], "zip": lambda *values: [*zip(*values, strict=False)],
    "reversed": lambda values: [*reversed(values)], "range": lambda *values: _range(*values), "set": lambda *values: list(dict.fromkeys(*values)),
}  # fmt: skip
OTHERS: Final = frozenset({"print", "input", "exit", "quit", "type", "open"})
_MATH: Final = frozenset("sqrt floor ceil sin cos tan log log2 log10 exp pow factorial gcd".split())


def _range(*values: int) -> list[int]:
    found = range(*values)
    if len(found) > LARGEST:
        raise NotSimulated("so large a range")
    return list(found)


def check_format(text: str) -> None:
    """Raises NotSimulated for widths of many digits."""
    if re.search(r"\d{6}", text):
        raise NotSimulated("so wide a format")


def member(own: Evaluator, module: str, name: str) -> Value:
    facts = {
        ("sys", "argv"): list(own.arguments), ("sys", "platform"): "linux", ("os", "name"): "posix", ("os", "sep"): "/",
        ("sys", "version"): f"{own.version} (main, Sep 27 2024, 04:10:18) [GCC 12.2.0]", ("math", "pi"): math.pi,
        ("sys", "executable"): "/usr/local/bin/python3", ("math", "e"): math.e, ("math", "inf"): math.inf,
        ("sys", "version_info"): tuple(int(part) for part in own.version.split(".")[:3] if is_digits(part)),
    }  # fmt: skip
    if (module, name) in facts:
        return facts[(module, name)]
    if python_packages.has(module, name):
        return python_packages.member(own, module, name)
    if (module, name) in _FUNCTIONS or (module == "math" and name in _MATH) or (module, name) in _PARTS:
        return Member(module, name)
    raise NotSimulated(f"{module}.{name}")


def call_method(own: Evaluator, method: Method, arguments: list[Value], named: dict[str, Value]) -> Value:
    if isinstance(method.value, Thing):
        return python_packages.method(own, method.value, method.name, arguments, named)
    if isinstance(method.value, OpenFile):
        return python_files.call(own.system, own.state, method.value, method.name, arguments)
    if method.name in ("ljust", "rjust", "center", "zfill") and arguments and int(arguments[0]) > LARGEST:
        raise NotSimulated("so large a value")
    if method.name in ("replace", "join", "extend"):
        sizes = [len(value) for value in (method.value, *arguments) if hasattr(value, "__len__")]
        if math.prod(max(1, size) for size in sizes) > LARGEST * 10:
            raise NotSimulated("so large a value")
    if method.name == "format":
        check_format(method.value)
        if re.search(r"\{[^}:!]*[.\[]", method.value):
            raise NotSimulated("an attribute in a format string")
    found = getattr(method.value, method.name)(*arguments, **named)
    return list(found) if isinstance(method.value, dict) and method.name in ("keys", "values", "items") else found


def call_builtin(own: Evaluator, member: Member, arguments: list[Value], named: dict[str, Value]) -> Value:
    if not member.module and member.name in EXCEPTIONS:
        return Raised(member.name, tuple(arguments))
    if python_packages.has(member.module, member.name):
        return python_packages.call(own, member, arguments, named)
    if member.module == "math":
        if member.name == "factorial" and arguments[0] > 10_000:
            raise NotSimulated("so large a number")
        return getattr(math, member.name)(*arguments)
    if member.module:
        return _FUNCTIONS[(member.module, member.name)](own, *arguments, **named)
    if member.name in LISTS:
        return LISTS[member.name](*arguments)
    if member.name in PURE:
        if any(isinstance(value, Member | FunctionValue) for value in named.values()) and "key" in named:
            raise NotSimulated("a key function")
        return PURE[member.name](*arguments, **named)
    if member.name == "print":
        return _print(own, *arguments, **named)
    if member.name == "input":
        return _input(own, *arguments)
    if member.name in ("exit", "quit"):
        return _exit(own, *arguments)
    if member.name == "type":
        return Member("", type(arguments[0]).__name__)
    return python_files.open_file(own.system, own.state, *arguments, **named)


def _print(
    own: Evaluator, *values: Value, sep: str = " ", end: str = "\n", file: Value = None, flush: bool = False
) -> None:
    text = sep.join(shown(value) for value in values) + end
    if isinstance(file, OpenFile):
        python_files.call(own.system, own.state, file, "write", [text])
    else:
        own.system.put(bytes_of(text), 2 if file == Member("sys", "stderr") else 1)


def _input(own: Evaluator, prompt: Value = "") -> str:
    if prompt and not own.state.get("asked"):
        own.system.put(bytes_of(str(prompt)))
        own.state["asked"] = True
    line = next_line(own.system, own.state)
    own.state["asked"] = False
    if line is None:
        raise EOFError("EOF when reading a line")
    return line


def _exit(own: Evaluator, status: Value = 0) -> None:
    if isinstance(status, str):
        own.system.put(bytes_of(f"{status}\n"), 2)
        raise Exit(1)
    raise Exit(int(status or 0) & 255)


def _sleep(own: Evaluator, seconds: float) -> None:
    """Once for each call, however often the statement is evaluated."""
    until_ns = own.state.setdefault("until_ns", own.system.now_ns + int(seconds * 1e9))
    own.system.sleep_until(until_ns)
    del own.state["until_ns"]


def _exists(own: Evaluator, path: str) -> bool:
    try:
        own.system.stat(path)
    except OSError:
        return False
    return True


_PARTS: Final = frozenset({("os", "environ"), ("os", "path"), ("sys", "stdout"), ("sys", "stderr"), ("sys", "stdin")})
_FUNCTIONS: Final[dict[tuple[str, str], Callable[..., Value]]] = {
    ("os", "getenv"): lambda own, name, default=None: own.system.environment.get(name, default),
    ("os.environ", "get"): lambda own, name, default=None: own.system.environment.get(name, default),
    ("os.environ", "items"): lambda own: list(own.system.environment.items()),
    ("os", "getcwd"): lambda own: own.system.directory,
    ("os", "getpid"): lambda own: own.system.pid,
    ("os", "getuid"): lambda own: own.system.uid,
    ("os", "listdir"): lambda own, path=".": own.system.list_directory(path),
    ("os.path", "exists"): lambda own, path: _exists(own, path),
    ("os.path", "join"): lambda own, *parts: "/".join(part.rstrip("/") for part in parts[:-1]) + "/" + parts[-1],
    ("os.path", "basename"): lambda own, path: path.rpartition("/")[2],
    ("sys", "exit"): lambda own, *status: _exit(own, *status),
    ("sys.stdout", "write"): lambda own, text: (own.system.put(bytes_of(text)), len(text))[1],
    ("sys.stdout", "flush"): lambda own: None,
    ("sys.stderr", "write"): lambda own, text: (own.system.put(bytes_of(text), 2), len(text))[1],
    ("sys.stdin", "readline"): lambda own: (next_line(own.system, own.state) or "") + "\n",
    ("time", "sleep"): lambda own, seconds: _sleep(own, seconds),
    ("time", "time"): lambda own: own.system.now_ns / 1e9,
    ("json", "dumps"): lambda own, value, **named: json.dumps(value, **{key: named[key] for key in ("indent", "sort_keys") if key in named}),
    ("json", "loads"): lambda own, text: json.loads(text),
    ("socket", "gethostname"): lambda own: own.system.hostname,
    ("socket", "gethostbyname"): lambda own, name: own.system.resolve(name)[0],
    ("platform", "python_version"): lambda own: own.version,
    ("platform", "node"): lambda own: own.system.hostname,
    ("platform", "system"): lambda own: "Linux",
    ("platform", "machine"): lambda own: "x86_64",
    ("random", "choice"): lambda own, items: items[own.system.random(len(items))],
    ("random", "randint"): lambda own, low, high: low + own.system.random(high - low + 1),
    ("random", "randrange"): lambda own, low, high=None: own.system.random(low) if high is None else low + own.system.random(high - low),
    ("random", "random"): lambda own: own.system.random(1 << 53) / (1 << 53),
}  # fmt: skip
