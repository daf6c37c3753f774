"""The utilities, and programs that packages install, against recordings of the real ones."""

from __future__ import annotations

import json
from typing import Any

import pytest

from helpers.paths import DATA
from helpers.userland_world import Machine


def recorded() -> list[Any]:
    files = ("utility-cases.json", "program-cases.json", "pattern-cases.json")
    cases = [case for file in files for case in json.loads((DATA / file).read_text())]
    return [
        pytest.param(family, case["script"], case.get("files", {}), answer, id=f"{case['name']}-{family}")
        for case in cases
        for answer in case["accepted"]
        for family in answer["families"]
    ]


@pytest.mark.parametrize(("family", "script", "files", "answer"), recorded())
def test_prints_what_the_real_programs_print(
    family: str, script: str, files: dict[str, str], answer: dict[str, Any]
) -> None:
    machine = Machine(family, files={f"tmp/{name}": text.encode() for name, text in files.items()})
    result = machine.run("sh", "-c", script, directory="/tmp")
    assert (result.stdout, result.status) == (answer["stdout"], answer["exit"])
