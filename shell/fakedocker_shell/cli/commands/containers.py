"""Commands that do one thing to containers: stop, kill, rm, rename, update, top, port and their like."""

from __future__ import annotations

from fakedocker.base.json_types import JsonObject
from fakedocker.base.numbers import is_digits
from fakedocker.base.units import human_size
from fakedocker_shell.cli import reference, releases
from fakedocker_shell.cli.api import checked_name, filters_query
from fakedocker_shell.cli.create_options import resources
from fakedocker_shell.cli.errors import CliError, DaemonError
from fakedocker_shell.cli.main import Invocation
from fakedocker_shell.cli.many import Outcome, one_by_one, raise_all, send_all
from fakedocker_shell.cli.output_files import OutputFile
from fakedocker_shell.cli.questions import confirm
from fakedocker_shell.cli.rows_others import natural_key
from fakedocker_shell.cli.tabwriter import align

_CHANGE_LETTERS = {0: "C", 1: "A", 2: "D"}


async def _at_once(call: Invocation, method: str, path: str, query: dict[str, str], names: list[str]) -> int:
    """Send one request per container, show the names of those that went well and complain about the rest."""
    complaints: list[str] = []
    force = call.command.canonical == "container rm" and call.options["force"]

    def report(index: int, outcome: Outcome) -> None:
        if outcome is None:
            call.context.out(names[index] + "\n")
        elif force and isinstance(outcome, DaemonError) and outcome.http_status == 404:
            if not call.release.forgives_missing:
                call.context.err(outcome.message + "\n")
        else:
            complaints.append(outcome.message)

    requests = [(method, path.format(checked_name("container", name.strip("/"))), query) for name in names]
    await send_all(call.api, requests, report)
    raise_all(complaints)
    return 0


async def container_kill(call: Invocation) -> int:
    """Send a signal to containers."""
    query = {"signal": call.options["signal"]} if call.options["signal"] else {}
    return await _at_once(call, "POST", "/containers/{}/kill", query, call.arguments)


async def container_pause(call: Invocation) -> int:
    """Freeze containers."""
    return await _at_once(call, "POST", "/containers/{}/pause", {}, call.arguments)


async def container_unpause(call: Invocation) -> int:
    """Let frozen containers go on."""
    return await _at_once(call, "POST", "/containers/{}/unpause", {}, call.arguments)


def _stop_query(call: Invocation) -> dict[str, str]:
    query = {}
    if call.options["signal"]:
        query["signal"] = call.options["signal"]
    if call.options.changed("timeout"):
        query["t"] = str(call.options["timeout"])
    return query


async def container_stop(call: Invocation) -> int:
    """Stop containers, all at once."""
    return await _at_once(call, "POST", "/containers/{}/stop", _stop_query(call), call.arguments)


async def container_restart(call: Invocation) -> int:
    """Restart containers, one after the other."""

    async def restart(name: str) -> None:
        await call.api.post(f"/containers/{checked_name('container', name)}/restart", _stop_query(call))
        call.context.out(name + "\n")

    await one_by_one(call.arguments, restart)
    return 0


async def container_rm(call: Invocation) -> int:
    """Remove containers."""
    options = call.options
    query = {}
    for flag, parameter in (("volumes", "v"), ("link", "link"), ("force", "force")):
        if options[flag]:
            query[parameter] = "1"
    if any(not name.strip("/") for name in call.arguments):
        raise CliError("container name cannot be empty")
    return await _at_once(call, "DELETE", "/containers/{}", query, call.arguments)


async def container_wait(call: Invocation) -> int:
    """Wait for containers, and show their exit codes."""

    async def wait(name: str) -> None:
        answer = await call.api.post(f"/containers/{checked_name('container', name)}/wait")
        call.context.out(f"{answer['StatusCode']}\n")

    await one_by_one(call.arguments, wait)
    return 0


async def container_rename(call: Invocation) -> int:
    """Rename a container."""
    old, new = (name.strip() for name in call.arguments)
    if call.release.wraps_rename:
        return await _rename(call, old, new)
    if not old or not new:
        raise CliError(releases.NAMES_EMPTY)
    try:
        await call.api.post(f"/containers/{checked_name('container', old)}/rename", {"name": new})
    except CliError as error:
        call.context.err(error.message + "\n")
        raise CliError(call.release.text(releases.RENAME, name=old)) from None
    return 0


async def _rename(call: Invocation, old: str, new: str) -> int:
    """The same with one line for what goes wrong (moby client/container_rename.go)."""
    try:
        path = f"/containers/{checked_name('container', old)}/rename"
        if not new.removeprefix("/"):
            raise CliError("new name cannot be blank")
        await call.api.post(path, {"name": new})
    except CliError as error:
        raise CliError(call.release.text(releases.RENAME, problem=error.message)) from None
    return 0


