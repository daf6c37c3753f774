"""A double behind a socket, with the variables of this process leading there."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator

from fakedocker.engine.engine import Engine
from fakedocker.engine.inflight import TimeMode
from fakedocker.serving import HAS_UNIX_SOCKETS, Listening, Served, serve_in_thread
from fakedocker.testing import guarding

_MISLEADING = (
    "DOCKER_CONTEXT", "DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH", "DOCKER_TLS", "DOCKER_API_VERSION", "TC_HOST",
    "TESTCONTAINERS_HOST_OVERRIDE", "TESTCONTAINERS_DOCKER_SOCKET_OVERRIDE",
)  # fmt: skip
"""Variables that would lead clients elsewhere, or make them speak otherwise."""


@contextlib.contextmanager
def served(engine: Engine, mode: TimeMode, publish: bool, tcp: bool) -> Iterator[Served]:
    """See `FakeDocker.served`."""
    before = engine.mode
    variables = {"TESTCONTAINERS_CONNECTION_MODE": "docker_host"} if publish else {}
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="fakedocker-config-"))
        engine.mode = mode
        stack.callback(setattr, engine, "mode", before)
        path = ""
        if tcp and HAS_UNIX_SOCKETS:  # else it is there alone
            path = os.path.join(stack.enter_context(tempfile.TemporaryDirectory(prefix="fakedocker-")), "docker.sock")
        listening = Listening(
            socket_path=path,
            tcp=("127.0.0.1", 0) if tcp else None,
            publish=publish,
        )
        served = stack.enter_context(serve_in_thread(engine, listening))
        stack.enter_context(guarding.ours(served.docker_host))
        if served.tcp is not None:
            stack.enter_context(guarding.ours(f"tcp://{served.tcp[0]}:{served.tcp[1]}"))
        stack.enter_context(_environment({**served.environment, **variables, "DOCKER_CONFIG": folder}))
        yield served


@contextlib.contextmanager
def _environment(variables: dict[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in (*variables, *_MISLEADING)}
    for name in _MISLEADING:
        os.environ.pop(name, None)
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
