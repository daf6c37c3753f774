"""The wire itself: what clients send byte by byte, and what they must not be able to do."""

from __future__ import annotations

import asyncio
import base64
import http.client
import json
import socket
import ssl
import struct
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme
from wsproto import ConnectionType, WSConnection
from wsproto.events import AcceptConnection, BytesMessage, CloseConnection, Request as Handshake

from fakedocker.api import connection as connections, server
from fakedocker.api.publishing import KEPT_PORTS
from fakedocker.assembly import create_engine
from fakedocker.engine.engine import Engine
from fakedocker.engine.inflight import TimeMode
from fakedocker.engine.replay import replay
from fakedocker.serving import Listening, Served, serve, serve_in_thread, tls_context


@pytest.fixture
def engine() -> Engine:
    engine = create_engine(9, mode=TimeMode.LEAP)
    engine.journaling = False
    return engine


@pytest.fixture
def served(engine: Engine, tmp_path: Path) -> Iterator[Served]:
    with serve_in_thread(engine, Listening(socket_path=str(tmp_path / "docker.sock"), publish=True)) as listening:
        yield listening


class Client:
    """A client that says exactly what it wants to say."""

    def __init__(self, served: Served) -> None:
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(300)
        self.socket.connect(served.socket_path)

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def until(self, end: bytes) -> bytes:
        """What comes up to some bytes."""
        data = b""
        while end not in data:
            chunk = self.socket.recv(65536)
            assert chunk, f"closed after {data!r}"
            data += chunk
        return data

    def rest(self) -> bytes:
        """What comes until the other side closes."""
        data = b""
        while chunk := self.socket.recv(65536):
            data += chunk
        return data

    def ask(self, method: str, path: str, body: object = None) -> object:
        """An ordinary request; gives the answer's JSON."""
        data = b"" if body is None else json.dumps(body).encode()
        self.send(
            f"{method} {path} HTTP/1.1\r\nHost: docker\r\nContent-Type: application/json\r\nContent-Length: {len(data)}\r\n\r\n".encode()
            + data
        )
        response = http.client.HTTPResponse(self.socket)
        response.begin()
        text = response.read()
        assert response.status < 400, text
        return json.loads(text.splitlines()[-1]) if text.strip() else None

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *exception: object) -> None:
        self.socket.close()


def create(served: Served, **config: object) -> str:
    """A started container of alpine."""
    with Client(served) as client:
        client.ask("POST", "/images/create?fromImage=alpine&tag=latest")
        made = client.ask("POST", "/containers/create", {"Image": "alpine", "OpenStdin": True, **config})
        assert isinstance(made, dict)
        client.ask("POST", f"/containers/{made['Id']}/start")
        return str(made["Id"])


ECHO = ["sh", "-c", "while read line; do echo got $line; done; echo end"]


def test_attach_answers_as_the_real_daemon_byte_for_byte(served: Served) -> None:
    identifier = create(served, Cmd=ECHO, StdinOnce=True)
    with Client(served) as client:
        client.send(
            f"POST /v1.50/containers/{identifier}/attach?stream=1&stdin=1&stdout=1 HTTP/1.1\r\nHost: docker\r\n"
            "Connection: Upgrade\r\nUpgrade: tcp\r\nContent-Length: 0\r\n\r\n".encode()
        )
        assert client.until(b"\r\n\r\n") == (
            b"HTTP/1.1 101 UPGRADED\r\nContent-Type: application/vnd.docker.multiplexed-stream\r\n"
            b"Connection: Upgrade\r\nUpgrade: tcp\r\n\r\n"
        )
        client.send(b"a\n")
        assert client.until(b"got a\n") == b"\1\0\0\0\0\0\0\6got a\n"
        client.socket.shutdown(socket.SHUT_WR)
        assert client.rest() == b"\1\0\0\0\0\0\0\4end\n"


def test_an_old_api_calls_every_stream_raw(served: Served) -> None:
    identifier = create(served, Cmd=ECHO)
    with Client(served) as client:
        client.send(
            f"POST /v1.41/containers/{identifier}/attach?stream=1&stdout=1 HTTP/1.1\r\nHost: docker\r\n"
            "Connection: Upgrade\r\nUpgrade: tcp\r\n\r\n".encode()
        )
        assert b"Content-Type: application/vnd.docker.raw-stream\r\n" in client.until(b"\r\n\r\n")


