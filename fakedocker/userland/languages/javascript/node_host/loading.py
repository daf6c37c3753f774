"""Natives for finding and compiling sources: what `require` and the library itself are made of."""

from __future__ import annotations

import posixpath
from functools import cache
from importlib import resources

from fakedocker.base.numbers import is_digits
from fakedocker.kernel import marks
from fakedocker.userland.languages.javascript import absent, tracing
from fakedocker.userland.languages.javascript.calls import make_frame
from fakedocker.userland.languages.javascript.cells import JsFunction, JsObject, Promise, Value
from fakedocker.userland.languages.javascript.compiler import FILE, MODULE, WRAPPER
from fakedocker.userland.languages.javascript.cursor import AWAIT_OUTSIDE
from fakedocker.userland.languages.javascript.escapes import LINE_END, Refused
from fakedocker.userland.languages.javascript.natives import Host, argument, function, integer
from fakedocker.userland.languages.javascript.node_host.host import HOST, native, system_of, text_from
from fakedocker.userland.languages.javascript.operators import to_text
from fakedocker.userland.languages.javascript.realm import Realm
from fakedocker.userland.languages.javascript.shared import NULL
from fakedocker.userland.languages.javascript.units import from_units, to_units
from fakedocker.userland.languages.machine.cells import NotSimulated
from fakedocker.userland.languages.machine.code import Source
from fakedocker.userland.languages.machine.machine import Thrown

_LIBRARY = "fakedocker.userland.languages.javascript"
INTERNAL = frozenset(
    {
        "bootstrap",
        "errors",
        "standard",
        "abort",
        "fetch",
        "modules",
        "comparing",
        "assert_messages",
        "test_report",
        "test_mock",
        "test_files",
    }
)
"""Files of the library that no script may require."""


@cache
def library_source(folder: str, name: str) -> str | None:
    """A file of the library."""
    place = resources.files(_LIBRARY).joinpath("library", *folder.split("/"), f"{name.replace('/', '__')}.js")
    return place.read_text(encoding="utf-8") if place.is_file() else None


@cache
def builtin_names() -> tuple[str, ...]:
    """The modules that node itself has."""
    folder = resources.files(_LIBRARY).joinpath("library", "node")
    found = {
        place.name.removesuffix(".js").replace("__", "/") for place in folder.iterdir() if place.name.endswith(".js")
    }
    return tuple(sorted(found - INTERNAL | {"module", "test", "sea", "test/reporters"} | absent.modules()))


def load_library(realm: Realm, folder: str, name: str) -> Value:
    """What a file of the library exports: it is run once. Thrown if it fails."""
    loaded = realm.state.modules
    key = (folder, name)
    if key in loaded:
        return realm.get(loaded[key], "exports")
    text = library_source(folder, name)
    if text is None:
        raise NotSimulated(f"the module {name}", marks.MODULE)
    source = Source.of("javascript", text, f"{folder if folder == 'packages' else 'node'}:{name}", FILE, True)
    module = realm.new_object()
    exports = realm.new_object()
    module.props["exports"] = exports
    loaded[key] = module
    function_value = JsFunction(realm.protos["Function"], source.code(), [])
    realm.call_frame(make_frame(realm, function_value, exports, [exports, require_of(realm), module, name, ""]))
    exported = realm.get(module, "exports")
    if folder == "node":
        absent.attach(realm, name.replace("__", "/"), exported)
    return exported


def require_of(realm: Realm) -> Value:
    """The `require` of the library's own files."""
    return HOST.entries["requireBuiltin"]


@function("__host__", "requireBuiltin", 1, HOST)
def _require_builtin(realm: Host, this: Value, arguments: list[Value]) -> Value:
    name = to_text(realm, argument(arguments, 0)).removeprefix("node:")
    if name == "module":
        name = "modules"
    if name.startswith("packages/"):
        return load_library(realm, "packages", name.removeprefix("packages/"))
    return load_library(realm, "node", name)


