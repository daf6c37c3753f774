"""`fakedocker shim`: puts a `docker` into a folder, tells how its engine is, ends it, and takes it away again."""

from __future__ import annotations

import argparse
import contextlib
import os
import shutil
import signal
import sys
import time
from importlib import resources
from pathlib import Path
from typing import Final, NoReturn

import msgspec

from fakedocker.base import clock
from fakedocker.base.profiles import DEFAULT, PROFILES, STORAGES, profile_named, storage_named
from fakedocker.host_dir import split_mode
from fakedocker_shell.shim.settings import FOLDER_NAME, IDLE_MINUTES, Places, Settings, ShimProblem

NAMES: Final = ("docker", "docker-compose")
LONGEST_SOCKET_PATH_BYTES: Final = 103
"""What macOS takes; Linux takes four more."""
LONGEST_FIRST_LINE_BYTES: Final = 120
"""What every kernel reads of a script's first line."""
OURS: Final = "# the docker of `fakedocker shim`"
_SCRIPT: Final = """{first_line}
{ours}: its engine is started when it is first used
import sys
sys.path.insert(0, {folder!r})
import client, os
os._exit(client.main({folder!r}, {python!r}, sys.argv))
"""
STOP_SECONDS: Final = 30.0


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise ShimProblem(f"{message}\nTry 'fakedocker shim --help'.")


def main(arguments: list[str]) -> int:
    """Run `fakedocker shim`; gives the exit status."""
    try:
        options = _parser().parse_args(arguments)
        _DOING[options.action](options)
    except SystemExit as end:
        return int(end.code or 0)
    except (ShimProblem, OSError) as problem:
        sys.stderr.write(f"fakedocker shim: {problem}\n")
        return 2 if "--help" in str(problem) else 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="fakedocker shim", description="A docker command whose engine is started when it is first used."
    )
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    install = actions.add_parser("install", help="put docker and docker-compose into a folder for PATH")
    install.add_argument(
        "--profile", choices=list(PROFILES), default="", help=f"which Docker it is (default {DEFAULT})"
    )
    install.add_argument("--storage", choices=list(STORAGES), default="", help="in which store it keeps its images")
    install.add_argument("--seed", type=int, default=0, help="where ids, names and addresses come from (default 0)")
    install.add_argument("--date", default="", metavar="YYYY-MM-DD", help="the day it begins on (default: today)")
    install.add_argument(
        "--assume", action="store_true", help="take what fails only because it is not simulated to have worked"
    )
    install.add_argument("--host-dir", metavar="DIR[:rw]", type=split_mode, action="append", default=[],
        help="let bind mounts see this folder of the machine; with :rw also write to it")  # fmt: skip
    install.add_argument("--state", default="", metavar="DIR", help="keep the state here, and go on from what is there")
    install.add_argument("--idle", type=int, default=IDLE_MINUTES, metavar="MINUTES",
        help=f"end the engine after so long without a command (default {IDLE_MINUTES}; 0: never)")  # fmt: skip
    for name, words in (
        ("status", "tell whether its engine runs"),
        ("env", "print what leads other clients to its engine"),
        ("stop", "end its engine; what no --state keeps is gone then"),
        ("remove", "end its engine and take it away"),
    ):
        actions.add_parser(name, help=words)
    for action in actions.choices.values():
        action.add_argument("folder", metavar="DIR")
    return parser


def _install(options: argparse.Namespace) -> None:
    if options.date:
        try:
            clock.morning_of(options.date)
        except ValueError as problem:
            raise ShimProblem(f"--date takes a day as YYYY-MM-DD: {problem}") from None
    try:
        storage_named(profile_named(options.profile or DEFAULT), options.storage)
    except ValueError as problem:
        raise ShimProblem(str(problem)) from None
    folders = tuple((os.path.abspath(path), writable) for path, writable in options.host_dir)
    for path, _ in folders:
        if not os.path.isdir(path):
            raise ShimProblem(f"{path}: no such folder")
    settings = Settings(
        options.profile, options.storage, options.seed, options.date, options.assume, folders,
        os.path.abspath(options.state) if options.state else "", max(options.idle, 0),
    )  # fmt: skip
    target = Path(options.folder).absolute()
    places = Places(target / FOLDER_NAME)
    longest = os.fsencode(places.commands)
    if len(longest) > LONGEST_SOCKET_PATH_BYTES:
        raise ShimProblem(
            f"{target}: too long a path for a socket, by {len(longest) - LONGEST_SOCKET_PATH_BYTES} bytes"
        )
    for name in NAMES:
        if not is_ours(target / name):
            raise ShimProblem(f"{target / name} is there already and is no shim: it is left as it is")
    target.mkdir(parents=True, exist_ok=True)
    places.folder.mkdir(mode=0o700, exist_ok=True)
    if _running(places):
        stop(places)
    places.config.mkdir(exist_ok=True)
    places.settings.write_bytes(msgspec.json.encode(settings))
    source = resources.files("fakedocker_shell.shim").joinpath("client.py").read_text(encoding="utf-8")
    places.client.write_text(source, encoding="utf-8")
    for name in NAMES:
        _write_script(target / name, places)
    sys.stdout.write(f'export PATH="{target}:$PATH"\n')


