"""node's command line: -e, -p, scripts, standard input, and the prompt."""

from __future__ import annotations

import posixpath
from typing import Final

from fakedocker.kernel.program import System
from fakedocker.userland.inputs import State, read_text
from fakedocker.userland.languages.toolchains.versions import version_of
from fakedocker.userland.tools import Register

PROGRAMS = Register()
VERSION: Final = "20.15.0"
_SPEC_SINCE: Final = 23
"""The release since which tests are reported as spec, not as tap, where there is no terminal."""
_SILENT: Final = (
    "--no-warnings",
    "--enable-source-maps",
    "--trace-warnings",
    "--trace-uncaught",
    "--trace-deprecation",
    "--no-deprecation",
    "--throw-deprecation",
)
_WITH_VALUE: Final = (
    "--max-old-space-size",
    "--max-http-header-size",
    "--stack-size",
    "--unhandled-rejections",
    "--inspect",
    "--inspect-brk",
    "--title",
)


@PROGRAMS.program("node", "nodejs")
def _node(system: System, argv: tuple[str, ...], state: State) -> int:
    version = version_of(system, "NODE_VERSION", VERSION)
    words = list(argv[1:])
    options: list[str] = []
    requires: list[str] = []
    status = _take_options(system, words, options)
    if status is not None:
        return status
    while len(words) > 1 and words[0] in ("-r", "--require"):
        requires.append(words[1])
        words = words[2:]
    match words:
        case ["--version" | "-v", *_]:
            system.put(f"v{version}\n")
            return 0
        case ["-e" | "--eval" | "-p" | "--print" | "-pe" as option]:
            system.put(f"node: {option} requires an argument\n", 2)
            return 9
        case ["-e" | "--eval" | "-p" | "--print" | "-pe" as option, source, *rest]:
            how = "eval" if option in ("-e", "--eval") else "print"
            return _run(system, state, version, "", rest, options, how, source, requires)
        case ["--check" | "-c", name]:
            return _run(system, state, version, _absolute(system, name), [], options, "check", "", requires)
        case ["--check" | "-c" as option, *_]:
            system.unsimulated(f"the option {option} without a file")
            return 1
        case ["--test", *files]:
            if any(name.startswith("-") or "*" in name for name in files):
                system.unsimulated("options of --test")
                return 1
            if int(version.partition(".")[0]) >= _SPEC_SINCE and not system.is_terminal(1):
                system.unsimulated("the report of --test without a terminal as of node 23")
                return 1
            return _run(system, state, version, "", files, options, "test", "", requires)
        case ["--", name, *rest] | [name, *rest] if name not in ("-", "-i", "--interactive") and not (
            name.startswith("-") and words[0] != "--"
        ):
            return _run(system, state, version, _absolute(system, name), rest, options, "file", "", requires)
        case [name, *_] if name not in ("-", "-i", "--interactive", "--"):
            system.put(f"node: bad option: {name}\n", 2)
            return 9
    if system.is_terminal(0) or words[:1] in (["-i"], ["--interactive"]):
        from fakedocker.userland.languages.javascript.prompt import session

        return session(system, state, version)
    if "text" not in state:
        state["text"] = read_text(system, state.setdefault("reading", {}), ())
    rest = words if words[:1] == ["-"] else words[1:]
    return _run(system, state, version, "", rest, options, "stdin", state["text"], requires)


def _take_options(system: System, words: list[str], options: list[str]) -> int | None:
    """Take the options before what is to be run off the words; the exit status if there is nothing to run."""
    while (
        words
        and words[0].startswith("--")
        and words[0] not in ("--version", "--eval", "--print", "--help", "--", "--check", "--require", "--test")
    ):
        name = words[0].partition("=")[0]
        if name not in _SILENT and name not in _WITH_VALUE:
            if name in (
                "--watch",
                "--import",
                "--loader",
                "--experimental-modules",
                "--env-file",
                "--input-type",
                "--experimental-strip-types",
            ):
                system.unsimulated(f"the option {name}")
                return 1
            system.put(f"node: bad option: {words[0]}\n", 2)
            return 9
        options.append(words.pop(0))
    return None


def _absolute(system: System, name: str) -> str:
    return posixpath.normpath(name if name.startswith("/") else f"{system.directory.rstrip('/')}/{name}")


def _run(
    system: System,
    state: State,
    version: str,
    main: str,
    rest: list[str],
    options: list[str],
    how: str,
    text: str,
    requires: list[str],
) -> int:
    """A script, from its first line to its exit status. Blocks."""
    from fakedocker.userland.languages.javascript.runtime import Runtime

    runtime = Runtime(system, state, version)
    argv = ["/usr/local/bin/node", *([main] if main else []), *rest]
    runtime.begin(main, argv, options, how, text, requires)
    return runtime.run()
