"""The inside of the engine: inputs are taken, turns are made, requests answered, streams told.

`engine.Engine` is the face of it. A turn looks at the inputs that have come, lets processes run for a bounded share,
makes what has happened the world, and tells whom it concerns.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any

from fakedocker.base import messages
from fakedocker.base.messages import Refusal
from fakedocker.engine.external import Errands
from fakedocker.engine.inflight import REQUEST_COST_NS, Exchange, HeldReply, Stream, TimeMode
from fakedocker.engine.journal import Entry
from fakedocker.engine.open_exchanges import OpenExchanges
from fakedocker.engine.polling import PATIENCE_NS, Polling
from fakedocker.engine.threads import Threads
from fakedocker.filesystem.windows import Windows
from fakedocker.operations.system import kernel_events
from fakedocker.registry.errands import AnyErrand, Result
from fakedocker.wire.http import Reply, Request, json_reply
from fakedocker.world.draft import Draft
from fakedocker.world.tasks import ErrandTask
from fakedocker.world.world import World

SLICES_PER_TURN = 2_000
Pause = Callable[[], bool]
"""Asked before each slice whether processes shall wait; how a driver that has a clock bounds a turn by it."""
Handler = Callable[[Any, Draft, Exchange], "Reply | Stream"]
"""What requests mean; it is given the engine, the world in the middle of a change, and the request."""


class Core:
    """See the module's docstring.

    Args:
        owner: the engine, which handlers are given.
        draft: the world in the middle of a change, with its kernel.
        handler: what requests mean.
        mode: how time passes.
        check: look at every invariant after every input.
    """

    def __init__(
        self,
        owner: Any,  # Any: the engine, which stands on this module
        draft: Draft,
        world: World,
        handler: Handler,
        mode: TimeMode,
        check: bool,
    ) -> None:
        self._owner = owner
        self._handler = handler
        self._check = check
        self._inputs: deque[tuple[str, Exchange, Any]] = deque()
        self.draft = draft
        self.world = world
        self.mode = mode
        self.journal: list[Entry] = []
        self.journaling = True
        self.turns = 0
        self.owed_ns = 0
        self.numbered = 0
        """How many exchanges there have been."""
        self.open = OpenExchanges(draft)
        self.open.observe(("daemon", "down"), lambda _: self.open.lose_all())
        draft.is_heard = self.open.is_heard
        self.polling = Polling()
        self.errands = Errands()
        self.forget_errands()
        self.windows = Windows(lambda block, answer: self.record("read", 0, (block, answer)))
        self.threads = Threads()
        self.on_submit: list[Callable[[Exchange], None]] = []

    # inputs

    def submit(self, request: Request, internal: bool = False) -> Exchange:
        """Put a request in; it is looked at in the next turn.

        Args:
            internal: it comes from a program inside the simulation, so that it is no input of its own.
        """
        with self.threads.lock:
            self.threads.note_user()
            self.numbered += 1
            exchange = Exchange(self.numbered, request)
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
        """The client has gone. That says nothing once it has read its answer to the end."""
        if not exchange.drained:
            self._inputs.append(("gone", exchange, None))

    def report(self, task: int, result: Result) -> None:
        """An errand outside has been done; its result is an input."""
        self.errands.done(task)
        self.take_internal()
        self.turns += 1
        self.record("errand", 0, (task, result))
        with self.windows:
            kernel_events.errand_done(self.draft, task, result)
            kernel_events.dispatch(self.draft)
            self.settle()

    def deliver(self, task: int, errand: AnyErrand, result: Result) -> None:
        """An errand that was handed over has been done; forgotten where nothing waits for it any more."""
        if not self.errands.is_under_way(task, errand):
            return
        if task in self.draft.tasks:
            self.report(task, result)
        else:
            self.errands.done(task)

    def forget_errands(self) -> None:
        """Another world begins: what waits in it for an errand hears that it failed."""
        self.errands.begin_again(task.id for task in self.draft.tasks.values() if isinstance(task, ErrandTask))

    def forget_windows(self) -> None:
        """Remember nothing of the machine's files, as a run does that is taken up from here."""
        self.turns += 1
        self.record("forget", 0, None)
        self.windows.forget()

    def _do_errands(self) -> None:
        while (found := self.errands.perform_next()) is not None:
            self.report(*found)

    def record(self, kind: str, exchange: int, payload: Any) -> None:  # Any: plain data, as that kind of input takes it
        if self.journaling:
            self.journal.append(Entry(self.turns, self.slices, kind, exchange, payload))

    # turns

    @property
    def slices(self) -> int:
        """How many slices of processes have run: the step of what happens now."""
        return self.draft.kernel.slices

    @property
    def work(self) -> int:
        """How many system calls processes have made."""
        return self.draft.kernel.work

    @property
    def busy(self) -> bool:
        """Whether a turn would do something."""
        draft = self.draft.kernel_draft
        return bool(self._inputs) or bool(draft.queue) or draft.now_ns < self.owed_ns or self.open.can_go_on

    def turn(self, slices: int = SLICES_PER_TURN, pause: Pause | None = None) -> bool:
        """Look at the inputs that have come, then let processes run.

        Args:
            slices: how many slices of processes at most. Here a turn is bounded in operations, never in time.
            pause: bounds it further, see `Pause`. Where it has ended is in the journal, so that a replay ends it there
                too.

        Returns:
            whether there is more to do.
        """
        self.turns += 1
        self.draft.kernel.begin_share(slices, pause)
        start = self.slices
        try:
            with self.windows:
                while self._inputs:
                    self._apply(*self._inputs.popleft())
                self._work()
                self.record_cut(start)
                self.settle()
                self.open.go_on()
                self._do_errands()
        except BaseException:
            self.draft.rollback()
            raise
        return self.busy

    def take_internal(self) -> None:
        """Look at what programs inside have asked for so far: it comes before whatever else comes from outside than
        requests.

        When that is would otherwise depend on where turns end, which a replay need not know where nobody outside has
        noticed.
        """
        if self._inputs:
            waiting = [given for given in self._inputs if given[1].internal]
            self._inputs = deque(given for given in self._inputs if not given[1].internal)
            for given in waiting:
                self._apply(*given)

    def _work(self) -> None:
        """Let processes run and the time pass that is owed, until there is no more of either or the share of slices is
        used up."""
        with self.windows:
            self._work_on()

    def _work_on(self) -> None:
        draft, kernel = self.draft, self.draft.kernel
        kernel_draft = draft.kernel_draft
        while True:
            if kernel_draft.emitted:
                kernel_events.dispatch(draft)
            is_done = kernel.pass_time(self.owed_ns) if kernel_draft.now_ns < self.owed_ns else kernel.run_ready()
            if not kernel_draft.emitted and (kernel.is_cut or (is_done and kernel_draft.now_ns >= self.owed_ns)):
                return

    def record_cut(self, start: int) -> None:
        """Note where the slices ended that a turn had, where they ended early."""
        if self.draft.kernel.is_cut:
            self.record("cut", 0, self.slices - start)

    def _apply(self, kind: str, exchange: Exchange, payload: Any) -> None:
        if not exchange.internal:
            self.record(kind, exchange.number, payload)
        if kind == "request":
            self._answer(exchange)
            return
        if exchange.stream is None or (exchange.ended and kind != "gone"):
            return
        self.settle()
        try:
            self.open.tell(kind, exchange, payload)
            kernel_events.dispatch(self.draft)
        except Exception:
            self.draft.rollback()
            self.open.fail(exchange)

    # answers

    def _answer(self, exchange: Exchange) -> None:
        """Let the handler answer one request; a refused one leaves the world as it was."""
        self.settle()
        if self.draft.fault_rules and self._ends_early(exchange):
            return
        outcome = self._outcome(exchange)
        if outcome is None:
            return
        if isinstance(outcome, Reply):
            outcome = self._take_time(exchange, outcome)
        if isinstance(outcome, Reply):
            if self.polling.note(exchange, outcome, self.draft.now_ns, self.mode is TimeMode.FAST):
                outcome = self._hold(exchange, outcome)
            exchange.respond(outcome)
            return
        exchange.stream = outcome
        self.open.begin(exchange)
        if not isinstance(outcome, HeldReply):
            self._spend(exchange.cost_ns)

    def _outcome(self, exchange: Exchange) -> Reply | Stream | None:
        """What the handler answers; None where the request was refused or has failed, and has been told so."""
        draft = self.draft
        try:
            outcome = self._handler(self._owner, draft, exchange)
            kernel_events.dispatch(draft)
            return outcome
        except Refusal as refusal:
            if not refusal.commits_partial:
                draft.rollback()
            exchange.respond(_refused(exchange, draft.words.reword(refusal)))
        except OSError as problem:  # the daemon's own files: a disk that is full
            draft.rollback()
            exchange.respond(json_reply({"message": str(problem.strerror).lower()}, 500))
        except Exception as problem:
            draft.rollback()
            import traceback  # seldom needed, and start-up time matters

            draft.faults.append(traceback.format_exc())
            message = messages.OWN_FAILURE.format(kind=type(problem).__name__, problem=problem)
            exchange.respond(json_reply({"message": message}, 500))
        return None

    def _take_time(self, exchange: Exchange, reply: Reply) -> Reply | HeldReply:
        """Let the time pass that a request takes, or have its answer wait for it."""
        until_ns = self.draft.now_ns + exchange.cost_ns
        takes_long = exchange.cost_ns > REQUEST_COST_NS
        if self.mode is TimeMode.WALL:
            return HeldReply(reply, until_ns) if takes_long else reply
        return HeldReply(reply, until_ns) if not self._spend(exchange.cost_ns) and takes_long else reply

    def _ends_early(self, exchange: Exchange) -> bool:
        """Let a request meet the rules of faults; whether it gets no further."""
        from fakedocker.engine import fault_injection  # read when something goes wrong: start-up time matters

        ending = fault_injection.apply(self.draft, exchange, fast=self.mode is TimeMode.FAST)
        self.settle()  # what the rules have counted stays, whatever becomes of the request
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
        return self.pass_time(self.draft.now_ns + duration_ns)

    def pass_time(self, target_ns: int) -> bool:
        """Let time pass up to an instant, every timer on the way in its turn; whether there were the slices for it."""
        self.owed_ns = max(self.owed_ns, target_ns)
        self._work()
        return self.draft.now_ns >= target_ns

    def _hold(self, exchange: Exchange, reply: Reply) -> Reply:
        """Give time a chance, up to a second, to change an answer that is being polled."""
        end_ns = self.draft.now_ns + PATIENCE_NS
        jumps = 0
        while (due_ns := self.draft.kernel.next_timer_ns()) is not None and due_ns <= end_ns and jumps < 1000:
            jumps += 1
            if not self.pass_time(max(due_ns, self.draft.now_ns)):
                break
            outcome = self._handler(self._owner, self.draft, exchange)
            if isinstance(outcome, Reply) and outcome.body != reply.body:
                reply = outcome
                break
        else:
            self.pass_time(end_ns)
        self.polling.answered(exchange, reply, self.draft.now_ns)
        return reply

    # telling

    def clear_inputs(self) -> None:
        """Forget the inputs that have not been looked at, and the time that is owed."""
        self._inputs.clear()
        self.owed_ns = 0

    def restore(self, world: World) -> None:
        """Go on from a snapshot; every open stream ends."""
        self.turns += 1
        self.record("restore", 0, world)
        self.clear_inputs()
        for exchange in self.open.close_all():
            if not exchange.answered:
                exchange.respond(json_reply({"message": messages.WENT_BACK}, 500))
            exchange.finish()
        self.draft.restore(world)
        self.world = world
        self.forget_errands()
        self.polling.forget()

    def settle(self) -> None:
        """Make what has happened the world, and tell the streams it concerns."""
        draft = self.draft
        before = self.world
        while True:
            notices = draft.take_notices()
            self.world = draft.freeze()
            if self.world is not before:
                self.threads.changed()
            if self._check:
                from fakedocker.world.check import check

                check(self.world)
            if not notices:
                return
            self.errands.hear(notices)
            if not self.open.dispatch(notices):
                return
            kernel_events.dispatch(draft)


def _refused(exchange: Exchange, refusal: Refusal) -> Reply:
    """The answer to a request that is refused."""
    if not exchange.refusal_type:
        return json_reply({"message": refusal.message}, refusal.status)
    headers = (("Content-Type", exchange.refusal_type),)
    return Reply(status=refusal.status, headers=headers, body=f"{refusal.message}\r\n".encode(), bare=True)
