"""Interactive shells on a terminal: what comes out for what is typed."""

from __future__ import annotations

from helpers.userland_world import Machine

PROMPT = "/ # \x1b[6n"


class Session:
    """A shell on a terminal of 24 by 120."""

    def __init__(self, shell: str) -> None:
        self.machine = Machine()
        self.pid, self.stream = self.machine.start(shell, terminal=True)
        self.seen = 0
        self.banner = self.collect()

    def collect(self) -> str:
        self.machine.settle(self.pid, seconds=3)
        output = self.machine.output.get(f"{self.stream}/1", b"")
        new, self.seen = output[self.seen :], len(output)
        return new.decode()

    def type(self, text: str) -> str:
        self.machine.kernel.feed(self.stream, text.encode())
        return self.collect()


def test_the_recorded_session() -> None:
    session = Session("sh")
    banner = "\r\n\r\nBusyBox v1.35.0 built-in shell (ash)\r\nEnter 'help' for a list of built-in commands.\r\n\r\n"
    assert session.banner == banner + PROMPT
    assert session.type("echo hi\n") == f"echo hi\r\nhi\r\n{PROMPT}"
    assert session.type("ls /etc/pass\t\n") == f"ls /etc/pass\r/ # ls /etc/passwd \x1b[J\r\n/etc/passwd\r\n{PROMPT}"
    assert session.type("sleep 100\n") == "sleep 100\r\n"
    assert session.type("\x03") == f"^C\r\n{PROMPT}"
    assert session.type("echo $?\n") == f"echo $?\r\n130\r\n{PROMPT}"
    assert session.type("tty; stty size\n") == f"tty; stty size\r\n/dev/pts/0\r\n24 120\r\n{PROMPT}"
    assert session.type("exit 3\n") == "exit 3\r\n"
    assert session.machine.exited[session.pid] == 3


def test_ctrl_d_on_an_empty_line_ends_the_shell() -> None:
    session = Session("sh")
    assert session.type("\x04") == "\r\n"
    assert session.machine.exited[session.pid] == 0


def test_job_control() -> None:
    session = Session("sh")
    session.type("sleep 50\n")
    stopped = "[1]+  Stopped                    sleep 50\r\n"
    assert session.type("\x1a") == f"^Z\r\n{stopped}{PROMPT}"
    assert session.type("jobs\n") == f"jobs\r\n{stopped}{PROMPT}"
    assert session.type("fg\n") == "fg\r\nsleep 50\r\n"
    assert session.type("\x03") == f"^C\r\n{PROMPT}"


def test_an_interrupted_job_takes_the_rest_of_the_command_with_it() -> None:
    for shell in ("sh", "bash"):
        session = Session(shell)
        assert session.type("while true; do echo turn; sleep 100; done; echo after\n").endswith("turn\r\n")
        ended = session.type("\x03")
        assert ended.startswith("^C\r\n")
        assert "turn" not in ended and "after" not in ended
        assert "130\r\n" in session.type("echo $?\n")


def test_a_program_reads_the_terminal_in_the_foreground() -> None:
    session = Session("sh")
    session.type("cat\n")
    assert session.type("x\n") == "x\r\nx\r\n"
    assert session.type("\x04") == PROMPT


def test_history_editing_and_continuation() -> None:
    session = Session("sh")
    assert session.type("echo ab\x7fc\n").endswith(f"\r\nac\r\n{PROMPT}")
    assert session.type("\x1b[A\n") == f"\r/ # echo ac\x1b[J\r\nac\r\n{PROMPT}"
    assert session.type("xyz\x15echo 1\n").endswith(f"\r\n1\r\n{PROMPT}")
    assert session.type("for i in 1 2\n") == "for i in 1 2\r\n> \x1b[6n"
    assert session.type("do echo $i; done\n") == f"do echo $i; done\r\n1\r\n2\r\n{PROMPT}"


def test_a_window_that_changes_redraws_the_line() -> None:
    session = Session("sh")
    session.type("ech")
    session.machine.kernel.resize(session.stream, 30, 100)
    assert session.collect() == "\r/ # ech\x1b[J"


def test_bash_prompts_with_user_and_host() -> None:
    session = Session("bash")
    assert session.banner == "\x1b[?2004hroot@box:/# "
    assert session.type("nosuch\n").startswith("nosuch\r\n\x1b[?2004l\rbash: nosuch: command not found\r\n")
    assert session.type("exit 4\n") == "exit 4\r\n\x1b[?2004l\rexit\r\n"
    assert session.machine.exited[session.pid] == 4


def test_commands_are_read_from_a_pipe_one_at_a_time() -> None:
    source = b'echo a\nread x\ndata\necho "[$x]"\nif true\nthen echo b\nfi\n'
    assert Machine().run("sh", stdin=source) == ("a\n[data]\nb\n", "", 0)
