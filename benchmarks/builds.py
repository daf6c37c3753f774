"""Building: ten steps, cold and from the cache, by both builders in process, in the terminal, and through the real client."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks.in_process import engine_with
from benchmarks.sockets import FLOOR, running
from benchmarks.timing import best, milli, profile
from fakedocker.engine.engine import Engine
from fakedocker.wire.http import Request
from fakedocker_shell.session import Session, make_engine

DOCKERFILE = (
    "FROM alpine\nENV A=1\nWORKDIR /app\nCOPY app.txt .\nRUN echo 1 > one\nRUN echo 2 > two && cat one two\nRUN mkdir -p a/b/c\n"
    "COPY . all\nRUN find . | sort > list\nRUN rm -rf a\nLABEL k=v\nEXPOSE 80\n"
)
FILES = {"Dockerfile": DOCKERFILE, "app.txt": "hello\n"}
COLD, CACHED = "cold", "from the cache"


def context() -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for name, text in FILES.items():
            member = tarfile.TarInfo(name)
            member.size = len(text)
            tar.addfile(member, io.BytesIO(text.encode()))
    return buffer.getvalue()


def build(engine: Engine, version: int, query: str = "") -> None:
    exchange = engine.perform(Request(method="POST", target=f"/build?version={version}{query}", body=context()))
    answer = exchange.take(1 << 24)
    assert b'"error"' not in answer, answer


def terminal(engine: Engine, command: str) -> None:
    session = Session(engine, lambda fd, data: None)
    session.run_command(command)
    session.run_to_end(lambda: b"")


def measure() -> Iterator[tuple[str, str, str]]:
    for version, name in ((1, "classic"), (2, "BuildKit")):
        yield from _two(f"ten-step build, {name}, in process", lambda version=version: _in_process(version))
    yield from _two("ten-step build, BuildKit, in the terminal", _in_terminal)
    docker = shutil.which("docker")
    if docker is not None:
        yield from _real_client(docker)


def _two(
    name: str, prepare: Callable[[], tuple[Callable[[], object], Callable[[], object]]]
) -> Iterator[tuple[str, str, str]]:
    cold, cached = prepare()
    yield f"{name}, {COLD}", milli(best(cold)), ""
    cached()
    yield f"{name}, {CACHED}", milli(best(cached)), ""


def _in_process(version: int) -> tuple[Callable[[], object], Callable[[], object]]:
    engine = engine_with(0)
    return lambda: build(engine, version, "&nocache=1"), lambda: build(engine, version)


def _in_terminal() -> tuple[Callable[[], object], Callable[[], object]]:
    engine, _ = make_engine(profile=profile())
    written = " && ".join(f"printf '{text}' > {name}".replace("\n", "\\n") for name, text in FILES.items())
    terminal(engine, f"docker pull -q alpine && mkdir -p /b && cd /b && {written}")
    command = "cd /b && docker build -q {} ."
    return lambda: terminal(engine, command.format("--no-cache")), lambda: terminal(engine, command.format(""))


def _real_client(docker: str) -> Iterator[tuple[str, str, str]]:
    """The classic builder, as the real client without buildx has it; beside it the same client against answers given at once."""
    from fakedocker.assembly import create_engine
    from fakedocker.engine.inflight import TimeMode
    from fakedocker.serving import Listening, serve_in_thread

    with tempfile.TemporaryDirectory() as folder:
        for name, text in {**FILES, ".dockerignore": "docker.sock\n"}.items():
            Path(folder, name).write_text(text)

        def run(host: str, *words: str) -> None:
            environment = {**os.environ, "DOCKER_HOST": host, "DOCKER_BUILDKIT": "0"}
            subprocess.run([docker, *words], env=environment, cwd=folder, capture_output=True, check=True)

        with running(sys.executable, str(FLOOR)) as path:
            floor = best(lambda: run(f"unix://{path}", "build", "-q", "."))
        engine = create_engine(1, mode=TimeMode.FAST, profile=profile())
        with serve_in_thread(engine, Listening(socket_path=f"{folder}/docker.sock")) as served:
            run(served.docker_host, "pull", "-q", "alpine")
            for name, words in ((COLD, ("build", "-q", "--no-cache", ".")), (CACHED, ("build", "-q", "."))):
                run(served.docker_host, *words)
                seconds = best(lambda words=words: run(served.docker_host, *words))  # type: ignore[misc]  # bound at once
                yield (
                    f"ten-step build, classic, the real client, {name}",
                    f"{milli(seconds)} = {seconds / floor:.2f} x at once",
                    "",
                )