@native("builtinNames")
def _builtin_names(realm: Host, this: Value, arguments: list[Value]) -> Value:
    return realm.array(list(builtin_names()))


@native("compile")
def _compile(realm: Host, this: Value, arguments: list[Value]) -> Value:
    """compile(text, name) -> the function that the file is. SyntaxError, shown where it is, if it is no JavaScript."""
    text, name = from_units(to_text(realm, argument(arguments, 0))), to_text(realm, argument(arguments, 1))
    source = Source.of("javascript", text.removeprefix("\ufeff"), name, FILE)
    try:
        code = source.code()
    except Refused as problem:
        thrown = syntax_error(realm, problem, text, name)
        _write_place(realm, thrown.value)
        raise thrown from None
    return JsFunction(realm.protos["Function"], code, [])


def _write_place(realm: Host, error: JsObject) -> None:
    """Put where a source is refused before the trace of the error, as is done for what is required; it is told no more then."""
    stack = error.props["stack"]
    stack.value = f"{realm.state.host['syntax'][1]}\n{realm.trace_text(error, stack)}"
    realm.state.host["syntax"] = (error, "")


_ONLY_IN_MODULES = frozenset(
    {
        "Cannot use import statement outside a module",
        "Unexpected token 'export'",
        "Cannot use 'import.meta' outside a module",
    }
)
"""What is said of a file that is a module and was read as none."""


def _is_detected(realm: Realm, name: str) -> bool:
    """Whether node takes a file for a module that nothing calls one: since 20.19 and 22.7, if it can be nothing else."""
    parts = [int(part) for part in realm.state.host["version"].split(".")[:2] if is_digits(part)]
    if parts < [20, 19] or (parts[0] in (21, 22) and parts < [22, 7]):
        return False
    try:
        text = realm.machine.system.read_file(name).decode("utf-8", "replace").removeprefix("\ufeff")
        Source.of("javascript", text, name, FILE).code()
    except Refused as problem:
        return problem.message in _ONLY_IN_MODULES or _is_only_module(problem, text, name)
    except (OSError, NotSimulated):
        return False
    return False


def _is_only_module(problem: Refused, text: str, name: str) -> bool:
    """Whether something is right at the top of a module only: `await`, and variables by the names of a file's parameters."""
    is_own = problem.message in {f"Identifier '{word}' has already been declared" for word in WRAPPER}
    if problem.message != AWAIT_OUTSIDE and not is_own:
        return False
    try:
        Source.of("javascript", text, name, MODULE).code()
    except (Refused, NotSimulated):
        return False
    return True


def syntax_error(realm: Realm, problem: Refused, text: str, name: str) -> Thrown:
    """A source that is refused, as an error that is thrown; where it is comes before its trace."""
    thrown = realm.error("SyntaxError", problem.message)
    realm.state.host["syntax"] = (thrown.value, pointed_at(problem, text, name))
    return thrown


def pointed_at(problem: Refused, text: str, name: str) -> str:
    """Where a source is refused: its line, and what is wrong underlined, unless that reaches beyond the line."""
    units = to_units(text)
    if problem.at < 0:  # V8 has no place for it
        return f"{name}:0\n{LINE_END.split(units, maxsplit=1)[0]}\n"
    ends = [found.end() for found in LINE_END.finditer(units, 0, problem.at)]
    start = ends[-1] if ends else 0
    end = LINE_END.search(units, start)
    line = units[start : len(units) if end is None else end.start()]
    number = len(ends) + 1
    indent = "".join("\t" if character == "\t" else " " for character in line[: problem.at - start])
    pointed = f"{indent}{'^' * (problem.end - problem.at)}\n" if problem.end - start <= len(line) else ""
    return f"{name}:{number}\n{line}\n{pointed}"


