"""docs/architecture.md says what is: its floors are those of the contract, and the files that it names exist.

And the code has the shape that tools/check_shape.py asks for.
"""

from __future__ import annotations

import importlib.util
import re
import tomllib
from pathlib import Path
from types import ModuleType

import pytest

from helpers.paths import ROOT

PAGE = (ROOT / "docs" / "architecture.md").read_text()


def section(title: str) -> str:
    return PAGE.partition(f"## {title}\n")[2].partition("\n## ")[0]


def rows(title: str) -> list[list[str]]:
    """The rows of a section's table, without its head."""
    lines = [line for line in section(title).splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("| ").split(" | ")] for line in lines[2:]]


def test_the_floors_are_those_of_the_contract() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    floors = [set(layer.split(" | ")) for layer in contracts[0]["layers"]]
    assert [set(re.findall(r"`([\w.]+)`", row[0])) for row in rows("The floors")] == floors


def test_what_is_to_be_changed_is_where_the_page_says() -> None:
    answers = rows("To change X, go to Y")
    assert len(answers) >= 20
    for question, answer in answers:
        named = re.findall(r"`((?:fakedocker|shell|scenarios|tools|docs)/[\w/.]*)`", answer)
        assert named, question
        for name in named:
            assert (ROOT / name).exists(), f"{question}: {name}"


def test_every_file_that_the_page_names_exists() -> None:
    for name in set(re.findall(r"`((?:fakedocker|shell|tests|scenarios|tools|docs)/[\w/.]+)`", PAGE)):
        assert (ROOT / name).exists(), name


def shape() -> ModuleType:
    spec = importlib.util.spec_from_file_location("check_shape", ROOT / "tools" / "check_shape.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        ("long_modules", "x = 1\n" * 401),
        ("long_functions", "def f():\n" + "    x = 1\n" * 60),
        ("literal_refusals", "raise Refusal(400, 'no such thing')"),
        ("literal_refusals", "raise messages.Refusal(400, f'{name} is missing')"),
        ("literal_refusals", "raise messages.BAD_REQUEST(problem=f'no {what}')"),
        ("literal_refusals", "json_reply({'message': 'it went back' if back else x}, 500)"),
        ("loose_digits", "x = int(text) if text.isdigit() else 0"),
        ("private_imports", "from fakedocker.base.clock import _now"),
        ("unexplained_any", "class A:\n    def f(self, x: dict[str, Any]) -> None: ..."),
        ("unexplained_any", "async def f(\n    x: int\n) -> Any:\n    return x"),
    ],
)
def test_what_has_not_is_found(rule: str, text: str) -> None:
    assert len(list(getattr(shape(), rule)("fakedocker/some.py", text))) == 1


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        ("long_modules", "x = 1\n" * 400),
        ("long_functions", "def f():\n" + "    x = 1\n" * 59),
        ("literal_refusals", "raise Refusal(refusal.status, refusal.message)"),
        ("literal_refusals", "raise messages.NOT_SIMULATED(what='a network of that kind')"),
        ("literal_refusals", "raise messages.MODE(what='cgroup namespace', mode=f'{a}:{b}')"),
        ("unexplained_any", "def f(x: Any) -> int:  # Any: whatever JSON says\n    return 1"),
        ("unexplained_any", "def _f(x: Any) -> int: ...\nclass _A:\n    def f(self) -> Any: ..."),
    ],
)
def test_what_has_it_is_left_alone(rule: str, text: str) -> None:
    assert list(getattr(shape(), rule)("fakedocker/some.py", text)) == []


def test_what_nobody_names_again_is_found(tmp_path: Path) -> None:
    package = tmp_path / "fakedocker"
    package.mkdir()
    (package / "one.py").write_text("_KEPT = 1\nUSED = 2\ndef lost(): ...\n@enter\ndef entered(): ...\n")
    (package / "two.py").write_text("from fakedocker.one import USED\n_OWN = USED\nprint(_OWN)\n")
    found = list(shape().unused_names(tmp_path))
    assert found == ["fakedocker/one.py:1: _KEPT is used nowhere", "fakedocker/one.py:3: lost is used nowhere"]
