"""The engine: takes inputs, runs turns, gives outputs. No socket, no thread, no wall clock.

It owns the current world, the clock and the journal; what the daemon does is in `operations`, what requests mean is the
handler's business (`api`). Everything that comes from outside is an input: requests, bytes for a stream, half-closes,
disconnects, movements of the clock. The same seed and the same inputs at the same steps give the same bytes.

A driver (in process, the terminal's loop, a socket server) submits inputs, calls `turn` until there is nothing to do,
and asks `next_move` what to do then: jump to an instant, sleep, or nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar

from fakedocker.base.profiles import EngineProfile
from fakedocker.engine import timing, waiting
from fakedocker.engine.changes import CHANGES, Change, alter, carry_out, rule_of
from fakedocker.engine.core import SLICES_PER_TURN, Core, Handler, Pause
from fakedocker.engine.inflight import Exchange, Stream, TimeMode
from fakedocker.engine.journal import Entry
from fakedocker.engine.open_exchanges import Subject
from fakedocker.engine.standing import Standing, stand, standing_of
from fakedocker.engine.waiting import Limits, Move
from fakedocker.faults.model import Rule
from fakedocker.kernel.kernel import NO_LIMIT, Kernel
from fakedocker.kernel.marks import Mark
from fakedocker.kernel.program import Program
from fakedocker.kernel.programs import BodyOf
from fakedocker.operations.networks.router import WorldRouter
from fakedocker.registry.errands import AnyErrand, Result
from fakedocker.wire.http import Request
from fakedocker.world import boundaries
from fakedocker.world.draft import Draft
from fakedocker.world.world import World

T = TypeVar("T")


class Engine:
    """A daemon.

    Args:
        world: where it starts.
        handler: what requests mean.
        programs: the programs that containers can run, by name.
        body_of: which body an executed file gets, see `kernel.Kernel`.
        mode: how time passes.
        check: look at every invariant after every input (slow; for tests).
        changes: further kinds of inputs, see `change`.
        make_fork: makes another engine for a world, where programs are bound to their engine; see `fork`.

    Attributes:
        base: the world that the journal begins with.
        errands: what is sent for to registries outside.
        windows: what was read of the real machine's files.
        threads: those that drive this engine.
        on_restore: told when it has gone back to another world.
        on_submit: told of every request from outside as it comes in.
        on_driven: told, outside of the lock, when a driver in process has what it waited for.
    """

    def __init__(
        self,
        world: World,
        handler: Handler,
        programs: Mapping[str, Program],
        body_of: BodyOf | None,
        mode: TimeMode = TimeMode.FAST,
        check: bool = False,
        changes: Mapping[str, Change] | None = None,
        make_fork: Callable[[World, TimeMode], Engine] | None = None,
    ) -> None:
        draft = Draft(world)
        draft.kernel = Kernel(draft.kernel_draft, programs, WorldRouter(draft), body_of)
        self._core = core = Core(self, draft, world, handler, mode, check)
        self._draft = draft
        self._make = (handler, programs, body_of, check)
        self._changes = {**CHANGES, **(changes or {})}
        self._make_fork = make_fork
        self.base = world
        self.errands = core.errands
        self.windows = core.windows
        self.threads = core.threads
        self.lock = core.threads.lock
        self.on_submit = core.on_submit
        self.on_restore: list[Callable[[], None]] = []
        self.on_driven: list[Callable[[], None]] = []

    # what there is

    @property
    def world(self) -> World:
        """The world as it is between turns. A snapshot is a reference to it."""
        return self._core.world

    @property
    def draft(self) -> Draft:
        """The world in the middle of a change, for drivers of processes; requests are made with `submit`."""
        return self._draft

    @property
    def profile(self) -> EngineProfile:
        """Which Docker it is."""
        return self._draft.profile

    @property
    def now_ns(self) -> int:
        """The virtual clock."""
        return self._core.world.now_ns

    @property
    def mode(self) -> TimeMode:
        """How time passes."""
        return self._core.mode

    @mode.setter
    def mode(self, mode: TimeMode) -> None:
        self._core.mode = mode

    @property
    def journal(self) -> list[Entry]:
        """Every input since `base`, or since it was taken away, unless `journaling` is off."""
        return self._core.journal

    @journal.setter
    def journal(self, entries: list[Entry]) -> None:
        self._core.journal = entries

    @property
    def journaling(self) -> bool:
        """Whether inputs are kept."""
        return self._core.journaling

    @journaling.setter
    def journaling(self, wanted: bool) -> None:
        self._core.journaling = wanted

    @property
    def owed_ns(self) -> int:
        """Until when time still has to pass that a turn had no more slices for; in the past when there is none."""
        return self._core.owed_ns

    @property
    def turns(self) -> int:
        """How many turns and other inputs there were."""
        return self._core.turns

    @property
    def slices(self) -> int:
        """How many slices of processes have run: the step of what happens now."""
        return self._core.slices

    @property
    def work(self) -> int:
        """How many system calls processes have made."""
        return self._core.work

    @property
    def busy(self) -> bool:
        """Whether a turn would do something."""
        return self._core.busy

    @property
    def awaits_errands(self) -> bool:
        """Whether something is being fetched from outside, which time in the simulation does not bring."""
        return self._core.errands.are_under_way

    def streams(self) -> list[Stream]:
        """What goes on for clients now."""
        return self._core.open.streams()

    def observe(
        self, subject: Subject, observer: Callable[[Any], None] | None
    ) -> None:  # Any: what notices of that kind carry
        """Let a driver hear the notices of a kind and key (see `Draft.notify`); None ends it."""
        self._core.open.observe(subject, observer)

    # inputs and turns

    def submit(self, request: Request, internal: bool = False) -> Exchange:
        """Put a request in; it is looked at in the next turn.

        Args:
            internal: it comes from a program inside the simulation, so that it is no input of its own.
        """
        return self._core.submit(request, internal)

    def feed(self, exchange: Exchange, data: bytes) -> None:
        """Bytes for an exchange's stream."""
        self._core.feed(exchange, data)

    def half_close(self, exchange: Exchange) -> None:
        """The client will send no more."""
        self._core.half_close(exchange)

    def disconnect(self, exchange: Exchange) -> None:
        """The client has gone."""
        self._core.disconnect(exchange)

    def report(self, task: int, result: Result) -> None:
        """An errand outside has been done; its result is an input."""
        self._core.report(task, result)

    def deliver(self, task: int, errand: AnyErrand, result: Result) -> None:
        """Report an errand that was handed over (see `Errands.hand_over`), if it is still waited for. The lock must be held."""
        self._core.deliver(task, errand, result)

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Let another thread read files of this engine's world meanwhile."""
        with self.lock, self.windows:
            yield

    def turn(self, slices: int = SLICES_PER_TURN, pause: Pause | None = None) -> bool:
        """Look at the inputs that have come, then let processes run.

        Args:
            slices: how many slices of processes at most. Here a turn is bounded in operations, never in time.
            pause: bounds it further, see `Pause`. Where it has ended is in the journal, so that a replay ends it there
                too.

        Returns:
            whether there is more to do.
        """
        return self._core.turn(slices, pause)

    def unsimulated(self) -> list[Mark]:
        """Where processes have met a boundary of the simulation: the last 1,000 marks, the eldest first.

        `world.kernel.marked` counts all there ever were.
        """
        return boundaries.marks_since(self.world)

    # going back

    def snapshot(self) -> World:
        """The world, to be given back to `restore`. Constant time."""
        return self._core.world

    def restore(self, world: World) -> None:
        """Go on from a snapshot. Every open stream ends. Constant time but for those."""
        self._core.restore(world)
        for listener in self.on_restore:
            listener()

    def fork(self) -> Engine:
        """Another engine that starts from this world, without its clients; neither sees what the other does. Constant time."""
        if self._make_fork is not None:
            return self._make_fork(self.world, self.mode)
        handler, programs, body_of, check = self._make
        return Engine(self.world, handler, programs, body_of, self.mode, check)

    def alter(self, change: Callable[[Draft], T]) -> T:
        """Change the world by hand, as tests do that put images in it. In the journal it is the world that comes of it.

        An error leaves the world as it was.
        """
        return alter(self._core, change)

    def standing(self) -> Standing:
        """What there is to know between two turns besides the world. Its streams go on: keep a copy of it."""
        return standing_of(self._core)

    def stand(self, standing: Standing) -> dict[int, Exchange]:
        """Go on from what was known between two turns of an engine with the same world.

        Returns:
            the exchanges that are open, by their numbers.
        """
        return stand(self._core, standing)

    # faults, and the machine

    def inject(self, fault: str | Rule) -> Rule:
        """Let something go wrong by a rule, such as "registry docker.io down for 2m".

        Args:
            fault: as `faults.grammar` says, or the rule itself.

        Returns:
            the rule, with the number that `clear_faults` takes.

        Raises:
            FaultError: it is no rule, or about nothing that is there; the world has not changed.
        """
        injected: Rule = self.change("fault", rule_of(fault))
        return injected

    def clear_faults(self, number: int | None = None) -> int:
        """Take one fault away, or all.

        Returns:
            how many there were.

        Raises:
            FaultError: no fault has that number.
        """
        cleared: int = self.change("fault", number)
        return cleared

    def forget_windows(self) -> None:
        """Remember nothing of the machine's files, as a run does that is taken up from here."""
        self._core.forget_windows()

    def change(self, kind: str, payload: Any) -> Any:  # Any: plain data, as that kind of input takes it
        """Change the world from outside, as an input of the journal.

        Args:
            kind: names what is done: one of `changes.CHANGES`, or of the table that the engine was made with.
            payload: plain data, as that kind takes it.

        Returns:
            what it gives.

        Raises:
            KeyError: there is no such kind.
            Exception: whatever it raises; the world is then as it was, and the journal too.
        """
        return carry_out(self._core, kind, self._changes[kind], payload)

    # time

    def advance(self, to_ns: int, slices: int = NO_LIMIT, pause: Pause | None = None) -> None:
        """Move the clock to an instant, every timer and process on the way in its turn.

        Args:
            slices: how many slices of processes at most; what is missing then is owed, and the next turns go on with
                it.
            pause: bounds it further, as for `turn`.

        Raises:
            ValueError: the instant has passed.
        """
        timing.advance(self._core, to_ns, slices, pause)

    def jump(self) -> None:
        """Move the clock to the next timer, and fire what is due then."""
        timing.jump(self._core)

    # driving

    def has_pending_reply(self) -> bool:
        """Whether time alone can end a request whose client has said all there is to say."""
        return self._core.open.have_pending_reply(self.mode)

    def next_move(self, wall_ns: int | None = None, driver_waits: bool = False) -> Move:
        """What there is to do now.

        Args:
            wall_ns: the wall's time on this clock, for the modes that keep pace with it.
            driver_waits: whether the driver itself waits for something.
        """
        return timing.next_move(self._core, wall_ns, driver_waits)

    def drive(
        self,
        done: Callable[[], bool],
        what: str = "this wait",
        horizon_ns: int = waiting.WAIT_HORIZON_NS,
        jumps_allowed: int = waiting.WAIT_JUMPS,
        watches: bool = False,
        timeout_seconds: float | None = None,
    ) -> None:
        """Run turns and jumps until something is done: what a driver without a wall clock does.

        Args:
            what: names the wait in errors.
            horizon_ns: how much virtual time it may take.
            jumps_allowed: how many jumps of the clock it may take.
            watches: whether it waits for whatever happens, as a thread does that follows events; time is then the other
                threads' to move, as long as they are at work.
            timeout_seconds: how patient the client is, in virtual time; by the wall's clock where only another thread
                can end the wait.

        Raises:
            WaitCannotEnd: nothing that is under way can end it, and no other thread will: there is none, or all have
                waited for each other in the patience of a client.
            WaitTooLong: it took more than that.
            WaitTimedOut: the client's patience is over.
        """
        with self.lock:
            waiting.drive(self, done, what, Limits(horizon_ns, jumps_allowed, timeout_seconds), watches)
        for listener in self.on_driven:
            listener()

    def perform(self, request: Request) -> Exchange:
        """Submit a request and drive until it is answered in full."""
        exchange = self.submit(request)
        self.drive(lambda: exchange.ended, f"{request.method} {request.target}")
        return exchange

    def abandon(self) -> None:
        """Every client has gone: what they had under way ends."""
        for exchange in self._core.open.exchanges():
            self.disconnect(exchange)
        while self.turn():
            continue
