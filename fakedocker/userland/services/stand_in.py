"""A stand-in: what process 1 of a container is under assume where its own program is not simulated.

It says what it is, listens on the ports it is told, answers HTTP with a plain page, and stays until a signal ends it.
What it stands for is in its arguments, so that `docker top` shows it. Who starts it is
`operations.containers.stand_ins`.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

from fakedocker.base import signals
from fakedocker.base.numbers import is_digits
from fakedocker.kernel.program import System
from fakedocker.userland.inputs import State
from fakedocker.userland.services.connections import Connection, open_listeners
from fakedocker.userland.services.http import Request, Response, Style, serve
from fakedocker.userland.tools import Register

PROGRAMS = Register()
NAME: Final = "stand-in"
STYLE: Final = Style(server="fakedocker", reasons=tuple((status.value, status.phrase) for status in HTTPStatus))
_ENDED_BY: Final = (signals.TERM, signals.INT, signals.QUIT, signals.HUP, signals.USR1, signals.USR2, signals.WINCH)
"""Any signal that an image may name as its STOPSIGNAL and that can be caught."""


@PROGRAMS.program(NAME)
def _stand_in(system: System, argv: tuple[str, ...], state: State) -> int:
    """stand-in PORTS IMAGE [SERVICE]: ports joined by commas, "-" for none, "done" to end at once."""
    ports, image, service = (*argv[1:4], *("-", "an image", "")[len(argv) - 1 :])
    what = f"service {service} ({image})" if service else image
    if "listeners" not in state:
        for number in _ENDED_BY:
            system.catch(number, "catch")
        numbers = [int(port) for port in ports.split(",") if is_digits(port) and len(port) < 6]
        problem = open_listeners(system, state, numbers)
        if problem is not None:
            open_listeners(system, state, [])
            system.put(f"fakedocker: assume: cannot listen on {problem.filename}: {str(problem.strerror).lower()}\n", 2)
        system.put(f"fakedocker: assume: a stand-in runs in place of {what}, which is not simulated\n", 2)
    if ports == "done":
        return 0

    page = f"This is a stand-in for {what}.\nIts program is not simulated by fakedocker; --assume lets the stand-in answer.\n"

    def handle(request: Request, connection: Connection) -> Response:
        return Response(200, page.encode(), (("Content-Type", "text/plain; charset=utf-8"),))

    while system.take_signal() is None:
        serve(system, state, handle, STYLE, wakes=system.signals_pending)
    return 0
