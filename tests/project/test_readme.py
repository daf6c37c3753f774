"""Every example in the README and in docs works as it is written."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from helpers.inner_pytest import run_pytest
from helpers.paths import ROOT

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
BLOCK = re.compile(r"^```(\w+)([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)

SCENARIO = re.compile(r"^````markdown([^\n]*)\n(.*?)^````$", re.MULTILINE | re.DOTALL)


def blocks(language: str) -> list[object]:
    """The fenced blocks of a language that are meant to run, with the page and line they stand at."""
    found = []
    for page in PAGES:
        text = SCENARIO.sub(lambda match: "\n" * match[0].count("\n"), page.read_text())
        for match in BLOCK.finditer(text):
            if match[1] == language and "norun" not in match[2]:
                line = text.count("\n", 0, match.start()) + 1
                found.append(pytest.param(match[3], id=f"{page.name}:{line}"))
    return found


def expected_pattern(shown: str) -> str:
    """What a console block shows, as a regular expression: a line of three dots is any lines."""
    parts = [re.escape(part) for part in re.split(r"^\.\.\.\n", shown, flags=re.MULTILINE)]
    return "(?:.*\n)*?".join(parts)


@pytest.mark.parametrize("block", blocks("console"))
def test_console(block: str) -> None:
    commands = [line[2:] for line in block.splitlines() if line.startswith("$ ")]
    done = subprocess.run(
        [sys.executable, "-m", "fakedocker_shell", "-c", "\n".join(["exec 2>&1", *_echoing(commands)])],
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert re.fullmatch(expected_pattern(block), done.stdout), f"it printed\n{done.stdout}{done.stderr}"


def _echoing(commands: list[str]) -> list[str]:
    """Each command, and before it a line that shows it as the page does."""
    lines = []
    for command in commands:
        quoted = command.replace("'", "'\\''")
        lines += [f"printf '$ %s\\n' '{quoted}'", command]
    return lines


def test_check() -> None:
    """What `fakedocker check` prints of a sample project stands on the page."""
    found = [match for page in PAGES for match in BLOCK.finditer(page.read_text()) if match[1] == "check"]
    assert found
    for match in found:
        command = [sys.executable, "-m", "fakedocker_shell", "check", *match[2].split()]
        done = subprocess.run(command, capture_output=True, text=True, timeout=300, cwd=ROOT, check=False)
        assert done.stdout == match[3]


@pytest.mark.parametrize("block", blocks("python"))
def test_python(block: str, tmp_path: Path) -> None:
    """A block with tests runs under pytest, any other as a script."""
    path = tmp_path / "test_example.py"
    path.write_text(block)
    if "def test_" in block:
        done = run_pytest(tmp_path, "-q", str(path))
    else:
        command = [sys.executable, str(path)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=300, cwd=tmp_path, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_scenarios(tmp_path: Path) -> None:
    """A whole scenario on a page replays and lints."""
    scenarios = [match for page in PAGES for match in SCENARIO.finditer(page.read_text())]
    found = [match[2] for match in scenarios if "norun" not in match[1]]
    assert found
    for number, text in enumerate(found):
        (tmp_path / f"{number}.md").write_text(text)
    for command in ("replay", "lint"):
        done = subprocess.run(
            [sys.executable, "-m", "fakedocker_shell", command, str(tmp_path)],
            capture_output=True, text=True, timeout=300, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
