"""node in a container against recordings of the real one: the same bytes and status, or a mark; never anything else."""

from __future__ import annotations

import json
from functools import cache

import pytest

from helpers.lasting_machine import LastingMachine
from helpers.node_cases import (
    DIRECTORY,
    ENVIRONMENT,
    Answer,
    Case,
    answers_file,
    read_answers,
    read_cases,
    subjects,
    without_chance,
)
from helpers.paths import DATA

MARK = "fakedocker: node: "
UNLIKE = DATA / "node-cases-unlike.json"
"""Cases that end with a mark, and those whose answer is still another, by subject. Both lists only get shorter."""


def play(case: Case) -> Answer:
    """Run a case in a container."""
    box = LastingMachine(
        {f"{DIRECTORY}/{name}": text for name, text in case.files.items()} or {f"{DIRECTORY}/.empty": ""}
    )
    result = box.run(
        "/srv/bin/node",
        *case.arguments,
        directory=DIRECTORY,
        stdin=case.stdin.encode(),
        environment={**ENVIRONMENT, "PATH": "/srv/bin:" + ENVIRONMENT["PATH"], **case.environment},
        seconds=60,
    )
    return Answer(without_chance(result.stdout), without_chance(result.stderr), result.status)


def recorded() -> list[object]:
    found = []
    for subject in subjects():
        answers = read_answers(subject)
        found += [
            pytest.param(subject, case, answers[case.name], id=f"{subject}: {case.name}")
            for case in read_cases(subject)
            if case.name in answers
        ]
    return found


@cache
def unlike_cases() -> dict[str, dict[str, list[str]]]:
    """The lists of `UNLIKE`."""
    found: dict[str, dict[str, list[str]]] = json.loads(UNLIKE.read_text())
    return found


@pytest.mark.parametrize(("subject", "case", "wanted"), recorded())
def test_prints_what_node_prints(subject: str, case: Case, wanted: Answer) -> None:
    answer = play(case)
    unlike = unlike_cases()
    assert (MARK in answer.stderr) == (case.name in unlike["marked"].get(subject, ()))
    if MARK not in answer.stderr:
        assert (answer != wanted) == (case.name in unlike["wrong"].get(subject, ()))


def test_every_case_has_an_answer() -> None:
    for subject in subjects():
        assert answers_file(subject).exists()
        assert list(read_answers(subject)) == [case.name for case in read_cases(subject)]
