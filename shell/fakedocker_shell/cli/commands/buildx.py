"""docker buildx: builds by the engine's BuildKit, what its cache holds, and the one builder there is.

Source: buildx 0.13 (commands/*.go), the recording of builds.
"""

from __future__ import annotations

import base64
import json
import posixpath
from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any, Protocol

from fakedocker.base.units import human_duration
from fakedocker.wire import buildkit, protobuf
from fakedocker.wire.buildkit import SolveStatus, VertexWarning
from fakedocker_shell.cli.api import checked_name, filters_query, json_messages
from fakedocker_shell.cli.api_types import parse_time
from fakedocker_shell.cli.archives import extract, lowered
from fakedocker_shell.cli.commands.registry import registry_auth
from fakedocker_shell.cli.context import Files, Stream
from fakedocker_shell.cli.create_options import label_map
from fakedocker_shell.cli.errors import CliError, DaemonError
from fakedocker_shell.cli.main import Invocation
from fakedocker_shell.cli.questions import confirm
from fakedocker_shell.cli.reference import parse
from fakedocker_shell.cli.solve_context import SolveContext, gather
from fakedocker_shell.cli.solve_options import (
    Output,
    check_tags,
    parse_output,
    platforms,
    read_secrets,
    refuse_unsupported,
)
from fakedocker_shell.cli.solve_progress import PlainDisplay, QuietDisplay, RawDisplay, size_text
from fakedocker_shell.cli.solve_terminal import TerminalDisplay
from fakedocker_shell.cli.tabwriter import align

VERSION = "github.com/docker/buildx v0.13.1 788433953af10f2a698f5c07611dddce2e08c7a0"
BUILDKIT_VERSION = "v0.22.0"
DEFAULT_BUILDER = "default"
_PLATFORMS = "linux/amd64, linux/amd64/v2, linux/amd64/v3, linux/386"
_PROGRESS = ("auto", "plain", "tty", "quiet", "rawjson")
_FEW_LINES, _MANY_LINES = 4, 2
"""How many lines around an error are shown, around one line and around several."""

Command = Callable[[Invocation], Coroutine[Any, Any, int]]


class Display(Protocol):
    """Shows the progress of a build."""

    @property
    def warnings(self) -> list[VertexWarning]:
        """What is doubtful in the Dockerfile."""

    def take(self, news: SolveStatus) -> None:
        """Show what is new."""

    def close(self) -> None:
        """The build is over."""


def plugin(command: Command) -> Command:
    """A command whose errors are told as buildx tells them."""

    @wraps(command)
    async def run(call: Invocation) -> int:
        try:
            _choose_builder(call)
            return await command(call)
        except DaemonError as error:
            raise CliError(f"ERROR: {error.message.removeprefix('Error response from daemon: ')}") from None
        except CliError as error:
            raise CliError(f"ERROR: {error.message}" if error.message else "", error.status) from None

    return run


def _choose_builder(call: Invocation) -> None:
    """Raise CliError for a builder that there is not."""
    wanted = call.options["builder"] if "builder" in call.command.flags else ""
    wanted = wanted or call.context.environment.get("BUILDX_BUILDER", "")
    if wanted not in ("", DEFAULT_BUILDER):
        raise CliError(f'no builder "{wanted}" found')


# building


@plugin
async def buildx_build(call: Invocation) -> int:
    """Build an image, or files."""
    options = call.options
    refuse_unsupported(options)
    check_tags(options["tag"])
    output = parse_output(options)
    progress = options["progress"]
    if progress not in _PROGRESS:
        raise CliError(f"invalid progress mode {progress}")
    secrets = read_secrets(call.context, options["secret"])
    source = await gather(call.context, call.arguments[0], options["file"])
    display = _display(call, progress)
    headers = {"Content-Type": "application/x-tar"}
    if secrets:
        encoded = {name: base64.b64encode(content).decode() for name, content in secrets.items()}
        headers["X-Fakedocker-Secrets"] = base64.urlsafe_b64encode(json.dumps(encoded).encode()).decode()
    stream = await call.api.open("POST", "/build", _query(call, source, output), source.archive, headers)
    build = _Build(call, display)
    await build.follow(stream)
    for name in (output.names or options["tag"]) if output.push else ():
        await _push(call, display, name)
    display.close()
    _show_warnings(call, display)
    _write_results(call, build, output)
    return 0


def _display(call: Invocation, progress: str) -> Display:
    context = call.context
    if call.options["quiet"] or progress == "quiet":
        return QuietDisplay(context.err)
    if progress == "rawjson":
        return RawDisplay(context.err)
    if progress == "tty" or (progress == "auto" and context.is_terminal(2)):
        return TerminalDisplay(context.err, context.window_size, "docker:default")
    return PlainDisplay(context.err, DEFAULT_BUILDER)


