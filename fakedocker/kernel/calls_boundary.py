"""The system call of who meets a boundary of the simulation: no real kernel has it."""

from __future__ import annotations

from contextlib import suppress

from fakedocker.kernel import marks
from fakedocker.kernel.calls_descriptors import DescriptorCalls
from fakedocker.kernel.records import Process
from fakedocker.kernel.state import KernelDraft


class BoundaryCalls(DescriptorCalls):
    """Saying, and keeping, what is not simulated: the one place where it is done."""

    __slots__ = ()

    def unsimulated(
        self, what: str = marks.THIS_PROGRAM, why: str = marks.FEATURE, *, program: str = "", quiet: bool = False
    ) -> None:
        process = self._process
        if not process.pid:  # somebody looks in from outside, who changes nothing
            return
        called = program or (process.argv[0] if process.argv else process.identity.name)
        if not quiet:
            process.marked = True
        words = _meet(self._draft, process, what, why, called.rstrip("/").rpartition("/")[2])
        if words is not None and not quiet:
            with suppress(OSError):  # there may be nobody left to tell
                self.put(f"{words}\n", 2)

    def is_marked(self) -> bool:
        return self._process.marked

    def set_marked(self, marked: bool) -> None:
        self._process.marked = marked

    def is_bereft(self) -> bool:
        process = self._process
        return process.bereft or self._draft.namespaces[process.namespace].tainted


def _meet(draft: KernelDraft, process: Process, what: str, why: str, program: str) -> str | None:
    """Let a process meet a boundary of the simulation. Its record must be owned.

    Returns:
        the words to be said, or None where it has said them before.
    """
    what, program = _cut(what, marks.LONGEST), _cut(program, marks.LONGEST_NAME)
    thing = f"{program}\0{what}"
    if thing in process.met or len(process.met) >= marks.KEPT_OF_PROCESS:
        return None
    process.met = (*process.met, thing)
    mark = marks.Mark(process.namespace, program, what, why, draft.now_ns)
    draft.marked += 1
    draft.marks[draft.marked] = mark
    if draft.marked > marks.KEPT:
        draft.marks.pop(draft.marked - marks.KEPT)
    draft.namespaces.for_update(process.namespace).marks += 1
    return mark.words


def _cut(text: str, length: int) -> str:
    """A text on one line, and no longer than that."""
    line = "".join(letter if letter.isprintable() else "?" for letter in text)
    return line if len(line) <= length else line[: length - 1] + "…"
