"""make's command line: options, which makefile, and the messages around a run."""

from __future__ import annotations

from typing import Any, Final

from fakedocker.kernel.program import System, Unsimulated
from fakedocker.userland.inputs import State, read_all, text_of
from fakedocker.userland.make.building import Builder
from fakedocker.userland.make.expansion import Expander
from fakedocker.userland.make.model import DEFAULTS, Database, MakeProblem, NeedsShell
from fakedocker.userland.make.reading import Reader
from fakedocker.userland.packages.releases import is_alpine, upstream_version
from fakedocker.userland.processes.children import run_captured
from fakedocker.userland.tools import Options, Register, UsageProblem, base_name, parse_options, stat_or_none

PROGRAMS = Register()
_LONG: Final = {
    "directory=": "C", "file=": "f", "makefile=": "f", "jobs=?": "j", "dry-run": "n", "just-print": "n", "recon": "n", "silent": "s",
    "quiet": "s", "keep-going": "k", "ignore-errors": "i", "always-make": "B", "touch": "t", "question": "q", "version": "v", "help": "h",
    "print-directory": "w", "no-print-directory": "no-print-directory", "environment-overrides": "e", "no-builtin-rules": "r",
    "no-builtin-variables": "R", "include-dir=": "I", "output-sync=?": "O", "load-average=?": "l", "print-data-base": "p", "debug=?": "d",
    "trace": "trace", "warn-undefined-variables": "warn", "stop": "S", "no-keep-going": "S",
}  # fmt: skip
_NOT_SIMULATED: Final = {
    "p": "--print-data-base",
    "d": "--debug",
    "trace": "--trace",
    "I": "--include-dir",
    "W": "--what-if",
    "o": "--old-file",
}
_VERSION: Final = """GNU Make {version}
Built for {platform}
Copyright (C) 1988-{year} Free Software Foundation, Inc.
License GPLv3+: GNU GPL version 3 or later <{scheme}://gnu.org/licenses/gpl.html>
This is free software: you are free to change and redistribute it.
There is NO WARRANTY, to the extent permitted by law.
"""
_USAGE: Final = """Usage: make [options] [target] ...
Options:
  -B, --always-make           Unconditionally make all targets.
  -C DIRECTORY, --directory=DIRECTORY
                              Change to DIRECTORY before doing anything.
  -e, --environment-overrides
                              Environment variables override makefiles.
  -f FILE, --file=FILE, --makefile=FILE
                              Read FILE as a makefile.
  -h, --help                  Print this message and exit.
  -i, --ignore-errors         Ignore errors from recipes.
  -j [N], --jobs[=N]          Allow N jobs at once; infinite jobs with no arg.
  -k, --keep-going            Keep going when some targets can't be made.
  -n, --just-print, --dry-run, --recon
                              Don't actually run any recipe; just print them.
  -q, --question              Run no recipe; exit status says if up to date.
  -s, --silent, --quiet       Don't echo recipes.
  -t, --touch                 Touch targets instead of remaking them.
  -v, --version               Print the version number of make and exit.
  -w, --print-directory       Print the current directory.
  --no-print-directory        Turn off -w, even if it was turned on implicitly.
"""
_NAMES: Final = ("GNUmakefile", "makefile", "Makefile")


@PROGRAMS.program("make", "gmake")
def _make(system: System, argv: tuple[str, ...], state: State) -> int:
    level = int(system.environment.get("MAKELEVEL", "0") or "0")
    name = base_name(argv[0]) + (f"[{level}]" if level else "")
    try:
        inherited = system.environment.get("MAKEFLAGS", "").split()
        options = parse_options(
            system, (argv[0], *_flag_words(inherited), *argv[1:]), "C:f:j::nskiBtqvhwerRI:O::l::pdSW:o:bm", _LONG
        )
    except UsageProblem as problem:
        system.put(f"{base_name(argv[0])}: {problem.message}\n{_USAGE}", 2)
        return 2
    if "h" in options or "v" in options:
        system.put(_USAGE if "h" in options else _version(system))
        return 0
    for letter, option in _NOT_SIMULATED.items():
        if letter in options:
            raise Unsimulated(f"the option {option}", 2)
    shown = False
    try:
        if not state.get("entered"):
            _enter(system, options)
            state["entered"] = True
            if _shows_directory(options, level):
                system.put(f"{name}: Entering directory '{system.directory}'\n")
        shown = _shows_directory(options, level)
        status = _run(system, state, options, name)
    except Unsimulated as boundary:
        system.unsimulated(boundary.what, boundary.why)
        status = boundary.status
    except MakeProblem as problem:
        where = problem.where or name
        system.put(f"{where}: *** {problem.text.removesuffix('  Stop').removesuffix('.')}.  Stop.\n", 2)
        status = 2
    if shown:
        system.put(f"{name}: Leaving directory '{system.directory}'\n")
    return status


