"""Operations that run simple commands: functions, builtins, programs.

A command that may have to wait leaves its progress on the stack as a tuple and goes to the `resume` operation that
follows it, which is run again at each wake-up. This module must not know single builtins.
"""

from __future__ import annotations

import errno
from collections.abc import Callable, Mapping
from typing import Any, Final

from fakedocker.kernel.program import Block, System
from fakedocker.userland.sh import control, jobs
from fakedocker.userland.sh.builtin_table import Builtin, builtins_of
from fakedocker.userland.sh.closures import arguments_closure
from fakedocker.userland.sh.code import CodeKey, code_for
from fakedocker.userland.sh.dialect import ShellError
from fakedocker.userland.sh.linking import Linked, operation
from fakedocker.userland.sh.parameters import text_of
from fakedocker.userland.sh.quoting import quote_trace
from fakedocker.userland.sh.state import CALL, PREFIX, ShellState

GO_BY_WHAT_WAS: Final = frozenset("test [ [[ let read printf echo wait fg jobs getopts type hash ulimit".split())
"""Builtins that fail for what commands before them have left, or say themselves what they lack (see kernel/marks.py)."""
_DEFAULT_PATH: Final = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


@operation("command")
def _command(item: tuple[Any, ...], following: int) -> Linked:
    """A command whose words never wait; the `resume` that follows is skipped when there is nothing to wait for."""
    _, words, check, tail = item
    arguments = arguments_closure(words)
    done = following + 1

    def run(shell: ShellState) -> int:
        argv = arguments(shell)
        if not argv:
            shell.status = 0
            return done
        if shell.slow:
            trace(shell, argv)
        shell.pc = following - 1
        return dispatch(shell, argv, following, check, tail)

    return run


@operation("execute")
def _execute(item: tuple[Any, ...], following: int) -> Linked:
    """The same, with argv on the stack."""
    _, check, tail = item

    def run(shell: ShellState) -> int:
        argv = shell.stack.pop()
        if not argv:
            shell.status = shell.substituted
            return following + 1
        if shell.slow:
            trace(shell, argv)
        shell.pc = following - 1
        return dispatch(shell, argv, following, check, tail)

    return run


def dispatch(
    shell: ShellState, argv: tuple[str, ...], resume: int, check: bool, tail: bool, functions: bool = True
) -> int:
    """Begin a command.

    Args:
        resume: the place of the `resume` operation; the one after it follows the command.
        functions: whether functions are looked at.
    """
    name = argv[0]
    if shell.slow and "n" in shell.options and not shell.interactive:
        shell.status = 0
        return resume + 1
    if functions and name in shell.functions:
        return _call(shell, argv, resume + 1, check)
    builtin = builtins_of(shell.dialect).get(name)
    if builtin is None:
        return _run_program(shell, argv, resume, check, tail)
    if builtin.kind == "blocking":
        shell.stack.append(("builtin", argv, None))
        return resume
    if builtin.kind == "control":
        return builtin.function(shell, argv, resume, check, tail)
    return run_plain(shell, builtin, argv, resume, check)


def _run_program(shell: ShellState, argv: tuple[str, ...], resume: int, check: bool, tail: bool) -> int:
    """Run a program, and pass over `resume` if it is done at once, as most are."""
    if tail or "m" in shell.options or shell.dialect.name == "bash":
        shell.stack.append(("start", argv, tail))
        return resume
    value = shell.variables.get("PATH")
    path = value if type(value) is str else search_path(shell)
    shell.pc = resume
    try:
        pid, ended = shell.system.run_program(argv[0], path, argv, shell)
    except (Block, OSError):  # nothing has begun; `resume` begins it, or says why it cannot
        shell.stack.append(("start", argv, tail))
        return resume
    if ended is None:
        shell.stack.append(("child", pid, argv))
        try:
            shell.system.wait_for_child(pid)
        except Block:
            return control.BLOCKED
        return resume
    jobs.take_ending(shell, pid, ended, argv, resume)
    return _go_on(shell, resume + 1, check)


