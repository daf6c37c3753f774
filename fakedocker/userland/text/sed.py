"""sed: the utility. Scripts are read by `sed_parser` and run by `sed_interpreter`."""

from __future__ import annotations

from collections import deque

from fakedocker.kernel.program import System
from fakedocker.userland.inputs import State, bytes_of, next_lines, read_all, text_of
from fakedocker.userland.text.sed_interpreter import Run
from fakedocker.userland.text.sed_parser import Command, SedProblem, parse_script
from fakedocker.userland.tools import Options, Register, UsageProblem, is_busybox, parse_options, say, tell

PROGRAMS = Register()

_USAGE = "[-i[SFX]] [-nrE] [-f FILE]... [-e CMD]... [FILE]...\nor: sed [-i[SFX]] [-nrE] CMD [FILE]...\n"
_HINT = "Usage: sed [OPTION]... {script-only-if-no-other-script} [input-file]...\n"


@PROGRAMS.program("sed", usage=_USAGE, hint=_HINT)
def _sed(system: System, argv: tuple[str, ...], state: State) -> int:
    long = {
        "quiet": "n", "silent": "n", "expression=": "e", "file=": "f", "in-place=?": "i", "regexp-extended": "E",
        "separate": "s", "null-data": "z", "posix": "P", "unbuffered": "u",
    }  # fmt: skip
    options = parse_options(system, argv, "nrEsuze:f:i::", long)
    operands = list(options.operands)
    pieces: list[str] = []
    for name, value in options.given:
        if name == "e":
            pieces.append(value)
        elif name == "f":
            pieces.append(text_of(system.read_file(value)).removesuffix("\n"))
    if not pieces:
        if not operands:
            raise UsageProblem()
        pieces.append(operands.pop(0))
    source = "\n".join(pieces)
    try:
        commands = parse_script(source, "E" in options or "r" in options)
    except SedProblem as problem:
        tell(system, problem.busybox, problem.gnu)
        return 1
    if source.startswith("#n\n") or source == "#n":
        options = Options((*options.given, ("n", "")), options.operands)
    if "i" in options:
        return _in_place(system, state, commands, options, tuple(operands))
    if "s" in options:
        return _each_apart(system, state, commands, options, tuple(operands) or ("-",))
    return _stream(system, state, commands, options, tuple(operands))


def _lines(text: str, options: Options) -> deque[str]:
    """Lines with what ends them, which the last may lack."""
    end = "\0" if "z" in options else "\n"
    pieces = text.split(end)
    last = pieces.pop()
    return deque([piece + end for piece in pieces] + ([last] if last else []))


def _each_apart(
    system: System, state: State, commands: tuple[Command, ...], options: Options, names: tuple[str, ...]
) -> int:
    """sed -s: every file has a first and a last line. Blocks."""
    status = 0
    for place, name in enumerate(names):
        single: State = state.setdefault(f"file{place}", {})
        status = _stream(system, single, commands, options, (name,)) or status
    return status


def _report(system: System, name: str, problem: OSError) -> None:
    tell(system, f"{name}: {problem.strerror}", f"can't read {name}: {problem.strerror}")


def _stream(
    system: System, state: State, commands: tuple[Command, ...], options: Options, names: tuple[str, ...]
) -> int:
    """Lines as they come, but always one behind, so that the last is known as such. Commands that take lines read all first."""
    memory: State = state.setdefault("memory", {})
    if any(command.name in "nND" for command in commands):
        text = text_of(read_all(system, state, names, _report))
        lines = _lines(text, options)
        run = Run(commands, options, memory, system)
        while lines and run.cycle(lines.popleft(), True, lines):
            pass
        run.emit()
        return _status(system, state, memory)
    needs_last = any(
        address is not None and address.kind == "last"
        for command in commands
        for address in (command.first, command.second)
    )
    while True:
        if "ready" not in state:
            batch = next_lines(system, state, names, _report, b"\0" if "z" in options else b"\n")
            lines = state.pop("held", []) + (batch or [])
            ready = lines if batch is None or not needs_last else lines[:-1]
            state["ready"], state["held"], state["ended"] = ready, lines[len(ready) :], batch is None
            system.charge(len(ready) // 4)
        going = _run_lines(system, state, Run(commands, options, memory, system))
        if not going or state["ended"]:
            return _status(system, state, memory)


def _run_lines(system: System, state: State, run: Run) -> bool:
    """The script for the lines that have come; False when it has quit. Blocks between two when they take long."""
    ready = state["ready"]
    going = True
    for place, line in enumerate(ready, 1):
        going = run.cycle(line, state["ended"] and place == len(ready), deque())
        if not going:
            break
        if run.accounted:
            run.accounted = False
            state["ready"] = ready[place:]
            run.emit()
            system.drain()
    del state["ready"]
    run.emit()
    return going


def _status(system: System, state: State, memory: State) -> int:
    if memory.get("status"):
        return int(memory["status"])
    return (1 if is_busybox(system) else 2) if state.get("input_failed") else 0


def _in_place(
    system: System, state: State, commands: tuple[Command, ...], options: Options, names: tuple[str, ...]
) -> int:
    status = 0
    if not names:
        say(system, "no input files")
        return 1 if is_busybox(system) else 4
    for name in names:
        try:
            data = system.read_file(name)
        except OSError as problem:
            _report(system, name, problem)
            status = 1 if is_busybox(system) else 2
            continue
        run = Run(commands, options, {}, system)
        lines = _lines(text_of(data), options)
        while lines and run.cycle(lines.popleft(), True, lines):
            pass
        output = "".join(run.output) + "".join(lines)
        suffix = options.last("i")
        if suffix:
            system.write_file(suffix.replace("*", name) if "*" in suffix else name + suffix, data)
        system.write_file(name, bytes_of(output))
    return status
