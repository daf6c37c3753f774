"""docker compose watch."""

from __future__ import annotations

from fakedocker_shell.cli.commands.compose_up import progress_of
from fakedocker_shell.cli.errors import CliError
from fakedocker_shell.cli.main import Invocation
from fakedocker_shell.compose import existing, images, stopping, watching
from fakedocker_shell.compose.converging import Convergence, Wishes
from fakedocker_shell.compose.files import load, warn
from fakedocker_shell.compose.project import Project

_INTERRUPTED = 130


async def compose_watch(call: Invocation) -> int:
    """Build and start what is to be watched, then do what `develop.watch` says until a signal ends it."""
    whole = await load(call.context, call.group)
    project = whole.selected(call.arguments)
    if not call.options["no-up"]:
        await _up(call, project)
    watched = []
    for name, service in sorted(project.services.items()):
        if watching.check(service, named=name in call.arguments):
            one = watching.Watched(call.context, service)
            for path in one.mounted:
                warn(
                    call.context, f"path '{path}' also declared by a bind mount volume, this path won't be monitored!\n"
                )
            watched.append(one)
    if not watched:
        raise CliError("none of the selected services is configured for watch, consider setting an 'develop' section")
    call.context.take_signal()  # from now on they are ours
    _say(call, "Watch enabled")
    while call.context.take_signal() not in stopping.STOPPING_SIGNALS:
        for one in watched:
            changes = one.changes()
            if changes:
                await _handle(call, project, one.service.name, changes)
        until_ns = call.context.now_ns() + int(watching.QUIET_SECONDS * 1e9)
        await call.context.wait_any(signals=True, until_ns=until_ns)
    return _INTERRUPTED


def _say(call: Invocation, text: str) -> None:
    call.context.out(f"{text}\n")


async def _up(call: Invocation, project: Project) -> None:
    progress = progress_of(call)
    built = [name for name, one in project.services.items() if one.get("build") and one.get("develop")]
    if built:
        await images.ensure(call, project.selected(built, False), progress, build=True, pull="policy", quiet=True)
    await images.ensure(call, project, progress, build=None, pull="policy", quiet=bool(call.options["quiet"]))
    convergence = Convergence(call.api, project, progress, Wishes(recreate_dependencies="never", named=call.arguments))
    await convergence.create()
    await convergence.start()


async def _handle(call: Invocation, project: Project, name: str, changes: list[watching.Change]) -> None:
    """Do what a batch of changes asks for; a rebuild stands for all of it."""
    try:
        if any(change.action == "rebuild" for change in changes):
            await _rebuild(call, project, name)
            return
        _say(call, watching.told(name, changes))
        found = existing.of_services(await existing.find(call.api, project.name), [name])
        await watching.sync(call.api, found, changes)
        if any(change.action == "sync+restart" for change in changes):
            words = ("Restarting", "Started")
            await stopping.at_once(call.api, found, progress_of(call, "Restarting"), words, "POST", "/restart", {})
    except CliError as problem:
        warn(call.context, f"Error handling changed files for service {name}: {problem.message}")


async def _rebuild(call: Invocation, project: Project, name: str) -> None:
    _say(call, f'Rebuilding service "{name}" after changes were detected...')
    alone = project.selected([name], False)
    progress = progress_of(call)
    try:
        await images.ensure(call, alone, progress, build=True, pull="policy", quiet=True)
    except CliError as problem:
        _say(call, f"Build failed. Error: {problem.message}")
        raise
    _say(call, f'service "{name}" successfully built')
    convergence = Convergence(call.api, alone, progress, Wishes(recreate="force", named=[name]))
    await convergence.create()
    await convergence.start(only=[name])
