"""What keys do in the terminal while a command runs: signals, redirected input, and errors of the project's own."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from helpers.repl_screen import Terminal


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    return Terminal(tmp_path)


@pytest.mark.parametrize(
    ("command", "shown"),
    [
        ("cat < /etc/hostname", "docker-host\n"),
        ("cat <<X\nfrom here\nX", "from here\n"),
        ("cat <<< word", "word\n"),
        ("wc -l < /etc/hostname > n; cat n", "1\n"),
        ("sleep 1 < /dev/null", ""),
        ("true <&-", ""),
    ],
)
def test_a_job_whose_input_is_redirected_has_the_terminal_all_the_same(
    terminal: Terminal, command: str, shown: str
) -> None:
    assert terminal.run(command) == shown
    assert terminal.status == 0


def test_docker_reads_what_is_redirected(terminal: Terminal) -> None:
    terminal.run("docker pull -q alpine; docker save alpine > a.tar; docker rmi alpine")
    assert terminal.run("docker load < a.tar").endswith("Loaded image: alpine:latest\n")
    assert "naming to docker.io/library/made" in terminal.run("docker build -t made - <<X\nFROM alpine\nX")
    assert terminal.status == 0
    assert "denied" not in terminal.run("docker run --rm -i alpine cat <<X\ninside\nX")
    assert terminal.run("docker run --rm -it alpine sh -c 'cat < /etc/hostname'; echo $?").endswith("\n0\n")


def test_job_control_works_when_input_is_redirected(terminal: Terminal) -> None:
    assert "Stopped" in terminal.run("sh -c 'read word < /dev/tty' < /dev/null", b"\x1a")
    assert "^C" in terminal.run("fg", b"\x03")
    assert terminal.status == 130


@pytest.mark.parametrize(
    ("image", "client"),
    [
        ("redis", "redis-cli"),
        ("mysql", "mysql -psecret"),
        ("postgres", "psql -U postgres"),
        ("mongo", "mongosh"),
        ("alpine", "cat"),
    ],
)
def test_control_c_in_a_program_of_exec_it_is_the_programs_own(terminal: Terminal, image: str, client: str) -> None:
    command = "sleep 1000" if image == "alpine" else ""
    terminal.run(
        f"docker run -d --name it -e MYSQL_ROOT_PASSWORD=secret -e POSTGRES_PASSWORD=secret {image} {command}; sleep 60"
    )
    terminal.run(f"docker exec -it it {client}", b"\x03", b"\x03", b"\x04", b"\x04")
    assert terminal.reports() == []
    assert not terminal.console.ended
    assert terminal.run("echo on") == "on\n"


def test_the_third_control_c_ends_the_client_whatever_it_waits_for(terminal: Terminal) -> None:
    terminal.run("docker pull -q alpine")
    shown = terminal.run("docker run --name deaf alpine sleep 300", b"\x03", b"\x03", b"\x03")
    assert shown == "^C^C^C\ngot 3 SIGTERM/SIGINTs, forcefully exiting\n"
    assert terminal.status == 1
    assert terminal.run("docker ps --format '{{.Names}}'") == "deaf\n"


def test_the_second_control_c_of_compose_kills(terminal: Terminal) -> None:
    terminal.run("printf 'services: {a: {image: alpine, command: sleep 1000, stop_grace_period: 100s}}' > compose.yaml")
    terminal.run("docker compose pull -q; docker compose create")
    shown = terminal.run("docker compose up", b"\x03", b"\x03")
    assert "Gracefully stopping... (press Ctrl+C again to force)" in shown
    assert shown.index("Stopping") < shown.index("Killing") < shown.index("Stopped")
    assert terminal.run("docker ps -q") == ""
    assert "Exited (137)" in terminal.run("docker ps -a")


def test_escape_and_the_next_key_in_one_chunk_are_two_keys_to_vi(terminal: Terminal) -> None:
    terminal.run("vi notes", b"ione\x1botwo\x1b:wq\r")
    assert terminal.run("cat notes") == "one\ntwo\n"


def test_stopped_jobs_keep_the_shell_once(terminal: Terminal) -> None:
    terminal.run("sh -c 'read word < /dev/tty'", b"\x1a")
    assert terminal.run("exit 3") == "exit\nThere are stopped jobs.\n"
    assert not terminal.console.ended
    terminal.run("exit 3")
    assert terminal.console.exit_status == 3


def test_waits_are_told_in_milliseconds(terminal: Terminal) -> None:
    terminal.run("true; sleep 1.23456789")
    assert re.match(r"(?:nothing happened\n)?\S+s have passed", terminal.run(":wait 6m"))
    assert not re.search(r"\.\d{4,}s", terminal.run(":wait 6m"))
