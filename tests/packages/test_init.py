"""tini: signals reach its child, and its child's status is its own."""

from __future__ import annotations

import pytest

from helpers.packages_world import Box


@pytest.fixture
def box() -> Box:
    made = Box("alpine:3.20")
    pid, _ = made.start("sh", "-c", "apk add -q tini; sleep 1000000", init=False)
    made.settle(pid, seconds=100)
    return made


def test_tini_gives_the_status_of_its_child(box: Box) -> None:
    assert box.sh("tini -- sh -c 'exit 7'").status == 7
    assert box.sh("tini nosuch").status == 127
    assert box.sh("tini --version").stdout == "tini version 0.19.0\n"


def test_tini_passes_signals_on(box: Box) -> None:
    result = box.sh("tini -g -- sleep 100 & sleep 1; kill -TERM $!; wait $!; echo $?", seconds=10)
    assert result.stdout == "143\n"