@native("thrownAt")
def _thrown_at(realm: Host, this: Value, arguments: list[Value]) -> Value:
    """thrownAt(error, name, line, text, column): what is shown before an error of the library's that nobody catches"""
    error, name, line, text, column = (argument(arguments, place) for place in range(5))
    if isinstance(error, JsObject):
        error.private = error.private or {}
        error.private["thrown at"] = (f"{name}:{integer(realm, line)}", text, f"{' ' * (integer(realm, column) - 1)}^")
    return error


@native("placed")
def _placed(realm: Host, this: Value, arguments: list[Value]) -> Value:
    """placed(error, name, promise) -> the error with the trace of a function of node's, as traces.json has it

    promise: what it fails, if it does; null if nothing of the script's has called the function.
    """
    error, promise = argument(arguments, 0), argument(arguments, 2)
    if isinstance(error, JsObject) and error.kind == "Error":
        name = to_text(realm, argument(arguments, 1))
        found = promise if isinstance(promise, Promise) else None
        tracing.place_at(realm, error, name, found, is_alone=promise is NULL)
    return error


@native("callPlace")
def _call_place(realm: Host, this: Value, arguments: list[Value]) -> Value:
    """callPlace() -> where the script has called the library: path, line and column"""
    found = tracing.calling_place(realm)
    return None if found is None else to_units(f"{found[0].removeprefix('file://')}:{found[1]}:{found[2]}")


@native("emitted")
def _emitted(realm: Host, this: Value, arguments: list[Value]) -> Value:
    """emitted(error, lines): what the trace of an error that nobody listens to says of where it was emitted"""
    error = argument(arguments, 0)
    if isinstance(error, JsObject):
        error.private = error.private or {}
        error.private["emitted"] = to_text(realm, argument(arguments, 1))
    return None


@native("refuse")
def _refuse(realm: Host, this: Value, arguments: list[Value]) -> Value:
    """refuse(what): the program ends with a mark"""
    raise NotSimulated(to_text(realm, argument(arguments, 0)))


@native("callText")
def _call_text(realm: Host, this: Value, arguments: list[Value]) -> Value:
    """callText(function) -> the text of the call of a function under way, as it is written in the script"""
    found = tracing.call_text(realm, argument(arguments, 0))
    if found is None:
        raise NotSimulated("the text of such a call")
    return found


@native("requires")
def _requires(realm: Host, this: Value, arguments: list[Value]) -> Value:
    """requires() -> the modules that options name, to be run before the script"""
    return realm.array([to_units(name) for name in realm.state.host["requires"]])


@native("kindOf")
def _kind_of(realm: Host, this: Value, arguments: list[Value]) -> Value:
    try:
        return system_of(realm).stat(text_from(realm, arguments, 0)).kind
    except OSError:
        return None


@native("readText")
def _read_text(realm: Host, this: Value, arguments: list[Value]) -> Value:
    try:
        return to_units(system_of(realm).read_file(text_from(realm, arguments, 0)).decode("utf-8", "replace"))
    except OSError:
        return None


@native("realPath")
def _real_path(realm: Host, this: Value, arguments: list[Value]) -> Value:
    name = text_from(realm, arguments, 0)
    try:
        return to_units(system_of(realm).real_path(name))
    except OSError:
        return to_units(name)


@native("packageOf")
def _package_of(realm: Host, this: Value, arguments: list[Value]) -> Value:
    """packageOf(path) -> {name, folder} of the installed package that a file is of, undefined for a file of one's own"""
    name = text_from(realm, arguments, 0)
    before, marker, rest = name.rpartition("/node_modules/")
    if not marker:
        return None
    parts = rest.split("/")
    package = "/".join(parts[:2]) if parts[0].startswith("@") else parts[0]
    made = realm.new_object()
    made.props.update(name=to_units(package), folder=to_units(f"{before}/node_modules/{package}"))
    return made


