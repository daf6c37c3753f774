"""PostgreSQL's own protocol, as far as simple queries go: enough for psycopg2, psql and whatever is built on them.

Version 3.0: start-up, a password in clear text where one is asked for, simple queries, errors with their codes. TLS is
declined; the extended protocol (prepared statements) is refused with an error. Source: PostgreSQL documentation,
chapter "Frontend/Backend Protocol". It must not know SQL.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Any, Final

from fakedocker.kernel.program import System
from fakedocker.userland.inputs import State, text_of
from fakedocker.userland.services.connections import Connection
from fakedocker.userland.services.psql_output import tag_of
from fakedocker.userland.services.sql_service import Answer, Dialect, answer_question, enter

_STARTUP: Final = 196608
_DECLINED: Final = (80877103, 80877104)
"""Requests for TLS and for GSS encryption."""
_LARGEST_BYTES: Final = 16 << 20
TYPES: Final = {
    "bool": 16, "bytea": 17, "name": 19, "int8": 20, "int2": 21, "int4": 23, "text": 25, "json": 114, "float4": 700, "float8": 701,
    "bpchar": 1042, "varchar": 1043, "date": 1082, "time": 1083, "timestamp": 1114, "timestamptz": 1184, "interval": 1186,
    "numeric": 1700, "uuid": 2950, "jsonb": 3802, "void": 2278, "int4[]": 1007, "text[]": 1009, "int8[]": 1016, "varchar[]": 1015,
}  # fmt: skip
SIZES: Final = {"bool": 1, "int2": 2, "int4": 4, "int8": 8, "float4": 4, "float8": 8, "date": 4, "time": 8, "timestamp": 8, "timestamptz": 8, "uuid": 16}  # fmt: skip
_TEXT: Final = 25
_EXTENDED: Final = b"PBDECFd"


def is_spoken(connection: Connection) -> bool:
    """Whether a connection speaks this protocol: its first message has no kind, but a length of four bytes."""
    return "phase" in connection["memory"] or connection["received"][:1] == b"\0"


def receive(
    system: System, state: State, descriptor: int, connection: Connection, dialect: Dialect, facts: dict[str, str]
) -> bool:
    """Answer the messages that have come; False where the connection is to be closed."""
    memory = connection["memory"]
    memory.setdefault("phase", "start")
    while (message := _next(connection)) is not None:
        kind, body = message
        if memory["phase"] == "start":
            goes_on = _start(system, state, descriptor, connection, dialect, facts, body)
        elif memory["phase"] == "password":
            goes_on = kind == b"p" and _enter(
                system, state, descriptor, connection, dialect, facts, text_of(body.rstrip(b"\0"))
            )
        else:
            goes_on = _command(system, state, descriptor, connection, dialect, facts, kind, body)
        if not goes_on:
            return False
    return len(connection["received"]) <= _LARGEST_BYTES


def _next(connection: Connection) -> tuple[bytes, bytes] | None:
    """The kind and body of the next message that is whole, taken off the connection."""
    head = 0 if connection["memory"]["phase"] == "start" else 1
    data: bytes = connection["received"]
    if len(data) < head + 4:
        return None
    length = struct.unpack_from("!I", data, head)[0]
    if len(data) < head + max(length, 4):
        return None
    connection["received"] = data[head + length :]
    return data[:head], data[head + 4 : head + length]


def _message(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack("!I", len(body) + 4) + body


def _start(
    system: System,
    state: State,
    descriptor: int,
    connection: Connection,
    dialect: Dialect,
    facts: dict[str, str],
    body: bytes,
) -> bool:
    code = struct.unpack_from("!I", body)[0] if len(body) >= 4 else 0
    if code in _DECLINED:
        system.put(b"N", descriptor)
        return True
    if code != _STARTUP:
        return False
    words = [text_of(word) for word in body[4:].split(b"\0")]
    given = dict(zip(words[::2], words[1::2], strict=False))
    user = given.get("user", "")
    connection["memory"].update(asked_user=user, asked_database=given.get("database") or user)
    if connection["peer"][0].startswith("127.") or system.environment.get("POSTGRES_HOST_AUTH_METHOD") == "trust":
        return _enter(system, state, descriptor, connection, dialect, facts, "")
    connection["memory"]["phase"] = "password"
    system.put(_message(b"R", struct.pack("!I", 3)), descriptor)
    return True


def _enter(
    system: System,
    state: State,
    descriptor: int,
    connection: Connection,
    dialect: Dialect,
    facts: dict[str, str],
    password: str,
) -> bool:
    memory = connection["memory"]
    login = {"user": memory["asked_user"], "database": memory["asked_database"], "password": password}
    refused = dialect.login(system, state, connection, login)
    if refused is not None:
        system.put(_error(refused, "FATAL"), descriptor)
        return False
    memory.update(phase="ready")
    enter(connection, login)
    settings = {
        "server_version": facts["version"].split()[1], "server_encoding": "UTF8", "client_encoding": "UTF8", "DateStyle": "ISO, MDY",
        "TimeZone": "Etc/UTC", "integer_datetimes": "on", "standard_conforming_strings": "on", "is_superuser": "on",
    }  # fmt: skip
    told = [_message(b"R", struct.pack("!I", 0))]
    told += [_message(b"S", f"{name}\0{value}\0".encode()) for name, value in settings.items()]
    told.append(_message(b"K", struct.pack("!II", int(facts["pid"]) + connection["number"], 1)))
    system.put(b"".join(told) + _ready(memory), descriptor)
    return True


def _ready(memory: dict[str, Any]) -> bytes:
    return _message(b"Z", memory.get("status", "I").encode())


def _command(
    system: System, state: State, descriptor: int, connection: Connection, dialect: Dialect, facts: dict[str, str],
    kind: bytes, body: bytes,
) -> bool:  # fmt: skip
    memory = connection["memory"]
    if kind == b"Q":
        asked = {"sql": text_of(body.rstrip(b"\0")), "whole": True}
        answers = _query(answer_question(system, state, connection, dialect, facts, asked))
        system.put(b"".join(answers) + _ready(memory), descriptor)
        return True
    if kind == b"S":
        memory["refused"] = False
        system.put(_ready(memory), descriptor)
        return True
    if kind in _EXTENDED and not memory.get("refused"):
        memory["refused"] = True
        answer = {"error": "fakedocker simulates the simple query protocol only", "code": "0A000"}
        system.put(_error(answer, "ERROR"), descriptor)
    return kind in _EXTENDED


def _query(answer: Answer) -> Iterator[bytes]:
    """The answers to the statements of a query; the first error ends it."""
    if "unsimulated" in answer:
        yield _error({"error": f"fakedocker: {answer['unsimulated']} is not simulated", "code": "0A000"}, "ERROR")
        return
    for part in answer["answers"]:
        for level, text in part.get("notices", ()):
            yield _message(
                b"N", _fields({"S": level, "V": level, "C": "01000" if level == "WARNING" else "00000", "M": text})
            )
        if "error" in part:
            yield _error(part, "ERROR")
        elif part["tag"] in ("COPY IN", "COPY OUT"):
            yield _error({"error": "fakedocker simulates COPY with psql only", "code": "0A000"}, "ERROR")
        elif not part["tag"]:
            yield _message(b"I", b"")
        else:
            yield from _result(part)


def _result(answer: Answer) -> Iterator[bytes]:
    columns = answer["columns"]
    if columns is not None:
        fields = [
            _text(name) + struct.pack("!IhIhih", 0, 0, TYPES.get(kind, _TEXT), SIZES.get(kind, -1), -1, 0)
            for name, kind in columns
        ]
        yield _message(b"T", struct.pack("!h", len(fields)) + b"".join(fields))
        for row in answer["rows"]:
            yield _message(b"D", struct.pack("!h", len(row)) + b"".join(map(_value, row)))
    yield _message(b"C", _text(tag_of(answer)))


def _value(value: str | None) -> bytes:
    if value is None:
        return struct.pack("!i", -1)
    data = value.encode()
    return struct.pack("!i", len(data)) + data


def _text(text: str) -> bytes:
    return text.encode() + b"\0"


def _error(answer: Answer, severity: str) -> bytes:
    fields = {"S": severity, "V": severity, "C": answer.get("code", "XX000"), "M": answer["error"]}
    for key, name in (("D", "detail"), ("H", "hint"), ("W", "where")):
        if answer.get(name):
            fields[key] = answer[name]
    if answer.get("at") is not None:
        fields["P"] = str(answer["at"] + 1)
    return _message(b"E", _fields(fields))


def _fields(fields: dict[str, str]) -> bytes:
    return b"".join(key.encode() + _text(value) for key, value in fields.items()) + b"\0"
