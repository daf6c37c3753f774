"""Pseudo-terminals: the line discipline, window sizes, foreground groups, hanging up (termios(3), tty_ioctl(4)).

A terminal has the id of the stream at its outside end; what is typed arrives by `type_in`, what is shown leaves as
`Output` of that stream. Modes: `canonical` lines with editing, `echo`, `signals` from control characters, `output`
newline becomes carriage return and newline, `newline` carriage return typed becomes newline.
"""

from __future__ import annotations

import errno

from fakedocker.filesystem.errors import failure
from fakedocker.kernel import lifecycle, signals
from fakedocker.kernel.events import InputDrained, Output
from fakedocker.kernel.records import Process, Terminal
from fakedocker.kernel.state import KernelDraft

MODES = {"canonical": True, "echo": True, "signals": True, "output": True, "newline": True}
SIGNAL_OF_BYTE = {0x03: signals.INT, 0x1C: signals.QUIT, 0x1A: signals.TSTP}
ERASE, ERASE_TOO, KILL_LINE, ERASE_WORD, END_OF_FILE = 0x7F, 0x08, 0x15, 0x17, 0x04
CAPACITY_BYTES = 4096


def make_terminal(draft: KernelDraft, name: str, namespace: str, rows: int = 24, columns: int = 80) -> None:
    """A terminal with the lowest free number of its namespace."""
    owner = draft.namespaces.for_update(namespace)
    taken = {draft.terminals[other].number for other in owner.terminals}
    number = next(number for number in range(len(taken) + 1) if number not in taken)
    draft.terminals[name] = Terminal(namespace, number, rows, columns, dict(MODES))
    owner.terminals = (*owner.terminals, name)


def drop_terminal(draft: KernelDraft, name: str) -> None:
    """Forget a terminal that nobody has open."""
    terminal = draft.terminals.pop(name)
    if terminal is not None and terminal.namespace in draft.namespaces:
        owner = draft.namespaces.for_update(terminal.namespace)
        owner.terminals = tuple(other for other in owner.terminals if other != name)


def find_terminal(draft: KernelDraft, namespace: str, number: int) -> str | None:
    """The terminal of a number in a namespace."""
    for name in draft.namespaces[namespace].terminals:
        if draft.terminals[name].number == number:
            return name
    return None


# the side of the processes


def read(draft: KernelDraft, process: Process, name: str, size: int) -> bytes | None:
    """What has been typed, a line at a time in canonical mode; None when the reader has to wait, and is listed.

    A reader outside the foreground group is stopped by TTIN, as job control wants it.
    """
    terminal = draft.terminals.for_update(name)
    if terminal.hung_up:
        return b""
    if is_background(terminal, process):
        if process.dispositions.get(signals.TTIN) == "ignore":
            raise failure(errno.EIO)
        lifecycle.signal_group(draft, process.namespace, process.group, signals.TTIN)
        return None
    if not terminal.ready:
        if process.pid not in terminal.read_waiters:
            terminal.read_waiters += (process.pid,)
        return None
    data = terminal.ready[0]
    if len(data) > size:
        terminal.ready = (data[size:], *terminal.ready[1:])
        return data[:size]
    terminal.ready = terminal.ready[1:]
    draft.emitted.append(InputDrained(name))
    return data


def readable(draft: KernelDraft, process: Process, name: str) -> bool:
    """Whether a read would not wait; if it would, the reader is listed."""
    terminal = draft.terminals[name]
    if terminal.ready or terminal.hung_up:
        return True
    if process.pid not in terminal.read_waiters:
        terminal = draft.terminals.for_update(name)
        terminal.read_waiters += (process.pid,)
    return False


def write(draft: KernelDraft, name: str, data: bytes) -> None:
    """Show bytes. EIO after a hang-up."""
    terminal = draft.terminals[name]
    if terminal.hung_up:
        raise failure(errno.EIO)
    if terminal.modes["output"] and b"\n" in data:
        data = data.replace(b"\n", b"\r\n")
    draft.emitted.append(Output(name, 1, data))


def set_modes(draft: KernelDraft, name: str, modes: dict[str, bool]) -> None:
    """Change some modes; what was typed of a line becomes readable when canonical mode ends. EINVAL for an unknown one."""
    terminal = draft.terminals.for_update(name)
    if not modes.keys() <= MODES.keys():
        raise failure(errno.EINVAL)
    terminal.modes = {**terminal.modes, **modes}
    if terminal.line and not terminal.modes["canonical"]:
        _make_ready(draft, terminal, terminal.line)
        terminal.line = b""


def is_background(terminal: Terminal, process: Process) -> bool:
    """Whether a process belongs to the terminal's session, but not to its foreground group."""
    return (
        bool(terminal.foreground)
        and terminal.namespace == process.namespace
        and terminal.session == process.session
        and terminal.foreground != process.group
    )


# the outside


def type_in(draft: KernelDraft, name: str, data: bytes) -> None:
    """Bytes typed, with what the line discipline does about them."""
    terminal = draft.terminals.for_update(name)
    modes = terminal.modes
    if modes["newline"]:
        data = data.replace(b"\r", b"\n")
    if not modes["canonical"] and not modes["signals"]:
        if modes["echo"]:
            _echo(draft, terminal, name, data)
        _make_ready(draft, terminal, data)
        return
    raw = bytearray()
    for byte in data:
        if modes["signals"] and byte in SIGNAL_OF_BYTE:
            _control_signal(draft, name, byte)
            if name not in draft.terminals:  # it went with the last of the processes that the signal has ended
                return
            terminal = draft.terminals.for_update(name)
            raw.clear()
        elif modes["canonical"]:
            _edit_line(draft, terminal, name, byte)
        else:
            raw.append(byte)
    if raw:
        if modes["echo"]:
            _echo(draft, terminal, name, bytes(raw))
        _make_ready(draft, terminal, bytes(raw))


