"""A Python function as the process of a container: how it runs, waits and is saved in the middle.

A process's value is plain data: what it has kept last, and a log of the result of every call since. Whenever it may go
on, the function is called again from its top; calls that are in the log give their results at once, and the first one
that is not goes on for real. So a snapshot in its middle is like any other, and a fork goes its own way.

For that a function must repeat itself: it asks only its `Process` about the world, and what it keeps elsewhere is lost.
A log of 256 calls or 64 KB without a `keep` ends the process with an error that names it.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Generator, Mapping
from typing import Any, TypeAlias

from fakedocker.base import signals
from fakedocker.kernel.program import Program, System
from fakedocker.kernel.utility import copy_plain, measure_plain
from fakedocker.testing.clock import Duration, nanoseconds
from fakedocker.userland.catalogue import PROGRAMS
from fakedocker.userland.services.connections import Connection, open_listeners
from fakedocker.userland.services.declared import STYLE
from fakedocker.userland.services.http import Request, Response, serve

CALLS_KEPT = 256
BYTES_KEPT = 64 << 10
STOPPED_STATUS = 128 + signals.TERM
FAILED_STATUS = 1
_PLAIN = (type(None), bool, int, float, str, bytes)

Handler: TypeAlias = Callable[[Request], Any]
"""From a request to a body, a status, or both."""
Main: TypeAlias = Callable[["Process"], Any]
"""A process: a function that returns its exit status (None for 0), or a generator that yields how long it sleeps."""


class Stopped(Exception):
    """The process was asked to end (SIGTERM, SIGINT); one that lets this pass ends with 143."""


class Unrepeatable(RuntimeError):
    """A process cannot be called again from its top: it does other things than before, or has kept nothing for too long."""


class _Exit(BaseException):
    """Ends a process; no handler of the function's own may catch it."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class _Kernel(BaseException):
    """What the kernel raises through a program (it has to wait, or is gone); no handler of the function's own may catch it."""

    def __init__(self, cause: Exception) -> None:
        super().__init__()
        self.cause = cause


class Process:
    """What a process may ask of the world. Every call here is repeatable.

    Args:
        name: of the program, for errors.
    """

    def __init__(
        self, name: str, system: System, argv: tuple[str, ...], state: dict[str, Any]
    ) -> None:  # Any: the memory of a utility
        self.argv = argv
        self._name = name
        self._system = system
        self._state = state
        self._position = 0

    @property
    def environment(self) -> Mapping[str, str]:
        """As the container was started with."""
        return self._system.environment

    @property
    def hostname(self) -> str:
        """That of the container."""
        return self._system.hostname

    # memory

    def kept(self, default: Any = None) -> Any:  # Any: plain data, which the function alone knows
        """What was kept last: a function begins with this. `default` at the first start."""
        return copy_plain(self._state["kept"]) if "kept" in self._state else default

    def keep(self, value: Any) -> None:  # Any: plain data, which the function alone knows
        """Remember plain data (dicts, lists, texts, numbers), and forget the calls before.

        From here on the function is called again with this as `kept`.

        Raises:
            TypeError: it is not plain data.
        """
        _check_plain(value)
        if self._position < len(self._state["log"]):
            raise Unrepeatable(
                f"program {self._name} does not repeat itself: it kept something where it did not before; keep is the last"
                " thing of a turn, as the function begins again from its top with what was kept"
            )
        self._state["kept"] = copy_plain(value)
        self._state["log"] = []
        self._position = 0

    # doing

    def print(self, *words: object) -> None:
        """A line on standard output."""
        self._call("print", lambda: self._system.put(" ".join(map(str, words)) + "\n"))

    def error(self, *words: object) -> None:
        """A line on standard error."""
        self._call("error", lambda: self._system.put(" ".join(map(str, words)) + "\n", 2))

    def now(self) -> float:
        """Seconds since 1970, on the virtual clock."""
        return float(self._call("now", lambda: self._system.now_ns / 1e9))

    def sleep(self, duration: Duration) -> None:
        """Let time pass.

        Raises:
            Stopped: the process was asked to end meanwhile.
        """
        until_ns = self._call("sleep", lambda: self._system.now_ns + nanoseconds(duration))
        if self._call("sleeping", lambda: self._rest(until_ns)):
            raise Stopped

    def _rest(self, until_ns: int) -> bool:
        """Sleep; whether a signal has come."""
        while not self._system.signals_pending() and self._system.now_ns < until_ns:
            self._system.pause_for_signal(until_ns)
        return self._system.take_signal() is not None

    def random(self, bound: int) -> int:
        """A number from 0 to bound - 1, from the world's seed."""
        return int(self._call("random", lambda: self._system.random(bound)))

    def read(self, path: str) -> bytes:
        """The bytes of a file. OSError, which a function may catch."""
        return bytes(self._call("read", lambda: self._system.read_file(path)))

    def write(self, path: str, data: bytes | str) -> None:
        """Make a file of these bytes. OSError."""
        raw = data.encode() if isinstance(data, str) else data
        self._call("write", lambda: self._system.write_file(path, raw))

    def remove(self, path: str) -> None:
        """Remove a file. OSError."""
        self._call("remove", lambda: self._system.remove_file(path))

    def read_input(self) -> bytes:
        """The next bytes of standard input; b"" is the end."""
        return bytes(self._call("read_input", lambda: self._system.read(0)))

    def exit(self, status: int = 0) -> None:
        """End here."""
        raise _Exit(status)

    def serve(self, ports: Mapping[int, Handler]) -> None:
        """Answer HTTP requests until the process is asked to end.

        Args:
            ports: a function for each port, from a request to its answer. It must depend on the request alone.

        Raises:
            Stopped: the process was asked to end.
            OSError: a port is in use.
        """
        self._call("serve", lambda: self._serve(ports))
        raise Stopped

    def _serve(self, ports: Mapping[int, Handler]) -> None:
        served = self._state.setdefault("served", {})
        if "listeners" not in served:
            problem = open_listeners(self._system, served, ports)
            if problem is not None:
                raise problem

        def handle(request: Request, connection: Connection) -> Response:
            try:
                return _response(ports[request.port](request))
            except Exception:
                self._system.put(traceback.format_exc(), 2)
                return Response(500, b"the handler has failed\n", close=True)

        serve(self._system, served, handle, STYLE, self._system.signals_pending)
        self._system.take_signal()

    # calls and their log

    def _call(self, name: str, act: Callable[[], Any]) -> Any:
        """The result of a call: from the log where it has been made before, else by making it. Blocks."""
        log: list[Any] = self._state["log"]
        if self._position < len(log):
            logged, result, problem = log[self._position]
            if logged != name:
                raise Unrepeatable(
                    f"program {self._name} does not repeat itself: it called {name} where it had called {logged} before"
                )
            self._position += 1
            if problem is not None:
                raise OSError(*problem)
            return result
        problem = None
        try:
            result = act()
        except OSError as error:
            result, problem = None, (error.errno, error.strerror)
        except Exception as raised:
            raise _Kernel(raised) from None
        log.append((name, result, problem))
        self._position += 1
        if len(log) > CALLS_KEPT or (isinstance(result, bytes) and measure_plain(log) > BYTES_KEPT):
            raise Unrepeatable(
                f"program {self._name} has made {len(log)} calls without keep(): let its loop keep what it goes on with"
            )
        if problem is not None:
            raise OSError(*problem)
        return result


