"""Processes: starting, waiting, signals, process 1, orphans, limits, pausing."""

from __future__ import annotations

from typing import Any

import pytest

from fakedocker.filesystem.overlay import Filesystem
from fakedocker.filesystem.walk import Mount
from fakedocker.kernel import signals
from fakedocker.kernel.calls_processes import measure_arguments
from fakedocker.kernel.devices import standard_mounts
from fakedocker.kernel.events import Exited, Fault, OutOfMemory
from fakedocker.kernel.kernel import ExecError
from fakedocker.kernel.program import System
from fakedocker.kernel.utility import Memory
from helpers.kernel_machine import PATH, SECOND_NS, Machine, once


def test_a_process_runs_ends_and_is_told_with_its_status() -> None:
    machine = Machine()
    pid = machine.start("each", "echo", "one", "--", "false")
    machine.settle()
    assert machine.output() == "one\n"
    assert machine.exits() == [Exited("box", pid, 1, 0, True, False)]
    assert pid not in machine.draft.processes


def test_sleeping_takes_virtual_time_only() -> None:
    machine = Machine()
    machine.start("each", "sleep", "5", "--", "echo", "done")
    machine.wait(4.9)
    assert machine.output() == ""
    machine.wait(0.1)
    assert machine.output() == "done\n"


@pytest.mark.parametrize(
    ("argv", "reason", "text"),
    [
        (("nosuch",), "not-found", "executable file not found in $PATH"),
        (("/bin/nosuch",), "missing", "stat /bin/nosuch: no such file or directory"),
        (("/etc/motd",), "permission", "permission denied"),
        (("/etc",), "directory", "is a directory"),
    ],
)
def test_what_cannot_be_started_says_why(argv: tuple[str, ...], reason: str, text: str) -> None:
    machine = Machine()
    with pytest.raises(ExecError) as caught:
        machine.start(*argv)
    assert (caught.value.reason, caught.value.path, caught.value.text) == (reason, argv[0], text)
    assert not list(machine.draft.processes)


def test_a_working_directory_that_is_a_file_cannot_be_entered() -> None:
    with pytest.raises(ExecError) as caught:
        Machine().start("echo", directory="/etc/motd")
    assert (caught.value.reason, caught.value.text) == ("chdir", "not a directory")


def test_process_1_ignores_what_it_does_not_handle_but_not_kill_from_outside() -> None:
    machine = Machine()
    pid = machine.start("sleep", "100")
    machine.settle()
    for signal in (signals.TERM, signals.INT, signals.HUP, signals.USR1):
        machine.kernel.kill_from_outside(pid, signal)
    machine.wait(1)
    assert not machine.exits()
    machine.kernel.kill_from_outside(pid, signals.KILL)
    machine.settle()
    assert machine.exits() == [Exited("box", pid, 137, signals.KILL, True, False)]


def test_process_1_cannot_be_killed_or_stopped_from_inside() -> None:
    machine = Machine(murder=once(lambda system: [system.kill(1, signal) for signal in (9, 19, 15)] and None))
    machine.start("each", "murder", "--", "echo", "alive")
    machine.settle()
    assert machine.output() == "alive\n"


def test_other_processes_die_of_signals_and_report_128_plus_n() -> None:
    def program(system: System, argv: tuple[str, ...], state: dict[str, Any]) -> int:
        if "child" not in state:
            state["child"] = system.spawn("/bin/sleep", ("sleep", "9"), {})
            system.kill(state["child"], signals.TERM)
        system.wait_for_child(state["child"])
        system.put(str(system.reap(state["child"])))
        return 0

    assert Machine(program=program).run("program") == ("143", 0)


def test_caught_signals_are_pending_and_wake_the_process() -> None:
    machine = Machine()
    pid = machine.start("trap", "15", "10")
    machine.settle()
    for signal in (signals.TERM, signals.USR1, signals.TERM):
        machine.kernel.kill_from_outside(pid, signal)
        machine.settle()
    assert machine.output() == "got 15\ngot 10\ngot 15\n"
    assert machine.exits()[0].status == 7


def test_the_end_of_process_1_ends_all_others_of_its_namespace_first() -> None:
    machine = Machine()
    first = machine.start("sleep", "100")
    second = machine.start("sleep", "100", stream="exec")
    other = machine.start("sleep", "100", name="elsewhere")
    machine.settle()
    machine.kernel.kill_from_outside(first, signals.KILL)
    assert [(event.pid, event.status) for event in machine.kernel.emitted if isinstance(event, Exited)] == [
        (second, 137),
        (first, 137),
    ]
    assert list(machine.draft.processes) == [other]


