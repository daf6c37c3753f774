"""What buildx sends to the engine: the files of the context that are needed, and the Dockerfile in a directory of its
own.

The real client sends single files as BuildKit asks for them; here they go in one archive, as the engine wants them that
opens no session.
"""

from __future__ import annotations

import io
import posixpath
import tarfile

from msgspec import Struct

from fakedocker.build import git_urls
from fakedocker.build.ignore import IgnoreRules, read_patterns
from fakedocker_shell.cli.archives import Archive, lowered, walk
from fakedocker_shell.cli.context import Context, FileStatus
from fakedocker_shell.cli.context_paths import NeededPaths
from fakedocker_shell.cli.errors import CliError, UnsimulatedError

DEFAULT_FILE = "Dockerfile"
DEFINITION_DIRECTORY = ".fakedocker-definition"
_IGNORE_FILE = ".dockerignore"
_COMPRESSED = (b"\x1f\x8b\x08", b"BZh", b"\xfd7zXZ\x00", b"\x28\xb5\x2f\xfd")


class SolveContext(Struct, frozen=True):
    """An archive for the engine.

    Args:
        dockerfile: the name of the Dockerfile.
        directory: where in the archive it is, "" for the context itself.
        remote: the URL that the engine fetches the context from, "" for the archive.
    """

    archive: bytes
    dockerfile: str
    directory: str
    remote: str = ""


def is_remote(source: str) -> bool:
    """Whether a context is the URL of an archive, of a Dockerfile or of a repository."""
    return source.startswith(("http://", "https://")) or git_urls.parse(source) is not None


async def gather(context: Context, source: str, file: str) -> SolveContext:
    """Pack a context.

    Args:
        source: a directory, or "-" for standard input.
        file: what --file says.

    Raises:
        CliError: there is no such directory, or it cannot be read.
    """
    if file == "-" and source == "-":
        raise CliError("invalid argument: can't use stdin for both build context and dockerfile")
    if source == "-":
        return await _of_stdin(context, file)
    if is_remote(source):
        if file == "-":
            raise UnsimulatedError(
                "a Dockerfile from standard input beside a remote context is not simulated by fakedocker"
            )
        return SolveContext(b"", file or DEFAULT_FILE, "", source)
    directory = posixpath.normpath(posixpath.join(context.directory, source))
    try:
        status = context.files.stat(directory)
    except OSError:
        raise CliError(f'unable to prepare context: path "{source}" not found') from None
    if status.kind != "directory":
        raise CliError(f"unable to prepare context: path {quoted(source)} must be a directory")
    text = await _read_all(context) if file == "-" else None
    path = posixpath.normpath(posixpath.join(context.directory if file else directory, file or DEFAULT_FILE))
    name = DEFAULT_FILE if file == "-" else posixpath.basename(path)
    archive = Archive(context.files)
    definition = _add_definition(context, archive, path, name, text)
    needed = NeededPaths.of(definition.decode("utf-8", "replace"))
    _add_files(context, archive, directory, _ignore_text(context, directory, path if file != "-" else ""), needed)
    return SolveContext(archive.close(), name, DEFINITION_DIRECTORY)


def quoted(text: str) -> str:
    return f'"{text}"'


async def _read_all(context: Context) -> bytes:
    content = bytearray()
    while chunk := await context.stdin.read():
        content += chunk
    return bytes(content)


async def _of_stdin(context: Context, file: str) -> SolveContext:
    """A context, or a Dockerfile alone, from standard input."""
    content = await _read_all(context)
    if _is_archive(content):
        return SolveContext(content, file or DEFAULT_FILE, "")
    if file:
        raise CliError("ambiguous Dockerfile source: both stdin and flag correspond to Dockerfiles")
    archive = Archive(context.files)
    archive.add_bytes(f"{DEFINITION_DIRECTORY}/{DEFAULT_FILE}", content)
    return SolveContext(archive.close(), DEFAULT_FILE, DEFINITION_DIRECTORY)


def _is_archive(content: bytes) -> bool:
    if content.startswith(_COMPRESSED):
        return True
    try:
        with tarfile.open(fileobj=io.BytesIO(content), mode="r:") as tar:
            return tar.next() is not None
    except tarfile.TarError:
        return False


def _add_definition(context: Context, archive: Archive, path: str, name: str, text: bytes | None) -> bytes:
    """The Dockerfile, which is given back, and its own .dockerignore; where there is none, the engine says so."""
    if text is None:
        text = _optional(context, path)
        if text is None and name == DEFAULT_FILE:
            text = _optional(context, posixpath.join(posixpath.dirname(path), DEFAULT_FILE.lower()))
    if text is not None:
        archive.add_bytes(f"{DEFINITION_DIRECTORY}/{name}", text)
    ignore = _optional(context, path + _IGNORE_FILE)
    if ignore is not None:
        archive.add_bytes(f"{DEFINITION_DIRECTORY}/{name}{_IGNORE_FILE}", ignore)
    return text or b""


def _optional(context: Context, path: str) -> bytes | None:
    try:
        return context.files.read_bytes(path)
    except OSError:
        return None


def _ignore_text(context: Context, directory: str, dockerfile: str) -> str:
    own = _optional(context, dockerfile + _IGNORE_FILE) if dockerfile else None
    text = own if own is not None else _optional(context, posixpath.join(directory, _IGNORE_FILE))
    return (text or b"").decode("utf-8", "replace")


def _add_files(context: Context, archive: Archive, directory: str, ignored: str, needed: NeededPaths) -> None:
    """What is needed of the context, but for what is ignored; the .dockerignore always goes along, as the engine reads it."""
    rules = IgnoreRules(read_patterns(ignored))

    def hidden(path: str) -> bool:
        return (rules.excludes(path) and not rules.has_exceptions) or not needed.needs(path)

    try:
        found = list(walk(context.files, directory, hidden))
        if any(
            status.kind == "link" and needed.needs(path) for path, status in found
        ):  # they may lead to anything here
            needed = NeededPaths(None)
            found = list(walk(context.files, directory, hidden))
        for path, status in found:
            if path != _IGNORE_FILE and (rules.excludes(path) or not needed.needs(path)):
                continue
            name = path + "/" if status.kind == "directory" else path
            # whose files they are is forgotten: everything in a context belongs to root
            owned = FileStatus(status.kind, status.mode, status.size_bytes, status.mtime_ns, 0, 0, status.target)
            archive.add(posixpath.join(directory, path), name, owned)
    except OSError as error:
        raise CliError(f"error reading context: {lowered(error)}") from None
