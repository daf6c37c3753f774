"""The sample project in docs: its suite passes, and finds each of the faults that are kept beside it."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from helpers.inner_pytest import run_pytest
from helpers.paths import ROOT

SAMPLE = ROOT / "docs" / "orchestrator"
HUNK = re.compile(r"@@ -(\d+)")

FOUND_BY = {
    "impatient": "test_an_update_keeps_enough_ready_at_any_time",
    "forgetful": "test_it_comes_about_all_the_same[start error 500 once-30]",
    "hasty": "test_one_that_crashes_is_started_less_and_less_often",
}


def apply(patch: str, text: str) -> str:
    """A unified diff of one file, applied; an assertion fails where it does not fit."""
    lines = text.splitlines()
    for hunk in reversed(re.split(r"^(?=@@)", patch, flags=re.MULTILINE)[1:]):
        head, *body = hunk.splitlines()
        match = HUNK.match(head)
        assert match is not None
        start = int(match[1]) - 1
        before = [line[1:] for line in body if line[:1] != "+"]
        assert lines[start : start + len(before)] == before
        lines[start : start + len(before)] = [line[1:] for line in body if line[:1] != "-"]
    return "\n".join(lines) + "\n"


@pytest.fixture
def sample(tmp_path: Path) -> Path:
    return shutil.copytree(SAMPLE, tmp_path / "orchestrator", ignore=shutil.ignore_patterns("__pycache__"))


def test_the_suite_passes(sample: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ORCHESTRATOR_EXAMPLES", "8")
    done = run_pytest(sample)
    assert done.returncode == 0, done.stdout
    assert "18 passed" in done.stdout


@pytest.mark.parametrize("name", sorted(FOUND_BY))
def test_the_suite_finds_the_fault(sample: Path, name: str) -> None:
    code = sample / "orchestrator.py"
    code.write_text(apply((sample / "patches" / f"{name}.patch").read_text(), code.read_text()))
    done = run_pytest(sample, "--tb=no", "-k", FOUND_BY[name].partition("[")[0])
    assert done.returncode == 1, done.stdout
    assert FOUND_BY[name] in done.stdout


def test_the_state_machine_finds_one_by_itself_and_tells_it_as_commands(sample: Path) -> None:
    code = sample / "orchestrator.py"
    code.write_text(apply((sample / "patches" / "impatient.patch").read_text(), code.read_text()))
    machine = sample / "tests" / "test_machine.py"
    machine.write_text(machine.read_text().replace("phases=(Phase.generate, Phase.shrink)", "phases=(Phase.generate,)"))
    done = run_pytest(sample, "tests/test_machine.py")
    assert "a healthy one was stopped too early" in done.stdout
    assert re.search(
        r"\$ docker create --name web-\w+-1 --label orchestrator.service=web .* shop/web:[12]\n", done.stdout
    )
    assert re.search(r"\$ docker stop web-\w+-1\n", done.stdout)


def test_every_patch_is_tried() -> None:
    assert {path.stem for path in (SAMPLE / "patches").glob("*.patch")} == set(FOUND_BY)
