"""Marks: what is not simulated says so once, and is kept in the world with where, what and why."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from fakedocker.assembly import create_engine
from fakedocker.durability.snapshot import decode, encode
from fakedocker.kernel import marks
from fakedocker.kernel.program import System, Unsimulated
from fakedocker.testing import FakeDocker
from helpers.kernel_machine import Machine
from helpers.repl_screen import Terminal


def lacking(system: System, argv: tuple[str, ...], state: dict[str, Any]) -> int:
    """lacking THING ...: each is not simulated."""
    for thing in argv[1:]:
        system.unsimulated(thing)
    return 3


def many(system: System, argv: tuple[str, ...], state: dict[str, Any]) -> int:
    for number in range(int(argv[1])):
        system.unsimulated(f"thing {number}")
    return 0


def machine() -> Machine:
    return Machine(lacking=lacking, many=many)


def test_it_is_said_once_by_a_process_and_kept() -> None:
    made = machine()
    made.start("lacking", "a screen", "a screen", "a key")
    made.settle()
    assert (
        made.output(fd=2)
        == "fakedocker: lacking: a screen is not simulated\nfakedocker: lacking: a key is not simulated\n"
    )
    found = [made.draft.marks[number] for number in (1, 2)]
    assert [(mark.namespace, mark.program, mark.what, mark.why) for mark in found] == [
        ("box", "lacking", "a screen", marks.FEATURE),
        ("box", "lacking", "a key", marks.FEATURE),
    ]
    assert [exited.marked for exited in made.exits()] == [True]


def test_who_comes_before_is_marked_as_well_and_nobody_else() -> None:
    made = machine()
    made.start("each", "sleep", "1", "--", "each", "lacking", "x")
    made.start("echo", "two")
    made.wait(2)
    assert [(exited.status, exited.marked) for exited in made.exits()] == [(0, False), (3, True)]
    assert made.draft.namespaces["box"].marks == 1


def test_marks_are_bounded() -> None:
    made = machine()
    for _ in range(20):
        made.start("many", "1000")
        made.settle()
    assert made.draft.marked == 20 * marks.KEPT_OF_PROCESS
    assert len(made.draft.freeze().marks) == marks.KEPT
    made.start("lacking", "x" * 10_000 + "\n\x1b")
    made.settle()
    last = made.draft.marks[made.draft.marked]
    assert len(last.what) == 300 and last.what.isprintable()


@pytest.mark.parametrize(
    ("image", "command", "said", "why"),
    [
        ("busybox", "brctl show", "brctl: this program is not simulated", marks.PROGRAM),
        ("python:3.12-slim", "python -c 'import tkinter'", "python: the module tkinter is not simulated", marks.MODULE),
        ("python:3.12-slim", "python -m timeit", "python: the module timeit is not simulated", marks.MODULE),
        ("alpine", "wget http://example.com/", "wget: the host example.com is not simulated", marks.HOST),
        ("alpine", "ping -c1 -W1 8.8.8.8", "ping: the host 8.8.8.8 is not simulated", marks.HOST),
        ("alpine", "nc -w 1 1.1.1.1 53", "nc: the host 1.1.1.1 is not simulated", marks.HOST),
        (
            "alpine",
            "cp /bin/busybox a; printf '\\177ELF%0300d' 1 > a; ./a",
            "a: this program is not simulated",
            marks.BINARY,
        ),
    ],
)
def test_programs_of_images_say_so(image: str, command: str, said: str, why: str) -> None:
    fake = FakeDocker(images=[image])
    container = fake.client.containers.run(image, ["sh", "-c", command], detach=True)
    assert container.wait()["StatusCode"] != 0
    assert f"fakedocker: {said}\n" in container.logs(stdout=False).decode()
    assert [(mark.namespace, mark.words, mark.why) for mark in fake.unsimulated()] == [
        (container.id, f"fakedocker: {said}", why)
    ]
    with pytest.raises(AssertionError, match=f"container {container.name}: fakedocker: {said}"):
        fake.assert_all_simulated()
    assert not any("simulated" in str(event) for event in fake.engine.world.events.entries())


@pytest.mark.parametrize(
    ("network", "command"),
    [
        ("bridge", "wget http://nosuch/"),
        ("bridge", "wget http://nosuch.invalid/"),
        ("bridge", "wget http://db.prod-local/"),
        ("none", "wget http://example.com/"),
        ("bridge", "nc -w 1 192.168.17.17 80"),
        ("bridge", "nosuchprogram"),
        ("bridge", "python3 -c 'import nosuch'"),
    ],
)
def test_what_is_really_not_there_is_no_boundary(network: str, command: str) -> None:
    fake = FakeDocker(images=["alpine"])
    container = fake.client.containers.run("alpine", ["sh", "-c", command], detach=True, network=network)
    assert container.wait()["StatusCode"] != 0
    fake.assert_all_simulated()


def test_a_name_in_a_network_of_ones_own_is_none_of_the_internet() -> None:
    fake = FakeDocker(images=["alpine"])
    fake.client.networks.create("shop")
    container = fake.client.containers.run("alpine", "ping -c1 db.shop", detach=True, network="shop")
    assert container.wait()["StatusCode"] != 0
    fake.assert_all_simulated()


def test_marks_are_a_part_of_the_world() -> None:
    fake = FakeDocker(images=["busybox"])
    before = fake.snapshot()
    untouched = encode(before)
    fake.client.containers.run("busybox", "brctl", detach=True).wait()
    after = fake.snapshot()
    other = fake.fork()
    fake.restore(before)
    assert fake.unsimulated() == []
    assert encode(fake.snapshot()) == untouched
    assert [mark.program for mark in other.unsimulated()] == ["brctl"]
    assert create_engine(world=decode(encode(after))).unsimulated() == other.unsimulated()


def test_a_build_step_is_told_as_such() -> None:
    fake = FakeDocker(images=["busybox"])
    with pytest.raises(Exception, match="returned a non-zero code"):
        fake.client.images.build(fileobj=_dockerfile("FROM busybox\nRUN brctl show\n"))
    with pytest.raises(AssertionError, match="brctl: this program is not simulated"):
        fake.assert_all_simulated()


def _dockerfile(text: str) -> Any:
    import io

    return io.BytesIO(text.encode())


def test_the_terminal_shows_them(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path)
    assert "nothing was needed that is not simulated" in terminal.run(":unsimulated")
    terminal.run("docker run --rm --name web busybox brctl")
    shown = terminal.run(":unsimulated")
    assert (
        "fakedocker: brctl: this program is not simulated (the program is known, and nobody has simulated it)" in shown
    )
    assert "not simulated, in container" in terminal.run(":why")
    terminal.run(
        "docker plugin install x; docker build --ssh default . 2>/dev/null; docker run --cap-add NOSUCH alpine true"
    )
    shown = terminal.run(":unsimulated")
    assert "the host: fakedocker: docker: docker plugin install is not simulated" in shown
    assert "the host: fakedocker: docker: --ssh is not simulated" in shown
    assert shown.count("the host:") == 2
    terminal.run("echo fine")
    assert "the last command has not failed" in terminal.run(":why")


def test_an_unsimulated_thing_is_an_exception_that_ends_the_program() -> None:
    assert (Unsimulated("x").status, Unsimulated().what) == (1, "this program")
