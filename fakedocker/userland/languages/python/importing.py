"""import: modules of the program's files, of the simulated library, and what is said of those that are not there."""

from __future__ import annotations

from importlib import import_module as import_host
from typing import Final

from fakedocker.kernel import marks
from fakedocker.userland.languages.machine.cells import NotSimulated, Value
from fakedocker.userland.languages.machine.code import After, Frame, Runner, Source
from fakedocker.userland.languages.python import library, origins, real_names
from fakedocker.userland.languages.python.attributes import MISSING, find_attribute
from fakedocker.userland.languages.python.c_modules import IN_C
from fakedocker.userland.languages.python.errors import EXCEPTIONS, Raised, error
from fakedocker.userland.languages.python.signs import Interpreter
from fakedocker.userland.languages.python.source_errors import SourceError
from fakedocker.userland.languages.python.values import BuiltinClass, FunctionCode, Module, PyFrame


def import_step(m: Interpreter, frame: PyFrame, name: str, level: int) -> object:
    """Bring in a module with its parents, each run once; the last one comes to the stack. An operation, run again as needed."""
    if level:
        name = _absolute(m, frame, name, level)
    parts = name.split(".")
    for count in range(1, len(parts) + 1):
        full = ".".join(parts[:count])
        if full in m.modules:
            if m.modules[full] is None:
                raise _not_found(full, f"import of {full} halted; None in sys.modules")
            continue
        frame.place -= 1
        try:
            entered = load(m, full, name)
        except BaseException:
            frame.place += 1
            raise
        if entered:
            return True
        frame.place += 1
    frame.stack.append(m.modules[name])
    return False


def _absolute(m: Interpreter, frame: PyFrame, name: str, level: int) -> str:
    package = frame.globals.get("__package__")
    if not isinstance(package, str) or not package:
        raise error("ImportError", "attempted relative import with no known parent package")
    parts = package.split(".")
    if level > len(parts):
        raise error("ImportError", "attempted relative import beyond top-level package")
    base = ".".join(parts[: len(parts) - level + 1])
    return f"{base}.{name}" if name else base


def _not_found(name: str, words: str) -> Raised:
    found = error("ModuleNotFoundError", words)
    found.value.fields["name"] = name
    found.value.fields["msg"] = words
    return found


def load(m: Interpreter, name: str, wanted: str) -> bool:
    """Find a module and begin to run it. False: it is there at once."""
    parent, _, last = name.rpartition(".")
    if not parent and name in library.BUILT_IN:
        return load_library(m, name)
    if parent and parent in m.modules:
        above = m.modules[parent]
        paths = above.names.get("__path__")
        if above.simulated and paths is None:
            if library.has(name):
                return load_library(m, name)
            refuse(m, name)
            raise _not_found(
                name,
                f"No module named '{wanted}'; '{parent}' is not a package"
                if parent in library.MODULES
                else f"No module named '{name}'",
            )
        if paths is None:
            raise _not_found(name, f"No module named '{name}'; '{parent}' is not a package")
    else:
        paths = m.modules["sys"].names.get("path", [])
    own = f"{m.state['prefix']}/lib/python3"
    for path in m.items_now(paths):
        if type(path) is str and path.startswith(own) and "-packages" not in path:
            continue  # what stands there is the outside of the library
        found = in_directory(m, path, last)
        if found is not None:
            if type(path) is str and ("site-packages" in path or "dist-packages" in path):
                break  # what stands there is the outside of a package
            return run_file(m, name, *found)
    if library.has(name):
        return load_library(m, name)
    refuse(m, wanted)
    raise _not_found(name, f"No module named '{name}'")


def load_library(m: Interpreter, name: str) -> bool:
    """Bring a module in. False: it is there; True: its text has begun to run."""
    where = library.MODULES[name]
    _check_package(m, name)
    if where:
        import_host(f"{library.HERE}.{where}")
    parent = name.rpartition(".")[0]
    is_package = any(each.startswith(f"{name}.") for each in library.MODULES)
    names: dict[str, Value] = {
        "__name__": name,
        "__doc__": None,
        "__package__": name if is_package else parent,
        "__spec__": None,
    }
    if is_package:
        names["__path__"] = []
    names.update(library.natives_of(name))
    names.update(
        {
            each.name: each
            for each in BuiltinClass.known.values()
            if each.module == name and not each.name.startswith("_")
        }
    )
    if name in library.NAMES:
        names.update(library.NAMES[name](m))
    module = Module(name, names, True)
    if library.has_text(name):
        return run_source(m, module, library.text_of(name), f"<library {name}>", _hidden(name))
    m.modules[name] = module
    if parent in m.modules:
        m.modules[parent].names[name.rpartition(".")[2]] = module
    return False


