"""Programs that ask for more than there is end, and the machine goes on; what shells say of killed children."""

from __future__ import annotations

import pytest

from fakedocker.kernel import calls_base, lifecycle
from helpers.userland_world import Machine


@pytest.fixture
def little_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """A bound that is reached soon."""
    monkeypatch.setattr(lifecycle, "HELD_BYTES", 4 << 20)


@pytest.mark.usefixtures("little_memory")
@pytest.mark.parametrize(
    "endless",
    [
        "yes | sort",
        "cat /dev/zero | tail",
        "sort /dev/zero",
        "yes | tac",
        "yes | sed -n H",
        "yes 0123456789012345678901234567890123456789 | awk '{ s = s $0 }'",
        "yes | awk '{ a[NR] = 1 }'",
        "awk 'BEGIN { while (1) a[i++] = i }'",
        "awk 'BEGIN { for (s = \"a\"; 1; ) s = s s }'",
        "x=a; while :; do x=$x$x; done | :",
    ],
)
def test_a_program_that_holds_endless_input_is_killed(endless: str) -> None:
    result = Machine().run("bash", "-c", f"set -o pipefail; {endless}; echo $?")
    assert result.stdout == "137\n"


@pytest.mark.parametrize(
    "endless",
    [
        "awk 'BEGIN { while (1); }'",
        "awk 'BEGIN { for (;;) x++ }'",
        "awk 'function f(n) { return n < 2 ? n : f(n - 1) + f(n - 2) } BEGIN { f(60) }'",
        "echo a | sed ':a; ba'",
        "echo a | sed -n ':a; s/^/a/; ba'",
    ],
)
def test_work_that_never_ends_and_cannot_be_put_to_rest_is_killed(
    monkeypatch: pytest.MonkeyPatch, endless: str
) -> None:
    monkeypatch.setattr(calls_base, "LONGEST_NS", 100_000_000)
    assert Machine().run("dash", "-c", f"{endless}; echo $?") == ("152\n", "CPU time limit exceeded\n", 0)


@pytest.mark.parametrize("work", ["awk '{ s = $0 s }'", "sed -n 'H; G'", "sed 's/y/z/; s/z/y/'", "awk '{ print $1 }'"])
def test_long_work_on_lines_rests_between_two(work: str) -> None:
    machine = Machine()
    pid, _ = machine.start("sh", "-c", f"yes | {work} > /dev/null & sleep 3; kill $!; echo done")
    most = 0
    for _ in range(200):
        before = {number: process.cpu_ns for number, process in machine.draft.processes.items()}
        machine.settle(pid, seconds=0.01, slices=1000)
        for number, process in machine.draft.processes.items():
            most = max(most, process.cpu_ns - before.get(number, process.cpu_ns))
    assert 0 < most < 100_000_000


def test_lines_that_rest_lose_nothing() -> None:
    source = "seq 1 60000 | {} | md5sum; seq 1 60000 | md5sum"
    for work in (
        "sed 's/1/1/;s/2/2/'",
        "sed 'N;P;D'",
        "awk '{ print $1 }'",
        "awk '{ s = s $0 \"\\n\" } END { printf s }'",
    ):
        first, second = Machine().run("sh", "-c", source.format(work)).stdout.splitlines()
        assert first == second, work
    joined = Machine().run(
        "sh", "-c", "seq 1 30000 | sed ':a;N;$!ba;s/\\n/,/g' | tr , '\\n' | md5sum; seq 1 30000 | md5sum"
    )
    assert len(set(joined.stdout.splitlines())) == 1
    held = Machine().run("sh", "-c", "seq 1 30000 | sed -n 'H;${x;s/^\\n//;p}' | md5sum; seq 1 30000 | md5sum")
    assert len(set(held.stdout.splitlines())) == 1


def test_the_last_record_is_there_at_the_end() -> None:
    source = "(echo 'a b c'; sleep 1) | awk 'END { print $2, NF, $0 }'"
    assert Machine().run("sh", "-c", source).stdout == "b 3 a b c\n"


