"""Threads of a program: each is a stack of frames; they take turns when one waits, and now and then."""

from __future__ import annotations

from typing import Final

from fakedocker.kernel.program import Block
from fakedocker.userland.languages.machine.cells import NotSimulated, Value, cell
from fakedocker.userland.languages.machine.code import After, Frame, Runner
from fakedocker.userland.languages.python import signals
from fakedocker.userland.languages.python.signs import Interpreter
from fakedocker.userland.languages.python.types import native

_TURN_QUANTA: Final = 80
_MOST: Final = 256


@cell
class Thread:
    """A thread that is not the one that runs, or is. `top` is its frame on top while it rests; `fd` what it waits to read."""

    __slots__ = ("asked", "daemon", "done", "fd", "number", "top", "value")

    def __init__(self, number: int, top: Frame | None, value: Value) -> None:
        self.number = number
        self.top = top
        self.value = value
        self.done = False
        self.daemon = False
        self.fd: int | None = None
        self.asked: Value = None  # the arguments of the call that it waits in


def threads_of(m: Interpreter) -> list[Thread]:
    """All threads that are not done, the one that runs first; only one without any that were started."""
    found: list[Thread] = m.memory.roots.setdefault("threads", [])
    if not found:
        found.append(Thread(0, None, None))
    return found


def rest(m: Interpreter) -> None:
    """Between two quanta: signals become exceptions, and now and then another thread has its turn."""
    threads = m.memory.roots.get("threads")
    if _takes_signals(threads):
        signals.deliver(m)
    if threads and len(threads) > 1:
        m.quanta += 1
        if m.quanta >= _TURN_QUANTA:
            m.quanta = 0
            m.stalled = 0  # the one that is passed over may have something to do
            _turn(m, threads)


def _takes_signals(threads: list[Thread] | None) -> bool:
    """Whether the main thread runs, or there is none any more: handlers of signals are run in it alone."""
    return not threads or threads[0].number == 0 or all(each.number for each in threads)


def _turn(m: Interpreter, threads: list[Thread]) -> None:
    current = threads.pop(0)
    current.top = m.top
    threads.append(current)
    m.top = threads[0].top
    m.thread_number = threads[0].number


def blocked(m: Interpreter) -> bool:
    """The thread that runs has to wait. Gives whether another one goes on. Blocks when none can."""
    threads = m.memory.roots.get("threads")
    if m.system.signals_pending() and _takes_signals(threads):
        signals.deliver(m)
        return True
    if not threads or len(threads) < 2:
        return False
    threads[0].fd, m.waiting_fd = m.waiting_fd, None
    pending = getattr(m.top, "pending", None)
    asked = pending[1] if pending is not None else None
    m.stalled = m.stalled + 1 if asked is not None and asked is threads[0].asked else 1
    threads[0].asked = asked
    _turn(m, threads)
    if m.stalled > len(threads):
        m.stalled = 0
        waits = m.state.get("waits", {})
        m.system.poll([each.fd for each in threads if each.fd is not None], min(waits.values(), default=None))
    return True


def wait(m: Interpreter, deadline_ns: int | None = None) -> None:
    """Wait until another thread has done something, or for ever. Blocks."""
    if len(threads_of(m)) > 1:
        raise Block
    m.system.pause_for_signal(deadline_ns)
    signals.check(m)


@native("start", module="_threads")
def _start(m: Interpreter, value: Value, function: Value, daemon: Value) -> Value:
    """Begin a thread that calls a function; gives its number."""
    threads = threads_of(m)
    if len(threads) >= _MOST:
        raise NotSimulated("so many threads")
    number = m.memory.roots["thread_count"] = int(m.memory.roots.get("thread_count", 0)) + 1
    frame = m.trampoline(function, [])
    frame.after = _ENDED
    made = Thread(number, frame, value)
    made.daemon = bool(daemon)
    threads.append(made)
    return number


@native("start_unjoined", module="_threads")
def _start_unjoined(m: Interpreter, function: Value) -> Value:
    """Begin a thread that nobody waits for, and of which nothing stays when it has ended."""
    number = _start(m, None, function, True)
    threads_of(m)[-1].value = (number,)
    return number


@native("thread_number", module="_threads")
def _thread_number(m: Interpreter) -> Value:
    return threads_of(m)[0].number


def _ended(runner: Runner, frame: Frame, value: Value) -> None:
    m: Interpreter = runner
    threads = threads_of(m)
    ended = threads.pop(0)
    ended.done = True
    ended.top = None
    if type(ended.value) is not tuple:
        m.state.setdefault("done_threads", set()).add(ended.number)
    m.stalled = 0
    m.top = threads[0].top if threads else None
    m.thread_number = threads[0].number if threads else 0


def _failed(runner: Runner, frame: Frame, value: Value) -> bool:
    from fakedocker.userland.languages.python import files, tracebacks

    m: Interpreter = runner
    thread = threads_of(m)[0]
    if value.cls.name != "SystemExit":
        files.flush(m, m.modules["sys"].names["stderr"])
        name = "Thread" if type(thread.value) is tuple else thread.value.fields.get("_name", "Thread")
        m.system.put(
            f"Exception in thread {name}:\n{tracebacks.format_exception(m, value)}".encode("utf-8", "backslashreplace"),
            2,
        )
    _ended(runner, frame, None)
    return True


_ENDED: Final = After("python.thread", _ended, _failed)


def end_main(m: Interpreter) -> bool:
    """The main thread is through; whether others are to go on before the end of the program."""
    threads = m.memory.roots.get("threads")
    if not threads:
        return False
    if threads[0].number == 0:
        threads.pop(0)
    if all(each.daemon for each in threads):
        return False
    threads.sort(key=lambda each: each.daemon)
    m.top = threads[0].top
    m.thread_number = threads[0].number
    return True


@native("is_done", module="_threads")
def _is_done(m: Interpreter, number: Value) -> Value:
    return number in m.state.get("done_threads", ())


@native("current", module="_threads")
def _current(m: Interpreter) -> Value:
    """The object of the thread that runs; None for the main one."""
    value = threads_of(m)[0].value
    return None if type(value) is tuple else value


@native("wait_until_true", module="_threads")
def _wait_until_true(m: Interpreter, cell_: Value, deadline: Value) -> Value:
    """Wait until a list's first item is true; whether it is. Blocks."""
    if m.truth(cell_[0]):
        m.state.setdefault("waits", {}).pop(f"thread {m.thread_number}", None)
        m.stalled = 0
        return True
    if deadline is not None:
        if m.system.now_ns >= deadline:
            m.state.setdefault("waits", {}).pop(f"thread {m.thread_number}", None)
            return False
        m.state.setdefault("waits", {})[f"thread {m.thread_number}"] = deadline
    wait(m, deadline)
    return m.truth(cell_[0])


@native("wait_done", module="_threads")
def _wait_done(m: Interpreter, number: Value, deadline: Value) -> Value:
    """Wait until a thread is done; whether it is. Blocks."""
    return _wait_until_true(m, [number in m.state.get("done_threads", ())], deadline)


@native("deadline", module="_threads")
def _deadline(m: Interpreter, seconds: Value) -> Value:
    return None if seconds is None else m.system.now_ns + int(seconds * 1_000_000_000)
