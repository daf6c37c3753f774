"""Utilities about processes: ps, kill, killall, pidof, pgrep, pkill, top."""

from __future__ import annotations

import re

from fakedocker.base.numbers import is_digits
from fakedocker.kernel.program import ProcessInfo, System
from fakedocker.userland.inputs import State
from fakedocker.userland.processes.dates import format_date
from fakedocker.userland.processes.signal_names import SIGNALS, signal_number
from fakedocker.userland.text.posix_regex import RegexProblem, compile_posix
from fakedocker.userland.tools import (
    Register,
    UsageProblem,
    base_name,
    is_busybox,
    parse_options,
    say,
    strtol,
    tell,
    user_name,
)

PROGRAMS = Register()


def command_line(process: ProcessInfo) -> str:
    """argv joined; a process without one is shown in brackets, as kernel threads and zombies are."""
    name = base_name(process.argv[0]) if process.argv else ""
    if process.state == "Z" or not process.argv:
        return f"[{name}]"
    return " ".join(process.argv)


def _clock(seconds: int) -> str:
    return f"{seconds // 60}:{seconds % 60:02d}"


@PROGRAMS.program("ps", usage="[-o COL1,COL2=HEADER] [-T]\n")
def _ps(system: System, argv: tuple[str, ...], state: State) -> int:
    return _busybox_ps(system, argv) if is_busybox(system) else _procps(system, argv)


_BUSYBOX_COLUMNS = {"pid": ("PID", 5), "user": ("USER", 8), "ppid": ("PPID", 5), "pgid": ("PGID", 5), "tty": ("TT", 6), "vsz": ("VSZ", 4), "rss": ("RSS", 4), "stat": ("STAT", 4), "comm": ("COMMAND", 16), "args": ("COMMAND", 27), "group": ("GROUP", 8), "etime": ("ELAPSED", 7), "time": ("TIME", 6), "sid": ("SID", 5), "nice": ("NI", 5)}  # fmt: skip


def _busybox_ps(system: System, argv: tuple[str, ...]) -> int:
    words = tuple(word for word in argv if word not in ("aux", "ax", "-ef", "-e", "-A", "w", "l"))
    options = parse_options(system, words, "o:Tawlef")
    if "o" not in options:
        system.put("PID   USER     COMMAND\n")
        for process in system.processes():
            # busybox puts the program's own name in braces where argv[0] does not tell it; its own applets never match
            system.put(f"{process.pid:5d} {user_name(system, process.user):<8.8} {command_line(process)}\n")
        return 0
    columns = [word for text in options.values("o") for word in text.split(",")]
    unknown = next((word for word in columns if word.partition("=")[0] not in _BUSYBOX_COLUMNS), None)
    if unknown is not None:
        say(system, f"bad -o argument '{unknown}', supported arguments: " + ",".join(_BUSYBOX_COLUMNS))
        return 1
    _columns_table(system, columns, _BUSYBOX_COLUMNS)
    return 0


def _columns_table(system: System, columns: list[str], table: dict[str, tuple[str, int]]) -> None:
    titles = []
    for column in columns:
        name, equals, title = column.partition("=")
        titles.append((title if equals else table[name][0], table[name][1]))
    if any(title for title, _ in titles):
        system.put(" ".join(f"{title:<{width}}" for title, width in titles).rstrip() + "\n")
    for process in system.processes():
        cells = [
            f"{_cell(system, process, column.partition('=')[0]):<{table[column.partition('=')[0]][1]}}"
            for column in columns
        ]
        system.put(" ".join(cells).rstrip() + "\n")


