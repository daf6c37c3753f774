"""Utilities that run other programs: xargs, timeout, time, nice, nohup, setsid, watch, su, sudo; and how to run one.

A child is started once and waited for; what is known of it stands in the program's state. It must not know the programs
run.
"""

from __future__ import annotations

import re
from typing import Any

from fakedocker.kernel.program import System
from fakedocker.userland.inputs import State, read_text
from fakedocker.userland.processes.basic import execute, parse_duration_ns
from fakedocker.userland.processes.dates import format_date
from fakedocker.userland.processes.signal_names import signal_number
from fakedocker.userland.tools import (
    Options,
    Register,
    UsageProblem,
    base_name,
    find_user,
    groups_of,
    is_busybox,
    parse_options,
    program_name,
    say,
    tell,
    whole,
)

PROGRAMS = Register()
_CAPTURE = 9  # a descriptor that no program here uses otherwise
_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def start(
    system: System, argv: tuple[str, ...], environment: dict[str, str] | None = None, group: int | None = None
) -> int:
    """Start a program found in PATH, after what was put is out. Gives its pid; raises OSError. Blocks."""
    system.drain()
    return launch(system, argv, environment, group)


def launch(
    system: System, argv: tuple[str, ...], environment: dict[str, str] | None = None, group: int | None = None
) -> int:
    """The same where what was put is out already. Never blocks, so that what was changed for the child can be changed back."""
    variables = dict(system.environment) if environment is None else environment
    path = system.find_program(argv[0], variables.get("PATH", _PATH))
    return system.spawn(path, argv, variables, group=group)


def run_and_wait(
    system: System, state: State, argv: tuple[str, ...], key: str = "child", *, directory: str = ""
) -> int:
    """Run a program to its end, in another directory if given.

    Gives its status; 126 or 127 after a message where it cannot run. Blocks.
    """
    if key not in state:
        system.drain()
        here = system.directory
        try:
            if directory:
                system.change_directory(directory)
            state[key] = launch(system, argv)
        except OSError as problem:
            name = f"‘{argv[0]}’" if base_name(system.argv[0]) == "find" else argv[0]
            tell(system, f"{argv[0]}: {problem.strerror}", f"{name}: {problem.strerror}")
            return 127 if problem.errno == 2 else 126
        finally:
            if directory:
                system.change_directory(here)
    return wait(system, state, key)


def wait(system: System, state: State, key: str = "child") -> int:
    """The status of a child whose pid is in the state, which is then forgotten. Blocks."""
    while (status := system.reap(state[key])) is None:
        system.wait_for_child(state[key])
    del state[key]
    return status


def run_captured(system: System, state: State, argv: tuple[str, ...]) -> tuple[int, bytes]:
    """Run a program for its output: its status, 126 or 127 where it cannot run, and what it printed. Blocks."""
    if "child" not in state:
        system.drain()
        entries = dict(system.descriptors())
        reader, writer = system.make_pipe()
        old = system.use_table({**entries, _CAPTURE: reader, 1: writer})
        try:
            state["child"] = launch(system, argv)
        except OSError as problem:
            system.put(f"{argv[0]}: {problem.strerror}\n", 2)
            state["child"] = 0
        mine = {**entries, _CAPTURE: system.descriptors()[_CAPTURE]}
        system.release_table(system.use_table(mine))
        system.release_table(old)
        state["captured"] = b""
    while chunk := system.read(_CAPTURE):
        state["captured"] += chunk
    status = wait(system, state) if state["child"] else 127
    state.pop("child", None)
    system.close(_CAPTURE)
    return status, state.pop("captured")


# xargs


