"""The loop of events: jobs and ticks, timers, immediates, and what comes from descriptors, children and signals.

Source of the order: node's guide to its event loop; between two callbacks all of process.nextTick's are run, and then the
reactions of promises.
"""

from __future__ import annotations

from typing import Final

from fakedocker.kernel.program import System
from fakedocker.userland.languages.javascript import calls, node_traces
from fakedocker.userland.languages.javascript.cells import JsObject, Value
from fakedocker.userland.languages.javascript.promises import run_job
from fakedocker.userland.languages.javascript.realm import Realm
from fakedocker.userland.languages.javascript.shared import Native
from fakedocker.userland.languages.machine.cells import cell
from fakedocker.userland.languages.machine.code import After, Frame, Runner

TIMERS_BELOW: Final = (
    "listOnTimeout (node:internal/timers:581:17)",
    "process.processTimers (node:internal/timers:519:7)",
)
IMMEDIATES_BELOW: Final = ("process.processImmediate (node:internal/timers:483:21)",)
TICKS_BELOW: Final = ("process.processTicksAndRejections (node:internal/process/task_queues:77:11)",)
JOBS_BELOW: Final = ("process.processTicksAndRejections (node:internal/process/task_queues:95:5)",)


@cell
class Timer:
    """A timer that runs. `repeat_ms` is 0 for one that goes off once; `number` keeps the order of those due at once."""

    __slots__ = ("arguments", "callback", "due_ns", "is_ref", "number", "repeat_ms", "thing")

    def __init__(
        self, due_ns: int, number: int, callback: Value, arguments: list[Value], repeat_ms: int, thing: JsObject
    ) -> None:
        self.due_ns = due_ns
        self.number = number
        self.callback = callback
        self.arguments = arguments
        self.repeat_ms = repeat_ms
        self.thing = thing
        self.is_ref = True


@cell
class Loop:
    """What a script waits for.

    Attributes:
        timers: those that run, by number.
        immediates: (callback, arguments, thing) of setImmediate.
        watched: descriptor -> the callback that is told that it can be read.
        unref: descriptors that alone keep no process alive.
        children: pid -> the callback that is told how it ended.
        signals: number -> the callback that is told that it came.
        phase: where the loop is.
        due: what is still to be called in this phase.
    """

    __slots__ = ("children", "count", "due", "immediates", "phase", "signals", "timers", "unref", "watched")

    def __init__(self) -> None:
        self.timers: dict[int, Timer] = {}
        self.immediates: list[Value] = []
        self.watched: dict[int, Value] = {}
        self.unref: set[int] = set()
        self.children: dict[int, Value] = {}
        self.signals: dict[int, Value] = {}
        self.phase = "main"
        self.due: list[Value] = []
        self.count = 0

    def is_alive(self) -> bool:
        """Whether anything is left that keeps the process."""
        return bool(
            self.immediates
            or self.children
            or any(timer.is_ref for timer in self.timers.values())
            or any(descriptor not in self.unref for descriptor in self.watched)
        )


