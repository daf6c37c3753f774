"""The `docker` of the shim: sends its arguments to an engine that runs already, and shows what comes back.

It is copied as it stands into the folder of the shim and run by Python without `site`, so that it starts in a few
milliseconds. Hence the modules in C below those with the usual names, which take longer to import than a command does;
what only the first command needs is imported there.
"""

from __future__ import annotations

import _signal
import _socket
import os
import select
import sys

TYPE_CHECKING = False  # as the module `typing` has it, which takes long to import
if TYPE_CHECKING:
    from typing import Any

READ_BYTES = 65536
PATIENCE_SECONDS = 60
CAUGHT = ("INT", "TERM", "QUIT", "HUP", "WINCH", "USR1", "USR2", "CONT")
SIMULATED = "fakedocker: this docker is simulated; its engine has been started (fakedocker shim status %s)\n"


class Gone(Exception):
    """The engine has ended the connection before it took the command."""


def main(folder: str, python: str, argv: list[str]) -> int:
    """Run one command.

    Args:
        folder: with the engine's socket.
        python: what starts the engine.
        argv: name and arguments.
    """
    _signal.signal(_signal.SIGINT, _signal.SIG_DFL)
    _signal.signal(_signal.SIGPIPE, _signal.SIG_DFL)
    arguments = argv[1:]
    if os.path.basename(argv[0]) == "docker-compose":
        arguments.insert(0, "compose")
    for _ in range(5):
        connection = connect(folder)
        if connection is None:
            started = start(folder, python)
            if started is None:
                return 1
            connection = started
        try:
            return Command(connection).run(arguments)
        except Gone:
            connection.close()
    say(f"fakedocker: the engine does not take the command; see {folder}/engine.log\n")
    return 1


def say(text: str) -> None:
    """On standard error."""
    os.write(2, text.encode("utf-8", "surrogateescape"))


def connect(folder: str) -> _socket.socket | None:
    """A connection, None where nobody listens."""
    connection = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM)
    try:
        connection.connect(os.path.join(folder, "command.sock"))
    except OSError:
        connection.close()
        return None
    return connection


