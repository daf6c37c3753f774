"""The engine: takes inputs, runs turns, gives outputs. No socket, no thread, no wall clock.

It owns the current world, the clock and the journal; what the daemon does is in `operations`, what requests mean is the
handler's business (`api`). Everything that comes from outside is an input: requests, bytes for a stream, half-closes,
disconnects, movements of the clock. The same seed and the same inputs at the same steps give the same bytes.

A driver (in process, the terminal's loop, a socket server) submits inputs, calls `turn` until there is nothing to do, and
asks `next_move` what to do then: jump to an instant, sleep, or nothing.
"""

from __future__ import annotations

import threading
import traceback
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeVar

from fakedocker import troubles
from fakedocker.base.clock import SECOND_NS, rfc3339_nano
from fakedocker.base.messages import Refusal
from fakedocker.exchanges import REQUEST_COST_NS, Exchange, HeldReply, Stream, TimeMode
from fakedocker.faults.model import Rule
from fakedocker.journal import Entry
from fakedocker.kernel.kernel import Kernel
from fakedocker.operations import faulting, machine, outside, reactions, transfers
from fakedocker.operations.machine import FolderChange
from fakedocker.operations.router import WorldRouter
from fakedocker.registry.errands import Errand, Result
from fakedocker.wire.http import Reply, Request, json_reply
from fakedocker.world.draft import Draft, Notice
from fakedocker.world.world import World

SLICES_PER_TURN = 2_000
WAIT_HORIZON_NS = 3600 * SECOND_NS
WAIT_JUMPS = 100_000
POLL_PATIENCE_NS = SECOND_NS
OTHERS_PATIENCE_SECONDS = 10.0
"""How long a driver waits, by the wall's clock, for what only another driver can bring about."""


class WaitCannotEnd(RuntimeError):
    """Nothing that is under way can end a wait."""


class WaitTooLong(RuntimeError):
    """A wait has passed an hour of virtual time or its number of jumps."""


class Move(NamedTuple):
    """What a driver should do: run (a turn), jump (to at_ns), sleep (until the wall reaches at_ns), or idle."""

    kind: str
    at_ns: int = 0


T = TypeVar("T")
Handler = Callable[["Engine", Draft, Exchange], "Reply | Stream"]


