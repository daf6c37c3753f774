"""nodemon: runs a program, and again when a file changes. Source: what nodemon 3.1.14 prints."""

from __future__ import annotations

from typing import Final, NamedTuple

from fakedocker.base import signals
from fakedocker.kernel.program import System, Unsimulated
from fakedocker.userland.inputs import State
from fakedocker.userland.packages import npm_project
from fakedocker.userland.processes.children import launch
from fakedocker.userland.sh.patterns import matches
from fakedocker.userland.tools import Register, is_directory, stat_or_none

PROGRAMS = Register()
_VALUES: Final = {
    "--exec": "exec", "-x": "exec", "--watch": "watch", "-w": "watch", "--ext": "ext", "-e": "ext", "--ignore": "ignore", "-i": "ignore",
    "--signal": "signal", "-s": "signal", "--delay": "delay", "-d": "delay",
}  # fmt: skip
_QUIET: Final = ("-q", "--quiet")
_FLAGS: Final = ("-L", "--legacy-watch", "-I", "--no-stdin", "--no-update-notifier", "--")
_REFUSED: Final = ("-V", "--verbose", "-C", "--on-change-only", "-h", "--help", "--config", "--spawn", "--cwd")
_IGNORED_FOLDERS: Final = frozenset(
    {".git", ".nyc_output", ".sass-cache", "bower_components", "coverage", "node_modules"}
)
_EXTENSIONS: Final = "js,mjs,cjs,json"
_MOST_FILES: Final = 2000
_LOOK_NS: Final = 1_000_000_000
"""How long a change is waited for, and how often is looked: its usual delay."""
_ENDING: Final = {signals.INT: 130, signals.TERM: 143}
_INFO, _STATUS, _FAIL = 33, 32, 31  # colours, which it uses without a terminal too


class _Asked(NamedTuple):
    """The command line.

    Args:
        command: what is run.
        watched: patterns and folders, "*.*" where none is named.
        extensions: without dots.
    """

    command: tuple[str, ...]
    watched: tuple[str, ...]
    ignored: tuple[str, ...]
    extensions: tuple[str, ...]
    signal: int
    is_quiet: bool


@PROGRAMS.program("nodemon")
def _nodemon(system: System, argv: tuple[str, ...], state: State) -> int:
    """Until a signal ends it. Blocks."""
    if argv[1:2] in (("-v",), ("--version",)):
        system.put(f"{_version(system)}\n")
        return 0
    asked = _read(system, argv[1:])
    if "seen" not in state:
        for number in (*_ENDING, signals.CHLD):
            system.catch(number, "catch")
        state["seen"] = _look(system, asked)
        _say(system, asked, _INFO, _version(system))
        _say(system, asked, _INFO, "to restart at any time, enter `rs`")
        shown = " ".join(_shown_pattern(system, one) for one in asked.watched)
        _say(system, asked, _INFO, f"watching path(s): {shown}")
        _say(system, asked, _INFO, f"watching extensions: {','.join(asked.extensions)}")
        state["phase"] = "start"
        state["typed"] = b""
    while True:
        if state["phase"] == "start":
            _start(system, asked, state)
        _hear_child(system, asked, state)
        if state["phase"] == "start":
            continue
        while (caught := system.take_signal()) is not None:
            if caught in _ENDING:
                _end_child(system, state, caught)
                return _ENDING[caught]
        _watch(system, asked, state)
        if state["phase"] != "start":
            system.pause_for_signal(state["look_ns"])


def _start(system: System, asked: _Asked, state: State) -> None:
    if "said" not in state:
        _say(system, asked, _STATUS, f"starting `{' '.join(asked.command)}`")
        state["said"] = True
    system.drain()
    state["child"] = launch(system, asked.command)
    state["phase"], state["look_ns"] = "running", system.now_ns + _LOOK_NS
    del state["said"]


def _hear_child(system: System, asked: _Asked, state: State) -> None:
    """If the program has ended: it is started again where that was asked for, else said."""
    status = system.reap(state["child"]) if "child" in state else None
    if status is None:
        return
    del state["child"]
    if state["phase"] == "restarting":
        state["phase"] = "start"
        return
    state["phase"] = "ended"
    if status in (2, 127):
        raise Unsimulated(f"what follows when a program ends with {status}")
    if status:
        _say(system, asked, _FAIL, "app crashed - waiting for file changes before starting...")
    else:
        _say(system, asked, _STATUS, "clean exit - waiting for changes before restart")


