"""What a shell does before its first command: variables, signals, start-up files, the script."""

from __future__ import annotations

from sys import intern

from fakedocker.base.numbers import is_digits
from fakedocker.base.patterns import lazy_pattern
from fakedocker.base.sharing import one_set
from fakedocker.userland.sh.code import BEFORE, Code, CodeKey, code_for
from fakedocker.userland.sh.parameters import text_of
from fakedocker.userland.sh.state import ShellState

_NAME = lazy_pattern(r"[A-Za-z_][A-Za-z0-9_]*")
_JOB_CONTROL_SIGNALS = (3, 15, 20, 21, 22)


def begin(shell: ShellState) -> None:
    """Set up a new shell. May read files; never blocks before it has an effect."""
    system = shell.system
    if shell.mode == "auto":
        shell.mode = "interactive" if system.is_terminal(0) and system.is_terminal(2) else "stdin"
    elif shell.mode == "stdin" and "i" in shell.options:
        shell.mode = "interactive"
    shell.root_pid = system.pid
    shell.started_ns = system.now_ns
    shell.source_line = 1
    _import_environment(shell)
    for number in shell.caught_signals():
        system.catch(number, "catch")
    shell.recompute_slow()
    if shell.mode in ("interactive", "fed"):
        _begin_interactive(shell)
    source, tail = "", False
    if shell.mode == "script":
        source = _read_script(shell)
    elif shell.mode == "command":
        source, tail = shell.script, True
    elif shell.mode == "broken":
        source = _complain_of_invocation(shell)
    start = _start_up_files(shell)
    shell.code = code_for(CodeKey("", 0, shell.dialect))
    if "--version" in shell.options:
        source = "printf '%s\\n' 'GNU bash, version 5.2.15(1)-release (x86_64-pc-linux-gnu)'; exit"
        shell.mode = "command"
    if shell.mode in ("script", "command"):
        shell.code = _before(source, shell, tail)
    elif start:
        shell.code = _before(start, shell, False)


def _before(source: str, shell: ShellState, tail: bool) -> Code:
    return code_for(CodeKey(source, BEFORE, shell.dialect, 1, tail, shell.active_aliases()))


def _import_environment(shell: ShellState) -> None:
    environment = dict(shell.system.environment)  # much alike in all containers, which share the strings
    imported = {intern(name): intern(value) for name, value in environment.items() if _NAME.fullmatch(name)}
    imported.pop("IFS", None)
    variables = shell.variables
    variables.update(imported)
    exports = set(imported)
    variables["PPID"] = str(shell.system.parent_pid)
    variables["OPTIND"] = "1"
    variables.setdefault("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")
    variables.setdefault("PS4", "+ ")
    directory = shell.system.directory
    here = text_of(variables.get("PWD"))
    if not here.startswith("/") or _real(shell, here) != directory:
        variables["PWD"] = directory
    exports.add("PWD")
    if shell.dialect.name != "dash":
        level = text_of(variables.get("SHLVL", "0"))
        variables["SHLVL"] = str(int(level) + 1 if is_digits(level) else 1)
        exports.add("SHLVL")
    if shell.is_bash():
        variables.setdefault("BASH_VERSION", shell.dialect.version)
        variables.setdefault("BASH", "/bin/bash")
        variables.setdefault("HOSTTYPE", "x86_64")
        variables.setdefault("MACHTYPE", "x86_64-pc-linux-gnu")
        variables.setdefault("OSTYPE", "linux-gnu")
    if shell.mode == "interactive" or not shell.is_bash():
        variables.setdefault("PS2", "> ")
        variables.setdefault(
            "PS1",
            {"dash": "# " if shell.system.uid == 0 else "$ ", "ash": "\\w \\$ "}.get(
                shell.dialect.name, "\\u@\\h:\\w\\$ "
            ),
        )
    shell.exports = one_set(exports)


def _real(shell: ShellState, path: str) -> str:
    try:
        return shell.system.real_path(path)
    except OSError:
        return ""


def _begin_interactive(shell: ShellState) -> None:
    if shell.mode == "fed":
        return
    system = shell.system
    for number in _JOB_CONTROL_SIGNALS:
        system.catch(number, "ignore")
    shell.options |= {"i"}
    if system.is_terminal(0):
        shell.options |= {"m"}
        if system.pid != _group_of(shell):
            system.set_group(0, 0)
        system.set_foreground(system.pid)


def _group_of(shell: ShellState) -> int:
    return next((process.group for process in shell.system.processes() if process.pid == shell.system.pid), 0)


def _start_up_files(shell: ShellState) -> str:
    """The text of the files an interactive or login shell reads first; those that are missing are skipped."""
    paths: list[str] = []
    home = text_of(shell.variables.get("HOME"))
    if "login" in shell.options:
        paths += ["/etc/profile", f"{home}/.bash_profile" if shell.is_bash() else f"{home}/.profile"]
    if shell.mode == "interactive":
        if shell.is_bash():
            paths += ["/etc/bash.bashrc", f"{home}/.bashrc"]
        elif environment_file := text_of(shell.variables.get("ENV")):
            paths.append(environment_file)
    found = []
    for path in paths:
        try:
            shell.system.stat(path)
        except OSError:
            continue
        found.append(f". {path}\n")
    return "".join(found)


def _read_script(shell: ShellState) -> str:
    path = shell.script
    try:
        data = shell.system.read_file(path)
    except OSError as problem:
        status = 127 if shell.is_bash() else 2
        if shell.is_bash():
            said = f"{path}: {path}: {problem.strerror}" if problem.errno == 21 else f"{path}: {problem.strerror}"
            shell.error(f"bash: {said}\n" if problem.errno != 21 else f"{said}\n")
        elif shell.dialect.name == "dash":
            said = "No such file" if problem.errno == 2 else str(problem.strerror)
            shell.error(f"{_program(shell)}: 0: cannot open {path}: {said}\n")
        else:
            shell.error(f"{_program(shell)}: can't open '{path}': {problem.strerror}\n")
        return f"exit {status}"
    return data.decode("utf-8", "surrogateescape")


def _program(shell: ShellState) -> str:
    return shell.system.argv[0] if shell.system.argv else shell.dialect.name


def _complain_of_invocation(shell: ShellState) -> str:
    zero = "0: " if shell.dialect.name == "dash" else ""
    shell.error(f"{shell.name}: {zero}{shell.script}\n")
    if shell.is_bash() and "invalid option" in shell.script:
        shell.error("Usage:\tbash [GNU long option] [option] ...\n\tbash [GNU long option] [option] script-file ...\n")
    shell.mode = "command"
    return "exit 2"