def _query(call: Invocation, source: SolveContext, output: Output) -> dict[str, Any]:
    options = call.options
    arguments: dict[str, str | None] = {}
    for text in options["build-arg"]:
        name, equals, value = text.partition("=")
        arguments[name] = value if equals else call.context.environment.get(name)
    uncached = [name for text in options["no-cache-filter"] for name in text.split(",")]
    outputs = [{"Type": _exporter(output), "Attrs": {}}]
    query: dict[str, Any] = {
        "version": "2",
        "dockerfile": source.dockerfile,
        "dockerfiledirectory": source.directory,
        "t": [*options["tag"], *output.names],
        "target": options["target"],
        "buildargs": json.dumps(arguments, separators=(",", ":"), sort_keys=True) if arguments else "",
        "labels": json.dumps(label_map(options["label"]), separators=(",", ":")) if options["label"] else "",
        "networkmode": options["network"] if options["network"] != "default" else "",
        "extrahosts": options["add-host"],
        "nocache": "1" if options["no-cache"] else "",
        "nocachefilter": json.dumps(uncached) if uncached else "",
        "pull": "1" if options["pull"] else "",
        "platform": "".join(platforms(options)),
        "outputs": json.dumps(outputs),
    }
    return {name: value for name, value in query.items() if value}


def _exporter(output: Output) -> str:
    """What the engine is to do: the docker exporter without a file is an image there, as files leave only with one."""
    if output.type in ("local", "tar", "cacheonly") or (output.type == "docker" and output.destination):
        return output.type
    return "moby"


class _Build:
    """A build as its messages come."""

    def __init__(self, call: Invocation, display: Display) -> None:
        self._call = call
        self._display = display
        self.image_id = ""
        self.files = bytearray()

    async def follow(self, stream: Stream) -> None:
        """Show everything. Raises CliError with what the build has failed with."""
        source: buildkit.ErrorSource | None = None
        async for message in json_messages(stream):
            kind, aux = message.get("id", ""), message.get("aux", "")
            if kind == buildkit.TRACE_ID:
                self._display.take(protobuf.decode(SolveStatus, base64.b64decode(aux)))
            elif kind == buildkit.SOURCE_ID:
                source = protobuf.decode(buildkit.ErrorSource, base64.b64decode(aux))
            elif kind == buildkit.IMAGE_ID:
                self.image_id = aux["ID"]
            elif kind == buildkit.FILES_ID:
                self.files += base64.b64decode(aux)
            elif message.get("error"):
                self._display.close()
                if source is not None:
                    self._call.context.err(excerpt(source))
                raise CliError(f"failed to solve: {message['error']}")
        stream.close()


def excerpt(source: buildkit.ErrorSource) -> str:
    """The lines of a file around an error (buildkit solver/errdefs/source.go)."""
    lines = source.info.data.decode("utf-8", "replace").split("\n")
    if not source.ranges:
        return ""
    first = source.ranges[0].start.line
    last = min(max(part.end.line for part in source.ranges), len(lines))
    if not 1 <= first <= len(lines):
        return ""
    begin, end, added = first, last, 0
    wanted = _FEW_LINES if first == last else _MANY_LINES
    while added < wanted:
        if begin > 1:
            begin -= 1
            added += 1
        if end < len(lines):
            end += 1
            added += 1
        added += 1
    rule = "-" * 20
    shown = "".join(
        f" {number:3} | {'>>>' if first <= number <= last else '   '} {lines[number - 1]}\n"
        for number in range(begin, end + 1)
    )
    return f"{source.info.filename}:{first}\n{rule}\n{shown}{rule}\n"


def _show_warnings(call: Invocation, display: Display) -> None:
    found = display.warnings
    if not found:
        return
    many = "1 warning found" if len(found) == 1 else f"{len(found)} warnings found"
    call.context.err(f"\n \x1b[33m{many} (use --debug to expand):\n\x1b[0m")
    for warning in found:
        call.context.err(f" - {warning.short.decode('utf-8', 'replace')}\n")


def _write_results(call: Invocation, build: _Build, output: Output) -> None:
    options, files = call.options, call.context.files
    try:
        if options["iidfile"]:
            files.write_bytes(posixpath.join(call.context.directory, options["iidfile"]), build.image_id.encode())
        if options["metadata-file"]:
            digests = (
                {"containerimage.config.digest": build.image_id, "containerimage.digest": build.image_id}
                if build.image_id
                else {}
            )
            reference = {"buildx.build.ref": f"default/default/{build.image_id.removeprefix('sha256:')[:25]}"}
            text = json.dumps({**reference, **digests}, indent=2)
            files.write_bytes(posixpath.join(call.context.directory, options["metadata-file"]), text.encode())
        if output.destination:
            _write_files(call, bytes(build.files), output)
    except OSError as error:
        raise CliError(f"open {error.filename}: {lowered(error)}") from None
    if options["quiet"]:
        call.context.out(f"{build.image_id}\n")


