"""Descriptors, pipes and standard streams: sharing, blocking, broken pipes, back-pressure."""

from __future__ import annotations

from typing import Any

from fakedocker.kernel import signals
from fakedocker.kernel.events import Closed, InputDrained
from fakedocker.kernel.program import System
from fakedocker.kernel.utility import Utility
from helpers.kernel_machine import Machine, call, once, pipeline


def test_bytes_go_through_a_pipeline() -> None:
    machine = Machine(pipeline=pipeline)
    assert machine.run("pipeline", "echo hello | cat | cat")[0] == "hello\n0 0 0\n"


def test_a_writer_dies_of_a_broken_pipe() -> None:
    machine = Machine(pipeline=pipeline)
    text, _ = machine.run("pipeline", "yes | head 6")
    assert text == "y\ny\ny\n141 0\n"


def test_a_writer_that_ignores_sigpipe_gets_epipe() -> None:
    def action(system: System) -> Any:
        system.catch(signals.PIPE, "ignore")
        reader, writer = system.pipe()
        system.close(reader)
        system.put("x", writer)

    assert call(action) == "EPIPE"


def test_all_bytes_arrive_however_many() -> None:
    def much(system: System, argv: tuple[str, ...], state: dict[str, Any]) -> int:
        while state.setdefault("round", 0) < 20:
            system.drain()
            system.put(bytes([65 + state["round"]]) * 100_000)
            state["round"] += 1
        return 0

    machine = Machine(pipeline=pipeline, much=much)
    text, _ = machine.run("pipeline", "much | cat | cat")
    assert text == "".join(chr(65 + n) * 100_000 for n in range(20)) + "0 0 0\n"


def test_descriptors_are_duplicated_and_closed() -> None:
    def action(system: System) -> Any:
        system.duplicate(1, 7)
        system.put("to seven\n", 7)
        system.close(7)
        copy = system.duplicate(2)
        return copy, sorted(system.descriptors())

    assert call(action) == "to seven\n(3, [0, 1, 2, 3])"


def test_an_offset_is_shared_by_duplicates_and_children() -> None:
    def action(system: System) -> Any:
        system.write_file("/tmp/f", b"abcdef")
        fd = system.open("/tmp/f")
        return system.read(fd, 2), system.read(system.duplicate(fd), 2), system.read(system.open("/tmp/f"), 2)

    assert call(action) == "(b'ab', b'cd', b'ab')"


def test_a_here_document_is_read_and_ends() -> None:
    def action(system: System) -> Any:
        number = system.make_reader(b"text")
        old = system.use_table({**system.descriptors(), 5: number})
        found = system.read(5), system.read(5)
        system.restore_table(old)
        return *found, sorted(system.descriptors())

    assert call(action) == "(b'text', b'', [0, 1, 2])"


def test_a_fork_runs_its_own_body_with_the_same_files() -> None:
    def parent(system: System, argv: tuple[str, ...], state: dict[str, Any]) -> int:
        if "child" not in state:
            state["child"] = system.fork(Utility("child"))
            system.put("parent ")
        system.wait_for_child(state["child"])
        system.reap(state["child"])
        return 0

    machine = Machine(parent=parent, child=once(lambda s: f"child {s.pid} of {s.parent_pid}"))
    assert machine.run("parent")[0] == "parent child 2 of 1\n"


def test_poll_gives_up_in_time_and_wakes_for_input() -> None:
    def program(system: System, argv: tuple[str, ...], state: dict[str, Any]) -> int:
        until = state.setdefault("until", system.now_ns + 2_000_000_000)
        system.put(f"{system.poll([0], until)}\n")
        return 0

    machine = Machine(program=program)
    machine.start("program", stdin=True)
    machine.wait(1)
    assert machine.output() == ""
    machine.kernel.feed("box", b"x")
    machine.settle()
    assert machine.output() == "[0]\n"
    machine = Machine(program=program)
    assert machine.run("program", stdin=True)[0] == "[]\n"


def test_standard_input_is_fed_with_room_and_ends() -> None:
    machine = Machine()
    machine.start("cat", stdin=True)
    machine.settle()
    assert machine.kernel.is_reading("box")
    assert machine.kernel.room("box") == 65536
    machine.kernel.feed("box", b"one ")
    assert machine.kernel.room("box") == 65532
    machine.settle()
    assert InputDrained("box") in machine.events
    machine.kernel.feed("box", b"two")
    machine.kernel.hang_up("box")
    machine.settle()
    assert machine.output() == "one two"
    assert [event for event in machine.events if isinstance(event, Closed)] == [Closed("box", 1), Closed("box", 2)]
    assert machine.kernel.room("box") == 0


def test_without_standard_input_reading_ends_at_once() -> None:
    assert Machine().run("cat") == ("", 0)


def test_a_program_whose_output_is_closed_complains_and_fails() -> None:
    machine = Machine(program=once(lambda system: (system.close(1), system.put("x"))[1]))
    machine.start("program")
    machine.settle()
    assert machine.exits()[0].status == 1