def _watch(system: System, asked: _Asked, state: State) -> None:
    """Every second: whether a file has changed, or `rs` was typed."""
    if state["phase"] == "restarting" or system.now_ns < state["look_ns"]:
        return
    state["look_ns"] = system.now_ns + _LOOK_NS
    seen = _look(system, asked)
    is_changed, state["seen"] = seen != state["seen"], seen
    if is_changed:
        _say(system, asked, _STATUS, "restarting due to changes...")
    if not is_changed and not _has_typed_rs(system, state):
        return
    if "child" in state:
        state["phase"] = "restarting"
        _end_child(system, state, asked.signal)
    else:
        state["phase"] = "start"


def _has_typed_rs(system: System, state: State) -> bool:
    if state.get("closed") or not system.poll([0], system.now_ns):
        return False
    data = system.read(0)
    state["closed"] = not data
    *lines, state["typed"] = (state["typed"] + data).split(b"\n")
    return any(line.strip() == b"rs" for line in lines)


def _end_child(system: System, state: State, number: int) -> None:
    if "child" in state:
        try:
            system.kill(state["child"], number)
        except OSError:  # it has ended by itself
            return


def _say(system: System, asked: _Asked, colour: int, text: str) -> None:
    if not asked.is_quiet:
        system.put(f"\x1b[{colour}m[nodemon] {text}\x1b[39m\n")


def _version(system: System) -> str:
    """That of the package which is installed here, for all, or has been fetched by npx."""
    home = system.environment.get("HOME", "/root")
    for folder in (system.directory, "/usr/local/lib", f"{home}/.npm/_npx/nodemon"):
        found = npm_project.present(system, folder).get("nodemon")
        if found:
            return found
    raise Unsimulated("a nodemon of no package")


def _read(system: System, words: tuple[str, ...]) -> _Asked:
    """The command line: its own options are taken out, others before the script are node's, what follows is the script's."""
    found: dict[str, list[str]] = {}
    given: list[str] = []
    is_quiet = False
    rest = list(words)
    while rest:
        word = rest.pop(0)
        name, equals, value = word.partition("=")
        if any(not one.startswith("-") for one in given):
            given.append(word)
        elif name in _VALUES:
            found.setdefault(_VALUES[name], []).append(value if equals else rest.pop(0) if rest else "")
        elif word in _QUIET:
            is_quiet = True
        elif name in _REFUSED:
            raise Unsimulated(f"nodemon {name}")
        elif word not in _FLAGS:
            given.append(word)
    project = npm_project.read(system)
    if "nodemonConfig" in project.manifest or stat_or_none(system, "nodemon.json") is not None:
        raise Unsimulated("nodemon's settings in a file")
    signal = signals.parse(found.get("signal", ["SIGUSR2"])[-1])
    if signal is None:
        raise Unsimulated(f"the signal {found['signal'][-1]}")
    runner = tuple(found.get("exec", [""])[-1].split())
    script = next((word for word in given if not word.startswith("-")), "")
    if not script and not runner:
        given.append(str(project.manifest.get("main", "index.js")))
    elif script and not runner and not script.endswith((".js", ".mjs", ".cjs")):
        raise Unsimulated(f"what runs {script}")
    extensions = tuple(one.strip(". ") for one in found.get("ext", [_EXTENSIONS])[-1].split(","))
    watched, ignored = tuple(found.get("watch", ["*.*"])), tuple(found.get("ignore", ()))
    return _Asked((*(runner or ("node",)), *given), watched, ignored, extensions, signal, is_quiet)


def _shown_pattern(system: System, one: str) -> str:
    return f"{one.rstrip('/')}/**/*" if is_directory(system, one) else one


def _look(system: System, asked: _Asked) -> dict[str, int]:
    """Path to time of change of what is watched."""
    found: dict[str, int] = {}
    for one in asked.watched:
        top = one.rstrip("/") if is_directory(system, one) else "."
        pattern = "*" if top != "." or one in (".", "*.*") else one
        _look_below(system, asked, top, pattern, found)
    return found


def _look_below(system: System, asked: _Asked, top: str, pattern: str, found: dict[str, int]) -> None:
    pending = [top]
    while pending:
        folder = pending.pop()
        for name in system.list_directory(folder):
            path = name if folder == "." else f"{folder}/{name}"
            status = stat_or_none(system, path, follow=False)
            if status is None or any(_matches(path, one) for one in asked.ignored):
                continue
            if status.kind == "dir" and name not in _IGNORED_FOLDERS:
                pending.append(path)
            elif name.rpartition(".")[2] in asked.extensions and (pattern == "*" or _matches(path, pattern)):
                found[path] = status.mtime_ns
                if len(found) > _MOST_FILES:
                    raise Unsimulated("watching so many files")


def _matches(path: str, pattern: str) -> bool:
    plain = pattern.removeprefix("./").rstrip("/")
    return path == plain or path.startswith(f"{plain}/") or matches(plain.replace("**/", "*"), path)
