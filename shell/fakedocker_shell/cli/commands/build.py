"""docker build, by the classic builder: the context goes to the engine as a tar archive, its answer is shown as it comes."""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import json
import posixpath
import tarfile
from collections.abc import Callable
from typing import Any

from fakedocker.base.units import human_size
from fakedocker.build.ignore import IgnoreRules, read_patterns
from fakedocker_shell.cli import releases
from fakedocker_shell.cli.api import json_messages
from fakedocker_shell.cli.archives import Archive, lowered, walk
from fakedocker_shell.cli.config_file import ConfigFile
from fakedocker_shell.cli.context import FileStatus, Stream
from fakedocker_shell.cli.create_options import label_map
from fakedocker_shell.cli.errors import CliError
from fakedocker_shell.cli.main import Invocation
from fakedocker_shell.cli.progress import Display, show_messages
from fakedocker_shell.cli.solve_context import is_remote

_DEFAULT_FILE = "Dockerfile"
_IGNORE_FILE = ".dockerignore"


async def image_build(call: Invocation) -> int:
    """Build an image."""
    options = call.options
    source = call.arguments[0]
    if options["file"] == "-" and source == "-":
        raise CliError("invalid argument: can't use stdin for both build context and dockerfile")
    iidfile = options["iidfile"]
    if options["squash"]:
        raise CliError('"--squash" is only supported on a Docker daemon with experimental features enabled')
    remote = is_remote(source)
    archive, dockerfile = (b"", options["file"] or _DEFAULT_FILE) if remote else await _context(call, source)
    if options["compress"]:
        archive = gzip.compress(archive, mtime=0)
    query = {**_query(call, dockerfile), **({"remote": source} if remote else {})}
    if not options["quiet"] and not remote:
        _show_upload(call, len(archive))
    headers = {"Content-Type": "application/x-tar", "X-Registry-Config": _registry_config(call.config)}
    stream = await call.api.open("POST", "/build", query, archive, headers)
    image_id = ""

    def remember(aux: Any) -> None:
        nonlocal image_id
        image_id = aux.get("ID", image_id) if isinstance(aux, dict) else image_id

    if options["quiet"]:
        await _build_quietly(call, stream, remember)
    else:
        await show_messages(call.context, stream, on_aux=remember)
    if iidfile:
        if not image_id:
            raise CliError(f"server did not provide an image ID. Cannot write {iidfile}")
        call.context.files.write_bytes(posixpath.join(call.context.directory, iidfile), image_id.encode(), 0o666)
    return 0


async def _build_quietly(call: Invocation, stream: Stream, remember: Callable[[Any], None]) -> None:
    """Keep the output back until it is known whether the build works: it is then shown, on standard error if it does not."""
    shown: list[str] = []
    display = Display(call.context, shown.append, False)
    async for message in json_messages(stream):
        if message.get("aux") is not None:
            remember(message["aux"])
            continue
        try:
            display.show(message)
        except CliError:
            call.context.err("".join(shown))
            raise
    call.context.out("".join(shown))


def _show_upload(call: Invocation, size: int) -> None:
    """How large the context is; docker writes the line anew while a large one is being sent."""
    call.context.out(f"Sending build context to Docker daemon {human_size(size):>8}\r\r\n")


# the context


async def _context(call: Invocation, source: str) -> tuple[bytes, str]:
    """(archive, name of the Dockerfile in it). Raises CliError."""
    if source == "-":
        return await _context_of_stdin(call)
    directory = posixpath.normpath(posixpath.join(call.context.directory, source))
    try:
        status = call.context.files.stat(directory)
    except OSError:
        raise CliError(f'unable to prepare context: path "{source}" not found') from None
    if status.kind != "directory":
        raise CliError(f"unable to prepare context: context must be a directory: {directory}")
    given = call.options["file"]
    if given == "-":
        return await _context_with_dockerfile_of_stdin(call, directory)
    dockerfile, outside = _find_dockerfile(call, directory, given)
    return _pack(call, directory, dockerfile, outside)


def _find_dockerfile(call: Invocation, directory: str, given: str) -> tuple[str, bytes | None]:
    """(name in the archive, content if it lies outside the context). Raises CliError."""
    files = call.context.files
    path = posixpath.normpath(posixpath.join(call.context.directory if given else directory, given or _DEFAULT_FILE))
    if not given and not _exists(call, path):
        lower = posixpath.join(directory, _DEFAULT_FILE.lower())
        path = lower if _exists(call, lower) else path
    try:
        files.lstat(path)
    except OSError as error:
        raise CliError(
            f"unable to prepare context: unable to evaluate symlinks in Dockerfile path: lstat {path}: {lowered(error)}"
        ) from None
    if path == directory or not path.startswith(directory.rstrip("/") + "/"):
        content = files.read_bytes(path)
        return _made_up_name(content), content
    return posixpath.relpath(path, directory), None


def _made_up_name(content: bytes) -> str:
    """The name that a Dockerfile from elsewhere has in the archive: docker takes random digits, here they depend on it."""
    return f".dockerfile.{hashlib.sha256(content).hexdigest()[:20]}"


def _exists(call: Invocation, path: str) -> bool:
    try:
        call.context.files.lstat(path)
    except OSError:
        return False
    return True


