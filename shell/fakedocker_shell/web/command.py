"""`fakedocker web`: what is asked for, and the addresses that are told."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import importlib
import os
import signal
import ssl
import sys
from typing import NoReturn

from fakedocker.base.numbers import is_digits
from fakedocker_shell.scenarios import course_folder, library
from fakedocker_shell.scenarios.course import Course
from fakedocker_shell.scenarios.player import prepare
from fakedocker_shell.scenarios.problems import ScenarioProblem
from fakedocker_shell.web import files, gate
from fakedocker_shell.web.classroom import Classroom, Rules
from fakedocker_shell.web.gate import Gate
from fakedocker_shell.web.memory import resident
from fakedocker_shell.web.server import Server

PROGRAM = "fakedocker web"
DEFAULT_PORT = 8720
MOST_LEARNERS = 1000
DESCRIPTION = """Serve the page, with the engine here: each learner has a world of their own. Only this machine can reach it unless TLS
is given. The address that is printed has a token in it, without which nobody comes in."""
_SCHEME_PORTS = {"http": 80, "https": 443}
_UNNAMED = ("0.0.0.0", "::")
_WARM = ("fakedocker.api.routes", "fakedocker_shell.cli.main", "fakedocker_shell.scenarios.checking")
"""What the first commands would import, while everybody waits."""


def main(arguments: list[str]) -> int:
    """Run `fakedocker web`; gives the exit status."""
    try:
        options = _parser().parse_args(arguments)
    except SystemExit as end:
        return int(end.code or 0)
    try:
        course = _course(options)
        served = files.load()
        tls = _tls(options)
        _check_place(options, tls)
        classroom = Classroom(course, _rules(options), resident())
        asyncio.run(_serve(options, classroom, served, tls))
    except KeyboardInterrupt:
        return 0
    except (ScenarioProblem, files.FilesMissing, ValueError) as problem:
        return _problem(str(problem))
    except OSError as problem:
        return _problem(str(problem), 1)
    return 0


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        _problem(f"{message}\nTry '{PROGRAM} --help'.")
        raise SystemExit(2)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog=PROGRAM, description=DESCRIPTION, allow_abbrev=False)
    add = parser.add_argument
    add("--port", type=_port, default=DEFAULT_PORT, help=f"where to listen (default {DEFAULT_PORT}; 0 picks one)")
    add("--host", default="127.0.0.1", help="the address to listen on (default 127.0.0.1); others take TLS")
    add(
        "--name",
        action="append",
        default=[],
        metavar="HOST",
        help="what learners call this machine, if not that address",
    )
    add("--tls-cert", metavar="FILE", default="", help="the certificate (PEM) that learners' browsers are shown")
    add("--tls-key", metavar="FILE", default="", help="its key")
    add(
        "--learners",
        type=_learners,
        default=30,
        metavar="N",
        help="how many learners there may be at once (default 30)",
    )
    add(
        "--memory", type=_whole, default=256, metavar="MIB", help="how much each learner's world may take (default 256)"
    )
    add("--keep", type=_whole, default=10, metavar="MINUTES", help="how long a world waits for a page (default 10)")
    add(
        "--class",
        dest="is_class",
        action="store_true",
        help="learners say their names; a teacher's view at its own address",
    )
    add(
        "--course",
        metavar="DIR",
        default="",
        help="the lessons of this folder (default: those that come with fakedocker)",
    )
    add("--exam", action="store_true", help="hold the course's exam: implies --class")
    add("--transcripts", metavar="DIR", default="", help="keep there what each learner does, for `fakedocker grade`")
    return parser


def _port(text: str) -> int:
    if not is_digits(text) or int(text) > 0xFFFF:
        raise argparse.ArgumentTypeError(f"{text!r} is no port")
    return int(text)


def _whole(text: str) -> int:
    if not is_digits(text) or len(text) > 6 or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number from 1 on")
    return int(text)


def _learners(text: str) -> int:
    if _whole(text) > MOST_LEARNERS:
        raise argparse.ArgumentTypeError(f"at most {MOST_LEARNERS} learners fit in")
    return _whole(text)


def _course(options: argparse.Namespace) -> Course:
    """The course, each of its lessons tried. Raises ScenarioProblem."""
    if not options.course:
        if options.exam:
            raise ScenarioProblem("--exam", 0, "a --course with an [exam] was expected")
        return Course("The lessons that come with fakedocker", tuple(library.course()))
    course = course_folder.read(options.course)
    if options.exam and course.exam is None:
        raise ScenarioProblem(options.course, 0, "its course.toml has no [exam]")
    for scenario in course.scenarios:
        course.starts[scenario.id] = prepare(scenario)
    return course


def _tls(options: argparse.Namespace) -> ssl.SSLContext | None:
    """Raises OSError or ValueError."""
    if bool(options.tls_cert) != bool(options.tls_key):
        raise ValueError("--tls-cert and --tls-key go together")
    if not options.tls_cert:
        return None
    for path in (options.tls_cert, options.tls_key):
        with open(path, "rb"):
            continue
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    try:
        context.load_cert_chain(options.tls_cert, options.tls_key)
    except ssl.SSLError as problem:
        raise ValueError(
            f"{options.tls_cert} and {options.tls_key}: no certificate and key that fit ({problem.reason})"
        ) from None
    return context


def _check_place(options: argparse.Namespace, tls: ssl.SSLContext | None) -> None:
    """Raises ValueError for an address that others can reach, without what that takes."""
    if gate.is_loopback(options.host):
        return
    if tls is None:
        raise ValueError(f"{options.host} can be reached from other machines: that takes --tls-cert and --tls-key")
    if options.host in _UNNAMED and not options.name:
        raise ValueError(f"{options.host} is every address of this machine: say with --name what learners call it")


def _rules(options: argparse.Namespace) -> Rules:
    if options.transcripts:
        os.makedirs(options.transcripts, mode=0o700, exist_ok=True)
    return Rules(
        learners=options.learners,
        is_class=options.is_class or options.exam,
        is_exam=options.exam,
        kept_seconds=options.keep * 60.0,
        memory_bytes=options.memory << 20,
        transcripts=options.transcripts,
    )


def _hosts(options: argparse.Namespace, scheme: str, port: int) -> tuple[str, ...]:
    """What clients may call this server; the first is what is told."""
    own = f"[{options.host}]" if ":" in options.host else options.host
    names = [*options.name, *([own] if options.host not in _UNNAMED else [])]
    if gate.is_loopback(options.host):
        names += [name for name in gate.LOOPBACK_NAMES if name not in names]
    suffix = "" if _SCHEME_PORTS[scheme] == port else f":{port}"
    return tuple(f"{name.lower()}{suffix}" for name in names)


async def _serve(
    options: argparse.Namespace, classroom: Classroom, served: dict[str, files.Served], tls: ssl.SSLContext | None
) -> None:
    for name in _WARM:
        importlib.import_module(name)
    tokens = gate.token(), gate.token() if classroom.rules.is_class else ""
    scheme = "http" if tls is None else "https"
    door = Gate(scheme, *tokens)
    server = Server(classroom, door, served)
    hosts = _hosts(options, scheme, await server.listen(options.host, options.port, tls))
    door.hosts = frozenset(hosts)
    sys.stdout.write(f"learners: {scheme}://{hosts[0]}/?token={tokens[0]}\n")
    if tokens[1]:
        sys.stdout.write(f"teacher:  {scheme}://{hosts[0]}{files.CLASS}?token={tokens[1]}\n")
    sys.stdout.write("# ready; interrupt to stop\n")
    sys.stdout.flush()
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(
            NotImplementedError
        ):  # an event loop of Windows has no signals: Ctrl-C is an exception
            loop.add_signal_handler(number, stop.set)
    try:
        await stop.wait()
    finally:
        await server.close()


def _problem(text: str, status: int = 2) -> int:
    sys.stderr.write(f"{PROGRAM}: {text}\n")
    return status
