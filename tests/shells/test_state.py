"""A shell is data: it can be copied and stored in mid-run, and every copy goes on alike."""

from __future__ import annotations

import sys

import pytest

from fakedocker.durability.reading import loads
from fakedocker.durability.writing import dumps
from fakedocker.userland.sh.machine import Shell
from helpers.userland_world import Machine

BUSY = """
f() { local n=$1; [ $n -le 0 ] && return; echo f$n; f $((n-1)); }
trap 'echo bye' EXIT
for i in 1 2 3; do f $i; x=$(echo $i | tr 1-3 a-c); echo "$x"; done | while read l; do echo "<$l>"; done
(sleep 1; echo late) & wait
cat <<END
$((i=7)) $i
END
case $i in 7) echo seven;; esac
"""


def bodies(machine: Machine) -> list[Shell]:
    processes = machine.draft.processes
    return [body for pid in sorted(processes) if isinstance(body := processes[pid].body, Shell)]


@pytest.mark.parametrize("slices", range(1, 40, 3))
def test_goes_on_alike_after_being_stored(slices: int) -> None:
    expected = Machine().run("sh", "-c", BUSY)
    machine = Machine()
    pid, stream = machine.start("sh", "-c", BUSY)
    machine.kernel.run(slices)
    for number in sorted(machine.draft.processes):
        process = machine.draft.processes.for_update(number)
        if isinstance(process.body, Shell):
            process.body = loads(dumps(process.body))
    machine.settle(pid)
    assert machine.output[f"{stream}/1"].decode() == expected.stdout
    assert machine.exited[pid] == expected.status == 0


def test_a_copy_shares_nothing_that_changes() -> None:
    machine = Machine()
    machine.start("sh", "-c", "x=1; while :; do x=$((x+1)); done")
    machine.kernel.run(10)
    (shell,) = bodies(machine)
    copy = shell.copy()
    before = dict(copy.variables), list(copy.stack), list(copy.frames)
    machine.settle(seconds=1, slices=3000)
    assert shell.variables["x"] != copy.variables["x"]
    assert (dict(copy.variables), list(copy.stack), list(copy.frames)) == before


def test_a_suspended_shell_is_small() -> None:
    machine = Machine()
    machine.start("sh", "-c", "while true; do date; sleep 1; done")
    machine.settle(seconds=3)
    (shell,) = bodies(machine)
    parts = [shell, shell.variables, shell.stack, shell.frames, *shell.frames]
    assert sum(sys.getsizeof(part) for part in parts) < 8192


def test_an_endless_loop_can_be_stopped() -> None:
    machine = Machine()
    pid, _ = machine.start("sh", "-c", "while :; do :; done")
    machine.settle(pid, seconds=1, slices=5000)
    assert pid not in machine.exited
    machine.kernel.kill_from_outside(pid, 15)
    machine.settle(pid, seconds=1)
    assert machine.exited[pid] == 143


def test_a_trap_runs_between_slices() -> None:
    machine = Machine()
    script = "trap 'echo bye; exit 0' TERM; while true; do sleep 0.1; done"
    pid, stream = machine.start("sh", "-c", script, init=False)
    machine.settle(pid, seconds=1)
    machine.kernel.kill_from_outside(pid, 15)
    machine.settle(pid, seconds=1)
    assert machine.output[f"{stream}/1"] == b"bye\n"
    assert machine.exited[pid] == 0


def test_interrupt_ends_a_shell_that_is_process_1() -> None:
    machine = Machine()
    pid, _ = machine.start("sh", "-c", "while true; do echo tick; sleep 0.5; done", init=False)
    machine.settle(pid, seconds=2)
    machine.kernel.kill_from_outside(pid, 2)
    machine.settle(pid, seconds=2)
    assert machine.exited[pid] == 130


def test_the_last_command_of_sh_c_takes_the_place_of_the_shell() -> None:
    machine = Machine()
    pid, _ = machine.start("sh", "-c", "sleep 100 & sleep 200", init=False)
    machine.settle(pid, seconds=1)
    assert [process.argv for process in machine.kernel.processes_of("box")] == [("sleep", "200"), ("sleep", "100")]


def test_a_fed_shell_is_idle_until_it_is_fed() -> None:
    machine = Machine()
    pid, stream = machine.start("bash", "-c", ":")
    process = machine.draft.processes.for_update(pid)
    process.body = shell = Shell.for_terminal()
    machine.settle(seconds=1)
    assert shell.idle
    for source, text, status in (
        ("x=4; echo $x\n", b"4\n", 0),
        ("false", b"4\n", 1),
        ("cd /tmp; pwd", b"4\n/tmp\n", 0),
        ("if", b"4\n/tmp\n", 2),
        ("echo $(sleep 1; echo slow)", b"4\n/tmp\nslow\n", 0),
    ):
        shell.feed(source)
        machine.draft.wake(pid)
        machine.settle(seconds=5)
        assert machine.output[f"{stream}/1"] == text
        assert shell.idle
        assert shell.last_status == status


@pytest.mark.parametrize("shell", ["sh", "bash"])
def test_a_test_in_double_brackets_ends_with_them(shell: str) -> None:
    script = (
        "[[ -e /etc && ! -e /x ]] && [[ ! -e /y ]] || [[ -e /z ]] && echo yes; [[ -e /x ]] || [[ -e /etc ]] && echo so"
    )
    assert Machine().run(shell, "-c", script).stdout == "yes\nso\n"
