"""docker cp: files into and out of containers, as tar archives.

The rules for what lands where are those of `cp -a`: an existing directory is copied into, a name that does not exist
becomes the copy's own.
"""

from __future__ import annotations

import base64
import json
import posixpath
from typing import Any

from msgspec import Struct

from fakedocker.base.units import human_size
from fakedocker_shell.cli.api import checked_name
from fakedocker_shell.cli.archives import Archive, extract, lowered, walk
from fakedocker_shell.cli.context import FileStatus
from fakedocker_shell.cli.errors import CliError, DaemonError
from fakedocker_shell.cli.main import Invocation

_GO_DIRECTORY_BIT = 1 << 31


class _Remote(Struct, frozen=True):
    """A path in a container, and what the engine says is there."""

    is_directory: bool
    link_target: str


def split_argument(text: str) -> tuple[str, str]:
    """(container, path) of "container:path"; the container is empty for a path of the host."""
    if text.startswith("/"):
        return "", text
    container, colon, path = text.partition(":")
    if not colon or container.startswith("."):
        return "", text
    return container, path


async def container_cp(call: Invocation) -> int:
    """Copy files between a container and the host."""
    source_container, source = split_argument(call.arguments[0])
    target_container, target = split_argument(call.arguments[1])
    if not call.arguments[0]:
        raise CliError("source can not be empty")
    if not call.arguments[1]:
        raise CliError("destination can not be empty")
    if source_container and target_container:
        raise CliError("copying between containers is not supported")
    if source_container:
        return await _copy_out(call, source_container, source, target)
    if target_container:
        return await _copy_in(call, source, target_container, target)
    raise CliError("must specify at least one container source")


def _asserts_directory(path: str) -> bool:
    return path.endswith("/") or posixpath.basename(path) == "."


def _local(call: Invocation, path: str) -> str:
    """An absolute path that keeps a final / or /. ."""
    absolute = posixpath.normpath(posixpath.join(call.context.directory, path))
    if posixpath.basename(path) == ".":
        return posixpath.join(absolute, ".")
    return absolute + "/" if path.endswith("/") and absolute != "/" else absolute


async def _stat(call: Invocation, container: str, path: str) -> _Remote | None:
    """What is at a path of a container; None if that cannot be told. What is wrong is left to the copy to say."""
    url = f"/containers/{checked_name('container', container)}/archive"
    try:
        answer = await call.api.request("HEAD", url, {"path": path})
    except DaemonError:
        return None
    status: dict[str, Any] = json.loads(base64.b64decode(answer.header("X-Docker-Container-Path-Stat")))
    return _Remote(bool(status["mode"] & _GO_DIRECTORY_BIT), status.get("linkTarget") or "")


# out of a container


async def _copy_out(call: Invocation, container: str, source: str, target: str) -> int:
    if target != "-":
        target = _local(call, target)
        parent = posixpath.dirname(target.rstrip("/")) or "/"
        try:
            call.context.files.stat(parent)
        except OSError:
            raise CliError(f'invalid output path: directory "{parent}" does not exist') from None
    rebase = ""
    if call.options["follow-link"]:
        found = await _stat(call, container, source)
        if found is not None and found.link_target:
            link = found.link_target
            if not link.startswith("/"):
                link = posixpath.join(posixpath.dirname(source), link)
            rebase = posixpath.basename(source.rstrip("/"))
            source = posixpath.normpath(link)
    url = f"/containers/{checked_name('container', container)}/archive"
    stream = await call.api.open("GET", url, {"path": source})
    content = bytearray()
    while chunk := await stream.read():
        if target == "-":
            call.context.out(chunk)
        else:
            content += chunk
    header = next((v for k, v in stream.headers.items() if k.lower() == "x-docker-container-path-stat"), "")
    stream.close()
    if target == "-":
        return 0
    status = json.loads(base64.b64decode(header)) if header else {"mode": 0}
    _place(call, bytes(content), source, target, bool(status["mode"] & _GO_DIRECTORY_BIT), rebase)
    _report(call, len(content), target)
    return 0


