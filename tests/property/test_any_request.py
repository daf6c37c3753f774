"""Any request at all, against a world in which much exists: an answer that a daemon can give, a sound world, no error of ours.

The number of examples is bounded for CI; `make property` runs as long as one likes (FAKEDOCKER_EXAMPLES).
"""

from __future__ import annotations

import functools
import json
import os
import re
from typing import Any
from urllib.parse import urlencode

from hypothesis import given, settings, strategies as st

from fakedocker.api.routes import ROUTES
from fakedocker.assembly import create_engine
from fakedocker.engine import Engine, WaitCannotEnd, WaitTooLong
from fakedocker.exchanges import TimeMode
from fakedocker.wire.http import Request
from fakedocker.world.check import check
from fakedocker.world.world import World

EXAMPLES = int(os.environ.get("FAKEDOCKER_EXAMPLES", "60")) * 10
JSON = {"content-type": "application/json"}
NAMES = (
    "web",
    "job",
    "alpine",
    "nginx:latest",
    "net",
    "data",
    "bridge",
    "host",
    "none",
    "nosuch",
    "",
    "sha256:0",
    "/",
    "..",
    "a/b/c",
    "é",
    "%00",
)
WORDS = (
    *NAMES,
    "0",
    "1",
    "-1",
    "true",
    "false",
    "9" * 30,
    "1h",
    "2026-01-05T09:00:00Z",
    "x" * 300,
    "\x00",
    "{}",
    "[]",
    "KILL",
    "removed",
    "ps -ef",
)
QUERY = ("all", "limit", "size", "filters", "name", "signal", "t", "force", "v", "link", "stdout", "stderr", "tail", "since", "until", "timestamps",
         "follow", "stream", "one-shot", "condition", "path", "noOverwriteDirNonDir", "copyUIDGID", "repo", "tag", "comment", "changes", "pause",
         "fromImage", "fromSrc", "platform", "names", "quiet", "term", "type", "digests", "noprune", "h", "w", "stdin", "logs", "detachKeys", "ps_args",
         "container", "dockerfile", "buildargs", "nocache", "version", "remote", "keep-storage", "verbose", "scope")  # fmt: skip
FILTERS = ("name", "id", "label", "status", "ancestor", "before", "since", "volume", "network", "health", "exited", "publish", "dangling", "reference",
           "until", "driver", "type", "scope", "event", "container", "image", "nosuch")  # fmt: skip
FIELDS = ("Image", "Cmd", "Entrypoint", "Env", "Labels", "ExposedPorts", "Volumes", "WorkingDir", "User", "Hostname", "Tty", "OpenStdin", "HostConfig",
          "NetworkingConfig", "Healthcheck", "StopSignal", "StopTimeout", "Memory", "Binds", "PortBindings", "RestartPolicy", "Mounts", "NetworkMode",
          "Tmpfs", "Ulimits", "LogConfig", "ExtraHosts", "Name", "Driver", "DriverOpts", "IPAM", "Container", "EndpointConfig", "Options", "Internal",
          "AttachStdout", "Detach", "Privileged", "MaximumRetryCount", "Test", "Interval", "Type", "Source", "Target", "Config", "Subnet", "Gateway",
          "EndpointsConfig", "IPAMConfig", "IPv4Address", "Aliases", "username", "password", "serveraddress")  # fmt: skip
LIKE_THE_REAL_ENGINE = {
    ("POST", "/auth"), ("POST", "/build"), ("POST", "/images/create"), ("POST", "/images/load"), ("PUT", "/containers/{id*}/archive"),
    ("POST", "/images/{name*}/push"), ("POST", "/containers/{id*}/unpause"), ("GET", "/containers/{id*}/top"), ("POST", "/containers/{id*}/start"),
    ("POST", "/containers/create"), ("POST", "/commit"), ("POST", "/grpc"), ("POST", "/containers/{id*}/stop"),
    ("POST", "/containers/{id*}/restart"), ("GET", "/containers/json"),
}  # fmt: skip
"""Where the daemon says 500 of what a client did: broken archives, registries that cannot be reached, ps's and runc's errors, no upgrade,
numbers that are none."""

