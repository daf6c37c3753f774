"""Requests as the docker commands that make them, so that a failure can be read, and typed again in a terminal."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from typing import Any, Final

from fakedocker.testing.assertions import Call

_FORMS: Final = {
    "list": "docker ps -a",
    "images": "docker images",
    "image inspect": "docker image inspect",
    "image remove": "docker rmi",
    "remove": "docker rm",
    "copy": "docker cp",
    "network list": "docker network ls",
    "network remove": "docker network rm",
    "volume list": "docker volume ls",
    "volume remove": "docker volume rm",
    "df": "docker system df",
    "exec start": "docker exec",
    "exec inspect": "docker exec",
}
"""Operations whose command has another name."""
SILENT: Final = frozenset({"ping", "version", "exec start", "exec inspect", "exec resize", "resize", ""})
"""Requests that are no command of their own."""


def docker_command(call: Call) -> str:
    """The docker command of a call; "" for one that is none of its own."""
    if call.operation in SILENT:
        return ""
    words = _FORMS.get(call.operation, f"docker {call.operation}").split()
    if call.operation == "create":
        words += _create(call.name, call.fields)
    elif call.operation == "exec":
        words += [call.name, *_words(call.fields.get("Cmd"))]
    elif call.operation == "network connect":
        words += [call.name, str(call.fields.get("Container", ""))]
    else:
        words += ["--force"] if "force=True" in call.target or "force=1" in call.target else []
        words += [call.name] if call.name else []
    return shlex.join(words)


def _create(name: str, fields: Mapping[str, Any]) -> Iterator[str]:
    host = fields.get("HostConfig") or {}
    if name:
        yield from ("--name", name)
    for entry in fields.get("Env") or ():
        yield from ("--env", entry)
    for key, value in (fields.get("Labels") or {}).items():
        yield from ("--label", f"{key}={value}")
    for port, bindings in (host.get("PortBindings") or {}).items():
        for binding in bindings or ():
            yield from ("--publish", ":".join(filter(None, (binding.get("HostIp"), binding.get("HostPort"), port))))
    for bind in host.get("Binds") or ():
        yield from ("--volume", bind)
    policy = host.get("RestartPolicy") or {}
    if policy.get("Name"):
        count = policy.get("MaximumRetryCount")
        yield from ("--restart", policy["Name"] + (f":{count}" if count else ""))
    if host.get("NetworkMode") not in (None, "", "default", "bridge"):
        yield from ("--network", host["NetworkMode"])
    if host.get("Memory"):
        yield from ("--memory", str(host["Memory"]))
    entrypoint = _words(fields.get("Entrypoint"))
    if entrypoint:
        yield from ("--entrypoint", entrypoint[0])
    yield str(fields.get("Image", ""))
    yield from (*entrypoint[1:], *_words(fields.get("Cmd")))


def _words(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else [str(word) for word in value or ()]