def _write_files(call: Invocation, archive: bytes, output: Output) -> None:
    if output.type != "local":
        if output.destination == "-":
            call.context.out(archive)
        else:
            call.context.files.write_bytes(posixpath.join(call.context.directory, output.destination), archive)
        return
    root = posixpath.normpath(posixpath.join(call.context.directory, output.destination))
    _make_directories(call.context.files, root)
    extract(call.context.files, archive, lambda name: posixpath.join(root, name))


def _make_directories(files: Files, path: str) -> None:
    """mkdir -p. OSError where a file is in the way."""
    try:
        files.stat(path)
    except OSError:
        _make_directories(files, posixpath.dirname(path))
        files.make_directory(path, 0o755)


async def _push(call: Invocation, display: Display, name: str) -> None:
    """Push what was built, as a step of the build."""
    reference = parse(name)
    shown = f"pushing {name} with docker"
    began_ns = call.context.now_ns()
    vertex = buildkit.Vertex(digest=f"push:{name}", name=shown, started_ns=began_ns)
    display.take(SolveStatus(vertexes=(vertex,)))
    path = f"/images/{checked_name('image', reference.name)}/push"
    stream = await call.api.open(
        "POST", path, {"tag": reference.tag or "latest"}, None, registry_auth(call, reference.domain)
    )
    problem = ""
    async for message in json_messages(stream):
        problem = message.get("error") or problem
    ended = buildkit.Vertex(
        digest=vertex.digest,
        name=shown,
        started_ns=began_ns,
        completed_ns=max(call.context.now_ns(), began_ns + 1),
        error=problem,
    )
    display.take(SolveStatus(vertexes=(ended,)))
    if problem:
        display.close()
        raise CliError(f"failed to solve: {problem}")


# the cache


def _row(call: Invocation, record: dict[str, Any]) -> str:
    size = size_text(record["Size"]) + ("*" if record["Shared"] else "")
    identifier = record["ID"] + ("*" if record["Type"] in ("exec.cachemount", "source.local") else "")
    moment, nanoseconds = parse_time(record["LastUsedAt"])
    age_ns = call.context.now_ns() - int(moment.timestamp()) * 1_000_000_000 - nanoseconds
    reclaimable = str(not record["InUse"]).lower()
    return f"{identifier:<40}\t{reclaimable:<5}\t{size:<10}\t{human_duration(age_ns)} ago\n"


_HEADER = "ID\t\t\t\t\t\tRECLAIMABLE\tSIZE\t\tLAST ACCESSED\n"


def _details(record: dict[str, Any]) -> str:
    lines = [f"ID:\t\t{record['ID']}"]
    parents = record.get("Parents") or []
    lines += ["Parents:", *(f" - {parent}" for parent in parents)] if parents else []
    lines += [
        f"Created at:\t{record['CreatedAt']}",
        f"Mutable:\t{str(record['Type'] in ('exec.cachemount', 'source.local')).lower()}",
        f"Reclaimable:\t{str(not record['InUse']).lower()}",
        f"Shared:\t\t{str(record['Shared']).lower()}",
        f"Size:\t\t{size_text(record['Size'])}",
        f"Description:\t{record['Description']}",
        f"Usage count:\t{record['UsageCount']}",
        f"Last used:\t{record['LastUsedAt']}",
        f"Type:\t\t{record['Type']}",
    ]
    return "\n".join(lines) + "\n\n"


async def _records(call: Invocation) -> list[dict[str, Any]]:
    usage = await call.api.get("/system/df", {"type": "build-cache"})
    found: list[dict[str, Any]] = usage.get("BuildCache") or []
    return found


@plugin
async def buildx_du(call: Invocation) -> int:
    """Show what the build cache holds."""
    records = [record for record in await _records(call) if _matches(record, call.options["filter"])]
    if call.options["verbose"]:
        call.context.out("".join(_details(record) for record in records))
    else:
        call.context.out(_HEADER + "".join(_row(call, record) for record in records))
    shared = sum(record["Size"] for record in records if record["Shared"])
    total = sum(record["Size"] for record in records)
    free = sum(record["Size"] for record in records if not record["InUse"])
    if not call.options["filter"]:
        if shared:
            call.context.out(f"Shared:\t\t{size_text(shared)}\nPrivate:\t{size_text(total - shared)}\n")
        call.context.out(f"Reclaimable:\t{size_text(free)}\nTotal:\t\t{size_text(total)}\n")
    return 0


