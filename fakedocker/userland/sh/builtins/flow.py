"""Builtins that go on somewhere else: break, continue, return, exit, eval, ., exec, command, builtin."""

from __future__ import annotations

from fakedocker.base.numbers import is_digits
from fakedocker.userland.sh import control, jobs
from fakedocker.userland.sh.builtin_table import builtin, builtins_of, complain
from fakedocker.userland.sh.builtins.naming import describe_names
from fakedocker.userland.sh.commands import dispatch, locate
from fakedocker.userland.sh.dialect import ShellError, SyntaxProblem
from fakedocker.userland.sh.parameters import text_of
from fakedocker.userland.sh.state import CALL, DOT, EVAL, LOOP, ShellState


def _done(shell: ShellState, status: int, resume: int, check: bool) -> int:
    shell.status = status
    return control.failed(shell, resume + 1) if status and check else resume + 1


def _number(shell: ShellState, argv: tuple[str, ...], default: int) -> int:
    """The optional numeric argument of break, return, exit ... as each shell checks it."""
    if len(argv) < 2:
        return default
    text = argv[1]
    digits = text[1:] if shell.is_bash() and text[:1] in "+-" else text
    if not is_digits(digits):
        if shell.is_bash():
            raise ShellError(f"{text}: numeric argument required")
        raise ShellError(f"Illegal number: {text}")
    return int(text)


@builtin("break", "continue", kind="control", special=True)
def _leave_loop(shell: ShellState, argv: tuple[str, ...], resume: int, check: bool, tail: bool) -> int:
    try:
        count = _number(shell, argv, 1)
    except ShellError as problem:
        shell.complain(problem.message, argv[0])
        return control.exit_shell(shell, 128 if shell.is_bash() else 2)
    if count < 1:
        said = f"{argv[1]}: loop count out of range" if shell.is_bash() else f"Illegal number: {argv[1]}"
        shell.complain(said, argv[0])
        return _done(shell, 1, resume, check) if shell.is_bash() else control.exit_shell(shell, 2)
    if shell.is_bash() and not any(frame[0] == LOOP for frame in shell.frames):
        shell.complain("only meaningful in a `for', `while', or `until' loop", argv[0])
        return _done(shell, 0, resume, check)
    return control.leave_loops(shell, count, resume + 1, argv[0] == "continue")


@builtin("return", kind="control", special=True)
def _return(shell: ShellState, argv: tuple[str, ...], resume: int, check: bool, tail: bool) -> int:
    inside = any(frame[0] in (CALL, DOT) for frame in shell.frames)
    try:
        status = _number(shell, argv, shell.status)
    except ShellError as problem:
        shell.complain(problem.message, argv[0])
        if not shell.is_bash():
            return control.exit_shell(shell, 2)
        status = 2
    if shell.is_bash() and not inside:
        shell.complain("can only `return' from a function or sourced script", "return")
        return _done(shell, 2, resume, check)
    return control.return_from(shell, status & 255)


@builtin("exit", kind="control", special=True)
def _exit(shell: ShellState, argv: tuple[str, ...], resume: int, check: bool, tail: bool) -> int:
    if shell.interactive and shell.is_bash():
        shell.error("exit\n")
    if jobs.keep_from_exit(shell):
        return _done(shell, 1, resume, check)
    try:
        status = _number(shell, argv, _status_before_trap(shell))
    except ShellError as problem:
        shell.complain(problem.message, argv[0])
        status = 2
    return control.exit_shell(shell, status & 255)


def _status_before_trap(shell: ShellState) -> int:
    """`exit` in a trap without an argument gives the status from before the trap (POSIX exit)."""
    for frame in shell.frames:
        if frame[0] == "trap":
            return int(frame[5])
        if frame[0] == "exit trap":
            return int(frame[1])
    return shell.status


@builtin("eval", kind="control", special=True)
def _eval(shell: ShellState, argv: tuple[str, ...], resume: int, check: bool, tail: bool) -> int:
    source = " ".join(argv[1:])
    if not source.strip():
        return _done(shell, 0, resume, check)
    return run_source(shell, source, (EVAL,), (), resume, check)


def run_source(
    shell: ShellState, source: str, kind: tuple[str], extra: tuple[object, ...], resume: int, check: bool
) -> int:
    """Run a source inside this shell and go on after the command that asked for it."""
    shell.status = 0
    frame = (*kind, shell.code, resume + 1, len(shell.stack), shell.suppress, *extra)
    control.push_frame(shell, frame)
    if not check:
        shell.suppress += 1
    try:
        return control.enter(shell, source)
    except SyntaxProblem as problem:
        if not shell.is_bash():
            raise
        shell.report_syntax(problem, source, "eval" if kind[0] == EVAL else "")
        control.return_to(shell, control.pop_frame(shell))
        shell.status = 2 if kind[0] == EVAL else 1
        return control.go(shell, frame[1], frame[2])  # type: ignore[arg-type]  # frames are untyped data


