"""`fakedocker check` on a simulated host: the same, with the host's own files, on an engine of its own."""

from __future__ import annotations

import posixpath
from typing import Any

import msgspec

from fakedocker.base import clock
from fakedocker.kernel.program import System
from fakedocker_shell.checking import command, telling
from fakedocker_shell.checking.folders import OfHost
from fakedocker_shell.host_files import HostFiles

_USAGE = "Usage: fakedocker check [--json] [--strict] [--seed N] [DIR]\n"


def run(system: System, argv: tuple[str, ...], state: dict[str, Any]) -> int:  # Any: the memory of a utility
    """The program `fakedocker` of a simulated host: of its commands, `check`."""
    words = argv[1:]
    if words[:1] != ("check",):
        if words[:1] in (("--help",), ()):
            system.put(_USAGE)
            return 0
        system.unsimulated(words[0])
        return 1
    try:
        asked = command.parse(words[1:])
    except command.CheckUsage as problem:
        system.put(f"fakedocker: {problem}\n", 2)
        return 2
    if asked.help:
        system.put(_USAGE)
        return 0
    if asked.watch:
        system.unsimulated("check --watch")
        return 1
    path = posixpath.normpath(posixpath.join(system.directory, asked.folder))
    folder = OfHost(HostFiles(lambda: system), path)
    try:
        report = command.check_folder(
            folder, assume=asked.assume, seed=asked.seed, profile=asked.profile, storage=asked.storage,
            date=clock.rfc3339_seconds(system.now_ns)[:10],
        )  # fmt: skip
    except OSError as problem:
        system.put(f"fakedocker: {asked.folder}: {problem.strerror or problem}\n", 2)
        return 2
    as_json = msgspec.json.format(msgspec.json.encode(report)).decode() + "\n"
    system.put(as_json if asked.as_json else telling.told(report))
    return 1 if report.failed else 0
