"""Waiting for what a service depends on: started, healthy, or done.

Source: compose pkg/compose/convergence.go waitDependencies, and what the command prints.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from fakedocker_shell.cli.api import Api
from fakedocker_shell.cli.errors import CliError
from fakedocker_shell.compose.existing import Found
from fakedocker_shell.compose.progress import Progress
from fakedocker_shell.compose.project import Service

LOOK_SECONDS: Final = 0.5
"""How often a container is looked at that something waits for."""
HEALTHY: Final = "service_healthy"
COMPLETED: Final = "service_completed_successfully"
RUNNING_OR_HEALTHY: Final = "running_or_healthy"
"""What `up --wait` waits for."""


Pause = Callable[[float], Awaitable[None]]
"""Spends so many seconds."""


async def for_dependencies(
    api: Api, service: Service, running: dict[str, list[Found]], progress: Progress, pause: Pause
) -> None:
    """Wait for everything that a service depends on and that takes waiting. Raises CliError for what never comes."""
    waits = [
        (name, how["condition"], found, how.get("required", True))
        for name, how in service.depends_on.items()
        for found in running.get(name, ())
        if how["condition"] in (HEALTHY, COMPLETED)
    ]
    for _, _, found, _ in waits:
        progress.begin(f"Container {found.name}", "Waiting")
    for name, condition, found, required in waits:
        await for_container(api, name, condition, found, progress, pause, required=required)


async def for_container(
    api: Api,
    service: str,
    condition: str,
    found: Found,
    progress: Progress,
    pause: Pause,
    required: bool = True,
    until_ns: int = 0,
) -> None:
    """Wait until one container is as it should be. Raises CliError if it never will be, or after an instant (0: no limit)."""
    subject = f"Container {found.name}"
    while True:
        state = (await api.get(f"/containers/{found.id}/json"))["State"]
        try:
            word = _word(service, condition, found, state)
        except CliError as problem:
            if not required:
                progress.end(subject, "Skipped", "warning")
                return
            progress.end(subject, "Error" if condition != COMPLETED else problem.message, "error")
            raise
        if word:
            progress.end(subject, word)
            return
        if until_ns and api.context.now_ns() >= until_ns:
            raise CliError("application not healthy after the timeout")
        await pause(LOOK_SECONDS)


def _word(service: str, condition: str, found: Found, state: dict[str, Any]) -> str:
    """What a container is, in a word, if that is enough; "" while it may yet come to it. Raises CliError if it cannot."""
    if condition == COMPLETED:
        if state["Status"] != "exited":
            return ""
        if state["ExitCode"]:
            raise CliError(f'service "{service}" didn\'t complete successfully: exit {state["ExitCode"]}')
        return "Exited"
    health = (state.get("Health") or {}).get("Status", "")
    if state["Status"] in ("exited", "dead"):
        raise CliError(
            f"container {found.name} exited ({state['ExitCode']})"
            if condition == RUNNING_OR_HEALTHY
            else f"dependency failed to start: container {found.name} exited ({state['ExitCode']})"
        )
    if health == "unhealthy":
        before = "" if condition == RUNNING_OR_HEALTHY else "dependency failed to start: "
        raise CliError(f"{before}container {found.name} is unhealthy")
    if not health or health == "none":
        if condition == HEALTHY:
            raise CliError(f"container {found.name} has no healthcheck configured")
        return "Healthy" if state["Status"] == "running" else ""
    return "Healthy" if health == "healthy" else ""


async def for_all(
    api: Api, groups: dict[str, list[Found]], services: Mapping[str, Service], progress: Progress, until_ns: int
) -> None:
    """Wait until the containers of services run, or are healthy where they can be (`up --wait`). Raises CliError.

    A service that another one needs to have completed is waited for until it has (compose getDependencyCondition).
    """
    completing = {
        name
        for service in services.values()
        for name, how in service.depends_on.items()
        if how["condition"] == COMPLETED
    }
    waits = [(name, found) for name in sorted(services) for found in groups.get(name, ())]
    for _, found in waits:
        progress.begin(f"Container {found.name}", "Waiting")
    for name, found in waits:
        condition = COMPLETED if name in completing else RUNNING_OR_HEALTHY
        await for_container(api, name, condition, found, progress, api.context.sleep, until_ns=until_ns)