def _place(call: Invocation, archive: bytes, source: str, target: str, is_directory: bool, rebase: str) -> None:
    """Write an archive to where `cp -a` would. Raises CliError."""
    files = call.context.files
    try:
        existing: FileStatus | None = files.stat(target.rstrip("/") or "/")
    except OSError:
        existing = None
    contents_only = posixpath.basename(source) == "."
    base = posixpath.basename(posixpath.normpath(source)) or "/"
    inner = rebase or base
    clean = posixpath.normpath(target)
    if existing is None:
        if _asserts_directory(target) and not is_directory:
            raise CliError("no such directory")
        root = clean
    elif existing.kind == "directory":
        root = clean if contents_only else posixpath.join(clean, inner)
    elif is_directory:
        raise CliError("cannot copy directory")
    elif _asserts_directory(target):
        raise CliError("not a directory")
    else:
        root = clean

    def place(name: str) -> str | None:
        # a directory's entries begin with its name, or with "." if the path ended so
        inside = posixpath.normpath(name) if contents_only else name.partition("/")[2]
        return posixpath.join(root, inside) if inside not in ("", ".") else root

    extract(files, archive, place)


# into a container


async def _copy_in(call: Invocation, source: str, container: str, target: str) -> int:
    path, there = await _destination(call, container, target)
    if source == "-":
        if not there.is_directory:
            raise CliError(f'destination "{container}:{target}" must be a directory')
        content = bytearray()
        while chunk := await call.context.stdin.read():
            content += chunk
        await _put(call, container, path, bytes(content))
        return 0
    directory, archive = _pack(call, source, target, path, there)
    await _put(call, container, directory, archive)
    _report(call, len(archive), f"{container}:{target}")
    return 0


class _Target(Struct, frozen=True):
    path: str
    exists: bool
    is_directory: bool


async def _destination(call: Invocation, container: str, target: str) -> tuple[str, _Target]:
    """The path that is copied to, links followed, and what is there."""
    path = posixpath.join("/", target)
    found = await _stat(call, container, path)
    if found is not None and found.link_target:
        link = found.link_target
        path = link if link.startswith("/") else posixpath.join(posixpath.dirname(path), link)
        found = await _stat(call, container, path)
    return path, _Target(path, found is not None, found is not None and found.is_directory)


def _pack(call: Invocation, source: str, target: str, path: str, there: _Target) -> tuple[str, bytes]:
    """The directory to unpack in, and the archive that makes the copy. Raises CliError."""
    files = call.context.files
    local = _local(call, source)
    clean = posixpath.normpath(local)
    try:
        status = files.stat(clean) if call.options["follow-link"] else files.lstat(clean)
    except OSError as error:
        raise CliError(f"lstat {local.rstrip('/') or '/'}: {lowered(error)}") from None
    is_directory = status.kind == "directory"
    if _asserts_directory(source) and not is_directory:
        raise CliError("not a directory")
    contents_only = posixpath.basename(source) == "."
    base = posixpath.basename(clean)
    if there.exists and there.is_directory:
        directory, name = path, "." if contents_only else base
    elif there.exists:
        if is_directory:
            raise CliError("cannot copy directory")
        if _asserts_directory(target):
            raise CliError("not a directory")
        directory, name = posixpath.split(path.rstrip("/"))
    elif _asserts_directory(path) and not is_directory:
        raise CliError("no such directory")
    else:
        directory, name = posixpath.split(path.rstrip("/"))
    archive = Archive(files)
    try:
        archive.add(clean, name + ("/" if is_directory else ""), status)
        if is_directory:
            for inner, inner_status in walk(files, clean):
                inner_name = f"{name}/{inner}" + ("/" if inner_status.kind == "directory" else "")
                archive.add(posixpath.join(clean, inner), inner_name, inner_status)
    except OSError as error:
        raise CliError(f"open {error.filename or clean}: {lowered(error)}") from None
    return directory or "/", archive.close()


async def _put(call: Invocation, container: str, directory: str, archive: bytes) -> None:
    query = {"path": directory, "noOverwriteDirNonDir": "true"}
    if call.options["archive"]:
        query["copyUIDGID"] = "true"
    url = f"/containers/{checked_name('container', container)}/archive"
    await call.api.request("PUT", url, query, archive, {"Content-Type": "text/plain"})


def _report(call: Invocation, sent_bytes: int, target: str) -> None:
    """A line about how much was copied, on a terminal only."""
    if not call.options["quiet"] and call.context.is_terminal(2):
        call.context.err(f"Successfully copied {human_size(sent_bytes, 3)} to {target}\n")
