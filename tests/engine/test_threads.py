"""Several threads with clients of one engine: who watches waits until another acts."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from fakedocker.engine.waiting import WaitCannotEnd
from fakedocker.testing import FakeDocker

JOIN_SECONDS = 60


@pytest.fixture
def fake() -> Iterator[FakeDocker]:
    with FakeDocker(images=["alpine", "nginx"]) as fake:
        yield fake


class Watcher(threading.Thread):
    """A thread that collects what a stream gives until there is enough."""

    def __init__(self, stream: Callable[[], Iterator[Any]], enough: int) -> None:
        super().__init__(daemon=True)
        self._stream = stream
        self._enough = enough
        self.found: list[Any] = []
        self.problem: BaseException | None = None
        self.began = threading.Event()

    def run(self) -> None:
        try:
            stream = self._stream()
            self.began.set()
            for each in stream:
                self.found.append(each)
                if len(self.found) == self._enough:
                    return
        except BaseException as problem:
            self.problem = problem

    def end(self) -> list[Any]:
        self.join(JOIN_SECONDS)
        assert not self.is_alive()
        assert self.problem is None, self.problem
        return self.found


def test_a_thread_in_events_hears_of_what_others_do_later(fake: FakeDocker) -> None:
    watcher = Watcher(lambda: fake.client.events(decode=True, filters={"type": "container"}), 3)
    watcher.start()
    watcher.began.wait(JOIN_SECONDS)
    watcher.join(0.3)  # it waits, where nothing at all is under way
    assert watcher.is_alive()
    container = fake.client.containers.create("alpine", ["true"])
    watcher.join(0.1)
    container.start()
    assert [event["Action"] for event in watcher.end()] == ["create", "start", "die"]


def test_a_thread_that_follows_a_log_waits_for_who_writes_to_it(fake: FakeDocker) -> None:
    container = fake.client.containers.run("alpine", ["cat"], stdin_open=True, detach=True)
    watcher = Watcher(lambda: container.logs(stream=True, follow=True), 1)
    watcher.start()
    watcher.join(0.3)
    assert watcher.is_alive()
    stdin = container.attach_socket(params={"stdin": 1, "stream": 1})
    stdin.sendall(b"hello\n")
    assert watcher.end() == [b"hello\n"]
    container.kill()


def test_time_passes_for_a_watcher_when_nobody_else_acts(fake: FakeDocker) -> None:
    fake.client.containers.run("alpine", ["sleep", "5"], detach=True)
    watcher = Watcher(lambda: fake.client.events(decode=True, filters={"event": "die"}), 1)
    watcher.start()
    assert watcher.end()[0]["Action"] == "die"


def test_a_thread_waits_for_one_that_has_made_the_double_and_not_used_it_yet() -> None:
    with FakeDocker() as fake:
        watcher = Watcher(lambda: fake.client.events(decode=True), 1)
        watcher.start()
        watcher.began.wait(JOIN_SECONDS)
        time.sleep(0.3)
        assert watcher.is_alive(), watcher.problem
        fake.client.volumes.create("data")
        assert watcher.end()[0]["Action"] == "create"


def test_a_watcher_leaves_time_to_a_thread_that_works_or_sleeps(fake: FakeDocker) -> None:
    fake.client.containers.run("alpine", ["sleep", "1d"], detach=True)
    before = fake.now()
    watcher = Watcher(lambda: fake.client.events(decode=True), 1)
    watcher.start()
    watcher.began.wait(JOIN_SECONDS)
    time.sleep(0.5)
    assert (fake.now() - before).total_seconds() < 60
    assert watcher.is_alive(), watcher.problem
    fake.client.volumes.create("data")
    watcher.end()


def test_a_watcher_goes_on_while_others_work_longer_than_clients_are_patient(
    fake: FakeDocker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fakedocker.engine.threads.CLIENTS_PATIENCE_SECONDS", 0.2)
    watcher = Watcher(lambda: fake.client.events(decode=True), 1)
    watcher.start()
    time.sleep(0.8)
    assert watcher.is_alive(), watcher.problem
    fake.client.volumes.create("data")
    watcher.end()


def test_a_watcher_hears_what_happens_after_hours_that_another_thread_lets_pass(fake: FakeDocker) -> None:
    watcher = Watcher(lambda: fake.client.events(decode=True, filters={"event": ["create", "die"]}), 2)
    watcher.start()
    watcher.began.wait(JOIN_SECONDS)
    fake.client.containers.run("alpine", ["sleep", "9000"], detach=True)
    fake.advance("3h")
    assert [event["Action"] for event in watcher.end()] == ["create", "die"]


def test_the_end_of_the_last_thread_that_could_act_ends_a_wait(fake: FakeDocker) -> None:
    acted = threading.Event()
    other = threading.Thread(target=lambda: (fake.client.ping(), acted.wait(JOIN_SECONDS)))
    other.start()
    threading.Timer(0.3, acted.set).start()
    with pytest.raises(WaitCannotEnd, match=r"GET /v1.*no process can run"):
        next(iter(fake.client.events()))
    other.join()


def test_threads_that_all_wait_are_told_after_a_clients_patience(
    fake: FakeDocker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fakedocker.engine.threads.CLIENTS_PATIENCE_SECONDS", 0.2)
    watcher = Watcher(lambda: fake.client.events(decode=True), 1)
    watcher.start()
    watcher.join(JOIN_SECONDS)
    assert isinstance(watcher.problem, WaitCannotEnd)


def test_a_port_published_in_process_is_open_when_the_call_returns(fake: FakeDocker) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with fake.served(publish=True):
        for _ in range(3):
            container = fake.client.containers.run("nginx", detach=True, ports={"80/tcp": port})
            with socket.create_connection(("127.0.0.1", port), JOIN_SECONDS) as connection:
                connection.sendall(b"GET / HTTP/1.0\r\n\r\n")
                assert connection.recv(1000).startswith(b"HTTP/1.1 200 OK")
            container.remove(force=True)
            with pytest.raises(ConnectionRefusedError):
                socket.create_connection(("127.0.0.1", port), JOIN_SECONDS)
