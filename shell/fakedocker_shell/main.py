"""The `fakedocker` command: the terminal, scripts, and the commands that serve tests.

fakedocker                      open the terminal
fakedocker -c COMMANDS [ARG..]  run commands
fakedocker FILE [ARG..]         run a script; without a terminal, commands are read from standard input
fakedocker serve                serve an engine on sockets
fakedocker docker ARG..         the docker command line, against the engine that DOCKER_HOST names
fakedocker registry             serve a registry on the loopback interface
fakedocker learn [ID]           open the terminal in a lesson
fakedocker replay|lint PLACE..  play scenarios, look for mistakes in them
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fakedocker.machine_folder import MachineFolder
    from fakedocker_shell.session import Session

Folders = Sequence["MachineFolder"]
Begin = Callable[["Session"], None]
"""Starts a session's shell."""

USAGE = """Usage: fakedocker [OPTIONS] [FILE [ARG...]]
       fakedocker [OPTIONS] -c COMMANDS [NAME [ARG...]]
       fakedocker serve [OPTIONS]
       fakedocker docker ARG...
       fakedocker registry [OPTIONS]
       fakedocker learn [ID]
       fakedocker replay|lint FILE|FOLDER...

A simulated Docker engine: a terminal to practise in, and a double for tests.
Without a FILE it opens the terminal, or runs the commands on standard input.

Options:
  -c COMMANDS               Run these commands
      --seed N              Where ids, names and addresses come from (default 0)
      --host-dir DIR[:rw]   Let the simulated host see this folder; with :rw also write to it
      --help                Show this
      --version             Show the version
"""
READ_BYTES = 65536


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line; gives the exit status."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    seed = 0
    folders: list[MachineFolder] = []
    while arguments and arguments[0].startswith("-") and arguments[0] != "-":
        option = arguments.pop(0)
        if option in ("--help", "-h"):
            sys.stdout.write(USAGE)
            return 0
        if option == "--version":
            from importlib.metadata import version

            sys.stdout.write(f"fakedocker {version('fakedocker')} (engine 28.2.2, API 1.50)\n")
            return 0
        if option == "--seed" or option.startswith("--seed="):
            text = option.partition("=")[2] or (arguments.pop(0) if arguments else "")
            if not text.lstrip("-").isdigit():
                return _usage_error(f"--seed takes a whole number, not {text!r}")
            seed = int(text)
        elif option == "--host-dir" or option.startswith("--host-dir="):
            text = option.partition("=")[2] or (arguments.pop(0) if arguments else "")
            try:
                folders.append(_folder(text))
            except OSError as problem:
                return _usage_error(str(problem))
        elif option == "-c":
            if not arguments:
                return _usage_error("-c takes the commands to run")
            return _run_command(arguments[0], arguments[1:], seed, folders)
        else:
            return _usage_error(f"unknown option {option}")
    if arguments and arguments[0] == "serve":
        from fakedocker_shell import serving

        return serving.main(arguments[1:])
    if arguments and arguments[0] == "docker":
        from fakedocker_shell.real import context

        return context.main(arguments[1:])
    if arguments and arguments[0] == "registry":
        from fakedocker_shell import registry_serving

        return registry_serving.main(arguments[1:])
    if arguments and arguments[0] in ("learn", "replay", "lint"):
        from fakedocker_shell.scenarios import commands

        if arguments[0] == "learn":
            return commands.learn(arguments[1:], seed)
        return (commands.replay if arguments[0] == "replay" else commands.lint)(arguments[1:])
    if arguments and arguments[0] != "-":
        return _run_file(arguments[0], arguments[1:], seed, folders)
    if sys.stdin.isatty() and sys.stdout.isatty():
        return _open_terminal(seed, folders)
    return _run(seed, folders, lambda session: session.run_input(), "standard input")


def _folder(text: str) -> MachineFolder:
    from fakedocker.machine_folder import MachineFolder, split_mode

    return MachineFolder(*split_mode(text), lambda problem: print(f"fakedocker: {problem}", file=sys.stderr))


