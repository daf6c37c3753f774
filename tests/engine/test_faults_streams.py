"""A daemon that restarts, or is down for a while, in the middle of what it tells: logs, events, statistics, pulls, attached terminals."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import docker
import pytest
import requests
from hypothesis import given, settings, strategies as st

from fakedocker.assembly import create_engine
from fakedocker.serving import HAS_UNIX_SOCKETS, Listening, serve_in_thread
from fakedocker.testing import FakeDocker

COUNT = (
    "i=0; [ ! -f /count ] || i=$(cat /count); while true; do echo line $i; i=$((i+1)); echo $i > /count; sleep 1; done"
)


def make() -> FakeDocker:
    fake = FakeDocker(images=["alpine"])
    fake.client.containers.run(
        "alpine", ["sh", "-c", COUNT], name="web", restart_policy={"Name": "always"}, stop_signal="KILL", detach=True
    )
    return fake


@pytest.fixture(scope="module")
def start() -> FakeDocker:
    return make()


@pytest.fixture
def fake(start: FakeDocker) -> FakeDocker:
    return start.fork()


def read(fake: FakeDocker, method: str, path: str) -> tuple[bytes, bool]:
    """What came of an answer, and whether it broke off before its end."""
    api = fake.client.api
    answer = getattr(api, method)(f"{api.base_url}/v1.50{path}", stream=True)
    assert answer.status_code == 200
    data = b""
    try:
        for part in answer.iter_content(1):
            data += part
    except requests.exceptions.ChunkedEncodingError:
        return data, True
    return data, False


@pytest.mark.parametrize(
    ("method", "path", "after", "came"),
    [
        ("get", "/containers/web/logs?follow=1&stdout=1", "3500ms", b"line 3\n"),
        ("get", "/events", "3s", b'"status":"kill"'),
        ("get", "/containers/web/stats", "3s", b'"name":"/web"'),
        ("post", "/containers/web/wait", "3s", b""),
        ("post", "/images/create?fromImage=redis&tag=7", "300ms", b"Downloading"),
    ],
)
def test_what_is_told_breaks_off(fake: FakeDocker, method: str, path: str, after: str, came: bytes) -> None:
    fake.fault(f"daemon restart in {after}")
    data, broke_off = read(fake, method, path)
    assert broke_off
    assert came in data
    fake.advance("20s")
    assert fake.client.ping()
    assert fake.client.containers.get("web").status == "running"
    assert [image.tags for image in fake.client.images.list()] == [["alpine:latest"]]  # half a pull leaves nothing
    fake.client.images.pull("redis", "7")


def test_who_is_attached_hears_no_more(fake: FakeDocker) -> None:
    fake.fault("daemon down in 3500ms for 1m")
    assert list(fake.client.containers.get("web").attach(stream=True))[-1] == b"line 3\n"
    with pytest.raises(requests.exceptions.ConnectionError):
        fake.client.ping()
    fake.advance("1m")
    assert fake.client.ping()


@pytest.fixture
def served() -> Iterator[tuple[Any, docker.DockerClient]]:
    engine = create_engine(seed=4)
    with serve_in_thread(engine, Listening()) as running:
        client = docker.DockerClient(base_url=running.docker_host, version="1.50", timeout=20)
        yield engine, client
        client.close()


@pytest.mark.skipif(not HAS_UNIX_SOCKETS, reason="there are no unix sockets here")
def test_the_same_over_a_socket(served: tuple[Any, docker.DockerClient]) -> None:
    engine, client = served
    client.images.pull("alpine")
    client.containers.run("alpine", "sleep infinity", name="web", restart_policy={"Name": "always"}, detach=True)
    answer = client.api.get(f"{client.api.base_url}/v1.50/containers/web/logs?follow=1&stdout=1", stream=True)
    engine.inject("daemon restart")
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        list(answer.iter_content(1))
    for _ in range(200):
        try:
            if client.containers.get("web").status == "running":
                break
        except requests.exceptions.ConnectionError:
            continue
    assert client.containers.get("web").status == "running"


class Follower:
    """Follows a log: where it breaks off, from what it has heard last, when the daemon is there again."""

    def __init__(self, fake: FakeDocker) -> None:
        self.fake = fake
        self.lines: list[tuple[str, bytes]] = []

    def follow(self, wanted: int) -> None:
        for _ in range(60):
            try:
                for stamp, line in self._lines():
                    self.lines.append((stamp, line))
                    if len(self.lines) >= wanted:
                        return
            except (requests.exceptions.ConnectionError, requests.exceptions.ChunkedEncodingError):
                self.fake.advance("1s")
        raise AssertionError(f"only {len(self.lines)} lines have come")

    def _lines(self) -> Iterator[tuple[str, bytes]]:
        since = ""
        if self.lines:
            stamp = self.lines[-1][0]
            moment = datetime.fromisoformat(stamp[:19] + "+00:00")
            since = f"&since={int(moment.timestamp())}.{int(stamp[20:29]) + 1:09d}"
        api = self.fake.client.api
        path = f"/v1.50/containers/web/logs?follow=1&stdout=1&timestamps=1{since}"
        answer = api.get(f"{api.base_url}{path}", stream=True)
        rest = b""
        for part in answer.iter_content(1):
            rest += part
            if rest.endswith(b"\n"):
                stamp, line = rest[8:].split(b" ", 1)
                yield stamp.decode(), line
                rest = b""


@settings(max_examples=12, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["restart", "down"]), st.integers(200, 9000)), max_size=3), st.integers(1, 8))
def test_who_follows_again_from_the_last_line_hears_all_once(troubles: list[tuple[str, int]], wanted: int) -> None:
    fake = START.fork()
    follower = Follower(fake)
    for number, (effect, after) in enumerate(troubles):
        fake.fault(f"daemon {effect} in {after}ms" + (" for 5s" if effect == "down" else ""))
        follower.follow(wanted * (number + 1))
        fake.advance("30s")
    follower.follow(len(follower.lines) + 3)
    heard = [line for _, line in follower.lines]
    assert heard == [b"line %d\n" % number for number in range(len(heard))]


START = make()


def test_nothing_changes_before_it_goes_down() -> None:
    told = []
    for rules in ([], ["daemon restart in 2h"]):
        fake = START.fork()
        for rule in rules:
            fake.fault(rule)
        fake.advance(timedelta(seconds=5).total_seconds())
        told.append(
            [fake.client.containers.get("web").attrs, fake.client.containers.get("web").logs(), str(fake.now())]
        )
    assert told[0] == told[1]
