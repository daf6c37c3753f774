"""cargo and rustc: crates and builds in their words. Tests are not run; what a built program does is read off its source."""

from __future__ import annotations

import posixpath
import re
import tomllib
from typing import Any, Final

from fakedocker.kernel.program import System, Unsimulated
from fakedocker.userland.inputs import State
from fakedocker.userland.languages.toolchains import program, reading
from fakedocker.userland.languages.toolchains.versions import known_by_version
from fakedocker.userland.packages.unpack import make_directories, read_text_or, write_text
from fakedocker.userland.tools import Register, stat_or_none

PROGRAMS = Register()
_CRATE_NS: Final = 300_000_000
_SIZE_BYTES: Final = 4_300_000
_DEBUG_BYTES: Final = 11_800_000


@PROGRAMS.program("rustc")
def _rustc(system: System, argv: tuple[str, ...], state: State) -> int:
    files = [word for word in argv[1:] if word.endswith(".rs")]
    if not files:
        return known_by_version(system, argv)
    if stat_or_none(system, files[0]) is None:
        system.put(f"error: couldn't read `{files[0]}`: No such file or directory (os error 2)\n", 2)
        return 1
    target = argv[argv.index("-o") + 1] if "-o" in argv[:-1] else posixpath.basename(files[0])[:-3]
    program.write(system, target, reading.read("rust", read_text_or(system, files[0])), _SIZE_BYTES)
    return 0


@PROGRAMS.program("cargo")
def _cargo(system: System, argv: tuple[str, ...], state: State) -> int:
    words = [word for word in argv[1:] if not word.startswith("+")]
    command = words[0] if words else ""
    if command in ("new", "init"):
        return _begin(system, command, words[1:])
    if command not in ("build", "b", "run", "r", "install", "fetch", "check", "test", "clean"):
        return known_by_version(system, argv)
    if command == "install" and "--path" not in words:
        return _install_crate(system, [word for word in words[1:] if not word.startswith("-")])
    folder = words[words.index("--path") + 1] if "--path" in words[:-1] else "."
    try:
        manifest = tomllib.loads(read_text_or(system, posixpath.join(folder, "Cargo.toml")))
    except tomllib.TOMLDecodeError as problem:
        system.put(f"error: failed to parse manifest at `{_place(system, folder)}/Cargo.toml`: {problem}\n", 2)
        return 101
    if not manifest.get("package") and "workspace" in manifest:
        raise Unsimulated("building a workspace", 101)
    if not manifest.get("package"):
        place = _place(system, folder)
        system.put(f"error: could not find `Cargo.toml` in `{place}` or any parent directory\n", 2)
        return 101
    if command == "clean":
        return 0
    if command == "test":
        raise Unsimulated("a test of Rust", 101)
    _fetch(system, state, manifest, compiles=command != "fetch")
    return 0 if command in ("fetch", "check") else _finish(system, state, command, words, folder, manifest["package"])


def _place(system: System, folder: str) -> str:
    return posixpath.normpath(posixpath.join(system.directory, folder))


def _begin(system: System, command: str, words: list[str]) -> int:
    name = next((word for word in words if not word.startswith("-")), posixpath.basename(system.directory))
    folder = name if command == "new" else "."
    make_directories(system, f"{folder}/src")
    write_text(
        system,
        f"{folder}/Cargo.toml",
        f'[package]\nname = "{posixpath.basename(name)}"\nversion = "0.1.0"\nedition = "2021"\n\n[dependencies]\n',
    )
    write_text(system, f"{folder}/src/main.rs", 'fn main() {\n    println!("Hello, world!");\n}\n')
    system.put(f"    Creating binary (application) `{name}` package\n", 2)
    return 0


def _install_crate(system: System, names: list[str]) -> int:
    """A crate of the registry: a command that is there and does nothing."""
    for name in names:
        target = f"{system.environment.get('CARGO_HOME', '/usr/local/cargo')}/bin/{name}"
        program.write(system, target, reading.merged([]), _SIZE_BYTES)
        system.put(
            f"    Updating crates.io index\n  Installing {name}\n    Finished `release` profile [optimized] target(s)\n  Installing {target}\n",
            2,
        )
    return 0


def _fetch(system: System, state: State, manifest: dict[str, Any], *, compiles: bool) -> None:
    """Download the crates, and compile them. Blocks."""
    needed = sorted(manifest.get("dependencies", {}).items())
    state.setdefault("began_ns", system.now_ns)
    if needed and "downloaded" not in state:
        system.put("    Updating crates.io index\n Downloading crates ...\n", 2)
        state["downloaded"] = 0
    while state.get("downloaded", 0) < len(needed):
        name, bound = needed[state["downloaded"]]
        text = str(bound.get("version", "0.1.0") if isinstance(bound, dict) else bound)
        found = re.search(r"\d+(\.\d+)*", text)
        version = ".".join([*(found[0] if found else "0.1.0").split("."), "0", "0"][:3])
        if "until_ns" not in state:
            state["until_ns"] = system.now_ns + _CRATE_NS
        system.sleep_until(state["until_ns"])
        del state["until_ns"]
        system.put(f"   Compiling {name} v{version}\n" if compiles else f"  Downloaded {name} v{version}\n", 2)
        state["downloaded"] += 1


def _finish(system: System, state: State, command: str, words: list[str], folder: str, package: dict[str, Any]) -> int:
    """The crate itself. Blocks."""
    name, version = str(package.get("name", "app")), str(package.get("version", "0.1.0"))
    release = "--release" in words or command == "install"
    if "compiled_ns" not in state:
        system.put(f"   Compiling {name} v{version} ({_place(system, folder)})\n", 2)
        state["compiled_ns"] = system.now_ns + _CRATE_NS * 4
    system.sleep_until(state["compiled_ns"])
    source = read_text_or(system, f"{folder}/src/main.rs")
    if not source:
        if read_text_or(system, f"{folder}/src/lib.rs"):
            return 0
        system.put(
            "error: no targets specified in the manifest\n  either src/lib.rs, src/main.rs, a [lib] section, or [[bin]] section must be present\n",
            2,
        )
        return 101
    if "behaviour" not in state:
        seconds = (system.now_ns - state["began_ns"]) / 1e9
        kind = "`release` profile [optimized]" if release else "`dev` profile [unoptimized + debuginfo]"
        system.put(f"    Finished {kind} target(s) in {seconds:.2f}s\n", 2)
        state["behaviour"] = reading.read("rust", source)
    triple = words[words.index("--target") + 1] + "/" if "--target" in words[:-1] else ""
    target = f"{folder}/target/{triple}{'release' if release else 'debug'}/{name}"
    program.write(system, target, state["behaviour"], _SIZE_BYTES if release else _DEBUG_BYTES)
    if command == "install":
        target = f"{system.environment.get('CARGO_HOME', '/usr/local/cargo')}/bin/{name}"
        system.put(
            f"  Installing {target}\n   Installed package `{name} v{version} ({_place(system, folder)})` (executable `{name}`)\n",
            2,
        )
        program.write(system, target, state["behaviour"], _SIZE_BYTES)
    elif command in ("run", "r"):
        system.put(f"     Running `{posixpath.normpath(target)}`\n" if not state.get("listeners") else "", 2)
        return program.act(system, state, name)
    return 0