def run_plain(shell: ShellState, builtin: Builtin, argv: tuple[str, ...], resume: int, check: bool) -> int:
    """A builtin that does not wait. What it wrote is drained, so that a shell that writes for ever can be stopped."""
    marked = builtin.name not in GO_BY_WHAT_WAS and shell.system.is_marked()
    if marked:  # a failure of its own is none of what was before (kernel/marks.py)
        shell.system.set_marked(False)
    try:
        shell.status = builtin.function(shell, argv)
    except ReportedError:
        raise
    except ShellError as problem:
        _report(shell, builtin, argv[0], problem)
    except OSError as problem:
        shell.complain(f"write error: {problem.strerror}", argv[0])
        shell.status = 1
    if marked and not shell.status:
        shell.system.set_marked(True)
    if builtin.writes:
        try:
            shell.system.drain()
        except Block:
            shell.stack.append(("drain",))
            return resume
    if shell.attention:
        shell.attention = False
        shell.pc = resume + 1
        return control.SWITCH
    return control.failed(shell, resume + 1) if shell.status and check else resume + 1


def _report(shell: ShellState, builtin: Builtin, name: str, problem: ShellError) -> None:
    """The error of a builtin: of a special one it ends the shell, except in bash (POSIX 2.8.1)."""
    if builtin.special and not shell.is_bash():
        shell.complain(problem.message, name)
        raise ReportedError(problem.status)
    shell.complain(problem.message, name)
    shell.status = problem.status


class ReportedError(ShellError):
    """An error whose message is out already."""

    def __init__(self, status: int) -> None:
        super().__init__("", status)


def _call(shell: ShellState, argv: tuple[str, ...], following: int, check: bool) -> int:
    code, body, _ = shell.functions[argv[0]]
    shell.fuel -= 1
    frame = (CALL, shell.code, following, len(shell.stack), shell.suppress, shell.parameters, (), check, argv[0])
    control.push_frame(shell, frame)
    shell.parameters = argv[1:]
    if not check:
        shell.suppress += 1
    if shell.fuel < 0:
        shell.code = code
        shell.pc = body
        return control.YIELD
    return control.go(shell, code, body)


def trace(shell: ShellState, argv: tuple[str, ...]) -> None:
    """set -x, and the DEBUG trap's place."""
    if "x" not in shell.options:
        return
    dialect = shell.dialect.name
    words = [quote_trace(word, dialect) for word in argv]
    if shell.frames and shell.frames[-1][0] == PREFIX:
        settings = [
            f"{name}={quote_trace(text_of(shell.variables.get(name)), dialect)}" for name, *_ in shell.frames[-1][1]
        ]
        if shell.is_bash():
            for setting in settings:
                shell.error(f"{shell.trace_prefix()}{setting}\n")
        else:
            words = settings + words
    shell.error(f"{shell.trace_prefix()}{' '.join(words)}\n")


# waiting


@operation("resume")
def _resume(item: tuple[Any, ...], following: int) -> Linked:
    """Go on with what the command before has begun. Runs again from its beginning at each wake-up."""
    check: bool = item[1]
    here = following - 1

    def resume(shell: ShellState) -> int:
        while not _CONTINUE[shell.stack[-1][0]](shell, shell.stack[-1], here):
            pass
        shell.stack.pop()
        return _go_on(shell, following, check)

    return resume


def _go_on(shell: ShellState, following: int, check: bool) -> int:
    """Go on after a command: in the machine's loop that looks for traps, if there may be a reason to."""
    if not shell.attention and not shell.system.signals_pending():
        return control.failed(shell, following) if shell.status and check else following
    shell.attention = False
    shell.pc = following
    result = control.failed(shell, following) if shell.status and check else following
    return control.SWITCH if result == following else result


def _run_blocking(shell: ShellState, progress: tuple[Any, ...], here: int) -> bool:
    builtin = builtins_of(shell.dialect)[progress[1][0]]
    shell.pc = here
    try:
        shell.status = builtin.function(shell, progress[1], progress[2])
    except ShellError as problem:
        _report(shell, builtin, progress[1][0], problem)
    except OSError as problem:
        shell.complain(str(problem.strerror), progress[1][0])
        shell.status = 1
    return True


def _drain(shell: ShellState, progress: tuple[Any, ...], here: int) -> bool:
    shell.system.drain()
    return True


def save_progress(shell: ShellState, progress: Any) -> None:  # Any: plain data, which the builtin alone knows
    """What a blocking builtin needs when it is called again; plain data."""
    shell.stack[-1] = (*shell.stack[-1][:2], progress)


