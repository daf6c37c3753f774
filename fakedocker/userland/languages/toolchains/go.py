"""go and gofmt: modules and builds in their words. Tests are not run; what a built program does is read off its source."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable
from typing import Final

from fakedocker.kernel.program import System, Unsimulated
from fakedocker.userland.inputs import State
from fakedocker.userland.languages.toolchains import program, reading
from fakedocker.userland.languages.toolchains.versions import version_of
from fakedocker.userland.packages.unpack import read_text_or, write_text
from fakedocker.userland.tools import Register, stat_or_none

PROGRAMS = Register()
GO_VERSION: Final = "1.23.2"
_BUILD_NS: Final = 2_000_000_000
_SIZE_BYTES: Final = 2_100_000
_SERVER_BYTES: Final = 6_900_000
_VALUED: Final = frozenset(
    {
        "-o",
        "-ldflags",
        "-tags",
        "-gcflags",
        "-mod",
        "-p",
        "-buildvcs",
        "-asmflags",
        "-run",
        "-C",
        "-covermode",
        "-timeout",
    }
)
_KNOWN: Final = frozenset(
    "bug clean doc env fix fmt generate get help install list mod work run telemetry test tool version vet".split()
)
_NO_MODULE: Final = "go: go.mod file not found in current directory or any parent directory; see 'go help modules'\n"


@PROGRAMS.program("gofmt")
def _gofmt(system: System, argv: tuple[str, ...], state: State) -> int:
    raise Unsimulated("formatting Go")


@PROGRAMS.program("go")
def _go(system: System, argv: tuple[str, ...], state: State) -> int:
    words = argv[1:]
    handler = _COMMANDS.get(words[0]) if words else None
    if handler is None:
        known = ", ".join(sorted(_COMMANDS))
        if words and words[0] in _KNOWN:
            raise Unsimulated(f"go {words[0]}", 2)
        said = "go: what to do?" if not words else f"go {words[0]}: unknown command"
        system.put(f"{said}\nfakedocker knows of go's commands: {known}\n", 2)
        return 2
    return handler(system, state, words[1:])


def _settings(system: System) -> dict[str, str]:
    environment = system.environment
    return {
        "GO111MODULE": "", "GOARCH": environment.get("GOARCH", "amd64"), "GOBIN": "", "GOCACHE": f"{environment.get('HOME', '/root')}/.cache/go-build",
        "GOOS": environment.get("GOOS", "linux"), "GOPATH": environment.get("GOPATH", "/go"), "GOPROXY": "https://proxy.golang.org,direct",
        "GOROOT": "/usr/local/go", "GOTOOLCHAIN": environment.get("GOTOOLCHAIN", "local"),
        "GOVERSION": f"go{version_of(system, 'GOLANG_VERSION', GO_VERSION)}", "CGO_ENABLED": environment.get("CGO_ENABLED", "1"),
    }  # fmt: skip


def _version(system: System, state: State, words: tuple[str, ...]) -> int:
    system.put(f"go version {_settings(system)['GOVERSION']} linux/amd64\n")
    return 0


def _env(system: System, state: State, words: tuple[str, ...]) -> int:
    settings = _settings(system)
    if words[:1] == ("-w",):
        return 0
    if words:
        system.put("".join(f"{settings.get(name, '')}\n" for name in words))
    else:
        system.put("".join(f"{name}='{value}'\n" for name, value in sorted(settings.items())))
    return 0


# modules


class _NoModule(Exception):
    """There is no go.mod here or above."""


def _module(system: System) -> tuple[str, str, list[str]]:
    """The folder of the module, its path, and what it requires as "PATH VERSION"."""
    folder = system.directory
    while stat_or_none(system, posixpath.join(folder, "go.mod")) is None:
        if folder == "/":
            raise _NoModule
        folder = posixpath.dirname(folder)
    text = re.sub(r"//[^\n]*", "", read_text_or(system, posixpath.join(folder, "go.mod")))
    name = re.search(r"^module\s+(\S+)", text, re.MULTILINE)
    return (
        folder,
        name[1] if name else "main",
        re.findall(r"^\s*(?:require\s+)?([\w.-]+\.\w+/\S+\s+v\S+)", text, re.MULTILINE),
    )


def _fetch(system: System, state: State, needed: list[str], *, tells: bool) -> None:
    """Download what the module cache lacks. Blocks."""
    base = f"{_settings(system)['GOPATH'].partition(':')[0]}/pkg/mod"
    for entry in needed:
        path, _, version = entry.partition(" ")
        place = f"{base}/{path.lower()}@{version.strip()}"
        if stat_or_none(system, place) is not None:
            continue
        if "until_ns" not in state:
            if tells:
                system.put(f"go: downloading {path} {version.strip()}\n", 2)
            state["until_ns"] = system.now_ns + 120_000_000
        system.sleep_until(state["until_ns"])
        del state["until_ns"]
        write_text(system, f"{place}/go.mod", f"module {path}\n")


def _mod(system: System, state: State, words: tuple[str, ...]) -> int:
    if words[:1] == ("init",):
        name = words[1] if len(words) > 1 else posixpath.basename(system.directory)
        minor = ".".join(_settings(system)["GOVERSION"].removeprefix("go").split(".")[:2])
        write_text(system, posixpath.join(system.directory, "go.mod"), f"module {name}\n\ngo {minor}\n")
        system.put(f"go: creating new go.mod: module {name}\n", 2)
        return 0
    if words[:1] not in (("download",), ("tidy",), ("verify",), ("vendor",)):
        system.put(f"go mod {' '.join(words[:1])}: unknown command\n", 2)
        return 2
    try:
        _, _, needed = _module(system)
    except _NoModule:
        system.put(_NO_MODULE, 2)
        return 1
    _fetch(system, state, needed, tells=words[0] == "tidy" or "-x" in words)
    if words[0] == "verify":
        system.put("all modules verified\n")
    return 0


def _get(system: System, state: State, words: tuple[str, ...]) -> int:
    try:
        folder, _, _ = _module(system)
    except _NoModule:
        system.put(_NO_MODULE, 2)
        return 1
    named = [word for word in words if not word.startswith("-") and word not in (".", "./...")]
    entries = [f"{name.partition('@')[0]} {_tag(name)}" for name in named]
    _fetch(system, state, entries, tells=True)
    path = posixpath.join(folder, "go.mod")
    lines = "".join(f"\nrequire {entry}\n" for entry in entries)
    write_text(system, path, read_text_or(system, path) + lines)
    system.put("".join(f"go: added {entry}\n" for entry in entries), 2)
    return 0


def _tag(name: str) -> str:
    version = name.partition("@")[2]
    return version if version.startswith("v") else "v1.0.0"


# builds


def _options(words: tuple[str, ...]) -> tuple[dict[str, str], list[str]]:
    options: dict[str, str] = {}
    operands: list[str] = []
    rest = list(words)
    while rest:
        word = rest.pop(0)
        name, mark, value = word.partition("=")
        if word.startswith("-"):
            options["-" + name.lstrip("-")] = value if mark else rest.pop(0) if name in _VALUED and rest else ""
        else:
            operands.append(word)
    return options, operands


def _sources(system: System, operands: list[str]) -> tuple[list[str], str]:
    """The files that are meant, and the folder they are in."""
    if operands and all(word.endswith(".go") for word in operands):
        return operands, posixpath.dirname(operands[0]) or "."
    folder = (operands[0] if operands else ".").removesuffix("/...") or "."
    if stat_or_none(system, folder) is None and stat_or_none(system, folder.rpartition("/")[2]) is not None:
        folder = folder.rpartition("/")[2]
    names = sorted(system.list_directory(folder)) if stat_or_none(system, folder) is not None else []
    found = [posixpath.join(folder, name) for name in names if name.endswith(".go") and not name.endswith("_test.go")]
    return found, folder


def _compile(system: System, state: State, operands: list[str]) -> reading.Behaviour | int:
    """What the sources make; or the status after a complaint. Blocks."""
    files, folder = _sources(system, operands)
    try:
        _, _, needed = _module(system)
    except _NoModule:
        if not (operands and operands[0].endswith(".go")):
            system.put(_NO_MODULE, 2)
            return 1
        needed = []
    missing = next((name for name in files if stat_or_none(system, name) is None), None)
    if missing is not None or not files:
        said = (
            f"no required module provides package {missing}"
            if missing
            else f"no Go files in {posixpath.join(system.directory, folder)}"
        )
        system.put(f"{said}\n", 2)
        return 1
    _fetch(system, state, needed, tells=True)
    if "built_ns" not in state:
        state["built_ns"] = system.now_ns + _BUILD_NS
    system.sleep_until(state["built_ns"])
    sources = [read_text_or(system, name) for name in files]
    if not any(re.search(r"^package main\b", source, re.MULTILINE) for source in sources):
        return reading.merged([])
    if not any(reading.has_main("go", source) for source in sources):
        system.put(
            "# command-line-arguments\nruntime.main_main·f: function main is undeclared in the main package\n", 2
        )
        return 1
    return reading.merged([reading.read("go", source) for source in sources])


def _target(system: System, operands: list[str]) -> str:
    """What a program is called when nobody says: by its first file, its folder, or its module."""
    if operands and operands[0].endswith(".go"):
        return posixpath.basename(operands[0])[:-3]
    folder = posixpath.normpath(posixpath.join(system.directory, operands[0] if operands else "."))
    root, name, _ = _module(system)
    last = name.rpartition("/")[2] if folder == root else posixpath.basename(folder)
    return re.sub(r"^v\d+$", posixpath.basename(posixpath.dirname(name)), last)


def _build(system: System, state: State, words: tuple[str, ...]) -> int:
    options, operands = _options(words)
    made = _compile(system, state, operands)
    if isinstance(made, int):
        return made
    target = options.get("-o", "") or _target(system, operands)
    found = stat_or_none(system, target)
    if target.endswith("/") or (found is not None and found.kind == "dir"):
        target = posixpath.join(target, _target(system, operands))
    if not made["prints"] and not made["port"] and "-o" not in options and operands[:1] == ["./..."]:
        return 0
    program.write(system, target, made, _SERVER_BYTES if made["port"] else _SIZE_BYTES)
    return 0


def _install(system: System, state: State, words: tuple[str, ...]) -> int:
    _, operands = _options(words)
    remote = [word for word in operands if "@" in word]
    folder = f"{_settings(system)['GOPATH'].partition(':')[0]}/bin"
    if remote:
        _fetch(system, state, [f"{word.partition('@')[0]} {_tag(word)}" for word in remote], tells=True)
        for word in remote:
            program.write(
                system, f"{folder}/{posixpath.basename(word.partition('@')[0])}", reading.merged([]), _SERVER_BYTES
            )
        return 0
    made = _compile(system, state, operands)
    if isinstance(made, int):
        return made
    program.write(system, f"{folder}/{_target(system, operands)}", made, _SERVER_BYTES)
    return 0


def _run(system: System, state: State, words: tuple[str, ...]) -> int:
    _, operands = _options(words)
    if "behaviour" not in state:
        made = _compile(
            system,
            state,
            operands[:1]
            if operands and not operands[0].endswith(".go")
            else [word for word in operands if word.endswith(".go")],
        )
        if isinstance(made, int):
            return made
        state["behaviour"] = made
    return program.act(system, state, "main")


def _test(system: System, state: State, words: tuple[str, ...]) -> int:
    """Tests are not run; a package without any is told of as it is."""
    _, operands = _options(words)
    _, folder = _sources(system, operands)
    try:
        _, name, needed = _module(system)
    except _NoModule:
        system.put(_NO_MODULE, 2)
        return 1
    _fetch(system, state, needed, tells=True)
    if any(each.endswith("_test.go") for each in system.list_directory(folder)):
        raise Unsimulated("a test of Go")
    system.put(f"?   \t{name}\t[no test files]\n")
    return 0


def _quiet(system: System, state: State, words: tuple[str, ...]) -> int:
    return 0


_COMMANDS: Final[dict[str, Callable[[System, State, tuple[str, ...]], int]]] = {
    "build": _build, "clean": _quiet, "env": _env, "fmt": _quiet, "generate": _quiet, "get": _get, "install": _install, "mod": _mod,
    "run": _run, "test": _test, "version": _version, "vet": _quiet,
}  # fmt: skip