def _open_terminal(seed: int, folders: Folders) -> int:
    import gc

    gc.disable()  # importing makes much and no garbage: this saves a twentieth of the time until the prompt
    from fakedocker_shell.repl.app import run

    gc.enable()
    return run(seed, folders=folders)


def _usage_error(problem: str) -> int:
    sys.stderr.write(f"fakedocker: {problem}\nTry 'fakedocker --help'.\n")
    return 2


def _run_command(source: str, rest: list[str], seed: int, folders: Folders) -> int:
    name = rest[0] if rest else "fakedocker"
    return _run(seed, folders, lambda session: session.run_command(source, name, tuple(rest[1:])), source)


def _run_file(path: str, rest: list[str], seed: int, folders: Folders) -> int:
    try:
        with open(path, "rb") as file:
            data = file.read()
    except OSError as problem:
        sys.stderr.write(f"fakedocker: {path}: {problem.strerror}\n")
        return 127
    return _run(seed, folders, lambda session: session.run_script(path, data, tuple(rest)), f"the script {path}")


def _run(seed: int, folders: Folders, begin: Begin, what: str) -> int:
    """Run a session from its beginning to its end; an error of ours is one line on standard error and status 70.

    Args:
        folders: of the real machine, seen as they are at the beginning and written to at the end.
        begin: starts the session's shell.
        what: what is run, for a report.
    """
    on_terminal = all(stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr))
    run = _run_on_terminal if on_terminal else _run_without_terminal
    try:
        status, faults = run(seed, folders, begin)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return 141
    except Exception:
        import traceback

        return _our_error(traceback.format_exc(), what)
    return _our_error("\n".join(faults), what) if faults else status


def _our_error(problem: str, what: str) -> int:
    from fakedocker_shell.repl import state_directory

    report = state_directory.write_report(os.environ, problem, [what])
    sys.stderr.write(state_directory.told(report, world_is_kept=False) + "\n")
    return state_directory.ERROR_STATUS


def _run_without_terminal(seed: int, folders: Folders, begin: Begin) -> tuple[int, list[str]]:
    """Time is fast, input and output are pipes. Gives the status, and the reports of simulated programs that failed."""
    from fakedocker.engine import WaitCannotEnd, WaitTooLong
    from fakedocker_shell.session import Session, make_engine

    streams = {1: sys.stdout.buffer, 2: sys.stderr.buffer}

    def output(fd: int, data: bytes) -> None:
        streams[fd].write(data)
        streams[fd].flush()

    engine, _ = make_engine(seed)
    engine.journaling = False
    for folder in folders:
        folder.show(engine)
    session = Session(engine, output)
    begin(session)
    try:
        status = session.run_to_end(lambda: os.read(0, READ_BYTES))
    except (WaitCannotEnd, WaitTooLong) as problem:
        sys.stderr.write(f"fakedocker: {problem}\n")
        status = 1
    for folder in folders:
        folder.take_back(engine)
    return status, engine.draft.faults


def _run_on_terminal(seed: int, folders: Folders, begin: Begin) -> tuple[int, list[str]]:
    """As in the interactive terminal: a simulated one of the real one's size, and time that leaps."""
    import time

    from prompt_toolkit.input import create_input
    from prompt_toolkit.output import create_output

    from fakedocker.exchanges import TimeMode
    from fakedocker_shell.repl.foreground import Foreground
    from fakedocker_shell.repl.screen import RealScreen
    from fakedocker_shell.session import Session, make_engine

    screen = RealScreen(create_input(sys.stdin), create_output(sys.stdout), sys.stdout.buffer)
    engine, clients = make_engine(seed, TimeMode.LEAP)
    engine.journaling = False

    def output(fd: int, data: bytes) -> None:
        screen.write(data)
        foreground.pacer.spoke()

    for folder in folders:
        folder.show(engine)
    session = Session(engine, output, screen.size())
    foreground = Foreground(session, screen, time.monotonic_ns)
    clients.observe = foreground.begun
    begin(session)
    foreground.drive(lambda: session.status is not None)
    for folder in folders:
        folder.take_back(engine)
    assert session.status is not None
    return session.status, engine.draft.faults


if __name__ == "__main__":
    sys.exit(main())
