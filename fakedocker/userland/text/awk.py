"""awk: the utility. Programs are read by `awk_parser` and run by `awk_interpreter`.

Programs run to their end in one go for each batch of input. A program that starts commands (system, |) cannot stop in
the middle of an expression; it is run again from the beginning each time a command has ended, with the results so far:
awk is deterministic, so the second run repeats the first.
"""

from __future__ import annotations

import re
from typing import Any

from fakedocker.kernel.program import System
from fakedocker.userland.inputs import State, bytes_of, next_lines, read_all, read_each, text_of
from fakedocker.userland.processes.children import launch, wait
from fakedocker.userland.text.awk_expressions import TOO_DEEP
from fakedocker.userland.text.awk_interpreter import Interpreter, NextFile, ProgramExit
from fakedocker.userland.text.awk_lexer import AwkProblem
from fakedocker.userland.text.awk_machine import NeedsCommand
from fakedocker.userland.text.awk_parser import Program, parse_awk
from fakedocker.userland.text.awk_values import from_input, split_records
from fakedocker.userland.text.text_escapes import decode_escapes
from fakedocker.userland.tools import Options, Register, UsageProblem, is_busybox, parse_options, say

PROGRAMS = Register()
_MAWK_USAGE = "Usage: mawk [Options] [Program] [file ...]\n"
_GAWK_USAGE = "Usage: gawk [POSIX or GNU style options] -f progfile [--] file ...\n"


@PROGRAMS.program("awk", "gawk", "mawk", usage="[OPTIONS] [AWK_PROGRAM] [FILE]...\n")
def _awk(system: System, argv: tuple[str, ...], state: State) -> int:
    options = parse_options(
        system, argv, "F:v:f:e:", {"field-separator=": "F", "assign=": "v", "file=": "f", "version": "V"}, permute=False
    )
    operands = list(options.operands)
    try:
        sources = [_source(system, state, path) for path in options.values("f")] + options.values("e")
    except OSError as problem:
        name = next(path for path in options.values("f") if path != "-")
        say(system, f"can't open file {name}: {problem.strerror}")
        return 1 if is_busybox(system) else 2
    if not sources:
        if not operands:
            if is_busybox(system):
                raise UsageProblem()
            system.put(_MAWK_USAGE if system.identity.name != "gawk" else _GAWK_USAGE, 2)
            return 0 if system.identity.name != "gawk" else 2
        sources = [operands.pop(0)]
    try:
        program = parse_awk("\n".join(sources))
        return _whole_run(system, state, program, options, tuple(operands))
    except AwkProblem as problem:
        failed = problem
    except RecursionError:
        failed = AwkProblem(TOO_DEEP)
    say(system, str(failed) if is_busybox(system) or system.identity.name == "gawk" else failed.mawk)
    return 2 if not is_busybox(system) else 1


def _source(system: System, state: State, path: str) -> str:
    """A program from a file, or from standard input. Blocks."""
    if path != "-":
        return text_of(system.read_file(path))
    return text_of(read_all(system, state.setdefault("program", {}), ()))


def _prepared(
    system: System, program: Program, options: Options, operands: tuple[str, ...], results: list[tuple[int, str]]
) -> Interpreter:
    interpreter = Interpreter(program, system, results)
    interpreter.variables["ENVIRON"] = {name: from_input(value) for name, value in system.environment.items()}
    interpreter.variables["ARGC"] = float(len(operands) + 1)
    interpreter.variables["ARGV"] = {str(place): word for place, word in enumerate(("awk", *operands))}
    if "F" in options:
        separator = options.last("F")
        interpreter.variables["FS"] = "\t" if separator == "t" else decode_escapes(separator)
    for text in options.values("v"):
        name, _, value = text.partition("=")
        interpreter.variables[name] = from_input(decode_escapes(value))
    return interpreter


def _report(system: System, name: str, problem: OSError) -> None:
    said = "can't open file" if is_busybox(system) else "cannot open"
    say(system, f"{said} {name}: {problem.strerror}" if is_busybox(system) else f'{said} "{name}" ({problem.strerror})')


def _whole_run(system: System, state: State, program: Program, options: Options, operands: tuple[str, ...]) -> int:
    """All input is read first unless the program is a plain filter of lines, which is run as they come."""
    plain = not program.uses_commands and not program.uses_getline and not any("=" in word for word in operands)
    files = tuple(word for word in operands if not re.match(r"[A-Za-z_]\w*=", word))
    if program.begin and not program.rules and not program.end and not program.uses_getline:
        inputs: list[tuple[str, bytes | None]] = []
    elif plain and not files and "RS" not in repr(program):
        return _stream(system, state, program, options)
    else:
        inputs = read_each(system, state, files, _report)
    results: list[tuple[int, str]] = state.setdefault("results", [])
    while True:
        if "request" in state:
            results.append(_run_command(system, state))
            continue
        interpreter = _prepared(system, program, options, operands, results)
        try:
            _all_records(interpreter, inputs, operands)
        except NeedsCommand as needed:
            state["request"] = needed.request
            emitted = state.get("emitted", 0)
            text = "".join(interpreter.output)
            system.put(bytes_of(text[emitted:]))
            state["emitted"] = len(text)
            continue
        system.put(bytes_of("".join(interpreter.output)[state.get("emitted", 0) :]))
        failed = (1 if is_busybox(system) else 2) if state.get("input_failed") else 0
        return interpreter.status or failed


