"""The `fakedocker` command without a terminal: commands, scripts, standard input, and what an error of ours looks like."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from fakedocker_shell import main as program
from fakedocker_shell.session import Session

COMMAND = [sys.executable, "-c", "import sys; from fakedocker_shell.main import main; sys.exit(main())"]


def run(*arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run([*COMMAND, *arguments], input=stdin, capture_output=True, text=True, timeout=300, check=False)


def test_commands() -> None:
    done = run("-c", "echo $0 $1; docker sp; exit 3", "name", "first")
    assert (done.returncode, done.stdout) == (3, "name first\n")
    assert done.stderr.startswith("docker: unknown command: docker sp\n")
    assert "did you mean" not in done.stderr


def test_a_script_with_arguments(tmp_path: Path) -> None:
    script = tmp_path / "script"
    script.write_text('echo "$1-$#"; tty; exit 4\n')
    done = run(str(script), "a", "b")
    assert (done.returncode, done.stdout) == (4, "a-2\nnot a tty\n")


def test_a_script_that_does_not_exist() -> None:
    done = run("/nosuch")
    assert (done.returncode, done.stderr) == (127, "fakedocker: /nosuch: No such file or directory\n")


def test_standard_input() -> None:
    assert run(stdin="x=1\necho $x\nread y\nline\necho got:$y\n").stdout == "1\ngot:line\n"
    assert run("-c", "cat; echo end", stdin="typed\n").stdout == "typed\nend\n"


@pytest.mark.parametrize("arguments", [["--nosuch"], ["-c"], ["--seed", "x"]])
def test_wrong_usage(arguments: list[str]) -> None:
    done = run(*arguments)
    assert done.returncode == 2
    assert "Try 'fakedocker --help'" in done.stderr


def test_an_error_of_ours_is_one_line_and_status_70(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    def fail(self: Session, read_input: object) -> int:
        raise RuntimeError("a bug")

    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setattr(Session, "run_to_end", fail)
    assert program.main(["-c", "docker ps"]) == 70
    told = capfd.readouterr().err
    assert told.startswith("fakedocker: an error of ours. Report: ")
    assert told.count("\n") == 1
    report = next(tmp_path.glob("fakedocker/report-*.txt")).read_text()
    assert "RuntimeError: a bug" in report and "docker ps" in report


def test_a_program_of_ours_that_fails_is_told_at_the_end(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    run_to_end = Session.run_to_end

    def with_fault(self: Session, read_input: object) -> int:
        self.engine.draft.faults.append("Traceback: a bug in seq")
        return run_to_end(self, read_input)  # type: ignore[arg-type]  # passed on as it came

    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setattr(Session, "run_to_end", with_fault)
    assert program.main(["-c", "echo out"]) == 70
    assert "an error of ours" in capfd.readouterr().err


def test_what_a_command_does_not_need_is_not_read() -> None:
    """Start-up time matters: libraries are imported by those who use them."""
    code = (
        "import sys; from fakedocker_shell.main import main; status = main(['-c', 'true; docker ps -q']); "
        "print(status, [name for name in ('networkx', 'h2', 'wsproto', 'yaml', 'prompt_toolkit') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=300, check=False)
    assert (done.stdout, done.stderr) == ("0 []\n", "")


def test_assume_is_put_on_and_played_again(tmp_path: Path) -> None:
    journal = str(tmp_path / "journal")
    command = "docker run -d --name web -p 8000:80 ghcr.io/me/tool >/dev/null 2>&1; curl -s localhost:8000; false"
    done = run("--assume", "--journal", journal, "-c", command)
    assert done.stdout.startswith("This is a stand-in for ghcr.io/me/tool.\n")
    again = run("replay", journal)
    assert (again.stdout, again.returncode) == (done.stdout, 0)
    assert run("-c", command).stdout == ""
