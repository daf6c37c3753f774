"""The daemon with a real registry on the loopback interface: fakedocker's own here, and Debian's where it is installed."""

from __future__ import annotations

import base64
import json
import subprocess
import threading
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fakedocker.api.registry_server import drawn
from fakedocker.assembly import create_engine
from fakedocker.durability.snapshot import encode
from fakedocker.engine.engine import Engine
from fakedocker.engine.replay import replay
from fakedocker.registry.distribution.access import Access
from fakedocker.registry.distribution.contents import Contents, MemoryBlobs
from fakedocker.serving import serve_in_thread
from fakedocker.wire.http import Request, make_target
from helpers.programs import find
from helpers.registry_serving import ask, serving
from helpers.served_requests import Deaf, ask_served


def call(
    engine: Engine, method: str, path: str, auth: tuple[str, str] | None = None, body: Any = None, **query: Any
) -> tuple[int, list[dict[str, Any]]]:
    headers = {"content-type": "application/json"}
    if auth is not None:
        credentials = json.dumps({"username": auth[0], "password": auth[1]}).encode()
        headers["x-registry-auth"] = base64.urlsafe_b64encode(credentials).decode()
    data = json.dumps(body).encode() if body is not None else b""
    exchange = engine.perform(Request(method=method, target=make_target(path, query), headers=headers, body=data))
    assert exchange.reply is not None
    answer = exchange.reply.body or exchange.take(1 << 24)
    return exchange.reply.status, [json.loads(line) for line in answer.splitlines() if line.strip()]


def with_alpine(host: str) -> Engine:
    engine = create_engine(5, check=True, real_registries=[host])
    call(engine, "POST", "/images/create", fromImage="alpine", tag="latest")
    call(engine, "POST", "/images/alpine/tag", repo=f"{host}/me/alpine", tag="1")
    return engine


def statuses(messages: list[dict[str, Any]]) -> list[str]:
    return [
        message["status"]
        for message in messages
        if message.get("status") in ("Pushed", "Layer already exists") or "Mounted" in message.get("status", "")
    ]


def there_and_back(host: str) -> Engine:
    """Push, push again, push under another name, and pull into another engine."""
    engine = with_alpine(host)
    _, first = call(engine, "POST", f"/images/{host}/me/alpine/push", tag="1")
    assert statuses(first) == ["Pushed"], first
    assert statuses(call(engine, "POST", f"/images/{host}/me/alpine/push", tag="1")[1]) == ["Layer already exists"]
    call(engine, "POST", "/images/alpine/tag", repo=f"{host}/you/alpine", tag="2")
    assert statuses(call(engine, "POST", f"/images/{host}/you/alpine/push", tag="2")[1]) == ["Mounted from me/alpine"]
    other = create_engine(6, check=True, real_registries=[host])
    _, pulled = call(other, "POST", "/images/create", fromImage=f"{host}/you/alpine", tag="2")
    digest = next(message["status"].split()[2] for message in first if ": digest: " in message.get("status", ""))
    assert [message["status"] for message in pulled[-2:]] == [
        f"Digest: {digest}",
        f"Status: Downloaded newer image for {host}/you/alpine:2",
    ]
    assert (
        call(other, "GET", f"/images/{host}/you/alpine:2/json")[1][0]["Id"] == digest
    )  # the platform's that was pushed
    return other


@pytest.mark.parametrize(
    "path", ["/images/create?fromImage={host}/a&tag=1", "/images/{host}/me/alpine/push?tag=1", "/auth"]
)
def test_a_registry_that_does_not_answer_holds_up_nobody_else(path: str) -> None:
    deaf = Deaf()
    host = deaf.url.removeprefix("http://")
    engine = with_alpine(host)
    told: list[bytes] = []
    body = json.dumps({"username": "a", "password": "b", "serveraddress": host}).encode() if path == "/auth" else b""
    with serve_in_thread(engine) as served:
        asking = threading.Thread(
            target=lambda: told.append(ask_served(served, "POST", path.format(host=host), body)[1]), daemon=True
        )
        asking.start()
        assert deaf.connected.wait(300)
        assert ask_served(served, "GET", "/_ping") == (200, b"OK")
        assert not told
        deaf.release()
        asking.join(300)
    assert told
    again = create_engine(5, check=True, real_registries=[host])
    replay(again, engine.journal)
    assert encode(again.world) == encode(engine.world)