@PROGRAMS.program("xargs", usage="[OPTIONS] [PROG ARGS]\n")
def _xargs(system: System, argv: tuple[str, ...], state: State) -> int:
    long = {
        "null": "0", "max-args=": "n", "max-procs=": "P", "no-run-if-empty": "r", "replace=": "I", "verbose": "t",
        "delimiter=": "d", "max-lines=": "L",
    }  # fmt: skip
    options = parse_options(system, argv, "0rtpxn:s:P:I:L:d:E:e::a:", long, permute=False)
    if "commands" not in state:
        names = (options.last("a"),) if "a" in options else ()
        text = read_text(system, state, names)
        items = _items(system, text, options)
        state["commands"] = _commands(system, options, items)
    while state.setdefault("place", 0) < len(state["commands"]):
        command = state["commands"][state["place"]]
        if "t" in options and "child" not in state:
            system.put(" ".join(command) + "\n", 2)
        status = run_and_wait(system, state, command)
        state["place"] += 1
        if status in (126, 127):
            return status
        if status == 255:
            return 124
        if status:
            state["status"] = 123
    return int(state.get("status", 0))


def _items(system: System, text: str, options: Options) -> list[str]:
    if "0" in options:
        return [item for item in text.split("\0") if item]
    if "d" in options:
        return [item for item in text.rstrip("\n").split(options.last("d").replace("\\n", "\n")) if item]
    if "I" in options or "L" in options:
        return [line.strip() for line in text.splitlines() if line.strip()]
    items = []
    for match in re.finditer(r"(?:[^\s'\"\\]|\\.|'[^']*'|\"[^\"]*\")+|['\"]", text, re.DOTALL):
        if match[0] in ("'", '"'):
            raise UsageProblem(
                f"unmatched {'single' if match[0] == chr(39) else 'double'} quote; "
                "by default quotes are special to xargs unless you use the -0 option"
                if not is_busybox(system)
                else "unmatched quote",
                bare=True,
            )
        items.append(
            re.sub(
                r"\\(.)|'([^']*)'|\"([^\"]*)\"",
                lambda part: part[1] or part[2] or part[3] or "",
                match[0],
                flags=re.DOTALL,
            )
        )
    return items


def _commands(system: System, options: Options, items: list[str]) -> list[tuple[str, ...]]:
    base = options.operands or ("echo",)
    if "I" in options:
        mark = options.last("I") or "{}"
        return [tuple(word.replace(mark, item) for word in base) for item in items]
    if not items:
        return [] if "r" in options else [base]
    letter = "n" if "n" in options else "L"
    said = f'invalid number "{{}}" for -{letter} option\n', f"value {{}} for -{letter} option should be >= 1\n"
    size = whole(system, options.last(letter, "5000"), said[0], least=1, below=said[1])
    if "L" in options:
        words = [item.split() for item in items]
        return [
            (*base, *(word for line in words[at : at + size] for word in line)) for at in range(0, len(words), size)
        ]
    return [(*base, *items[at : at + size]) for at in range(0, len(items), size)]


# time


@PROGRAMS.program("timeout", usage="[-s SIG] [-k KILL_SECS] SECS PROG ARGS\n", usage_status=125)
def _timeout(system: System, argv: tuple[str, ...], state: State) -> int:
    long = {"signal=": "s", "kill-after=": "k", "preserve-status": "p", "foreground": "f", "verbose": "v"}
    options = parse_options(system, argv, "s:k:v", long, permute=False)
    if len(options.operands) < 2:
        raise UsageProblem("" if is_busybox(system) else "missing operand", 1)
    if "child" not in state and "ended" not in state:
        duration_ns = parse_duration_ns(options.operands[0])
        if duration_ns is None:
            raise UsageProblem(
                f"invalid number '{options.operands[0]}'"
                if is_busybox(system)
                else f"invalid time interval ‘{options.operands[0]}’"
            )
        command = options.operands[1:]
        system.catch(17, "catch")
        try:
            state["child"] = start(system, command)
        except OSError as problem:
            tell(
                system,
                f"can't execute '{command[0]}': {problem.strerror}",
                f"failed to run command ‘{command[0]}’: {problem.strerror}",
            )
            return 127 if problem.errno == 2 else 126
        state["until_ns"] = system.now_ns + duration_ns if duration_ns else None
    return _wait_until(system, options, state)


