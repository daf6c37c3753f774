"""Stopping and removing containers, and what a project has besides: `stop`, `rm`, `down`.

Source: compose pkg/compose/down.go, stop.go; order and words from what the command prints.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from fakedocker_shell.cli.api import Api, error_message, escape, filters_query
from fakedocker_shell.cli.context import Context, Exchange
from fakedocker_shell.cli.errors import CliError, DaemonError
from fakedocker_shell.cli.many import Outcome, send_all
from fakedocker_shell.compose import existing, hooks, labels
from fakedocker_shell.compose.existing import Found, image_is_there
from fakedocker_shell.compose.progress import Progress
from fakedocker_shell.compose.project import Project, Service

NONE: Final[Mapping[str, Service]] = {}
STOPPING_SIGNALS = ("INT", "TERM")


async def at_once(
    api: Api,
    found: Sequence[Found],
    progress: Progress,
    words: tuple[str, str],
    method: str,
    path: str,
    query: dict[str, str],
    services: Mapping[str, Service] = NONE,
) -> None:
    """The same request for several containers at once, and what is shown before and after. Raises CliError for the
    first that failed.

    Args:
        services: those whose `pre_stop` is run before, by name.
    """
    problems: list[CliError] = []

    def report(place: int, outcome: Outcome) -> None:
        subject = f"Container {found[place].name}"
        if outcome is None:
            progress.end(subject, words[1])
        else:
            problems.append(outcome)

    for one in found:
        if words[0]:
            progress.begin(f"Container {one.name}", words[0])
        await hooks.run(api, services.get(one.service), "pre_stop", one.id)
    await send_all(api, [(method, f"/containers/{one.id}{path}", query) for one in found], report)
    if problems:
        raise problems[0]


async def stop(
    api: Api,
    found: Sequence[Found],
    progress: Progress,
    timeout_seconds: int | None,
    services: Mapping[str, Service] = NONE,
) -> None:
    """Stop containers at once. Raises CliError."""
    query = {} if timeout_seconds is None else {"t": str(timeout_seconds)}
    await at_once(api, found, progress, ("Stopping", "Stopped"), "POST", "/stop", query, services)


async def stop_or_kill(
    context: Context, api: Api, found: Sequence[Found], progress: Progress, timeout_seconds: int | None
) -> None:
    """As `stop`, and a request to end that comes meanwhile kills those that are still running. Raises CliError."""
    await api.negotiate()
    query = {} if timeout_seconds is None else {"t": str(timeout_seconds)}
    stopping: dict[str, tuple[Found, Exchange]] = {}
    for one in found:
        progress.begin(f"Container {one.name}", "Stopping")
        stopping[one.id] = one, api.client.start("POST", api.path(f"/containers/{one.id}/stop"), query)
    problems: list[CliError] = []
    while stopping:
        for one, exchange in [pair for pair in stopping.values() if pair[1].finished]:
            del stopping[one.id]
            answer = exchange.response
            if answer.status >= 400:
                problems.append(DaemonError(error_message(answer.status, answer.body), answer.status))
            else:
                progress.end(f"Container {one.name}", "Stopped")
        if context.take_signal() in STOPPING_SIGNALS:
            running = [one for one, _ in stopping.values()]
            await at_once(api, running, progress, ("Killing", "Killed"), "POST", "/kill", {"signal": "SIGKILL"})
        unfinished = [exchange for _, exchange in stopping.values() if not exchange.finished]
        if len(unfinished) == len(stopping) and unfinished:
            await context.wait_any(*unfinished, signals=True)
    if problems:
        raise problems[0]


async def remove(
    api: Api,
    found: Sequence[Found],
    progress: Progress,
    timeout_seconds: int | None = None,
    *,
    stop: bool,
    volumes: bool = False,
    services: Mapping[str, Service] = NONE,
) -> None:
    """Remove containers, perhaps stopping them first. Raises CliError.

    Args:
        volumes: remove their anonymous volumes too.
    """
    if not found:
        return
    if stop:
        query = {} if timeout_seconds is None else {"t": str(timeout_seconds)}
        await at_once(api, found, progress, ("Stopping", "Stopped"), "POST", "/stop", query, services)
    query = {"force": "1", **({"v": "1"} if volumes else {})}
    await at_once(api, found, progress, ("Removing", "Removed"), "DELETE", "", query)


async def down(
    api: Api,
    name: str,
    project: Project | None,
    progress: Progress,
    *,
    timeout_seconds: int | None = None,
    volumes: bool = False,
    images: str = "",
    remove_orphans: bool = False,
    services: Sequence[str] = (),
) -> None:
    """Remove what a project has: containers from those that depend to those that are depended on, then the rest.

    Args:
        project: what its files say; None where there are none, and everything with its labels goes.
        images: "local", "all" or "".
        services: only their containers.

    Raises:
        CliError: something cannot be removed.
    """
    found = await existing.find(api, name, one_off=None)
    levels = [] if project is None else project.levels()
    for level in reversed(levels):
        wanted = [service for service in level if not services or service in services]
        ours = existing.of_services([one for one in found if not one.is_one_off], wanted)
        known = NONE if project is None else project.services
        await remove(api, ours, progress, timeout_seconds, stop=True, volumes=volumes, services=known)
    if project is None or (remove_orphans and not services):
        gone = {service for level in levels for service in level}
        orphans = [one for one in found if one.service not in gone or one.is_one_off]
        await remove(api, orphans, progress, timeout_seconds, stop=True, volumes=volumes)
    if images and project is not None:
        await _remove_images(api, project, images, progress)
    if volumes:
        await _remove_volumes(api, name, project, progress)
    await _remove_networks(api, name, project, progress)


async def _remove_images(api: Api, project: Project, which: str, progress: Progress) -> None:
    wanted = []
    for _, service in sorted(project.services.items()):
        image = project.image(service)
        if which == "all" or not service.get("image"):
            wanted.append(image if ":" in image.rpartition("/")[2] else f"{image}:latest")
    for image in dict.fromkeys(wanted):
        if not await image_is_there(api, image):
            continue
        progress.begin(f"Image {image}", "Removing")
        try:
            await api.delete(f"/images/{escape(image)}")
        except DaemonError as problem:
            if problem.http_status == 409:
                progress.end(f"Image {image}", "Resource is still in use", "warning")
                continue
            raise
        progress.end(f"Image {image}", "Removed")


async def _remove_volumes(api: Api, name: str, project: Project | None, progress: Progress) -> None:
    if project is None:
        listed = await api.get("/volumes", filters_query({"label": [f"{labels.PROJECT}={name}"]}))
        names = sorted(volume["Name"] for volume in listed.get("Volumes") or ())
    else:
        names = [str(volume["name"]) for volume in project.volumes.values() if not volume.get("external")]
    for volume in names:
        progress.begin(f"Volume {volume}", "Removing")
        try:
            await api.delete(f"/volumes/{escape(volume)}")
        except DaemonError as problem:
            if problem.http_status == 404:
                progress.end(f"Volume {volume}", "Warning: No resource found to remove", "warning")
            elif problem.http_status == 409:
                progress.end(f"Volume {volume}", "Resource is still in use", "warning")
            else:
                raise
            continue
        progress.end(f"Volume {volume}", "Removed")


async def _remove_networks(api: Api, name: str, project: Project | None, progress: Progress) -> None:
    listed = await api.get("/networks", filters_query({"label": [f"{labels.PROJECT}={name}"]})) or []
    for network in sorted(listed, key=lambda network: str(network["Name"])):
        subject = f"Network {network['Name']}"
        progress.begin(subject, "Removing")
        try:
            await api.delete(f"/networks/{network['Id']}")
        except DaemonError as problem:
            if "active endpoints" in problem.message:
                progress.end(subject, "Resource is still in use", "warning")
                continue
            progress.end(subject, "Error", "error")
            raise CliError(f"failed to remove network {network['Name']}: {problem.message}") from None
        progress.end(subject, "Removed")
