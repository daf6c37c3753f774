"""What reading, writing, waiting and closing mean for each kind of open file: entered in `OPERATIONS` of files.py."""

from __future__ import annotations

import errno

from fakedocker.filesystem import content as contents
from fakedocker.filesystem.errors import failure
from fakedocker.kernel import pipes, sockets, terminals, transit
from fakedocker.kernel.events import Closed, InputDrained, Output
from fakedocker.kernel.files import OPERATIONS, Operations
from fakedocker.kernel.program import APPEND
from fakedocker.kernel.records import OpenFile, Process, Terminal
from fakedocker.kernel.state import KernelDraft


def _always_ready(draft: KernelDraft, process: Process, file: OpenFile) -> bool:
    return True


def _uncounted(draft: KernelDraft, file: OpenFile, step: int) -> None:
    return None


def _cannot_read(draft: KernelDraft, process: Process, number: int, file: OpenFile, size: int) -> bytes | None:
    raise failure(errno.EBADF)


def _cannot_write(draft: KernelDraft, process: Process, number: int, file: OpenFile, data: bytes) -> int:
    raise failure(errno.EBADF)


def _read_directory(draft: KernelDraft, process: Process, number: int, file: OpenFile, size: int) -> bytes | None:
    raise failure(errno.EISDIR)


def _read_regular(draft: KernelDraft, process: Process, number: int, file: OpenFile, size: int) -> bytes | None:
    name, inode = file.target
    filesystem = draft.filesystems.get(name)
    node = None if filesystem is None else filesystem.get(inode)
    if node is None:
        return b""
    data = contents.read(node.content, file.offset, size)
    if data:
        draft.files.for_update(number).offset += len(data)
    return data


def _write_regular(draft: KernelDraft, process: Process, number: int, file: OpenFile, data: bytes) -> int:
    name, inode = file.target
    filesystem = draft.filesystems.get(name)
    node = None if filesystem is None else filesystem.get(inode)
    if filesystem is None or node is None:
        raise failure(errno.EIO)
    offset = len(node.content) if file.flags & APPEND else file.offset
    draft.put_content(name, filesystem, inode, contents.write(node.content, offset, data))
    draft.files.for_update(number).offset = offset + len(data)
    return len(data)


def _count_regular(draft: KernelDraft, file: OpenFile, step: int) -> None:
    count = draft.opened.get(file.target, 0) + step
    if count:
        draft.opened[file.target] = count
        return
    draft.opened.pop(file.target)
    name, inode = file.target
    filesystem = draft.filesystems.get(name)
    if filesystem is not None and (left := filesystem.forget(inode)) is not filesystem:
        draft.put_filesystem(name, left, is_forgotten=True)


def _read_buffer(draft: KernelDraft, process: Process, number: int, file: OpenFile, size: int) -> bytes | None:
    data = contents.read(draft.buffers[file.target].content, file.offset, size)
    if data:
        draft.files.for_update(number).offset += len(data)
    return data


def _count_buffer(draft: KernelDraft, file: OpenFile, step: int) -> None:
    count = draft.opened.get(("buffer", file.target), 0) + step
    if count:
        draft.opened["buffer", file.target] = count
    else:
        draft.opened.pop(("buffer", file.target))
        draft.buffers.pop(file.target)


def _read_pipe(draft: KernelDraft, process: Process, number: int, file: OpenFile, size: int) -> bytes | None:
    return pipes.take(draft, file.target, process.pid, size)


def _write_pipe(draft: KernelDraft, process: Process, number: int, file: OpenFile, data: bytes) -> int:
    if not draft.pipes[file.target].readers:
        raise failure(errno.EPIPE)
    return pipes.give(draft, file.target, process.pid, data)


def _pipe_ready(draft: KernelDraft, process: Process, file: OpenFile) -> bool:
    return pipes.readable(draft, file.target, process.pid)


def _count_reader(draft: KernelDraft, file: OpenFile, step: int) -> None:
    pipes.add_ends(draft, file.target, readers=step)


def _count_writer(draft: KernelDraft, file: OpenFile, step: int) -> None:
    pipes.add_ends(draft, file.target, writers=step)


def _count_both(draft: KernelDraft, file: OpenFile, step: int) -> None:
    pipes.add_ends(draft, file.target, readers=step, writers=step)


def _read_input(draft: KernelDraft, process: Process, number: int, file: OpenFile, size: int) -> bytes | None:
    data = pipes.take(draft, draft.streams[file.target].input, process.pid, size)
    if data:
        draft.emitted.append(InputDrained(file.target))
    return data


def _input_ready(draft: KernelDraft, process: Process, file: OpenFile) -> bool:
    return pipes.readable(draft, draft.streams[file.target].input, process.pid)


def _count_input(draft: KernelDraft, file: OpenFile, step: int) -> None:
    stream = draft.streams.get(file.target)
    if stream is not None and stream.input in draft.pipes:
        pipes.add_ends(draft, stream.input, readers=step)
        if step < 0:
            _drop_unused_stream(draft, file.target)


def _drop_unused_stream(draft: KernelDraft, name: str) -> None:
    """Forget a stream that no process has open in either direction, and its outside end with it."""
    stream = draft.streams.get(name)
    if stream is None or stream.writers != (0, 0):
        return
    pipe = draft.pipes.get(stream.input)
    if pipe is not None and pipe.readers:
        return
    del draft.streams[name]
    if pipe is not None and pipe.writers:
        pipes.add_ends(draft, stream.input, writers=-pipe.writers)


