"""Commands in the foreground: those that are done at once, those that sleep to their end, and what both leave behind."""

from __future__ import annotations

import pytest

from helpers.userland_world import Machine


@pytest.mark.parametrize(
    ("script", "printed"),
    [
        ("true; echo $?; /bin/false; echo $?; sleep 0; echo $?", "0\n1\n0\n"),
        ("/bin/kill -9 $$; echo no", ""),
        ("sh -c 'kill -15 $$'; echo $?", "143\n"),
        ("trap 'echo child' CHLD; /bin/true; echo after", "child\nafter\n"),
        ("/bin/true & a=$!; /bin/true; /bin/true; /bin/true & echo $(($! - a))", "3\n"),
        ("(sleep 0.2; kill -STOP $(pidof sleep); sleep 1; kill -CONT $(pidof sleep)) & sleep 5; echo $?", "0\n"),
        ("mkfifo p; (sleep 1; cat p) & seq 20000 > p; wait; echo $?", None),
    ],
)
def test_their_endings(script: str, printed: str | None) -> None:
    machine = Machine()
    result = machine.run("sh", "-c", script)
    if printed is not None:
        assert result.stdout == printed
    else:
        assert len(result.stdout.splitlines()) == 20001
    if "&" not in script and "$$;" not in script:  # process 1, a sleep, reaps nobody
        assert len(machine.draft.processes) == 1


def test_what_they_used_is_given_back() -> None:
    machine = Machine()
    machine.run("true")
    before = machine.draft.namespaces["box"]
    memory_bytes = before.memory_bytes
    machine.run("sh", "-c", "/bin/true; date; seq 3 | cat; sleep 1; ls /; /bin/false")
    after = machine.draft.namespaces["box"]
    assert after.memory_bytes == memory_bytes
    assert len(after.members) == len(machine.draft.processes) == 1


def test_the_time_of_the_processor_that_they_took_counts() -> None:
    taken_ns = []
    for count in (1, 2000):
        machine = Machine()
        machine.run("sh", "-c", f"seq {count} > /dev/null; true")
        taken_ns.append(machine.draft.namespaces["box"].cpu_ns)
    assert taken_ns[1] - taken_ns[0] >= 8_893 - 2  # a nanosecond for each byte that seq has written


def test_the_environment_follows_the_variables() -> None:
    script = """
    export A=1 B=2; printenv A B
    A=3; printenv A; unset A; printenv A || echo none
    export A; printenv A || echo unset; A=4; printenv A
    A=5 printenv A; printenv A; export -n B; printenv B || echo gone
    (A=6; printenv A); printenv A
    """
    assert Machine().run("sh", "-c", script).stdout.split() == "1 2 3 none unset 4 5 4 gone 6 4".split()


def test_a_sleep_that_is_stopped_and_goes_on_ends_at_its_time() -> None:
    script = "sleep 5 & sleep 1; kill -STOP $!; sleep 1; kill -CONT $!; wait $!; echo $? $(date +%s)"
    machine = Machine()
    began = int(machine.run("date", "+%s").stdout)
    status, seconds = machine.run("sh", "-c", script).stdout.split()
    assert (status, int(seconds) - began) == ("0", 5)


def test_a_sleep_that_is_stopped_beyond_its_time_ends_when_it_goes_on() -> None:
    script = "sleep 3 & sleep 1; kill -STOP $!; sleep 4; kill -CONT $!; wait $!; echo $? $(date +%s)"
    machine = Machine()
    began = int(machine.run("date", "+%s").stdout)
    status, seconds = machine.run("sh", "-c", script).stdout.split()
    assert (status, int(seconds) - began) == ("0", 5)


def test_a_paused_container_sleeps_until_it_goes_on() -> None:
    machine = Machine()
    pid, stream = machine.start("sh", "-c", "sleep 1; echo woken")
    machine.settle(seconds=0)
    namespace = machine.draft.processes[pid].namespace
    machine.kernel.freeze_namespace(namespace)
    machine.settle(seconds=10)
    assert machine.output.get(f"{stream}/1", b"") == b""
    machine.kernel.thaw_namespace(namespace)
    machine.settle(pid)
    assert machine.output[f"{stream}/1"] == b"woken\n"
