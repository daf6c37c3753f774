"""Where export and save write to: standard output, or a file that appears whole."""

from __future__ import annotations

import posixpath

from fakedocker_shell.cli.context import Context, Stream
from fakedocker_shell.cli.errors import CliError


class OutputFile:
    """The target of a stream of bytes.

    Args:
        path: a file, or empty for standard output.
        failure: what to say before an error about the path.

    Raises:
        CliError: if the file cannot be made.
    """

    def __init__(self, context: Context, path: str, failure: str) -> None:
        self._context = context
        self._path = posixpath.join(context.directory, path) if path else ""
        self._shown = path
        if path:
            self._check(failure)

    def _check(self, failure: str) -> None:
        directory = posixpath.dirname(posixpath.normpath(self._shown))
        if directory and directory != ".":
            try:
                self._context.files.stat(posixpath.join(self._context.directory, directory))
            except OSError:
                raise CliError(f"{failure}: invalid output path: stat {directory}: no such file or directory") from None
        try:
            if self._context.files.stat(self._path).kind == "directory":
                raise CliError(f"{failure}: cannot write to a directory")
        except OSError:
            pass

    async def take_all(self, stream: Stream) -> None:
        """Write everything that comes. A file is there only once all of it is."""
        temporary = ""
        if self._path:
            directory, name = posixpath.split(self._path)
            temporary = posixpath.join(directory, f".tmp-{name}")
            self._context.files.write_bytes(temporary, b"")
        while chunk := await stream.read():
            if temporary:
                self._context.files.append_bytes(temporary, chunk)
            else:
                self._context.out(chunk)
        stream.close()
        if temporary:
            self._context.files.rename(temporary, self._path)