def _wait_until(system: System, options: Options, state: State) -> int:
    number = signal_number(options.last("s", "TERM")) or 15
    while True:
        status = system.reap(state["child"])
        if status is not None:
            if not state.get("killed"):
                return status
            return status if "p" in options or (is_busybox(system)) else 137 if state["killed"] == 9 else 124
        if state["until_ns"] is not None and system.now_ns >= state["until_ns"]:
            system.kill(state["child"], 9 if state.get("killed") else number)
            state["killed"] = 9 if state.get("killed") or number == 9 else number
            extra = parse_duration_ns(options.last("k", "")) if "k" in options else None
            state["until_ns"] = system.now_ns + extra if extra is not None and state["killed"] != 9 else None
            continue
        system.take_signal()
        system.pause_for_signal(state["until_ns"])


@PROGRAMS.program("time", usage="[-vpa] [-o FILE] PROG ARGS\n")
def _time(system: System, argv: tuple[str, ...], state: State) -> int:
    options = parse_options(system, argv, "vpao:f:", permute=False)
    if not options.operands:
        raise UsageProblem("" if is_busybox(system) else "missing program to run")
    started_ns = state.setdefault("started_ns", system.now_ns)
    status = run_and_wait(system, state, options.operands)
    seconds = (system.now_ns - started_ns) / 1e9
    if "p" in options:
        system.put(f"real {seconds:.2f}\nuser 0.00\nsys 0.00\n", 2)
    else:
        minutes = int(seconds // 60)
        shown = f"{minutes}m {seconds - 60 * minutes:.2f}s"
        system.put(f"real\t{shown}\nuser\t0m 0.00s\nsys\t0m 0.00s\n", 2)
    return status


@PROGRAMS.program("watch", usage="[-n SEC] [-t] PROG ARGS\n")
def _watch(system: System, argv: tuple[str, ...], state: State) -> int:
    options = parse_options(system, argv, "n:tdgec", {"interval=": "n", "no-title": "t"}, permute=False)
    if not options.operands:
        raise UsageProblem()
    interval_ns = parse_duration_ns(options.last("n", "2")) or 2_000_000_000
    command = " ".join(options.operands)
    while True:
        if "next_ns" not in state:
            if "child" not in state and not state.get("titled"):
                state["titled"] = True
                system.put("\x1b[H\x1b[J")
                if "t" not in options:
                    stamp = format_date(
                        "%Y-%m-%d %H:%M:%S" if is_busybox(system) else "%a %b %e %H:%M:%S %Y",
                        system.now_ns // 1_000_000_000,
                    )
                    title = f"Every {interval_ns / 1e9:.1f}s: {command}"
                    width = system.window_size(1)[1] if system.is_terminal(1) else 80
                    system.put(f"{title}{stamp:>{max(1, width - len(title))}}\n\n")
            run_and_wait(system, state, ("sh", "-c", command))
            state["next_ns"] = system.now_ns + interval_ns
            state["titled"] = False
        system.sleep_until(state["next_ns"])
        del state["next_ns"]


# a changed process


@PROGRAMS.program("nice", "nohup", "setsid", "ionice", "stdbuf", usage="[OPTIONS] PROG ARGS\n", usage_status=125)
def _changed(system: System, argv: tuple[str, ...], state: State) -> int:
    name = program_name(system).rpartition("/")[2]
    options = parse_options(
        system,
        argv,
        {"nice": "n:", "setsid": "cwf", "ionice": "c:n:p:", "stdbuf": "i:o:e:"}.get(name, ""),
        permute=False,
    )
    if not options.operands:
        if name == "nice":
            system.put("0\n")
            return 0
        raise UsageProblem("" if is_busybox(system) else "missing operand")
    if name == "nohup":
        system.catch(1, "ignore")
        if system.is_terminal(1):
            say(
                system,
                "ignoring input and appending output to 'nohup.out'"
                if not is_busybox(system)
                else "appending output to nohup.out",
            )
            descriptor = system.open("nohup.out", 2 | 4 | 16)
            system.duplicate(descriptor, 1)
    if name == "setsid":
        try:
            system.set_session()
        except OSError:
            state["child"] = start(system, options.operands, group=0)
            return 0
    return execute(system, options.operands)


@PROGRAMS.program("su", usage="[-lmp] [-s SH] [-] [USER [FILE ARGS]]\n")
def _su(system: System, argv: tuple[str, ...], state: State) -> int:
    long = {"login": "l", "command=": "c", "shell=": "s", "preserve-environment": "m"}
    options = parse_options(system, argv, "lmpc:s:", long)
    operands = list(options.operands)
    login = "l" in options or operands[:1] == ["-"]
    if operands[:1] == ["-"]:
        operands.pop(0)
    name = operands.pop(0) if operands else "root"
    entry = find_user(system, name)
    if entry is None:
        tell(
            system,
            f"unknown user {name}",
            f"user {name} does not exist or the user entry does not contain all the required fields",
        )
        return 1
    if system.uid != 0 and int(entry[2]) != system.uid:
        system.put(
            "su: must be suid to work properly\n" if is_busybox(system) else "Password: \nsu: Authentication failure\n",
            2,
        )
        return 1
    shell = options.last("s") or entry[6] or "/bin/sh"
    environment = (
        {"PATH": system.environment.get("PATH", _PATH), "TERM": system.environment.get("TERM", "dumb")}
        if login
        else dict(system.environment)
    )
    if "m" not in options and "p" not in options:
        environment |= {"HOME": entry[5], "SHELL": shell}
        if login or name != "root":
            environment |= {"USER": name, "LOGNAME": name}
    if login:
        try:
            system.change_directory(entry[5])
        except OSError as problem:
            tell(
                system,
                f"can't change directory to '{entry[5]}'",
                f"warning: cannot change directory to {entry[5]}: {problem.strerror}",
            )
    become(system, entry)
    words: tuple[str, ...] = (("-" if login else "") + shell.rpartition("/")[2],)
    words += ("-c", options.last("c"), *operands) if "c" in options else tuple(operands)
    return _become_shell(system, shell, words, environment)


def become(system: System, entry: list[str]) -> None:
    """Take a user's ids, by the fields of /etc/passwd."""
    system.set_user(int(entry[2]), int(entry[3]), tuple(groups_of(system, entry[0])))


def _become_shell(system: System, shell: str, words: tuple[str, ...], environment: dict[str, str]) -> int:
    try:
        system.execute(shell, words, environment)
    except OSError as problem:
        tell(system, f"can't execute '{shell}': {problem.strerror}", f"failed to execute {shell}: {problem.strerror}")
        return 127 if problem.errno == 2 else 126
    return 126


@PROGRAMS.program("sudo", "gosu", "su-exec", "doas", usage="[-u USER] PROG ARGS\n")
def _sudo(system: System, argv: tuple[str, ...], state: State) -> int:
    name = argv[0].rpartition("/")[2]
    options: Any = parse_options(system, argv, "u:EHnkiS", permute=False)
    words = options.operands
    user = options.last("u", "root")
    if name in ("gosu", "su-exec"):
        user, words = (words[0].partition(":")[0], words[1:]) if words else ("root", ())
    if not words:
        raise UsageProblem()
    entry = find_user(system, user)
    if entry is None:
        say(system, f"unknown user {user}")
        return 1
    if system.uid != 0:
        say(system, "a password is required" if name == "sudo" else "Operation not permitted")
        return 1
    become(system, entry)
    return execute(system, words, {**system.environment, "HOME": entry[5], "USER": user})
