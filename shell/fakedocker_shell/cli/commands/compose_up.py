"""docker compose up, create, start, scale, wait."""

from __future__ import annotations

from collections.abc import Sequence

from fakedocker.base.clock import SECOND_NS
from fakedocker.base.numbers import is_digits
from fakedocker_shell.cli.errors import CliError, UnsimulatedError
from fakedocker_shell.cli.main import Invocation
from fakedocker_shell.compose import existing, images, stopping, waiting
from fakedocker_shell.compose.attaching import Attached
from fakedocker_shell.compose.converging import Convergence, Wishes
from fakedocker_shell.compose.existing import Found
from fakedocker_shell.compose.files import load
from fakedocker_shell.compose.progress import Progress
from fakedocker_shell.compose.project import Project


def progress_of(call: Invocation, title: str = "Running") -> Progress:
    """Where this run of compose shows what it does."""
    mode = call.group["progress"]
    if mode == "auto":  # compose's cmd/compose/compose.go
        mode = call.context.environment.get("COMPOSE_PROGRESS") or mode
    if mode not in ("auto", "plain", "tty", "quiet"):
        raise CliError(f'unsupported --progress value "{mode}"')
    return Progress(call.context, "plain" if mode == "auto" and call.group["ansi"] == "never" else mode, title)


def has_colors(call: Invocation) -> bool:
    """Whether lines may have colours."""
    return not call.options["no-color"] and call.group["ansi"] != "never"


def timeout_of(call: Invocation) -> int | None:
    """--timeout, if it was given."""
    return int(call.options["timeout"]) if call.options.changed("timeout") else None


def _scale(call: Invocation, words: Sequence[str], project: Project) -> dict[str, int]:
    found = {}
    for word in words:
        name, _, count = word.partition("=")
        if not is_digits(count.lstrip("-")):
            raise CliError(f"invalid scale specifier: {word}")
        if name not in project.services:
            raise CliError(f"no such service: {name}")
        found[name] = int(count)
    return found


def _wishes(call: Invocation, project: Project) -> Wishes:
    options = call.options
    if options["force-recreate"] and options["no-recreate"]:
        raise CliError("--force-recreate and --no-recreate are incompatible")
    if options.get("always-recreate-deps") and options["no-recreate"]:
        raise CliError("--always-recreate-deps and --no-recreate are incompatible")
    recreate = "force" if options["force-recreate"] else "never" if options["no-recreate"] else "diverged"
    dependencies = "force" if options.get("always-recreate-deps") else "diverged" if recreate == "force" else recreate
    return Wishes(
        recreate=recreate,
        recreate_dependencies=dependencies,
        named=call.arguments,
        renew_volumes=bool(options.get("renew-anon-volumes")),
        remove_orphans=options["remove-orphans"],
        scale=_scale(call, options["scale"], project),
        timeout_seconds=timeout_of(call) if "timeout" in call.command.flags else None,
    )


async def _create(call: Invocation, project: Project, progress: Progress) -> Convergence:
    """Images, networks, volumes and containers. Raises CliError."""
    options = call.options
    if options["build"] and options["no-build"]:
        raise CliError("--build and --no-build are incompatible")
    build = True if options["build"] else False if options["no-build"] else None
    pull = options["pull"] if options.changed("pull") else "policy"
    await images.ensure(call, project, progress_of(call), build=build, pull=pull, quiet=options["quiet-pull"])
    convergence = Convergence(call.api, project, progress, _wishes(call, project))
    await convergence.create()
    return convergence


def _with_dependencies(call: Invocation) -> bool:
    return not call.options.get("no-deps")


async def compose_create(call: Invocation) -> int:
    """Make the containers of a project."""
    project = (await load(call.context, call.group)).selected(call.arguments)
    await _create(call, project, progress_of(call))
    return 0


async def compose_up(call: Invocation) -> int:
    """Make what is missing and start it; without -d, show what it prints until it ends."""
    options = call.options
    stops_together = options["abort-on-container-exit"] or bool(options["exit-code-from"])
    if options["watch"]:
        raise UnsimulatedError("docker compose up --watch is not simulated")
    if stops_together and options["detach"]:
        raise CliError("--abort-on-container-exit and --detach are incompatible")
    project = (await load(call.context, call.group)).selected(call.arguments, _with_dependencies(call))
    if options["exit-code-from"] and options["exit-code-from"] not in project.services:
        raise CliError(f"no such service: {options['exit-code-from']}")
    progress = progress_of(call)
    convergence = await _create(call, project, progress)
    if options["no-start"]:
        return 0
    if options["detach"] or options["wait"]:
        groups = await convergence.start()
        if options["wait"]:
            limit_seconds = int(options["wait-timeout"] or 0)
            until_ns = call.context.now_ns() + limit_seconds * SECOND_NS if limit_seconds > 0 else 0
            await waiting.for_all(call.api, groups, project.services, progress, until_ns)
        return 0
    attached = Attached(
        call,
        project,
        _attached_services(call, project),
        stops_together=stops_together,
        colors=has_colors(call),
    )
    return await attached.run(convergence)


def _attached_services(call: Invocation, project: Project) -> list[str]:
    options = call.options
    chosen = list(options["attach"]) or list(project.services)
    if call.arguments and not options["attach"] and not options["attach-dependencies"]:
        chosen = [name for name in chosen if name in call.arguments]
    return [
        name
        for name in chosen
        if name not in options["no-attach"] and project.services[name].get("attach", True) is not False
    ]


async def compose_start(call: Invocation) -> int:
    """Start containers that were made before."""
    project = (await load(call.context, call.group)).selected(call.arguments)
    groups = existing.by_service(await existing.find(call.api, project.name))
    for name in call.arguments or sorted(project.services):
        if not groups.get(name):
            raise CliError(f'service "{name}" has no container to start')
    await Convergence(call.api, project, progress_of(call), Wishes()).start()
    return 0


async def compose_scale(call: Invocation) -> int:
    """Let services have another number of containers."""
    whole = await load(call.context, call.group)
    names = [word.partition("=")[0] for word in call.arguments]
    project = whole.selected(names, _with_dependencies(call))
    wishes = Wishes(scale=_scale(call, call.arguments, project))
    await images.ensure(call, project, progress_of(call), build=None, pull="policy", quiet=False)
    convergence = Convergence(call.api, project, progress_of(call), wishes)
    await convergence.create()
    await convergence.start()
    return 0


async def compose_wait(call: Invocation) -> int:
    """Wait until the first container of some services ends, and show its exit status."""
    project = (await load(call.context, call.group)).selected(call.arguments, with_dependencies=False)
    found = existing.of_services(await existing.find(call.api, project.name), call.arguments)
    if not found:
        raise CliError('no containers for project "' + project.name + '"')
    code = await _first_end(call, found)
    if call.options["down-project"]:
        await stopping.down(call.api, project.name, (await load(call.context, call.group)), progress_of(call))
    return code


async def _first_end(call: Invocation, found: Sequence[Found]) -> int:
    exchanges = [(one, await call.api.start("POST", f"/containers/{one.id}/wait", {})) for one in found]
    while True:
        for one, exchange in exchanges:
            if exchange.finished:
                code = int(exchange.response.json().get("StatusCode", 0))
                for _, other in exchanges:
                    other.close()
                call.context.out(f'container "{one.id}" exited with status code {code}\n')
                return code
        await call.context.wait_any(*(exchange for _, exchange in exchanges))
