"""Whatever a client sends, it is answered or refused: never by an error of ours, and never at the price of much work or memory."""

from __future__ import annotations

import functools
import gzip
import io
import json
import random
import struct
import tarfile
import tracemalloc

import pytest

from fakedocker.assembly import create_engine
from fakedocker.engine.engine import Engine
from fakedocker.wire.endpoints import OVER_HTTP
from fakedocker.wire.http import Request, make_target

DEEP = 3_000
NUMBERS = (
    "9" * 5_000,
    "-1",
    "-" + "9" * 30,
    "1e400",
    "nan",
    "inf",
    "0x10",
    "1_0",
    "٣",
    "²",
    "+5",
    "",
    " 1",
    "1.5",
    "99999999999",
)
NESTED = ("[" * DEEP, '{"a":' * DEEP, "[" * DEEP + "]" * DEEP, '{"a":' * DEEP + "1" + "}" * DEEP)
TEXTS = (
    "\0",
    "../../..",
    "a" * 70_000,
    "\ud800".encode("utf-8", "surrogatepass").decode("latin-1"),
    "%",
    "{{",
    "a,b=c",
    "💥",
    "a:b:c:d",
    "@",
    "/",
    "(" * 500,
)
FILTERS = tuple(
    json.dumps({name: {value: True}})
    for name in (
        "before",
        "since",
        "until",
        "label",
        "name",
        "id",
        "status",
        "ancestor",
        "exited",
        "health",
        "type",
        "dangling",
        "stars",
        "reference",
        "publish",
    )
    for value in ("9" * 5_000, "-1", "nan", "a[", "(a+)+$", "\0", "[[:x:]]", "0/tcp", "99999999999999999999999-2")
)
QUERIES = (
    "abbrev all author buildargs cachefrom changes comment condition container copyUIDGID cpuperiod cpuquota cpusetcpus cpushares dangling"
    " details detachKeys digests dockerfile extrahosts filters follow force forcerm from fromImage fromSrc h id keep-storage labels"
    " limit link logs memory memswap message name names networkmode noOverwriteDirStrict noprune nocache one-shot outputs path pause"
    " platform ps_args pull q quiet remote repo reserved-space rm rollback session shmsize signal since size squash stderr stdin"
    " stdout stream t tag tail target term timestamps type ulimits unlockKey until v verbose version w"
).split()
BODIES = (
    *(text.encode() for text in NESTED),
    b'{"Image": "alpine", "Cmd": "x", "HostConfig": {"Memory": 1e400}}',
    b'{"Image": "alpine", "HostConfig": {"Memory": %s}}' % (b"9" * 5_000),
    b'{"Image": "alpine", "HostConfig": {"NanoCpus": -9223372036854775808, "ShmSize": -1, "PidsLimit": 9223372036854775807}}',
    b'{"Image": "alpine", "HostConfig": {"PortBindings": {"99999999999999999999/tcp": [{"HostPort": "1-%s"}]}}}' % (b"9" * 5_000),
    b'{"Image": "alpine", "ExposedPorts": {"1-65535/tcp": {}, "x/y/z": {}}}',
    b'{"Image": "alpine", "User": "%s:%s"}' % (b"9" * 5_000, b"9" * 5_000),
    b'{"Image": "alpine", "Healthcheck": {"Interval": -1, "Retries": 99999999999, "Test": ["CMD"]}}',
    b'{"Image": "alpine", "StopTimeout": -99999999999, "StopSignal": "%s"}' % (b"9" * 5_000),
    b'{"Image": "alpine", "HostConfig": {"Tmpfs": {"/x": "size=%sg,mode=9"}, "Ulimits": [{"Name": "x", "Soft": -5}]}}' % (b"9" * 5_000),
    b'{"Image": "alpine", "HostConfig": {"Binds": ["a:b:c:d", ":", "/:/", "\\u0000:/x"], "Sysctls": {"": ""}}}',
    b'{"Name": "x", "IPAM": {"Config": [{"Subnet": "0.0.0.0/0"}, {"Subnet": "::/0"}, {"Subnet": "1.2.3.4/99"}]}}',
    b'{"Name": "x", "Driver": "overlay", "IPAM": {"Config": [{"Subnet": "10.0.0.0/8", "IPRange": "x", "Gateway": "y"}]}}',
    b'{"Name": "x", "DriverOpts": {"size": "%s"}, "Labels": {"": ""}}' % (b"9" * 5_000),
    b'{"Height": -1, "Width": 99999999999999999999, "Detach": "yes", "Tty": {}}',
    b'{"Cmd": ["sh", "-c", "true"], "Env": ["=", "\\u0000=1"], "User": "-1", "WorkingDir": "relative"}',
    b'{"ListenAddr": "%s:%s", "AdvertiseAddr": "[::", "SubnetSize": 99, "DefaultAddrPool": ["x"]}' % (b"9" * 500, b"9" * 5_000),
    b'{"Name": "s", "TaskTemplate": {"ContainerSpec": {"Image": "alpine"}}, "Mode": {"Replicated": {"Replicas": 18446744073709551616}}}',
    b'{"Name": "s", "TaskTemplate": {"ContainerSpec": {"Image": "{{.x"}, "RestartPolicy": {"Delay": -1, "Window": -1}}}',
    b"\xff\xfe\x00", b"null", b"1", b'"x"', b"[]", b"{", b"",
)  # fmt: skip


