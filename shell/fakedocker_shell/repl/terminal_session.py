"""What a session has on its table, whoever shows it: the engine, the shell, the worlds to go back to, what was run so
far.

The terminal's own commands (`meta`) work on a terminal. The interactive terminal is one with a screen (`console`), and
what plays scenarios is one without (`scenarios.player`). It must not know screens.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from fakedocker.base.profiles import DEFAULT
from fakedocker.engine.inflight import Exchange, TimeMode
from fakedocker.userland.sh.machine import Shell
from fakedocker.world.world import Event, World
from fakedocker_shell.repl.history import Moment, Ran, changes_files, changes_host_files, is_change, is_exec
from fakedocker_shell.repl.interaction import Interaction, Look
from fakedocker_shell.repl.timeline import Timeline, differs
from fakedocker_shell.session import Output, Session, make_engine

if TYPE_CHECKING:
    from fakedocker.host_dir import Shown
    from fakedocker_shell.repl.recorder import Recorder
    from fakedocker_shell.scenarios.course import Course
    from fakedocker_shell.scenarios.lesson import Lesson

WAIT_STEP_NS = 10_000_000_000
"""How much virtual time passes in `wait` between two looks at whether it is to end early."""
_KEPT_EXCHANGES = 1000
_FLEETING_VARIABLES = frozenset({"_", "PIPESTATUS", "LINENO", "RANDOM", "SECONDS", "BASH_COMMAND"})


def memory(shell: Shell | None) -> tuple[object, ...]:
    """What of a shell's memory counts as changed by a command; $_ and its like change with each."""
    if shell is None:
        return ()
    variables = {name: value for name, value in shell.variables.items() if name not in _FLEETING_VARIABLES}
    return variables, shell.functions, shell.aliases, shell.options, shell.exports, shell.traps


