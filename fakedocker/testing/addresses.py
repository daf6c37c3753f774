"""Addresses of docker daemons: how sockets, variables and commands say them, and which of them are docker's."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

PORTS: Final = frozenset({2375, 2376, 2377})
SOCKET_NAMES: Final = ("docker.sock", "docker.raw.sock", "podman.sock", "dockerd.sock")
DEFAULT_SOCKETS: Final = ("/var/run/docker.sock", "/run/docker.sock")
_COMMANDS: Final = frozenset({"docker", "docker-compose", "docker.exe", "podman", "nerdctl"})
_HOST_FLAGS: Final = ("-H", "--host")
_CONTEXT_FLAGS: Final = ("-c", "--context")
_FLAGS_WITH_VALUES: Final = frozenset({"--config", "-l", "--log-level", "--tlscacert", "--tlscert", "--tlskey"})


def canonical(docker_host: str) -> str:
    """An address as DOCKER_HOST says it, in the one form that is compared here: unix://REALPATH or tcp://HOST:PORT."""
    if docker_host.startswith("unix://"):
        return f"unix://{os.path.realpath(docker_host[7:])}"
    if "://" not in docker_host:
        host, _, port = docker_host.rpartition(":")
        return f"tcp://{host or '127.0.0.1'}:{port}"
    return docker_host.rstrip("/")


def of_socket(address: object) -> str:
    """The address that a socket connects to, in that form; "" for one of another family."""
    if isinstance(address, bytes | str):
        path = os.fsdecode(address)
        return f"unix://{os.path.realpath(path)}" if path and path[0] != "\0" else ""
    if isinstance(address, tuple) and len(address) >= 2:
        return f"tcp://{address[0]}:{address[1]}"
    return ""


def is_dockers(address: object) -> bool:
    """Whether daemons usually listen at a socket's address, or DOCKER_HOST says that one does."""
    if isinstance(address, bytes | str):
        path = os.fsdecode(address)
        return path.endswith(SOCKET_NAMES) or os.environ.get("DOCKER_HOST", "") == f"unix://{path}"
    return isinstance(address, tuple) and len(address) >= 2 and address[1] in PORTS


def usual(environment: Mapping[str, str]) -> list[str]:
    """The addresses that clients come to by themselves: the default sockets, and what DOCKER_HOST says."""
    homes = [environment.get("HOME", ""), environment.get("XDG_RUNTIME_DIR", "")]
    sockets = [*DEFAULT_SOCKETS]
    sockets += [f"{homes[0]}/.docker/run/docker.sock", f"{homes[0]}/.docker/desktop/docker.sock"] if homes[0] else []
    sockets += [f"{homes[1]}/docker.sock"] if homes[1] else []
    told = environment.get("DOCKER_HOST", "")
    found = [canonical(f"unix://{path}") for path in sockets]
    return list(dict.fromkeys([*found, *([canonical(told)] if told.startswith(("unix://", "tcp://")) else [])]))


# what commands say


def asked_by_command(arguments: object, environment: Mapping[str, str] | None) -> str:
    """The daemon that a docker command asks for by its flags or variables; "" for the usual one, or for another command.

    Args:
        arguments: of a process: words, or a line of a shell.
        environment: that it is given, None for that of this process.
    """
    for words in _commands(arguments):
        if os.path.basename(words[0]) in _COMMANDS:
            host = _by_flags(words[1:])
            if host:
                return host
            if environment is not None and environment.get("DOCKER_HOST"):
                return str(environment["DOCKER_HOST"])
    return ""


def _commands(arguments: object) -> Iterator[list[str]]:
    if isinstance(arguments, str | bytes):
        try:
            words = shlex.split(os.fsdecode(arguments))
        except ValueError:
            return
        for number, word in enumerate(words):
            if os.path.basename(word) in _COMMANDS:
                yield words[number:]
    elif isinstance(arguments, Sequence):
        words = [os.fsdecode(word) for word in arguments]
        if words:
            yield words
        if len(words) > 2 and os.path.basename(words[0]) in ("sh", "bash", "env", "sudo"):
            yield from _commands(words[2] if words[1] == "-c" else words[1:])


def _by_flags(words: list[str]) -> str:
    """What the flags before the command's name say of the daemon."""
    position = 0
    while position < len(words) and words[position].startswith("-"):
        flag, has_value, value = words[position].partition("=")
        if flag.startswith(("-H", "-c")) and not flag.startswith("--") and len(flag) > 2:
            flag, has_value, value = flag[:2], "=", words[position][2:].removeprefix("=")
        if flag in (*_HOST_FLAGS, *_CONTEXT_FLAGS):
            if not has_value:
                position += 1
                value = words[position] if position < len(words) else ""
            return value if flag in _HOST_FLAGS else f"context {value}" if value != "default" else ""
        position += 2 if flag in _FLAGS_WITH_VALUES and not has_value else 1
    return ""
