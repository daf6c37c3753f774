"""A session of the terminal is its inputs: its engine's journal, played again, gives the same bytes and the same world."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from fakedocker.engine.inflight import TimeMode
from fakedocker.engine.replay import replay
from fakedocker_shell.repl.foreground import Foreground
from fakedocker_shell.repl.interaction import Typed
from fakedocker_shell.repl.tty import drive
from fakedocker_shell.session import STREAM, Session, make_engine
from helpers.repl_screen import TypedScreen

LINES: Sequence[tuple[str, tuple[bytes, ...]]] = (
    ("docker pull -q alpine; docker run -d --name box alpine sh -c 'while :; do echo tick $RANDOM; sleep 1; done'", ()),
    ("docker logs -f box & docker events > events &", ()),
    ("sleep 3; docker stop -t 1 box & for i in 1 2 3; do docker ps -a; done", ()),
    ("while :; do :; done & sleep 2; kill $!; docker start box", ()),
    ("docker run -it --rm alpine sh", (b"echo in a container\r", b"cat /etc/passwd | head -3\r", b"exit\r")),
    ("printf 'FROM alpine\\nRUN echo built > /x\\n' | docker build -t made -", ()),
    ("docker logs -f box", (b"\x03",)),
    ("vi file", (b"i", b"text in vi\x1b", b":wq\r")),
    ("cat file; kill $(jobs -p); wait; cat events | wc -l", ()),
)


class Host:
    """A terminal on a host, and what it has shown."""

    def __init__(self, mode: TimeMode) -> None:
        self.screen = TypedScreen()
        self.engine, clients = make_engine(seed=5, mode=mode)
        self.session = Session(self.engine, self._output, self.screen.size())
        self.foreground = Foreground(self.session, self.screen.now_ns)
        clients.observe = self.foreground.begun
        self.session.run_fed()

    def _output(self, fd: int, data: bytes) -> None:
        self.screen.write(data)
        self.foreground.pacer.on_output()

    def type(self, line: str, *keys: bytes) -> None:
        """Run a line, with what is typed meanwhile, and let a while pass after it."""
        self.screen.keys = list(keys)
        self.foreground.see(Typed(b"", self.screen.size(), self.screen.now_ns))
        drive(self.foreground.run(line), self.screen, lambda: self.screen.now_ns)
        self.screen.now_ns += 1_500_000_000

    def check(self) -> None:
        """Play the journal again on a new engine."""
        while self.engine.turn():
            continue
        again, _ = make_engine(seed=5, mode=self.engine.mode)
        shown = bytearray()
        again.observe(("bytes", STREAM), lambda value: shown.extend(value[1]))
        replay(again, self.engine.journal)
        assert shown == self.screen.written
        assert again.now_ns == self.engine.now_ns
        assert list(again.world.containers) == list(self.engine.world.containers)


@pytest.mark.parametrize("mode", [TimeMode.LEAP, TimeMode.WALL])
def test_a_terminal_plays_again(mode: TimeMode) -> None:
    host = Host(mode)
    for line, keys in LINES:
        host.screen.dimensions = (24, 100 + len(line))
        host.type(line, *keys)
    assert b"in a container" in host.screen.written and b"text in vi" in host.screen.written
    host.check()


def test_going_back_is_an_input_too() -> None:
    host = Host(TimeMode.LEAP)
    for line, _ in LINES[:2]:
        host.type(line)
    moment = host.engine.snapshot()
    host.type("docker rm -f box")
    host.engine.restore(moment)
    host.type("wait; docker ps; echo $?")
    assert b"unexpected EOF" in host.screen.written
    host.check()


def test_a_script_plays_again() -> None:
    shown = bytearray()
    engine, _ = make_engine(seed=5)
    session = Session(engine, lambda fd, data: shown.extend(data))
    session.run_command("\n".join(line for line, keys in LINES if not keys), "script")
    session.run_to_end(lambda: b"")
    assert b"tick" in shown
    again, _ = make_engine(seed=5)
    repeated = bytearray()
    again.observe(("bytes", STREAM), lambda value: repeated.extend(value[1]))
    replay(again, engine.journal)
    assert repeated == shown