def test_a_client_that_does_not_upgrade_gets_the_bytes_all_the_same(served: Served) -> None:
    """As dockerode does without `hijack: true`."""
    identifier = create(served, Cmd=["sleep", "60"])
    with Client(served) as client:
        command = {"Cmd": ["sh", "-c", "cat; echo bye"], "AttachStdin": True, "AttachStdout": True}
        execution = client.ask("POST", f"/containers/{identifier}/exec", command)
        assert isinstance(execution, dict)
        body = b'{"Detach": false, "Tty": false}'
        client.send(
            f"POST /exec/{execution['Id']}/start HTTP/1.1\r\nHost: docker\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n\r\n".encode()
            + body
        )
        assert (
            client.until(b"\r\n\r\n") == b"HTTP/1.1 200 OK\r\nContent-Type: application/vnd.docker.raw-stream\r\n\r\n"
        )
        client.send(b"typed\n")
        assert client.until(b"typed\n") == b"\1\0\0\0\0\0\0\6typed\n"
        client.socket.shutdown(socket.SHUT_WR)
        assert client.rest() == b"\1\0\0\0\0\0\0\4bye\n"


def test_attach_over_a_websocket(served: Served) -> None:
    identifier = create(served, Cmd=ECHO)
    speaker = WSConnection(ConnectionType.CLIENT)
    path = f"/containers/{identifier}/attach/ws?stream=1&stdin=1&stdout=1"
    with Client(served) as client:
        client.send(speaker.send(Handshake(host="docker", target=path, subprotocols=["chat"])))
        events = []
        typed = killed = False
        while not events or not isinstance(events[-1], CloseConnection):
            speaker.receive_data(client.socket.recv(65536) or None)
            events += list(speaker.events())
            if events and not typed:
                typed = True
                client.send(speaker.send(BytesMessage(data=b"a\n")))
            if any(isinstance(event, BytesMessage) for event in events) and not killed:
                killed = True
                with Client(served) as other:
                    other.ask("POST", f"/containers/{identifier}/kill")
    assert isinstance(events[0], AcceptConnection) and events[0].subprotocol == "chat"
    assert b"".join(event.data for event in events if isinstance(event, BytesMessage)) == b"got a\n"


def test_a_client_that_asks_for_events_while_it_starts_a_container_hears_of_its_end(served: Served) -> None:
    with Client(served) as starter, Client(served) as listener:
        starter.ask("POST", "/images/create?fromImage=busybox&tag=latest")
        starter.ask("POST", "/containers/create?name=short", {"Image": "busybox", "Cmd": ["true"]})
        listener.ask("GET", "/info")
        starter.send(b"POST /containers/short/start HTTP/1.1\r\nHost: docker\r\nContent-Length: 0\r\n\r\n")
        time.sleep(0.002)
        listener.send(b"GET /events HTTP/1.1\r\nHost: docker\r\n\r\n")
        assert b"204 No Content" in starter.until(b"\r\n\r\n")
        assert b'"Action":"start"' in listener.until(b'"Action":"die"')


def test_a_start_that_waits_is_made_though_its_client_goes(served: Served) -> None:
    with Client(served) as other, Client(served) as client:
        client.ask("POST", "/images/create?fromImage=busybox&tag=latest")
        client.ask("POST", "/containers/create?name=left", {"Image": "busybox", "Cmd": ["sleep", "100"]})
        other.ask("GET", "/info")
        client.send(b"POST /containers/left/start HTTP/1.1\r\nHost: docker\r\nContent-Length: 0\r\n\r\n")
        client.socket.close()
        time.sleep(0.05)
        shown = other.ask("GET", "/containers/left/json")
        assert isinstance(shown, dict) and shown["State"]["Running"]


_OUT_OF_THE_WAY = 57_000
"""Where to pick ports from so that no test running at the same time picks them."""


def test_a_port_is_picked_that_is_free_on_the_machine(engine: Engine, tmp_path: Path) -> None:
    engine.change("ports", _OUT_OF_THE_WAY)
    with serve_in_thread(engine, Listening(socket_path=str(tmp_path / "first.sock"), publish=True)) as first:
        with Client(first) as client:
            client.ask("GET", "/info")
        kept = engine.world.next_port
        with socket.socket() as somebody:
            expected = kept + KEPT_PORTS  # the first one after those that the first double keeps for itself
            somebody.bind(("127.0.0.1", expected))
            somebody.listen()
            other = create_engine(9, mode=TimeMode.LEAP)
            other.change("ports", _OUT_OF_THE_WAY)
            listening = Listening(socket_path=str(tmp_path / "second.sock"), publish=True)
            with serve_in_thread(other, listening) as second, Client(second) as client:
                client.ask("POST", "/images/create?fromImage=nginx&tag=alpine")
                body = {"Image": "nginx:alpine", "HostConfig": {"PortBindings": {"80/tcp": [{"HostPort": ""}]}}}
                client.ask("POST", "/containers/create?name=web", body)
                client.ask("POST", "/containers/web/start")
                shown = client.ask("GET", "/containers/web/json")
                assert isinstance(shown, dict)
                port = int(shown["NetworkSettings"]["Ports"]["80/tcp"][0]["HostPort"])
                assert port > expected
                with urllib.request.urlopen(f"http://127.0.0.1:{port}", timeout=300) as page:
                    assert b"Welcome to nginx" in page.read()
            again = create_engine(9, mode=TimeMode.LEAP)
            replay(again, [entry for entry in other.journal if entry.kind == "ports"])
            assert again.world.next_port > expected


