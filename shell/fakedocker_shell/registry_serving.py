"""`fakedocker registry`: a registry on the loopback interface, for real clients."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
from pathlib import Path
from typing import NoReturn

from fakedocker.api.registry_server import DirectoryFolder, RegistryServer, drawn, secret
from fakedocker.base.numbers import is_digits
from fakedocker.registry.distribution.access import BASIC, NOBODY, TOKEN, Access
from fakedocker.registry.distribution.contents import Contents, MemoryBlobs
from fakedocker.registry.distribution.layout import FolderContents

PROGRAM = "fakedocker registry"


def main(arguments: list[str]) -> int:
    """Run `fakedocker registry`; gives the exit status."""
    try:
        options = _parser().parse_args(arguments)
    except SystemExit as end:
        return int(end.code or 0)
    users = dict(text.partition(":")[::2] for text in options.user)
    if options.auth != NOBODY and not users and not options.anonymous_pull:
        return _problem(f"--auth {options.auth} takes a --user")
    access = Access(mode=options.auth, users=users, anonymous_pull=options.anonymous_pull, secret=secret())
    try:
        contents = (
            FolderContents(DirectoryFolder(Path(options.dir)), drawn) if options.dir else Contents(MemoryBlobs(), drawn)
        )
        asyncio.run(_serve(RegistryServer(contents, access, _log if options.verbose else None), options.host_port))
    except KeyboardInterrupt:
        return 0
    except (OSError, ValueError) as problem:
        return _problem(str(problem), 1)
    return 0


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        _problem(f"{message}\nTry '{PROGRAM} --help'.")
        raise SystemExit(2)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog=PROGRAM, description="Serve a registry until interrupted.", allow_abbrev=False)
    add = parser.add_argument
    add("--host-port", metavar="HOST:PORT", type=_address, default=("127.0.0.1", 5000),
        help="where to listen (default 127.0.0.1:5000; port 0 picks one)")  # fmt: skip
    add("--dir", metavar="FOLDER", default="", help="keep blobs in this folder (default: in memory)")
    add("--auth", choices=(NOBODY, BASIC, TOKEN), default=NOBODY, help="how clients say who they are (default none)")
    add(
        "--user",
        metavar="NAME:PASSWORD",
        type=_user,
        action="append",
        default=[],
        help="somebody who may do everything",
    )
    add("--anonymous-pull", action="store_true", help="let everybody pull")
    add("--verbose", action="store_true", help="a line for every request, on standard error")
    return parser


def _address(text: str) -> tuple[str, int]:
    host, colon, port = text.rpartition(":")
    if not colon or not is_digits(port) or int(port) > 0xFFFF:
        raise argparse.ArgumentTypeError(f"{text!r} is no HOST:PORT")
    return host.strip("[]") or "127.0.0.1", int(port)


def _user(text: str) -> str:
    name, colon, password = text.partition(":")
    if not (name and colon and password):
        raise argparse.ArgumentTypeError("a user is NAME:PASSWORD")
    return text


def _problem(text: str, status: int = 2) -> int:
    sys.stderr.write(f"{PROGRAM}: {text}\n")
    return status


def _log(line: str) -> None:
    sys.stderr.write(line + "\n")


async def _serve(server: RegistryServer, address: tuple[str, int]) -> None:
    port = await server.listen(*address)
    sys.stdout.write(f"{address[0]}:{port}\n")
    sys.stdout.flush()
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, ended.set)
    try:
        await ended.wait()
    finally:
        await server.close()
