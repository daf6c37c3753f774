"""The terminal between its line editor and the engine: commands, going back, time, what it explains, errors of ours."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from fakedocker_shell.repl import meta
from fakedocker_shell.repl.timeline import STEPS
from fakedocker_shell.session import STREAM
from helpers.repl_screen import Terminal


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    return Terminal(tmp_path)


@pytest.fixture
def with_image(terminal: Terminal) -> Terminal:
    terminal.run("docker pull -q alpine")
    assert terminal.status == 0
    return terminal


def names(terminal: Terminal) -> str:
    return terminal.run("docker ps -a --format '{{.Names}} {{.State}}'").strip()


def test_commands_share_one_shell(terminal: Terminal) -> None:
    terminal.run("cd /tmp; x=5; f() { echo f:$1; }")
    assert terminal.run("pwd; echo $x; f 3") == "/tmp\n5\nf:3\n"
    assert terminal.console.directory == "/tmp"
    terminal.run("cd")
    assert terminal.console.directory == "~"


def test_the_status_is_kept_for_the_prompt(terminal: Terminal) -> None:
    terminal.run("false")
    assert terminal.status == 1
    assert "not found" in terminal.run("nosuchcommand")
    assert terminal.status == 127
    terminal.run("true")
    assert terminal.status == 0


@pytest.mark.parametrize(
    ("text", "complete"),
    [
        ("echo a", True),
        ("echo 'a", False),
        ("for i in 1 2; do", False),
        ("for i in 1 2; do\necho $i\ndone", True),
        ("cat <<END\nx", False),
        ("cat <<END\nx\nEND\n", True),
        ("echo a \\", False),
        ("echo a |", False),
        ("if true; fi", True),
        (":wait 'x", True),
        ("", True),
    ],
)
def test_enter_runs_what_is_complete(terminal: Terminal, text: str, complete: bool) -> None:
    assert terminal.console.is_complete(text) is complete


@pytest.mark.parametrize("leaving", ["exit 3", "logout"])
def test_the_shell_is_left_with_its_status(terminal: Terminal, leaving: str) -> None:
    terminal.run("(exit 3)")
    terminal.run(leaving)
    assert terminal.console.ended
    assert terminal.console.exit_status == 3


def test_a_command_that_reads_gets_what_is_typed(terminal: Terminal) -> None:
    assert terminal.run("cat", b"hello\r", b"\x04") == "hello\nhello\n"


def test_what_is_typed_early_is_echoed_once(terminal: Terminal) -> None:
    terminal.run(":time wall")
    terminal.screen.keys = [b"", b"ec", b"ho"]
    assert terminal.tty.run("sleep 2") == b"echo"
    assert terminal.screen.written.endswith(b"echo\r\x1b[K")
    assert terminal.run("true") == ""


def test_control_c_interrupts(terminal: Terminal) -> None:
    assert terminal.run("cat; echo after", b"\x03").startswith("^C")
    assert terminal.status == 130
    shown = terminal.run("while true; do echo tick; sleep 1; done", b"\x03")
    assert "tick" in shown
    assert terminal.status == 130


def test_control_z_stops_what_fg_goes_on_with(terminal: Terminal) -> None:
    assert terminal.run("cat", b"\x1a") == "^Z\n[1]+  Stopped                 cat\n"
    assert terminal.status == 148
    assert terminal.run("jobs") == "[1]+  Stopped                 cat\n"
    assert terminal.run("fg", b"typed\r", b"\x04") == "cat\ntyped\ntyped\n"
    assert terminal.run("jobs") == ""
    assert terminal.run("(cat); echo on", b"\x1a").endswith("on\n")
    terminal.run("kill %1")
    assert terminal.run("fg").endswith("bash: fg: current: no such job\n")


def test_a_client_is_stopped_and_goes_on_behind_the_prompt(with_image: Terminal) -> None:
    with_image.run("docker run -d --name box alpine ping localhost")
    assert "Stopped                 docker logs -f box" in with_image.run("docker logs -f box", b"", b"\x1a")
    assert with_image.run("bg").startswith("[1]+ docker logs -f box &\n")
    assert "seq=" in with_image.run("fg", b"", b"", b"\x03")
    assert with_image.status == 130
    assert with_image.run("jobs") == ""


def test_a_loop_around_the_terminal_has_nothing_to_do_with_the_clients_generators(terminal: Terminal) -> None:
    """It would end them in its own time, and complain of those that had ended."""
    seen: list[object] = []
    hooks = sys.get_asyncgen_hooks()
    sys.set_asyncgen_hooks(firstiter=seen.append)
    try:
        terminal.run("docker pull alpine")
    finally:
        sys.set_asyncgen_hooks(*hooks)
    assert terminal.status == 0
    assert seen == []


def test_a_background_job_comes_to_the_front_after_detaching(with_image: Terminal) -> None:
    with_image.run("docker run -it --name box alpine sh", b"\x10\x11")
    with_image.run("sleep 1000 &")
    assert with_image.run("fg") == "sleep 1000\n"
    assert with_image.run("docker attach box", b"exit 3\r").endswith("exit 3\n")
    assert with_image.status == 3


def test_control_backslash_quits_what_runs_and_not_the_shell(terminal: Terminal) -> None:
    terminal.run("cat", b"\x1c")
    assert terminal.status == 131
    assert terminal.run("echo on") == "on\n"


def test_background_jobs_are_told_of(terminal: Terminal) -> None:
    assert re.fullmatch(r"\[1\] \d+\n", terminal.run("sleep 5 &"))
    assert re.match(r"\[1\]\+  Done +sleep 5", terminal.run("sleep 10"))


def test_waiting_commands_end_at_once_in_virtual_time(terminal: Terminal) -> None:
    before_ns = terminal.console.engine.now_ns
    terminal.run("sleep 100")
    assert terminal.console.engine.now_ns - before_ns >= 100_000_000_000
    assert terminal.screen.now_ns < 1_000_000_000


def test_what_repeats_is_shown_at_the_walls_pace(terminal: Terminal) -> None:
    terminal.run("for i in 1 2 3 4; do echo $i; sleep 1; done")
    assert terminal.screen.now_ns >= 1_900_000_000


def test_time_does_not_leap_for_somebody_who_sits_at_a_containers_prompt(with_image: Terminal) -> None:
    with_image.run("docker run -d --name other alpine sleep 500")
    keys = [b""] * 8
    with_image.run("docker run -it alpine sh", *keys, b"sleep 100\r", b"exit\r")
    assert names(with_image).splitlines()[-1] == "other running"


def test_logs_that_are_followed_do_not_make_time_leap(with_image: Terminal) -> None:
    with_image.run("docker run -d --name job alpine sh -c 'echo begun; sleep 500'")
    assert "begun" in with_image.run("docker logs -f job", b"", b"", b"\x03")
    assert names(with_image) == "job running"


def test_a_terminal_in_a_container(with_image: Terminal) -> None:
    shown = with_image.run("docker run -it --name box alpine sh", b"echo $((40+2))\r", b"exit 3\r")
    assert "/ # echo $((40+2))\n42\n" in shown
    assert with_image.status == 3


def test_detaching_leaves_the_container_running(with_image: Terminal) -> None:
    with_image.run("docker run -it --name box alpine sh", b"\x10\x11")
    assert with_image.status == 0
    assert names(with_image) == "box running"


def test_another_size_of_the_window_reaches_the_container(with_image: Terminal) -> None:
    with_image.screen.dimensions = (31, 97)
    with_image.run("docker run -it --name box alpine sleep 0.1")
    assert with_image.console.session.terminal_size == (31, 97)
    assert with_image.run("stty size").strip() == "31 97"


# going back


def test_undo_and_redo(with_image: Terminal) -> None:
    with_image.run("docker create --name one alpine true")
    with_image.run("docker create --name two alpine true")
    assert "undone: docker create --name two alpine true" in with_image.run(":undo")
    assert names(with_image) == "one created"
    with_image.run(":undo")
    assert names(with_image) == ""
    with_image.run(":redo")
    with_image.run(":redo")
    assert names(with_image).splitlines() == ["two created", "one created"]
    assert "nothing to do again" in with_image.run(":redo")


def test_what_only_looks_is_no_step(with_image: Terminal) -> None:
    with_image.run("docker create --name one alpine true")
    for text in ("docker ps -a", "docker inspect one", "ls /", "cat /etc/hosts | wc -l", "false", "docker rm nosuch"):
        with_image.run(text)
    assert "undone: docker create" in with_image.run(":undo")


@pytest.mark.parametrize(
    "text",
    ["x=1", "cd /tmp", "touch f", "sleep 100 &", "alias a=b", "docker network create net", "docker run -d alpine true"],
)
def test_what_changes_something_is_a_step(with_image: Terminal, text: str) -> None:
    with_image.run(text)
    assert f"undone: {text}" in with_image.run(":undo")


def test_undo_brings_back_the_hosts_files_and_variables(terminal: Terminal) -> None:
    terminal.run("echo one > f; x=1; cd /tmp")
    terminal.run("rm /root/f; x=2; cd /")
    terminal.run(":undo")
    assert terminal.run("cat /root/f; echo $x; pwd") == "one\n1\n/tmp\n"


def test_undo_has_limits_and_says_so(terminal: Terminal) -> None:
    assert "nothing to undo" in terminal.run(":undo")
    assert terminal.status == 2
    assert "no number" in terminal.run(":undo x")
    for _ in range(STEPS + 5):
        terminal.console.timeline.push("true", terminal.console.engine.snapshot())
    assert len(terminal.console.timeline) == STEPS


def test_reset_is_a_step_like_any_other(with_image: Terminal) -> None:
    with_image.run("docker create --name one alpine true")
    with_image.run(":reset")
    assert names(with_image) == ""
    assert with_image.run("docker images -q") == ""
    with_image.run(":undo")
    assert names(with_image) == "one created"


def test_snapshots_have_names(with_image: Terminal) -> None:
    with_image.run("docker create --name one alpine true")
    assert "saved as before" in with_image.run(":snapshot before")
    assert "saved as s1" in with_image.run(":snapshot")
    with_image.run("docker rm one")
    listed = with_image.run(":snapshot list")
    assert "before" in listed and "s1" in listed
    assert "+ container one" in with_image.run(":snapshot restore before")
    assert names(with_image) == "one created"
    assert "no snapshot 'nosuch'" in with_image.run(":snapshot restore nosuch")


def test_going_back_ends_open_streams_and_background_clients(with_image: Terminal) -> None:
    with_image.run("docker run -d --name job alpine sleep 500")
    with_image.run("docker logs -f job &")
    with_image.run("docker run -d --name other alpine sleep 500")
    with_image.run(":undo")
    assert (
        with_image.run("wait $!; echo status $?")
        == "unexpected EOF\n[1]+  Exit 1                  docker logs -f job\nstatus 1\n"
    )
    assert with_image.run("jobs") == ""
    assert names(with_image) == "job running"
    assert with_image.console.engine.streams() == []


def test_a_client_that_is_killed_leaves_nothing_open(with_image: Terminal) -> None:
    with_image.run("docker run -d --name job alpine sleep 500")
    with_image.run("docker logs -f job & docker wait job & sleep 1; kill -9 %1 %2; sleep 1")
    assert with_image.console.engine.streams() == []
    with_image.run("docker logs -f job", b"\x03")
    assert with_image.status == 130
    assert with_image.console.engine.streams() == []


def test_a_fork_has_docker_commands_of_its_own(with_image: Terminal) -> None:
    with_image.run("docker run -d --name job alpine sleep 500")
    with_image.run("docker logs -f job & sleep 1")
    engine = with_image.console.engine
    before, open_before = engine.snapshot(), engine.streams()
    shown: list[bytes] = []
    fork = engine.fork()
    fork.observe(("bytes", STREAM), lambda value: shown.append(value[1]))
    while fork.turn():
        continue
    assert b"".join(shown) == b"unexpected EOF\r\n"
    assert engine.snapshot() is before and engine.streams() == open_before
    with_image.run("docker rm -f job")
    assert [container.name for container in fork.world.containers.values()] == ["job"]


# time


def test_wait_tells_what_happened(with_image: Terminal) -> None:
    with_image.run("docker run -d --name job alpine sh -c 'sleep 20; exit 4'")
    shown = with_image.run(":wait 1m30s")
    assert "container job: die (exitCode 4)" in shown
    assert "1m30s have passed" in shown
    with_image.run(":undo")
    assert names(with_image) == "job running"


@pytest.mark.parametrize("argument", ["", "5", "5x", "-1s", "soon"])
def test_wait_takes_durations_only(terminal: Terminal, argument: str) -> None:
    terminal.run(f":wait {argument}")
    assert terminal.status == 2


def test_a_long_wait_can_be_interrupted(terminal: Terminal) -> None:
    interrupted = iter([b"", b"\x03"])
    terminal.screen.read = lambda seconds: next(interrupted)  # type: ignore[method-assign]  # a key in the middle of a wait
    terminal.run("true &")
    terminal.console.wait(10**15)
    assert "fakedocker:" not in terminal.run(":time")


def test_time_can_be_told_to_keep_the_walls_pace(terminal: Terminal) -> None:
    terminal.run(":time wall")
    terminal.run("sleep 3")
    assert terminal.screen.now_ns >= 3_000_000_000
    terminal.run("sleep 1000", b"\x03")
    assert terminal.status == 130


def test_background_work_goes_on_at_the_prompt(terminal: Terminal) -> None:
    terminal.run("(sleep 2; echo done) &")
    assert terminal.tty.tick() == b""
    terminal.screen.now_ns += 3_000_000_000
    assert b"done" in terminal.tty.tick()


# what it explains


def test_explain_shows_calls_and_changes(with_image: Terminal) -> None:
    with_image.run(":explain on")
    shown = with_image.run("docker run -d --name web -p 8080:80 -v data:/data alpine sleep 100")
    assert "POST /v1.55/containers/create?name=web → 201" in shown
    for line in (
        "+ container web from alpine, running",
        "+ volume data",
        "+ port 0.0.0.0:8080/tcp → web:80",
        "+ address 172.17.0.2 of web in bridge",
    ):
        assert line in shown
    shown = with_image.run("docker kill web")
    assert "~ container web: running → exited (137)" in shown
    assert "- port 0.0.0.0:8080/tcp" in shown
    shown = with_image.run("docker run --rm --name brief alpine true")
    assert "· container brief came and went: create, attach, start, die, destroy" in shown
    assert not re.search("[0-9a-f]{64}", shown)
    assert "nothing changed" in with_image.run("true")
    with_image.run(":explain off")
    assert with_image.run("true") == ""


def test_why_explains_the_last_error(with_image: Terminal) -> None:
    assert "nothing was run" not in with_image.run(":why")
    with_image.run("docker run -d --name web -p 8080:80 alpine sleep 100")
    with_image.run("docker run -d -p 8080:80 alpine sleep 100")
    assert "Port 8080 of the host is held" in with_image.run(":why")
    assert "Port 8080" in with_image.run(":why")
    with_image.run("docker run --name web alpine true")
    assert "docker rm web" in with_image.run(":why")
    with_image.run("sh -c 'kill -KILL $$'")
    assert "SIGKILL" in with_image.run(":why")
    with_image.run("true")
    assert "has not failed" in with_image.run(":why")


def test_the_world_is_drawn_with_words(with_image: Terminal) -> None:
    with_image.run("docker network create --subnet 172.30.0.0/16 net")
    with_image.run("docker run -d --name web --network net -p 8080:80 -v data:/data alpine sleep 100")
    with_image.run("docker run --name job alpine false")
    shown = with_image.run(":world")
    for word in (
        "● running",
        "○ exited (1)",
        "alpine:latest",
        "172.30.0.0/16",
        "web 172.30.0.2",
        "data",
        "0.0.0.0:8080",
        "web:80/tcp",
    ):
        assert word in shown
    with_image.screen.dimensions = (24, 40)
    assert max(map(len, with_image.run(":world").splitlines())) <= 40


def test_an_unknown_docker_command_gets_a_hint_that_is_not_dockers(terminal: Terminal) -> None:
    assert "did you mean `ps`?" in terminal.run("docker sp")
    assert "did you mean `prune`?" in terminal.run("docker container prnue")
    assert "did you mean" not in terminal.run("docker qqqq")
    assert "did you mean" not in terminal.run("docker sp 2>&1 | cat > /dev/null")


def test_hints_are_dim_where_there_are_colours(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path)
    terminal.console.colours = True
    terminal.tty.run("docker sp")
    assert b"\x1b[2mdid you mean `ps`?\x1b[m" in terminal.screen.written


def test_every_command_of_its_own_has_help(terminal: Terminal) -> None:
    shown = terminal.run(":help")
    for name, command in meta.TABLE.items():
        assert command.usage in shown
        assert command.description in terminal.run(f":help {name}")
    assert "Ctrl-R" in terminal.run(":help keys")
    assert "no topic" in terminal.run(":help nosuch")
    assert "did you mean `:world`?" in terminal.run(":wrold")


def test_output_without_a_newline_does_not_run_into_the_prompt(terminal: Terminal) -> None:
    assert terminal.run("printf abc") == "abc⏎\n"


def test_the_pager_stops_after_a_screenful(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path, {"FAKEDOCKER_PAGER": "1"})
    shown = terminal.run("seq 100", b" ", b"\r", b"q")
    numbers = [
        line for line in shown.replace("--More--", "\n").replace("\r", "").splitlines() if line.strip().isdigit()
    ]
    assert numbers[-1] == "47"  # two screens of 23 lines, and one line
    terminal.run(":pager off")
    assert "100" in terminal.run("seq 100")


# errors of ours


def test_an_error_of_ours_leaves_the_world_as_it_was(with_image: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    world = with_image.console.engine.snapshot()

    def fail(self: object, *arguments: object) -> None:
        raise RuntimeError("a bug")

    with monkeypatch.context() as patch:
        patch.setattr(type(with_image.console.engine), "turn", fail)
        shown = with_image.run("docker run alpine true")
    assert shown.startswith("fakedocker: an error of ours; the world is as it was before. Report: ")
    assert "Traceback" not in shown
    assert with_image.console.engine.snapshot() == world
    (report,) = with_image.reports()
    assert "RuntimeError: a bug" in report and "docker run alpine true" in report
    assert with_image.run("echo still here") == "still here\n"


def test_an_error_in_a_command_of_its_own_is_one_line_too(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(console: object, argument: str) -> str:
        raise RuntimeError("a bug")

    monkeypatch.setitem(meta.TABLE, "world", meta.TABLE["world"]._replace(run=fail))
    assert terminal.run(":world").count("\n") == 1
    assert terminal.status == 70


def test_a_program_of_ours_that_fails_is_reported(terminal: Terminal) -> None:
    terminal.console.engine.draft.faults.append("Traceback: a bug in seq")
    assert "an error of ours" in terminal.run("true")
    assert "a bug in seq" in terminal.reports()[0]
    assert terminal.run("true") == ""


def test_an_error_at_the_prompt_is_told_once(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(self: object, to_ns: int) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr(type(terminal.console.engine), "advance", fail)
    terminal.screen.now_ns += 10**9
    assert b"an error of ours" in terminal.tty.tick()
    assert terminal.tty.tick() == b""


# what is odd


def test_odd_input_does_no_harm(terminal: Terminal) -> None:
    terminal.run("docker rm " + "x" * 10_000)
    assert terminal.status == 1
    terminal.run("docker ps --format '{{'")
    assert terminal.status != 0
    terminal.run("ln -s a b; ln -s b a; cat a")
    assert terminal.status == 1
    terminal.run("ls " + "(" * 500)
    terminal.run("echo " + "$(" * 200 + "x" + ")" * 200)
    terminal.run("printf '\\377\\000\\001\\033[31m'")
    assert b"\xff\x00\x01\x1b[31m" in terminal.screen.written
    assert terminal.reports() == []


def test_equal_seeds_give_equal_screens(tmp_path: Path) -> None:
    screens = []
    for _ in range(2):
        terminal = Terminal(tmp_path, seed=7)
        for text in ("docker pull -q alpine", "docker run -d alpine sleep 5", ":wait 10s", "docker ps -a", ":world"):
            terminal.run(text)
        screens.append(bytes(terminal.screen.written))
    assert screens[0] == screens[1]


def test_the_command_that_was_most_likely_meant() -> None:
    from fakedocker_shell.repl.words import nearest

    assert nearest("rum", ("rm", "rmi", "run")) == "run" and nearest("imges", ("images", "image")) == "images"
