"""docker run, create and start."""

from __future__ import annotations

import posixpath
import re

from fakedocker.base.json_types import JsonObject
from fakedocker.base.patterns import lazy_pattern
from fakedocker_shell.cli import reference, releases
from fakedocker_shell.cli.api import auth_header, checked_name, escape
from fakedocker_shell.cli.context import ConnectionRefused, Exchange
from fakedocker_shell.cli.create_config import build_request
from fakedocker_shell.cli.errors import CliError, DaemonError, UnsimulatedError
from fakedocker_shell.cli.hijack import Connection, Signals, check_terminal, resize
from fakedocker_shell.cli.main import Invocation
from fakedocker_shell.cli.platforms import parse_platform
from fakedocker_shell.cli.progress import show_messages

_PULL_CHOICES = ("always", "missing", "never", "")
_NOT_FOUND = ("executable file not found", "no such file or directory", "system cannot find the file specified")
_NOT_EXECUTABLE = ("permission denied", "is a directory")
_LOCAL_DNS = lazy_pattern(r"127(?:\.\d+){3}|::1")


def _with_help(message: str, command: str) -> str:
    return f"docker: {message}\n\nRun 'docker {command} --help' for more information"


def _run_error(error: CliError) -> CliError:
    """An error of run, with docker's exit status for its cause."""
    status = 125
    if any(words in error.message for words in _NOT_FOUND):
        status = 127
    elif any(words in error.message for words in _NOT_EXECUTABLE):
        status = 126
    return CliError(_with_help(error.message, "run"), status)


def _prepare(call: Invocation, command: str) -> JsonObject:
    """Check the flags, and make the request. Raises CliError with the command's words."""
    pull = call.options["pull"]
    try:
        if pull not in _PULL_CHOICES:
            raise CliError(f'invalid pull option: \'{pull}\': must be one of "always", "missing" or "never"')
        return build_request(call.context, call.options)
    except CliError as error:
        raise CliError(_with_help(error.message, command), 125) from None


# creating


async def _pull(call: Invocation, image: str) -> None:
    """Fetch an image, its progress on standard error."""
    parsed = reference.parse(image).with_default_tag()
    registry = "https://index.docker.io/v1/" if parsed.domain == reference.DEFAULT_DOMAIN else parsed.domain
    credentials = call.config.credentials(registry)
    auth = {**credentials, "serveraddress": registry} if credentials else {}
    query = {"fromImage": parsed.name, "tag": parsed.digest or parsed.tag}
    if call.options["platform"]:
        query["platform"] = call.options["platform"].lower()
    stream = await call.api.open("POST", "/images/create", query, None, auth_header(auth))
    await show_messages(call.context, stream, to_error=True, quiet=call.options["quiet"])


def _check_cidfile(call: Invocation) -> str:
    name: str = call.options["cidfile"]
    if not name:
        return ""
    path = posixpath.join(call.context.directory, name)
    try:
        call.context.files.stat(path)
    except OSError:
        pass
    else:
        raise CliError(f"container ID file found, make sure the other container isn't running or delete {name}")
    try:
        call.context.files.write_bytes(path, b"")
    except OSError as error:
        raise CliError(
            f"failed to create the container ID file: open {name}: {(error.strerror or '').lower()}"
        ) from None
    return path


def _image_is_missing(error: CliError) -> bool:
    """Whether the client would fetch the image: it takes any 404 to the create request for a missing image."""
    return isinstance(error, DaemonError) and error.http_status == 404


async def _create(call: Invocation, body: JsonObject) -> str:
    """Make the container, fetching its image if that is needed and wanted. Returns its id. Raises CliError."""
    cidfile = _check_cidfile(call)
    try:
        container = await _create_or_pull(call, body)
    except CliError:
        if cidfile:
            call.context.files.remove(cidfile)
        raise
    for warning in container.get("Warnings") or []:
        call.context.err(f"WARNING: {warning}\n")
    if cidfile:
        call.context.files.write_bytes(cidfile, container["Id"].encode())
    return str(container["Id"])


async def _create_or_pull(call: Invocation, body: JsonObject) -> JsonObject:
    image = body["Image"]
    named: reference.Reference | None = None
    if not re.fullmatch("(sha256:)?[a-f0-9]{64}", image):
        try:
            named = reference.parse(image).with_default_tag()
        except ValueError as error:
            raise CliError(str(error)) from None
    options = call.options
    query = {"name": options["name"]} if options["name"] else {}
    if options["platform"]:
        try:
            platform = parse_platform(options["platform"])
        except CliError as error:
            raise CliError(f"error parsing specified platform: {error.message}") from None
        parts = (platform["os"], platform["architecture"], platform.get("variant", ""))
        query["platform"] = "/".join(part for part in parts if part)
    if options["pull"] == "always":
        await _pull(call, image)
    if call.context.is_terminal(1):
        body["HostConfig"]["ConsoleSize"] = list(call.context.window_size())
    try:
        created: JsonObject = await call.api.post("/containers/create", query, body)
    except CliError as error:
        if named is None or options["pull"] not in ("missing", "") or not _image_is_missing(error):
            raise
        if not options["quiet"]:
            call.context.err(f"Unable to find image '{named.familiar}' locally\n")
        await _pull(call, image)
        created = await call.api.post("/containers/create", query, body)
    if call.release.warns_of_loopback and any(_LOCAL_DNS.fullmatch(address) for address in body["HostConfig"]["Dns"]):
        address = next(a for a in body["HostConfig"]["Dns"] if _LOCAL_DNS.fullmatch(a))
        created["Warnings"] = [
            *(created.get("Warnings") or []),
            f"Localhost DNS ({address}) may fail in containers.",
        ]
    return created


