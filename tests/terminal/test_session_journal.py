"""A session's journal: played again it shows the same bytes; one that is not whole is refused, and nothing is run."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from fakedocker.durability import snapshot
from fakedocker.wire.http import Request
from fakedocker_shell.main import main
from fakedocker_shell.repl import replaying, session_journal
from fakedocker_shell.repl.session_journal import JournalProblem
from fakedocker_shell.repl.state_directory import program_version
from helpers.repl_screen import Terminal

SESSION: tuple[tuple[str, tuple[bytes, ...]], ...] = (
    ("docker pull -q alpine", ()),
    ("docker run -d --name box alpine sh -c 'while :; do echo tick $RANDOM; sleep 1; done'", ()),
    ("docker logs -f box &", ()),
    (":wait 3s", ()),
    ("printf 'FROM alpine\\nRUN echo built > /x\\n' > Dockerfile; docker build -t made . ", ()),
    ("docker run -it --rm made sh", (b"cat /x\r", b"ls -l\t\r", b"exit 3\r")),
    ("vi notes", (b"i", b"text\x1b", b":wq\r")),
    ("printf 'services: {a: {image: alpine, command: sleep 1000}}' > compose.yaml; docker compose up -d", ()),
    ("docker compose ps", ()),
    ("docker swarm init; docker service create -q --name s --replicas 2 alpine sleep 100; docker service ls", ()),
    ("docker run -d --name db -e POSTGRES_PASSWORD=x postgres; sleep 10", ()),
    ("docker exec -it db psql -U postgres", (b"select 1+1;\r", b"\\q\r")),
    (":undo 2", ()),
    ("docker run nosuch; sleep 30", (b"\x03",)),
    (":why", ()),
    (":explain", ()),
    ("docker rm -f box", ()),
    (":explain off", ()),
    (":pager", ()),
    ("seq 100", (b" ", b"\r", b"q")),
    (":pager off", ()),
    (":fault registry docker.io down for 2m", ()),
    ("docker pull nginx", ()),
    (":world", ()),
    (":lesson ports-conflict", ()),
    ("docker run -d --name web2 -p 8081:80 nginx", ()),
    (":reset", ()),
    ("jobs; exit 4", ()),
)


def typed(state: Path) -> Terminal:
    """A terminal at which the session was typed."""
    terminal = Terminal(state, seed=3)
    for number, (line, keys) in enumerate(SESSION):
        terminal.screen.dimensions = (24 + number % 3, 100 + number)
        terminal.run(line, *keys)
        terminal.screen.now_ns += number * 300_000_000
        terminal.screen.write(terminal.tty.tick())
    return terminal


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Terminal:
    return typed(tmp_path_factory.mktemp("state"))


@pytest.fixture(scope="module")
def journal(session: Terminal) -> bytes:
    return session.journal()


def test_a_session_plays_again_byte_for_byte(session: Terminal, journal: bytes) -> None:
    assert session.console.ended
    begun, entries = session_journal.read(journal, program_version())
    shown = bytearray()
    played = replaying.play(begun, entries, shown.extend)
    assert shown == session.screen.written
    assert played == (4, session.console.shown_sum)
    assert session.reports() == []


def test_the_hash_seed_makes_no_difference(session: Terminal, journal: bytes, tmp_path: Path) -> None:
    (tmp_path / "session").write_bytes(journal)
    for seed in ("1", "77"):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "XDG_STATE_HOME": str(tmp_path)}
        command = [sys.executable, "-m", "fakedocker_shell", "replay", str(tmp_path / "session")]
        done = subprocess.run(command, env=environment, capture_output=True, timeout=300, check=False)
        assert (done.returncode, done.stderr) == (0, b"")
        assert done.stdout == session.screen.written


def test_a_world_is_stored_and_goes_on_after_every_line(tmp_path: Path) -> None:
    """Encoded, decoded and forked after each line, a session shows what it shows without; only its docker commands are cut off."""
    plain, watched = Terminal(tmp_path / "a", seed=3), Terminal(tmp_path / "b", seed=3)
    for line, keys in SESSION:
        if line.endswith("&") or "jobs" in line:
            continue
        for terminal in (plain, watched):
            terminal.screen.keys = list(keys)
        shown = plain.run(line, *keys)
        assert watched.run(line, *keys) == shown, line
        console = watched.console
        moment = console.moment()
        stored = snapshot.encode(moment.world)
        fork = console.engine.fork()
        fork.perform(Request(method="POST", target="/containers/prune"))
        assert snapshot.encode(moment.world) == stored, line
        console.restore(moment._replace(world=snapshot.decode(stored)))
        plain.console.restore(plain.console.moment())
    assert watched.reports() == plain.reports() == []


def test_a_journal_that_is_changed_is_found_out(
    journal: bytes, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "session"
    path.write_bytes(journal.replace(b"echo built", b"echo other"))
    assert main(["replay", str(path)]) == 1
    assert capfd.readouterr().err.endswith("the session has come out otherwise than it did\n")


def head(text: bytes) -> bytes:
    return text.partition(b"\n")[0] + b"\n"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda text: text[:-30], "cut off in the middle of a line"),
        (lambda text: text[: text.rindex(b'["end"')], "does not say how the session ended"),
        (lambda text: text.replace(b'"fakedocker session",1,', b'"fakedocker session",2,'), "its format is 2"),
        (lambda text: text.replace(f'"{program_version()}"'.encode(), b'"9.9"'), "made by fakedocker 9.9"),
        (lambda text: text.replace(b'["line",', b'["lime",', 1), "is damaged"),
        (lambda text: head(text) + b'["line",-5,"ls","",24,80]\n["end",0,0]\n', "time does not go backwards"),
        (lambda text: head(text) + b'["end",0,0]\n["line",5,"ls","",24,80]\n', "after the end of the session"),
        (lambda text: head(text) + b'["keys",5,"",24,80]\n["end",0,0]\n', "no command runs"),
        (lambda text: head(text) + b'["line",0,"ls",' + b"[" * 100_000 + b"\n", "is damaged"),
        (lambda text: b"# fakedocker 0.1\n# nothing\n", "it holds no session"),
        (lambda text: b'["fakedocker session",1,"x",{}]\n', "no journal of a session"),
    ],
)  # fmt: skip
def test_what_is_not_whole_is_refused(
    change: object, words: str, journal: bytes, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "session"
    path.write_bytes(change(journal))  # type: ignore[operator]
    assert main(["replay", str(path)]) == 2
    shown = capfd.readouterr()
    assert words in shown.err
    assert shown.err.count("\n") == 1
    assert "tick" not in shown.out


def test_a_journal_that_was_cut_plays_as_far_as_it_goes(journal: bytes, tmp_path: Path) -> None:
    path = tmp_path / "session"
    path.write_bytes(journal[: len(journal) // 2])
    assert main(["replay", "--cut", str(path)]) == 0
    with pytest.raises(JournalProblem):
        session_journal.read(path.read_bytes(), program_version())


def test_a_session_that_is_killed_leaves_its_journal(tmp_path: Path) -> None:
    path = tmp_path / "session"
    command = [sys.executable, "-m", "fakedocker_shell", "--journal", str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None and process.stdout is not None
        process.stdin.write(b"echo one\ndocker run --rm alpine echo two\nread x; echo $x\n")
        process.stdin.flush()
        assert process.stdout.readline() == b"one\n"
        assert process.stdout.readline() == b"two\n"
        process.kill()
    again = [sys.executable, "-m", "fakedocker_shell", "replay", "--cut", str(path)]
    done = subprocess.run(again, capture_output=True, timeout=300, check=True)
    assert done.stdout.startswith(b"one\n")


@pytest.mark.parametrize(
    ("arguments", "given"),
    [
        (["-c", "docker run --rm alpine echo $1 $0; exit 3", "name", "word"], ""),
        (["-"], "docker run -i --rm alpine cat\nfed\n"),
    ],
)
def test_what_is_run_with_pipes_plays_again(arguments: list[str], given: str, tmp_path: Path) -> None:
    path = tmp_path / "journal"
    command = [sys.executable, "-m", "fakedocker_shell", "--seed", "4", "--journal", str(path), *arguments]
    first = subprocess.run(
        command, input=given.encode(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=300, check=False
    )
    again = subprocess.run(
        [sys.executable, "-m", "fakedocker_shell", "replay", str(path)],
        capture_output=True,
        timeout=300,
        check=False,
    )
    assert again.stdout == first.stdout
    assert (again.returncode, again.stderr) == (0, b"")
    refused = subprocess.run(command, capture_output=True, timeout=300, check=False, text=True)
    assert (refused.returncode, refused.stderr.partition("\n")[0]) == (2, f"fakedocker: {path}: File exists")


def test_a_report_is_a_journal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal(tmp_path)
    terminal.run("echo before")

    def fail(*_: object) -> None:
        raise RuntimeError("a bug")

    with monkeypatch.context() as patched:
        patched.setattr(type(terminal.console.session), "execute", fail)
        terminal.run("echo broken")
    report = terminal.reports()[0]
    assert "# RuntimeError: a bug" in report and "fakedocker replay --cut FILE" in report
    begun, entries = session_journal.read(report.encode(), program_version(), allow_cut=True)
    shown = bytearray()
    replaying.play(begun, entries, shown.extend)
    assert shown.endswith(b"before\r\nbroken\r\n")
