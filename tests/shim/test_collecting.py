"""A process that serves sets aside what lasts, and still frees cycles that end among it."""

from __future__ import annotations

import subprocess
import sys

import pytest

from helpers.paths import ROOT

PROGRAM = """
import gc, sys, weakref
sys.path.insert(0, sys.argv[1])
from fakedocker_shell import collecting

class Node:
    pass

def cycles(count):
    found = [Node() for _ in range(count)]
    for node in found:
        node.self = node
    return found

collecting.MARGIN, collecting.LOOKS_BETWEEN_COUNTS = int(sys.argv[2]), 1
collecting.begin()
before = gc.get_freeze_count()
lasting = cycles(30_000)
print("set aside", gc.get_freeze_count() - before > 15_000)
seen = [weakref.ref(node) for node in lasting]
del lasting
for _ in range(30):
    kept = cycles(20_000)
print("freed", sum(each() is None for each in seen) == len(seen))
"""


@pytest.mark.skipif(sys.version_info >= (3, 14), reason="its collector looks through a part at a time")
@pytest.mark.parametrize(("margin", "freed"), [(100_000, True), (100_000_000, False)])
def test_what_lasts_is_set_aside_and_cycles_that_end_are_freed(margin: int, freed: bool) -> None:
    command = [sys.executable, "-c", PROGRAM, str(ROOT / "shell"), str(margin)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == f"set aside True\nfreed {freed}\n"