def tar(name: str = "x", content: bytes = b"", pax: dict[str, str] | None = None, size: int | None = None) -> bytes:
    """An archive of one file, whose header may say what is not so."""
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as archive:
        entry = tarfile.TarInfo(name)
        entry.size = len(content)
        entry.pax_headers = pax or {}
        archive.addfile(entry, io.BytesIO(content))
    data = bytearray(file.getvalue())
    if size is not None:
        data[124:136] = struct.pack(">B3xq", 0xFF if size < 0 else 0x80, size)
        data[148:156] = b" " * 8
        data[148:156] = b"%06o\0 " % sum(data[:512])
    return bytes(data)


ARCHIVES = {
    **{f"{key} {value}": tar(pax={key: value}) for key in ("mtime", "size", "uid", "gid", "atime") for value in ("inf", "nan", "-inf", "-5", "1e400", "9" * 5_000, "x", "-1e300")},
    "sparse map": tar(pax={"GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.size": "9" * 20}),
    "sparse size": tar(pax={"GNU.sparse.map": "0,99999999999999,5,-7", "GNU.sparse.size": "99999999999999"}),
    "negative size": tar(size=-5),
    "large size": tar(size=1 << 60),
    "deep": tar("/".join(["a"] * 30_000)),
    "long": tar("a" * 70_000),
    "outside": tar("../../../etc/passwd", b"x"),
    "dockerfile": tar("Dockerfile", b"FROM alpine\nRUN echo " + b"${a:-" * DEEP + b"}" * DEEP + b"\nRUN " + b"(" * DEEP),
    "many variables": tar("Dockerfile", b"FROM alpine\nENV a=" + b"x" * 1000 + b"\n" + b"ENV a=$a$a$a$a$a$a$a$a$a$a\n" * 30),
    "manifest": tar("manifest.json", b"[" * DEEP),
    "manifest types": tar("manifest.json", b'[{"Config": 5, "Layers": {}}]'),
    "nothing": b"",
    "zeros": bytes(10_240),
    "noise": random.Random(1).randbytes(5_000),
}  # fmt: skip
BOMB = gzip.compress(bytes(64 << 20), 9, mtime=0) * 16
"""A gibibyte of zeros."""
MEMORY_BYTES = 300 << 20
"""What the answer to one small request may take at most."""


def make_engine() -> Engine:
    engine = create_engine(seed=5)
    for method, target, body in (
        ("POST", "/images/create?fromImage=alpine&tag=latest", b""),
        ("POST", "/swarm/init", b'{"ListenAddr": "0.0.0.0:2377", "AdvertiseAddr": "192.168.65.3"}'),
        ("POST", "/containers/create?name=box", b'{"Image": "alpine", "Cmd": ["sleep", "100000"]}'),
        ("POST", "/containers/box/start", b""),
        ("POST", "/containers/box/exec", b'{"Cmd": ["true"]}'),
        ("POST", "/volumes/create", b'{"Name": "data"}'),
        (
            "POST",
            "/services/create",
            b'{"Name": "web", "TaskTemplate": {"ContainerSpec": {"Image": "alpine", "Command": ["sleep", "99"]}}}',
        ),
    ):
        ask(engine, method, target, body)
    return engine