def room(draft: KernelDraft, name: str) -> int:
    """How many bytes may be typed before somebody reads."""
    terminal = draft.terminals.get(name)
    if terminal is None or terminal.hung_up:
        return 0
    return max(0, CAPACITY_BYTES - len(terminal.line) - sum(map(len, terminal.ready)))


def resize(draft: KernelDraft, name: str, rows: int, columns: int) -> None:
    """Another window size; the foreground group gets WINCH when it differs."""
    terminal = draft.terminals.for_update(name)
    if (terminal.rows, terminal.columns) != (rows, columns):
        terminal.rows, terminal.columns = rows, columns
        if terminal.foreground:
            lifecycle.signal_group(draft, terminal.namespace, terminal.foreground, signals.WINCH)


def hang_up(draft: KernelDraft, name: str) -> None:
    """The outside end is gone: readers see the end of file, the session leader and the foreground group get HUP and CONT."""
    terminal = draft.terminals.for_update(name)
    if terminal.hung_up:
        return
    terminal.hung_up = True
    waiters, terminal.read_waiters = terminal.read_waiters, ()
    draft.wake_all(waiters)
    owner = draft.namespaces.get(terminal.namespace)
    leader = owner.members.get(terminal.session) if owner is not None else None
    targets = [leader] if leader is not None else []
    if terminal.foreground:
        members = lifecycle.group_members(draft, terminal.namespace, terminal.foreground)
        targets += [pid for pid in members if pid not in targets]
    for pid in targets:
        for signal in (signals.HUP, signals.CONT):
            lifecycle.signal_process(draft, pid, signal)


# parts of the line discipline


def _control_signal(draft: KernelDraft, name: str, byte: int) -> None:
    terminal = draft.terminals.for_update(name)
    terminal.line, terminal.ready = b"", ()
    if terminal.modes["echo"]:
        draft.emitted.append(Output(name, 1, b"^" + bytes((byte ^ 0x40,))))
    if not terminal.foreground:
        return
    members = lifecycle.group_members(draft, terminal.namespace, terminal.foreground)
    # Between the end of a job and its shell's taking the terminal back there is nobody. Linux loses the key then; here, as time
    # leaps, that may be most of the time: the shell gets it.
    for pid in members or lifecycle.group_members(draft, terminal.namespace, terminal.session):
        lifecycle.signal_process(draft, pid, SIGNAL_OF_BYTE[byte])


def _edit_line(draft: KernelDraft, terminal: Terminal, name: str, byte: int) -> None:
    """One byte of canonical input."""
    line = terminal.line
    if byte in (ERASE, ERASE_TOO):
        if line:
            terminal.line = _without_last(line)
            _rub_out(draft, terminal, name, line[len(terminal.line) :])
    elif byte == KILL_LINE:
        terminal.line = b""
        _rub_out(draft, terminal, name, line)
    elif byte == ERASE_WORD:
        kept = line.rstrip(b" ").rpartition(b" ")
        terminal.line = kept[0] + kept[1]
        _rub_out(draft, terminal, name, line[len(terminal.line) :])
    elif byte == END_OF_FILE:
        terminal.line = b""
        _make_ready(draft, terminal, line)
    else:
        if terminal.modes["echo"]:
            _echo(draft, terminal, name, bytes((byte,)))
        terminal.line = line + bytes((byte,))
        if byte == 0x0A:
            complete, terminal.line = terminal.line, b""
            _make_ready(draft, terminal, complete)


def _make_ready(draft: KernelDraft, terminal: Terminal, data: bytes) -> None:
    canonical = terminal.modes["canonical"]
    if not canonical and terminal.ready and terminal.ready[-1]:
        terminal.ready = (*terminal.ready[:-1], terminal.ready[-1] + data)
    else:
        terminal.ready = (*terminal.ready, data)
    waiters, terminal.read_waiters = terminal.read_waiters, ()
    draft.wake_all(waiters)


def _without_last(line: bytes) -> bytes:
    """Less its last character, which may be several bytes of UTF-8."""
    end = len(line) - 1
    while end > 0 and line[end] & 0xC0 == 0x80:
        end -= 1
    return line[:end]


def _rub_out(draft: KernelDraft, terminal: Terminal, name: str, gone: bytes) -> None:
    if not terminal.modes["echo"] or not gone:
        return
    columns = sum(2 if byte < 0x20 and byte != 0x09 else 0 if byte & 0xC0 == 0x80 else 1 for byte in gone)
    draft.emitted.append(Output(name, 1, b"\b \b" * columns))


def _echo(draft: KernelDraft, terminal: Terminal, name: str, data: bytes) -> None:
    """Show what was typed: control characters as ^X, a newline as the output mode has it."""
    shown = bytearray()
    for byte in data:
        if byte == 0x0A:
            shown += b"\r\n" if terminal.modes["output"] else b"\n"
        elif byte < 0x20 and byte != 0x09:
            shown += b"^" + bytes((byte ^ 0x40,))
        else:
            shown.append(byte)
    draft.emitted.append(Output(name, 1, bytes(shown)))