def _version(system: System) -> str:
    version = upstream_version(system, "make")
    platform = "x86_64-alpine-linux-musl" if is_alpine(system) else "x86_64-pc-linux-gnu"
    recent = version >= "4.4"
    return _VERSION.format(
        version=version, platform=platform, year="2023" if recent else "2020", scheme="https" if recent else "http"
    )


def _flag_words(inherited: list[str]) -> list[str]:
    """MAKEFLAGS as words of a command line: its first word may be letters alone."""
    if inherited and not inherited[0].startswith("-") and "=" not in inherited[0]:
        return [f"-{inherited[0]}", *(word for word in inherited[1:] if word != "--")]
    return [word for word in inherited if word != "--"]


def _shows_directory(options: Options, level: int) -> bool:
    if "no-print-directory" in options or ("s" in options and "w" not in options):
        return False
    return "w" in options or "C" in options or level > 0


def _enter(system: System, options: Options) -> None:
    for directory in options.values("C"):
        try:
            system.change_directory(directory)
        except OSError as problem:
            raise MakeProblem(f"{directory}: {problem.strerror}") from None


def _run(system: System, state: State, options: Options, name: str) -> int:
    if "database" not in state:
        state["database"] = _read(system, state, options, name)
    database: Database = state["database"]
    goals = [word for word in options.operands if "=" not in word]
    if not goals:
        found = database["variables"].get(".DEFAULT_GOAL")
        goals = [found[1].strip() if found and found[1].strip() else database["goal"]]
        if not goals[0]:
            raise MakeProblem("No targets" if state["has_makefile"] else "No targets specified and no makefile found")
    flags = frozenset(letter for letter in "nskiBtq" if letter in options)
    return Builder(system, state, database, flags, name).build(goals)


def _read(system: System, state: State, options: Options, name: str) -> Database:
    """The database of all makefiles; what $(shell) gave is kept, and the reading begun anew with it. Blocks."""
    files = options.values("f") or [file for file in _NAMES if stat_or_none(system, file) is not None][:1]
    state["has_makefile"] = bool(files)
    stdin = text_of(read_all(system, state, ())) if "-" in files else ""
    results: list[str] = state.setdefault("results", [])
    while True:
        if "shell_command" in state:
            _, output = run_captured(system, state, ("/bin/sh", "-c", state["shell_command"]))
            results.append(text_of(output))
            del state["shell_command"]
        database = _new_database(system, options)
        expander = Expander(system, database, results, state.get("said", 0))
        reader = Reader(database, expander)
        try:
            for word in options.operands:
                if "=" in word:
                    variable, _, value = word.partition("=")
                    operator = ":=" if variable.endswith(":") else "="
                    reader.assign(variable.rstrip(":"), operator, value, "command line")
            for file in files:
                reader.read(file, stdin if file == "-" else _text_of_file(system, name, file))
        except NeedsShell as needed:
            state["shell_command"], state["said"] = needed.command, expander.said
            continue
        if database["missing"] and any(file not in database["rules"] for file in database["missing"]):
            raise MakeProblem(f"No rule to make target '{database['missing'][0]}'.")
        return database


def _text_of_file(system: System, name: str, file: str) -> str:
    try:
        return text_of(system.read_file(file))
    except OSError as problem:
        system.put(f"{name}: {file}: {problem.strerror}\n", 2)
        raise MakeProblem(f"No rule to make target '{file}'.") from None


def _new_database(system: System, options: Options) -> Database:
    origin = "environment override" if "e" in options else "environment"
    variables: dict[str, Any] = {key: ["recursive", value, "default"] for key, value in DEFAULTS.items()}
    variables |= {
        key: ["recursive", value.replace("$", "$$"), origin]
        for key, value in system.environment.items()
        if key != "SHELL"
    }
    letters = "".join(letter for letter in "nskiBtqwe" if letter in options)
    settings = " ".join(word for word in options.operands if "=" in word)
    makeflags = " ".join(
        filter(
            None,
            (
                letters,
                "--no-print-directory" if "no-print-directory" in options else "",
                f"-- {settings}" if settings else "",
            ),
        )
    )
    variables |= {
        "CURDIR": ["simple", system.directory, "file"],
        "MAKEFLAGS": ["simple", makeflags, "file"],
        "MAKELEVEL": ["simple", system.environment.get("MAKELEVEL", "0"), "environment"],
        "MAKE_VERSION": ["simple", upstream_version(system, "make"), "default"],
        "MAKECMDGOALS": ["simple", " ".join(word for word in options.operands if "=" not in word), "default"],
    }
    return {
        "variables": variables, "rules": {}, "patterns": [], "special": {}, "specific": {}, "exports": {}, "export_all": False,
        "files": [], "goal": "", "missing": [], "makeflags": makeflags,
    }  # fmt: skip