def start(folder: str, python: str) -> _socket.socket | None:
    """Start the engine, once however many ask for it at the same time; None where it cannot be, which is said."""
    import fcntl
    import subprocess
    import time

    with open(os.path.join(folder, "start.lock"), "a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        end_seconds = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < end_seconds:
            connection = connect(folder)
            if connection is not None:
                return connection
            ready, told = os.pipe()
            command = [python, "-m", "fakedocker_shell.shim.engine", folder, str(told)]
            with open(os.path.join(folder, "engine.log"), "wb") as log:
                process = subprocess.Popen(
                    command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, pass_fds=[told], start_new_session=True
                )
            os.close(told)
            waiting = select.poll()
            waiting.register(ready, select.POLLIN)
            is_ready = bool(waiting.poll(PATIENCE_SECONDS * 1000)) and os.read(ready, 1) == b"1"
            os.close(ready)
            if is_ready:
                say(SIMULATED % os.path.dirname(folder))
            elif process.wait(PATIENCE_SECONDS) != 75:  # 75: another engine is about to have the folder, or to leave it
                break
            else:
                time.sleep(0.05)
    with open(os.path.join(folder, "engine.log"), "rb") as log:
        say(f"fakedocker: the engine could not be started\n{os.fsdecode(log.read()[-2000:])}")
    return None


def frame(kind: bytes, payload: bytes = b"") -> bytes:
    """As `frames.pack`."""
    return kind + len(payload).to_bytes(4, "big") + payload


class Command:
    """A command that the engine runs for this process.

    Args:
        connection: to the engine.
    """

    def __init__(self, connection: _socket.socket) -> None:
        self.connection = connection
        self.received = b""
        self.is_taken = False
        self.wants_input = False
        self.mode_before: list[Any] | None = None  # as termios has it
        self.wake = -1
        self.signals: list[str] = []

    def run(self, arguments: list[str]) -> int:
        """To its end; gives its exit status. Raises Gone."""
        self.send(b"H", hello(arguments))
        try:
            while True:
                waiting = select.poll()
                waiting.register(self.connection.fileno(), select.POLLIN)
                if self.wants_input:
                    waiting.register(0, select.POLLIN)
                if self.wake >= 0:
                    waiting.register(self.wake, select.POLLIN)
                ready = [descriptor for descriptor, _ in waiting.poll()]
                if self.wake in ready:
                    os.read(self.wake, READ_BYTES)
                    self.tell_signals()
                if 0 in ready and self.wants_input:
                    self.give_input()
                if self.connection.fileno() in ready:
                    status = self.hear()
                    if status is not None:
                        return status
        finally:
            self.set_raw(False)

    def send(self, kind: bytes, payload: bytes = b"") -> None:
        try:
            self.connection.sendall(frame(kind, payload), _socket.MSG_NOSIGNAL)
        except OSError:  # what the engine has said before it went is read yet
            return

    def give_input(self) -> None:
        self.wants_input = False
        try:
            data = os.read(0, READ_BYTES)
        except OSError:
            data = b""
        self.send(b"D" if data else b"E", data)

    def tell_signals(self) -> None:
        while self.signals:
            name = self.signals.pop(0)
            if name == "WINCH":
                rows, columns = window_size()
                self.send(b"W", rows.to_bytes(2, "big") + columns.to_bytes(2, "big"))
            self.send(b"S", name.encode())

    def hear(self) -> int | None:
        """Do what the engine says; gives the exit status once that has come. Raises Gone."""
        data = self.connection.recv(READ_BYTES)
        if not data:
            if not self.is_taken:
                raise Gone
            say("fakedocker: the engine has ended\n")
            return 1
        self.received += data
        while len(self.received) >= 5:
            length = int.from_bytes(self.received[1:5], "big")
            if len(self.received) < 5 + length:
                return None
            kind, payload = self.received[:1], self.received[5 : 5 + length]
            self.received = self.received[5 + length :]
            if kind == b"X":
                return payload[0]
            self.take(kind, payload)
        return None

    def take(self, kind: bytes, payload: bytes) -> None:
        if kind == b"A":
            self.is_taken = True
        elif kind in (b"O", b"R"):
            while payload:
                payload = payload[os.write(1 if kind == b"O" else 2, payload) :]
        elif kind == b"I":
            self.wants_input = True
        elif kind == b"T":
            self.set_raw(payload == b"1")
        elif kind == b"C" and self.wake < 0:
            self.catch_signals()

    def catch_signals(self) -> None:
        self.wake, write = os.pipe()
        os.set_blocking(write, False)
        _signal.set_wakeup_fd(write, warn_on_full_buffer=False)
        for name in CAUGHT:
            _signal.signal(getattr(_signal, f"SIG{name}"), lambda _, __, name=name: self.signals.append(name))

    def set_raw(self, raw: bool) -> None:
        if raw == (self.mode_before is not None) or not os.isatty(0):
            return
        import termios
        import tty

        if raw:
            self.mode_before = termios.tcgetattr(0)
            tty.setraw(0)
        elif self.mode_before is not None:
            termios.tcsetattr(0, termios.TCSADRAIN, self.mode_before)
            self.mode_before = None


def hello(arguments: list[str]) -> bytes:
    """How this process was started."""
    rows, columns = window_size()
    try:
        directory = os.getcwd()
    except OSError:
        directory = "/"
    terminals = "".join("1" if os.isatty(descriptor) else "0" for descriptor in (0, 1, 2))
    fields = [directory, terminals, str(rows), str(columns), str(len(arguments)), *arguments]
    fields += [f"{name}={value}" for name, value in os.environ.items()]
    return b"\0".join(os.fsencode(field) for field in fields)


def window_size() -> tuple[int, int]:
    """(rows, columns) of the terminal; (0, 0) without one."""
    for descriptor in (1, 0, 2):
        try:
            size = os.get_terminal_size(descriptor)
        except OSError:
            continue
        return size.lines, size.columns
    return 0, 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2], sys.argv[3:]))