class EventLoop:
    """Runs a realm's frames and then its events, to their end."""

    def __init__(self, realm: Realm, loop: Loop) -> None:
        self.realm = realm
        self.loop = loop
        self.system: System = realm.machine.system

    def run(self) -> None:
        """Until there is nothing left to wait for. Blocks. Thrown if nothing catches an error."""
        while True:
            self.realm.machine.run()
            if self._next_job():
                continue
            self._check_rejections()
            if self.loop.due:
                self._call(*self.loop.due.pop(0))
                continue
            if not self._next_phase():
                return

    def run_until_idle(self) -> None:
        """Until the frames are left and no job waits. Blocks."""
        while True:
            self.realm.machine.run()
            result = self.realm.machine.result
            if not self._next_job():
                self.realm.state.rejected = []
                return
            self.realm.machine.run()
            self.realm.machine.result = result

    def _below(self, lines: tuple[str, ...]) -> None:
        """What traces show below the frames that begin now."""
        self.realm.state.host["below"] = lines

    def _next_job(self) -> bool:
        """Begin the next of nextTick's, or else of the promises' jobs."""
        state = self.realm.state
        host = state.host
        if state.ticks and not (host.get("jobs_first") and state.jobs):
            host["ticking"], host["jobs_first"] = True, False
            callback, arguments = state.ticks.popleft()
            self._below(TICKS_BELOW)
            calls.enter(self.realm, callback, None, arguments, after=_DONE)
            return True
        if state.jobs:
            host["jobs_first"] = True  # all of them run before the next tick
            job = state.jobs.popleft()
            self._below(node_traces.called("task") if job[0] == "call" else JOBS_BELOW if host.get("ticking") else ())
            run_job(self.realm, job)
            return True
        host["ticking"] = False
        host["jobs_first"] = False
        self._below(())
        return False

    def _check_rejections(self) -> None:
        """A promise that failed and that nobody watches ends the process, as an error that nobody catches."""
        state = self.realm.state
        rejected, state.rejected = state.rejected, []
        for promise in rejected:
            if not promise.handled:
                handler = state.host.get("on_rejection")
                if handler is not None:
                    self.loop.due.append((handler, None, [promise.value, promise], ()))
                    continue
                raise Rejected(promise.value)

    def _call(self, callback: Value, this: Value, arguments: list[Value], below: tuple[str, ...]) -> None:
        self._below(below)
        calls.enter(self.realm, callback, this, arguments, after=_DONE)

    # phases

    def _next_phase(self) -> bool:
        """Go to the next phase that has something to do; whether there is one. Blocks."""
        loop = self.loop
        if loop.phase == "main":
            loop.phase = "timers"
            self._due_timers(self.system.now_ns + 1_000_000)
            return True
        if loop.phase == "timers":
            self._poll()
            loop.phase = "poll"
            return True
        if loop.phase == "poll":
            loop.phase = "check"
            due, loop.immediates = loop.immediates, []
            loop.due += [(callback, thing, arguments, IMMEDIATES_BELOW) for callback, arguments, thing in due]
            return True
        if not self.loop.is_alive():
            return False
        loop.phase = "timers"
        self._due_timers(self.system.now_ns)
        return True

    def _due_timers(self, now_ns: int) -> None:
        """Let the timers go off whose time has come, in the order of their times."""
        loop = self.loop
        due = sorted(
            (timer for timer in loop.timers.values() if timer.due_ns <= now_ns),
            key=lambda timer: (timer.due_ns, timer.number),
        )
        for timer in due:
            loop.due.append((FIRE, timer, [], ()))

    def _poll(self) -> None:
        """Wait for descriptors, children and signals, unless something else is due. Blocks."""
        loop, system = self.loop, self.system
        self._take_signals()
        if loop.due:
            return
        waits = not loop.immediates and self.loop.is_alive()
        times = [timer.due_ns for timer in loop.timers.values()]
        until_ns = min(times, default=None) if waits else system.now_ns
        if waits or loop.watched:
            for ready in system.poll(list(loop.watched), until_ns):
                loop.due.append((loop.watched[ready], None, [float(ready)], ()))

    def _take_signals(self) -> None:
        loop, system = self.loop, self.system
        while (number := system.take_signal()) is not None:
            if number == 17:
                self._reap()
            elif number in loop.signals:
                loop.due.append((loop.signals[number], None, [float(number)], ()))

    def _reap(self) -> None:
        for pid in list(self.loop.children):
            status = self.system.reap_ending(pid)
            if status is not None:
                callback = self.loop.children.pop(pid)
                self.loop.due.append((callback, None, [float(status)], ()))


class Rejected(Exception):
    """A promise has failed and nobody watches it."""

    def __init__(self, value: Value) -> None:
        super().__init__()
        self.value = value


def _fire(realm: Realm, this: Value, arguments: list[Value]) -> Value:
    """A timer goes off, if it still runs."""
    timer: Timer = this
    loop: Loop = realm.state.host["loop"]
    if loop.timers.get(timer.number) is not timer:
        return None
    if timer.repeat_ms:
        timer.due_ns = max(timer.due_ns, realm.machine.system.now_ns) + timer.repeat_ms * 1_000_000
    else:
        del loop.timers[timer.number]
    realm.state.host["below"] = TIMERS_BELOW
    return calls.enter(realm, timer.callback, timer.thing, timer.arguments)


def _ignore(machine: Runner, frame: Frame, value: Value) -> None:
    return None


_DONE: Final = After("javascript.event_done", _ignore)


FIRE: Final = Native("%fire", _fire)