async def container_create(call: Invocation) -> int:
    """Make a container, and show its id."""
    body = _prepare(call, "create")
    call.context.out(await _create(call, body) + "\n")
    return 0


# running


async def _status(call: Invocation, waiting: Exchange) -> int:
    """The exit status that a wait answers with."""
    while not waiting.finished:
        await call.context.wait_any(waiting)
    try:
        answer = waiting.response.json()
    except (ValueError, ConnectionRefused):
        return 125
    if (answer.get("Error") or {}).get("Message"):
        call.context.err(f"Error waiting for container: {answer['Error']['Message']}\n")
        return 125
    return int(answer["StatusCode"])


def _attach_query(config: JsonObject, detach_keys: str) -> dict[str, str]:
    query = {"stream": "1"}
    for key, name in (("AttachStdin", "stdin"), ("AttachStdout", "stdout"), ("AttachStderr", "stderr")):
        if config[key]:
            query[name] = "1"
    if detach_keys:
        query["detachKeys"] = detach_keys
    return query


async def container_run(call: Invocation) -> int:
    """Make a container and start it."""
    body = _prepare(call, "run")
    options = call.options
    if options["detach"]:
        if options["attach"]:
            raise CliError("conflicting options: cannot specify both --attach and --detach")
        for key in ("AttachStdin", "AttachStdout", "AttachStderr", "StdinOnce"):
            body[key] = False
    else:
        check_terminal(call.context, body["AttachStdin"], body["Tty"], call.release)
    try:
        identifier = await _create(call, body)
    except CliError as error:
        raise _run_error(error) from None
    attached = body["AttachStdin"] or body["AttachStdout"] or body["AttachStderr"]
    if not attached:
        call.context.out(identifier + "\n")
    return await start_attached(call, identifier, body, attached)


async def start_attached(call: Invocation, identifier: str, config: JsonObject, attached: bool) -> int:
    """Connect, wait, start, pass input and output on, and give the exit status: in docker's order."""
    options = call.options
    path = f"/containers/{escape(identifier)}"
    detach_keys = options["detach-keys"] or call.config.text("detachKeys")
    connection = None
    if attached:
        stream = await call.api.open(
            "POST", f"{path}/attach", _attach_query(config, detach_keys), None, {"Content-Type": "text/plain"}, True
        )
        connection = Connection(
            call.api,
            stream,
            tty=config["Tty"],
            stdin=config["AttachStdin"],
            stdout=config["AttachStdout"],
            stderr=config["AttachStderr"],
            detach_keys=detach_keys,
        )
    signals = Signals()
    if options["sig-proxy"]:
        signals.kill_path = f"{path}/kill"
    condition = "removed" if options["rm"] else "next-exit"
    waiting = await call.api.start("POST", f"{path}/wait", {"condition": condition})
    try:
        await call.api.post(f"{path}/start")
    except CliError as error:
        if connection is not None:
            connection.abandon()
        if options["rm"]:
            await _status(call, waiting)
        raise _run_error(error) from None
    if connection is None:
        waiting.close()
        return 0
    if config["Tty"] and call.context.is_terminal(1):
        signals.resize_path = f"{path}/resize"
        await resize(call.api, signals.resize_path)
    await connection.run(signals)
    if connection.detached:
        waiting.close()
        return 0
    return await _status(call, waiting)


# starting


async def container_start(call: Invocation) -> int:
    """Start containers that exist."""
    options = call.options
    if options["attach"] or options["interactive"]:
        if len(call.arguments) > 1:
            raise CliError("you cannot start and attach multiple containers at once")
        return await _start_and_attach(call, call.arguments[0])
    if options["checkpoint"]:
        raise UnsimulatedError("checkpoints are not simulated")
    failed = []
    for name in call.arguments:
        try:
            await call.api.post(f"/containers/{checked_name('container', name)}/start")
        except CliError as error:
            call.context.err(error.message + "\n")
            failed.append(name)
            continue
        call.context.out(name + "\n")
    if failed:
        raise CliError(call.release.text(releases.START, names=", ".join(failed)))
    return 0


async def _start_and_attach(call: Invocation, name: str) -> int:
    container = await call.api.get(f"/containers/{checked_name('container', name)}/json")
    path = f"/containers/{container['Id']}"
    tty = container["Config"]["Tty"]
    stdin = call.options["interactive"] and container["Config"]["OpenStdin"]
    detach_keys = call.options["detach-keys"] or call.config.text("detachKeys")
    attach = {"AttachStdin": stdin, "AttachStdout": True, "AttachStderr": True}
    stream = await call.api.open(
        "POST", f"{path}/attach", _attach_query(attach, detach_keys), None, {"Content-Type": "text/plain"}, True
    )
    connection = Connection(call.api, stream, tty=tty, stdin=stdin, detach_keys=detach_keys)
    removes = bool((container.get("HostConfig") or {}).get("AutoRemove"))
    waiting = await call.api.start("POST", f"{path}/wait", {"condition": "removed" if removes else "next-exit"})
    try:
        await call.api.post(f"{path}/start")
    except CliError:
        connection.abandon()
        if removes:
            await _status(call, waiting)
        raise
    signals = Signals(kill_path="" if tty else f"{path}/kill")
    if tty and call.context.is_terminal(1):
        signals.resize_path = f"{path}/resize"
        await resize(call.api, signals.resize_path)
    await connection.run(signals)
    if connection.detached:
        waiting.close()
        return 0
    return await _status(call, waiting)