def _all_records(interpreter: Interpreter, inputs: list[tuple[str, bytes | None]], operands: tuple[str, ...]) -> None:
    try:
        for block in interpreter.program.begin:
            interpreter.run(block)
        if interpreter.program.rules or interpreter.program.end:
            _feed(interpreter, inputs, operands)
    except ProgramExit:
        pass
    try:
        for block in interpreter.program.end:
            interpreter.run(block)
    except ProgramExit:
        pass
    interpreter.finish()


def _feed(interpreter: Interpreter, inputs: list[tuple[str, bytes | None]], operands: tuple[str, ...]) -> None:
    """Records of all inputs; operands of the form name=value are carried out when their turn comes."""
    contents = dict(inputs)
    words = list(operands) if any(name != "-" for name, _ in inputs) else [*operands, "-"]
    for word in words:
        if re.match(r"[A-Za-z_]\w*=", word):
            name, _, value = word.partition("=")
            interpreter.variables[name] = from_input(decode_escapes(value))
            continue
        data = contents.get(word)
        if data is None:
            continue
        interpreter.variables["FILENAME"] = "" if word == "-" else word
        interpreter.variables["FNR"] = 0.0
        records = split_records(text_of(data), interpreter.string_of(interpreter.variables["RS"]))[::-1]
        interpreter.more = lambda: records.pop() if records else None  # noqa: B023  # used only within this turn
        try:
            while records:
                interpreter.process(records.pop())
        except NextFile:
            pass


def _run_command(system: System, state: State) -> tuple[int, str]:
    """Run the command that was asked for, with a temporary pipe for its input or output. Blocks."""
    command, data, captured = state["request"]
    if "child" not in state:
        system.drain()
        entries = dict(system.descriptors())
        if captured:
            reader, writer = system.make_pipe()
            old = system.use_table({**entries, 9: reader, 1: writer})
        else:
            new = {**entries, 0: system.make_reader(bytes_of(data))} if data else entries
            old = system.use_table(new)
        try:
            state["child"] = launch(system, ("sh", "-c", command))
        finally:
            mine = {**entries, 9: system.descriptors()[9]} if captured else entries
            system.release_table(system.use_table(mine))
            system.release_table(old)
        state["captured"] = b""
    if captured:
        while chunk := system.read(9):
            state["captured"] += chunk
    status = wait(system, state)
    if captured:
        system.close(9)
    del state["request"]
    return status, text_of(state.pop("captured"))


def _stream(system: System, state: State, program: Program, options: Options) -> int:
    """Lines from standard input as they come; the interpreter's variables are kept in the state between batches."""
    interpreter = _prepared(system, program, options, (), [])
    memory: dict[str, Any] | None = state.get("memory")
    if memory is not None:
        interpreter.variables, interpreter.ranges = memory["variables"], set(memory["ranges"])
        interpreter.set_record(memory["record"])
        interpreter.files = memory["files"]
        interpreter.appending = set(memory["appending"])
    try:
        if memory is None:
            for block in program.begin:
                interpreter.run(block)
        while True:
            _keep(state, interpreter)
            if "lines" not in state:
                lines = next_lines(system, state, ())
                if lines is None:
                    break
                system.charge(len(lines) // 2)
                state["lines"] = lines
            _run_lines(system, state, interpreter)
    except ProgramExit:
        pass
    try:
        for block in program.end:
            interpreter.run(block)
    except ProgramExit:
        pass
    interpreter.finish()
    interpreter.emit()
    return interpreter.status


def _run_lines(system: System, state: State, interpreter: Interpreter) -> None:
    """The rules for the lines that have come. Blocks between two when they take long."""
    lines = state["lines"]
    for place, line in enumerate(lines, 1):
        interpreter.process(line.removesuffix("\n"))
        if interpreter.accounted:
            interpreter.accounted = False
            state["lines"] = lines[place:]
            _keep(state, interpreter)
            system.drain()
    del state["lines"]


def _keep(state: State, interpreter: Interpreter) -> None:
    """Put out what was printed, and keep what the next batch needs."""
    interpreter.emit()
    state["memory"] = {
        "variables": interpreter.variables,
        "ranges": sorted(interpreter.ranges),
        "record": interpreter.record,
        "files": interpreter.files,
        "appending": sorted(interpreter.appending),
    }
