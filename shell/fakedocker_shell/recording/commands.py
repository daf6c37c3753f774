"""`fakedocker record` and `fakedocker verify` as they are typed."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import tempfile
import time
from typing import Final, NoReturn

from fakedocker.base.profiles import PROFILES, STORAGES
from fakedocker.recordings import file
from fakedocker.recordings.file import RecordingProblem, Writer
from fakedocker.recordings.told import profile_of
from fakedocker_shell.recording.proxy import Proxy
from fakedocker_shell.recording.verifying import verify

DEFAULT_ENGINE: Final = "unix:///var/run/docker.sock"
_MOST_SHOWN: Final = 200


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise RecordingProblem(f"{message}\nTry 'fakedocker {self.prog.split()[-1]} --help'.")


def record(arguments: list[str]) -> int:
    """Run a command whose docker traffic is kept; gives its exit status."""
    parser = _Parser(
        prog="fakedocker record",
        description="Keep what a command and a docker engine say to each other, for `fakedocker verify`.",
    )
    parser.add_argument("--to", required=True, metavar="FILE", help="a new file")
    parser.add_argument("--engine", default=os.environ.get("DOCKER_HOST") or DEFAULT_ENGINE, metavar="unix://PATH",
        help=f"the engine (default: DOCKER_HOST, or {DEFAULT_ENGINE})")  # fmt: skip
    parser.add_argument("command", nargs=argparse.REMAINDER, metavar="-- COMMAND", help="run with DOCKER_HOST set")
    try:
        options = parser.parse_args(arguments)
        command = options.command[1:] if options.command[:1] == ["--"] else options.command
        if not command:
            parser.error("a command was expected: fakedocker record --to FILE -- COMMAND")
        scheme, _, path = options.engine.partition("://")
        if scheme != "unix" or not path:
            parser.error(f"only an engine on a unix socket can be recorded, not {options.engine}")
        with open(options.to, "xb") as kept:
            return asyncio.run(_record(path, Writer(kept, time.time_ns() // 1_000_000), command))
    except SystemExit as end:
        return int(end.code or 0)
    except (OSError, RecordingProblem) as problem:
        sys.stderr.write(f"fakedocker record: {problem}\n")
        return 2


async def _record(engine: str, writer: Writer, command: list[str]) -> int:
    with tempfile.TemporaryDirectory(prefix="fakedocker-") as folder:
        path = os.path.join(folder, "docker.sock")
        proxy = Proxy(engine, writer)
        await proxy.listen(path)
        environment = {**os.environ, "DOCKER_HOST": f"unix://{path}"}
        for name in ("DOCKER_CONTEXT", "DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH"):
            environment.pop(name, None)
        try:
            process = await asyncio.create_subprocess_exec(*command, env=environment)
            status = await process.wait()
        finally:
            await proxy.close()
    if not proxy.is_whole:
        sys.stderr.write("fakedocker record: the recording is full: what came later is not in it\n")
    return status if status >= 0 else 128 - status


def run_verify(arguments: list[str]) -> int:
    """Ask the double what a recording holds; 0 where it answers the same, 1 where it does not."""
    parser = _Parser(
        prog="fakedocker verify", description="Ask the double what was asked of a recorded engine, and compare."
    )
    parser.add_argument("file", metavar="FILE")
    parser.add_argument(
        "--profile", choices=list(PROFILES), default="", help="which Docker the double is (default: the recorded one)"
    )
    parser.add_argument("--storage", choices=list(STORAGES), default="", help="in which store it keeps its images")
    try:
        options = parser.parse_args(arguments)
        with open(options.file, "rb") as kept:
            recording = file.read(kept)
        recorded = profile_of(recording.events)
        if not recorded:
            raise RecordingProblem(f"{options.file}: no docker engine has answered in it")
        if not options.profile and recorded not in PROFILES:
            raise RecordingProblem(
                f"{options.file}: it is of Docker {recorded}; --profile takes {' or '.join(PROFILES)}"
            )
        verdict = verify(recording, options.profile or recorded, options.storage)
    except SystemExit as end:
        return int(end.code or 0)
    except (OSError, RecordingProblem) as problem:
        sys.stderr.write(f"fakedocker verify: {problem}\n")
        return 2
    for difference in verdict.differences[:_MOST_SHOWN]:
        sys.stdout.write(f"{difference.request}\n    {difference.at}: {difference.what}\n")
    for reason, count in sorted(verdict.uncompared.items()):
        sys.stdout.write(f"not compared: {count} ({reason})\n")
    count = len(verdict.differences)
    sys.stdout.write(f"{verdict.requests} requests, {count} {'difference' if count == 1 else 'differences'}\n")
    return 1 if count else 0
