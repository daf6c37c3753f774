"""What a short command reads before it can do anything: counted in modules, as seconds depend on the machine."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import fakedocker
from fakedocker.base.patterns import lazy_pattern

SHORT = "true"
LIST = "docker ps -q"
RUN = "docker pull -q alpine >/dev/null; docker run --rm alpine true"
BUDGETS = {SHORT: 270, LIST: 369, RUN: 424}
"""Of modules of this project. One that is exceeded has an import at the top that this command can do without."""
NOT_NEEDED = {
    SHORT: "dataclasses importlib.metadata importlib.resources tempfile json http http.client asyncio logging concurrent.futures",
    LIST: "importlib.metadata importlib.resources tempfile asyncio fakedocker.registry.catalogue fakedocker.operations.registry.pull",
    RUN: "importlib.metadata asyncio fakedocker.operations.system.fault_rules fakedocker.operations.buildkit.solver",
}
_CODE = """
import sys
before = set(sys.modules)
import msgspec, immutables  # whatever they read is not ours to leave out
theirs = set(sys.modules) - before
from fakedocker_shell.main import main
assert main(["-c", sys.argv[1]]) == 0
ours = [name for name in sys.modules if name.partition(".")[0] in ("fakedocker", "fakedocker_shell")]
read = [name for name in sys.argv[2].split() if name in sys.modules and name not in before and name not in theirs]
print(len(ours), *read)
"""


@pytest.mark.parametrize("command", BUDGETS)
def test_a_command_reads_few_modules_and_none_that_it_does_not_need(command: str) -> None:
    words = [sys.executable, "-c", _CODE, command, NOT_NEEDED[command]]
    done = subprocess.run(words, capture_output=True, text=True, timeout=300, check=True)
    count, *read = done.stdout.split()
    assert not read
    assert int(count) <= BUDGETS[command]


def test_the_terminal_opens_before_its_line_editor_is_read() -> None:
    code = "import sys, fakedocker_shell.repl.app; print([name for name in sys.modules if name.startswith('prompt_toolkit')])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=300, check=True)
    assert done.stdout == "[]\n"


def test_patterns_are_compiled_when_first_asked_and_then_as_any() -> None:
    pattern = lazy_pattern(r"([a-z]+)(\d*)")
    assert [name for name in ("match", "fullmatch") if name in _made(pattern)] == []
    found = pattern.fullmatch("ab12")
    assert found is not None
    assert found.groups() == ("ab", "12")
    assert pattern.sub(r"\2", "a1") == "1"
    assert pattern.pattern == r"([a-z]+)(\d*)"
    assert "match" in _made(pattern)
    assert lazy_pattern(b"a|b").findall(b"cab") == [b"a", b"b"]


def _made(pattern: object) -> list[str]:
    """Which of its methods a pattern has without being asked for them."""
    found = []
    for name in type(pattern).__slots__:  # type: ignore[attr-defined]  # of a class with slots
        try:
            object.__getattribute__(pattern, name)
        except AttributeError:
            continue
        found.append(name)
    return found


def test_the_version_is_that_of_the_package() -> None:
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["version"] == fakedocker.VERSION
