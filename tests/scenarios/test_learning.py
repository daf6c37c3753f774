"""Learning in the terminal: lessons from their first words to their last, hints, score, going back, what is kept."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest
from prompt_toolkit.history import InMemoryHistory
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput

from fakedocker_shell.repl import meta, toolbar
from fakedocker_shell.repl.console import Console
from fakedocker_shell.repl.prompt import Prompt
from fakedocker_shell.repl.screen import RealScreen
from fakedocker_shell.repl.tty import Tty, whole_milliseconds
from fakedocker_shell.scenarios import library
from fakedocker_shell.scenarios.model import INCIDENT, LESSON
from fakedocker_shell.scenarios.progress import Progress
from helpers.repl_screen import Terminal

COMMAND = [sys.executable, "-c", "import sys; from fakedocker_shell.main import main; sys.exit(main())"]


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    return Terminal(tmp_path)


def kept(terminal: Terminal) -> dict[str, int]:
    path = terminal.state / "fakedocker" / "progress.json"
    return dict(json.loads(path.read_text())["solved"]) if path.exists() else {}


def test_the_first_lesson(terminal: Terminal) -> None:
    shown = terminal.run(":lesson lifecycle-exit")
    assert shown.startswith("Lesson lifecycle-exit: The container that will not stay\n")
    assert "Get a container called `box`" in shown
    assert "· after 60s: container box State.Status == running   (it is exited)" in shown
    assert "Exited (0)" in terminal.run("docker ps -a")
    assert "Done" not in terminal.run("docker start box")
    assert "runs the same command again" in terminal.run(":hint")
    assert "undone: docker start box" in terminal.run(":undo")
    terminal.run("docker rm box")
    assert "The old box is gone." in terminal.run(":hint")
    shown = terminal.run("docker run -d --name box ubuntu sleep infinity")
    assert "✓ Done with 2 commands. Par is 2." in shown
    assert "A container is a process with walls around it" in shown
    assert shown.rstrip().endswith("Next: `:lesson ports-expose`")
    assert kept(terminal) == {"lifecycle-exit": 2}


def test_the_second_lesson(terminal: Terminal) -> None:
    terminal.run(":lesson ports-expose")
    terminal.run("docker rm -f web")
    assert "port" in terminal.run(":basics") and "curl localhost:8080" in terminal.run(":basics")
    assert "which port of the host leads to port 80" in terminal.run(":hint")
    assert "Done" not in terminal.run("docker run -d --name web -P nginx")
    assert "· http localhost:8080 == 200   (nobody answers)" in terminal.run(":goal")
    terminal.run(":undo")
    assert "✓ Done with 2 commands." in terminal.run("docker run -d --name web -p 8080:80 nginx")


def test_the_third_lesson(terminal: Terminal) -> None:
    terminal.run(":lesson ports-conflict")
    assert "port is already allocated" in terminal.run("docker run -d --name web2 -p 8080:80 nginx")
    assert "web2 was created but never started" in terminal.run(":hint")
    assert "no container * State.Status == created   (web: running, web2: created)" in terminal.run(":check")
    assert terminal.status == 1
    terminal.run("docker rm web2")
    assert "✓ Done with 2 commands." in terminal.run("docker run -d --name web2 -p 8081:80 nginx")
    terminal.run(":check")
    assert terminal.status == 0


def test_the_first_three_lessons_at_the_prompt(tmp_path: Path) -> None:
    """Keys in, through the line editor, one lesson after the other."""
    keys = (
        ":lesson next\r" "docker rm box\r" "docker run -d --name box ubuntu sleep infinity\r"
        ":lesson next\r" "docker rm -f web\r" "docker run -d --name web -p 8080:80 nginx\r"
        ":lesson next\r" "docker run -d --name web2 -p 8081:80 nginx\r"
        "\x1bOR" "exit 0\r"
    )  # fmt: skip
    with create_pipe_input() as source:
        output = DummyOutput()
        environment = {"XDG_STATE_HOME": str(tmp_path), "NO_COLOR": "1"}
        screen = RealScreen(source, output)
        console = Console(screen.write, screen.size(), meta.run, 0, environment)
        tty = Tty(console, screen, whole_milliseconds(time.monotonic_ns))
        source.send_text(keys)
        assert Prompt(tty, source, output, InMemoryHistory()).loop() == 0
    assert Progress(environment).best("lifecycle-exit") == 2
    assert Progress(environment).best("ports-expose") == 2
    assert Progress(environment).best("ports-conflict") == 1


def test_only_what_changes_something_counts(terminal: Terminal) -> None:
    terminal.run(":lesson ports-conflict")

    def score(command: str) -> str:
        terminal.run(command)
        return toolbar.text(terminal.console, 120).split(" │ ")[0].strip()

    assert score("docker ps; docker inspect web; docker logs web; curl -s localhost:8080") == "ports-conflict 0/2"
    assert score("docker run -d --name web2 -p 8080:80 nginx") == "ports-conflict 0/2"
    assert score("docker exec web ls") == "ports-conflict 0/2"
    assert score("docker rm web2") == "ports-conflict 1/2"
    assert score("docker stop web && docker start web; docker logs web; docker rm nosuch") == "ports-conflict 3/2"
    assert score("echo hello > file") == "ports-conflict 4/2"
    assert score("docker ps > file") == "ports-conflict 5/2"
    assert score(":undo 3") == "ports-conflict 1/2"
    assert score(":redo") == "ports-conflict 3/2"
    assert score(":reset") == "ports-conflict 0/2"


def test_hints_come_one_by_one_and_then_again(terminal: Terminal) -> None:
    terminal.run(":lesson ports-expose")
    hints = [terminal.run(":hint") for _ in range(4)]
    assert "Compare the column PORTS" in hints[0]
    assert len(set(hints)) == 4
    assert "no more hints for this state" in hints[3]
    assert hints[3].count("\n- ") == 3


def test_the_solution_is_shown_and_then_not_noted_down(terminal: Terminal) -> None:
    terminal.run(":lesson lifecycle-exit")
    assert "$ docker run -d --name box ubuntu sleep infinity" in terminal.run(":solution")
    terminal.run("docker rm box")
    assert "not noted down" in terminal.run("docker run -d --name box ubuntu sleep infinity")
    assert kept(terminal) == {}
    terminal.run(":reset")
    terminal.run("docker rm box")
    assert "Next:" in terminal.run("docker run -d --name box ubuntu sleep 1d")
    assert kept(terminal) == {"lifecycle-exit": 2}


def test_any_lesson_at_any_time_and_the_best_is_kept(terminal: Terminal) -> None:
    for extra in ("docker stop web; docker start web", "true"):
        terminal.run(":lesson ports-conflict")
        terminal.run(extra)
        shown = terminal.run("docker run -d --name web2 -p 8081:80 nginx")
        assert ("It can be done with 2 commands" in shown) == (extra != "true")
    assert "Better than before: that took 3 commands." in shown
    assert kept(terminal) == {"ports-conflict": 1}
    assert "✓ ports-conflict" in terminal.run(":lesson off") + terminal.run(":lesson list")


def test_commands_without_a_lesson(terminal: Terminal) -> None:
    for command in (":goal", ":hint", ":solution", ":check", ":lesson", ":lesson off"):
        assert "no lesson is open" in terminal.run(command)
        assert terminal.status == 2
    assert "did you mean ports-expose?" in terminal.run(":lesson ports-expos")
    assert "it does not hold (it is 0)" in terminal.run(":check count(containers) == 1")
    assert "a check begins with" in terminal.run(":check web is up")


def test_more_commands_than_par(terminal: Terminal) -> None:
    terminal.run(":lesson pull-denied")
    terminal.run("docker pull -q alpine")
    assert "It can be done with 1 command: `:reset` begins anew." in terminal.run("docker pull -q nginx")


def test_rewind(terminal: Terminal) -> None:
    terminal.run("docker pull -q alpine; docker run -d --name one alpine sleep 1d")
    terminal.run(":wait 5m")
    terminal.run("docker rm -f one; docker run -d --name two alpine sleep 1d")
    terminal.run(":wait 5m")
    assert "7m back" in terminal.run(":rewind 7m")
    assert terminal.run("docker ps --format '{{.Names}} {{.Status}}'") == "one Up 3 minutes\n"
    terminal.run(":undo")
    assert terminal.run("docker ps --format '{{.Names}} {{.Status}}'") == "two Up 5 minutes\n"
    assert "the session began" in terminal.run(":rewind 1h")


def test_rewind_leads_back_along_what_has_led_here(terminal: Terminal) -> None:
    terminal.run("docker pull -q alpine")
    terminal.run(":wait 5m")
    terminal.run("docker run -d --name undone alpine sleep 1d")
    terminal.run(":wait 1m")
    terminal.run(":undo 2")
    terminal.run(":wait 10m")
    terminal.run(":rewind 9m")
    assert terminal.run("docker ps -aq") == ""
    terminal.run("docker run -d --name one alpine sleep 1d")
    terminal.run(":reset")
    terminal.run(":wait 10m")
    terminal.run(":rewind 1m")
    assert terminal.run("docker images -q; docker ps -aq") == ""


def test_a_lesson_has_a_clock_of_its_own(terminal: Terminal) -> None:
    terminal.run(":wait 3h")
    terminal.run(":lesson ports-conflict")
    terminal.run("true")
    assert "Up" in terminal.run("docker ps --format '{{.Status}}'")
    assert "09:00:" in terminal.run(":time")


def test_progress_that_cannot_be_read_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "fakedocker" / "progress.json"
    path.parent.mkdir()
    for text in ("{", '{"format": 2, "solved": {}}', "[]"):
        path.write_text(text)
        progress = Progress({"XDG_STATE_HOME": str(tmp_path)})
        progress.record("x", 3)
        assert progress.best("x") == 3
        assert path.read_text() == text


def test_two_terminals_keep_what_each_has_solved(tmp_path: Path) -> None:
    one, other = (Progress({"XDG_STATE_HOME": str(tmp_path)}) for _ in range(2))
    one.record("a", 3)
    other.record("b", 2)
    other.record("a", 5)
    kept = Progress({"XDG_STATE_HOME": str(tmp_path)})
    assert (kept.best("a"), kept.best("b"), kept.best("c")) == (3, 2, None)


def run(*arguments: str, state: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *arguments], capture_output=True, text=True, timeout=300, check=False, stdin=subprocess.DEVNULL,
        env={"XDG_STATE_HOME": str(state), "PATH": "/usr/bin:/bin", "PYTHONPATH": ":".join(sys.path)},
    )  # fmt: skip


def test_the_command_line(tmp_path: Path) -> None:
    listed = run("learn", "--list", state=tmp_path)
    assert listed.returncode == 0
    rows = [line.split()[0] for line in listed.stdout.splitlines() if line.startswith("    ")]
    ids = {kind: [scenario.id for scenario in library.course() if scenario.kind == kind] for kind in (LESSON, INCIDENT)}
    assert rows == ["id", *ids[LESSON], "id", *ids[INCIDENT]]
    assert sorted(ids[LESSON] + ids[INCIDENT]) == sorted(library.ids())
    assert "did you mean ports-expose?" in run("learn", "port-expose", state=tmp_path).stderr
    assert "a terminal was expected" in run("learn", state=tmp_path).stderr
    assert run("learn", "--nosuch", state=tmp_path).returncode == 2
    assert "Usage: fakedocker learn" in run("learn", "--help", state=tmp_path).stdout


def test_nothing_of_it_is_imported_without_a_lesson() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "import sys; import fakedocker_shell.repl.app; print([m for m in sys.modules if 'scenarios' in m])"],
        capture_output=True, text=True, timeout=300, check=True,
    )  # fmt: skip
    assert done.stdout == "[]\n"


def test_learn_on_a_real_terminal(tmp_path: Path) -> None:
    pty = pytest.importorskip("helpers.pty_terminal")  # it says itself where there is none
    terminal = pty.Pty(tmp_path, "learn")
    try:
        terminal.wait_for("^Lesson lifecycle-exit: The container that will not stay$")
        terminal.wait_for("lifecycle-exit 0/2")
        terminal.type("docker rm box\r")
        terminal.wait_for("lifecycle-exit 1/2")
        terminal.type("docker run -d --name box ubuntu sleep infinity\r")
        terminal.wait_for("Done with 2 commands")
        terminal.type("\x04")
        assert terminal.ended() == 0
    finally:
        terminal.close()
    again = pty.Pty(tmp_path, "learn")
    try:
        again.wait_for("^Lesson ports-expose: ")
    finally:
        again.close()


def test_reset_after_a_lesson_goes_to_its_beginning(terminal: Terminal) -> None:
    terminal.run(":lesson ports-conflict")
    terminal.run("docker rm -f web")
    terminal.run(":lesson off")
    terminal.run(":reset")
    assert terminal.run("docker ps --format '{{.Names}}'") == "web\n"
