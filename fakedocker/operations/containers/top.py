"""docker top: the processes of a container in ps's words, as the host's ps would print them.

Source: moby daemon/top_unix.go (which runs ps on the host and keeps the container's lines); recordings signals and
exec.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable

from fakedocker.base import clock, messages
from fakedocker.containers.model import Container
from fakedocker.kernel.program import ProcessInfo
from fakedocker.operations.system import files
from fakedocker.world.draft import Draft

Column = Callable[["_Row"], str]


class _Row:
    """A process with what columns ask of it."""

    def __init__(self, draft: Draft, container: Container, process: ProcessInfo) -> None:
        self.process = process
        self.parent = process.parent or container.pid - 1
        """The shim, where it was started from outside: it has the pid before that of process 1."""
        self.now_ns = draft.now_ns
        self.user = _user_name(draft, process.user)
        self.memory_total = draft.host.memory_bytes


def _user_name(draft: Draft, uid: int) -> str:
    """The host's name for a user id: ps runs on the host."""
    try:
        passwd = files.read(draft, "host", "/etc/passwd").decode("utf-8", "replace")
    except OSError:
        passwd = "root:x:0:0:"
    for line in passwd.splitlines():
        fields = line.split(":")
        if len(fields) > 2 and fields[2] == str(uid):
            return fields[0]
    return str(uid)


def _start(row: _Row) -> str:
    return clock.utc(row.process.started_ns).strftime("%H:%M")


def _cpu_time(row: _Row) -> str:
    seconds = row.process.cpu_ns // clock.SECOND_NS
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"


def _bsd_time(row: _Row) -> str:
    seconds = row.process.cpu_ns // clock.SECOND_NS
    return f"{seconds // 60}:{seconds % 60:02d}"


def _cpu_percent(row: _Row) -> str:
    lifetime = max(row.now_ns - row.process.started_ns, 1)
    return f"{row.process.cpu_ns * 100 / lifetime:.1f}"


def _memory_percent(row: _Row) -> str:
    return f"{row.process.resident_bytes * 100 / row.memory_total:.1f}"


def _elapsed(row: _Row) -> str:
    seconds = (row.now_ns - row.process.started_ns) // clock.SECOND_NS
    days, hours, minutes = seconds // 86400, seconds // 3600 % 24, seconds // 60 % 60
    text = f"{minutes:02d}:{seconds % 60:02d}"
    if days or hours:
        text = f"{hours:02d}:{text}"
    return f"{days}-{text}" if days else text


_COLUMNS: dict[str, tuple[str, Column]] = {
    "user": ("USER", lambda row: row.user),
    "uid": ("UID", lambda row: str(row.process.user)),
    "euser": ("EUSER", lambda row: row.user),
    "pid": ("PID", lambda row: str(row.process.pid)),
    "ppid": ("PPID", lambda row: str(row.parent)),
    "pgid": ("PGID", lambda row: str(row.process.group)),
    "sid": ("SID", lambda row: str(row.process.session)),
    "c": ("C", lambda row: str(int(float(_cpu_percent(row))))),
    "pcpu": ("%CPU", _cpu_percent),
    "%cpu": ("%CPU", _cpu_percent),
    "pmem": ("%MEM", _memory_percent),
    "%mem": ("%MEM", _memory_percent),
    "vsz": ("VSZ", lambda row: str(row.process.resident_bytes * 2 // 1024)),
    "rss": ("RSS", lambda row: str(row.process.resident_bytes // 1024)),
    "stime": ("STIME", _start),
    "start": ("START", _start),
    "start_time": ("START", _start),
    "tty": ("TTY", lambda row: row.process.terminal or "?"),
    "tt": ("TT", lambda row: row.process.terminal or "?"),
    "stat": ("STAT", lambda row: row.process.state + ("s" if row.process.session == row.process.pid else "")),
    "s": ("S", lambda row: row.process.state),
    "time": ("TIME", _cpu_time),
    "etime": ("ELAPSED", _elapsed),
    "cmd": ("CMD", lambda row: " ".join(row.process.argv)),
    "args": ("COMMAND", lambda row: " ".join(row.process.argv)),
    "command": ("COMMAND", lambda row: " ".join(row.process.argv)),
    "comm": ("COMMAND", lambda row: row.process.argv[0].rpartition("/")[2][:15] if row.process.argv else ""),
    "ucmd": ("CMD", lambda row: row.process.argv[0].rpartition("/")[2][:15] if row.process.argv else ""),
}
_BSD_TIME: tuple[str, Column] = ("TIME", _bsd_time)
_FULL = (
    ("UID", _COLUMNS["user"][1]),
    *(_COLUMNS[name] for name in ("pid", "ppid", "c", "stime", "tty", "time", "cmd")),
)
_USER_ORIENTED = (
    *(_COLUMNS[name] for name in ("user", "pid", "pcpu", "pmem", "vsz", "rss", "tty", "stat", "start")), _BSD_TIME, _COLUMNS["command"],
)  # fmt: skip


def top(draft: Draft, container: Container, arguments: str) -> tuple[list[str], list[list[str]]]:
    """Titles and rows.

    Args:
        arguments: ps's, "" for -ef.

    Raises:
        Refusal: the container is not running, or ps would not know the arguments, or not show the pid.
    """
    if not container.has_process:
        raise messages.NOT_RUNNING(id=container.id)
    columns = _columns(arguments or "-ef")
    if all(title != "PID" for title, _ in columns):
        raise messages.PS_NO_PID()
    processes = sorted(draft.kernel.processes_of(container.id), key=lambda process: process.pid)
    rows = [_Row(draft, container, process) for process in processes]
    return [title for title, _ in columns], [[value(row) for _, value in columns] for row in rows]


def _columns(arguments: str) -> tuple[tuple[str, Column], ...]:
    words = shlex.split(arguments)
    if "-o" in words or "-eo" in words or any(word.startswith("-o") for word in words) or "o" in words:
        names = []
        for index, word in enumerate(words):
            if word in ("-o", "-eo", "o") and index + 1 < len(words):
                names += words[index + 1].split(",")
            elif word.startswith("-o") and len(word) > 2:
                names += word[2:].split(",")
        return tuple(_column(name) for name in names if name)
    flags = "".join(word.lstrip("-") for word in words)
    if "u" in flags and "a" in flags:
        return _USER_ORIENTED
    if "f" in flags:
        return _FULL
    return tuple(_COLUMNS[name] for name in ("pid", "tty", "time", "ucmd"))


def _column(text: str) -> tuple[str, Column]:
    name, equals, title = text.partition("=")
    found = _COLUMNS.get(name.strip())
    if found is None:
        raise messages.PS_COLUMN(name=name)
    return (title, found[1]) if equals else found