@builtin(".", kind="control", special=True)
@builtin("source", kind="control", special=True, only="ash bash")
def _source(shell: ShellState, argv: tuple[str, ...], resume: int, check: bool, tail: bool) -> int:
    if len(argv) < 2:
        if shell.is_bash():
            shell.complain("filename argument required", argv[0])
            shell.error(f"{argv[0]}: usage: {argv[0]} filename [arguments]\n")
        return _done(shell, 2, resume, check)
    try:
        path = _sourced_path(shell, argv[1])
        data = shell.system.read_file(path)
    except OSError as problem:
        return _not_sourced(shell, argv, problem, resume, check)
    parameters: tuple[str, ...] | None = None
    if len(argv) > 2 and shell.dialect.name != "dash":
        parameters, shell.parameters = shell.parameters, argv[2:]
    source = data.decode("utf-8", "surrogateescape")
    return run_source(shell, source, (DOT,), (parameters, path), resume, check)


def _sourced_path(shell: ShellState, name: str) -> str:
    """A name without a slash is looked for in PATH, by bash also in the working directory."""
    if "/" in name:
        return name
    for directory in text_of(shell.variables.get("PATH")).split(":"):
        path = f"{directory or '.'}/{name}"
        try:
            if shell.system.stat(path).kind == "file":
                return path
        except OSError:
            continue
    if shell.is_bash() or shell.dialect.name == "ash":
        return name
    raise FileNotFoundError(2, "not found")


def _not_sourced(shell: ShellState, argv: tuple[str, ...], problem: OSError, resume: int, check: bool) -> int:
    name, said = argv[1], problem.strerror
    if shell.is_bash():
        shell.complain(f"{name}: {said}", "" if "/" in name else argv[0])
        return _done(shell, 1, resume, check)
    if shell.dialect.name == "ash":
        shell.complain(f"can't open '{name}': {said}", argv[0])
    elif "/" in name:
        shell.complain(f"cannot open {name}: {'No such file' if problem.errno == 2 else said}", argv[0])
    else:
        shell.complain(f"{name}: not found", argv[0])
    if shell.interactive or shell.mode == "fed":
        return _done(shell, 2, resume, check)
    return control.exit_shell(shell, 2)


@builtin("exec", kind="control", special=True)
def _exec(shell: ShellState, argv: tuple[str, ...], resume: int, check: bool, tail: bool) -> int:
    words = argv[1:]
    if shell.is_bash() and words[:1] == ("-a",):
        words = words[2:]
    if words[:1] == ("--",):
        words = words[1:]
    if not words:
        return _done(shell, 0, resume, check)
    system = shell.system
    system.drain()
    path = locate(shell, words[0], "exec")
    if path is not None:
        for number in shell.caught_signals():
            system.catch(number, "default")
        control.let_tables_go(shell)
        try:
            system.execute(path, words, shell.environment())
        except OSError as problem:
            shell.complain(f"{words[0]}: {problem.strerror}", "exec")
            shell.status = 126
    if shell.interactive or shell.mode == "fed":
        return _done(shell, shell.status, resume, check)
    return control.exit_shell(shell, shell.status)


@builtin("command", kind="control")
def _command(shell: ShellState, argv: tuple[str, ...], resume: int, check: bool, tail: bool) -> int:
    words = argv[1:]
    letters = ""
    while words and words[0].startswith("-") and len(words[0]) > 1 and words[0] != "--":
        letters += words[0][1:]
        words = words[1:]
    if words[:1] == ("--",):
        words = words[1:]
    if "v" in letters or "V" in letters:
        status = describe_names(shell, words, "command" if "v" in letters else "describe")
        return _done(shell, status, resume, check)
    if not words:
        return _done(shell, 0, resume, check)
    return dispatch(shell, words, resume, check, tail, functions=False)


@builtin("builtin", kind="control", only="bash")
def _builtin(shell: ShellState, argv: tuple[str, ...], resume: int, check: bool, tail: bool) -> int:
    if len(argv) < 2:
        return _done(shell, 0, resume, check)
    if argv[1] not in builtins_of(shell.dialect):
        return _done(shell, complain(shell, "builtin", f"{argv[1]}: not a shell builtin"), resume, check)
    return dispatch(shell, argv[1:], resume, check, tail, functions=False)
