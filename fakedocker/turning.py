"""The inside of the engine: inputs are taken, turns are made, requests answered, streams told.

`engine.Engine` is this with what drivers ask for beside it: other states, changes by hand, time. Nothing else uses it.
"""

from __future__ import annotations

import re
import threading
import traceback
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

from fakedocker import troubles
from fakedocker.base.clock import SECOND_NS
from fakedocker.base.messages import Refusal
from fakedocker.base.profiles import EngineProfile
from fakedocker.exchanges import REQUEST_COST_NS, Exchange, HeldReply, Stream, TimeMode
from fakedocker.filesystem.windows import Windows, looking_through
from fakedocker.journal import Entry
from fakedocker.kernel.kernel import Kernel
from fakedocker.operations.networks.router import WorldRouter
from fakedocker.operations.registry import external
from fakedocker.operations.system import kernel_events
from fakedocker.registry.errands import AnyErrand, Failed, Result
from fakedocker.wire.http import Reply, Request, json_reply
from fakedocker.world.draft import Draft, Notice
from fakedocker.world.world import World

SLICES_PER_TURN = 2_000
POLL_PATIENCE_NS = SECOND_NS
POLLED_TIMES = 3
POLL_INTERVAL_NS = SECOND_NS // 10
_OF_SERVICES = re.compile(r"(/v[\d.]+)?/(services|tasks|nodes)\b")

Pause = Callable[[], bool]
"""Asked before each slice whether processes shall wait; how a driver that has a clock bounds a turn by it."""
Handler = Callable[[Any, Draft, Exchange], "Reply | Stream"]
"""What requests mean; it is given the engine, the world in the middle of a change, and the request."""


