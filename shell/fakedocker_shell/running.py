"""`fakedocker -c`, `fakedocker FILE` and commands on standard input: a session from its beginning to its end.

With pipes time is fast; on a terminal the session has a simulated one, and time that leaps, as at the prompt.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from fakedocker.operations.system import initial_world
from fakedocker_shell.repl import state_directory
from fakedocker_shell.repl.session_journal import VERSION, Begin, SessionJournal, checked_sum
from fakedocker_shell.session import Session, make_engine

if TYPE_CHECKING:
    from fakedocker.host_dir import Shown
    from fakedocker_shell.repl.interaction import Interaction
    from fakedocker_shell.repl.screen import Screen

READ_BYTES = 65536
Folders = Sequence["Shown"]


def begin(
    seed: int, profile: str, date: str, assume: bool, start: str, source: str, name: str, parameters: Sequence[str],
    script: bytes, storage: str = "",
) -> Begin:  # fmt: skip
    """What is to be run; see `session_journal.Begin`."""
    program = state_directory.program_version()
    return Begin(
        VERSION,
        program,
        seed,
        start,
        source,
        name,
        tuple(parameters),
        script,
        profile=profile,
        date=date or initial_world.DEFAULT_START[:10],
        assume=assume,
        storage=storage,
    )


def start(session: Session, begun: Begin) -> None:
    """Start a session's shell as it was begun."""
    if begun.start == "command":
        session.run_command(begun.source, begun.name, begun.parameters)
    elif begun.start == "script":
        session.run_script(begun.source, begun.script, begun.parameters)
    else:
        session.run_input()


def run(begun: Begin, folders: Folders, journal: str = "") -> int:
    """Run it; gives the exit status. An error of ours is one line on standard error and status 70.

    Args:
        folders: of the real machine, seen as they are at the beginning and written to at the end.
        journal: a file that is made and gets the session's journal; "" for none.

    Raises:
        OSError: the journal's file is there already, or cannot be made.
    """
    screen = None
    if all(stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr)):
        from fakedocker_shell.repl.screen import RealScreen

        screen = RealScreen.of_process()
    with contextlib.ExitStack() as open_files:
        write = open_files.enter_context(open(journal, "xb", buffering=0)).write if journal else None
        running = Running(begun if screen is None else replace(begun, size=screen.size()), write)
        try:
            if screen is None:
                status, faults = _with_real_pipes(running, folders)
            else:
                status, faults = _on_real_terminal(running, screen, folders)
        except KeyboardInterrupt:
            return 130
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
            return 141
        except Exception:
            import traceback

            return _our_error(traceback.format_exc(), running)
        return _our_error("\n".join(faults), running) if faults else status


def _our_error(problem: str, running: Running) -> int:
    report = state_directory.write_report(os.environ, problem, [running.what], running.journal.text())
    sys.stderr.write(state_directory.told(report, world_is_kept=False) + "\n")
    return state_directory.ERROR_STATUS


class Running:
    """A session that runs, and what is kept of it.

    Args:
        write: adds to the journal's file, if there is one.
    """

    def __init__(self, begun: Begin, write: Callable[[bytes], object] | None) -> None:
        self.begun = begun
        self.journal = SessionJournal(begun, write)
        self.shown_sum = 0

    @property
    def what(self) -> str:
        """What is run."""
        told = {"command": self.begun.source, "script": f"the script {self.begun.source}"}
        return told.get(self.begun.start, "standard input")

    def show(self, data: bytes) -> None:
        """Note what is shown."""
        self.shown_sum = checked_sum(data, self.shown_sum)


def with_pipes(
    running: Running, output: Callable[[int, bytes], None], read_input: Callable[[], bytes], folders: Folders = ()
) -> tuple[int, list[str]]:
    """Run a session whose standard streams are pipes.

    Args:
        output: is given what is written: descriptor and bytes.
        read_input: gives the next bytes of standard input, b"" at its end.

    Returns:
        the exit status, and the reports of simulated programs that failed.
    """
    from fakedocker.engine.waiting import WaitCannotEnd, WaitTooLong

    def show(fd: int, data: bytes) -> None:
        running.show(data)
        output(fd, data)

    def read() -> bytes:
        data = read_input()
        running.journal.input(data)
        return data

    engine, _ = make_engine(
        running.begun.seed,
        profile=running.begun.profile,
        date=running.begun.date,
        assume=running.begun.assume,
        storage=running.begun.storage,
    )
    engine.journaling = False
    for folder in folders:
        folder.show(engine)
    session = Session(engine, show)
    start(session, running.begun)
    try:
        status = session.run_to_end(read)
    except (WaitCannotEnd, WaitTooLong) as problem:
        show(2, f"fakedocker: {problem}\n".encode())
        status = 1
    for folder in folders:
        folder.take_back(engine)
    running.journal.end(running.shown_sum, status)
    return status, engine.draft.faults


class OnTerminal:
    """A session on a simulated terminal, as an interaction with whoever sits at the real one.

    Args:
        write: shows bytes as they are.
    """

    def __init__(self, running: Running, write: Callable[[bytes], None], folders: Folders = ()) -> None:
        from fakedocker.engine.inflight import TimeMode
        from fakedocker_shell.repl.foreground import Foreground

        assert running.begun.size is not None
        self._running = running
        self._write = write
        self._folders = folders
        self.engine, clients = make_engine(
            running.begun.seed,
            TimeMode.LEAP,
            profile=running.begun.profile,
            date=running.begun.date,
            assume=running.begun.assume,
            storage=running.begun.storage,
        )
        self.engine.journaling = False
        self._session = Session(self.engine, self._output, running.begun.size)
        self._foreground = Foreground(self._session, 0)
        clients.observe = self._foreground.begun

    def _output(self, fd: int, data: bytes) -> None:
        del fd  # a terminal has one stream
        self._running.show(data)
        self._write(data)
        self._foreground.pacer.on_output()

    def steps(self) -> Interaction[int]:
        """From its beginning to its end; gives the exit status."""
        for folder in self._folders:
            folder.show(self.engine)
        start(self._session, self._running.begun)
        yield from self._foreground.drive(lambda: self._session.status is not None)
        for folder in self._folders:
            folder.take_back(self.engine)
        assert self._session.status is not None
        self._running.journal.end(self._running.shown_sum, self._session.status)
        return self._session.status


def _with_real_pipes(running: Running, folders: Folders) -> tuple[int, list[str]]:
    streams = {1: sys.stdout.buffer, 2: sys.stderr.buffer}

    def output(fd: int, data: bytes) -> None:
        streams[fd].write(data)
        streams[fd].flush()

    return with_pipes(running, output, lambda: os.read(0, READ_BYTES), folders)


def _on_real_terminal(running: Running, screen: Screen, folders: Folders) -> tuple[int, list[str]]:
    import time

    from fakedocker_shell.repl.tty import drive, whole_milliseconds

    terminal = OnTerminal(running, screen.write, folders)
    clock = whole_milliseconds(time.monotonic_ns)
    return drive(terminal.steps(), screen, clock, running.journal), terminal.engine.draft.faults
