"""`fakedocker serve`: the engine behind sockets, for the real docker client and every SDK."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import signal
import sys
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, NoReturn

from fakedocker import VERSION
from fakedocker.api.server import Store
from fakedocker.assembly import create_engine
from fakedocker.base import clock
from fakedocker.base.numbers import is_digits
from fakedocker.base.profiles import DEFAULT, PROFILES, STORAGES, profile_named, storage_named
from fakedocker.durability.directory import StateDirectory
from fakedocker.durability.problems import StateProblem
from fakedocker.durability.salvage import salvage
from fakedocker.engine.engine import Engine
from fakedocker.engine.inflight import TimeMode
from fakedocker.host_dir import split_mode
from fakedocker.machine_web import MachineWeb
from fakedocker.serving import Listening, serve, tls_context
from fakedocker.world.world import World
from fakedocker_shell import collecting

if TYPE_CHECKING:
    from fakedocker.outside_web import Site

PROGRAM = "fakedocker serve"
MOST_UNSEEN = 20
"""Of how many bind mounts it is said that they show nothing of the machine."""


def main(arguments: list[str]) -> int:
    """Run `fakedocker serve`; gives the exit status."""
    try:
        parser = _parser()
        options = parser.parse_args(arguments)
        if options.salvage and not options.state:
            parser.error("--salvage takes the state to read with --state")
        _check_storage(parser, options)
        listening = _listening(options)
    except SystemExit as end:
        return int(end.code or 0)
    except OSError as problem:
        return _problem(str(problem), 1)
    try:
        if options.salvage:
            salvage(
                options.state,
                options.salvage,
                VERSION,
                lambda world, mode: _make_engine(options, world, mode),
                fsync=options.fsync,
                report=_complain,
            )
        elif options.state:
            _serve_from_state(options, listening)
        else:
            engine = _make_engine(options, None, options.time)
            engine.journaling = False
            MachineWeb(options.web, options.real_web).show(engine)
            _assume(options, engine)
            collecting.begin()
            asyncio.run(_serve(engine, listening, None, bool(options.date)))
    except KeyboardInterrupt:
        return 0
    except (OSError, StateProblem, BaseExceptionGroup) as problem:
        problems = list(_each(problem))
        if not all(isinstance(part, OSError | StateProblem) for part in problems):
            raise
        for part in problems:
            _complain(str(part))
        return 1
    return 0


def _each(problem: BaseException) -> Iterator[BaseException]:
    """The problems of a group, each of which is told in one line."""
    if isinstance(problem, BaseExceptionGroup):
        for part in problem.exceptions:
            yield from _each(part)
    else:
        yield problem


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        _problem(f"{message}\nTry 'fakedocker serve --help'.")
        raise SystemExit(2)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog=PROGRAM, description="Serve a simulated engine until interrupted.", allow_abbrev=False, add_help=True
    )
    add = parser.add_argument
    add("--socket", metavar="PATH", default="", help="where to listen (default: a new file in the temporary folder)")
    add(
        "--tcp",
        metavar="HOST:PORT",
        type=_address,
        help="listen here too; off loopback it takes the three --tls options",
    )
    add("--tlscacert", metavar="FILE", help="the authority that clients' certificates come from")
    add("--tlscert", metavar="FILE", help="the server's certificate")
    add("--tlskey", metavar="FILE", help="the server's key")
    add("--seed", metavar="N", type=int, default=0, help="where ids, names and addresses come from (default 0)")
    add("--date", metavar="YYYY-MM-DD", type=_day,
        help="the day it begins on: images are those that their tags named then (default: today)")  # fmt: skip
    add("--assume", action="store_true", help="take what fails only because it is not simulated to have worked")
    add(
        "--profile",
        metavar="NAME",
        choices=list(PROFILES),
        help=f"which Docker it is: {', '.join(PROFILES)} (default {DEFAULT})",
    )
    add("--storage", metavar="NAME", choices=list(STORAGES),
        help=f"in which store it keeps its images: {', '.join(STORAGES)} (default: the profile's own)")  # fmt: skip
    add("--time", metavar="MODE", type=_mode, default=TimeMode.LEAP,
        help="how time passes: leap (default), fast, wall or manual")  # fmt: skip
    add("--state", metavar="DIR", help="keep the state here, and go on from what is there")
    add(
        "--salvage",
        metavar="DIR",
        help="with --state: serve nothing; write what can still be read of a damaged state to this directory",
    )
    add("--fsync", action="store_true", help="with --state: let every answer also survive a loss of power")
    add("--publish", action="store_true", help="open published ports on this machine's loopback address")
    add("--host-dir", metavar="DIR[:rw]", type=split_mode, action="append", default=[],
        help="let bind mounts see this folder of the machine; with :rw also write to it")  # fmt: skip
    add(
        "--real-registry",
        metavar="HOST:PORT",
        type=_registry,
        action="append",
        default=[],
        help="pull from and push to this registry, which is none of the simulation's, on this machine's loopback address",
    )
    add(
        "--web",
        metavar="URL=DIR",
        type=_site,
        action="append",
        default=[],
        help="let builds and imports fetch this URL, and what is below it, from this folder of the machine",
    )
    add("--real-web", action="store_true",
        help="let them fetch from real servers on this machine's loopback addresses")  # fmt: skip
    return parser


def _check_storage(parser: argparse.ArgumentParser, options: argparse.Namespace) -> None:
    try:
        storage_named(profile_named(options.profile or DEFAULT), options.storage or "")
    except ValueError as problem:
        if not options.state:  # which may be of another profile
            parser.error(str(problem))


def _day(text: str) -> str:
    try:
        clock.morning_of(text)
    except ValueError as problem:
        raise argparse.ArgumentTypeError(str(problem)) from None
    return text


def _site(text: str) -> Site:
    from fakedocker.outside_web import split_site

    try:
        return split_site(text)
    except ValueError as problem:
        raise argparse.ArgumentTypeError(str(problem)) from None


def _mode(text: str) -> TimeMode:
    try:
        return TimeMode(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is none of {', '.join(mode.value for mode in TimeMode)}") from None


def _registry(text: str) -> str:
    from fakedocker.api.real_registry import is_loopback

    if not is_loopback(text):
        raise argparse.ArgumentTypeError(f"{text!r} is not on this machine's loopback interface")
    return text


def _address(text: str) -> tuple[str, int]:
    host, colon, port = text.rpartition(":")
    if not colon or not host or not is_digits(port) or int(port) > 0xFFFF:
        raise argparse.ArgumentTypeError(f"{text!r} is no HOST:PORT")
    return host.strip("[]"), int(port)


def _listening(options: argparse.Namespace) -> Listening:
    files = (options.tlscacert, options.tlscert, options.tlskey)
    if any(files) and not all(files):
        raise OSError("TLS takes all of --tlscacert, --tlscert and --tlskey")
    if any(files) and options.tcp is None:
        raise OSError("TLS is for --tcp")
    return Listening(
        socket_path=options.socket,
        tcp=options.tcp,
        tls=tls_context(*files) if all(files) else None,
        publish=options.publish,
        folders=tuple(options.host_dir),
    )


def _make_engine(options: argparse.Namespace, world: World | None, mode: TimeMode) -> Engine:
    if world is not None and options.profile not in (None, world.profile):
        raise StateProblem(
            f"{options.state}: it is of a Docker {world.profile}, and --profile asks for {options.profile}"
        )
    if world is not None and options.storage not in (None, world.storage):
        raise StateProblem(
            f"{options.state}: its images are in {world.storage}, and --storage asks for {options.storage}"
        )
    return create_engine(
        options.seed,
        mode=mode,
        world=world,
        now_ns=clock.morning_of(options.date) if options.date else time.time_ns(),
        real_registries=options.real_registry,
        profile=options.profile or DEFAULT,
        storage=options.storage or "",
    )


def _assume(options: argparse.Namespace, engine: Engine) -> None:
    if options.assume and not engine.world.assume:
        engine.change("assume", True)


def _serve_from_state(options: argparse.Namespace, listening: Listening) -> None:
    with StateDirectory(options.state, VERSION, fsync=options.fsync, report=_complain) as state:
        engine = state.open(lambda world, mode: _make_engine(options, world, mode), options.time)
        MachineWeb(options.web, options.real_web).show(engine)
        _assume(options, engine)
        collecting.begin()
        asyncio.run(_serve(engine, listening, state, bool(options.date)))
        state.close(engine)


class _Unseen:
    """Says which bind mounts show empty directories in place of what the machine has, each once: nobody would guess why."""

    def __init__(self) -> None:
        self._told: set[str] = set()

    def tell(self, path: str) -> None:
        if len(self._told) < MOST_UNSEEN and path not in self._told and os.path.lexists(path):
            self._told.add(path)
            _complain(f"{path} is mounted as an empty directory; --host-dir {path} lets containers see it")


def _complain(text: str) -> None:
    sys.stderr.write(f"{PROGRAM}: {text}\n")


async def _serve(engine: Engine, listening: Listening, store: Store | None, dated: bool = False) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(
            NotImplementedError
        ):  # an event loop of Windows has no signals: Ctrl-C is an exception
            loop.add_signal_handler(number, stop.set)
    if store is None and not dated and engine.mode in (TimeMode.LEAP, TimeMode.WALL):
        engine.advance(
            max(time.time_ns(), engine.now_ns)
        )  # getting ready took its time: clients compare with their clock
    engine.observe(("bind", ""), _Unseen().tell)
    async with serve(engine, listening, store=store) as served:
        for name, value in served.environment.items():
            sys.stdout.write(f"export {name}={value}\n")
        sys.stdout.write("# ready; interrupt to stop\n")
        sys.stdout.flush()
        await stop.wait()


def _problem(text: str, status: int = 2) -> int:
    _complain(text)
    return status
