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

from fakedocker.assembly import create_engine
from fakedocker.engine.engine import Engine
from fakedocker.engine.inflight import TimeMode
from fakedocker.engine.waiting import WaitCannotEnd, WaitTooLong
from fakedocker.wire.endpoints import OVER_HTTP
from fakedocker.wire.http import Request
from fakedocker.world.check import check
from fakedocker.world.world import World

EXAMPLES = int(os.environ.get("FAKEDOCKER_EXAMPLES", "24")) * 10
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
    ("POST", "/containers/{id*}/restart"), ("GET", "/containers/json"), ("DELETE", "/containers/{id*}"),
}  # fmt: skip
"""Where the daemon says 500 of what a client did: broken archives, registries that cannot be reached, ps's and runc's errors, no upgrade,
numbers that are none, a container's own name as a link's."""

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
    route = draw(st.sampled_from(OVER_HTTP))
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


_CONTAINER = {
    "Image": "alpine", "Command": ["sleep", "9"], "Env": ["A={{.Service.Name}}"], "Mounts": [{"Type": "volume", "Source": "v", "Target": "/v", "VolumeOptions": {"Labels": {"a": "b"}}}],
    "Healthcheck": {"Test": ["CMD", "true"], "Interval": 10**9}, "DNSConfig": {"Nameservers": ["1.1.1.1"]}, "StopGracePeriod": 10**9, "Hosts": ["1.2.3.4 x"],
    "Privileges": {"NoNewPrivileges": True}, "Ulimits": [{"Name": "nofile", "Soft": 5, "Hard": 9}], "Secrets": [{"SecretID": "x", "SecretName": "y", "File": {"Name": "f", "Mode": 292}}],
    "Configs": [{"ConfigID": "x", "ConfigName": "y", "Runtime": {}}], "Sysctls": {"net.core.somaxconn": "1"}, "CapabilityAdd": ["NET_ADMIN"],
}  # fmt: skip
_SERVICE = {
    "Name": "other", "Labels": {"a": "b"}, "Mode": {"Replicated": {"Replicas": 2}}, "UpdateConfig": {"Parallelism": 1, "Delay": 5, "MaxFailureRatio": 0.5},
    "EndpointSpec": {"Mode": "vip", "Ports": [{"TargetPort": 80, "PublishedPort": 8080, "Protocol": "tcp"}]}, "Networks": [{"Target": "over", "Aliases": ["x"]}],
    "TaskTemplate": {
        "ContainerSpec": _CONTAINER, "RestartPolicy": {"Condition": "any", "Delay": 10**9, "MaxAttempts": 1, "Window": 5}, "LogDriver": {"Name": "json-file", "Options": {"a": "b"}},
        "Placement": {"Constraints": ["node.role==manager"], "Platforms": [{"OS": "linux"}], "Preferences": [{"Spread": {"SpreadDescriptor": "x"}}]},
        "Resources": {"Limits": {"NanoCPUs": 10**9}, "Reservations": {"MemoryBytes": 10**8, "GenericResources": [{"NamedResourceSpec": {"Kind": "a", "Value": "b"}}]}},
    },
}  # fmt: skip
_SPEC = {
    "Name": "default",
    "Orchestration": {"TaskHistoryRetentionLimit": 2},
    "Raft": {"SnapshotInterval": 3},
    "CAConfig": {"ForceRotate": 1, "ExternalCAs": [{"Protocol": "cfssl"}]},
}
SWARM_BODIES: dict[str, Any] = {
    "/services/create": _SERVICE, "/services/{id}/update": {**_SERVICE, "Name": "front"}, "/swarm/update": _SPEC, "/swarm/unlock": {"UnlockKey": "SWMKEY-1-x"},
    "/swarm/init": {"ListenAddr": "0.0.0.0:2377", "AdvertiseAddr": "eth0", "DataPathAddr": "eth0", "DefaultAddrPool": ["10.0.0.0/8"], "SubnetSize": 24, "Spec": _SPEC},
    "/swarm/join": {"ListenAddr": "0.0.0.0:2377", "RemoteAddrs": ["192.168.65.9"], "JoinToken": "SWMTKN-1-x-y"},
    "/nodes/{id}/update": {"Role": "manager", "Availability": "active", "Labels": {"a": "b"}}, "/networks/create": {"Name": "third", "Driver": "overlay", "IPAM": {"Config": [{"Subnet": "10.8.0.0/16"}]}},
    **{f"/{kind}/create": {"Name": "other", "Data": "eA==", "Templating": {"Name": "golang"}} for kind in ("secrets", "configs")},
    **{f"/{kind}/{{id}}/update": {"Name": "one", "Labels": {"a": "b"}} for kind in ("secrets", "configs")},
}  # fmt: skip
"""Bodies that are nearly right: one place in them is replaced."""
SWARM_NAMES = ("front", "docker-host", "one", "over", "nosuch", "", "é")
SWARM_ROUTES = [
    route
    for route in OVER_HTTP
    if route.path.split("/")[1] in ("swarm", "nodes", "services", "tasks", "secrets", "configs", "networks")
]


