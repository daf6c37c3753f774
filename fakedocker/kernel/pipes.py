"""Pipes: at most 64 KiB each, chunks in a tuple, small ones merged. Knows wake-ups, not descriptors."""

from __future__ import annotations

from fakedocker.kernel.records import Pipe
from fakedocker.kernel.state import KernelDraft

CAPACITY_BYTES = 65536
ATOMIC_BYTES = 4096
"""A write up to this size goes in whole or not at all (PIPE_BUF)."""
MERGED_BYTES = 512


def make_pipe(draft: KernelDraft) -> int:
    """A pipe that nobody reads or writes yet."""
    number = draft.new_id()
    draft.pipes[number] = Pipe()
    return number


def take(draft: KernelDraft, number: int, pid: int, size: int) -> bytes | None:
    """Up to `size` bytes; b"" when nobody can write any more; None when the reader has to wait, and is listed."""
    pipe = draft.pipes.for_update(number)
    if not pipe.size:
        if not pipe.writers and not pipe.awaiting:
            return b""
        if pid not in pipe.read_waiters:
            pipe.read_waiters += (pid,)
        return None
    chunks = pipe.chunks
    data = chunks[0]
    if len(data) > size:
        pipe.chunks = (data[size:], *chunks[1:])
        data = data[:size]
    elif len(chunks) == 1 or pipe.size > size:
        pipe.chunks = chunks[1:]
    else:
        data = b"".join(chunks)
        pipe.chunks = ()
    pipe.size -= len(data)
    if pipe.write_waiters:
        waiters, pipe.write_waiters = pipe.write_waiters, ()
        draft.wake_all(waiters)
    return data


def give(draft: KernelDraft, number: int, pid: int, data: bytes) -> int:
    """Put in what fits, and say how much; 0 when the writer has to wait, and is listed. Somebody must be reading."""
    pipe = draft.pipes.for_update(number)
    room = CAPACITY_BYTES - pipe.size
    size = len(data)
    if size > room:
        if size <= ATOMIC_BYTES or not room:
            if pid not in pipe.write_waiters:
                pipe.write_waiters += (pid,)
            return 0
        data = data[:room]
        size = room
    chunks = pipe.chunks
    if chunks and len(chunks[-1]) + size <= MERGED_BYTES:
        pipe.chunks = (*chunks[:-1], chunks[-1] + data)
    else:
        pipe.chunks = (*chunks, data)
    pipe.size += size
    if pipe.read_waiters:
        waiters, pipe.read_waiters = pipe.read_waiters, ()
        draft.wake_all(waiters)
    return size


def pour(draft: KernelDraft, number: int, data: bytes) -> None:
    """Put bytes in from outside, where somebody has looked at the room."""
    pipe = draft.pipes.for_update(number)
    pipe.chunks = (*pipe.chunks, data)
    pipe.size += len(data)
    waiters, pipe.read_waiters = pipe.read_waiters, ()
    draft.wake_all(waiters)


def readable(draft: KernelDraft, number: int, pid: int) -> bool:
    """Whether a read would not wait; if it would, the reader is listed."""
    pipe = draft.pipes[number]
    if pipe.size or not (pipe.writers or pipe.awaiting):
        return True
    if pid not in pipe.read_waiters:
        pipe = draft.pipes.for_update(number)
        pipe.read_waiters += (pid,)
    return False


def room(draft: KernelDraft, number: int) -> int:
    """How many bytes fit; 0 for a pipe that nobody reads."""
    pipe = draft.pipes.get(number)
    return CAPACITY_BYTES - pipe.size if pipe is not None and pipe.readers else 0


def named_pipe(draft: KernelDraft, fifo: tuple[str, int]) -> int:
    """The pipe of a fifo that is open somewhere, or about to be."""
    number = draft.fifos.get(fifo)
    if number is None:
        number = draft.new_id()
        draft.pipes[number] = Pipe(fifo=fifo, awaiting=True)
        draft.fifos[fifo] = number
    return number


def await_reader(draft: KernelDraft, number: int, pid: int) -> bool:
    """Whether somebody reads a named pipe; if not, the writer is listed."""
    pipe = draft.pipes.for_update(number)
    if pipe.readers:
        return True
    if pid not in pipe.write_waiters:
        pipe.write_waiters += (pid,)
    return False


def add_ends(draft: KernelDraft, number: int, readers: int = 0, writers: int = 0) -> None:
    """More (or with negative numbers fewer) readers and writers; the last of a side wakes the other, the last of all
    ends the pipe."""
    pipe = draft.pipes.for_update(number)
    pipe.readers += readers
    pipe.writers += writers
    if writers > 0:
        pipe.awaiting = False
    if not pipe.readers and not pipe.writers:
        draft.wake_all(pipe.read_waiters + pipe.write_waiters)
        del draft.pipes[number]
        if pipe.fifo is not None:
            draft.fifos.pop(pipe.fifo)
        return
    if readers > 0 and pipe.fifo is not None and pipe.write_waiters:
        waiters, pipe.write_waiters = pipe.write_waiters, ()
        draft.wake_all(waiters)
    if writers < 0 and not pipe.writers:
        waiters, pipe.read_waiters = pipe.read_waiters, ()
        draft.wake_all(waiters)
    if readers < 0 and not pipe.readers:
        waiters, pipe.write_waiters = pipe.write_waiters, ()
        draft.wake_all(waiters)
