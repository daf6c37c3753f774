"""docker compose exec, run, cp: the docker commands of those names, for a service's container."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from fakedocker_shell.cli.api import escape
from fakedocker_shell.cli.commands import copy, execute, run
from fakedocker_shell.cli.commands.compose_down import project_or_name
from fakedocker_shell.cli.commands.compose_up import progress_of
from fakedocker_shell.cli.errors import CliError
from fakedocker_shell.cli.flags import Options
from fakedocker_shell.cli.hijack import check_terminal
from fakedocker_shell.cli.main import Invocation
from fakedocker_shell.cli.ports import parse_published
from fakedocker_shell.cli.table import find
from fakedocker_shell.compose import existing, images, labels, requests
from fakedocker_shell.compose.converging import Convergence, Wishes
from fakedocker_shell.compose.existing import Found
from fakedocker_shell.compose.files import load
from fakedocker_shell.compose.injected_files import inject
from fakedocker_shell.compose.project import Project, Service


def _as(call: Invocation, command: str, arguments: list[str], options: Mapping[str, Any]) -> Invocation:
    """Another docker command, with those options."""
    found = find(command, call.options.command.release)
    assert found is not None
    made = Options(found)
    made.arguments = arguments
    for name, value in options.items():
        made.put(name, value)
    return Invocation(call.context, call.api, call.config, made, call.global_options)


async def _running(call: Invocation, service: str) -> Found:
    """The container of a service that a command is for. Raises CliError if it does not run."""
    name, _ = await project_or_name(call)
    index = int(call.options["index"] or 0)
    found = existing.of_services(await existing.find(call.api, name, everything=False), [service])
    found = [one for one in found if not index or one.number == index]
    if not found:
        raise CliError(f'service "{service}" is not running{f" container #{index}" if index else ""}')
    return found[0]


async def compose_exec(call: Invocation) -> int:
    """Run a command in a service's container."""
    options = call.options
    service, *command = call.arguments
    one = await _running(call, service)
    terminal = call.context.is_terminal(0) and not options["no-TTY"]
    given = {
        "tty": terminal,
        "interactive": not options["detach"],
        "detach": options["detach"],
        "env": options["env"],
        "user": options["user"],
        "workdir": options["workdir"],
        "privileged": options["privileged"],
    }
    return await execute.container_exec(_as(call, "container exec", [one.id, *command], given))


async def compose_cp(call: Invocation) -> int:
    """Copy between a service's container and here."""
    source, target = call.arguments
    from_service, from_path = copy.split_argument(source)
    to_service, to_path = copy.split_argument(target)
    if bool(from_service) == bool(to_service):
        raise CliError("copying between services is not supported" if from_service else "unknown copy direction")
    service = from_service or to_service
    name, _ = await project_or_name(call)
    index = int(call.options["index"] or 0)
    found = existing.of_services(await existing.find(call.api, name), [service])
    found = [one for one in found if not index or one.number == index]
    if not found:
        raise CliError(f'no container found for service "{service}"')
    if from_service:
        found = found[:1]
    progress = progress_of(call, "Copying")
    for one in found:
        inner = f"{one.name}:{from_path}" if from_service else f"{one.name}:{to_path}"
        words = f"copy {inner} to {target}" if from_service else f"copy {source} to {inner}"
        progress.begin(one.name, words, "Copying")
        arguments = [f"{one.id}:{from_path}", target] if from_service else [source, f"{one.id}:{to_path}"]
        given = {"archive": call.options["archive"], "follow-link": call.options["follow-link"], "quiet": True}
        await copy.container_cp(_as(call, "container cp", arguments, given))
        progress.end(one.name, words, why="Copied")
    return 0


# run