@functools.cache
def in_a_swarm() -> World:
    """A world in a swarm that has a service, a secret, a config and a network."""
    engine = create_engine(world=furnished(), mode=TimeMode.FAST)
    for target, body in (
        ("/swarm/init", {"ListenAddr": "0.0.0.0:2377"}),
        ("/networks/create", {"Name": "over", "Driver": "overlay"}),
        ("/secrets/create", {"Name": "one", "Data": "eA=="}),
        ("/configs/create", {"Name": "one", "Data": "eA=="}),
        (
            "/services/create",
            {
                **_SERVICE,
                "Name": "front",
                "TaskTemplate": {"ContainerSpec": {"Image": "alpine", "Command": ["sleep", "99"]}},
            },
        ),
    ):
        engine.perform(Request(method="POST", target=target, headers=JSON, body=json.dumps(body).encode()))
    engine.advance(engine.now_ns + 10**9)
    return engine.world


@st.composite
def nearly_right(draw: st.DrawFn, body: Any) -> Any:
    """A body with something else in one place."""
    if isinstance(body, dict) and body and draw(st.integers(0, 9)):
        key = draw(st.sampled_from(sorted(body)))
        return {**body, key: draw(nearly_right(body[key]))}
    if isinstance(body, list) and body and draw(st.integers(0, 9)):
        return [draw(nearly_right(body[0])), *body[1:]]
    return draw(st.one_of(values, st.just(body)))


@st.composite
def swarm_requests(draw: st.DrawFn) -> Request:
    route = draw(st.sampled_from(SWARM_ROUTES))
    path = re.sub(r"\{\w+\*?\}", lambda _: draw(st.sampled_from(SWARM_NAMES)), route.path)
    version = draw(st.sampled_from([str(number) for number in range(9, 40)]))
    query = {"version": version, **draw(queries)}
    body = json.dumps(draw(nearly_right(SWARM_BODIES[route.path]))).encode() if route.path in SWARM_BODIES else b""
    target = draw(st.sampled_from(["", "/v1.24", "/v1.41"])) + path + "?" + urlencode(query)
    return Request(method=route.method, target=target, headers=JSON if body else {}, body=body)


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.lists(swarm_requests(), min_size=1, max_size=3), st.booleans())
def test_any_request_about_a_swarm_gets_an_answer(asked: list[Request], begun: bool) -> None:
    engine = create_engine(mode=TimeMode.FAST, world=in_a_swarm() if begun else furnished())
    engine.journaling = False
    for request in asked:
        before = engine.world
        exchange = end(engine, request)
        assert not engine.draft.faults, engine.draft.faults[0]
        if exchange.reply is not None and exchange.reply.status == 400:
            assert engine.world.services is before.services
    engine.advance(engine.now_ns + 10**10)
    assert not engine.draft.faults, engine.draft.faults[0]
    check(engine.world)
