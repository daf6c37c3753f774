"""What a build wants of its client while it goes on, and what it gets: plain data.

The client's session is a connection, of which the world knows no more than a name: whoever holds it looks for what is
asked there, and brings the answer as it brings any other input.
"""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from fakedocker.filesystem.content import Content
from fakedocker.filesystem.tree import Tree

FILES: Final = "files"
"""Files of a directory."""
SECRET, AGENT = "secret", "agent"
"""A secret; whether there is an ssh agent."""
UPLOAD: Final = "upload"
"""An archive."""
TAKE_FILES, TAKE_ARCHIVE = "take files", "take archive"
"""That the client takes what was built."""
NOTICE: Final = "ask"
"""The kind of notice by which a session hears of an ask; its key is the session's name."""


class Ask(Struct, frozen=True, kw_only=True):
    """Something that a build wants.

    Args:
        vertex: the one that waits for it, -1 for the opening or the export.
        name: of the directory, archive, secret or agent.
        hint: what the files are for, as the cache of earlier ones knows it.
        paths: that are wanted of the directory, with what links among them lead to; all of it without any.
        excludes: patterns of what is not wanted.
        keeps: whether files that came earlier need not come again.
        tree: the files that the client is to take.
        content: the archive that it is to take.
        taken_ns: when a session has begun with it, 0 where none has.
    """

    id: int
    kind: str
    vertex: int
    name: str = ""
    hint: str = ""
    paths: tuple[str, ...] = ()
    excludes: tuple[str, ...] = ()
    keeps: bool = False
    tree: Tree | None = None
    content: Content = b""
    taken_ns: int = 0


class Answer(Struct, frozen=True, kw_only=True):
    """What has come of an ask.

    Args:
        problem: why nothing has, "" where something has.
        missing: whether the client has no such thing.
        tree: the files.
        key: what the cache is to know them by, "" where it is not.
        data: of the secret or archive.
        size_bytes: what went over the wire.
    """

    problem: str = ""
    missing: bool = False
    tree: Tree | None = None
    key: str = ""
    data: bytes = b""
    size_bytes: int = 0