@pytest.mark.parametrize(
    ("deep", "status"),
    [
        ("f() { f; }; f", "2\n"),
        ("awk 'function f(n) { return f(n + 1) } BEGIN { f(1) }'", "1\n"),
        ("awk 'function f(n) { return f(n - 1) + f(n - 2) } BEGIN { f(1) }'", "1\n"),
    ],
)
def test_recursion_without_end_ends(deep: str, status: str) -> None:
    assert Machine().run("sh", "-c", f"({deep}); echo $?").stdout == status


@pytest.mark.usefixtures("little_memory")
def test_a_shell_that_holds_endless_output_is_killed() -> None:
    result = Machine().run("sh", "-c", "sh -c 'x=$(yes); echo no'; echo $?")
    assert (result.stdout, result.stderr) == ("137\n", "Killed\n")


@pytest.mark.usefixtures("little_memory")
def test_who_passes_endless_input_on_is_spared() -> None:
    assert Machine().run("sh", "-c", "yes | head -c 20000000 | cat > /dev/null; echo $?").stdout == "0\n"


def test_what_a_program_holds_counts_for_the_limit_of_its_container() -> None:
    machine = Machine()
    machine.kernel.update_namespace("box", memory_limit_bytes=6 << 20)
    assert machine.run("sh", "-c", "yes | head -c 200000 | sort | wc -c; yes | sort; echo $?").stdout == "200000\n137\n"


@pytest.mark.parametrize("of_container", [True, False])
def test_a_fork_bomb_ends_at_the_limit(monkeypatch: pytest.MonkeyPatch, of_container: bool) -> None:
    machine = Machine()
    if of_container:
        machine.kernel.update_namespace("box", pids_limit=200)
    else:
        monkeypatch.setattr(lifecycle, "PROCESSES", 200)
    machine.start("bash", "-c", ":(){ :|:& };:")
    most = 0
    for _ in range(20):
        machine.settle(seconds=1, slices=20_000)
        most = max(most, len(machine.draft.processes))
    assert 100 < most <= 200
    machine.kernel.destroy_namespace("box")
    assert len(machine.draft.processes) == 0


KILLED = (
    "sh -c 'kill -9 $$'\necho $?\nsh -c 'kill $$'\necho $?\nsh -c 'exit 137'\necho $?\nsh -c 'kill -2 $$'\necho $?\n"
)


@pytest.mark.parametrize("shell", ["ash", "dash"])
def test_a_shell_says_which_signal_ended_a_child(shell: str) -> None:
    result = Machine(files={"tmp/s": KILLED.encode()}).run(shell, "/tmp/s")
    assert result.stdout == "137\n143\n137\n130\n"
    assert result.stderr == "Killed\nTerminated\n"


def test_bash_says_where_and_what_it_was() -> None:
    result = Machine(files={"tmp/s": KILLED.encode()}).run("bash", "/tmp/s")
    assert result.stdout == "137\n143\n137\n130\n"
    assert result.stderr == "/tmp/s: line 1:     3 Killed                  sh -c 'kill -9 $$'\nTerminated\n"


def test_killed_background_children_are_told_of_when_they_are_waited_for() -> None:
    source = "sleep 9 & kill -9 $!; wait $!; echo $?; sleep 9 & kill -9 $!; wait; echo $?"
    assert Machine().run("dash", "-c", source) == ("137\n0\n", "Killed\n", 0)
    told = "bash:     {} Killed                  sleep 9\n"
    assert Machine().run("bash", "-c", source) == ("137\n0\n", told.format(3) + told.format(4), 0)


def test_a_signal_that_the_last_command_brought_counts() -> None:
    assert Machine().run("sh", "-c", "trap 'echo caught; exit 3' TERM; kill $$") == ("caught\n", "", 3)
    assert Machine().run("bash", "-c", "sh -c 'kill -2 $$'; echo $?").stdout == "130\n"