def test_orphans_go_to_process_1() -> None:
    def parent(system: System, argv: tuple[str, ...], state: dict[str, Any]) -> int:
        system.spawn("/bin/sleep", ("sleep", "50"), {})
        return 0

    def init(system: System, argv: tuple[str, ...], state: dict[str, Any]) -> int:
        if "child" not in state:
            state["child"] = system.spawn("/bin/parent", ("parent",), {})
        system.wait_for_child(None)
        for pid in sorted(system.children()):
            if (status := system.reap(pid)) is not None:
                system.put(f"{pid} ended {status}\n")
        if system.children():
            system.wait_for_child(None)
        return 0

    machine = Machine(parent=parent, start=init)
    machine.start("start")
    machine.wait(1)
    assert machine.output() == "2 ended 0\n"
    lines = machine.kernel.processes_of("box")
    assert [(line.argv[0], line.parent == lines[0].pid) for line in lines] == [("start", False), ("sleep", True)]
    machine.wait(60)
    assert machine.output() == "2 ended 0\n3 ended 0\n"


def test_init_passes_signals_on_and_ends_as_its_program_does() -> None:
    machine = Machine()
    machine.container(init=True)
    pid = machine.start("sleep", "100")
    machine.settle()
    lines = machine.kernel.processes_of("box")
    assert [line.argv for line in lines] == [("/sbin/docker-init", "--", "sleep", "100"), ("sleep", "100")]
    machine.kernel.kill_from_outside(pid, signals.TERM)
    machine.settle()
    assert machine.exits() == [Exited("box", pid, 143, 0, True, False)]


def test_init_says_what_tini_says_of_a_missing_program() -> None:
    machine = Machine()
    machine.container(init=True)
    machine.start("nosuch")
    machine.settle()
    assert machine.output(fd=2) == "[FATAL tini (7)] exec nosuch failed: No such file or directory\n"
    assert machine.exits()[0].status == 127


def test_a_zombie_is_seen_until_it_is_reaped() -> None:
    states: list[str] = []

    def program(system: System, argv: tuple[str, ...], state: dict[str, Any]) -> int:
        child = system.spawn("/bin/echo", ("echo",), {})
        states.append(next(line.state for line in system.processes() if line.pid == child))
        system.reap(child)
        states.append(" ".join(line.argv[0] for line in system.processes()))
        return 0

    Machine(program=program).run("program")
    assert states == ["Z", "program"]


def test_stop_and_continue() -> None:
    machine = Machine()
    machine.start("sleep", "100")
    pid = machine.start("each", "sleep", "2", "--", "echo", "late", stream="exec")
    machine.wait(1)
    machine.kernel.kill_from_outside(pid, signals.STOP)
    machine.wait(5)
    assert {line.pid: line.state for line in machine.kernel.processes_of("box")}[pid] == "T"
    assert machine.output("exec") == ""
    machine.kernel.kill_from_outside(pid, signals.CONT)
    machine.wait(0)
    assert machine.output("exec") == "late\n"


def test_a_paused_namespace_does_nothing_until_it_goes_on() -> None:
    machine = Machine()
    machine.start("each", "sleep", "1", "--", "echo", "after")
    machine.settle()
    machine.kernel.freeze_namespace("box")
    machine.wait(10)
    assert machine.output() == ""
    machine.kernel.thaw_namespace("box")
    machine.settle()
    assert machine.output() == "after\n"


def test_a_busy_process_moves_time_and_can_be_stopped() -> None:
    machine = Machine()
    pid = machine.start("each", "yes")
    for _ in range(20):
        machine.kernel.run(10)
        machine.kernel.emitted.clear()
        machine.kernel.advance(machine.kernel.next_timer_ns() or 0)
    assert machine.draft.now_ns > 0
    machine.kernel.kill_from_outside(pid, signals.KILL)
    assert any(isinstance(event, Exited) for event in machine.kernel.emitted)
    assert not list(machine.draft.processes)


def test_the_limit_of_processes_gives_eagain() -> None:
    def program(system: System, argv: tuple[str, ...], state: dict[str, Any]) -> int:
        try:
            while True:
                system.spawn("/bin/sleep", ("sleep", "9"), {})
        except OSError as error:
            system.put(f"{len(system.children())} {error.strerror}")
        return 0

    machine = Machine(program=program)
    machine.container(pids_limit=4)
    assert machine.run("program") == ("3 Resource temporarily unavailable", 0)


