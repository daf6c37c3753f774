"""The memory and the loop of the machine for scripts, held with a language of a few operations."""

from __future__ import annotations

import random
from collections import deque

import pytest

from fakedocker.durability.reading import loads
from fakedocker.durability.writing import dumps
from fakedocker.kernel.program import Block
from fakedocker.kernel.utility import Utility
from fakedocker.userland.languages.machine.cells import NotSimulated, copy_graph, measure
from fakedocker.userland.languages.machine.code import COMPILERS, After, Box, Code, Frame, Source
from fakedocker.userland.languages.machine.machine import MOST_NESTED_OPERATIONS, Machine, Thrown
from fakedocker.userland.languages.machine.memory import LANGUAGES, ScriptMemory
from fakedocker.userland.languages.machine.storing import flatten, rebuild


class _System:
    """The few calls that the machine makes; `ready` is what a read has to give."""

    def __init__(self) -> None:
        self.ready: deque[int] = deque()
        self.units = 0

    def charge(self, units: int) -> None:
        self.units += units

    def drain(self) -> None:
        return None

    def memory_held(self, size_bytes: int) -> None:
        return None

    def read_number(self) -> int:
        if not self.ready:
            raise Block
        return self.ready.popleft()


class _Toy:
    most_frames = 50

    def too_deep(self, frame):
        return "too deep"

    def thrown(self, problem):
        if isinstance(problem, ZeroDivisionError):
            return "division by zero"
        raise problem

    def unwinding(self, frame, value):
        return None

    def resting(self, machine):
        return None

    def blocked(self, machine):
        return False