def test_a_published_port_is_open_on_the_machine_for_as_long_as_the_container_runs(served: Served) -> None:
    with Client(served) as client:
        client.ask("POST", "/images/create?fromImage=nginx&tag=latest")
        config = {
            "Image": "nginx",
            "HostConfig": {"PortBindings": {"80/tcp": [{"HostPort": "18081"}], "81/tcp": [{"HostPort": "18082"}]}},
        }
        client.ask("POST", "/containers/create?name=web", config)
        client.ask("POST", "/containers/web/start")
        with urllib.request.urlopen("http://127.0.0.1:18081/") as page:
            assert page.status == 200 and b"Welcome to nginx!" in page.read()
        with (
            pytest.raises(ConnectionResetError),
            socket.create_connection(("127.0.0.1", 18082), timeout=300) as client_of_nobody,
        ):
            client_of_nobody.recv(1)
        client.ask("POST", "/containers/web/stop")
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", 18081), timeout=300)


def answers(address: tuple[str, int], context: ssl.SSLContext) -> bool:
    """Whether a client gets a byte of an answer."""
    try:
        with (
            socket.create_connection(address) as bare,
            context.wrap_socket(bare, server_hostname=address[0]) as wrapped,
        ):
            wrapped.sendall(b"GET /_ping HTTP/1.1\r\nHost: x\r\n\r\n")
            return wrapped.recv(1) != b""
    except (ssl.SSLError, ConnectionError):
        return False


def test_off_loopback_takes_client_certificates(engine: Engine, tmp_path: Path) -> None:
    async def start(listening: Listening) -> None:
        async with serve(engine, listening):
            pass

    with pytest.raises(
        PermissionError, match="can be reached from other machines: that takes TLS with client certificates"
    ):
        asyncio.run(start(Listening(tcp=("0.0.0.0", 0))))
    authority = trustme.CA()
    certificate = authority.issue_cert("127.0.0.1")
    names = [tmp_path / name for name in ("ca.pem", "cert.pem", "key.pem")]
    authority.cert_pem.write_to_path(names[0])
    certificate.cert_chain_pems[0].write_to_path(names[1])
    certificate.private_key_pem.write_to_path(names[2])
    tls = tls_context(*(str(name) for name in names))
    with serve_in_thread(engine, Listening(tcp=("0.0.0.0", 0), tls=tls)) as served:
        assert served.environment["DOCKER_TLS_VERIFY"] == "1" and served.tcp is not None
        client = ssl.create_default_context(cafile=str(names[0]))
        address = ("127.0.0.1", served.tcp[1])
        assert not answers(address, client)
        authority.issue_cert("client").configure_cert(client)
        connection = http.client.HTTPSConnection(*address, context=client)
        connection.request("GET", "/_ping")
        assert connection.getresponse().read() == b"OK"
        connection.close()


# bad input


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"\x00\x01garbage\r\n\r\n", b"400"),
        (b"GET /x HTTP/9.9\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\n" + b"a: " + b"b" * 70_000 + b"\r\n\r\n", b"431"),
        (b"GET / HTTP/1.1\r\n" + b"".join(b"h%d: x\r\n" % n for n in range(20_000)), b"431"),
        (b"GET /" + b"x" * 70_000 + b" HTTP/1.1\r\n\r\n", b"431"),
        (b"POST /containers/create HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n", b"400"),
        (b"POST /x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", b"400"),
        (b"POST /x HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: tcp\r\nContent-Length: 99999999999\r\n\r\n", b"413"),
        (b"CONNECT 127.0.0.1:80 HTTP/1.1\r\nHost: x\r\n\r\n", b"404"),
        (b"GET /containers/a/attach/ws HTTP/1.1\r\nHost: x\r\n\r\n", b"404"),
    ],
)  # fmt: skip
def test_what_is_no_request_is_refused(served: Served, engine: Engine, data: bytes, status: bytes) -> None:
    with Client(served) as client:
        before = engine.world
        client.send(data)
        assert client.socket.recv(65536).startswith(b"HTTP/1.1 " + status)
        assert engine.world.containers is before.containers
    with Client(served) as client:
        assert client.ask("GET", "/volumes") == {"Volumes": [], "Warnings": None}