class Engine:
    """A daemon.

    Args:
        world: where it starts.
        handler: what requests mean.
        programs: the programs that containers can run, by name.
        make_body: which body an executed file gets, see `kernel.Kernel`.
        mode: how time passes.
        check: look at every invariant after every input (slow; for tests).
    """

    def __init__(
        self,
        world: World,
        handler: Handler,
        programs: Mapping[str, Any],
        make_body: Any,
        mode: TimeMode = TimeMode.FAST,
        check: bool = False,
    ) -> None:
        self._draft = Draft(world)
        self._programs = programs
        self._make_body = make_body
        self._draft.kernel = Kernel(self._draft.kernel_draft, programs, WorldRouter(self._draft), make_body)
        self._world = world
        self._handler = handler
        self._check = check
        self.mode = mode
        self.base = world
        self.journal: list[Entry] = []
        self.journaling = True
        self.turns = 0
        self._inputs: deque[tuple[str, Exchange, Any]] = deque()
        self._exchanges = 0
        self._open: dict[int, Exchange] = {}
        self._subscribers: dict[tuple[str, str | int], dict[int, Exchange]] = {}
        self._last_reads: dict[str, tuple[str, bytes]] = {}
        self.outside: Callable[[Errand], Result] | None = None
        """What does errands to registries outside of the simulation, set by whoever may reach them; they wait without it."""
        self._errands: dict[int, Errand] = {}
        self.lock = threading.Condition()
        """Held by a driver for a turn, as several threads may drive one engine."""
        self.drivers = 0
        """How many drivers run in other threads: what nothing under way can end, they may."""
        self.on_restore: list[Callable[[], None]] = []
        self.on_submit: list[Callable[[Exchange], None]] = []
        """Told of every request from outside as it comes in."""
        self._observers: dict[tuple[str, str | int], Callable[[Any], None]] = {
            ("daemon", "down"): lambda _: self._lose_clients()
        }

    # the world

    @property
    def world(self) -> World:
        """The world as it is between turns. A snapshot is a reference to it."""
        return self._world

    @property
    def draft(self) -> Draft:
        """The world in the middle of a change, for drivers of processes; requests are made with `submit`."""
        return self._draft

    @property
    def now_ns(self) -> int:
        return self._world.now_ns

    def snapshot(self) -> World:
        """The world, to be given back to `restore`. Constant time."""
        return self._world

    def restore(self, world: World) -> None:
        """Go on from a snapshot. Every open stream ends. Constant time but for those."""
        self.turns += 1
        self._record("restore", 0, world)
        self._inputs.clear()
        for exchange in list(self._open.values()):
            self._close(exchange)
            if not exchange.answered:
                exchange.respond(json_reply({"message": "the engine went back to an earlier state"}, 500))
            exchange.finish()
        self._draft.restore(world)
        self._world = world
        self._last_reads.clear()
        for listener in self.on_restore:
            listener()

    def fork(self) -> Engine:
        """Another engine that starts from this world; neither sees what the other does. Constant time."""
        return Engine(self._world, self._handler, self._programs, self._make_body, self.mode, self._check)

    # inputs

    def submit(self, request: Request, internal: bool = False) -> Exchange:
        """Put a request in; it is looked at in the next turn.

        Args:
            internal: it comes from a program inside the simulation, so that it is no input of its own.
        """
        with self.lock:
            self._exchanges += 1
            exchange = Exchange(self._exchanges, request)
            exchange.internal = internal
            self._inputs.append(("request", exchange, request))
        if not internal:
            for listener in self.on_submit:
                listener(exchange)
        return exchange

    def feed(self, exchange: Exchange, data: bytes) -> None:
        """Bytes for an exchange's stream."""
        if data:
            self._inputs.append(("data", exchange, data))

    def half_close(self, exchange: Exchange) -> None:
        """The client will send no more."""
        self._inputs.append(("end", exchange, None))

    def disconnect(self, exchange: Exchange) -> None:
        """The client has gone."""
        self._inputs.append(("gone", exchange, None))

    def abandon(self) -> None:
        """Every client has gone: what they had under way ends."""
        for exchange in list(self._open.values()):
            self.disconnect(exchange)
        while self.turn():
            continue

    def _record(self, kind: str, exchange: int, payload: Any) -> None:
        if self.journaling:
            self.journal.append(Entry(self.turns, self.slices, kind, exchange, payload))

    def report(self, task: int, result: Result) -> None:
        """An errand to a registry outside has been done; its result is an input."""
        self._errands.pop(task, None)
        self.turns += 1
        self._record("errand", 0, (task, result))
        transfers.errand_done(self._draft, task, result)
        reactions.drain(self._draft)
        self._settle()

    def _do_errands(self) -> None:
        while self._errands and self.outside is not None:
            task, errand = next(iter(self._errands.items()))
            self.report(task, self.outside(errand))

    # turns

    @property
    def slices(self) -> int:
        """How many slices of processes have run: the step of what happens now."""
        return self._draft.kernel.slices

    @property
    def busy(self) -> bool:
        """Whether a turn would do something."""
        return bool(self._inputs) or bool(self._draft.kernel_draft.queue)

    def turn(self, slices: int = SLICES_PER_TURN) -> bool:
        """Look at the inputs that have come, then let processes run.

        Args:
            slices: how many slices of processes at most: a turn is bounded in operations, never in time.

        Returns:
            whether there is more to do.
        """
        self.turns += 1
        try:
            while self._inputs:
                self._apply(*self._inputs.popleft())
            self._run(slices)
            self._settle()
            self._do_errands()
        except BaseException:
            self._draft.rollback()
            raise
        return self.busy

    def _run(self, slices: int) -> None:
        if self._draft.kernel_draft.queue:
            self._draft.kernel.run(slices)
            reactions.drain(self._draft)

    def _apply(self, kind: str, exchange: Exchange, payload: Any) -> None:
        if not exchange.internal:
            self._record(kind, exchange.number, payload)
        if kind == "request":
            self._answer(exchange)
            return
        stream = exchange.stream
        if stream is None or (exchange.ended and kind != "gone"):
            return
        if kind == "data":
            stream.feed(self._draft, exchange, payload)
        elif kind == "end":
            exchange.input_closed = True
            stream.half_close(self._draft, exchange)
        else:
            stream.disconnect(self._draft, exchange)
            self._close(exchange)
            exchange.finish()
        reactions.drain(self._draft)

    def _answer(self, exchange: Exchange) -> None:
        """Let the handler answer one request; a refused one leaves the world as it was."""
        self._settle()
        draft = self._draft
        if draft.fault_rules and self._ends_early(exchange):
            return
        try:
            outcome = self._handler(self, draft, exchange)
            reactions.drain(draft)
        except Refusal as refusal:
            if not refusal.keeps:
                draft.rollback()
            exchange.respond(json_reply({"message": refusal.message}, refusal.status))
            return
        except OSError as problem:  # the daemon's own files: a disk that is full
            draft.rollback()
            exchange.respond(json_reply({"message": str(problem.strerror).lower()}, 500))
            return
        except Exception as problem:
            draft.rollback()
            draft.faults.append(traceback.format_exc())
            message = f"fakedocker failed, and nothing has changed: {type(problem).__name__}: {problem}"
            exchange.respond(json_reply({"message": message}, 500))
            return
        if isinstance(outcome, Reply) and self.mode is TimeMode.WALL and exchange.cost_ns > REQUEST_COST_NS:
            outcome = HeldReply(outcome, draft.now_ns + exchange.cost_ns)
        if isinstance(outcome, Reply):
            self._spend(exchange.cost_ns)
            if self._is_poll(exchange, outcome):
                outcome = self._hold(exchange, outcome)
            exchange.respond(outcome)
            return
        exchange.stream = outcome
        self._open[exchange.number] = exchange
        for key in outcome.subjects():
            self._subscribers.setdefault(key, {})[exchange.number] = exchange
        outcome.pump(draft, exchange)
        if exchange.ended:
            self._close(exchange)
        self._spend(exchange.cost_ns)

    def _spend(self, duration_ns: int) -> None:
        """Let a fixed time pass, every timer on the way in its turn. At the wall's pace time passes by itself."""
        if self.mode in (TimeMode.MANUAL, TimeMode.WALL) or duration_ns <= 0:
            return
        target = self._draft.now_ns + duration_ns
        self._pass_time(target)

    def _pass_time(self, target_ns: int) -> None:
        kernel = self._draft.kernel
        while True:
            self._run_all()
            due = kernel.next_timer_ns()
            if due is None or due > target_ns:
                break
            kernel.advance(max(due, self._draft.now_ns))
        kernel.advance(target_ns)
        reactions.drain(self._draft)

    def _run_all(self) -> None:
        """Let everybody run who can at this instant: whoever uses up a quantum of CPU sleeps, so that this ends."""
        reactions.drain(self._draft)
        while self._draft.kernel_draft.queue:
            self._draft.kernel.run(SLICES_PER_TURN)
            reactions.drain(self._draft)

    def _settle(self) -> None:
        """Make what has happened the world, and tell the streams it concerns."""
        draft = self._draft
        while True:
            notices = draft.notices[:]
            draft.notices.clear()
            self._world = draft.freeze()
            if self._check:
                from fakedocker.world.check import check

                check(self._world)
            if not notices:
                return
            self._dispatch(notices)
            reactions.drain(draft)

    def _dispatch(self, notices: list[Notice]) -> None:
        touched: dict[int, Exchange] = {}
        for notice in notices:
            if notice.kind == outside.NOTICE:
                self._errands[int(notice.key)] = notice.value
            observer = self._observers.get((notice.kind, notice.key))
            if observer is not None:
                observer(notice.value)
            for number, exchange in list(self._subscribers.get((notice.kind, notice.key), {}).items()):
                if exchange.stream is not None:
                    exchange.stream.notice(self._draft, exchange, notice)
                    touched[number] = exchange
        for exchange in touched.values():
            if exchange.stream is not None and not exchange.ended:
                exchange.stream.pump(self._draft, exchange)
            if exchange.ended:
                self._close(exchange)

    def _close(self, exchange: Exchange) -> None:
        stream = exchange.stream
        if stream is None:
            return
        self._open.pop(exchange.number, None)
        for key in stream.subjects():
            members = self._subscribers.get(key)
            if members is not None:
                members.pop(exchange.number, None)
                if not members:
                    del self._subscribers[key]

    def observe(self, key: tuple[str, str | int], observer: Callable[[Any], None] | None) -> None:
        """Let a driver hear the notices of a kind and key (see `Draft.notify`); None ends it."""
        if observer is None:
            self._observers.pop(key, None)
        else:
            self._observers[key] = observer

    def alter(self, change: Callable[[Draft], T]) -> T:
        """Change the world by hand, as tests do that put images in it. In the journal it is the world that comes of it.

        An error leaves the world as it was.
        """
        with self.lock:
            self._settle()
            self.turns += 1
            try:
                changed = change(self._draft)
                reactions.drain(self._draft)
            except BaseException:
                self._draft.rollback()
                raise
            self._settle()
            self._record("restore", 0, self._world)
            return changed

    # faults

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
        return self._change("fault", rule, lambda: faulting.inject(self._draft, rule))

    def clear_faults(self, number: int | None = None) -> int:
        """Take one fault away, or all.

        Returns:
            how many there were.

        Raises:
            FaultError: no fault has that number.
        """
        return self._change("fault", number, lambda: faulting.clear(self._draft, number))

    def change_machine_folder(self, change: FolderChange) -> None:
        """Let the simulation see what is different in a folder of the machine, see `machine_folder`.

        Raises:
            OSError: it does not fit in; nothing has changed then.
        """
        self._change("machine", change, lambda: machine.apply(self._draft, change))

    def _change(self, kind: str, payload: Any, change: Callable[[], T]) -> T:
        """Change the world from outside, as an input."""
        with self.lock:
            self._settle()
            self.turns += 1
            try:
                changed = change()
            except BaseException:
                self._draft.rollback()
                raise
            self._record(kind, 0, payload)
            reactions.drain(self._draft)
            self._settle()
            return changed

    def _ends_early(self, exchange: Exchange) -> bool:
        """Let a request meet the rules of faults; whether it gets no further."""
        ending = troubles.meet(self._draft, exchange, fast=self.mode is TimeMode.FAST)
        self._settle()  # what the rules have counted stays, whatever becomes of the request
        if ending is None:
            return False
        self._spend(exchange.cost_ns)
        ending()
        return True

    def _lose_clients(self) -> None:
        """The daemon has gone: every connection breaks."""
        for exchange in list(self._open.values()):
            self._close(exchange)
            exchange.break_off("reset")

    # polling

    def _is_poll(self, exchange: Exchange, reply: Reply) -> bool:
        """Whether a client reads again what it has just read, to the same answer."""
        request = exchange.request
        if request.method != "GET" or reply.body is None or not request.client or self.mode is not TimeMode.FAST:
            return False
        before = self._last_reads.get(request.client)
        self._last_reads[request.client] = (request.target, reply.body)
        return before == (request.target, reply.body)

    def _hold(self, exchange: Exchange, reply: Reply) -> Reply:
        """Give time a chance, up to a second, to change an answer that is being polled."""
        end = self._draft.now_ns + POLL_PATIENCE_NS
        kernel = self._draft.kernel
        jumps = 0
        while (due := kernel.next_timer_ns()) is not None and due <= end and jumps < 1000:
            jumps += 1
            self._pass_time(max(due, self._draft.now_ns))
            outcome = self._handler(self, self._draft, exchange)
            if isinstance(outcome, Reply) and outcome.body != reply.body:
                reply = outcome
                break
        else:
            self._pass_time(end)
        assert reply.body is not None
        self._last_reads[exchange.request.client] = (exchange.request.target, reply.body)
        return reply

    # time

    def advance(self, to_ns: int) -> None:
        """Move the clock to an instant, every timer and process on the way in its turn.

        Raises:
            ValueError: the instant has passed.
        """
        if to_ns < self._draft.now_ns:
            raise ValueError(
                f"time does not go backwards: it is {rfc3339_nano(self._draft.now_ns)}, and {rfc3339_nano(to_ns)} has passed;"
                " restore a snapshot to go back"
            )
        self.turns += 1
        self._record("advance", 0, to_ns)
        self._pass_time(to_ns)
        self._settle()

    def jump(self) -> None:
        """Move the clock to the next timer, and fire what is due then."""
        due = self._draft.kernel.next_timer_ns()
        if due is not None:
            self.turns += 1
            self._record("jump", 0, due)
            self._draft.kernel.advance(max(due, self._draft.now_ns))
            reactions.drain(self._draft)
            self._settle()

    @property
    def is_quiet(self) -> bool:
        """Whether the world would go on the same if every client were gone."""
        return all(exchange.stream is None or exchange.stream.passive for exchange in self._open.values())

    def clients_wait(self) -> bool:
        """Whether time alone can end some client's request."""
        return any(
            exchange.stream is not None and exchange.stream.waits(self._draft, exchange, self.mode)
            for exchange in self._open.values()
        )

    def owes_an_answer(self) -> bool:
        """Whether time alone can end a request that has not even the head of an answer yet."""
        return any(
            exchange.stream is not None
            and not exchange.answered
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

    def drive(
        self,
        done: Callable[[], bool],
        what: str = "this wait",
        horizon_ns: int = WAIT_HORIZON_NS,
        jumps_allowed: int = WAIT_JUMPS,
    ) -> None:
        """Run turns and jumps until something is done: what a driver without a wall clock does.

        Args:
            what: names the wait in errors.
            horizon_ns: how much virtual time it may take.
            jumps_allowed: how many jumps of the clock it may take.

        Raises:
            WaitCannotEnd: nothing that is under way can end it.
            WaitTooLong: it took more than that.
        """
        with self.lock:
            self._drive(done, what, horizon_ns, jumps_allowed)

    def _drive(self, done: Callable[[], bool], what: str, horizon_ns: int, jumps_allowed: int) -> None:
        start_ns = self._draft.now_ns
        jumps = 0
        while not done():
            if self.turn():
                continue
            if done():
                return
            move = self.next_move(driver_waits=True)
            if move.kind != "jump":
                if self.drivers and self.lock.wait(OTHERS_PATIENCE_SECONDS):
                    continue
                raise WaitCannotEnd(f"nothing can end {what}: no process can run and no timer is set")
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