async def compose_run(call: Invocation) -> int:
    """Run a command in a container of its own that is made like a service's."""
    options = call.options
    name, *command = call.arguments
    whole = await load(call.context, call.group)
    project = whole.selected([name], not options["no-deps"])
    service = project.services[name]
    build = True if options["build"] else None
    await images.ensure(call, project, progress_of(call), build=build, pull="policy", quiet=options["quiet-pull"])
    progress = progress_of(call)
    dependencies = [other for other in project.services if other != name]
    if dependencies:
        others = whole.selected(dependencies)
        convergence = Convergence(call.api, others, progress, Wishes(remove_orphans=options["remove-orphans"]))
        await convergence.create()
        await convergence.start()
    await Convergence(call.api, project, progress, Wishes()).ensure_surroundings()
    body, container_name = await _one_off(call, project, service, command)
    created = await call.api.post("/containers/create", {"name": container_name}, body)
    given = {"rm": options["rm"], "detach": options["detach"]}
    inner = _as(call, "container run", [], given)
    await inject(call.api, project, service, created["Id"])
    if options["detach"]:
        await call.api.post(f"/containers/{created['Id']}/start")
        call.context.out(f"{created['Id']}\n")
        return 0
    check_terminal(call.context, body["AttachStdin"], body["Tty"])
    try:
        return await run.start_attached(inner, created["Id"], body, attached=True)
    except CliError as problem:
        message = problem.message.removeprefix("docker: ").partition("\n\nRun 'docker")[0]
        raise CliError(message, problem.status) from None


async def _one_off(
    call: Invocation, project: Project, service: Service, command: list[str]
) -> tuple[dict[str, Any], str]:
    """The body of the request that makes the container, and its name."""
    options = call.options
    settings = dict(service.settings)
    settings.pop("container_name", None)
    settings.pop("restart", None)
    changes = {
        "command": command or None, "user": options["user"] or None, "working_dir": options["workdir"] or None,
        "entrypoint": options["entrypoint"].split() if options.changed("entrypoint") else None,
    }  # fmt: skip
    settings |= {key: value for key, value in changes.items() if value is not None}
    if options.changed("entrypoint") and not command:
        settings["command"] = []
    if not options["service-ports"]:
        settings["ports"] = []
    environment = dict(settings.get("environment", {}))
    for pair in options["env"]:
        variable, equals, value = pair.partition("=")
        environment[variable] = value if equals else project.environment.get(variable)
    settings["environment"] = environment
    for key in ("cap_add", "cap_drop"):
        settings[key] = [*settings.get(key, ()), *options[key.replace("_", "-")]]
    made = Service(service.name, settings)
    moment = f"{project.name} {service.name} {call.context.now_ns()}"
    slug = hashlib.sha256(moment.encode()).hexdigest()
    name = options["name"] or f"{project.name}-{service.name}-run-{slug[:12]}"
    image = await call.api.get(f"/images/{escape(project.image(service))}/json")
    networks = {one.service: one.id for one in await existing.find(call.api, project.name)}
    body = requests.container(project, made, 1, image["Id"], name, networks)
    body["Labels"] = requests.container_labels(project, service, 1, image["Id"], one_off=True)
    body["Labels"] |= {labels.SLUG: slug, **_labels(options["label"])}
    _publish(body, options["publish"])
    body["HostConfig"]["AutoRemove"] = options["rm"]
    body["HostConfig"]["Binds"] = [*(body["HostConfig"]["Binds"] or ()), *options["volume"]] or None
    terminal = call.context.is_terminal(0) and not options["no-TTY"] and not options["detach"]
    stdin = options["interactive"] and not options["detach"]
    body |= {"Tty": terminal, "OpenStdin": stdin, "AttachStdin": stdin, "StdinOnce": stdin}
    if not options["use-aliases"]:
        for endpoint in body["NetworkingConfig"]["EndpointsConfig"].values():
            endpoint["Aliases"] = [name]
    return body, name


def _labels(words: list[str]) -> dict[str, str]:
    return {name: value for name, _, value in (word.partition("=") for word in words)}


def _publish(body: dict[str, Any], words: list[str]) -> None:
    for word in words:
        for port, binding in parse_published(word):
            body["ExposedPorts"][port] = {}
            body["HostConfig"]["PortBindings"].setdefault(port, []).append(binding)
