"""The loop: runs the operations of the frame on top, a bounded number at a time, and finds who catches what is thrown.

An operation pops what it needs from its frame's stack and pushes what it gives. To call a function of the script it makes
a frame and lets the machine `enter` it; the value is on its own stack when it goes on. What blocks raises `Block` before it
has changed anything, and is run again. Functions of the host that need a value of a function of the script at once use
`call_nested`, in which nothing may wait.
"""

from __future__ import annotations

from itertools import repeat
from typing import Final, Protocol

from fakedocker.kernel.program import Block, System
from fakedocker.userland.languages.machine.cells import NotSimulated, Value
from fakedocker.userland.languages.machine.code import After, Frame, Runner
from fakedocker.userland.languages.machine.lifetimes import Lifetimes
from fakedocker.userland.languages.machine.memory import ScriptMemory

QUANTUM: Final = 256
_NOTHING: Final = object()
"""How many operations are run between two rests."""
QUANTUM_UNITS: Final = 64
"""What they cost, in microseconds: more than on a real machine, so that an endless loop soon costs its time."""
MOST_NESTED: Final = 24
MOST_NESTED_OPERATIONS: Final = 400_000
_MEASURED_EVERY: Final = 1 << 17
"""How many operations may add to the memory before it is measured."""


class Thrown(Exception):
    """Something that the script has thrown, or that was thrown at it: `value` is a value of its language."""

    def __init__(self, value: Value) -> None:
        super().__init__()
        self.value = value