def test_memory_past_the_limit_kills_the_largest() -> None:
    def hog(system: System, argv: tuple[str, ...], state: dict[str, Any]) -> int:
        system.memory_use(100 << 20)
        system.put("never")
        return 0

    machine = Machine(hog=hog)
    machine.container(memory_limit_bytes=50 << 20)
    pid = machine.start("hog")
    machine.settle()
    assert machine.events[0] == OutOfMemory("box", pid)
    assert machine.exits() == [Exited("box", pid, 137, signals.KILL, True, True)]
    assert machine.output() == ""


def test_memory_of_a_child_counts_and_the_parent_survives() -> None:
    def hog(system: System, argv: tuple[str, ...], state: dict[str, Any]) -> int:
        system.memory_use(100 << 20)
        return 0

    machine = Machine(hog=hog)
    machine.container(memory_limit_bytes=50 << 20)
    machine.start("each", "hog", "--", "echo", "still", "here")
    machine.settle()
    assert machine.output() == "still here\n"
    assert machine.kernel.usage("box").memory_bytes == 0


def test_groups_are_signalled_together() -> None:
    def program(system: System, argv: tuple[str, ...], state: dict[str, Any]) -> int:
        if "group" not in state:
            state["group"] = system.spawn("/bin/sleep", ("sleep", "9"), {}, group=0)
            state["other"] = system.spawn("/bin/sleep", ("sleep", "9"), {}, group=state["group"])
            system.kill(-state["group"], signals.TERM)
        for child in (state["group"], state["other"]):
            system.wait_for_child(child)
        system.put(f"{system.reap(state['group'])} {system.reap(state['other'])}")
        return 0

    assert Machine(program=program).run("program") == ("143 143", 0)


def test_a_child_may_kill_its_parent_within_the_parents_own_call() -> None:
    def program(system: System, argv: tuple[str, ...], state: dict[str, Any]) -> int:
        system.spawn("/bin/patricide", ("patricide",), {})
        system.put("never")
        return 0

    machine = Machine(program=program, patricide=once(lambda system: system.kill(system.parent_pid, 9)))
    machine.start("each", "program", "--", "echo", "end")
    machine.settle()
    assert machine.output() == "end\n"


def test_scripts_run_their_interpreter_and_plain_text_does_not_run() -> None:
    def program(system: System, argv: tuple[str, ...], state: dict[str, Any]) -> int:
        system.write_file("/tmp/script", b"#!/bin/echo -x\nrest\n")
        system.write_file("/tmp/text", b"echo hi\n")
        for path in ("/tmp/script", "/tmp/text"):
            system.change_mode(path, 0o755)
            try:
                system.reap(system.spawn(path, (path, "argument"), {}))
            except OSError as error:
                system.put(f"{error.strerror}\n")
        return 0

    assert Machine(program=program).run("program") == ("-x /tmp/script argument\nExec format error\n", 0)


def test_execute_replaces_the_program_and_keeps_the_pid() -> None:
    def program(system: System, argv: tuple[str, ...], state: dict[str, Any]) -> int:
        system.put(f"{system.pid} ")
        system.execute("/bin/show-pid", ("show-pid",), {})
        return 0

    machine = Machine(program=program, **{"show-pid": once(lambda system: system.pid)})
    assert machine.run("program") == ("1 1\n", 0)


def test_an_applet_that_does_not_exist_says_so() -> None:
    machine = Machine()
    machine.container()
    outside = machine.kernel.outside("box")
    outside.symlink("busybox", "/bin/frobnicate")
    machine.start("frobnicate")
    machine.settle()
    assert machine.output(fd=2) == "frobnicate: applet not found\n"
    assert machine.exits()[0].status == 127


def test_a_binary_made_elsewhere_says_that_it_is_not_simulated() -> None:
    machine = Machine()
    machine.container()
    machine.kernel.outside("box").write_file("/usr/bin/echo", b"\x7fELF\x02\x01\x01" + bytes(400), mode=0o755)
    machine.start("echo", "hello")
    machine.settle()
    assert machine.output() == ""
    assert "this program is not simulated" in machine.output(fd=2)
    assert machine.exits()[-1].status == 126