def _matches(record: dict[str, Any], filters: dict[str, list[str]]) -> bool:
    """Whether a record passes the filters of du, each FIELD=VALUE."""
    texts = {"id": record["ID"], "type": record["Type"], "description": record["Description"]}
    flags = {"inuse": record["InUse"], "shared": record["Shared"], "private": not record["Shared"]}
    for name, values in filters.items():
        if name in texts:
            if texts[name] not in values:
                return False
        elif name in flags:
            if str(flags[name]).lower() not in values:
                return False
        else:
            raise CliError(f"the filter {name} is not simulated by fakedocker")
    return True


@plugin
async def buildx_prune(call: Invocation) -> int:
    """Empty the build cache."""
    options = call.options
    what = "all build cache" if options["all"] else "all dangling build cache"
    if not options["force"] and not await confirm(call.context, f"WARNING! This will remove {what}.", " "):
        return 0
    before = {record["ID"]: record for record in await _records(call)}
    query = {"keep-storage": str(options["keep-storage"])} if options["keep-storage"] else {}
    query |= {"all": "1"} if options["all"] else {}
    answer = await call.api.post("/build/prune", {**query, **filters_query(options["filter"])})
    removed = [before[identifier] for identifier in answer.get("CachesDeleted") or [] if identifier in before]
    if options["verbose"]:
        call.context.out("".join(_details(record) for record in removed))
    elif removed:
        call.context.out(_HEADER + "".join(_row(call, record) for record in removed))
    call.context.out(f"Total:\t{size_text(answer.get('SpaceReclaimed') or 0)}\n")
    return 0


# the builder


@plugin
async def buildx_ls(call: Invocation) -> int:
    """List the builders: the one in the engine."""
    if call.options["format"] not in ("table", "json"):
        raise CliError("--format is simulated for table and json only")
    status = "running"
    if call.options["format"] == "json":
        node = {"Name": DEFAULT_BUILDER, "Endpoint": DEFAULT_BUILDER, "Status": status, "Version": BUILDKIT_VERSION,
                "Platforms": _PLATFORMS.split(", ")}  # fmt: skip
        call.context.out(
            json.dumps(
                {"Current": True, "Driver": "docker", "Dynamic": False, "Name": DEFAULT_BUILDER, "Nodes": [node]}
            )
            + "\n"
        )
        return 0
    rows = [
        ("NAME/NODE", "DRIVER/ENDPOINT", "STATUS", "BUILDKIT", "PLATFORMS"),
        (f"{DEFAULT_BUILDER}*", "docker", "", "", ""),
        (f" \\_ {DEFAULT_BUILDER}", f" \\_ {DEFAULT_BUILDER}", status, BUILDKIT_VERSION, _PLATFORMS),
    ]
    call.context.out(align("".join("\t".join(row) + "\n" for row in rows)))
    return 0


@plugin
async def buildx_inspect(call: Invocation) -> int:
    """Show what the builder is."""
    _check_name(call)
    call.context.out(
        f"Name:   {DEFAULT_BUILDER}\nDriver: docker\n\nNodes:\nName:             {DEFAULT_BUILDER}\nEndpoint:         {DEFAULT_BUILDER}\n"
        f"Status:           running\nBuildkit version: {BUILDKIT_VERSION}\nPlatforms:        {_PLATFORMS}\n"
        "Labels:\n org.mobyproject.buildkit.worker.moby.host-gateway-ip: 172.17.0.1\n"
    )
    return 0


def _check_name(call: Invocation) -> None:
    for name in call.arguments:
        if name != DEFAULT_BUILDER:
            raise CliError(f'no builder "{name}" found')


@plugin
async def buildx_use(call: Invocation) -> int:
    """Choose a builder: there is one."""
    _check_name(call)
    return 0


@plugin
async def buildx_rm(call: Invocation) -> int:
    """Remove builders; the engine's own cannot be removed."""
    _check_name(call)
    if call.arguments or not call.options["all-inactive"]:
        raise CliError("context builder cannot be removed, run `docker context rm default` to remove this context")
    return 0


@plugin
async def buildx_stop(call: Invocation) -> int:
    """Stop a builder; the engine's own goes on, as docker has it."""
    _check_name(call)
    return 0


@plugin
async def buildx_create(call: Invocation) -> int:
    """Builders besides the engine's own run BuildKit in containers."""
    driver = call.options["driver"] or "docker-container"
    raise CliError(
        f"the driver {driver} is not simulated by fakedocker; the builder {DEFAULT_BUILDER} has the driver docker"
    )


@plugin
async def buildx_version(call: Invocation) -> int:
    """Show which buildx this is."""
    call.context.out(f"{VERSION}\n")
    return 0
