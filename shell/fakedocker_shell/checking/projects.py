"""Trying a compose file: its builds, bringing it up, and what its services are like a while later."""

from __future__ import annotations

import json
import os
import re
import shlex
from typing import Final

from fakedocker.base.clock import SECOND_NS
from fakedocker.base.json_types import JsonObject
from fakedocker.containers.model import Container
from fakedocker.operations.containers import stand_ins
from fakedocker_shell.checking.builds import Wanted
from fakedocker_shell.checking.report import Port, Project, Service
from fakedocker_shell.checking.stage import Stage, objects

SETTLES_SECONDS: Final = 90
"""How long services get, in virtual time, until they are looked at."""
SETTLES_SLICES: Final = 20_000
"""After how many slices of processes it is over earlier, for services that are busy."""
_LOG_LINES: Final = 5
_PROBLEM: Final = re.compile(
    r"(?i)(error\b|fakedocker: |failed\b|target \S+: |service |dependency |validating |no such|open )|.*failed to solve"
)
_CONFIGURED: Final = "docker compose -f {file} --profile '*' config --format json"


def builds_of(stage: Stage, file: str) -> list[Wanted]:
    """What a compose file builds; nothing where it cannot be read."""
    ran = stage.run(_CONFIGURED.format(file=shlex.quote(file)))
    try:
        services: JsonObject = json.loads(ran.out).get("services") or {}
    except ValueError:
        return []
    found = []
    for service in services.values():
        build = service.get("build")
        if not isinstance(build, dict) or not isinstance(build.get("context"), str) or "dockerfile_inline" in build:
            continue
        context = os.path.relpath(build["context"], stage.folder) if os.path.isabs(build["context"]) else ""
        if not context or context.startswith(".."):
            continue
        context = "" if context == "." else context
        arguments = build.get("args") or {}
        given = tuple((name, str(value)) for name, value in sorted(arguments.items()) if value is not None)
        dockerfile = os.path.normpath(os.path.join(context, build.get("dockerfile") or "Dockerfile"))
        found.append(Wanted(dockerfile, context, build.get("target") or "", given))
    return list(dict.fromkeys(found))


def attempt(stage: Stage, file: str) -> Project:
    """Bring it up, wait, look, and take it down with its volumes."""
    compose = f"docker compose -f {shlex.quote(file)}"
    ran = stage.run(f"{compose} --progress quiet up -d --quiet-pull --build")
    problem = "" if ran.status == 0 else _last_words(ran.err or ran.out)
    _settle(stage)
    listed = objects(stage.run(f"{compose} ps -a --format json").out)
    containers = stage.engine.world.containers
    found = {
        row["ID"]: container
        for row in listed
        for container in containers.values()
        if container.id.startswith(row["ID"])
    }
    services = tuple(_service(stage, row, found[row["ID"]], list(found.values())) for row in listed)
    started = sorted((one for one in found.values() if one.started_ns), key=lambda one: (one.started_ns, one.number))
    stage.note_boundaries()
    order = tuple(dict.fromkeys(stand_ins.service_of(one) for one in started))
    stage.run(f"{compose} --progress quiet down -v -t 1")
    return Project(file=file, problem=problem, services=services, order=order)


def _settle(stage: Stage) -> None:
    """Let the services run for a while."""
    engine = stage.engine
    most = engine.slices + SETTLES_SLICES
    for _ in range(SETTLES_SECONDS):
        if engine.slices > most:
            return
        engine.advance(engine.now_ns + SECOND_NS)


def _last_words(err: str) -> str:
    lines = [line for line in err.splitlines() if line.strip() and not line.startswith(("{", "#", "time="))]
    return "\n".join(line for line in lines if _PROBLEM.match(line)) or "\n".join(lines[-3:])


def _service(stage: Stage, row: JsonObject, container: Container, others: list[Container]) -> Service:
    state = row["State"] + (f" ({row['Health']})" if row["Health"] else "")
    state = f"exited ({row['ExitCode']})" if row["State"] == "exited" else state
    completed = row["State"] == "exited" and not row["ExitCode"]
    ok = completed or (row["State"] == "running" and row["Health"] in ("", "healthy"))
    logs = () if ok else tuple(stage.run(f"docker logs --tail {_LOG_LINES} {container.id} 2>&1").out.splitlines())
    return Service(
        name=row["Service"], image=row["Image"], state=state, ok=ok, stand_in=container.stand_in, logs=logs,
        ports=tuple(_ports(stage, row)) if container.is_running else (), reaches=tuple(_reaches(container, others)),
    )  # fmt: skip


def _ports(stage: Stage, row: JsonObject) -> list[Port]:
    published = {
        (each["PublishedPort"], each["TargetPort"])
        for each in row.get("Publishers") or ()
        if each["PublishedPort"] and each["Protocol"] == "tcp"
    }
    return [
        Port(host=host, container=inside, answers=stage.run(f"nc -z -w 2 127.0.0.1 {host}").status == 0)
        for host, inside in sorted(published)
    ]


def _reaches(container: Container, others: list[Container]) -> list[str]:
    """The other services on a network that a service is on."""
    networks = {name for name, _ in container.networks}
    own = stand_ins.service_of(container)
    found = {stand_ins.service_of(other) for other in others if networks & {name for name, _ in other.networks}}
    return sorted(found - {own})
