"""The docker command: global options, finding the command that is meant, and running it.

Owns the way from an argument list to an exit status. What each command does is in `commands`, imported when it is run.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from importlib import import_module
from typing import Any

from msgspec import Struct

from fakedocker_shell.cli import plugins
from fakedocker_shell.cli.api import Api
from fakedocker_shell.cli.config_file import ConfigFile
from fakedocker_shell.cli.context import ConnectionRefused, Context
from fakedocker_shell.cli.endpoints import choose_client
from fakedocker_shell.cli.errors import CliError
from fakedocker_shell.cli.flags import FlagError, HelpRequested, Options, parse_flags
from fakedocker_shell.cli.go_values import parse_bool
from fakedocker_shell.cli.releases import Release
from fakedocker_shell.cli.table import Command, find
from fakedocker_shell.cli.usage import (
    FLAGGED_GROUPS,
    NEEDS_EXPERIMENTAL,
    NEEDS_SWARM,
    PLUGIN,
    check_argument_count,
    flag_error,
    help_text,
    refuse_left_out,
    unknown_command,
)

_LOG_LEVELS = frozenset({"panic", "fatal", "error", "warn", "warning", "info", "debug", "trace"})
_BUILD_COMMANDS = frozenset({"image build", "builder", "builder prune"})
_FORWARDED = (("builder",), ("build",), ("image", "build"))
"""Commands that buildx takes over where BuildKit is enabled (docker/cli cmd/docker/builder.go)."""
_DEPRECATED = "DEPRECATED: The legacy builder is deprecated and will be removed in a future release.\n"
_LEGACY_BUILDER = (
    f"{_DEPRECATED}            BuildKit is currently disabled; enable it by removing the DOCKER_BUILDKIT=0\n"
    "            environment-variable.\n\n"
)
_WITHOUT_BUILDX = (
    f"{_DEPRECATED}            Install the buildx component to build images with BuildKit:\n"
    "            https://docs.docker.com/go/buildx/\n\n"
)
_BUILDX_MISSING = (
    "ERROR: BuildKit is enabled but the buildx component is missing or broken.\n"
    "       Install the buildx component to build images with BuildKit:\n"
    "       https://docs.docker.com/go/buildx/"
)
_BAKE_MISSING = (
    "ERROR: docker bake requires the buildx component but it is missing or broken.\n"
    "       Install the buildx component to use bake:\n"
    "       https://docs.docker.com/go/buildx/"
)
_MODULES: dict[str, str] = {
    "attach": "container attach",
    "build": "image build",
    "buildx": "buildx build",
    "builders": (
        "buildx create, buildx du, buildx inspect, buildx ls, buildx prune, buildx rm, buildx stop, buildx use, buildx version"
    ),
    "containers": (
        "container kill, container pause, container unpause, container stop, container restart, container rm, "
        "container wait, container rename, container update, container top, container port, container diff, "
        "container commit, container export, container prune"
    ),
    "compose_config": "compose config",
    "compose_down": (
        "compose down, compose kill, compose pause, compose restart, compose rm, compose stop, compose unpause"
    ),
    "compose_images": "compose build, compose pull, compose push",
    "compose_lists": "compose images, compose ls, compose port, compose ps, compose top, compose version",
    "compose_logs": "compose logs",
    "compose_once": "compose cp, compose exec, compose run",
    "compose_up": "compose create, compose scale, compose start, compose up, compose wait",
    "compose_watch": "compose watch",
    "contexts": ("context create, context inspect, context ls, context rm, context show, context update, context use"),
    "copy": "container cp",
    "events": "system events",
    "execute": "container exec",
    "images": (
        "image ls, image history, image rm, image tag, image prune, image save, image load, image import, builder prune"
    ),
    "imagetools": "buildx imagetools inspect",
    "inspect": "inspect, container inspect, image inspect, network inspect, volume inspect",
    "listing": "container ls",
    "logs": "container logs",
    "manifests": "manifest annotate, manifest create, manifest inspect, manifest push, manifest rm",
    "networks": "network connect, network create, network disconnect, network ls, network prune, network rm",
    "nodes": "node demote, node inspect, node ls, node promote, node ps, node rm, node update",
    "registry": "image pull, image push, login, logout, search",
    "run": "container run, container create, container start",
    "secrets": (
        "config create, config inspect, config ls, config rm, secret create, secret inspect, secret ls, secret rm"
    ),
    "service_changes": "service create, service update",
    "service_logs": "service logs",
    "services": "service inspect, service ls, service ps, service rm, service rollback, service scale",
    "stack_files": "stack config, stack deploy",
    "stacks": "stack ls, stack ps, stack rm, stack services",
    "stats": "container stats",
    "swarm": (
        "swarm ca, swarm init, swarm join, swarm join-token, swarm leave, swarm unlock, swarm unlock-key, swarm update"
    ),
    "system": "version, system info, system df, system prune",
    "plugins": "plugin ls",
    "volumes": "volume create, volume ls, volume prune, volume rm, volume update",
}
"""Module in `commands` -> the commands it has, each as a coroutine named like the command: `container_rm`."""

_WHERE = {command: module for module, names in _MODULES.items() for command in names.split(", ")}


class Invocation(Struct):
    """One run of a docker command: what was asked, and what it has to do it with.

    Args:
        group_options: the flags before the name of a command of a group that has flags of its own, such as compose.
    """

    context: Context
    api: Api
    config: ConfigFile
    options: Options
    global_options: Options
    group_options: Options | None = None

    @property
    def command(self) -> Command:
        """The command that was asked for."""
        return self.options.command

    @property
    def release(self) -> Release:
        """What the client of its release does otherwise."""
        return self.options.release

    @property
    def arguments(self) -> list[str]:
        """Its arguments."""
        return self.options.arguments

    @property
    def group(self) -> Options:
        """The flags of its group, which must have some."""
        assert self.group_options is not None
        return self.group_options


Runner = Callable[[Invocation], Coroutine[Any, Any, int]]


async def docker(context: Context, argv: Sequence[str]) -> int:
    """Run the docker command line.

    Args:
        context: where it runs.
        argv: what comes after the word docker.

    Returns:
        The exit status.
    """
    try:
        return await _run(context, argv)
    except CliError as error:
        if error.message:
            context.err(error.message + "\n")
        if error.lacks:
            context.meet_boundary(error.lacks)
        return error.status


def _columns(context: Context) -> int:
    columns = context.window_size()[1] if context.is_terminal(0) else 0
    return columns or 80


def _find_command(root: Command, words: Sequence[str]) -> tuple[Command, list[str]]:
    """The deepest command the words name, and what follows it. Raises CliError for an unknown one."""
    command, rest = root, list(words)
    while rest and command.subcommands and not rest[0].startswith("-"):
        inner = find(f"{command.name} {rest[0]}".strip(), command.release)
        if inner is None:
            raise unknown_command(command, rest[0])
        command, rest = inner, rest[1:]
    return command, rest


async def _help(context: Context, command: Command) -> str:
    """--help, without the commands that the daemon has no use for; a daemon that is not there hides none."""
    hidden: frozenset[str] = frozenset()
    if command.subcommands:
        try:
            answer = await context.client.request("HEAD", "/_ping")
        except ConnectionRefused:
            pass
        else:
            hidden |= NEEDS_EXPERIMENTAL if answer.header("Docker-Experimental") != "true" else hidden
            hidden |= NEEDS_SWARM if answer.header("Swarm") in ("", "inactive") else hidden
    return help_text(command, _columns(context), hidden)


async def _show_help(context: Context, words: Sequence[str]) -> int:
    command = find(" ".join(words), context.profile.client.release)
    if command is None:
        raise CliError(f"unknown help topic: {' '.join(words)}")
    context.out(await _help(context, command))
    return 0


async def _run(context: Context, argv: Sequence[str]) -> int:
    root = find("", context.profile.client.release)
    assert root is not None
    try:
        global_options = parse_flags(root, argv, context.environment, lambda line: context.out(line + "\n"))
    except FlagError as error:
        raise flag_error(root, str(error)) from None
    except HelpRequested:
        return await _show_help(context, [])
    if global_options["version"]:
        client = context.profile.client
        context.out(f"Docker version {client.version}, build {client.commit}\n")
        return 0
    words = global_options.arguments
    if not words:
        context.err(await _help(context, root))
        return 0
    if words[0] == "help":
        return await _show_help(context, words[1:])
    level = global_options["log-level"]
    if level.lower() not in _LOG_LEVELS:
        raise CliError(f"Unable to parse logging level: {level}")
    if words[0] in plugins.NAMES and not plugins.is_there(context, words[0]):
        raise unknown_command(root, words[0])
    if words[0] == "bake" and not plugins.is_there(context, PLUGIN):
        raise CliError(_BAKE_MISSING)
    if _buildkit_enabled(context, words):
        words = _forwarded(words)
    group_options = None
    if words[0] in FLAGGED_GROUPS and (group := find(words[0], root.release)) is not None:
        group_options = await _parse(context, group, words[1:])
        if group_options is None:
            return 0
        words = [words[0], *group_options.arguments]
        if words[1:] and words[1] not in group.subcommands:
            context.out(await _help(context, group))
    command, rest = _find_command(root, words)
    return await _run_command(context, global_options, command, rest, group_options)


async def _parse(context: Context, command: Command, argv: Sequence[str]) -> Options | None:
    """The flags of a command; None where --help was among them, and has been shown. Raises CliError."""
    try:
        return parse_flags(command, argv, context.environment, lambda line: context.out(line + "\n"))
    except FlagError as error:
        raise flag_error(command, str(error)) from None
    except HelpRequested:
        context.out(await _help(context, command))
        return None


def _buildkit_enabled(context: Context, words: Sequence[str]) -> bool:
    """Whether builds are buildx's: unless DOCKER_BUILDKIT says otherwise. Raises CliError where it says nonsense."""
    if not any(tuple(words[: len(names)]) == names for names in _FORWARDED):
        return False
    choice = context.environment.get("DOCKER_BUILDKIT", "")
    try:
        is_wanted = bool(choice) and parse_bool(choice)
    except ValueError as problem:
        raise CliError(f"DOCKER_BUILDKIT environment variable expects boolean value: {problem}") from None
    is_there = plugins.is_there(context, PLUGIN)
    if is_wanted and not is_there:
        raise CliError(_BUILDX_MISSING)
    return is_wanted or (is_there and not choice)