class Exit(Exception):
    """The script ends the process at once."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class Language(Protocol):
    """What the machine asks of a language."""

    most_frames: int

    def too_deep(self, frame: Frame) -> Value:
        """What is thrown when there are too many frames: one more than the frame on top."""

    def thrown(self, problem: Exception) -> Value:
        """What a script sees of an exception of the host that an operation has raised. Raises it again if it is an error
        of ours."""

    def unwinding(self, frame: Frame, value: Value) -> None:
        """Something is thrown in a frame, or goes through it; the operation is the one before its `place`."""

    def left(self, frame: Frame) -> None:
        """Called after a frame was left, while the end of values is awaited."""

    def resting(self, machine: Machine) -> None:
        """Called between two quanta, where the machine may be changed: for signals, and for threads that take turns."""

    def end_dropped(self) -> None:
        """Called between two operations when values were dropped whose end is awaited."""

    def blocked(self, machine: Machine) -> bool:
        """An operation of the frame on top would block. Gives whether another frame is on top now, that may go on."""


class Machine:
    """A script on its way.

    Args:
        system: the system calls of its process.
        memory: what lasts of it; its root "top" is the frame on top.
        language: what the machine asks of its language.

    Attributes:
        top: the frame on top; None when all is done.
        result: what the lowest frame gave.
        lifetimes: the values whose end is awaited; a language that awaits any keeps it as the root "lifetimes".
    """

    def __init__(self, system: System, memory: ScriptMemory, language: Language) -> None:
        self.system = system
        self.memory = memory
        self.language: Value = language
        self.top: Frame | None = memory.roots.get("top")
        self.result: Value = None
        self.lifetimes: Lifetimes = memory.roots.get("lifetimes") or Lifetimes()
        self.nested = 0
        self._nested_left = 0
        self._unmeasured = 0
        self._floor: Frame | None = None
        self._through = False

    # calls

    def enter(self, frame: Frame) -> bool:
        """Put a frame on top; gives True, for the operation to give. Thrown if there are too many."""
        top = self.top
        if top is not None:
            frame.depth = top.depth + 1
            if frame.depth >= self.language.most_frames:
                raise Thrown(self.language.too_deep(frame))
        if not frame.code.operations:
            frame.code.prepare()
        frame.caller = top
        self.top = frame
        return True

    def leave(self, value: Value) -> bool:
        """Take the frame on top away and give a value to what follows it."""
        frame = self.top
        assert frame is not None
        caller = self.top = frame.caller
        frame.caller = None
        after = frame.after
        if after is not None:
            after.returned(self, frame, value)
        elif caller is not None:
            caller.stack.append(value)
        else:
            self.result = value
        if self.lifetimes.ends:
            self.language.left(frame)
        return True

    def call_nested(self, frame: Frame) -> Value:
        """Run a frame until it is left, and give its value. It must not wait: NotSimulated.

        Raises:
            Thrown: something was thrown through it.
        """
        if self.nested >= MOST_NESTED:
            raise Thrown(self.language.too_deep(frame))
        if not self.nested:
            self._nested_left = MOST_NESTED_OPERATIONS
        before, frame.after = self._floor, _NESTED
        self.nested += 1
        try:
            self.enter(frame)
            self._floor = frame
            self._through = False
            while not self._through:
                self._run_quantum()
                self._nested_left -= QUANTUM
                if self._nested_left < 0:
                    raise NotSimulated(
                        "so long a calculation in a function that is called from within another operation"
                    )
            found, self.result = self.result, None
            return found
        except Block:
            raise NotSimulated("waiting in a function that is called from within another operation") from None
        finally:
            self.nested -= 1
            self._floor = before
            self._through = False

    # the loop

    def run(self) -> Value:
        """Run until there is no frame left; what the lowest gave. Blocks, also to rest.

        Raises:
            Thrown: nothing caught it.
            NotSimulated: the script needs what is not there.
        """
        self.memory.roots["top"] = None  # so that it does not keep a frame that has been left
        try:
            while self.top is not None:
                try:
                    self._run_quantum()
                except Block:
                    if not self.language.blocked(self):
                        raise
                self.language.resting(self)
                self._rest()
        finally:
            self.memory.roots["top"] = self.top
        return self.result

    def _rest(self) -> None:
        """Pay for a quantum, and let others go on."""
        self._unmeasured += QUANTUM
        if self._unmeasured >= _MEASURED_EVERY:
            self.grown(0)
        self.system.charge(QUANTUM_UNITS)
        self.system.drain()

    def grown(self, operations: int) -> None:
        """Count what a large value adds to the memory, in operations' worth; once there is much of it all is measured."""
        self._unmeasured += operations
        if self._unmeasured >= _MEASURED_EVERY and not self.nested:
            self._unmeasured = 0
            self.memory.roots["top"] = self.top
            self.system.memory_held(self.memory.memory_bytes())
            self.memory.roots["top"] = None

    def _run_quantum(self) -> None:
        """Some operations; what they throw goes to who catches it."""
        frame = self.top
        assert frame is not None
        place = frame.place
        thrown: Value = _NOTHING
        dropped = self.lifetimes.dropped
        try:
            if dropped:
                frame = self._end_dropped()
            operations = frame.code.operations
            for _ in repeat(None, QUANTUM):
                place = frame.place
                frame.place = place + 1
                if operations[place](frame, self):
                    if self._through or self.top is None:
                        return
                    frame = self.top
                    operations = frame.code.operations
                if dropped:
                    frame = self._end_dropped()
                    operations = frame.code.operations
        except Block:
            frame.place = place
            raise
        except Thrown as problem:
            frame.place = place + 1
            thrown = problem.value
        except (NotSimulated, Exit):
            raise
        except Exception as problem:
            frame.place = place + 1
            thrown = self.language.thrown(problem)
        if thrown is not _NOTHING:
            self._unwind(thrown)  # here, where nothing of the host's keeps what the program has let go

    def _end_dropped(self) -> Frame:
        """Between two operations: values that were dropped come to their end. The frame that goes on."""
        self.language.end_dropped()
        assert self.top is not None
        return self.top

    def throw(self, value: Value) -> bool:
        """Throw something at the frame on top, as if the operation that it is at had thrown it."""
        self._unwind(value)
        return True

    def _unwind(self, value: Value) -> None:
        """Go to the nearest handler of the frames from the top on. Thrown if there is none, or none above a nested call."""
        frame = self.top
        while frame is not None:
            self.language.unwinding(frame, value)
            if frame.handlers:
                place, depth = frame.handlers.pop()
                del frame.stack[depth:]
                frame.stack.append(value)
                frame.place = place
                self.top = frame
                return
            caller, after = frame.caller, frame.after
            frame.caller = None
            self.top = caller
            if frame is self._floor:
                break
            if after is not None and after.failed is not None and after.failed(self, frame, value):
                return
            frame = caller
        raise Thrown(value)


def _end_nested(runner: Runner, frame: Frame, value: Value) -> None:
    assert isinstance(runner, Machine)
    runner.result = value
    runner._through = True


_NESTED: Final = After("machine.nested", _end_nested)
