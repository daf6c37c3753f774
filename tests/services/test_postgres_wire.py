"""PostgreSQL's protocol, message by message, from another container. A real driver is in test_testing_testcontainers."""

from __future__ import annotations

import io
import struct
import tarfile

import pytest

from fakedocker.testing import FakeDocker


def message(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack("!I", len(body) + 4) + body


STARTUP = message(b"", struct.pack("!I", 196608) + b"user\0app\0database\0shop\0\0")
TLS = struct.pack("!II", 8, 80877103)


def kinds(data: bytes) -> str:
    """The kinds of the messages in some bytes."""
    found = ""
    while data:
        found += chr(data[0])
        data = data[1 + struct.unpack_from("!I", data, 1)[0] :]
    return found


@pytest.fixture(scope="module")
def server() -> FakeDocker:
    fake = FakeDocker(images=["postgres:16", "alpine"])
    fake.client.networks.create("net")
    environment = {"POSTGRES_USER": "app", "POSTGRES_PASSWORD": "secret", "POSTGRES_DB": "shop"}
    fake.client.containers.run("postgres:16", name="db", detach=True, environment=environment, network="net")
    fake.advance("10s")
    return fake


def talk(server: FakeDocker, *sent: bytes) -> bytes:
    """What the server answers to bytes that come over the network."""
    escaped = "".join(f"\\{byte:03o}" for byte in b"".join(sent))
    fake = server.fork()
    client = fake.client.containers.run(
        "alpine",
        ["sh", "-c", f"printf '{escaped}' | nc -w 2 db 5432 > /answer"],
        name="client",
        detach=True,
        network="net",
    )
    client.wait()
    stream, _ = client.get_archive("/answer")
    with tarfile.open(fileobj=io.BytesIO(b"".join(stream))) as archive:
        member = archive.extractfile("answer")
        assert member is not None
        return member.read()


PASSWORD = message(b"p", b"secret\0")


def test_tls_is_declined_and_a_password_asked_for(server: FakeDocker) -> None:
    assert talk(server, TLS, STARTUP) == b"N" + message(b"R", struct.pack("!I", 3))


def test_after_the_password_it_is_ready(server: FakeDocker) -> None:
    answer = talk(server, STARTUP, PASSWORD)
    assert kinds(answer) == "RR" + "S" * 8 + "KZ"
    assert b"server_version\x0016." in answer


def test_a_wrong_password(server: FakeDocker) -> None:
    answer = talk(server, STARTUP, message(b"p", b"guess\0"))
    assert kinds(answer) == "RE"
    assert b"C28P01\0" in answer and b'password authentication failed for user "app"' in answer


def query(text: str) -> bytes:
    return message(b"Q", text.encode() + b"\0")


def test_queries(server: FakeDocker) -> None:
    sent = query("create table t (id int, name text); insert into t values (1, 'x'), (2, null); select * from t")
    answer = talk(server, STARTUP, PASSWORD, sent).partition(message(b"Z", b"I"))[2]
    assert kinds(answer) == "CCTDDCZ"
    assert message(b"D", struct.pack("!hi", 2, 1) + b"1" + struct.pack("!i", 1) + b"x") in answer
    assert message(b"D", struct.pack("!hi", 2, 1) + b"2" + struct.pack("!i", -1)) in answer
    assert message(b"C", b"INSERT 0 2\0") in answer


def test_an_error_ends_a_query_and_a_transaction_is_told(server: FakeDocker) -> None:
    answer = talk(
        server, STARTUP, PASSWORD, query("begin"), query("select * from nowhere; select 1"), query("rollback")
    )
    answer = answer.partition(message(b"Z", b"I"))[2]
    assert kinds(answer) == "CZEZCZ"
    assert b"C42P01\0" in answer and b'relation "nowhere" does not exist' in answer
    assert [answer[place + 5 : place + 6] for place in _places(answer, b"Z\0\0\0\5")] == [b"T", b"E", b"I"]


def _places(data: bytes, part: bytes) -> list[int]:
    return [place for place in range(len(data)) if data.startswith(part, place)]


def test_prepared_statements_are_refused_in_words(server: FakeDocker) -> None:
    parse = message(b"P", b"\0select 1\0\0\0")
    answer = talk(server, STARTUP, PASSWORD, parse, message(b"S", b"")).partition(message(b"Z", b"I"))[2]
    assert kinds(answer) == "EZ"
    assert b"simulates the simple query protocol only" in answer


@pytest.mark.parametrize("data", [b"\0\0\0\x08\0\0\0\0", b"\0\0\0\0\0\0\0\0", b"\0\0\0\x04", b"\0\xff\xff\xff" * 3])
def test_what_is_no_start_ends_the_connection(server: FakeDocker, data: bytes) -> None:
    assert talk(server, data) == b""