class Turning:
    """Inputs, turns and answers; see `engine.Engine` for its arguments."""

    def __init__(
        self,
        world: World,
        handler: Handler,
        programs: Mapping[str, Any],
        body_of: Any,
        mode: TimeMode = TimeMode.FAST,
        check: bool = False,
    ) -> None:
        self._draft = Draft(world)
        self._programs = programs
        self._body_of = body_of
        self._draft.kernel = Kernel(self._draft.kernel_draft, programs, WorldRouter(self._draft), body_of)
        self._world = world
        self._handler = handler
        self._check = check
        self.mode = mode
        self.base = world
        self.journal: list[Entry] = []
        self.journaling = True
        self.turns = 0
        self.owed_ns = 0
        """Until when time still has to pass that a turn had no more slices for; in the past when there is none."""
        self._inputs: deque[tuple[str, Exchange, Any]] = deque()
        self._exchanges = 0
        self._open: dict[int, Exchange] = {}
        self._behind: dict[int, Exchange] = {}
        """Those whose clients have not yet read what could be made for them."""
        self._lingering: dict[int, Exchange] = {}
        """Those that have ended, and whose clients may still go, which says something to a process."""
        self._subscribers: dict[tuple[str, str | int], dict[int, Exchange]] = {}
        self._last_reads: dict[str, tuple[str, bytes, int]] = {}
        self._watched: dict[str, dict[str, tuple[bytes, int]]] = {}
        """By client, what it has read of services, nodes and tasks since it last asked for anything but reading, and when."""
        self.outside: list[Callable[[AnyErrand], Result | None]] = []
        """Who does errands outside of the simulation, None for those of another; they wait without any."""
        self._errands: dict[int, AnyErrand] = {}
        self.windows = Windows(lambda block, answer: self._record("read", 0, (block, answer)))
        """What was read of the real machine's files."""
        self.lock = threading.Condition()
        """Held by a driver for a turn, as several threads may drive one engine."""
        self._users: set[int] = set()
        """The threads that have asked something here."""
        self._waiters = 0
        """How many threads wait for what another one does."""
        self.on_driven: list[Callable[[], None]] = []
        """Told, outside of the lock, when a driver in process has what it waited for."""
        self.drivers = 0
        """How many drivers run in other threads: what nothing under way can end, they may."""
        self.on_restore: list[Callable[[], None]] = []
        self.on_submit: list[Callable[[Exchange], None]] = []
        """Told of every request from outside as it comes in."""
        self._observers: dict[tuple[str, str | int], Callable[[Any], None]] = {
            ("daemon", "down"): lambda _: self._lose_clients()
        }
        self._draft.is_heard = lambda subject: subject in self._subscribers or subject in self._observers

    @property
    def world(self) -> World:
        """The world as it is between turns. A snapshot is a reference to it."""
        return self._world

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
        return self._world.now_ns

    # inputs

    def submit(self, request: Request, internal: bool = False) -> Exchange:
        """Put a request in; it is looked at in the next turn.

        Args:
            internal: it comes from a program inside the simulation, so that it is no input of its own.
        """
        with self.lock:
            self._users.add(threading.get_ident())
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

    def report(self, task: int, result: Result) -> None:
        """An errand outside has been done; its result is an input."""
        self._errands.pop(task, None)
        self._take_internal()
        self.turns += 1
        self._record("errand", 0, (task, result))
        kernel_events.errand_done(self._draft, task, result)
        kernel_events.drain(self._draft)
        self._settle()

    def _do_errands(self) -> None:
        while self._errands and self.outside:
            task, errand = next(iter(self._errands.items()))
            results = (perform(errand) for perform in self.outside)
            found = next((result for result in results if result is not None), None)
            self.report(task, found if found is not None else Failed("nobody reaches that from here"))

    def _record(self, kind: str, exchange: int, payload: Any) -> None:
        if self.journaling:
            self.journal.append(Entry(self.turns, self.slices, kind, exchange, payload))

    # turns

    @property
    def slices(self) -> int:
        """How many slices of processes have run: the step of what happens now."""
        return self._draft.kernel.slices

    @property
    def busy(self) -> bool:
        """Whether a turn would do something."""
        draft = self._draft.kernel_draft
        return bool(self._inputs) or bool(draft.queue) or draft.now_ns < self.owed_ns or self._can_go_on()

    def _can_go_on(self) -> bool:
        return bool(self._behind) and any(exchange.has_room for exchange in self._behind.values())

    def turn(self, slices: int = SLICES_PER_TURN, pause: Pause | None = None) -> bool:
        """Look at the inputs that have come, then let processes run.

        Args:
            slices: how many slices of processes at most. Here a turn is bounded in operations, never in time.
            pause: bounds it further, see `Pause`. Where it has ended is in the journal, so that a replay ends it there too.

        Returns:
            whether there is more to do.
        """
        self.turns += 1
        self._draft.kernel.begin_share(slices, pause)
        start = self.slices
        try:
            with looking_through(self.windows):
                while self._inputs:
                    self._apply(*self._inputs.popleft())
                self._work()
                self._record_cut(start)
                self._settle()
                self._go_on_sending()
                self._do_errands()
        except BaseException:
            self._draft.rollback()
            raise
        return self.busy

    def _take_internal(self) -> None:
        """Look at what programs inside have asked for so far: it comes before whatever else comes from outside than requests.

        When that is would otherwise depend on where turns end, which a replay need not know where nobody outside has noticed.
        """
        if self._inputs:
            waiting = [given for given in self._inputs if given[1].internal]
            self._inputs = deque(given for given in self._inputs if not given[1].internal)
            for given in waiting:
                self._apply(*given)

    def _work(self) -> None:
        """Let processes run and the time pass that is owed, until there is no more of either or the share of slices is used up."""
        with looking_through(self.windows):
            self._work_on()

    def _work_on(self) -> None:
        draft, kernel = self._draft, self._draft.kernel
        kernel_draft = draft.kernel_draft
        while True:
            if kernel_draft.emitted:
                kernel_events.drain(draft)
            is_done = kernel.pass_time(self.owed_ns) if kernel_draft.now_ns < self.owed_ns else kernel.run_ready()
            if not kernel_draft.emitted and (kernel.is_cut or (is_done and kernel_draft.now_ns >= self.owed_ns)):
                return

    def _record_cut(self, start: int) -> None:
        """Note where the slices ended that a turn had, where they ended early."""
        if self._draft.kernel.is_cut:
            self._record("cut", 0, self.slices - start)

    def _apply(self, kind: str, exchange: Exchange, payload: Any) -> None:
        if not exchange.internal:
            self._record(kind, exchange.number, payload)
        if kind == "request":
            self._answer(exchange)
            return
        stream = exchange.stream
        if stream is None or (exchange.ended and kind != "gone"):
            return
        self._settle()
        try:
            self._tell_stream(kind, stream, exchange, payload)
            kernel_events.drain(self._draft)
        except Exception:
            self._draft.rollback()
            self._fail(exchange)

    def _go_on_sending(self) -> None:
        """Let those streams go on that have waited for their clients. They give what they have, and change nothing of the world."""
        for exchange in [exchange for exchange in self._behind.values() if exchange.has_room]:
            del self._behind[exchange.number]
            exchange.behind = False
            self._pump(exchange)

    def _pump(self, exchange: Exchange) -> None:
        """Let a stream give what there is to give."""
        try:
            if exchange.stream is not None and not exchange.ended:
                exchange.stream.pump(self._draft, exchange)
        except Exception:
            self._fail(exchange)
        if exchange.ended:
            self._close(exchange)
        elif exchange.behind:
            self._behind[exchange.number] = exchange

    def _fail(self, exchange: Exchange) -> None:
        """An error of ours in a stream, which ends its client and nothing else."""
        self._draft.faults.append(traceback.format_exc())
        self._close(exchange)
        exchange.break_off("reset")

    def _tell_stream(self, kind: str, stream: Stream, exchange: Exchange, payload: Any) -> None:
        """What the client of a stream has done since."""
        if kind == "data":
            stream.feed(self._draft, exchange, payload)
        elif kind == "end":
            exchange.input_closed = True
            stream.half_close(self._draft, exchange)
        else:
            stream.disconnect(self._draft, exchange)
            self._close(exchange)
            self._lingering.pop(exchange.number, None)
            exchange.finish()

    def _answer(self, exchange: Exchange) -> None:
        """Let the handler answer one request; a refused one leaves the world as it was."""
        self._settle()
        draft = self._draft
        if draft.fault_rules and self._ends_early(exchange):
            return
        try:
            outcome = self._handler(self, draft, exchange)
            kernel_events.drain(draft)
        except Refusal as refusal:
            if not refusal.keeps:
                draft.rollback()
            exchange.respond(_refused(exchange, refusal))
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
        elif isinstance(outcome, Reply):
            until_ns = draft.now_ns + exchange.cost_ns
            if not self._spend(exchange.cost_ns) and exchange.cost_ns > REQUEST_COST_NS:
                outcome = HeldReply(outcome, until_ns)
        if isinstance(outcome, Reply):
            if self._is_poll(exchange, outcome):
                outcome = self._hold(exchange, outcome)
            exchange.respond(outcome)
            return
        exchange.stream = outcome
        self._opened(exchange)
        try:
            outcome.pump(draft, exchange)
        except Exception:
            draft.rollback()
            self._fail(exchange)
        if exchange.ended:
            self._close(exchange)
        elif exchange.behind:
            self._behind[exchange.number] = exchange
        if not isinstance(outcome, HeldReply):
            self._spend(exchange.cost_ns)

    def _ends_early(self, exchange: Exchange) -> bool:
        """Let a request meet the rules of faults; whether it gets no further."""
        ending = troubles.meet(self._draft, exchange, fast=self.mode is TimeMode.FAST)
        self._settle()  # what the rules have counted stays, whatever becomes of the request
        if ending is None:
            return False
        self._spend(exchange.cost_ns)
        ending()
        return True

    def _spend(self, duration_ns: int) -> bool:
        """Let a fixed time pass. At the wall's pace time passes by itself.

        Returns:
            whether it has passed; otherwise it is owed.
        """
        if self.mode in (TimeMode.MANUAL, TimeMode.WALL) or duration_ns <= 0:
            return True
        return self._pass_time(self._draft.now_ns + duration_ns)

    def _pass_time(self, target_ns: int) -> bool:
        """Let time pass up to an instant, every timer on the way in its turn; whether there were the slices for it."""
        self.owed_ns = max(self.owed_ns, target_ns)
        self._work()
        return self._draft.now_ns >= target_ns

    # telling

    def _settle(self) -> None:
        """Make what has happened the world, and tell the streams it concerns."""
        draft = self._draft
        before = self._world
        while True:
            notices = draft.take_notices()
            self._world = draft.freeze()
            if self._waiters and self._world is not before:
                with self.lock:
                    self.lock.notify_all()
            if self._check:
                from fakedocker.world.check import check

                check(self._world)
            if not notices or not self._dispatch(notices):
                return
            kernel_events.drain(draft)

    def _dispatch(self, notices: list[Notice]) -> bool:
        """Tell whoever listens. False if nobody does, and so nothing can have changed."""
        heard = False
        touched: dict[int, Exchange] = {}
        for notice in notices:
            if notice.kind == external.NOTICE:
                self._errands[int(notice.key)] = notice.value
            subject = (notice.kind, notice.key)
            observer = self._observers.get(subject)
            if observer is not None:
                observer(notice.value)
                heard = True
            members = self._subscribers.get(subject)
            if not members:
                continue
            for number, exchange in list(members.items()):
                if exchange.stream is None:
                    continue
                try:
                    exchange.stream.notice(self._draft, exchange, notice)
                except Exception:
                    self._fail(exchange)
                touched[number] = exchange
        for exchange in touched.values():
            self._pump(exchange)
        return heard or bool(touched)

    def _opened(self, exchange: Exchange) -> None:
        stream = exchange.stream
        assert stream is not None
        self._open[exchange.number] = exchange
        for key in stream.subjects():
            self._subscribers.setdefault(key, {})[exchange.number] = exchange

    def _close(self, exchange: Exchange) -> None:
        stream = exchange.stream
        if stream is None:
            return
        self._open.pop(exchange.number, None)
        self._behind.pop(exchange.number, None)
        if stream.converses and not stream.passive:
            self._lingering[exchange.number] = exchange
        for key in stream.subjects():
            members = self._subscribers.get(key)
            if members is not None:
                members.pop(exchange.number, None)
                if not members:
                    del self._subscribers[key]

    def streams(self) -> list[Stream]:
        """What goes on for clients now."""
        return [exchange.stream for exchange in self._open.values() if exchange.stream is not None]

    def _lose_clients(self) -> None:
        """The daemon has gone: every connection breaks."""
        for exchange in list(self._open.values()):
            self._close(exchange)
            exchange.break_off("reset")

    def observe(self, key: tuple[str, str | int], observer: Callable[[Any], None] | None) -> None:
        """Let a driver hear the notices of a kind and key (see `Draft.notify`); None ends it."""
        if observer is None:
            self._observers.pop(key, None)
        else:
            self._observers[key] = observer

    # polling

    def _is_poll(self, exchange: Exchange, reply: Reply) -> bool:
        """Whether a client reads again and again what it has just read, to the same answer.

        Twice is no polling yet: docker-py inspects a container before it attaches to it, whose user may have looked just before. Of services it reads several things in turn (their state, their tasks, the nodes): there, what it has read since it last asked for
        anything else. A client that lets time pass between its looks needs no help.
        """
        request = exchange.request
        if request.method != "GET":
            self._watched.pop(request.client, None)
        if request.method != "GET" or reply.body is None or not request.client or self.mode is not TimeMode.FAST:
            return False
        target, body, times = self._last_reads.get(request.client, ("", b"", 0))
        times = times + 1 if (target, body) == (request.target, reply.body) else 1
        self._last_reads[request.client] = (request.target, reply.body, times)
        if _OF_SERVICES.match(request.target) is None:
            return times >= POLLED_TIMES
        watched = self._watched.setdefault(request.client, {})
        known, read_ns = watched.get(request.target, (b"", 0))
        watched[request.target] = (reply.body, self._draft.now_ns)
        return known == reply.body and self._draft.now_ns - read_ns < POLL_INTERVAL_NS

    def _hold(self, exchange: Exchange, reply: Reply) -> Reply:
        """Give time a chance, up to a second, to change an answer that is being polled."""
        end = self._draft.now_ns + POLL_PATIENCE_NS
        kernel = self._draft.kernel
        jumps = 0
        while (due := kernel.next_timer_ns()) is not None and due <= end and jumps < 1000:
            jumps += 1
            if not self._pass_time(max(due, self._draft.now_ns)):
                break
            outcome = self._handler(self, self._draft, exchange)
            if isinstance(outcome, Reply) and outcome.body != reply.body:
                reply = outcome
                break
        else:
            self._pass_time(end)
        assert reply.body is not None
        self._last_reads[exchange.request.client] = (exchange.request.target, reply.body, POLLED_TIMES - 1)
        if exchange.request.client in self._watched:
            self._watched[exchange.request.client][exchange.request.target] = (reply.body, self._draft.now_ns)
        return reply


def _refused(exchange: Exchange, refusal: Refusal) -> Reply:
    """The answer to a request that is refused."""
    if not exchange.refusal_type:
        return json_reply({"message": refusal.message}, refusal.status)
    headers = (("Content-Type", exchange.refusal_type),)
    return Reply(status=refusal.status, headers=headers, body=f"{refusal.message}\r\n".encode(), bare=True)
