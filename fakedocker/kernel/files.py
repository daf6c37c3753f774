"""Open files and descriptor tables: who uses what, and when it is closed.

`OPERATIONS` is the table of kinds, filled by file_kinds.py, which says what reading and writing mean. A read that has
to wait gives None after it has listed the process with whatever will wake it; a write says how many bytes it took.
Paths, permissions and processes' lives are elsewhere.
"""

from __future__ import annotations

import errno
from collections.abc import Callable, Mapping
from typing import Any

from msgspec import Struct

from fakedocker.filesystem import content as contents
from fakedocker.filesystem.errors import failure
from fakedocker.kernel import pipes
from fakedocker.kernel.privileges import limit
from fakedocker.kernel.program import READ, WRITE
from fakedocker.kernel.records import Buffer, DescriptorTable, OpenFile, Process
from fakedocker.kernel.state import KernelDraft

DESCRIPTORS = 1024
"""The limit of open files of a process (ulimit -n is 1048576 in a container; nobody opens so many)."""

Read = Callable[[KernelDraft, Process, int, OpenFile, int], bytes | None]
Write = Callable[[KernelDraft, Process, int, OpenFile, bytes], int]
Ready = Callable[[KernelDraft, Process, OpenFile], bool]
Tally = Callable[[KernelDraft, OpenFile, int], None]


class Operations(Struct, frozen=True):
    """What can be done with a kind of open file. `tally` hears of one more (1) or one fewer (-1) of them on its target."""

    read: Read
    write: Write
    ready: Ready
    tally: Tally


OPERATIONS: dict[str, Operations] = {}
"""By the kind of an open file."""


def add_file(
    draft: KernelDraft, kind: str, target: Any = None, flags: int = READ | WRITE, path: str = ""
) -> int:  # Any: what the kind of file says its target is
    """An open file that no table has yet; its target counts it already."""
    number = draft.new_id()
    file = OpenFile(kind, target, flags, path=path)
    draft.files[number] = file
    OPERATIONS[kind].tally(draft, file, 1)
    return number


def add_pipe(draft: KernelDraft) -> tuple[int, int]:
    """A pipe as two open files, (to read, to write)."""
    pipe = pipes.make_pipe(draft)
    return add_file(draft, "pipe-read", pipe, READ), add_file(draft, "pipe-write", pipe, WRITE)


def add_buffer(draft: KernelDraft, content: contents.Content, path: str = "") -> int:
    """An open file that reads a content and ends."""
    number = draft.new_id()
    draft.buffers[number] = Buffer(content)
    return add_file(draft, "buffer", number, READ, path)


def keep_file(draft: KernelDraft, number: int, times: int = 1) -> None:
    """Count more users of an open file."""
    draft.files.for_update(number).references += times


def let_go(draft: KernelDraft, number: int) -> None:
    """One user fewer; the last one closes the file."""
    file = draft.files.for_update(number)
    file.references -= 1
    if file.references <= 0:
        del draft.files[number]
        OPERATIONS[file.kind].tally(draft, file, -1)


# descriptor tables


def make_table(draft: KernelDraft, entries: Mapping[int, int]) -> int:
    """A table with one user, which uses each of its files once per descriptor."""
    for number in entries.values():
        keep_file(draft, number)
    table = draft.new_id()
    draft.tables[table] = DescriptorTable(1, dict(entries))
    return table


def share_table(draft: KernelDraft, table: int) -> int:
    """One more user of a table: what a fork does. O(1)."""
    draft.tables.for_update(table).references += 1
    return table


def release_table(draft: KernelDraft, table: int) -> None:
    """One user fewer; with the last one go its files."""
    record = draft.tables.for_update(table)
    record.references -= 1
    if record.references <= 0:
        del draft.tables[table]
        for number in record.entries.values():
            let_go(draft, number)


def set_descriptor(draft: KernelDraft, process: Process, fd: int, number: int | None) -> None:
    """Let a descriptor of a process be an open file, or nothing. The old one is let go."""
    record = draft.tables[process.table]
    entries = dict(record.entries)
    before = entries.pop(fd, None)
    if number is not None:
        entries[fd] = number
        keep_file(draft, number)
    if record.references > 1:
        old = process.table
        process.table = make_table(draft, entries)
        if number is not None:
            let_go(draft, number)  # make_table has counted it as well
        release_table(draft, old)
        return
    draft.tables.for_update(process.table).entries = entries
    if before is not None:
        let_go(draft, before)


def add_descriptor(draft: KernelDraft, process: Process, number: int, lowest: int = 0) -> int:
    """The lowest free descriptor for an open file. EMFILE."""
    entries = draft.tables[process.table].entries
    fd = lowest
    while fd in entries:
        fd += 1
    soft = limit(process.limits, "nofile")[0]
    if fd >= DESCRIPTORS or 0 <= soft <= fd:
        keep_file(draft, number)
        let_go(draft, number)
        raise failure(errno.EMFILE)
    set_descriptor(draft, process, fd, number)
    return fd