@native("simulatedPackage")
def _simulated_package(realm: Host, this: Value, arguments: list[Value]) -> Value:
    """simulatedPackage(name, filename, is a command's) -> the library's name of a package that npm has put there as a stand-in

    undefined for a package whose files are real sources; NotSimulated for a stand-in that there is no library of.
    """
    name, filename = text_from(realm, arguments, 0), text_from(realm, arguments, 1)
    if library_source("packages", name.replace("/", "__")) is not None and is_stand_in(realm, filename):
        return f"packages/{name.replace('/', '__')}"
    if is_stand_in(realm, filename):
        raise NotSimulated(f"the {'package' if argument(arguments, 2) else 'module'} {name}", marks.MODULE)
    return None


@native("hasPackagePart")
def _has_package_part(realm: Host, this: Value, arguments: list[Value]) -> Value:
    """hasPackagePart(name) -> whether the library has a part of a package, such as mysql2/promise"""
    return library_source("packages", text_from(realm, arguments, 0).replace("/", "__")) is not None


def is_stand_in(realm: Realm, filename: str) -> bool:
    """Whether a file of a package has nothing in it, as those that the simulated npm puts there."""
    try:
        return not system_of(realm).read_file(filename).strip(b"\0 \n") or filename.endswith(".json")
    except OSError:
        return True


@native("packageFile")
def _package_file(realm: Host, this: Value, arguments: list[Value]) -> Value:
    """packageFile(path) -> the package.json that says what a file is; undefined if there is none"""
    folder = posixpath.dirname(text_from(realm, arguments, 0))
    while folder:
        name = f"{folder.rstrip('/')}/package.json"
        try:
            system_of(realm).stat(name)
        except OSError:
            if folder == "/":
                return None
            folder = posixpath.dirname(folder)
        else:
            return to_units(name)
    return None


@native("isModule")
def _is_module(realm: Host, this: Value, arguments: list[Value]) -> Value:
    return is_module(realm, text_from(realm, arguments, 0))


def is_module(realm: Realm, name: str) -> bool:
    """Whether a file is an ECMAScript module: by its ending, or by the nearest package.json."""
    if name.endswith(".mjs"):
        return True
    if name.endswith(".cjs") or not name.endswith(".js"):
        return False
    folder = posixpath.dirname(name)
    while True:
        try:
            text = system_of(realm).read_file(f"{folder.rstrip('/')}/package.json").decode("utf-8", "replace")
        except OSError:
            if folder in ("/", "") or folder.endswith("/node_modules"):
                return _is_detected(realm, name)
            folder = posixpath.dirname(folder)
            continue
        from json import JSONDecodeError, loads

        try:
            described = loads(text)
        except (JSONDecodeError, RecursionError):
            return False
        if isinstance(described, dict) and described.get("type") in ("module", "commonjs"):
            return bool(described["type"] == "module")
        return _is_detected(realm, name)


@native("hasWork")
def _has_work(realm: Host, this: Value, arguments: list[Value]) -> Value:
    loop = realm.state.host["loop"]
    return bool(loop.is_alive() or realm.state.jobs or realm.state.ticks)


@native("packageMajor")
def _package_major(realm: Host, this: Value, arguments: list[Value]) -> Value:
    """packageMajor(name) -> the first number of the version of a package that is installed; 99 where nothing says it"""
    from json import JSONDecodeError, loads

    name = text_from(realm, arguments, 0)
    folder = system_of(realm).directory
    main = realm.state.host["main"]
    for start in (posixpath.dirname(main) if main else folder, folder):
        place = start
        while True:
            try:
                described = loads(system_of(realm).read_file(f"{place.rstrip('/')}/node_modules/{name}/package.json"))
                return float(int(str(described["version"]).split(".")[0]))
            except (OSError, JSONDecodeError, KeyError, TypeError, ValueError, RecursionError):
                if place in ("/", ""):
                    break
                place = posixpath.dirname(place)
    return 99.0
