"""docker buildx build: a build by the engine's BuildKit, its progress as it comes, and what becomes of its result.

Source: buildx 0.13 (commands/*.go), the recording of builds.
"""

from __future__ import annotations

import base64
import json
import posixpath
from typing import Any, Protocol

from fakedocker.wire import buildkit, protobuf
from fakedocker.wire.buildkit import SolveStatus, VertexWarning
from fakedocker_shell.cli.api import checked_name, json_messages
from fakedocker_shell.cli.archives import extract, lowered
from fakedocker_shell.cli.buildx_plugin import DEFAULT_BUILDER, plugin
from fakedocker_shell.cli.commands.registry import registry_auth
from fakedocker_shell.cli.context import Files, Stream
from fakedocker_shell.cli.create_options import label_map
from fakedocker_shell.cli.errors import CliError
from fakedocker_shell.cli.main import Invocation
from fakedocker_shell.cli.reference import parse
from fakedocker_shell.cli.solve_context import SolveContext, gather
from fakedocker_shell.cli.solve_options import (
    Output,
    check_tags,
    default_attestation,
    parse_output,
    platforms,
    read_secrets,
    refuse_unsupported,
    wants_more,
)
from fakedocker_shell.cli.solve_progress import PlainDisplay, QuietDisplay, RawDisplay
from fakedocker_shell.cli.solve_terminal import TerminalDisplay

_PROGRESS = ("auto", "plain", "tty", "quiet", "rawjson")
_FEW_LINES, _MANY_LINES = 4, 2
"""How many lines around an error are shown, around one line and around several."""


class Display(Protocol):
    """Shows the progress of a build."""

    @property
    def warnings(self) -> list[VertexWarning]:
        """What is doubtful in the Dockerfile."""

    def take(self, news: SolveStatus) -> None:
        """Show what is new."""

    def close(self) -> None:
        """The build is over."""


# building


@plugin
async def buildx_build(call: Invocation) -> int:
    """Build an image, or files."""
    options = call.options
    refuse_unsupported(options, wants_more(options) and await _has_containerd_store(call))
    check_tags(options["tag"])
    output = parse_output(options)
    progress = options["progress"]
    if progress == "auto":  # buildx util/progress/printer.go
        progress = call.context.environment.get("BUILDKIT_PROGRESS") or progress
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


async def _has_containerd_store(call: Invocation) -> bool:
    """Whether the engine keeps its images in containerd's store."""
    info = await call.api.get("/info")
    return ["driver-type", "io.containerd.snapshotter.v1"] in (info.get("DriverStatus") or [])


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
        "remote": source.remote,
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
        "attests": "1" if default_attestation(options, call.context.environment) else "",
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
