"""jq: the command line, its inputs and its outputs.

The machine of a program is no plain data, so that it is kept beside the process's state; the state says how far it has
come. Where it is not at hand, as after a snapshot has been restored, a new one is run as far: a program sees nothing
but what stands in the state, so that it comes to the same place.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Final, NamedTuple

from fakedocker.kernel.program import System
from fakedocker.userland.inputs import State, bytes_of, next_chunk
from fakedocker.userland.jq.context import Context, Halt
from fakedocker.userland.jq.cursor import Node
from fakedocker.userland.jq.json_text import Incomplete, ParseProblem, Reader
from fakedocker.userland.jq.json_writing import Writer, to_text
from fakedocker.userland.jq.lexer import JqSyntaxError
from fakedocker.userland.jq.library import compiled, functions
from fakedocker.userland.jq.machine import Machine
from fakedocker.userland.jq.options import JqOptions, UsageError, is_old, parse_arguments, usage
from fakedocker.userland.jq.readers import Lines, Slurped, Streamed
from fakedocker.userland.jq.values import JqError, OutOfMemory, Value
from fakedocker.userland.tools import Register

PROGRAMS = Register()
_SLICE_STEPS: Final = 4000
_STEP_SECONDS: Final = 1e-6
_FRAME_BYTES: Final = 250
_KEPT: Final = 16


class _Kept(NamedTuple):
    """A machine that waits, and what it was made of."""

    argv: tuple[str, ...]
    text: str
    machine: Machine


_MACHINES: OrderedDict[tuple[int, int, bool], _Kept] = OrderedDict()


@PROGRAMS.program("jq")
def _jq(system: System, argv: tuple[str, ...], state: State) -> int:
    try:
        options = parse_arguments(system, argv)
    except UsageError as problem:
        system.put(bytes_of(problem.text), problem.descriptor)
        return problem.status
    if options.source is None:
        if system.is_terminal(0) and system.is_terminal(1):
            system.put(usage(system), 2)
            return 2
        options = options._replace(source=".")
    assert options.source is not None
    try:
        program = compiled(options.source, frozenset(options.variables))
    except JqSyntaxError as problem:
        system.put(bytes_of(_compile_error(options.source, problem)), 2)
        return 3
    except RecursionError:
        system.put("jq: error: the program is nested too deeply at <top-level>\njq: 1 compile error\n", 2)
        return 3
    return _Run(system, argv, state, options, program).all_inputs()


def _compile_error(source: str, problem: JqSyntaxError) -> str:
    at = min(problem.at, len(source))
    start = source.rfind("\n", 0, at) + 1
    end = source.find("\n", at)
    line = source[start:] if end < 0 else source[start:end]
    number = source.count("\n", 0, at) + 1
    return f"jq: error: {problem} at <top-level>, line {number}:\n{line}{' ' * (at - start)}\njq: 1 compile error\n"


class _Run:
    """One run of the program, over its state.

    `state["text"]` is what has been read from the main input on that is being worked on (or is the next),
    `state["steps"]` how far the machine has come with it.
    """

    def __init__(self, system: System, argv: tuple[str, ...], state: State, options: JqOptions, program: Node) -> None:
        self.system = system
        self.argv = argv
        self.state = state
        self.options = options
        self.program = program
        self.said: list[str] = []
        self.state.setdefault("text", "")
        self.state.setdefault("status", 0)
        self.state.setdefault("lines", 0)

    # reading

    def _more(self) -> None:
        """Read some more text. Blocks."""
        names = self.options.files
        held = bytes(self.state.pop("half", b""))
        data = next_chunk(self.system, self.state, names, self._cannot_open)
        if names and (index := self.state.get("input_index", 0)) < len(names):
            self.state["file"] = names[index]
        if data is None:
            self.state["finished"] = True
            data = b""
        whole = held + data
        if not self.state.get("finished"):
            cut = _whole_characters(whole)
            whole, self.state["half"] = whole[:cut], whole[cut:]
        self.state["text"] += whole.decode("utf-8", "replace")
        self.system.charge(len(whole) // 64)
        self.system.memory_held(2 * len(self.state["text"]))

    def _cannot_open(self, system: System, name: str, problem: OSError) -> None:
        word = "file " if is_old(system) else ""
        system.put(bytes_of(f"jq: error: Could not open {word}{name}: {problem.strerror}\n"), 2)
        self.state["input_problem"] = True

    def _reader(self) -> Reader:
        reader: Reader
        if self.options.raw_input:
            reader = Lines(whole=self.options.slurp and not self.options.null_input)
        elif self.options.slurp and not self.options.null_input:
            reader = Slurped(keep_literals=not is_old(self.system))
        else:
            reader = Reader(keep_literals=not is_old(self.system))
        if self.options.stream:
            reader = Streamed(reader, self.state.get("given", 0))
        self._feed(reader)
        return reader

    def _feed(self, reader: Reader) -> None:
        reader.text = self.state["text"]
        reader.lines_before, reader.columns_before = self.state["lines"], self.state.get("columns", 0)
        reader.finished = bool(self.state.get("finished"))

    # running

    def all_inputs(self) -> int:
        state = self.state
        while not state.get("ended"):
            machine = self._resumed()
            if machine is None:
                break
            try:
                self._work(machine)
            except Halt as halt:
                self._tell()
                self.system.put(bytes_of(halt.text), 2)
                return halt.status
            except (OutOfMemory, RecursionError):
                self._tell()
                self.system.put("jq: error: cannot allocate memory\n", 2)
                return 134
        if state.get("input_problem"):
            return 2
        if state["status"] or not self.options.exit_status:
            return int(state["status"])
        return int(state.get("last", 4))

    def _resumed(self) -> Machine | None:
        """The machine of the main input that is worked on, a new one for the next input, None at the end."""
        state = self.state
        if "steps" not in state:
            return self._begun()
        key = (self.system.pid, state["steps"], state["gave"])
        kept = _MACHINES.pop(key, None)
        if kept is not None and kept.argv == self.argv and state["text"].startswith(kept.text):
            return kept.machine
        machine = self._machine(self._taken(self._reader()))
        while machine.steps < state["steps"] or machine.gave != state["gave"]:
            try:
                machine.run(max(state["steps"] - machine.steps, 1))
            except Incomplete:
                continue
        self.said.clear()
        return machine

    def _begun(self) -> Machine | None:
        state = self.state
        state.setdefault("now_ns", self.system.now_ns)
        while True:
            reader = self._reader()
            try:
                taken = self._taken(reader)
            except Incomplete:
                self._more()
                continue
            except StopIteration:
                return None
            except ParseProblem as problem:
                self._bad_input(problem)
                return None
            state["steps"], state["gave"] = 0, False
            return self._machine(taken)

    def _taken(self, reader: Reader) -> tuple[Reader, Value]:
        """The main input; null with -n. Raises as Reader.next does."""
        return reader, None if self.options.null_input else reader.next()

    def _machine(self, taken: tuple[Reader, Value]) -> Machine:
        reader, value = taken
        state = self.state
        machine = Machine(self.program, functions(), value, None)  # type: ignore[arg-type]  # comes next
        started = state["now_ns"] / 1e9
        machine.context = Context(
            self.options.variables,
            reader,
            lambda: state.get("file"),
            lambda: started + machine.steps * _STEP_SECONDS,
            self.said.append,
        )
        return machine

    def _bad_input(self, problem: ParseProblem) -> None:
        old = is_old(self.system)
        self.system.put(bytes_of(f"{'' if old else 'jq: '}parse error: {problem}\n"), 2)
        self.state["status"] = 4 if old else 5
        self.state["ended"] = True

    def _work(self, machine: Machine) -> None:
        """Run the machine to the end of its input. Blocks."""
        state = self.state
        reader = machine.context.reader
        machine.context = machine.context._replace(tell=self.said.append)
        self._feed(reader)
        while True:
            before = machine.steps
            try:
                what, value = machine.run(_SLICE_STEPS)
            except Incomplete:
                what, value = "input", None
            except JqError as problem:
                self._tell()
                self._uncaught(problem, reader)
                what, value = "end", None
            state["steps"], state["gave"] = machine.steps, machine.gave
            self._tell()
            if what == "output":
                self._show(value)
            elif what == "end":
                self._finished(machine)
            self.system.charge(machine.steps - before + 1)
            if what == "end":
                self.system.drain()
                return
            self.system.memory_held(2 * len(state["text"]) + _FRAME_BYTES * (machine.frame[3] + len(machine.choices)))
            self._keep(machine)
            if what == "input":
                self._more()
                self._feed(reader)
            else:
                self.system.drain()
            _MACHINES.pop((self.system.pid, machine.steps, machine.gave), None)

    def _keep(self, machine: Machine) -> None:
        """Put the machine where the next call finds it, as this one may block now."""
        key = (self.system.pid, machine.steps, machine.gave)
        _MACHINES[key] = _Kept(self.argv, self.state["text"], machine)
        while len(_MACHINES) > _KEPT:
            _MACHINES.popitem(last=False)

    def _finished(self, machine: Machine) -> None:
        """What the input has taken is let go of."""
        state = self.state
        reader = machine.context.reader
        taken = state["text"][: reader.at]
        state["lines"] += taken.count("\n")
        state["columns"] = len(taken) - taken.rfind("\n") - 1 + (0 if "\n" in taken else state.get("columns", 0))
        state["text"] = state["text"][reader.at :]
        del state["steps"], state["gave"]
        if isinstance(reader, Streamed):
            state["given"] = reader.given
        if self.options.null_input or self.options.slurp or reader.failed:
            state["ended"] = True

    # what is said

    def _tell(self) -> None:
        if self.said:
            self.system.put(bytes_of("".join(self.said)), 2)
            self.said.clear()

    def _where(self, reader: Reader | None = None) -> str:
        if reader is None or (self.options.null_input and not reader.at):
            return "<unknown>"
        return f"{self.state.get('file', '<stdin>')}:{reader.lines}"

    def _uncaught(self, problem: JqError, reader: Reader) -> None:
        self.state["status"] = 5
        where = self._where(reader)
        value = problem.value
        if isinstance(value, str):
            said = f"jq: error (at {where}): {value}\n"
        else:
            said = f"jq: error (at {where}) (not a string): {to_text(value)}\n"
        self.system.put(bytes_of(said), 2)

    def _show(self, value: Value) -> None:
        options = self.options
        self.state["last"] = 1 if value is None or value is False else 0
        lead = "\x1e" if options.seq else ""
        if options.raw_output and isinstance(value, str) and not (options.ascii_output and not value.isascii()):
            text = value
        else:
            style = options.style
            if options.coloured is None:
                style = style._replace(
                    coloured=self.system.is_terminal(1) and not self.system.environment.get("NO_COLOR")
                )
            text = Writer(style).text(value)
            if options.raw_output and isinstance(value, str):
                text = text[1:-1]
        self.system.charge(len(text) // 64)
        self.system.put(bytes_of(lead + text + ("" if options.join_output else "\n")))


def _whole_characters(data: bytes) -> int:
    """How much of the bytes ends with a whole character."""
    for back in range(1, min(4, len(data)) + 1):
        byte = data[-back]
        if byte >= 0xC0:
            size = 2 if byte < 0xE0 else 3 if byte < 0xF0 else 4
            return len(data) - back if back < size else len(data)
        if byte < 0x80:
            break
    return len(data)
