"""Natives of subprocess, socket, platform and signal: single system calls."""

from __future__ import annotations

from typing import Final

from fakedocker.userland.languages.machine.cells import NotSimulated, Value
from fakedocker.userland.languages.python import files, signals, watching
from fakedocker.userland.languages.python.errors import os_error, type_error
from fakedocker.userland.languages.python.files import READER, TEXT, WRITER, new_file
from fakedocker.userland.languages.python.signs import Interpreter
from fakedocker.userland.languages.python.types import native, payload_of
from fakedocker.userland.packages import pip_site

PIPE: Final = -1
STDOUT: Final = -2
DEVNULL: Final = -3


@native("spawn", module="_process")
def _spawn(m: Interpreter, argv: Value, environment: Value, directory: Value, wanted: Value) -> Value:
    """Start a program. `wanted` says what its three descriptors are; gives its pid and our ends of the pipes."""
    words = [files.path_of(m, each) for each in argv]
    system = m.system
    env = {str(key): str(value) for key, value in environment.items()}
    path = env.get("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")
    before = system.directory
    try:
        if directory is not None:
            try:
                system.change_directory(files.path_of(m, directory))
            except OSError as problem:
                raise os_error(problem.errno or 0, problem.strerror or "", directory) from None
        try:
            program = words[0] if "/" in words[0] else system.find_program(words[0], path)
        except OSError as problem:
            raise os_error(problem.errno or 0, problem.strerror or "", words[0]) from None
        return _with_descriptors(m, program, words, env, list(wanted))
    finally:
        if directory is not None:
            system.change_directory(before)


def _with_descriptors(
    m: Interpreter, program: str, words: list[str], env: dict[str, str], wanted: list[Value]
) -> Value:
    system = m.system
    table = dict(system.descriptors())
    child = {fd: table[fd] for fd in (0, 1, 2) if fd in table}
    ours: list[int | None] = [None, None, None]
    opened: list[int] = []
    for fd, how in enumerate(wanted):
        if how is None:
            continue
        if how == PIPE:
            reading, writing = system.pipe()
            ours[fd], other = (writing, reading) if fd == 0 else (reading, writing)
        elif how == STDOUT:
            child[2] = child[1]
            continue
        else:
            other = system.open("/dev/null", 3) if how == DEVNULL else how
        child[fd] = system.descriptors()[other]
        if how in (PIPE, DEVNULL):
            opened.append(other)
    saved = system.use_table(child)
    try:
        pid = system.spawn(program, words, env)
    except OSError as problem:
        raise os_error(problem.errno or 0, problem.strerror or "", words[0]) from None
    finally:
        system.restore_table(saved)
        for fd in opened:
            system.close(fd)
    return (pid, *ours)


@native("wait", module="_process")
def _wait(m: Interpreter, pid: Value, deadline: Value = None) -> Value:
    """The status of a child that ended, -n for a signal; None once the time has come. Blocks."""
    found = m.system.reap_ending(pid)
    if found is not None:
        return found
    if deadline is not None:
        if m.system.now_ns >= deadline:
            return None
        raise NotSimulated("waiting for a program with a timeout")
    m.system.wait_for_child(pid, interruptible=True)
    signals.check(m)
    return m.system.reap_ending(pid)


@native("poll", module="_process")
def _poll(m: Interpreter, pid: Value) -> Value:
    return m.system.reap_ending(pid)


@native("pipe_file", module="_process")
def _pipe_file(m: Interpreter, fd: Value, mode: Value, text: Value) -> Value:
    cls = TEXT if text else (WRITER if mode == "w" else READER)
    made = new_file(cls, fd, fd, mode if text else mode + "b", bool(text), stream=True)
    watching.watch_file(m, made)
    return made


@native("catch_signal", module="_process")
def _catch_signal(m: Interpreter, number: Value, handler: Value) -> Value:
    """Set what a signal does; gives what it did before."""
    handlers = m.state.setdefault("signal_handlers", {})
    code = int(payload_of(number))
    before = handlers.get(code)
    plain = payload_of(handler)
    if plain == 0 or plain == 1:
        m.system.catch(code, "ignore" if plain == 1 else "default")
        handlers[code] = plain
    else:
        if isinstance(plain, int) or plain is None:
            raise type_error("signal handler must be signal.SIG_IGN, signal.SIG_DFL, or a callable object")
        m.system.catch(code, "catch")
        handlers[code] = handler
    return before


@native("pause", module="_process")
def _pause(m: Interpreter) -> Value:
    """Wait for a signal. Blocks."""
    if not m.system.signals_pending():
        m.system.pause_for_signal()


@native("hostname", module="_process")
def _hostname(m: Interpreter) -> Value:
    return m.system.hostname


@native("execute", module="_process")
def _execute(m: Interpreter, program: Value, argv: Value, environment: Value) -> Value:
    """Put another program in the place of this one, with its open descriptors."""
    files.flush_all(m)
    try:
        m.system.execute(
            program, [str(each) for each in argv], {str(key): str(each) for key, each in environment.items()}
        )
    except OSError as problem:
        raise os_error(problem.errno or 0, problem.strerror or "", program) from None


@native("package_version", module="_process")
def _package_version(m: Interpreter, name: Value, default: Value) -> Value:
    """The version of a package that pip has installed, else the default."""
    found = pip_site.installed(m.system, pip_site.find_site(m.system)).get(pip_site.normalized(name))
    return default if found is None else found.version