def _hidden(name: str) -> str:
    """How the frames of a module's text are shown: those of C are not, and pytest tells of its own itself."""
    top = name.partition(".")[0]
    if (
        top.startswith(_OURS)
        or top in _BEHIND_FLASK
        or (name in library.PACKAGES and top not in ("requests", "pytest"))
    ):
        return "package"
    return "c" if name in IN_C or name in library.PACKAGES or name.startswith("_") else "library"


_OURS: Final = ("_sa_", "_fastapi_", "_starlette_", "_pydantic_fields")
"""How the names of modules of ours begin that stand for a package's own."""
_BEHIND_FLASK: Final = frozenset(
    ("_flask_dispatch", "_flask_server", "_flask_sessions", "_jinja", "_jinja_render", "_routing", "_wrappers")
)
"""Modules of ours where flask's own are others."""


def _check_package(m: Interpreter, name: str) -> None:
    """Raise ModuleNotFoundError in the program for a package that is not installed."""
    from fakedocker.userland.languages.python.installed import is_installed

    top = name.partition(".")[0]
    if name in library.PACKAGES and not any(is_installed(m.system, each) for each in (top, _USERS.get(top, top))):
        raise _not_found(name, f"No module named '{name}'")


_USERS: Final = {
    "werkzeug": "flask",
    "jinja2": "flask",
    "markupsafe": "flask",
    "pydantic": "fastapi",
    "pydantic_core": "pydantic",
    "annotated_types": "pydantic",
    "typing_extensions": "pydantic",
    "starlette": "fastapi",
}
"""Packages that another one brings with it."""


def refuse(m: Interpreter, name: str) -> None:
    """What the real one has, and we do not."""
    top = name.partition(".")[0]
    if top in real_names.module_names(m.minor):
        if top != name and real_names.names_of("modules", top, m.minor) is not None:
            known = real_names.names_of("modules", top, m.minor) or frozenset()
            if name.rpartition(".")[2] not in known and real_names.names_of("modules", name, m.minor) is None:
                raise NotSimulated(f"the module {name}", marks.MODULE)
        raise NotSimulated(f"the module {name}", marks.MODULE)
    from fakedocker.userland.languages.python.installed import check_installed

    check_installed(m, top, name)


def in_directory(m: Interpreter, path: Value, last: str) -> tuple[str, str | None] | None:
    """A module's file in a directory, and the package's directory if it is one."""
    if type(path) is not str:
        return None
    base = path.rstrip("/") if path else m.system.directory
    if path and not path.startswith("/"):
        base = f"{m.system.directory.rstrip('/')}/{path}".rstrip("/")
    folder = f"{base}/{last}"
    try:
        if m.system.stat(folder).kind == "dir":
            initial = f"{folder}/__init__.py"
            try:
                m.system.stat(initial)
                return initial, folder
            except OSError:
                if _has_python(m, folder) and not _is_file(m, f"{folder}.py"):
                    return "", folder
    except OSError:
        pass
    return (f"{folder}.py", None) if _is_file(m, f"{folder}.py") else None


def _is_file(m: Interpreter, path: str) -> bool:
    try:
        return m.system.stat(path).kind == "file"  # type: ignore[no-any-return]
    except OSError:
        return False


def _has_python(m: Interpreter, folder: str) -> bool:
    try:
        return "site-packages" not in folder and any(True for _ in m.system.list_directory(folder))
    except OSError:
        return False


def run_file(m: Interpreter, name: str, path: str, package: str | None) -> bool:
    """Make a module of a file and begin to run it."""
    names: dict[str, Value] = {
        "__name__": name,
        "__doc__": None,
        "__package__": name if package is not None else name.rpartition(".")[0],
        "__spec__": None,
        "__file__": path,
    }
    if package is not None:
        names["__path__"] = [package]
    module = Module(name, names)
    if package is not None and not path:
        del names["__file__"]
        add_module(m, name, module)
        return False
    text = m.system.read_file(path).decode("utf-8", "surrogateescape")
    return run_source(m, module, text, path)


def add_module(m: Interpreter, name: str, module: Module) -> None:
    """Put a module among those that were brought in, and into its package."""
    m.modules[name] = module
    parent, _, last = name.rpartition(".")
    if parent in m.modules:
        m.modules[parent].names[last] = module


def explains_asserts(m: Interpreter, path: str) -> bool:
    """Whether the asserts of a module tell of their parts: pytest gives how the names of such files begin and end."""
    name = path.rpartition("/")[2]
    told: tuple[tuple[str, str], ...] = m.state.get("told asserts", ())
    return any(name.startswith(begin) and name.endswith(end) and len(name) >= len(begin + end) for begin, end in told)


