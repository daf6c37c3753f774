"""Random small Python programs: what the interpreter that runs this says, and what the simulated one of its version says.

    PYTHONHASHSEED=0 python tools/fuzz_python.py [PROGRAMS] [SEED] [--jobs N] [--from NUMBER] [--kind KIND] [--most N]

Standard output and standard error are compared to the byte, tracebacks, warnings and syntax errors with them; any interpreter from 3.11
on may run it, without anything installed. Program NUMBER of a SEED is the same whatever runs before it: `--from NUMBER` with one program
makes it again. Every difference that is no mark is printed, and counted at the end; exits with 1 if there is any. Not a test: it has no end,
and its answers depend on the interpreter. The programs are made by fuzz_python_programs.py.
"""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import gc
import io
import itertools
import linecache
import multiprocessing
import os
import re
import resource
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Any, Final, NamedTuple

sys.path.insert(0, str(Path(__file__).parents[1]))

from fuzz_python_programs import KINDS, make_program

from fakedocker.userland.languages.machine.code import Source
from fakedocker.userland.languages.python import running

SECONDS_FOR_REAL = 2
SECONDS_FOR_OURS = 30
MEMORY_BYTES = 3 << 29
BATCH = 200
LONGEST = 100_000


class TooLong(BaseException):
    """One of the two took too long."""


class Found(NamedTuple):
    """What came of one program: its number and kind, whether it was left out, the mark, and how it differs ("" for not)."""

    number: int
    kind: str
    skipped: bool
    mark: str
    difference: str


class System:
    """Enough of a system for programs that only print."""

    environment = {"PYTHONHASHSEED": "0"}  # noqa: RUF012
    directory = "/"
    argv = ("python3",)
    uid = 0
    now_ns = 0

    def __init__(self, source: str, name: str) -> None:
        self.source = source
        self.name = name
        self.output: list[str] = []
        self.errors: list[str] = []
        self.marked = ""

    def put(self, data: bytes | str, fd: int = 1) -> None:
        text = data if isinstance(data, str) else data.decode("utf-8", "replace")
        (self.errors if fd == 2 else self.output).append(text)

    def unsimulated(self, what: str, why: str = "") -> None:
        self.marked = what

    def read_file(self, path: str) -> bytes:
        if path == self.name:
            return self.source.encode()
        raise FileNotFoundError(2, "No such file or directory")

    def stat(self, path: str, follow: bool = True) -> Any:
        raise FileNotFoundError(2, "No such file or directory")

    open = list_directory = real_path = identify = stat

    def __getattr__(self, name: str) -> Any:
        return lambda *args, **keywords: 0


_FILE_INPUT = 257
_open_file = ctypes.CDLL(None).fopen
_open_file.restype, _open_file.argtypes = ctypes.c_void_p, [ctypes.c_char_p, ctypes.c_char_p]
_run_file = ctypes.pythonapi.PyRun_FileExFlags
"""Runs a file as `python FILE` does: what the parser says of a text in memory is not always the same."""
_run_file.restype = ctypes.py_object
_run_file.argtypes = [
    ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int, ctypes.py_object, ctypes.py_object, ctypes.c_int, ctypes.c_void_p,
]  # fmt: skip


def real(source: str, path: str) -> tuple[str, str] | None:
    """What the interpreter that runs this prints on both streams; None where that says nothing."""
    Path(path).write_text(source, encoding="utf-8")
    linecache.clearcache()
    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", how) for how in ("strict", "backslashreplace"))
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        signal.setitimer(signal.ITIMER_REAL, SECONDS_FOR_REAL)
        names = {"__name__": "__main__", "__file__": path}
        try:
            _run_file(_open_file(path.encode(), b"rb"), path.encode(), _FILE_INPUT, names, names, 1, None)
        except (MemoryError, TooLong):
            return None
        except Exception as problem:
            where = problem.__traceback__
            sys.__excepthook__(type(problem), problem.with_traceback(where and where.tb_next), where and where.tb_next)
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
    return _written(out), _written(err)


def _written(stream: io.TextIOWrapper) -> str:
    stream.flush()
    buffer = stream.buffer
    assert isinstance(buffer, io.BytesIO)
    return buffer.getvalue().decode("utf-8")


def ours(source: str, path: str) -> tuple[str, str, str]:
    """What the simulated one prints, and what it marks."""
    system: Any = System(source, path)
    running.run_text(system, sys.version_info[:3], source, path, [path], "/")
    for key in [each for each in Source.known if each[2] == path]:
        del Source.known[key]
    return "".join(system.output), "".join(system.errors), system.marked


