"""The state as a value: freezing, going back, branches that do not disturb one another; and the timers under it."""

from __future__ import annotations

from hypothesis import given, settings, strategies as st

from fakedocker.kernel import signals, timers
from fakedocker.kernel.events import Output
from fakedocker.kernel.kernel import Kernel
from fakedocker.kernel.state import KernelDraft
from helpers.kernel_machine import SECOND_NS, Machine, pipeline


def test_freezing_without_a_change_gives_the_same_object() -> None:
    machine = Machine()
    machine.start("sleep", "5")
    machine.settle()
    first = machine.draft.freeze()
    assert machine.draft.freeze() is first
    machine.kernel.processes_of("box")
    machine.kernel.next_timer_ns()
    assert machine.draft.freeze() is first
    machine.wait(1)
    assert machine.draft.freeze() is not first


def test_a_frozen_state_never_changes() -> None:
    machine = Machine()
    machine.start("each", "sleep", "1", "--", "echo", "done", stdin=True)
    machine.settle()
    frozen = machine.draft.freeze()
    process = min(frozen.processes.items())[1]
    before = repr(process), repr(process.body.state), repr(list(frozen.pipes.values()))
    machine.kernel.feed("box", b"data")
    machine.wait(5)
    assert (repr(process), repr(process.body.state), repr(list(frozen.pipes.values()))) == before


def test_rollback_forgets_everything_since_the_last_freeze() -> None:
    machine = Machine()
    machine.start("sleep", "5")
    machine.settle()
    frozen = machine.draft.freeze()
    machine.start("echo", "x", stream="other")
    machine.kernel.run(10)
    machine.kernel.set_timer(0, "key")
    machine.draft.rollback()
    assert machine.draft.freeze() is frozen
    assert not machine.kernel.emitted
    machine.wait(5)
    assert len(machine.exits()) == 1


SCENARIO = (
    "each",
    *[
        "pipeline",
        "yes",
        "|",
        "cat",
        "|",
        "head",
        "3000",
        "--",
        "sleep",
        "0.5",
        "--",
        "pipeline",
        "echo",
        "a",
        "|",
        "cat",
        "|",
        "cat",
        "--",
        "echo-server",
        "80",
    ],
)


def _begin() -> Machine:
    machine = Machine(pipeline=pipeline)
    machine.start(*SCENARIO)
    machine.start("trap", "15", "10", "2", stream="trap")
    machine.start(
        "each", *["sleep", "1", "--", "send", "127.0.0.1", "80", "hello", "--", "echo", "end"], stream="client"
    )
    machine.start("cat", stream="typed", terminal=True)
    return machine


def _step(kernel: Kernel, slices: int, heard: list[tuple[str, int, bytes]]) -> None:
    """A few slices, then the next timer when nobody can run; what comes out is kept."""
    if not kernel.run(slices):
        due = kernel.next_timer_ns()
        if due is not None and due < 1_700_000_000 * SECOND_NS + 20 * SECOND_NS:
            kernel.advance(due)
    heard += [(event.stream, event.fd, event.data) for event in kernel.emitted if isinstance(event, Output)]
    kernel.emitted.clear()


def _finish(kernel: Kernel, heard: list[tuple[str, int, bytes]]) -> dict[str, bytes]:
    for pid, signal in ((1201, signals.TERM), (1201, signals.INT), (1201, signals.USR1)):
        kernel.kill_from_outside(pid, signal)
        _step(kernel, 1, heard)
    kernel.terminal_input("typed", b"typed\n\x04")
    for _ in range(3000):
        _step(kernel, 5, heard)
    streams: dict[str, bytes] = {}
    for stream, _, data in heard:
        streams[stream] = streams.get(stream, b"") + data
    return streams


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(1, 7), max_size=120), st.lists(st.booleans(), min_size=120, max_size=120))
def test_branches_from_any_point_come_to_the_same_output(slices: list[int], freezes: list[bool]) -> None:
    machine = _begin()
    heard: list[tuple[str, int, bytes]] = []
    for number, freeze in zip(slices, freezes, strict=False):
        _step(machine.kernel, number, heard)
        if freeze:
            machine.draft.freeze()
    middle = machine.draft.freeze()
    kept = list(heard)
    expected = _finish(machine.kernel, heard)
    assert expected["box"] == b"y\n" * 1500 + b"0 0 0\n".replace(b"0 0 0", b"141 141 0") + b"a\n0 0 0\n"
    assert expected["client"] == b"HELLO\nend\n"
    branch = Kernel(KernelDraft(middle, "seed"), machine.programs)
    assert _finish(branch, list(kept)) == expected
    machine.draft.reset(middle)
    assert _finish(machine.kernel, list(kept)) == expected


@given(st.lists(st.tuples(st.integers(0, 50), st.booleans(), st.booleans())), st.integers(0, 60))
def test_timers_come_in_order_of_time_and_then_of_setting(steps: list[tuple[int, bool, bool]], until: int) -> None:
    dead: set[int] = set()
    queue = timers.TimerQueue((), lambda entry: entry[1] not in dead)
    expected = []
    heap: timers.Heap = ()
    for number, (at_ns, freeze, cancel) in enumerate(steps):
        queue.add((at_ns, number, "wake", None))
        if cancel:
            dead.add(number)
            queue.cancelled()
        else:
            expected.append((at_ns, number))
        if freeze:
            heap = queue.freeze()
    expected.sort()
    first = queue.first()
    assert (first[:2] if first else None) == (expected[0] if expected else None)
    popped = []
    while (entry := queue.pop_due(until)) is not None:
        popped.append(entry[:2])
    assert [entry for entry in popped if entry[1] not in dead] == [entry for entry in expected if entry[0] <= until]
    assert timers.entries(timers.build(timers.entries(heap))) == timers.entries(heap)


def test_alarms_are_told_once_and_can_be_cancelled() -> None:
    machine = Machine()
    kernel = machine.kernel
    kernel.set_timer(machine.draft.now_ns + 5, "late")
    cancelled = kernel.set_timer(machine.draft.now_ns + 3, "never")
    kernel.set_timer(machine.draft.now_ns + 1, "early")
    kernel.cancel_timer(cancelled)
    kernel.cancel_timer(cancelled)
    kernel.cancel_timer(0)
    machine.wait(1)
    assert [event.key for event in machine.events + kernel.emitted] == ["early", "late"]
    assert kernel.next_timer_ns() is None
