"""docker compose up --wait: what it waits for."""

from __future__ import annotations

import pytest

from fakedocker_shell.scenarios.player import Player

FILE = """services:
  job:
    image: alpine
    command: sh -c 'sleep 3; exit {status}'
  app:
    image: alpine
    command: sleep 1000
    depends_on:
      job:
        condition: {condition}
"""


@pytest.mark.parametrize(
    ("condition", "status", "expected", "said"),
    [
        ("service_completed_successfully", 0, 0, "Exited"),
        ("service_completed_successfully", 7, 1, 'service "job" didn\'t complete successfully: exit 7'),
    ],
)
def test_a_service_that_another_needs_completed(condition: str, status: int, expected: int, said: str) -> None:
    host = Player()
    host.run(f"cat >compose.yaml <<'X'\n{FILE.format(condition=condition, status=status)}X\n")
    ended = host.run("docker compose up --wait 2>&1; echo status $?")
    assert f"status {expected}\n" in ended.output
    assert said in ended.output


def test_one_that_nobody_needs_completed_should_run() -> None:
    host = Player()
    host.run(
        "cat >compose.yaml <<'X'\nservices:\n  job:\n    image: alpine\n    command: 'true'\n    container_name: job\nX\n"
    )
    ended = host.run("sleep 1; docker compose up --wait 2>&1; echo status $?")
    assert ended.output.endswith("container job exited (0)\nstatus 1\n")
