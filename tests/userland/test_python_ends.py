"""When values end does not depend on the host: on its collector of circles, nor on what it keeps of exceptions that were caught."""

from __future__ import annotations

import gc
import json
import re
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

import pytest

from fakedocker.userland.languages.python.parsing import parse
from fakedocker.userland.languages.python.source_errors import SourceError
from helpers.frozen_machine import FrozenMachine as Machine

CASES = Path(__file__).parents[1] / "data/python-cases"
ENDS = dict(part.split("\n", 1) for part in re.split(r"(?m)^### ", (CASES / "ends.txt").read_text())[1:])
MISTAKES = [
    part.partition("\n")[2]
    for name in ("syntax_errors", "mistakes")
    for part in re.split(r"(?m)^### ", (CASES / f"{name}.txt").read_text())[1:]
]


@pytest.fixture
def collector() -> Iterator[None]:
    """The host's collector of circles is as it was, afterwards."""
    before = gc.get_threshold()
    yield
    gc.set_threshold(*before)
    gc.enable()


@pytest.mark.usefixtures("collector")
@pytest.mark.parametrize("often", [True, False])
@pytest.mark.parametrize("name", [name for name in ENDS if "destructor" in name or "generator" in name])
def test_what_is_dropped_ends_alike_however_often_the_host_collects(name: str, often: bool) -> None:
    if often:
        gc.set_threshold(20, 2, 2)
    else:
        gc.disable()
    box = Machine({"/app/main.py": ENDS[name]})
    result = box.sh("export PYTHON_VERSION=3.12.1 PYTHONHASHSEED=0; cd /app; exec python3 main.py < /dev/null")
    answers = json.loads((CASES / "ends.json").read_text())
    assert result.stdout == answers[name]["3.12"][0]


@pytest.mark.usefixtures("collector")
@pytest.mark.parametrize("minor", [11, 12])
def test_a_mistake_in_a_source_leaves_no_circle_that_keeps_who_asked(minor: int) -> None:
    gc.collect()
    gc.disable()
    for source in MISTAKES:
        try:
            parse(source, minor)
        except SourceError as problem:
            assert problem.words
        except Exception as problem:  # a mark
            assert type(problem).__name__ == "NotSimulated"
    gc.set_debug(gc.DEBUG_SAVEALL)
    try:
        gc.collect()
    finally:
        gc.set_debug(0)
    found = [each.tb_frame.f_code.co_qualname for each in gc.garbage if isinstance(each, TracebackType)]
    gc.garbage.clear()
    assert not found


def test_many_objects_that_are_dropped_at_once_end_one_after_the_other() -> None:
    source = (
        "class A:\n    n = 0\n    def __del__(self): A.n += 1\nx = [A() for _ in range(17000)]\nx.clear()\nprint(A.n)\n"
    )
    box = Machine({"/app/main.py": source})
    assert box.sh("exec python3 /app/main.py").stdout == "17000\n"


def test_what_goes_wrong_in_the_closing_of_a_dropped_file_is_not_told_before_3_13() -> None:
    box = Machine({"/app/main.py": "f = open('/dev/full', 'w'); f.write('x'); f = None\nprint('end')\n"})
    before = box.sh("export PYTHON_VERSION=3.12.1; exec python3 /app/main.py")
    assert (before.stdout, before.stderr, before.status) == ("end\n", "", 0)
    since = box.sh("export PYTHON_VERSION=3.13.0; exec python3 /app/main.py")
    assert since.stderr == "fakedocker: python3: an error in the closing of a dropped file is not simulated\n"


def test_an_end_at_the_limit_of_recursion_is_refused() -> None:
    source = "def g():\n    try: yield\n    finally: pass\ndef f():\n    next(g())\n    f()\nf()\n"
    result = Machine({"/app/main.py": source}).sh("exec python3 /app/main.py")
    assert result.stderr == "fakedocker: python3: the end of a value at the limit of recursion is not simulated\n"
