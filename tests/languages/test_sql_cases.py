"""SQL through psql and mysql against what the real servers' clients answered: the same bytes, or a mark after what is the same."""

from __future__ import annotations

import pytest

from helpers.sql_cases import Case, recorded, scripts
from helpers.sql_player import Player, verdict

MARKED = {"postgres": 13, "mariadb": 11}
"""How many cases end at a boundary; it may only fall."""
_PARTS = 8


def test_there_are_enough_cases_and_each_has_its_answer() -> None:
    for server in MARKED:
        answered = {case.script for case in recorded(server)}
        asked = [case.script for case in scripts(server)]
        assert len(asked) >= 250
        assert sum(script.count("\n") >= 25 for script in asked) >= 8
        assert not [script for script in asked if script not in answered]


def _wrong(server: str, cases: list[Case]) -> tuple[list[str], int]:
    player = Player(server)
    wrong, marked = [], 0
    for case in cases:
        found = player.play(case)
        kind = verdict(case, found)
        marked += kind == "marked"
        if kind == "wrong":
            wrong.append(f"{case.name}:\n{case.script}\n--- {found.stdout}\n{found.stderr}")
    return wrong, marked


@pytest.mark.parametrize("part", range(_PARTS))
@pytest.mark.parametrize("server", sorted(MARKED))
def test_no_answer_is_wrong(server: str, part: int) -> None:
    wrong, _ = _wrong(server, recorded(server)[part::_PARTS])
    assert not wrong, "\n\n".join(wrong)


@pytest.mark.slow
@pytest.mark.parametrize("server", sorted(MARKED))
def test_marks_only_become_fewer(server: str) -> None:
    _, marked = _wrong(server, recorded(server))
    assert marked <= MARKED[server]