def _write_stream(draft: KernelDraft, process: Process, number: int, file: OpenFile, data: bytes) -> int:
    name, fd = file.target
    draft.emitted.append(Output(name, fd, data))
    return len(data)


def _count_stream(draft: KernelDraft, file: OpenFile, step: int) -> None:
    name, fd = file.target
    if name not in draft.streams:
        return
    stream = draft.streams.for_update(name)
    out, error = stream.writers
    stream.writers = (out + step, error) if fd == 1 else (out, error + step)
    if stream.writers[fd - 1] == 0:
        draft.emitted.append(Closed(name, fd))
        _drop_unused_stream(draft, name)


def _read_terminal(draft: KernelDraft, process: Process, number: int, file: OpenFile, size: int) -> bytes | None:
    return terminals.read(draft, process, file.target, size)


def _write_terminal(draft: KernelDraft, process: Process, number: int, file: OpenFile, data: bytes) -> int:
    terminals.write(draft, file.target, data)
    return len(data)


def _terminal_ready(draft: KernelDraft, process: Process, file: OpenFile) -> bool:
    return terminals.readable(draft, process, file.target)


def _count_terminal(draft: KernelDraft, file: OpenFile, step: int) -> None:
    if file.target not in draft.terminals:
        return
    terminal: Terminal = draft.terminals.for_update(file.target)
    terminal.references += step
    if terminal.references == 0:
        draft.emitted.append(Closed(file.target, 1))
        terminals.drop_terminal(draft, file.target)


def _read_socket(draft: KernelDraft, process: Process, number: int, file: OpenFile, size: int) -> bytes | None:
    data = sockets.take(draft, process, file.target, size)
    if data and (stream := draft.sockets[file.target].stream):
        draft.emitted.append(InputDrained(stream))
    return data


def _write_socket(draft: KernelDraft, process: Process, number: int, file: OpenFile, data: bytes) -> int:
    socket = draft.sockets[file.target]
    if socket.stream and socket.state != "FIN_WAIT2":
        draft.emitted.append(Output(socket.stream, 1, data))
        return len(data)
    if socket.error or socket.refusal:
        return len(data)  # what is sent to a connection that will turn out to be reset
    if not socket.writer or not draft.pipes[socket.writer].readers:
        raise failure(errno.EPIPE)
    if socket.protocol == "udp" and socket.way is not None and transit.is_lost(draft, socket.way):
        return len(data)  # nobody sends it again
    taken = pipes.give(draft, socket.writer, process.pid, data)
    if taken and socket.peer:
        transit.send(draft, socket, taken)
    return taken


def _socket_ready(draft: KernelDraft, process: Process, file: OpenFile) -> bool:
    return sockets.readable(draft, process, file.target)


def _count_socket(draft: KernelDraft, file: OpenFile, step: int) -> None:
    if step < 0:
        sockets.close(draft, file.target)


def _count_daemon(draft: KernelDraft, file: OpenFile, step: int) -> None:
    if step < 0:
        draft.emitted.append(Closed(file.target, 1))


def _read_nothing(draft: KernelDraft, process: Process, number: int, file: OpenFile, size: int) -> bytes | None:
    return b""


DEVICE_BYTES = 1 << 20
"""The most that one read of a device without an end gives; a real one may give more, in a time that grows with it."""


def _read_zeros(draft: KernelDraft, process: Process, number: int, file: OpenFile, size: int) -> bytes | None:
    return bytes(min(size, DEVICE_BYTES))


def _read_random(draft: KernelDraft, process: Process, number: int, file: OpenFile, size: int) -> bytes | None:
    return draft.random_bytes(min(size, DEVICE_BYTES))


def _write_nothing(draft: KernelDraft, process: Process, number: int, file: OpenFile, data: bytes) -> int:
    return len(data)


def _write_full(draft: KernelDraft, process: Process, number: int, file: OpenFile, data: bytes) -> int:
    raise failure(errno.ENOSPC)


OPERATIONS.update(
    {
        "file": Operations(_read_regular, _write_regular, _always_ready, _count_regular),
        "dir": Operations(_read_directory, _cannot_write, _always_ready, _uncounted),
        "buffer": Operations(_read_buffer, _cannot_write, _always_ready, _count_buffer),
        "pipe-read": Operations(_read_pipe, _cannot_write, _pipe_ready, _count_reader),
        "pipe-write": Operations(_cannot_read, _write_pipe, _always_ready, _count_writer),
        "pipe-both": Operations(_read_pipe, _write_pipe, _pipe_ready, _count_both),
        "input": Operations(_read_input, _cannot_write, _input_ready, _count_input),
        "stream": Operations(_cannot_read, _write_stream, _always_ready, _count_stream),
        "terminal": Operations(_read_terminal, _write_terminal, _terminal_ready, _count_terminal),
        "socket": Operations(_read_socket, _write_socket, _socket_ready, _count_socket),
        "daemon": Operations(_cannot_read, _cannot_write, _always_ready, _count_daemon),
        "null": Operations(_read_nothing, _write_nothing, _always_ready, _uncounted),
        "zero": Operations(_read_zeros, _write_nothing, _always_ready, _uncounted),
        "full": Operations(_read_zeros, _write_full, _always_ready, _uncounted),
        "random": Operations(_read_random, _write_nothing, _always_ready, _uncounted),
    }
)
