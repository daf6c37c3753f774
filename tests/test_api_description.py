"""Every answer to the docker command line is one that the API's description allows, or the overlay explains."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from api_description import DESCRIPTION, Description

from fakedocker.engine import Engine
from fakedocker.wire.http import Reply
from fakedocker_shell.session import Session, make_engine

RECORDINGS = sorted((Path(__file__).parent / "conformance" / "recordings").glob("*.json"))
pytestmark = pytest.mark.skipif(not DESCRIPTION.exists(), reason=f"no API description at {DESCRIPTION}")


@pytest.fixture(scope="module")
def description() -> Description:
    return Description()


def answers(recording: Path) -> list[tuple[str, str, int, str, bytes]]:
    """Each request of a recording's commands with its answer: method, target, status, media type, body."""
    engine, _ = make_engine(1)
    engine.journaling = False
    exchanges = []
    submit = engine.submit

    def tapped(*arguments: Any, **settings: Any) -> Any:
        exchange = submit(*arguments, **settings)
        exchanges.append(exchange)
        return exchange

    engine.submit = tapped  # type: ignore[method-assign]  # to see every request, whoever makes it
    session = Session(engine, lambda fd, data: None)
    session.run_command("\n".join(step["command"] for step in json.loads(recording.read_text())["steps"]))
    session.run_to_end(lambda: b"")
    found = []
    for exchange in exchanges:
        reply: Reply | None = exchange.reply
        if reply is not None:
            kind = dict(reply.headers).get("Content-Type", "")
            found.append((exchange.request.method, exchange.request.target, reply.status, kind, reply.body or b""))
    assert isinstance(engine, Engine)
    return found


@pytest.mark.parametrize("recording", RECORDINGS, ids=lambda path: path.stem)
def test_answers_are_as_described(recording: Path, description: Description) -> None:
    seen = answers(recording)
    assert len(seen) > 20
    problems = {problem for answer in seen for problem in description.problems(*answer)}
    assert not problems, "\n".join(sorted(problems))
