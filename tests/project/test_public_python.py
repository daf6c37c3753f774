"""The list of public Python projects can be read and names versions, and what becomes of one is judged by it."""

from __future__ import annotations

import re
import sys

import pytest

from helpers.paths import ROOT

sys.path.insert(0, str(ROOT / "tools"))
trying = pytest.importorskip("try_public_python")
Public, Ran, Unlike = trying.Public, trying.Ran, trying.Unlike

SUMMARY = "=========== short test summary info ===========\n"


def project(**more: object) -> object:
    return Public(name="one", version="1", about="a", run="pytest", passes=3, **more)


def test_the_list_names_versions_and_is_large_enough() -> None:
    projects = trying.read_list()
    assert len({each.name for each in projects}) == len(projects) >= 12
    assert sum(each.is_whole for each in projects) >= 10
    for each in projects:
        assert re.fullmatch(r"\d+(\.\d+)+", each.version) and each.about and each.run
        assert each.passes or not each.unlike  # what fails is known by pytest's words


def test_the_page_has_what_the_list_has() -> None:
    rows = re.findall(r"^\| \[([\w-]+)\]\(\S+\) (\S+) \|", trying.PAGE.read_text(), re.MULTILINE)
    assert rows == [(each.name, each.version) for each in trying.read_list()]


@pytest.mark.parametrize(
    ("status", "printed", "unlike", "said"),
    [
        (0, "...\n3 passed in 1.2s\n", (), trying.AS_EXPECTED),
        (0, "== 3 passed, 2 skipped, 1 warning in 61.20s (0:01:01) ==\n", (), trying.AS_EXPECTED),
        (0, "2 passed in 1.2s\n", (), "2 tests pass instead of 3"),
        (0, "nothing was run\n", (), "0 tests pass instead of 3"),
        (1, f"{SUMMARY}FAILED tests/a.py::test_b - E\n1 failed, 3 passed in 1.2s\n", (), "1 tests fail that are not listed: tests/a.py::test_b"),
        (1, f"{SUMMARY}FAILED tests/a.py::test_b - E\n1 failed, 3 passed in 1.2s\n", (Unlike("test_b", "x"),), trying.AS_EXPECTED),
        (1, f"{SUMMARY}ERROR tests/a.py::test_b[1]\n3 passed, 1 error in 1.2s\n", (Unlike("a.py::*", "x"),), trying.AS_EXPECTED),
        (2, f"{SUMMARY}ERROR tests/a.py\n1 error in 1.2s\n", (), "1 tests fail that are not listed: tests/a.py"),
        (0, "3 passed in 1.2s\n", (Unlike("test_b", "x"),), "listed, and does not fail: test_b"),
        (124, "3 passed in 1.2s\n", (), "not done after 900 seconds"),
        (3, "3 passed in 1.2s\n", (), "ends with 3: 3 passed in 1.2s"),
    ],
)  # fmt: skip
def test_what_becomes_of_one(status: int, printed: str, unlike: tuple[object, ...], said: str) -> None:
    assert trying.judge(project(unlike=unlike), Ran(status, printed)) == said


def test_the_table_counts_those_that_are_as_beside_a_real_engine() -> None:
    failed = Ran(1, f"{SUMMARY}FAILED tests/a.py::test_b\n1 failed, 3 passed in 1.2s\n")
    ours, others = (
        project(unlike=(Unlike("test_b", "no such thing"),)),
        project(unlike=(Unlike("test_b", "a file", True),)),
    )
    told = trying.table([ours, others, others], [failed, failed, Ran(0, "3 passed in 1s\n")])
    assert told.startswith("Of 3, 1 do all that they do beside a real engine.")
    first, second, third = told.splitlines()[-3:]
    assert first.endswith("| 3 of its tests pass, 1 fail | **unlike**: no such thing |")
    assert second.endswith("| as beside a real engine; where these would fail too: a file |")
    assert third.endswith("| listed, and does not fail: test_b |")