def test_destroying_a_namespace_leaves_nothing_behind() -> None:
    machine = Machine()
    machine.settle()
    machine.kernel.create_root("x", machine.image)
    machine.kernel.remove_root("x")
    before = machine.draft.freeze()
    machine.start("each", "cat", name="x", stdin=True)
    machine.settle()
    machine.kernel.outside("x").write_file("/dev/shm/file", b"data")
    machine.kernel.destroy_namespace("x")
    machine.kernel.remove_root("x")
    after = machine.draft.freeze()
    for field in before.__struct_fields__:
        if field not in ("next_pid", "next_id", "timers"):
            assert getattr(after, field) == getattr(before, field), field


def test_programs_are_found_as_the_file_system_is_now() -> None:
    """Look-ups are cached; whatever changes what a walk would find must be noticed."""

    def action(system: System) -> Any:
        def found(name: str) -> str:
            try:
                path = system.find_program(name, PATH)
                return f"{path} {system.identify(path).name}"
            except OSError as error:
                return str(error.strerror)

        seen = [found("echo"), found("echo")]
        system.symlink("/bin/busybox", "/usr/bin/echo")
        seen.append(found("echo"))
        system.remove_file("/usr/bin/echo")
        seen.append(found("echo"))
        system.change_mode("/bin/busybox", 0o644)
        seen.append(found("echo"))
        system.change_mode("/bin/busybox", 0o755)
        system.write_file("/bin/busybox", b"#!/bin/nothing")
        seen.append(found("echo"))
        system.remove_file("/bin/echo")
        seen.append(found("echo"))
        return seen

    machine = Machine(probe=once(action))
    text, _ = machine.run("probe")
    assert text == str(
        [
            "/bin/echo busybox",
            "/bin/echo busybox",
            "/usr/bin/echo busybox",
            "/bin/echo busybox",
            "Permission denied",
            "Exec format error",
            "No such file or directory",
        ]
    ) + "\n"  # fmt: skip


def test_programs_on_a_volume_in_the_search_path_are_noticed() -> None:
    def action(system: System) -> Any:
        seen = [system.find_program("echo", "/usr/bin:/bin")]
        system.symlink("/bin/busybox", "/tmp/volume/echo")
        return [*seen, system.find_program("echo", "/usr/bin:/bin")]

    machine = Machine(probe=once(action))
    machine.kernel.create_root("box", machine.image)
    machine.draft.put_filesystem("volume", Filesystem.empty())
    mounts = standard_mounts(Mount("/", "box", "overlay", "overlay"), (Mount("/tmp/volume", "volume"),))
    machine.kernel.create_namespace("box", hostname="box", mounts=mounts)
    outside = machine.kernel.outside("box")
    outside.remove_directory("/usr/bin")
    outside.symlink("/tmp/volume", "/usr/bin")
    assert machine.run("probe")[0] == "['/bin/echo', '/usr/bin/echo']\n"


def test_arguments_have_a_limit() -> None:
    """execve(2): E2BIG for a long one, and for too many; a program that executes itself with ever more comes to it."""
    assert measure_arguments(("ls", "a")) == 0
    assert measure_arguments(("ls", *["a"] * 1000)) == 1001
    for argv in (("ls", "a" * 200_000), ("ls", *["a" * 20] * 100_000)):
        with pytest.raises(OSError, match="Argument list too long"):
            measure_arguments(argv)


class Unstorable(Memory):
    """A memory that cannot be copied: a mistake of whoever wrote the program."""

    def copy(self) -> Unstorable:
        raise TypeError("no value that a memory can hold")

    def memory_bytes(self) -> int:
        return 0


def test_a_program_whose_memory_cannot_be_copied_ends_alone() -> None:
    def program(system: System, argv: tuple[str, ...], state: dict[str, Any]) -> int:
        state["kept"] = Unstorable()
        system.sleep_until(state.setdefault("until", system.now_ns + SECOND_NS))
        return 0

    machine = Machine(unstorable=program)
    machine.start("unstorable")
    machine.start("each", "sleep", "2", "--", "echo", "after", name="other")
    machine.settle()
    machine.draft.freeze()  # from here on a body belongs to a world that may be kept
    machine.wait(5)
    ended = [event.status for event in machine.events if isinstance(event, Exited)]
    reports = [event.report for event in machine.events if isinstance(event, Fault)]
    assert 128 + signals.SEGV in ended
    assert len(reports) == 1 and "no value that a memory can hold" in reports[0]
    assert machine.output("other") == "after\n"