@functools.cache
def shared_engine() -> Engine:
    return make_engine()


def ask(engine: Engine, method: str, target: str, body: bytes = b"", media_type: str = "application/json") -> int:
    """Ask, and give the status. An error of ours fails the test; a stream is left after a while."""
    headers = {"content-type": media_type} if body else {}
    exchange = engine.submit(Request(method=method, target=target, headers=headers, body=body))
    before = engine.draft.kernel.work
    for _ in range(25):
        if not engine.turn() and not exchange.ended:
            engine.jump()
        if exchange.ended or engine.draft.kernel.work - before > 300_000:
            break
    engine.disconnect(exchange)
    engine.turn()
    assert not engine.draft.faults, f"{method} {target[:200]} {body[:200]!r}\n{engine.draft.faults[0][-3000:]}"
    said = exchange.reply.body or b"" if exchange.reply is not None else b""
    assert b"fakedocker failed" not in said, (method, target[:200], body[:200], said[:500])
    return exchange.reply.status if exchange.reply is not None else 0


def path_of(path: str, value: str) -> str:
    for part in ("{id*}", "{id}", "{name*}", "{name}"):
        path = path.replace(part, value)
    return path


@pytest.mark.parametrize("route", OVER_HTTP, ids=lambda route: f"{route.method} {route.path}")
def test_no_route_fails(route: object) -> None:
    engine = shared_engine()
    snapshot = engine.snapshot()
    method, path = route.method, route.path  # type: ignore[attr-defined]  # a Route
    known = next((each for part, each in (("containers", "box"), ("images", "alpine"), ("volumes", "data"), ("services", "web"), ("distribution", "alpine")) if part in path), "x")  # fmt: skip
    if path.startswith("/exec"):
        known = next(iter(engine.world.execs))
    names = (known, "9" * 5_000, "a" * 70_000, "%00", "%ff", "x")
    chance = random.Random(path + method)
    for name in names:
        ask(engine, method, path_of(path, name))
        engine.restore(snapshot)
    target = path_of(path, known)
    for query in ("filters", *chance.sample(QUERIES, 20)):
        values = FILTERS + NESTED if query == "filters" else chance.sample(NUMBERS + TEXTS + NESTED, 4)
        for value in values:
            ask(engine, method, make_target(target, {query: value, "stdout": "1", "path": "/"} | {query: value}))
        engine.restore(snapshot)
    for body in BODIES:
        ask(engine, method, target + "?name=other", body)
        engine.restore(snapshot)


@pytest.mark.parametrize(
    "target",
    [
        "/build?t=x",
        "/build?t=x&version=2",
        "/images/load",
        "/images/create?fromSrc=-&repo=x",
        "/containers/box/archive?path=/tmp",
    ],
)
def test_no_archive_fails(target: str) -> None:
    engine = shared_engine()
    snapshot = engine.snapshot()
    method = "PUT" if "archive" in target else "POST"
    for archive in ARCHIVES.values():
        for data in (archive, gzip.compress(archive, mtime=0), gzip.compress(archive, mtime=0)[:-9]):
            ask(engine, method, target, data, "application/x-tar")
            engine.restore(snapshot)


@pytest.mark.parametrize(
    "target", ["/build?t=x", "/images/load", "/images/create?fromSrc=-&repo=x", "/containers/box/archive?path=/tmp"]
)
def test_a_little_that_unpacks_to_much_takes_little(target: str) -> None:
    engine = shared_engine()
    snapshot = engine.snapshot()
    tracemalloc.start()
    try:
        ask(engine, "PUT" if "archive" in target else "POST", target, BOMB, "application/x-tar")
        assert tracemalloc.get_traced_memory()[1] < MEMORY_BYTES
    finally:
        tracemalloc.stop()
    engine.restore(snapshot)


@pytest.mark.parametrize("version", ["9" * 5_000 + ".1", "1." + "9" * 5_000, "1", "٣.١", "1.2.3", "-1.50", "1.50x"])
def test_no_version_fails(version: str) -> None:
    assert ask(shared_engine(), "GET", f"/v{version}/info") in (400, 404)