class TerminalSession:
    """See the module's docstring.

    Args:
        output: gets what the shell and its commands write.
        terminal: rows and columns of a terminal, None for pipes.
        world: where it starts; a new one made from the seed unless given.
        environment: of the real machine; none of it shows inside.
        profile: which Docker a new world is.
        date: the day it begins on, "" for the usual one.
        assume: whether what fails only because it is not simulated is taken to have worked.
        storage: in which store a new world keeps its images, "" for the profile's own.
    """

    def __init__(
        self,
        output: Output,
        mode: TimeMode,
        terminal: tuple[int, int] | None = None,
        seed: int = 0,
        world: World | None = None,
        environment: Mapping[str, str] | None = None,
        profile: str = DEFAULT,
        date: str = "",
        assume: bool = False,
        storage: str = "",
    ) -> None:
        self.environment: Mapping[str, str] = environment or {}
        self.engine, clients = make_engine(
            seed, mode, world, profile=profile, date=date, assume=assume, storage=storage
        )
        self.engine.journaling = False
        clients.observe = self._begun
        clients.on_start = self._docker_started
        clients.on_end = self._docker_ended
        self.session = Session(self.engine, output, terminal)
        self.ran: tuple[Ran, ...] = ()
        """What was run until the present state; going back takes it back."""
        self.files = Path()
        """Where files are written that somebody asks for."""
        self.folders: Sequence[Shown] = ()
        """Of the real machine, shown before each command and written to after it."""
        self.address = ""
        """Of the page that shows it, "" for none: what a link begins with."""
        self.course: Course | None = None
        """Whose lessons there are; None for those that come with the program, and files."""
        self.lesson: Lesson | None = None
        self.recorder: Recorder | None = None
        self.open_shell()
        self.timeline = Timeline(self.moment())
        self.explaining = False
        self.diffing = False
        self.paging = False
        self.status = 0
        """Of the last command, as the prompt shows it."""
        self.last_output = b""
        self.last_command = ""
        self.last_status = 0
        self.marked = 0
        """How many boundaries of the simulation had been met before the last command."""
        self.exchanges: deque[Exchange] = deque(maxlen=_KEPT_EXCHANGES)
        self._docker_commands: list[tuple[str, ...]] = []
        self._failed_clients: set[str] = set()

    @property
    def columns(self) -> int:
        """How wide drawings may be."""
        return 80

    def announce(self, text: str, attributes: str = "1") -> None:
        """Show words that are to be read, the first line with a terminal's attributes; nobody sees them here."""

    def open_shell(self) -> None:
        """Start a shell on the host, and let it get ready."""
        self.session.run_fed()
        while self.engine.turn():
            continue

    def see(self, folders: Sequence[Shown]) -> None:
        """Let the simulation see folders of the real machine."""
        self.folders = folders
        for folder in folders:
            folder.show(self.engine)
            self.engine.on_restore.append(folder.forget)
        self.timeline = Timeline(self.moment())

    def moment(self) -> Moment:
        """The present, to be given back to `restore`. Constant time."""
        return Moment(self.engine.snapshot(), self.ran)

    def restore(self, moment: Moment) -> None:
        """Put another state in place of the present one."""
        self.engine.restore(moment.world)
        self.ran = moment.ran
        self.timeline.go_on_from(moment)
        shell = self.session.shell
        self.status = shell.last_status if shell is not None else 0

    def begin(self, world: World) -> None:
        """Go on in another world, with a new shell; there is no way back to what was before."""
        self.engine.restore(world)
        self.ran = ()
        self.open_shell()
        self.keep_pace()
        self.status = self.last_status = 0
        self.last_output, self.last_command = b"", ""
        self.marked = world.kernel.marked
        self.timeline = Timeline(self.moment())

    def wait(self, duration_ns: int) -> Interaction[list[Event]]:
        """Let virtual time pass, as long as nobody presses Ctrl-C; gives the events on the way."""
        engine = self.engine
        first = engine.world.events.end
        target_ns = engine.now_ns + duration_ns
        while engine.now_ns < target_ns and b"\x03" not in (yield Look(0.0)).keys:
            due_ns = engine.draft.kernel.next_timer_ns()
            quiet_ns = target_ns if due_ns is None else max(due_ns, engine.now_ns + WAIT_STEP_NS)
            engine.advance(min(target_ns, quiet_ns))
            while engine.turn():
                continue
        return engine.world.events.entries(first)

    def keep_pace(self) -> None:
        """Time has been moved, or moves otherwise from now on: for whoever keeps pace with the wall."""

    # what a command did

    @contextmanager
    def noting(self, text: str) -> Iterator[None]:
        """Note what a command of the shell's does that is run within."""
        for folder in self.folders:
            folder.show(self.engine)
        before, memory_before = self.moment(), memory(self.session.shell)
        self.exchanges.clear()
        self._docker_commands.clear()
        self._failed_clients.clear()
        self.last_output, self.last_command = b"", text
        self.marked = before.world.kernel.marked
        yield
        for folder in self.folders:
            folder.take_back(self.engine)
        shell, status = self.session.shell, self.session.status
        self.status = self.last_status = (status or 0) if shell is None else shell.last_status
        after = self.engine.snapshot()
        if differs(before.world, after) or memory_before != memory(shell):
            self.timeline.push(text, before)
        self.ran = (*self.ran, Ran(text, tuple(self._docker_commands), self.status, self._counts(before.world, after)))
        self.timeline.mark(self.moment())

    def _counts(self, before: World, after: World) -> int:
        """How many commands it counts as: each docker command that changed something; what only looks counts for nothing."""
        changing = {exchange.request.client for exchange in self.exchanges if is_change(exchange)}
        count = len(changing - self._failed_clients)
        if count or self.status:
            return count
        runs_inside = any(map(is_exec, self.exchanges))
        changes_inside = (runs_inside or not self.exchanges) and changes_files(before, after)
        return int(changes_inside or changes_host_files(before, after))

    def _begun(self, exchange: Exchange) -> None:
        self.exchanges.append(exchange)

    def _docker_ended(self, client: str, status: int) -> None:
        if status:
            self._failed_clients.add(client)

    def _docker_started(self, words: tuple[str, ...]) -> None:
        self._docker_commands.append(words)