def test_bodies_that_are_too_large_are_refused_and_forgotten(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "BODY_LIMIT_BYTES", 1 << 20)
    for _ in range(3):
        with Client(served) as client:
            client.send(b"POST /images/load HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
            with pytest.raises(ConnectionError):
                while True:
                    client.send(b"10000\r\n" + bytes(65536) + b"\r\n")
    with Client(served) as client:
        client.send(b"POST /images/load HTTP/1.1\r\nHost: x\r\nContent-Length: 900000\r\n\r\n" + bytes(900_000))
        assert client.socket.recv(65536).startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 100_000,
        b'{"a":' * 50_000,
        b'{"Image": 5}',
        b'{"HostConfig": {"Memory": 1e400}}',
        b'{"HostConfig": {"Memory": 99999999999999999999999}}',
        b'{"Image": "alpine", "Env": {"A": 1}}',
        b'{"Image": "\xff\xfe"}',
        b"\x00" * 100,
        b"null",
        b"",
    ],
)
def test_what_is_no_configuration_is_refused(served: Served, engine: Engine, body: bytes) -> None:
    with Client(served) as client:
        client.send(
            b"POST /containers/create HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
            % len(body)
            + body
        )
        response = http.client.HTTPResponse(client.socket)
        response.begin()
        assert response.status == 400
        assert list(json.loads(response.read())) == ["message"]
    assert not engine.world.containers


def test_a_request_that_comes_byte_by_byte_is_one(served: Served) -> None:
    with Client(served) as client:
        for byte in b"GET /_ping HTTP/1.1\r\nHost: x\r\n\r\n":
            client.send(bytes([byte]))
        assert client.until(b"OK").startswith(b"HTTP/1.1 200 OK\r\n")


def test_requests_ahead_of_their_answers_are_answered_in_order(served: Served) -> None:
    with Client(served) as client:
        names = [f"v{number:03}" for number in range(100)]
        for name in names:
            body = b'{"Name": "%s"}' % name.encode()
            client.send(
                b"POST /volumes/create HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
                % len(body)
                + body
            )
        answers = client.until(b'"Name":"v099"').decode()
        assert [answers.index(f'"Name":"{name}"') for name in names] == sorted(
            answers.index(f'"Name":"{name}"') for name in names
        )


