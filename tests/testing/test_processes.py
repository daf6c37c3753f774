"""Python functions as processes: what they do, how they are stopped, saved in the middle, and what they may not."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given, settings, strategies as st

from fakedocker.testing import FakeDocker, Process, Stopped


@pytest.fixture
def fake() -> FakeDocker:
    return FakeDocker(seed=6)


def run(fake: FakeDocker, main: object, **settings: object) -> tuple[int, bytes]:
    """The exit status and the output of a function as a process."""
    fake.image("program", main)
    container = fake.client.containers.run("program", detach=True, **settings)
    return container.wait()["StatusCode"], container.logs()


def test_a_function(fake: FakeDocker) -> None:
    def main(process: Process) -> int:
        process.print("to", process.argv[1], process.environment["MODE"])
        process.error("late")
        process.sleep("1h")
        return 4

    assert run(fake, main, command=["you"], environment={"MODE": "test"}) == (4, b"to you test\nlate\n")


def test_a_generator_yields_how_long_it_sleeps(fake: FakeDocker) -> None:
    def main(process: Process) -> Iterator[object]:
        began = process.now()
        yield "90s"
        yield 30
        process.print(round(process.now() - began))

    assert run(fake, main) == (0, b"120\n")


def test_files_input_and_chance(fake: FakeDocker) -> None:
    def main(process: Process) -> int:
        process.write("/tmp/x", "hello")
        process.print(process.read("/tmp/x").decode())
        process.remove("/tmp/x")
        try:
            process.read("/tmp/x")
        except FileNotFoundError as problem:
            process.print(problem.strerror)
        process.sleep(1)
        return process.random(10) // 10

    assert run(fake, main) == (0, b"hello\nNo such file or directory\n")


def test_a_server(fake: FakeDocker) -> None:
    def main(process: Process) -> None:
        process.print("up")
        process.serve({80: lambda request: f"you asked for {request.path}", 81: lambda request: (503, "busy")})

    fake.image("web", main)
    web = fake.client.containers.run("web", name="web", detach=True)
    assert web.exec_run("wget -qO- localhost/a").output == b"you asked for /a"
    assert b"503" in web.exec_run("wget -qO- localhost:81").output
    web.stop()
    fake.assert_container("web", "exited", exit_code=143)


def test_one_that_cleans_up_when_it_is_stopped(fake: FakeDocker) -> None:
    def main(process: Process) -> int:
        try:
            process.sleep("1h")
        except Stopped:
            process.print("cleaning up")
            process.sleep("2s")
            process.print("done")
        return 0

    fake.image("program", main)
    container = fake.client.containers.run("program", name="box", detach=True)
    container.stop()
    fake.assert_container("box", "exited", exit_code=0)
    assert container.logs() == b"cleaning up\ndone\n"


def counter(process: Process) -> int:
    """Counts to six, a line a second, and keeps where it is."""
    count = process.kept(0)
    while count < 6:
        process.print(count)
        process.sleep("1s")
        count += 1
        process.keep(count)
    return count


@given(st.integers(0, 7000))
@settings(max_examples=25, deadline=None)
def test_a_snapshot_anywhere_goes_on_alike(milliseconds: int) -> None:
    fake = FakeDocker(seed=6)
    fake.image("counter", counter)
    container = fake.client.containers.run("counter", detach=True)
    fake.advance(milliseconds / 1000)
    middle, fork = fake.snapshot(), fake.fork()
    assert container.wait()["StatusCode"] == 6
    fake.restore(middle)
    for one in (fake, fork):
        found = one.client.containers.get(container.id)
        assert (found.wait()["StatusCode"], found.logs()) == (6, b"0\n1\n2\n3\n4\n5\n")


def test_a_long_life_needs_a_memory(fake: FakeDocker) -> None:
    def forgetful(process: Process) -> None:
        while True:
            process.sleep(1)

    status, output = run(fake, forgetful)
    assert status == 1
    assert b"forgetful has made 257 calls without keep()" in output

    def mindful(process: Process) -> int:
        for count in range(process.kept(0), 1000):
            process.sleep(1)
            process.keep(count + 1)
        return 0

    assert run(fake, mindful) == (0, b"")


def test_one_that_does_not_repeat_itself_is_told_so(fake: FakeDocker) -> None:
    memory: list[int] = []

    def fickle(process: Process) -> None:
        memory.append(1)
        if len(memory) == 1:
            process.print("first")
        else:
            process.now()
        process.sleep(1)
        process.sleep(1)

    status, output = run(fake, fickle)
    assert status == 1
    assert b"does not repeat itself: it called now where it had called print before" in output


def test_its_own_error_ends_it_with_a_traceback(fake: FakeDocker) -> None:
    def failing(process: Process) -> None:
        raise ZeroDivisionError("oh")

    status, output = run(fake, failing)
    assert status == 1
    assert output.endswith(b"ZeroDivisionError: oh\n")


def test_only_plain_data_is_kept(fake: FakeDocker) -> None:
    def main(process: Process) -> None:
        process.keep({"a": [1, "b", None, 2.5, b"c"]})
        process.keep(object())

    status, output = run(fake, main)
    assert status == 1
    assert b"expected plain data (dicts, lists, texts, numbers), not object" in output