def compare(seed: int, number: int, kind: str, path: str) -> Found:
    """Make a program and run it on both."""
    kind, source = make_program(seed, number, kind, sys.version_info[1])
    expected = real(source, path)
    said = "".join(expected or ())
    if expected is None or "RecursionError" in said or "MemoryError" in said or len(said) > LONGEST:
        return Found(number, kind, True, "", "")
    expected = _placeless(expected[0]), _placeless(expected[1])
    signal.setitimer(signal.ITIMER_REAL, SECONDS_FOR_OURS)
    try:
        *found, mark = ours(source, path)
        found = [_placeless(text) for text in found]
    except (Exception, TooLong) as problem:
        found, mark = ["", f"the simulated one failed: {type(problem).__name__}: {problem}\n"], ""
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    if mark or tuple(found) == expected:
        return Found(number, kind, False, mark, "")
    parts = [f"### {number} ({kind}) {_first_difference(expected, found)}\n{source}"]
    for name, theirs, here in zip(("output", "errors"), expected, found, strict=True):
        if theirs != here:
            parts.append(f"--- real {name}\n{theirs}--- our {name}\n{here}")
    return Found(number, kind, False, "", "".join(parts))


_ADDRESS: Final = re.compile(r"(?<= at )0x[0-9a-f]+(?=>)|\b87\d{11}\b")
"""An address, or a hash that is a sixteenth of one."""
_LIBRARY: Final = f"{sys.base_prefix}/lib/python"


def _placeless(text: str) -> str:
    """What was printed, without addresses and where the interpreter is."""
    return _ADDRESS.sub("0x0", text).replace(_LIBRARY, "/usr/local/lib/python")


def _first_difference(expected: tuple[str, str], found: list[str]) -> str:
    """The first line that differs, of what is printed or else of the errors."""
    for theirs, here in zip(expected, found, strict=True):
        pairs = itertools.zip_longest(theirs.split("\n"), here.split("\n"), fillvalue="")
        for one, other in pairs:
            if one != other:
                return f"| {one} | {other}"
    return ""


def run_batch(task: tuple[int, int, int, str]) -> list[Found]:
    """Programs from a number to another. The differences that it finds, and all others without their texts."""
    seed, first, last, kind = task
    found = [compare(seed, number, kind, "main.py") for number in range(first, last)]
    gc.collect()
    return found


FOLDER: tempfile.TemporaryDirectory[str]


def begin_worker() -> None:
    """What a process needs before its first program. What is loaded by now is never garbage."""
    global FOLDER
    FOLDER = tempfile.TemporaryDirectory(prefix="fuzz-python-", dir="/dev/shm" if os.path.isdir("/dev/shm") else None)
    os.chdir(FOLDER.name)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))

    def stop(number: int, frame: FrameType | None) -> None:
        raise TooLong

    signal.signal(signal.SIGALRM, stop)
    gc.collect()
    gc.freeze()
    gc.set_threshold(200_000, 50, 1000)


def batches(seed: int, first: int, last: int, kind: str) -> Iterator[tuple[int, int, int, str]]:
    for number in range(first, last, BATCH):
        yield seed, number, min(number + BATCH, last), kind


def read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("programs", nargs="?", type=int, default=1000)
    parser.add_argument("seed", nargs="?", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=1, help="processes")
    parser.add_argument("--from", dest="first", type=int, default=0, help="number of the first program")
    parser.add_argument("--kind", default="", choices=["", *KINDS], help="programs of this kind alone")
    parser.add_argument("--most", type=int, default=20, help="differences to show")
    parser.add_argument(
        "--brief", action="store_true", help="show no more than the first line that differs: of the real one, of ours"
    )
    parser.add_argument("--marks", action="store_true", help="count the marks by what they say")
    return parser.parse_args()


def main() -> int:
    if os.environ.get("PYTHONHASHSEED") != "0":
        sys.exit("run this with PYTHONHASHSEED=0")
    told = read_arguments()
    begun = time.monotonic()
    marks: Counter[str] = Counter()
    skipped = wrong = 0
    tasks = batches(told.seed, told.first, told.first + told.programs, told.kind)
    with contextlib.ExitStack() as stack:
        if told.jobs > 1:
            pool = stack.enter_context(multiprocessing.get_context("fork").Pool(told.jobs, begin_worker))
            results: Iterator[list[Found]] = pool.imap(run_batch, tasks)
        else:
            begin_worker()
            results = map(run_batch, tasks)
        for each in itertools.chain.from_iterable(results):
            skipped += each.skipped
            if each.mark:
                marks[each.mark] += 1
            if each.difference:
                wrong += 1
                if wrong <= told.most:
                    print(each.difference.partition("\n")[0] if told.brief else each.difference, flush=True)
    if told.marks:
        for mark, count in marks.most_common(40):
            print(f"{count:6} {mark}")
    seconds = time.monotonic() - begun
    print(
        f"{told.programs} programs ({skipped} left out), {marks.total()} marks, {wrong} wrong; {told.programs / seconds:.0f} a second"
    )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