def test_a_client_that_goes_away_in_the_middle_leaves_nothing_behind(served: Served, engine: Engine) -> None:
    identifier = create(served, Cmd=["sh", "-c", "while true; do echo x; sleep 1; done"])
    for path in (f"/containers/{identifier}/logs?follow=1&stdout=1", "/events", f"/containers/{identifier}/stats"):
        with Client(served) as client:
            client.send(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            client.until(b"\r\n\r\n")
    with Client(served) as client:
        client.send(b"POST /containers/create HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{")
    with Client(served) as client:
        client.ask("DELETE", f"/containers/{identifier}?force=1")
        client.ask("GET", "/_ping".replace("_ping", "volumes"))
    assert not engine.world.containers
    assert engine.streams() == []


def test_a_client_that_reads_nothing_holds_nobody_up(served: Served) -> None:
    identifier = create(served, Cmd=["sh", "-c", "yes | head -c 3000000; sleep 1000"])
    with Client(served) as slow:
        slow.send(f"GET /containers/{identifier}/logs?follow=1&stdout=1 HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        with Client(served) as client:
            for _ in range(5):
                client.ask("GET", "/containers/json")
        size = 0
        while size < 3_000_000:
            size += len(slow.socket.recv(1 << 20))


def test_what_a_process_does_not_read_is_not_taken_from_the_client_either(served: Served, engine: Engine) -> None:
    engine.mode = TimeMode.WALL
    identifier = create(served, Cmd=["sleep", "1000"])
    with Client(served) as client:
        client.send(
            f"POST /containers/{identifier}/attach?stream=1&stdin=1 HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n".encode()
        )
        client.until(b"\r\n\r\n")
        client.socket.settimeout(1)
        sent = 0
        with pytest.raises(TimeoutError):
            while sent < 64 << 20:
                sent += client.socket.send(bytes(1 << 20))
        assert sent < 16 << 20


def test_a_refused_websocket_gets_no_frames(served: Served) -> None:
    key = base64.b64encode(b"0123456789abcdef").decode()
    handshake = (
        "GET /containers/nosuch/attach/ws?stream=1 HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n"
    ).encode()
    closing = b"\x88\x82\x00\x00\x00\x00\x03\xe8"
    with Client(served) as client:
        client.send(handshake + closing)
        answer = client.rest()
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 404 ")
    assert body == b'{"message":"No such container: nosuch"}\n'


def test_what_a_websocket_says_by_itself_follows_its_head(served: Served) -> None:
    identifier = create(served, Cmd=ECHO)
    key = base64.b64encode(b"0123456789abcdef").decode()
    handshake = (
        f"GET /containers/{identifier}/attach/ws?stream=1 HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n"
    ).encode()
    with Client(served) as client:
        client.send(handshake + b"\x88\x82\x00\x00\x00\x00\x03\xe8")
        answer = client.until(b"\x88\x02\x03\xe8")
    assert answer.startswith(b"HTTP/1.1 101 ")


def test_frames_of_a_websocket_that_are_none_end_it(served: Served) -> None:
    identifier = create(served, Cmd=ECHO)
    key = base64.b64encode(bytes(16)).decode()
    with Client(served) as client:
        client.send(
            f"GET /containers/{identifier}/attach/ws?stream=1&stdin=1 HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n".encode()
        )
        client.until(b"\r\n\r\n")
        client.send(struct.pack(">BB", 0xFF, 0x01) + b"not masked")
        client.socket.settimeout(300)
        with Client(served) as other:
            other.ask("DELETE", f"/containers/{identifier}?force=1")
        client.rest()


def test_over_tcp_the_head_of_a_stream_is_first_for_a_client_that_takes_its_time(engine: Engine) -> None:
    """Where the server cannot see what the client has read, it waits as long as a real daemon takes to start a process."""
    with serve_in_thread(engine, Listening(tcp=("127.0.0.1", 0))) as served:
        assert served.tcp is not None
        connection = http.client.HTTPConnection(*served.tcp, timeout=300)
        connection.request("POST", "/images/create?fromImage=alpine&tag=latest")
        connection.getresponse().read()
        body = json.dumps({"Image": "alpine", "Cmd": ["echo", "hello"]})
        connection.request("POST", "/containers/create", body, {"Content-Type": "application/json"})
        identifier = json.load(connection.getresponse())["Id"]
        connection.request("POST", f"/containers/{identifier}/start")
        connection.getresponse().read()
        connection.close()
        with socket.create_connection(served.tcp, timeout=300) as client:
            client.sendall(f"POST /containers/{identifier}/attach?logs=1&stdout=1 HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            time.sleep(0.005)
            assert client.recv(65536).endswith(b"\r\n\r\n")
            assert client.recv(65536) == b"\1\0\0\0\0\0\0\6hello\n"


@pytest.mark.parametrize(
    "beginning",
    [
        b"GET /_ping HT",
        b"POST /containers/create HTTP/1.1\r\nHost: docker\r\nContent-Le",
        b"POST /containers/create HTTP/1.1\r\nHost: docker\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{",
        b"POST /build HTTP/1.1\r\nHost: docker\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
    ],
)
def test_a_request_that_stops_in_its_middle_is_given_up(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, beginning: bytes
) -> None:
    monkeypatch.setattr(server, "SWEEP_SECONDS", 0.02)
    monkeypatch.setattr(connections, "REQUEST_PATIENCE_SECONDS", 0.1)
    with (
        serve_in_thread(engine, Listening(socket_path=str(tmp_path / "docker.sock"))) as served,
        Client(served) as quiet,
        Client(served) as stopped,
    ):
        quiet.ask("GET", "/version")
        stopped.send(beginning)
        assert stopped.rest() == b""
        quiet.ask("GET", "/version")  # who has asked for nothing may stay as long as it likes


def test_one_who_waits_for_an_answer_is_not_given_up(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "SWEEP_SECONDS", 0.02)
    monkeypatch.setattr(connections, "REQUEST_PATIENCE_SECONDS", 0.05)
    with (
        serve_in_thread(engine, Listening(socket_path=str(tmp_path / "docker.sock"))) as served,
        Client(served) as waiting,
    ):
        waiting.send(b"GET /events HTTP/1.1\r\nHost: docker\r\n\r\n")
        waiting.until(b"\r\n\r\n")
        time.sleep(0.2)
        with Client(served) as other:
            other.ask("POST", "/volumes/create", {"Name": "seen"})
        waiting.until(b"seen")