def is_ours(path: Path) -> bool:
    """Whether a file is a shim, or not there."""
    try:
        return OURS in path.read_bytes()[:4096].decode("utf-8", "replace")
    except FileNotFoundError:
        return True


def _write_script(path: Path, places: Places) -> None:
    python = os.path.realpath(sys.executable)
    first_line = f"#!{python} -IS"
    if len(os.fsencode(first_line)) > LONGEST_FIRST_LINE_BYTES or " " in python:
        quoted = python.replace("'", "'\\''")
        first_line = f"#!/bin/sh\n''':'\nexec '{quoted}' -IS \"$0\" \"$@\"\n'''"
    text = _SCRIPT.format(first_line=first_line, ours=OURS, folder=str(places.folder), python=sys.executable)
    unfinished = path.with_name(f".{path.name}.new")
    unfinished.write_text(text, encoding="utf-8")
    unfinished.chmod(0o755)
    unfinished.replace(path)


def _installed(options: argparse.Namespace) -> Places:
    target = Path(options.folder).absolute()
    places = Places(target / FOLDER_NAME)
    if not places.settings.exists():
        raise ShimProblem(f"{target}: there is no shim; `fakedocker shim install {options.folder}` puts one there")
    return places


def _running(places: Places) -> int:
    """The engine's process, 0 for none."""
    import fcntl

    with contextlib.suppress(FileNotFoundError), open(places.lock, "r+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return int(lock.read().strip() or 0)
    return 0


def stop(places: Places) -> bool:
    """End the engine; gives whether one was running. Raises ShimProblem where it does not end."""
    process = _running(places)
    if not process:
        return False
    with contextlib.suppress(ProcessLookupError):
        os.kill(process, signal.SIGTERM)
    end_seconds = time.monotonic() + STOP_SECONDS
    while _running(places) == process:
        if time.monotonic() > end_seconds:
            raise ShimProblem(f"the engine, process {process}, does not end")
        time.sleep(0.02)
    return True


def _status(options: argparse.Namespace) -> None:
    places = _installed(options)
    process, settings = _running(places), places.read()
    sys.stdout.write(f"engine: {f'runs, process {process}' if process else 'starts with the next command'}\n")
    sys.stdout.write(f"Docker: {settings.profile or DEFAULT}, simulated\n")
    kept = f"kept in {settings.state}" if settings.state else "gone when the engine ends"
    idle = f"{settings.idle_minutes} minutes without a command" if settings.idle_minutes else "`fakedocker shim stop`"
    sys.stdout.write(f"state: {kept}; it ends after {idle}\n")
    for path, writable in settings.folders:
        sys.stdout.write(f"folder: {path}{' (written to)' if writable else ''}\n")
    sys.stdout.write(f"address: {places.address}\n")


def _env(options: argparse.Namespace) -> None:
    places = _installed(options)
    sys.stdout.write(f'export PATH="{places.folder.parent}:$PATH"\nexport DOCKER_HOST="{places.address}"\n')


def _stop(options: argparse.Namespace) -> None:
    was_running = stop(_installed(options))
    sys.stdout.write("the engine has ended\n" if was_running else "no engine was running\n")


def _remove(options: argparse.Namespace) -> None:
    places = _installed(options)
    stop(places)
    for name in NAMES:
        path = places.folder.parent / name
        if path.exists() and is_ours(path):
            path.unlink()
    shutil.rmtree(places.folder)


_DOING: Final = {"install": _install, "status": _status, "env": _env, "stop": _stop, "remove": _remove}
