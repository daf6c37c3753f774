"""A session on the simulated host: an engine, a shell process on its machine, and the bytes between them and the
outside.

Scripts, `-c` and the interactive terminal all are sessions; they differ in who feeds the shell and how time passes.
Sessions do no real I/O: output goes to a function, input comes from one.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any, Final

from msgspec.structs import replace

from fakedocker import plugins
from fakedocker.api.inside import serve_inside
from fakedocker.base import clock
from fakedocker.base.clock import SECOND_NS
from fakedocker.base.profiles import DEFAULT
from fakedocker.engine.engine import Engine
from fakedocker.engine.inflight import Exchange, Stream, TimeMode
from fakedocker.kernel.program import Body, Identity, System
from fakedocker.kernel.programs import MakeBody
from fakedocker.kernel.utility import Utility
from fakedocker.operations.system import initial_world
from fakedocker.userland import PROGRAMS, body_of as userland_body_of
from fakedocker.userland.sh.machine import Shell
from fakedocker.wire.http import Reply
from fakedocker.world.draft import Draft
from fakedocker.world.world import World
from fakedocker_shell import host, terminal_inputs
from fakedocker_shell.host_clients import PROGRAM, HostClients, HostContext

STREAM = "host-session"
SCRIPT_HORIZON_NS = 3 * 366 * 24 * 3600 * SECOND_NS
SCRIPT_JUMPS = 1_000_000
"""How long a script may wait between two reads of its input, in virtual time and in jumps of the clock."""
Output = Callable[[int, bytes], None]

_OWN_MODULE: Final = "fakedocker_shell.checking.on_host"
"""By name, as programs are: it makes engines itself, with what stands here."""


async def _docker(context: HostContext, argv: tuple[str, ...]) -> int:
    from fakedocker_shell.cli.main import docker  # the command line is imported when somebody uses it

    if argv[0].rpartition("/")[2] != host.COMPOSE:
        return await docker(context, argv[1:])
    words = ("version",) if argv[1:] in (("--version",), ("-v",)) else argv[1:]
    return await docker(context, ("compose", *words))


def _handle(engine: Engine, draft: Draft, exchange: Exchange) -> Reply | Stream:
    from fakedocker.api.routes import handle  # a tenth of the time until the first prompt, which can do without it

    return handle(engine, draft, exchange)


def new_world(
    seed: int = 0, now_ns: int | None = None, profile: str = DEFAULT, date: str = "", storage: str = ""
) -> World:
    """A host that has just been installed; `now_ns` is what its clock shows, `date` the day it begins on.

    Raises ValueError for a profile or a store that is not there.
    """
    start_ns = clock.morning_of(date) if date else now_ns
    return initial_world.create(seed, start_ns, host_tree=host.tree(PROGRAMS), profile=profile, storage=storage)


def make_engine(
    seed: int = 0,
    mode: TimeMode = TimeMode.FAST,
    world: World | None = None,
    check: bool = False,
    profile: str = DEFAULT,
    date: str = "",
    assume: bool = False,
    storage: str = "",
) -> tuple[Engine, HostClients]:
    """An engine whose host has a shell, utilities and the docker command.

    Args:
        world: where it starts; a new one made from the seed unless given.
        profile: which Docker a new one is.
        date: the day on which a new one begins, as YYYY-MM-DD; "" for the usual one.
        assume: whether in a new one what fails only because it is not simulated is taken to have worked.
        storage: in which store a new one keeps its images, "" for the profile's own.
    """
    plugins.offer()
    clients = HostClients(_docker)
    programs = {**PROGRAMS, PROGRAM: clients.run, host.OWN: _own}
    start = world
    if start is None:
        start = replace(new_world(seed, profile=profile, date=date, storage=storage), assume=assume)

    def fork(world: World, mode: TimeMode) -> Engine:
        return make_engine(mode=mode, world=world, check=check)[0]

    engine = Engine(start, _handle, programs, _body_of, mode, check, terminal_inputs.CHANGES, fork)
    clients.serve(engine)
    serve_inside(engine)
    return engine, clients


def _body_of(identity: Identity) -> MakeBody | None:
    if identity.family == host.DOCKER_FAMILY:
        return _make_own if identity.name == host.OWN else _make_docker
    return userland_body_of(identity)


def _make_own(identity: Identity, argv: tuple[str, ...]) -> Body:
    return Utility(host.OWN)


def _own(system: System, argv: tuple[str, ...], state: dict[str, Any]) -> int:  # Any: the memory of a utility
    status: int = import_module(_OWN_MODULE).run(system, argv, state)
    return status


def _make_docker(identity: Identity, argv: tuple[str, ...]) -> Body:
    return Utility(PROGRAM)


class Session:
    """One shell on the host.

    Args:
        output: gets what the shell and its commands write: descriptor (1 or 2) and bytes.
        terminal: rows and columns of a terminal, None for pipes.
        stream: tells sessions apart that share a world.
    """

    def __init__(
        self, engine: Engine, output: Output, terminal: tuple[int, int] | None = None, stream: str = STREAM
    ) -> None:
        self.engine = engine
        self._terminal = terminal
        self._stream = stream
        self.status: int | None = None
        self.pid = 0
        engine.observe(("bytes", stream), lambda value: output(value[0], value[1]))

    def run_command(self, source: str, name: str = "fakedocker", parameters: tuple[str, ...] = ()) -> None:
        """Start a shell for a string of commands."""
        self._start("command", source, name, parameters)

    def run_script(self, path: str, data: bytes, parameters: tuple[str, ...] = ()) -> None:
        """Put a script on the host and start a shell for it.

        Args:
            path: where it is on the host; relative to the directory that scripts run in.
        """
        self.engine.change("host script", (path, data))
        self._start("script", path, parameters=parameters)

    def run_input(self) -> None:
        """Start a shell that reads its commands from what is fed."""
        self._start("input")

    def run_fed(self) -> None:
        """Start a shell that is given one complete command after the other, see `execute`."""
        self._start("fed")

    def _start(self, kind: str, source: str = "", name: str = "bash", parameters: tuple[str, ...] = ()) -> None:
        self.engine.observe(("exited", self.pid), None)
        self.status = None
        given = terminal_inputs.Start(self._stream, kind, source, name, parameters, self._terminal)
        self.pid = self.engine.change("host start", given)
        self.engine.observe(("exited", self.pid), self._ended)

    def _ended(self, status: int) -> None:
        self.status = status

    @property
    def shell(self) -> Shell | None:
        """The shell's body; None when it has ended."""
        process = self.engine.draft.kernel_draft.processes.get(self.pid)
        return process.body if process is not None and isinstance(process.body, Shell) else None

    @property
    def is_idle(self) -> bool:
        """Whether a fed shell waits for its next command."""
        shell = self.shell
        return shell is None or (shell.idle and not shell.fed)

    def execute(self, source: str) -> None:
        """Give a fed shell one complete command."""
        self.engine.change("host line", (self.pid, source))

    @property
    def reads_input(self) -> bool:
        """Whether some process sleeps until it is fed."""
        return self.engine.draft.kernel.is_reading(self._stream)

    @property
    def input_room(self) -> int:
        """How many bytes may be fed before somebody reads."""
        return self.engine.draft.kernel.room(self._stream)

    @property
    def is_cooked(self) -> bool:
        """Whether the terminal, if there is one, edits lines and echoes; programs that take it over change that."""
        terminal = self.engine.draft.kernel_draft.terminals.get(self._stream)
        return terminal is None or bool(terminal.modes["canonical"])

    def feed(self, data: bytes) -> None:
        """Bytes typed, or from standard input. What a terminal echoes is shown at the next turn."""
        self.engine.change("host keys", (self._stream, data))

    def take_unread(self) -> bytes:
        """What was typed and nobody has read: the next reader's, here whoever asks for the next command."""
        unread: bytes = self.engine.change("host unread", self._stream)
        return unread

    def hang_up(self) -> None:
        """Standard input is at its end."""
        self.engine.change("host end", self._stream)

    @property
    def terminal_size(self) -> tuple[int, int]:
        """(rows, columns); (0, 0) without a terminal."""
        return self._terminal or (0, 0)

    def resize(self, rows: int, columns: int) -> None:
        self._terminal = (rows, columns)
        self.engine.change("host size", (self._stream, rows, columns))

    def run_to_end(
        self, read_input: Callable[[], bytes], horizon_ns: int = SCRIPT_HORIZON_NS, jumps: int = SCRIPT_JUMPS
    ) -> int:
        """Drive until the shell has ended.

        Args:
            read_input: gives the next bytes of standard input when a process asks for them, b"" at the end.
            horizon_ns, jumps: how long it may wait between two reads, in virtual time and in jumps of the clock.

        Raises:
            WaitCannotEnd, WaitTooLong: a script waits for what never comes.
        """
        wants_input = True
        while self.status is None:
            done = self._has_stopped if wants_input else self._has_ended
            self.engine.drive(done, "the script", horizon_ns, jumps)
            if self.status is None:
                data = read_input()
                if data:
                    self.feed(data)
                else:
                    wants_input = False
                    self.hang_up()
        return self.status

    def _has_ended(self) -> bool:
        return self.status is not None

    def _has_stopped(self) -> bool:
        """Whether nothing more happens without input."""
        return self.status is not None or self.reads_input