def test_push_and_pull() -> None:
    with serving(Contents(MemoryBlobs(), drawn)) as port:
        there_and_back(f"127.0.0.1:{port}")


def test_what_the_registry_refuses_is_told() -> None:
    with serving(Contents(MemoryBlobs(), drawn)) as port:
        engine = with_alpine(f"127.0.0.1:{port}")
        before = engine.world.images
        _, answer = call(engine, "POST", "/images/create", fromImage=f"127.0.0.1:{port}/nothing", tag="1")
        assert answer[-1]["error"] == "manifest unknown: manifest unknown"
        assert engine.world.images == before
        assert not engine.world.tasks
        assert call(engine, "GET", f"/distribution/127.0.0.1:{port}/nothing:1/json")[0] == 501


def test_a_registry_that_is_not_there() -> None:
    engine = with_alpine("127.0.0.1:1")
    _, answer = call(engine, "POST", "/images/127.0.0.1:1/me/alpine/push", tag="1")
    assert answer[-1]["error"].startswith('Get "http://127.0.0.1:1/v2/": ')


@pytest.mark.parametrize("mode", ["basic", "token"])
def test_credentials(mode: str) -> None:
    access = Access(mode=mode, users={"me": "pw"}, secret=b"s")
    with serving(Contents(MemoryBlobs(), drawn), access) as port:
        host = f"127.0.0.1:{port}"
        engine = with_alpine(host)
        path = f"/images/{host}/me/alpine/push"
        assert "authentication required" in call(engine, "POST", path, tag="1")[1][-1]["error"]
        assert "authentication required" in call(engine, "POST", path, ("me", "no"), tag="1")[1][-1]["error"]
        assert statuses(call(engine, "POST", path, ("me", "pw"), tag="1")[1]) == ["Pushed"]
        login = {"username": "me", "password": "pw", "serveraddress": host}
        assert call(engine, "POST", "/auth", body=login) == (200, [{"Status": "Login Succeeded"}])
        status, answer = call(engine, "POST", "/auth", body={**login, "password": "no"})
        assert (status, answer) == (401, [{"message": "login attempt failed: unauthorized: authentication required"}])


def test_a_run_is_played_again_without_the_registry() -> None:
    with serving(Contents(MemoryBlobs(), drawn)) as port:
        host = f"127.0.0.1:{port}"
        engine = there_and_back(host)
    again = create_engine(world=engine.base)
    replay(again, engine.journal)
    assert dict(again.world.tags) == dict(engine.world.tags)


def test_only_the_loopback_interface_is_ever_asked() -> None:
    for host in ("registry.example.com:5000", "10.0.0.1:5000", "docker.io"):
        with pytest.raises(ValueError, match="is not on this machine's loopback interface"):
            create_engine(real_registries=[host])


def test_it_is_off_by_default() -> None:
    with serving(Contents(MemoryBlobs(), drawn)) as port:
        engine = create_engine(5)
        status, answer = call(engine, "POST", "/images/create", fromImage=f"127.0.0.1:{port}/x", tag="1")
        assert (status, "connection refused" in answer[0]["message"]) == (500, True)
        assert ask(port, "GET", "/v2/_catalog") == (200, b'{"repositories":[]}\n')


@pytest.fixture
def debians(tmp_path: Path) -> Iterator[str]:
    """Debian's docker-registry on a port of its own."""
    program = find("docker-registry")
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    configuration = tmp_path / "config.yml"
    configuration.write_text(
        f"version: 0.1\nstorage: {{filesystem: {{rootdirectory: {tmp_path}/data}}}}\nhttp: {{addr: '127.0.0.1:{port}'}}\n"
    )
    with subprocess.Popen(
        [program, "serve", str(configuration)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        for _ in range(200):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/v2/").close()
                break
            except OSError:
                time.sleep(0.05)
        yield f"127.0.0.1:{port}"
        process.terminate()


def test_debians_registry(debians: str) -> None:
    there_and_back(debians)