def _start(shell: ShellState, progress: tuple[Any, ...], here: int) -> bool:
    """Run a program, or say why not. One that is not done at once becomes the progress on the stack."""
    _, argv, tail = progress
    shell.pc = here
    started: tuple[int, int | None] | None
    try:
        if tail or "m" in shell.options or shell.is_bash():
            started = _start_with_care(shell, argv, tail)
        else:
            started = shell.system.run_program(argv[0], search_path(shell), argv, shell)
    except OSError as problem:
        started = _start_script(shell, argv, problem)
    if started is None:
        return True
    pid, ended = started
    if ended is not None:
        jobs.take_ending(shell, pid, ended, argv, here)
        return True
    shell.stack[-1] = ("child", pid, argv)
    shell.system.wait_for_child(pid, stops="m" in shell.options)
    return False


def _start_with_care(shell: ShellState, argv: tuple[str, ...], tail: bool) -> tuple[int, int | None]:
    """Where the path must be known (bash tells its children in $_), nothing follows, or the job gets a group of its own."""
    system = shell.system
    system.drain()
    path = system.find_program(argv[0], search_path(shell))
    environment = {**shell.environment(), "_": path} if shell.is_bash() else shell.environment()
    if tail and not shell.traps and not shell.interactive:
        control.let_tables_go(shell)
        system.execute(path, argv, environment)
    if "m" in shell.options and shell.interactive:
        pid = system.fork(_job_body(shell, argv), group=0)
        jobs.to_foreground(shell, pid)
        return pid, None
    return system.run_program(path, "", argv, _Exported(environment))


class _Exported:
    """An environment that is known already."""

    __slots__ = ("_environment",)

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment

    def environment(self) -> Mapping[str, str]:
        return self._environment


def _start_script(shell: ShellState, argv: tuple[str, ...], problem: OSError) -> tuple[int, int | None] | None:
    """What execve refuses for want of `#!` runs in a shell; for all else the shell says why there is nothing to run."""
    if problem.errno == errno.ENOEXEC:
        path = locate(shell, argv[0])
        script = None if path is None else _script_text(shell.system, path)
        if path is not None and script is not None:
            pid = shell.system.fork(shell.for_script(path, argv, script), group=jobs.new_group(shell))
            jobs.to_foreground(shell, pid)
            return pid, None
    _cannot_run(shell, argv[0], problem)
    return None


def _job_body(shell: ShellState, argv: tuple[str, ...]) -> ShellState:
    """With job control a program begins as a forked shell, so that its group has the terminal before it reads."""
    child = shell.for_child(0)
    child.code = code_for(CodeKey('"$@"', 0, shell.dialect, tail=True))
    child.parameters = argv
    child.functions = {}
    return child


_CONTINUE: Final[dict[str, Callable[[ShellState, tuple[Any, ...], int], bool]]] = {
    "start": _start,
    "child": jobs.wait_for_one,
    "children": jobs.wait_for_all,
    "drain": _drain,
    "builtin": _run_blocking,
}


def search_path(shell: ShellState) -> str:
    value = shell.variables.get("PATH")
    return _DEFAULT_PATH if value is None else text_of(value)


def locate(shell: ShellState, name: str, command: str = "") -> str | None:
    """The file to run; a message and $? where there is none."""
    try:
        return shell.system.find_program(name, search_path(shell))
    except OSError as problem:
        _cannot_run(shell, name, problem, command)
        return None


def _is_directory(shell: ShellState, path: str) -> bool:
    try:
        return shell.system.stat(path).kind == "dir"
    except OSError:
        return False


def _cannot_run(shell: ShellState, name: str, problem: OSError, command: str = "") -> None:
    missing = problem.errno in (errno.ENOENT, errno.ENOTDIR)
    shell.status = 127 if missing else 126
    shell.system.set_marked(missing and shell.system.is_bereft())  # it may be what another one would have made
    if problem.errno == errno.EACCES and shell.is_bash() and _is_directory(shell, name):
        said = "Is a directory"
    elif not missing:
        said = str(problem.strerror)
    elif not shell.is_bash() or command:
        said = "not found"
    else:
        said = str(problem.strerror) if "/" in name else "command not found"
    shell.complain(f"{name}: {said}", command)


def _script_text(system: System, path: str) -> str | None:
    """The text of a file without #!, None where it is no text."""
    data = system.read_file(path)
    if b"\0" in data[:256]:
        return None
    return data.decode("utf-8", "surrogateescape")
