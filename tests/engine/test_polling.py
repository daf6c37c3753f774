"""Who polls is given time; of clients that come and go nothing is kept."""

from __future__ import annotations

import pytest

from fakedocker.engine.inflight import Exchange
from fakedocker.engine.polling import MOST_CLIENTS, MOST_TARGETS, Polling
from fakedocker.wire.http import Reply, Request


def read(polling: Polling, client: str, target: str = "/containers/box/json", body: bytes = b"{}") -> bool:
    exchange = Exchange(1, Request(method="GET", target=target, client=client))
    return polling.note(exchange, Reply(status=200, body=body), 0, is_fast=True)


def test_the_same_three_times_is_polling() -> None:
    polling = Polling()
    assert [read(polling, "a") for _ in range(3)] == [False, False, True]
    assert not read(polling, "b")
    assert not read(polling, "a", body=b"other")


@pytest.mark.parametrize("target", ["/containers/json", "/services"])
def test_clients_that_have_gone_are_forgotten(target: str) -> None:
    polling = Polling()
    for number in range(3 * MOST_CLIENTS):
        read(polling, f"client/{number}", target)
        read(polling, "it/polls", target)
    assert len(polling.last_reads) == MOST_CLIENTS
    assert len(polling.watched) <= MOST_CLIENTS
    assert read(polling, "it/polls", target)


def test_of_one_client_the_last_reads_are_known() -> None:
    polling = Polling()
    for number in range(3 * MOST_TARGETS):
        read(polling, "a", f"/services/{number}")
    assert len(polling.watched["a"]) == MOST_TARGETS
