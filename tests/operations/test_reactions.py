"""Reactions by tables: every row names a function that is there, and a row more is all that a feature needs."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from fakedocker.assembly import create_engine
from fakedocker.base import messages
from fakedocker.kernel.events import Alarm
from fakedocker.operations.system import kernel_events, reactions
from fakedocker.operations.system.reactions import Reaction
from fakedocker.testing import FakeDocker
from fakedocker.world.draft import Draft


def rows() -> Iterator[Reaction]:
    tables = [value for value in vars(reactions).values() if isinstance(value, tuple | dict)]
    for table in tables:
        for row in table.values() if isinstance(table, dict) else [table]:
            if isinstance(row, tuple):
                yield from (reaction for reaction in row if isinstance(reaction, Reaction))


def test_every_row_names_a_function() -> None:
    found = list(rows())
    assert len(found) >= 25
    for reaction in found:
        assert callable(reaction.function()), reaction.name


def test_a_row_more_is_all_that_a_kind_of_timer_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    row = Reaction("containers.stop:grace_over")
    monkeypatch.setattr(row, "_function", lambda draft, key: told.append(key))
    monkeypatch.setitem(reactions.ALARMS, "feature", (row,))
    engine = create_engine()

    def go_off(draft: Draft) -> None:
        for kind in ("feature", "other"):
            draft.kernel_draft.emitted.append(Alarm((kind, f"{kind}'s key")))
        kernel_events.dispatch(draft)
        assert [notice.kind for notice in draft.notices] == ["alarm"]  # what is in no table is for its listener

    engine.alter(go_off)
    assert told == ["feature's key"]


def test_a_row_is_not_read_where_it_concerns_nobody() -> None:
    def read(draft: Draft) -> bool:
        reactions.tell((Reaction("no.such:module", lambda draft: draft.service_tasks.size),), draft, "x")
        return reactions.offer((Reaction("no.such:module", lambda draft: draft.tasks.size),), draft, "x")

    assert not create_engine().alter(read)


@pytest.mark.parametrize("problem", [ValueError("a mistake of ours"), messages.NO_SUCH_CONTAINER(name="web")])
def test_a_reaction_that_fails_ends_nobodys_turn(problem: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(draft: Draft, key: str) -> None:
        raise problem

    restarts = reactions.ALARMS["restart"]
    monkeypatch.setattr(restarts[0], "_function", fail)
    docker = FakeDocker(images=["alpine"])
    for name, command in (("web", "sleep 3"), ("other", "sleep 5")):
        docker.client.containers.run("alpine", command, name=name, detach=True, restart_policy={"Name": "always"})
    docker.advance(4)
    assert [docker.client.containers.get(name).status for name in ("web", "other")] == ["restarting", "running"]
    docker.advance(60)
    assert docker.client.containers.get("other").status == "restarting"
    reports = docker.engine.draft.faults
    assert len(reports) == 2 and all(str(problem) in report for report in reports)