scalars = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**70), 2**70), st.floats(allow_nan=False, allow_infinity=False), st.sampled_from(WORDS), st.text(max_size=5)
)  # fmt: skip
values = st.recursive(
    scalars, lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(FIELDS + WORDS), inner, max_size=4)), max_leaves=12
)  # fmt: skip
messages = st.dictionaries(st.sampled_from(FIELDS), values, max_size=5).map(lambda found: {"Image": "alpine", **found})
bodies = st.one_of(
    st.just(b""), messages.map(lambda found: json.dumps(found).encode()), values.map(lambda found: json.dumps(found).encode()), st.binary(max_size=200)
)  # fmt: skip
filters = st.dictionaries(st.sampled_from(FILTERS), st.lists(st.sampled_from(WORDS), max_size=2), max_size=2).map(
    json.dumps
)
queries = st.dictionaries(st.sampled_from(QUERY), st.one_of(st.sampled_from(WORDS), filters), max_size=4)


@functools.cache
def furnished() -> World:
    """A world with containers that run and have run, a network, a volume."""
    engine = create_engine(4, mode=TimeMode.FAST)
    for method, target, body in (
        ("POST", "/images/create?fromImage=alpine&tag=latest", None),
        ("POST", "/images/create?fromImage=nginx&tag=latest", None),
        ("POST", "/networks/create", {"Name": "net"}),
        (
            "POST",
            "/containers/create?name=web",
            {"Image": "nginx", "HostConfig": {"Binds": ["data:/data"], "NetworkMode": "net"}},
        ),
        ("POST", "/containers/web/start", None),
        ("POST", "/containers/create?name=job", {"Image": "alpine", "Cmd": ["false"]}),
        ("POST", "/containers/job/start", None),
    ):
        engine.perform(
            Request(method=method, target=target, headers=JSON, body=b"" if body is None else json.dumps(body).encode())
        )
    return engine.world


@st.composite
def requests(draw: st.DrawFn) -> tuple[tuple[str, str], Request]:
    """A request of some route, and which."""
    route = draw(st.sampled_from(ROUTES))
    path = re.sub(r"\{\w+\*?\}", lambda _: draw(st.sampled_from(NAMES)), route.path)
    headers = draw(
        st.sampled_from([JSON, {}, {"content-type": "text/plain"}, {**JSON, "connection": "Upgrade", "upgrade": "tcp"}])
    )
    query = draw(queries)
    target = draw(st.sampled_from(["", "/v1.24", "/v1.50"])) + path + ("?" + urlencode(query) if query else "")
    return (route.method, route.path), Request(method=route.method, target=target, headers=headers, body=draw(bodies))


def end(engine: Engine, request: Request) -> Any:
    """The exchange of a request, once it has ended, or once nothing but its client can end it."""
    exchange = engine.submit(request)
    try:
        engine.drive(lambda: exchange.ended, horizon_ns=10**11, jumps_allowed=2_000)
    except (WaitCannotEnd, WaitTooLong):
        engine.disconnect(exchange)
        while engine.turn():
            continue
    return exchange


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.lists(requests(), min_size=1, max_size=3))
def test_any_request_gets_an_answer(asked: list[tuple[tuple[str, str], Request]]) -> None:
    engine = create_engine(mode=TimeMode.FAST, world=furnished())
    engine.journaling = False
    for route, request in asked:
        before = engine.world
        exchange = end(engine, request)
        assert not engine.draft.faults, engine.draft.faults[0]
        if exchange.reply is not None and exchange.reply.status >= 500 and exchange.reply.status not in (501, 503):
            assert route in LIKE_THE_REAL_ENGINE, (request, exchange.reply)
        if exchange.reply is not None and exchange.reply.status == 400:
            assert engine.world.containers is before.containers or route[1].endswith("/start")
    check(engine.world)
