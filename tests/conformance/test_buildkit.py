"""A recording of builds by BuildKit, played again in the project's own terminal.

BuildKit works on several steps at once, so that what a recording shows of the order and of the numbers of steps is chance.
The rules: the same steps with the same lines, whatever their numbers; a base image is done or cached; the two streams of a
process come in any order; everything that is no step is the same, in the same order.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))
import conformance

RECORDING = Path(__file__).parent / "buildkit" / "buildkit.json"
SHELL = [sys.executable, "-m", "fakedocker_shell.main"]
_MASKS = (
    (re.compile(r"sha256:[0-9a-f]{64}"), "<digest>"),
    (re.compile(r"ref [0-9a-z-]+::[0-9a-z]+"), "ref <ref>"),
    (re.compile(r"\b\d+\.\d{3} "), "<at> "),
    (re.compile(r"(?<= )\d+\.\ds\b"), "<seconds>"),
    (re.compile(r"exporting layers <seconds> done"), "exporting layers done"),
    (re.compile(r"\b\d+(\.\d+)?(B|kB|MB)\b"), "<size>"),
    (re.compile(r"file:[0-9a-f]+"), "file:<sum>"),
)


def masked(text: str) -> str:
    for pattern, replacement in _MASKS:
        text = pattern.sub(replacement, text)
    return text


def view(text: str) -> tuple[list[tuple[str, ...]], list[str]]:
    """The steps, sorted, and the other lines in order."""
    steps: dict[str, list[str]] = {}
    others: list[str] = []
    for line in masked(text).split("\n"):
        match = re.match(r"#(\d+) (.*)", line)
        if match is None:
            others.append(line)
        else:
            steps.setdefault(match[1], []).append(match[2])
    found = [step(lines) for lines in steps.values()]
    logs = [line for line in others if line.startswith("<at> ")]
    return sorted(found), [line for line in others if line and not line.startswith("<at> ")] + sorted(logs)


def step(lines: list[str]) -> tuple[str, ...]:
    name, *rest = lines
    if "FROM " in name:
        rest = [line for line in rest if line not in ("DONE <seconds>", "CACHED")]
    logs = sorted(line for line in rest if line.startswith("<at> "))
    return (name, *logs, *(line for line in rest if not line.startswith("<at> ")))


@pytest.fixture(scope="module")
def played() -> list[tuple[dict[str, Any], dict[str, Any]]]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DOCKER_BUILDKIT", "1")
        recorded = json.loads(RECORDING.read_text())["steps"]
        return list(zip(recorded, conformance.run(recorded, SHELL, timeout=120), strict=True))


@pytest.mark.parametrize("index", range(len(json.loads(RECORDING.read_text())["steps"])))
def test_step(played: list[tuple[dict[str, Any], dict[str, Any]]], index: int) -> None:
    want, got = played[index]
    assert got["exit"] == want["exit"], got["stderr"]
    if want["directive"] == "setup":
        return
    assert view(got["stderr"]) == view(want["stderr"])
    if "history" in want["command"]:  # what made the base image is the catalogue's business
        made = [line for line in want["stdout"].split("\n") if line.endswith("dockerfile.v0")]
        assert got["stdout"].split("\n")[: len(made)] == made
    else:
        assert masked(got["stdout"]) == masked(want["stdout"])
