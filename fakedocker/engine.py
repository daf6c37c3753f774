"""The engine: takes inputs, runs turns, gives outputs. No socket, no thread, no wall clock.

It owns the current world, the clock and the journal; what the daemon does is in `operations`, what requests mean is the
handler's business (`api`). Everything that comes from outside is an input: requests, bytes for a stream, half-closes,
disconnects, movements of the clock. The same seed and the same inputs at the same steps give the same bytes.

A driver (in process, the terminal's loop, a socket server) submits inputs, calls `turn` until there is nothing to do, and
asks `next_move` what to do then: jump to an instant, sleep, or nothing.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeVar

from fakedocker.base.clock import SECOND_NS, rfc3339_nano
from fakedocker.exchanges import Exchange, TimeMode
from fakedocker.faults.model import Rule
from fakedocker.kernel.kernel import NO_LIMIT
from fakedocker.kernel.program import Program
from fakedocker.kernel.programs import BodyOf
from fakedocker.operations.system import fault_injection, host_folders, kernel_events
from fakedocker.operations.system.host_folders import FolderChange
from fakedocker.registry.model import OutsideWeb
from fakedocker.standing import OpenExchange, Standing
from fakedocker.turning import Handler, Pause, Turning
from fakedocker.wire.http import Request, json_reply
from fakedocker.world.draft import Draft
from fakedocker.world.world import World

WAIT_HORIZON_NS = 3600 * SECOND_NS
WAIT_JUMPS = 100_000
WAIT_WORK = 100_000_000
"""How many system calls of processes a wait may take: some minutes of a usual machine."""
OTHERS_PATIENCE_SECONDS = 60.0
"""How long a driver waits, by the wall's clock, for what only another driver can bring about; as long as docker's clients wait."""
WATCHERS_PATIENCE_SECONDS = 0.1
"""How long a thread that watches leaves time to the others before it lets it pass by itself."""


class WaitCannotEnd(RuntimeError):
    """Nothing that is under way can end a wait."""


class WaitTooLong(RuntimeError):
    """A wait has passed an hour of virtual time, its number of jumps, or what processes may do meanwhile."""


class Move(NamedTuple):
    """What a driver should do: run (a turn), jump (to at_ns), sleep (until the wall reaches at_ns), or idle."""

    kind: str
    at_ns: int = 0


T = TypeVar("T")

Change = Callable[[Draft, Any], Any]
"""What an input does to the world, by the plain data it comes with."""


def _fault(draft: Draft, rule: Rule | int | None) -> Rule | int:
    """A rule of something going wrong, or the number of one that ends (None for all)."""
    return fault_injection.inject(draft, rule) if isinstance(rule, Rule) else fault_injection.clear(draft, rule)


def _next_port(draft: Draft, port: int) -> None:
    draft.next_port = port


def _web(draft: Draft, web: OutsideWeb) -> None:
    draft.web = web


CHANGES: Mapping[str, Change] = {"fault": _fault, "machine": host_folders.apply, "ports": _next_port, "web": _web}
"""The kinds of inputs that every engine knows beside requests, streams and time."""


class Engine(Turning):
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
        super().__init__(world, handler, programs, body_of, mode, check)
        self._changes = {**CHANGES, **(changes or {})}
        self._make_fork = make_fork

    def snapshot(self) -> World:
        """The world, to be given back to `restore`. Constant time."""
        return self._world

    def restore(self, world: World) -> None:
        """Go on from a snapshot. Every open stream ends. Constant time but for those."""
        self.turns += 1
        self._record("restore", 0, world)
        self._inputs.clear()
        self.owed_ns = 0
        for exchange in list(self._open.values()):
            self._close(exchange)
            if not exchange.answered:
                exchange.respond(json_reply({"message": "the engine went back to an earlier state"}, 500))
            exchange.finish()
        self._lingering.clear()
        self._draft.restore(world)
        self._world = world
        self._last_reads.clear()
        self._watched.clear()
        for listener in self.on_restore:
            listener()

    def fork(self) -> Engine:
        """Another engine that starts from this world, without its clients; neither sees what the other does. Constant time."""
        if self._make_fork is not None:
            return self._make_fork(self._world, self.mode)
        return Engine(self._world, self._handler, self._programs, self._body_of, self.mode, self._check)

    def alter(self, change: Callable[[Draft], T]) -> T:
        """Change the world by hand, as tests do that put images in it. In the journal it is the world that comes of it.

        An error leaves the world as it was.
        """
        with self.lock:
            self._settle()
            self.turns += 1
            try:
                changed = change(self._draft)
                kernel_events.drain(self._draft)
            except BaseException:
                self._draft.rollback()
                raise
            self._settle()
            self._record("restore", 0, self._world)
            return changed

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
        from fakedocker.faults import grammar  # read when something goes wrong, as start-up time matters

        rule = grammar.parse(fault if isinstance(fault, str) else grammar.describe(fault))
        injected: Rule = self.change("fault", rule)
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

    def change_machine_folder(self, change: FolderChange) -> None:
        """Let the simulation see what is different in a folder of the machine, see `machine_folder`.

        Raises:
            OSError: it does not fit in; nothing has changed then.
        """
        self.change("machine", change)

    def forget_windows(self) -> None:
        """Remember nothing of the machine's files, as a run does that is taken up from here."""
        self.turns += 1
        self._record("forget", 0, None)
        self.windows.forget()

    def pass_over_ports(self, following: int) -> None:
        """Let the next port that the daemon picks by itself be at least this one: those before are in use on the real machine."""

        self.change("ports", following)

    def change(self, kind: str, payload: Any) -> Any:
        """Change the world from outside, as an input of the journal.

        Args:
            kind: names what is done, in the table that the engine was made with.
            payload: plain data, as that kind takes it.

        Returns:
            what it gives.

        Raises:
            KeyError: there is no such kind.
            Exception: whatever it raises; the world is then as it was, and the journal too.
        """
        apply = self._changes[kind]
        with self.lock:
            self._take_internal()
            self._settle()
            self.turns += 1
            try:
                changed = apply(self._draft, payload)
            except BaseException:
                self._draft.rollback()
                raise
            self._record(kind, 0, payload)
            kernel_events.drain(self._draft)
            self._settle()
            return changed

    # time

    def advance(self, to_ns: int, slices: int = NO_LIMIT, pause: Pause | None = None) -> None:
        """Move the clock to an instant, every timer and process on the way in its turn.

        Args:
            slices: how many slices of processes at most; what is missing then is owed, and the next turns go on with it.
            pause: bounds it further, as for `turn`.

        Raises:
            ValueError: the instant has passed.
        """
        if to_ns < self._draft.now_ns:
            raise ValueError(
                f"time does not go backwards: it is {rfc3339_nano(self._draft.now_ns)}, and {rfc3339_nano(to_ns)} has passed;"
                " restore a snapshot to go back"
            )
        self._take_internal()
        self.turns += 1
        self._record("advance", 0, to_ns)
        start = self.slices
        self._draft.kernel.begin_share(slices, pause)
        try:
            self._pass_time(to_ns)
        except BaseException:
            self._draft.rollback()
            raise
        self._record_cut(start)
        self._settle()

    def jump(self) -> None:
        """Move the clock to the next timer, and fire what is due then."""
        self._take_internal()
        due = self._draft.kernel.next_timer_ns()
        if due is not None:
            self.turns += 1
            self._record("jump", 0, due)
            self._draft.kernel.advance(max(due, self._draft.now_ns))
            kernel_events.drain(self._draft)
            self._settle()

    # standing

    def standing(self) -> Standing:
        """What there is to know between two turns besides the world. Its streams go on: keep a copy of it."""
        active = tuple(
            OpenExchange.of(exchange)
            for exchange in (*self._open.values(), *self._lingering.values())
            if exchange.stream is not None and not exchange.stream.passive
        )
        return Standing(active, self._exchanges, self.owed_ns, self._last_reads, self._watched)

    def stand(self, standing: Standing) -> dict[int, Exchange]:
        """Go on from what was known between two turns of an engine with the same world.

        Returns:
            the exchanges that are open, by their numbers.
        """
        self._exchanges, self.owed_ns = standing.numbered, standing.owed_ns
        self._last_reads, self._watched = dict(standing.last_reads), dict(standing.watched)
        exchanges = {stood.number: stood.reopened() for stood in standing.exchanges}
        for exchange in exchanges.values():
            if exchange.ended:
                self._lingering[exchange.number] = exchange
            else:
                self._opened(exchange)
        return exchanges

    def clients_wait(self) -> bool:
        """Whether time alone can end some client's request."""
        return any(
            exchange.stream is not None and exchange.stream.waits(self._draft, exchange, self.mode)
            for exchange in self._open.values()
        )

    def owes_an_answer(self) -> bool:
        """Whether time alone can end a request whose client has said all there is to say."""
        return any(
            exchange.stream is not None
            and not (exchange.answered and exchange.stream.converses)
            and exchange.stream.waits(self._draft, exchange, self.mode)
            for exchange in self._open.values()
        )

    def next_move(self, wall_ns: int | None = None, driver_waits: bool = False) -> Move:
        """What there is to do now.

        Args:
            wall_ns: the wall's time on this clock, for the modes that keep pace with it.
            driver_waits: whether the driver itself waits for something.
        """
        if self.busy:
            return Move("run")
        due = self._draft.kernel.next_timer_ns()
        if wall_ns is not None and self.mode in (TimeMode.LEAP, TimeMode.WALL) and due is not None and due <= wall_ns:
            return Move("jump", due)
        if self.mode is TimeMode.MANUAL or due is None:
            return Move("idle")
        if self.mode in (TimeMode.FAST, TimeMode.LEAP) and (driver_waits or self.clients_wait()):
            return Move("jump", due)
        return Move("sleep", due) if wall_ns is not None and self.mode is not TimeMode.FAST else Move("idle")

    # driving

    def drive(
        self,
        done: Callable[[], bool],
        what: str = "this wait",
        horizon_ns: int = WAIT_HORIZON_NS,
        jumps_allowed: int = WAIT_JUMPS,
        watches: bool = False,
    ) -> None:
        """Run turns and jumps until something is done: what a driver without a wall clock does.

        Args:
            what: names the wait in errors.
            horizon_ns: how much virtual time it may take.
            jumps_allowed: how many jumps of the clock it may take.
            watches: whether it waits for whatever happens, as a thread does that follows events; time is then the other threads' to
                move, as long as they do something.

        Raises:
            WaitCannotEnd: nothing that is under way can end it, and no other thread has done so in the patience of a client.
            WaitTooLong: it took more than that.
        """
        with self.lock:
            self._drive(done, what, horizon_ns, jumps_allowed, watches)
        for listener in self.on_driven:
            listener()

    def _has_others(self) -> bool:
        """Whether another thread may act here: a server, or one that has before."""
        if self.drivers:
            return True
        own = threading.get_ident()
        return len(self._users) > (own in self._users) and any(
            thread.ident in self._users and thread.ident != own for thread in threading.enumerate()
        )

    def _wait_for_others(self, seconds: float) -> bool:
        """Let other threads act; whether one has changed something."""
        self._waiters += 1
        try:
            return self.lock.wait(seconds)
        finally:
            self._waiters -= 1

    def _drive(self, done: Callable[[], bool], what: str, horizon_ns: int, jumps_allowed: int, watches: bool) -> None:
        start_ns = self._draft.now_ns
        jumps = 0
        kernel = self._draft.kernel
        most_work = kernel.work + WAIT_WORK
        while not done():
            if kernel.work > most_work:
                passed = (self._draft.now_ns - start_ns) // SECOND_NS
                raise WaitTooLong(
                    f"{what} has not ended after {passed} virtual seconds in which containers were busy all the time"
                )
            if self.turn():
                continue
            if done():
                return
            move = self.next_move(driver_waits=True)
            if move.kind != "jump":
                if self._has_others() and self._wait_for_others(OTHERS_PATIENCE_SECONDS):
                    continue
                raise WaitCannotEnd(f"nothing can end {what}: no process can run and no timer is set")
            if watches and self._has_others() and self._wait_for_others(WATCHERS_PATIENCE_SECONDS):
                continue
            jumps += 1
            if move.at_ns > start_ns + horizon_ns or jumps > jumps_allowed:
                passed = (self._draft.now_ns - start_ns) // SECOND_NS
                raise WaitTooLong(f"{what} has not ended after {passed} virtual seconds and {jumps} jumps of the clock")
            self.jump()

    def tell_drivers(self) -> None:
        """Called by a driver after a turn: those that wait in other threads look again."""
        if self.drivers:
            self.lock.notify_all()

    def perform(self, request: Request) -> Exchange:
        """Submit a request and drive until it is answered in full."""
        exchange = self.submit(request)
        self.drive(lambda: exchange.ended, f"{request.method} {request.target}")
        return exchange

    def abandon(self) -> None:
        """Every client has gone: what they had under way ends."""
        for exchange in list(self._open.values()):
            self.disconnect(exchange)
        while self.turn():
            continue