def run_source(m: Interpreter, module: Module, text: str, path: str, hidden: str = "") -> bool:
    """Begin to run a module's source."""
    options = ("asserts",) if not hidden and explains_asserts(m, path) else ()
    source = Source.of("python", text, path, m.minor, hidden, *options)
    try:
        code = source.code(0)
    except SourceError as problem:
        warn(m, path, problem.warnings, text)
        raise syntax_error(m, problem, path) from None
    assert isinstance(code, FunctionCode)
    if not hidden:
        warn(m, path, code.warnings, text)
    m.modules[module.name] = module
    frame = PyFrame(code, module.names, [], [None] * 0)
    frame.slots = [library.UNBOUND] * code.slot_count
    from fakedocker.userland.languages.machine.code import Box

    frame.boxes = [Box(library.UNBOUND) for _ in range(code.own_boxes)]
    frame.after = _IMPORTED
    frame.extra = module
    return m.enter(frame)  # type: ignore[no-any-return]


def warn(m: Interpreter, name: str, warnings: list[tuple[int, str]], text: str) -> None:
    """Print the warnings of a source that is run, or cannot be."""
    lines = text.split("\n")
    for line, words in warnings:
        m.system.put(f"{name}:{line}: SyntaxWarning: {words}\n  {lines[line - 1].strip()}\n", 2)


def _imported(runner: Runner, frame: Frame, value: Value) -> None:
    m: Interpreter = runner
    module: Module = frame.extra
    add_module(m, module.name, m.modules.get(module.name) or module)


def _import_failed(runner: Runner, frame: Frame, value: Value) -> bool:
    m: Interpreter = runner
    m.modules.pop(frame.extra.name, None)
    if m.top is not None:
        m.top.place += 1  # it stood before the import, to be run again
    return False


_IMPORTED = After("python.imported", _imported, _import_failed)


def syntax_error(m: Interpreter, problem: SourceError, path: str) -> Raised:
    """The SyntaxError of a program for what is wrong with a source."""
    line, column = problem.start
    text = problem.text
    end_line, end = problem.end if problem.end is not None else (line, None)
    details = (path, line, column + 1, text or None, end_line, None if end is None else end + 1)
    made = error(problem.kind, problem.words, details)
    fields = made.value.fields
    fields.update(
        filename=path, lineno=line, offset=column + 1, text=text or None, end_lineno=end_line,
        end_offset=None if end is None else end + 1, msg=problem.words,
    )  # fmt: skip
    return made


def import_from(m: Interpreter, frame: PyFrame, module: Value, name: str) -> object:
    """`from module import name`: the value comes to the stack; a submodule is brought in for it."""
    try:
        found = find_attribute(m, module, name)
    except Raised as raised:  # by a __getattr__ of the module's, which is asked before submodules are
        if EXCEPTIONS["AttributeError"] not in raised.value.cls.mro:
            raise
        found = MISSING
    if found is not MISSING:
        frame.stack.append(found)
        return False
    full = f"{module.names.get('__name__', '')}.{name}"
    if full in m.modules:
        frame.stack.append(m.modules[full])
        return False
    if (module.simulated and library.has(full)) or ("__path__" in module.names and not _known_package(module)):
        frame.place -= 1
        try:
            if load(m, full, full):
                return True
        except Raised as raised:
            frame.place += 1
            if raised.value.fields.get("name") != full:
                raise
            raise _cannot_import(m, module, name) from None
        except BaseException:
            frame.place += 1
            raise
        return False
    if module.simulated:
        real_names.check_module_attribute(module.name, name)
        if origins.has_module(m, module.name, name):
            raise NotSimulated(f"the module {full}", marks.MODULE)
    raise _cannot_import(m, module, name)


def _known_package(module: Module) -> bool:
    """Whether all names of a package are known: one of the library."""
    return module.simulated and module.name not in library.PACKAGES


def _cannot_import(m: Interpreter, module: Module, name: str) -> Raised:
    own = module.names.get("__name__", module.name)
    path = module.names.get("__file__")
    if path is None and module.simulated:
        path = origins.file_of(m, own)
    where = path if path is not None else "unknown location"
    words = f"cannot import name '{name}' from '{own}' ({where})"
    if own in m.modules and _is_running(m, module):
        words = f"cannot import name '{name}' from partially initialized module '{own}' (most likely due to a circular import) ({where})"
    found = error("ImportError", words)
    found.value.fields.update(name=own, path=path, name_from=name)
    return found


def _is_running(m: Interpreter, module: Module) -> bool:
    frame = m.top
    while frame is not None:
        if frame.after is _IMPORTED and frame.extra is module:
            return True
        frame = frame.caller
    return False


def import_all(m: Interpreter, frame: PyFrame, module: Module) -> object:
    """`from module import *`."""
    names = module.names.get("__all__")
    if names is None:
        names = [name for name in module.names if not name.startswith("_")]
        if module.simulated:
            raise NotSimulated(f"from {module.name} import *")
    target = frame.names if frame.names is not None else frame.globals
    for name in m.items_now(names):
        if name not in module.names:
            raise error("AttributeError", f"module '{module.name}' has no attribute '{name}'")
        target[name] = module.names[name]
    return False