def _pack(call: Invocation, directory: str, dockerfile: str, outside: bytes | None) -> tuple[bytes, str]:
    files = call.context.files
    rules = IgnoreRules(_ignore_patterns(call, directory, dockerfile))

    def hidden(path: str) -> bool:
        return rules.excludes(path) and not rules.has_exceptions

    archive = Archive(files)
    try:
        for path, status in walk(files, directory, hidden):
            if rules.excludes(path):
                continue
            if outside is not None and path == _IGNORE_FILE:
                continue
            name = path + "/" if status.kind == "directory" else path
            # docker forgets whose files they are: everything in a context belongs to root
            owned = FileStatus(status.kind, status.mode, status.size_bytes, status.mtime_ns, 0, 0, status.target)
            archive.add(posixpath.join(directory, path), name, owned)
    except OSError as error:
        raise CliError(call.release.text(releases.BUILD_CONTEXT, problem=lowered(error))) from None
    if outside is not None:
        # the engine is told to leave both files out of the build
        own = files.read_bytes(posixpath.join(directory, _IGNORE_FILE)) if rules.given else _IGNORE_FILE.encode()
        archive.add_bytes(_IGNORE_FILE, own + f"\n{dockerfile}\n".encode())
        archive.add_bytes(dockerfile, outside)
    return archive.close(), dockerfile


def _ignore_patterns(call: Invocation, directory: str, dockerfile: str) -> list[str]:
    try:
        text = call.context.files.read_bytes(posixpath.join(directory, _IGNORE_FILE)).decode("utf-8", "replace")
    except OSError:
        return []
    # the engine reads both files, so they are sent whatever the patterns say; it leaves them out itself
    return [*read_patterns(text), f"!{_IGNORE_FILE}", f"!{dockerfile}"]


async def _context_of_stdin(call: Invocation) -> tuple[bytes, str]:
    """A context, or a Dockerfile alone, from standard input."""
    content = bytearray()
    while chunk := await call.context.stdin.read():
        content += chunk
    if _is_archive(bytes(content)):
        return bytes(content), call.options["file"] or _DEFAULT_FILE
    if call.options["file"]:
        raise CliError(
            "unable to prepare context: ambiguous Dockerfile source: both stdin and flag correspond to Dockerfiles"
        )
    archive = Archive(call.context.files)
    archive.add_bytes(_DEFAULT_FILE, bytes(content))
    return archive.close(), _DEFAULT_FILE


async def _context_with_dockerfile_of_stdin(call: Invocation, directory: str) -> tuple[bytes, str]:
    content = bytearray()
    while chunk := await call.context.stdin.read():
        content += chunk
    return _pack(call, directory, _made_up_name(bytes(content)), bytes(content))


def _is_archive(content: bytes) -> bool:
    if content.startswith((b"\x1f\x8b\x08", b"BZh", b"\xfd7zXZ\x00")):
        return True
    try:
        with tarfile.open(fileobj=io.BytesIO(content), mode="r:") as tar:
            return tar.next() is not None
    except tarfile.TarError:
        return False


# the request


def _json(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), sort_keys=True)


def _registry_config(config: ConfigFile) -> str:
    auths = {}
    for registry in config.content.get("auths") or {}:
        credentials = config.credentials(registry)
        if credentials:
            auths[registry] = {**credentials, "serveraddress": registry}
    return base64.urlsafe_b64encode(_json(auths).encode()).decode()


def _build_arguments(call: Invocation) -> dict[str, str | None]:
    arguments: dict[str, str | None] = {}
    for text in call.options["build-arg"]:
        name, equals, value = text.partition("=")
        arguments[name] = value if equals else None
    return arguments


def _query(call: Invocation, dockerfile: str) -> dict[str, Any]:
    """The parameters of POST /build: what is not the default."""
    options = call.options
    labels = label_map(options["label"])
    query: dict[str, Any] = {
        "buildargs": _json(_build_arguments(call)) if options["build-arg"] else "",
        "cachefrom": _json(options["cache-from"]) if options["cache-from"] else "",
        "cgroupparent": options["cgroup-parent"],
        "cpusetcpus": options["cpuset-cpus"],
        "cpusetmems": options["cpuset-mems"],
        "extrahosts": options["add-host"],
        "isolation": options["isolation"],
        "labels": _json(labels) if labels else "",
        "networkmode": options["network"] if options["network"] != "default" else "",
        "platform": options["platform"].lower(),
        "securityopt": options["security-opt"],
        "t": options["tag"],
        "target": options["target"],
        "ulimits": json.dumps([limit for _, limit in sorted(options["ulimit"].items())], separators=(",", ":"))
        if options["ulimit"]
        else "",
    }
    for flag, name in (
        ("cpu-period", "cpuperiod"),
        ("cpu-quota", "cpuquota"),
        ("cpu-shares", "cpushares"),
        ("memory", "memory"),
        ("memory-swap", "memswap"),
        ("shm-size", "shmsize"),
    ):
        query[name] = str(options[flag]) if options[flag] else ""
    for flag, name in (("no-cache", "nocache"), ("force-rm", "forcerm"), ("pull", "pull"), ("quiet", "q")):
        query[name] = "1" if options[flag] else ""
    query["rm"] = "" if options["rm"] else "0"
    return {"dockerfile": dockerfile, "version": "1", **{name: value for name, value in query.items() if value}}