def _cell(system: System, process: ProcessInfo, column: str) -> str:
    elapsed = max(0, (system.now_ns - process.started_ns) // 1_000_000_000)
    cpu = process.cpu_ns // 1_000_000_000
    values = {
        "pid": str(process.pid), "ppid": str(process.parent), "pgid": str(process.group), "sid": str(process.session),
        "user": user_name(system, process.user), "uid": str(process.user), "group": user_name(system, process.user),
        "tty": process.terminal.replace("pts/", "136,") if is_busybox(system) else process.terminal or "?",
        "vsz": str(process.resident_bytes // 1024 * 2), "rss": str(process.resident_bytes // 1024), "stat": process.state,
        "comm": base_name(process.argv[0])[:15] if process.argv else "", "args": command_line(process), "nice": "0",
        "etime": f"{elapsed // 60:02d}:{elapsed % 60:02d}", "time": _clock(cpu), "pcpu": "0.0", "pmem": "0.0",
    }  # fmt: skip
    return values.get(column, "-")


_PROCPS_COLUMNS = {"pid": ("PID", 7), "ppid": ("PPID", 7), "user": ("USER", 8), "uid": ("UID", 5), "comm": ("COMMAND", 15), "cmd": ("CMD", 27), "args": ("COMMAND", 27), "command": ("COMMAND", 27), "stat": ("STAT", 4), "state": ("S", 1), "tty": ("TT", 8), "time": ("TIME", 8), "etime": ("ELAPSED", 11), "rss": ("RSS", 5), "vsz": ("VSZ", 6), "pcpu": ("%CPU", 4), "%cpu": ("%CPU", 4), "pmem": ("%MEM", 4), "%mem": ("%MEM", 4), "pgid": ("PGID", 7), "sid": ("SID", 7), "ni": ("NI", 3)}  # fmt: skip
_ALIASES = {"cmd": "args", "command": "args", "%cpu": "pcpu", "%mem": "pmem", "state": "stat", "ni": "nice"}


def _procps(system: System, argv: tuple[str, ...]) -> int:
    """ps of procps: aux, -ef, -o, and the processes of the terminal alone."""
    bsd = argv[1] if len(argv) > 1 and not argv[1].startswith("-") else ""
    rest = tuple(word for word in argv[1:] if word != bsd)
    options = parse_options(
        system, (argv[0], *rest), "eAfo:p:u:aFlwC:x", {"no-headers": "h", "forest": "H", "sort=": "s", "pid=": "p"}
    )
    processes = system.processes()
    if "p" in options:
        wanted = {word for text in options.values("p") for word in text.split(",")}
        processes = [process for process in processes if str(process.pid) in wanted]
    elif "x" not in bsd and "a" not in bsd and not any(letter in options for letter in ("e", "A", "u", "C", "a")):
        terminal = next((process.terminal for process in processes if process.pid == system.pid), "")
        processes = [process for process in processes if process.terminal == terminal and process.user == system.uid]
    if "C" in options:
        processes = [
            process for process in processes if process.argv and base_name(process.argv[0]) == options.last("C")
        ]
    if "o" in options:
        return _procps_columns(system, processes, [word for text in options.values("o") for word in text.split(",")])
    if "u" in bsd:
        system.put("USER         PID %CPU %MEM    VSZ   RSS TTY      STAT START   TIME COMMAND\n")
    elif "f" in options:
        system.put("UID          PID    PPID  C STIME TTY          TIME CMD\n")
    else:
        system.put("    PID TTY      STAT   TIME COMMAND\n" if bsd else "    PID TTY          TIME CMD\n")
    for process in processes:
        system.put(_procps_line(system, process, bsd, "f" in options))
    return 0


def _procps_line(system: System, process: ProcessInfo, bsd: str, full: bool) -> str:
    user = user_name(system, process.user)[:8]
    terminal = process.terminal or "?"
    began = format_date("%H:%M", process.started_ns // 1_000_000_000)
    cpu = process.cpu_ns // 1_000_000_000
    rss, vsz = process.resident_bytes // 1024, process.resident_bytes // 1024 * 2
    status = process.state + ("s" if process.session == process.pid else "") + ("+" if process.terminal else "")
    long_time = f"{cpu // 3600:02d}:{cpu // 60 % 60:02d}:{cpu % 60:02d}"
    if "u" in bsd:
        return f"{user:<8} {process.pid:7d}  0.0  0.0 {vsz:6d} {rss:5d} {terminal:<8} {status:<4} {began}   {_clock(cpu)} {command_line(process)}\n"
    if full:
        return f"{user:<8} {process.pid:7d} {process.parent:7d}  0 {began} {terminal:<8} {long_time} {command_line(process)}\n"
    if bsd:
        return f"{process.pid:7d} {terminal:<8} {status:<4} {_clock(cpu):>6} {command_line(process)}\n"
    name = base_name(process.argv[0]) if process.argv else "?"
    return f"{process.pid:7d} {terminal:<8} {long_time} {name}\n"


def _procps_columns(system: System, processes: list[ProcessInfo], columns: list[str]) -> int:
    for column in columns:
        if column.partition("=")[0] not in _PROCPS_COLUMNS:
            say(system, f'error: unknown user-defined format specifier "{column}"')
            return 1
    table = {name: _PROCPS_COLUMNS[name] for name in (column.partition("=")[0] for column in columns)}
    right = {"pid", "ppid", "pgid", "sid", "rss", "vsz", "etime", "uid", "time"}
    titles = [(column.partition("=")[2] if "=" in column else table[column][0]) for column in columns]
    rows = [titles] if any(titles) else []
    names = [column.partition("=")[0] for column in columns]
    rows += [[_cell(system, process, _ALIASES.get(name, name)) for name in names] for process in processes]
    for row in rows:
        cells = [
            f"{cell:>{table[name][1]}}" if name in right else f"{cell:<{table[name][1]}}"
            for cell, name in zip(row, names, strict=True)
        ]
        system.put(" ".join(cells).rstrip() + "\n")
    return 0


# signals


def _signal_option(system: System, words: list[str]) -> int | None:
    """Take -9, -TERM, -s TERM off the words; None after a message."""
    if not words or not words[0].startswith("-") or words[0] == "--":
        return 15
    text = words.pop(0)[1:]
    if text in ("s", "n") and words:
        text = words.pop(0)
    elif text.startswith(("s", "n")) and signal_number(text) is None:
        text = text[1:]
    number = signal_number(text)
    if number is None:
        tell(system, f"bad signal name '{text}'", f"invalid signal: {text}")
    return number


@PROGRAMS.program("kill", usage="[-l] [-SIG] PID...")
def _kill(system: System, argv: tuple[str, ...], state: State) -> int:
    words = list(argv[1:])
    if words[:1] in (["-l"], ["-L"]):
        return _list_signals(system, words[1:])
    number = _signal_option(system, words)
    if number is None:
        return 1
    words = [word for word in words if word != "--"]
    if not words:
        if is_busybox(system):
            say(system, "you need to specify whom to kill")
        else:
            system.put("\nUsage:\n kill [options] <pid> [...]\n\nFor more details see kill(1).\n", 2)
        return 1
    status = 0
    for word in words:
        if not (word.isascii() and is_digits(word.removeprefix("-"))):
            tell(system, f"invalid number '{word}'", f"failed to parse argument: '{word}'")
            status = 1
            continue
        if is_busybox(system) and abs(strtol(word)[0]) >= 1 << 31:
            say(system, f"invalid number '{word}'")
            return 1
        if abs(strtol(word)[0]) >= (1 << 63) - 1:
            say(system, f"failed to parse argument: '{word}': Numerical result out of range")
            status = 1
            continue
        try:
            system.kill(int(word), number)
        except OSError as problem:
            tell(system, f"can't kill pid {word}: {problem.strerror}", f"({word}): {problem.strerror}")
            status = 1
    return status


def _list_signals(system: System, words: list[str]) -> int:
    for word in words:
        number = signal_number(word) if not is_digits(word) else strtol(word)[0] & 127
        system.put(f"{SIGNALS.get(number or 0, word) if is_digits(word) else number}\n")
    if not words:
        if is_busybox(system):
            system.put("".join(f"{number:2d}) {name}\n" for number, name in sorted(SIGNALS.items())))
        else:
            system.put(" ".join(name for number, name in sorted(SIGNALS.items()) if number < 32) + "\n")
    return 0


@PROGRAMS.program("killall", usage="[-lq] [-SIG] NAME...\n")
def _killall(system: System, argv: tuple[str, ...], state: State) -> int:
    words = [word for word in argv[1:] if word not in ("-q", "-e", "-w", "-v")]
    number = _signal_option(system, words)
    if number is None or not words:
        return 1
    status = 0
    for name in words:
        found = [
            process
            for process in system.processes()
            if process.argv and base_name(process.argv[0]) == name and process.pid != system.pid
        ]
        for process in found:
            system.kill(process.pid, number)
        if not found:
            if "-q" not in argv:
                say(system, f"{name}: no process killed" if is_busybox(system) else f"{name}: no process found")
            status = 1
    return status


@PROGRAMS.program("pidof", usage="[OPTIONS] [NAME]...\n")
def _pidof(system: System, argv: tuple[str, ...], state: State) -> int:
    options = parse_options(system, argv, "so:x")
    found = [
        str(process.pid)
        for process in reversed(system.processes())
        if process.argv
        and base_name(process.argv[0]) in [base_name(name) for name in options.operands]
        and process.state != "Z"
    ]
    if found:
        system.put(" ".join(found[:1] if "s" in options else found) + "\n")
    return 0 if found else 1


@PROGRAMS.program("pgrep", "pkill", usage="[-flanovx] [-s SID|-P PPID|PATTERN]\n")
def _pgrep(system: System, argv: tuple[str, ...], state: State) -> int:
    words = list(argv)
    killing = base_name(argv[0]) == "pkill"
    number: int | None = 15
    if killing and len(words) > 1 and re.match(r"-(\d+|[A-Z]{3,})$", words[1]):
        number = signal_number(words.pop(1)[1:])
    options = parse_options(
        system, tuple(words), "flanovxs:P:u:c", {"full": "f", "list-name": "l", "exact": "x", "signal=": "signal"}
    )
    if not options.operands and "P" not in options:
        raise UsageProblem("no matching criteria specified" if not is_busybox(system) else "", 2)
    pattern = options.operands[0] if options.operands else ""
    try:
        expression = compile_posix(f"^({pattern})$" if "x" in options else pattern, extended=True)
    except RegexProblem as problem:
        raise UsageProblem(
            f"bad regex '{pattern}': {problem}" if is_busybox(system) else str(problem), 2, bare=True
        ) from None
    found = []
    for process in system.processes():
        name = base_name(process.argv[0])[:15] if process.argv else ""
        text = " ".join(process.argv) if "f" in options else name
        if process.pid == system.pid or ("P" in options and str(process.parent) != options.last("P")):
            continue
        if expression.finds(text) != ("v" in options):
            found.append((process, name))
    if "n" in options:
        found = found[-1:]
    elif "o" in options:
        found = found[:1]
    for process, name in found:
        if killing:
            system.kill(process.pid, number or 15)
        elif "a" in options:
            system.put(f"{process.pid} {command_line(process)}\n")
        else:
            system.put(f"{process.pid} {name}\n" if "l" in options else f"{process.pid}\n")
    return 0 if found else 1


@PROGRAMS.program("top", usage="[-bmH] [-n COUNT] [-d SECONDS]\n")
def _top(system: System, argv: tuple[str, ...], state: State) -> int:
    options = parse_options(
        system,
        tuple(f"-{word}" if place and word in ("n1", "bn1") else word for place, word in enumerate(argv)),
        "bmHn:d:",
    )
    count = _top_count(system, options.last("n", "1" if "b" in options else "1000000"))
    interval_ns = _top_interval_ns(system, options.last("d", "5"))
    if not state.setdefault("catching", False):
        state["catching"] = True
        for fatal in _FATAL:
            system.catch(fatal, "catch")
    caught: int | None = state.get("fatal") or system.take_signal()
    if caught is not None:
        return _top_killed(system, state, caught)
    while state.setdefault("shown", 0) < count:
        if "next_ns" not in state:
            system.put(_top_screen(system, "b" not in options))
            state["shown"] += 1
            if state["shown"] >= count:
                break
            state["next_ns"] = system.now_ns + interval_ns
        if system.is_terminal(0) and 0 in system.poll([0], state["next_ns"]):
            if system.read(0, 1) in (b"q", b"\x03", b""):
                return 0
            continue
        system.sleep_until(state["next_ns"])
        del state["next_ns"]
    return 0


def _top_count(system: System, text: str) -> int:
    """How often top shows its screen, by -n. Raises UsageProblem."""
    number, rest = strtol(text, 0 if not is_busybox(system) else 10)
    if is_busybox(system) and (not text or rest or abs(number) >= 1 << 31):
        raise UsageProblem(f"invalid number '{text}'", 1, bare=True)
    if not is_busybox(system) and (rest or not 0 < number < 1 << 31):
        raise UsageProblem(f"bad iterations argument '{text}'", 1, bare=True)
    return number if number > 0 else 1_000_000


def _top_interval_ns(system: System, text: str) -> int:
    """How long top waits between two screens, by -d. Raises UsageProblem."""
    match = re.fullmatch(r"[-+]?\d{1,9}(\.\d{0,9})?|[-+]?\.\d{1,9}", text, re.A)
    if match is None:
        raise UsageProblem(
            f"invalid number '{text}'" if is_busybox(system) else f"bad delay interval '{text}'", 1, bare=True
        )
    seconds = float(text)
    if seconds < 0 and not is_busybox(system):
        raise UsageProblem("-d requires positive argument", 1, bare=True)
    return int(max(seconds, 0.1) * 1e9)


_FATAL = (1, 2, 3, 6, 14, 15)  # HUP, INT, QUIT, ABRT, ALRM, TERM


def _top_killed(system: System, state: State, number: int) -> int:
    """The end of busybox's top by a signal that it caught to put the terminal in order.

    It sends itself the signal again, which process 1 of a container survives: a second later it exits (busybox libbb
    kill_myself_with_sig).
    """
    if "fatal" not in state:
        state["fatal"] = number
        state["end_ns"] = system.now_ns + 1_000_000_000
        system.catch(number, "default")
        system.kill(system.pid, number)
    system.sleep_until(state["end_ns"])
    return 128 | number


def _top_screen(system: System, clear: bool) -> str:
    lines = [
        "Mem: 2150400K used, 6238208K free, 4096K shrd, 65536K buff, 1163264K cached",
        "CPU:   0% usr   0% sys   0% nic 100% idle   0% io   0% irq   0% sirq",
        f"Load average: 0.00 0.00 0.00 1/{len(system.processes())} {system.pid}",
        "  PID  PPID USER     STAT   VSZ %VSZ CPU %CPU COMMAND",
    ]
    for process in system.processes():
        vsz = process.resident_bytes // 1024 * 2
        lines.append(
            f"{process.pid:5d} {process.parent:5d} {user_name(system, process.user):<8} {process.state:<4} {vsz:5d}   0%   0   0% {command_line(process)}"
        )
    return ("\x1b[H\x1b[J" if clear else "") + "\n".join(lines) + "\n"