async def container_update(call: Invocation) -> int:
    """Change containers' limits."""
    if not call.options.any_changed():
        raise CliError("you must provide one or more flags when using this command")
    policy = {"Name": "", "MaximumRetryCount": 0}
    if call.options["restart"]:
        from fakedocker_shell.cli.create_options import restart_policy

        policy = restart_policy(call.options["restart"])
    body: JsonObject = {**resources(call.options), "RestartPolicy": policy}
    warnings: list[str] = []

    async def update(name: str) -> None:
        answer = await call.api.post(f"/containers/{checked_name('container', name)}/update", None, body)
        call.context.out(name + "\n")
        warnings.extend(answer.get("Warnings") or [])

    try:
        await one_by_one(call.arguments, update)
    finally:
        if warnings:
            call.context.out("\n".join(warnings) + "\n")
    return 0


async def container_top(call: Invocation) -> int:
    """Show a container's processes."""
    name, *ps_options = call.arguments
    query = {"ps_args": " ".join(ps_options)} if ps_options else None
    answer = await call.api.get(f"/containers/{checked_name('container', name)}/top", query)
    rows = [answer["Titles"], *(answer["Processes"] or [])]
    call.context.out(align("".join("\t".join(row) + "\n" for row in rows), minimum=20))
    return 0


async def container_port(call: Invocation) -> int:
    """Show where ports are published."""
    name = call.arguments[0]
    container = await call.api.get(f"/containers/{checked_name('container', name)}/json")
    published = (container.get("NetworkSettings") or {}).get("Ports") or {}
    if len(call.arguments) > 1:
        wanted = call.arguments[1]
        number, slash, protocol = wanted.partition("/")
        bindings = published.get(f"{number}/{protocol if slash else 'tcp'}") if is_digits(number) else None
        if not is_digits(number):
            raise CliError(call.release.text(releases.PORT_NUMBER, port=wanted, number=number))
        if not bindings:
            raise CliError(call.release.text(releases.NO_PUBLIC_PORT, port=wanted, name=name))
        lines = [_host_port(binding) for binding in bindings]
    else:
        lines = [
            f"{port} -> {_host_port(binding)}" for port, bindings in published.items() for binding in bindings or []
        ]
    if lines:
        call.context.out("".join(f"{line}\n" for line in sorted(lines, key=natural_key)))
    return 0


def _host_port(binding: dict[str, str]) -> str:
    address = binding["HostIp"]
    return f"[{address}]:{binding['HostPort']}" if ":" in address else f"{address}:{binding['HostPort']}"


async def container_diff(call: Invocation) -> int:
    """Show what has changed in a container's files."""
    name = call.arguments[0]
    changes = await call.api.get(f"/containers/{checked_name('container', name)}/changes")
    for change in changes or []:
        call.context.out(f"{_CHANGE_LETTERS[change['Kind']]} {change['Path']}\n")
    return 0


async def container_commit(call: Invocation) -> int:
    """Make an image of a container."""
    options = call.options
    name, target = [*call.arguments, ""][:2]
    query: JsonObject = {"container": name, "comment": options["message"], "author": options["author"]}
    if target:
        try:
            parsed = reference.parse(target)
        except ValueError as error:
            raise CliError(str(error)) from None
        if parsed.digest:
            raise CliError("refusing to create a tag with a digest reference")
        query["repo"], query["tag"] = parsed.name, parsed.with_default_tag().tag
    if options["change"]:
        query["changes"] = options["change"]
    if options.changed("pause") and options.changed("no-pause"):
        raise CliError("conflicting options: --no-pause and --pause cannot be used together")
    if not options["pause"] or options.get("no-pause"):
        query["pause"] = "0"
    answer = await call.api.post("/commit", {"repo": "", "tag": "", **query})
    call.context.out(answer["Id"] + "\n")
    return 0


async def container_export(call: Invocation) -> int:
    """Write a container's files as a tar archive."""
    output = call.options["output"]
    if not output and call.context.is_terminal(1):
        raise CliError("cowardly refusing to save to a terminal. Use the -o flag or redirect")
    target = OutputFile(call.context, output, "failed to export container")
    name = call.arguments[0]
    stream = await call.api.open("GET", f"/containers/{checked_name('container', name)}/export")
    await target.take_all(stream)
    return 0


async def container_prune(call: Invocation) -> int:
    """Remove stopped containers."""
    if not call.options["force"] and not await confirm(
        call.context, "WARNING! This will remove all stopped containers."
    ):
        return 0
    answer = await call.api.post("/containers/prune", filters_query(call.options["filter"]))
    call.context.out(deleted_containers(answer))
    call.context.out(f"Total reclaimed space: {human_size(answer.get('SpaceReclaimed') or 0)}\n")
    return 0


def deleted_containers(answer: JsonObject) -> str:
    """What prune says of the containers it removed."""
    deleted = answer.get("ContainersDeleted") or []
    return "Deleted Containers:\n" + "".join(f"{name}\n" for name in deleted) + "\n" if deleted else ""