def _operation(words):
    name, *arguments = words
    argument = int(arguments[0]) if arguments else 0

    def run(frame, machine):
        stack = frame.stack
        match name:
            case "push":
                stack.append(argument)
            case "read":
                stack.append(machine.system.read_number())
            case "list":
                stack.append([])
            case "append":
                value = stack.pop()
                stack[-1].append(value)
            case "double":
                stack.append(stack[-1])
            case "divide":
                right = stack.pop()
                stack.append(stack.pop() // right)
            case "add":
                right = stack.pop()
                stack.append(stack.pop() + right)
            case "drop":
                stack.pop()
            case "store":
                frame.slots[argument] = stack.pop()
            case "load":
                stack.append(frame.slots[argument])
            case "jump":
                frame.place = argument
            case "unless":
                if not stack.pop():
                    frame.place = argument
            case "try":
                frame.handlers.append((argument, len(stack)))
            case "throw":
                raise Thrown(stack.pop())
            case "call":
                return machine.enter(Frame(frame.code.source.code(argument)))
            case "nested":
                stack.append(machine.call_nested(Frame(frame.code.source.code(argument))))
            case "return":
                return machine.leave(stack.pop())
        return None

    return run


def _compile(source):
    codes = []
    for number, text in enumerate(source.text.split("\n\n")):
        code = Code(source, number, f"f{number}", slot_count=4)
        code.operations = [_operation(line.split()) for line in text.strip().splitlines()]
        codes.append(code)
    return tuple(codes)


COMPILERS["toy"] = _compile


def _machine(text, system=None):
    frame = Frame(Source.of("toy", text, "toy").code())
    return Machine(system or _System(), ScriptMemory("toy", {"top": frame}), _Toy())


def test_calls_and_what_they_give():
    assert _machine("push 4\ncall 1\nadd\nreturn\n\npush 38\nreturn").run() == 42


def test_what_is_thrown_goes_to_the_nearest_handler_with_its_stack():
    machine = _machine("push 1\ntry 6\npush 2\ncall 1\nadd\nreturn\nreturn\n\npush 9\npush 7\nthrow")
    assert machine.run() == 7


def test_an_error_of_the_host_is_the_languages_to_tell():
    assert _machine("try 4\npush 1\npush 0\ndivide\nreturn").run() == "division by zero"


def test_endless_calls_are_too_deep():
    with pytest.raises(Thrown) as caught:
        _machine("call 0").run()
    assert caught.value.value == "too deep"


def test_a_nested_call_gives_its_value_and_cannot_wait():
    assert _machine("push 1\nnested 1\nadd\nreturn\n\npush 41\nreturn").run() == 42
    with pytest.raises(NotSimulated, match="waiting"):
        _machine("nested 1\nreturn\n\nread\nreturn").run()


def test_what_is_thrown_through_a_nested_call_is_caught_below_it():
    assert _machine("push 5\ntry 4\nnested 1\nreturn\nadd\nreturn\n\npush 6\nthrow").run() == 11


def test_an_endless_nested_call_ends_with_a_mark():
    system = _System()
    with pytest.raises(NotSimulated, match="so long"):
        _machine("nested 1\nreturn\n\njump 0", system).run()
    assert MOST_NESTED_OPERATIONS > 0


WAITING = (
    "list\nstore 0\nload 0\nstore 1\n"
    "push 5\nstore 2\n"
    "load 2\nunless 25\n"  # 6
    "load 0\nread\nappend\nstore 3\n"  # 8
    "load 1\ncall 1\nappend\ndrop\n"  # 12
    "load 2\npush -1\nadd\nstore 2\n"  # 16
    "load 3\nstore 1\njump 6\npush 0\npush 0\n"  # 20
    "load 1\nreturn"
    "\n\nread\npush 1\nadd\nreturn"
)


@pytest.mark.parametrize("seed", range(6))
def test_a_copy_and_a_stored_memory_go_on_alike(seed):
    """At every wait the memory is left alone, copied, or stored and read again; two names for one list stay so."""
    dice = random.Random(seed)
    machine = _machine(WAITING)
    given = 0
    while True:
        try:
            result = machine.run()
            break
        except Block:
            memory = machine.memory
            match dice.randrange(3):
                case 0:
                    memory = memory.copy()
                case 1:
                    memory = ScriptMemory("toy", rebuild(flatten(memory.roots)))
            given += 1
            system = _System()
            system.ready.append(given)
            machine = Machine(system, memory, _Toy())
    assert result == [1, 3, 3, 5, 5, 7, 7, 9, 9, 11]


def _tangle():
    box, other = Box(), Box()
    row = [1, "two", b"3", 4.5, None, ..., box, range(3), slice(1, None, 2), 1j]
    row.append(row)
    box.value = {"row": row, 7: (box, (row, 8)), (1, 2): frozenset({3, 4})}
    other.value = {box: {5, 6}, "bytes": bytearray(b"xy"), "queue": deque([box])}
    return {"box": box, "other": other, "deep": _nested(5000)}


def _nested(depth):
    value = ()
    for _ in range(depth):
        value = (value, [])
    return value


@pytest.mark.parametrize("through", [copy_graph, lambda value: rebuild(flatten(value))])
def test_identities_and_cycles_are_kept(through):
    before = _tangle()
    after = through(before)
    row = after["box"].value["row"]
    assert row is not before["box"].value["row"]
    assert row[-1] is row and row[6] is after["box"]
    assert after["box"].value[7][0] is after["box"] and after["box"].value[7][1][0] is row
    assert after["other"].value[after["box"]] == {5, 6}
    assert after["other"].value["queue"][0] is after["box"]
    assert measure(after) == measure(before)
    assert flatten(after) == flatten(before)


def test_a_memory_goes_through_the_bytes_of_a_state(monkeypatch):
    monkeypatch.setitem(LANGUAGES, "toy", "fakedocker.userland.languages.machine")
    memory = ScriptMemory("toy", _tangle())
    read = loads(dumps(memory))
    assert isinstance(read, ScriptMemory) and read.rows == memory.rows
    process = Utility("toy", {"memory": memory})
    copied = process.copy().state["memory"]
    assert copied is not memory and copied.rows == memory.rows
    assert process.memory_bytes() > memory.memory_bytes() > 100_000


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [["nothing"]],
        [["os.system", "ls"]],
        [["list", (3,)]],
        [["list", (0, 0)]],
        [["tuple", (1,)], ["tuple", (0,)]],
        [["machine.code.Box"]],
        [["machine.code.Frame", 1]],
        [["machine.code.Code", 1, 2]],
        [["machine.code.Source", "perl", "", ""]],
        [["machine.code.After", "nothing.here"]],
        [["range", "a", "b", "c"]],
        [["list", [1]]],
        [["dict", "key"]],
    ],
)
def test_rows_that_no_memory_has_made_are_refused(rows):
    with pytest.raises((ValueError, TypeError, LookupError)):
        rebuild(rows)


def test_an_after_goes_on_with_the_value_or_with_what_was_thrown():
    seen = []
    after = After("toy.after", lambda machine, frame, value: seen.append(value), lambda machine, frame, value: True)
    source = Source.of("toy", "call 1\npush 3\nreturn\n\npush 1\nreturn\n\npush 2\nthrow", "after")
    for number in (1, 2):
        frame = Frame(source.code())
        machine = Machine(_System(), ScriptMemory("toy", {"top": frame}), _Toy())
        machine.enter(Frame(source.code(number), after=after))
        frame.place = 1
        assert machine.run() == 3
    assert seen == [1]
    assert rebuild(flatten([after]))[0] is after
