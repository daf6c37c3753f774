"""docs/architecture.md says what is: its floors are those of the contract, and the files that it names exist."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
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
