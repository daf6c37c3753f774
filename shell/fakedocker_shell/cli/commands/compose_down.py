"""docker compose down, stop, kill, rm, restart, pause, unpause."""

from __future__ import annotations

from collections.abc import Sequence

from fakedocker_shell.cli.commands.compose_up import progress_of, timeout_of
from fakedocker_shell.cli.errors import CliError
from fakedocker_shell.cli.main import Invocation
from fakedocker_shell.cli.questions import read_line
from fakedocker_shell.compose import existing, stopping
from fakedocker_shell.compose.existing import Found
from fakedocker_shell.compose.files import NO_FILE, load, project_name
from fakedocker_shell.compose.project import Project

_RMI = ("", "all", "local")


async def project_or_name(call: Invocation) -> tuple[str, Project | None]:
    """The project of the files, or, where there are none, the name that the flags say. Raises CliError."""
    try:
        project = await load(call.context, call.group)
    except CliError as problem:
        name = project_name(call.context, call.group)
        if name and problem.message == NO_FILE:
            return name, None
        raise
    return project.name, project


async def _found(call: Invocation) -> tuple[Project | None, list[Found]]:
    """The containers of the services that were named, of all for none; the newest first."""
    name, project = await project_or_name(call)
    if project is not None:
        project.selected(call.arguments)
    everything = await existing.find(call.api, name)
    wanted = call.arguments or (project.services if project is not None else {one.service for one in everything})
    return project, [one for one in everything if one.service in wanted]


def _by_level(project: Project | None, found: Sequence[Found], backwards: bool = False) -> list[list[Found]]:
    """Containers in groups, each after what it depends on, or before it."""
    if project is None:
        return [list(found)] if found else []
    levels = project.levels()
    known = {name for level in levels for name in level}
    groups = [existing.of_services(found, level) for level in (reversed(levels) if backwards else levels)]
    return [group for group in [*groups, [one for one in found if one.service not in known]] if group]


async def compose_down(call: Invocation) -> int:
    """Remove containers, networks, and on request volumes and images."""
    options = call.options
    if options["rmi"] not in _RMI:
        raise CliError(f'invalid value for --rmi: "{options["rmi"]}"')
    name, project = await project_or_name(call)
    if project is not None:
        project.selected(call.arguments)
    await stopping.down(
        call.api,
        name,
        project,
        progress_of(call),
        timeout_seconds=timeout_of(call),
        volumes=options["volumes"],
        images=options["rmi"],
        remove_orphans=options["remove-orphans"],
        services=call.arguments,
    )
    return 0


async def compose_stop(call: Invocation) -> int:
    """Stop containers."""
    project, found = await _found(call)
    progress = progress_of(call, "Stopping")
    for group in _by_level(project, found, backwards=True):
        services = stopping.NONE if project is None else project.services
        await stopping.stop(call.api, group, progress, timeout_of(call), services)
    return 0


async def compose_kill(call: Invocation) -> int:
    """Send containers a signal."""
    _, found = await _found(call)
    running = [one for one in found if one.is_running]
    if not running:
        call.context.err("no container to kill")
        return 0
    query = {"signal": call.options["signal"]}
    await stopping.at_once(call.api, running, progress_of(call), ("Killing", "Killed"), "POST", "/kill", query)
    return 0


async def compose_rm(call: Invocation) -> int:
    """Remove containers that do not run."""
    options = call.options
    project, found = await _found(call)
    progress = progress_of(call)
    chosen = found if options["stop"] else [one for one in found if not one.is_running]
    if not chosen:
        call.context.err("No stopped containers\n")
        return 0
    call.context.out(f"Going to remove {', '.join(one.name for one in chosen)}\n")
    if not options["force"]:
        call.context.out("Are you sure? [yN] ")
        if (await read_line(call.context)).strip().lower() not in ("y", "yes"):
            return 0
    for group in _by_level(project, chosen, backwards=True):
        running = [one for one in group if one.is_running]
        if running:
            await stopping.stop(call.api, running, progress, None)
    await stopping.remove(call.api, chosen, progress, stop=False, volumes=options["volumes"])
    return 0


async def compose_restart(call: Invocation) -> int:
    """Stop containers and start them again, what is depended on first."""
    project, found = await _found(call)
    timeout = timeout_of(call)
    query = {} if timeout is None else {"t": str(timeout)}
    progress = progress_of(call, "Restarting")
    for group in _by_level(project, found):
        await stopping.at_once(call.api, group, progress, ("Restarting", "Started"), "POST", "/restart", query)
    return 0


async def compose_pause(call: Invocation) -> int:
    """Pause containers."""
    _, found = await _found(call)
    running = [one for one in found if one.is_running]
    await stopping.at_once(call.api, running, progress_of(call), ("", "Paused"), "POST", "/pause", {})
    return 0


async def compose_unpause(call: Invocation) -> int:
    """Let paused containers go on."""
    _, found = await _found(call)
    paused = [one for one in found if one.state == "paused"]
    await stopping.at_once(call.api, paused, progress_of(call), ("", "Unpaused"), "POST", "/unpause", {})
    return 0