TABLE: dict[str, Program] = {**PROGRAMS}
"""What containers of test doubles can run: the simulated programs, and the functions of `register`. One for all engines
of this Python process, so that a world may move from one to another."""


def register(main: Main) -> str:
    """Enter a function in the table; the name of its program. A later function of the same qualified name takes its place."""
    name = f"{main.__module__}.{main.__qualname__}"
    TABLE[name] = program(name, main)
    return name


def program(
    name: str, main: Main
) -> Callable[[System, tuple[str, ...], dict[str, Any]], int]:  # Any: the memory of a utility
    """A program, as the kernel runs them, of a function."""

    def run(system: System, argv: tuple[str, ...], state: dict[str, Any]) -> int:
        if "log" not in state:
            state["log"] = []
            for number in (signals.TERM, signals.INT):
                system.catch(number, "catch")
        process = Process(name, system, argv, state)
        try:
            return _status(main, process)
        except _Kernel as passing:
            raise passing.cause from None
        except Stopped:
            return STOPPED_STATUS
        except _Exit as end:
            return end.status
        except Unrepeatable as problem:
            system.put(f"fakedocker: {problem}\n", 2)
            return FAILED_STATUS
        except Exception:
            system.put(traceback.format_exc(), 2)
            return FAILED_STATUS

    return run


def _status(main: Main, process: Process) -> int:
    outcome = main(process)
    if isinstance(outcome, Generator):
        outcome = _run_generator(outcome, process)
    return 0 if outcome is None else int(outcome)


def _run_generator(steps: Generator[Any, None, Any], process: Process) -> Any:
    """Sleep as long as each step says; what the generator returns."""
    try:
        pause = next(steps)
        while True:
            try:
                process.sleep(pause)
            except Stopped as stopped:
                pause = steps.throw(stopped)
            else:
                pause = next(steps)
    except StopIteration as end:
        return end.value


def _check_plain(value: Any) -> None:
    if isinstance(value, dict):
        for key, part in value.items():
            _check_plain(key)
            _check_plain(part)
    elif isinstance(value, list | tuple):
        for part in value:
            _check_plain(part)
    elif type(value) not in _PLAIN:
        raise TypeError(f"expected plain data (dicts, lists, texts, numbers), not {type(value).__name__}: {value!r}")


def _response(answer: Any) -> Response:
    if isinstance(answer, Response):
        return answer
    status, body = answer if isinstance(answer, tuple) else (answer, "") if isinstance(answer, int) else (200, answer)
    data = body.encode() if isinstance(body, str) else bytes(body)
    return Response(status, data, (("Content-Type", "text/plain; charset=utf-8"),))