def _forwarded(words: Sequence[str]) -> list[str]:
    """The command of buildx for one of docker's own."""
    if words[0] == "builder":
        return [PLUGIN, *words[1:]]
    return [PLUGIN, *words[1 if words[0] == "image" else 0 :]]


async def _run_command(
    context: Context, global_options: Options, command: Command, rest: list[str], group_options: Options | None
) -> int:
    if command.canonical in _BUILD_COMMANDS and "--help" not in rest:
        context.err(_LEGACY_BUILDER if context.environment.get("DOCKER_BUILDKIT") else _WITHOUT_BUILDX)
    options = await _parse(context, command, rest)
    if options is None:
        return 0
    if command.subcommands:
        if options.arguments:
            raise unknown_command(command, options.arguments[0])
        show = context.out if command.name in FLAGGED_GROUPS else context.err
        show(await _help(context, command))
        return 0
    check_argument_count(command, options.arguments)
    config = ConfigFile.load(context, global_options["config"] if global_options.changed("config") else "")
    client = choose_client(context, config, global_options)
    invocation = Invocation(context, Api(context, client), config, options, global_options, group_options)
    if group_options is not None:
        refuse_left_out(command, group_options, options)
    runner = _runner(command)
    return await runner(invocation)


def _runner(command: Command) -> Runner:
    module = _WHERE.get(command.canonical, "unsupported")
    name = command.canonical.replace(" ", "_").replace("-", "_")
    package = import_module(f"fakedocker_shell.cli.commands.{module}")
    runner: Runner = getattr(package, name) if module != "unsupported" else package.unsupported
    return runner
