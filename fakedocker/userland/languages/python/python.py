"""python3's command line: -c, -m, scripts, standard input, and the prompt."""

from __future__ import annotations

import re
from typing import Final

from fakedocker.base.numbers import is_digits
from fakedocker.kernel.program import System
from fakedocker.userland.inputs import State, bytes_of, read_text, text_of
from fakedocker.userland.languages.python import prompt, running, startup
from fakedocker.userland.languages.python.interpreter import Interpreter
from fakedocker.userland.languages.toolchains.versions import version_of
from fakedocker.userland.tools import Register

PROGRAMS = Register()
VERSION: Final = "3.12.6"
_IGNORED: Final = ("-B", "-I", "-E", "-s", "-S", "-O", "-OO", "-X", "-W", "-b", "-P")


@PROGRAMS.program("python3", "python")
def _python(system: System, argv: tuple[str, ...], state: State) -> int:
    if "memory" in state:
        return _go_on(system, state)
    version = version_of(system, "PYTHON_VERSION", VERSION)
    words = list(argv[1:])
    unbuffered = bool(system.environment.get("PYTHONUNBUFFERED"))
    while words and (words[0] in (*_IGNORED, "-u", "-q") or re.fullmatch("-[uBqIEsSO]{2,}", words[0])):
        word = words.pop(0)
        unbuffered = unbuffered or (word.startswith("-") and "u" in word)
        if word in ("-W", "-X") and words:
            words.pop(0)
        if "q" in word:
            state["greeted"] = True
    match words:
        case ["--version" | "-V", *_]:
            system.put(f"Python {version}\n")
            return 0
        case ["-c"]:
            system.put(
                "Argument expected for the -c option\nusage: python3 [option] ... [-c cmd | -m mod | file | -] [arg] ...\nTry `python -h' for more information.\n",
                2,
            )
            return 2
        case ["-c", source, *rest]:
            return _start(system, argv, state, version, source, "<string>", ["-c", *rest], "", unbuffered)
        case ["-m", module, *rest]:
            return _run_module(system, argv, state, version, module, rest, unbuffered)
        case [name, *_] if not name.startswith("-"):
            return _run_file(system, argv, state, version, name, words, unbuffered)
        case [name, *_] if name not in ("-", "-i"):
            system.put(
                f"Unknown option: {name}\nusage: {argv[0]} [option] ... [-c cmd | -m mod | file | -] [arg] ...\nTry `python -h' for more information.\n",
                2,
            )
            return 2
    if system.is_terminal(0):
        return prompt.session(system, state, _numbers(version), version, _executable(system, argv[0]))
    source = read_text(system, state.setdefault("reading", {}), ())
    return _start(system, argv, state, version, source, "<stdin>", ["-" if words else ""], "", unbuffered)


def _numbers(version: str) -> tuple[int, int, int]:
    """3.12.6 as numbers; a release candidate as its release."""
    parts = [part for part in re.split(r"\D+", version) if is_digits(part)][:3]
    major, minor, micro = [*map(int, parts), 0, 0, 0][:3]
    return major, minor, micro


def _executable(system: System, called: str) -> str:
    try:
        return system.find_program(called, system.environment.get("PATH", ""))
    except OSError:
        return called


def _run_file(
    system: System, argv: tuple[str, ...], state: State, version: str, name: str, words: list[str], unbuffered: bool
) -> int:
    where = name if name.startswith("/") else f"{system.directory.rstrip('/')}/{name.removeprefix('./')}"
    try:
        if system.stat(where).kind == "dir":
            where = f"{where.rstrip('/')}/__main__.py"
            try:
                system.stat(where)
            except OSError:
                system.put(
                    f"{_executable(system, argv[0])}: can't find '__main__' module in '{where.rpartition('/')[0]}'\n", 2
                )
                return 1
        source = text_of(system.read_file(where))
    except OSError as problem:
        system.put(
            f"{argv[0]}: can't open file '{where}': [Errno {problem.errno}] {problem.strerror}\n",
            2,
        )
        return 2
    return _start(system, argv, state, version, source, where, words, where.rpartition("/")[0], unbuffered)


def _run_module(
    system: System, argv: tuple[str, ...], state: State, version: str, module: str, rest: list[str], unbuffered: bool
) -> int:
    if module == "http.server":
        source = "from http.server import _main\n_main()\n"
        return _start(system, argv, state, version, source, "<module>", ["http/server.py", *rest], "", unbuffered)
    if module == "pip":
        from fakedocker.userland.packages import pip

        return pip.PROGRAMS["pip"](system, ("pip", *rest), state)
    if module in ("venv", "virtualenv"):
        from fakedocker.userland.packages import venv

        return venv.make(system, state, tuple(rest), version)
    if module == "unittest":
        source = "import unittest\nunittest.main(module=None)\n"
        return _start(
            system,
            argv,
            state,
            version,
            source,
            "<module>",
            ["python -m unittest", *rest],
            system.directory,
            unbuffered,
        )
    if module == "pytest":
        source = "from pytest import console_main\nconsole_main()\n"
        return _start(system, argv, state, version, source, "<module>", ["pytest", *rest], system.directory, unbuffered)
    if module in ("flask", "gunicorn", "uvicorn", "fastapi"):
        source = f"from {module} import main\nmain()\n"
        return _start(system, argv, state, version, source, "<module>", [module, *rest], "", unbuffered)
    m = _begin(system, argv, version, [module, *rest], system.directory, unbuffered)
    state["memory"] = m.memory
    status = running.enter_module(m, module)
    return status if status is not None else _run(m, state)


def _begin(
    system: System, argv: tuple[str, ...], version: str, arguments: list[str], first: str, unbuffered: bool
) -> Interpreter:
    return startup.begin(system, _numbers(version), arguments, first, unbuffered, _executable(system, argv[0]))


def _start(
    system: System, argv: tuple[str, ...], state: State, version: str, source: str, name: str, arguments: list[str],
    first: str, unbuffered: bool,
) -> int:  # fmt: skip
    """Run a source from its beginning. Blocks."""
    m = _begin(system, argv, version, arguments, first, unbuffered)
    if not name.startswith("<"):
        m.modules["__main__"].names["__file__"] = name
    state["memory"] = m.memory
    state["version"] = _numbers(version)
    status = running.enter(m, source, name)
    return status if status is not None else _run(m, state)


def _go_on(system: System, state: State) -> int:
    return _run(Interpreter(system, state["memory"], tuple(state["version"])), state)


def _run(m: Interpreter, state: State) -> int:
    """Go on with a program. Blocks."""
    state["memory"] = m.memory
    state["version"] = m.version
    return running.run(m)


__all__ = ["bytes_of"]
