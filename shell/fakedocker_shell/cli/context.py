"""What the docker command line needs from wherever it runs: protocols only.

The simulated host and a real terminal with a real socket each implement them. Everything that may have to wait is a
coroutine, driven by whoever implements `Context`; no event loop is assumed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from msgspec import Struct

from fakedocker.base.json_types import Json
from fakedocker.base.profiles import EngineProfile

Query = Mapping[str, str | Sequence[str]]
"""Parameters of a request's URL; a sequence repeats its name."""

Body = bytes | Iterable[bytes] | Mapping[str, Json] | list[Json] | None
"""What a request carries: bytes, chunks of bytes, or something to be sent as JSON."""


class ConnectionRefused(Exception):
    """Nothing answers at the daemon's address; the text is docker's."""

    def __init__(self, host: str) -> None:
        super().__init__(f"Cannot connect to the Docker daemon at {host}. Is the docker daemon running?")


class ConnectionLost(ConnectionRefused):
    """The connection ended before the answer came; the text is docker's."""

    def __init__(self, method: str, url: str) -> None:
        Exception.__init__(self, f'error during connect: {method.capitalize()} "{url}": EOF')


class Response(Struct, frozen=True):
    """A whole answer. Header names are in the form the server sent them; use `header`."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Json:
        """The body as JSON. Raises ValueError if it is none."""
        import json

        return json.loads(self.body)

    def header(self, name: str) -> str:
        """A header's value, whatever the case of its name; empty without it."""
        wanted = name.lower()
        return next((value for key, value in self.headers.items() if key.lower() == wanted), "")


class Source(Protocol):
    """Something bytes come from over time."""

    @property
    def readable(self) -> bool:
        """Whether `take` would give bytes, or the end has been reached."""

    @property
    def ended(self) -> bool:
        """Whether there is nothing left and nothing will come."""

    def take(self) -> bytes:
        """All bytes that are there; empty if there are none."""

    async def read(self) -> bytes:
        """Wait for bytes; empty is the end."""


class Stream(Source, Protocol):
    """An open answer, or an upgraded connection."""

    @property
    def status(self) -> int:
        """The answer's HTTP status."""

    @property
    def headers(self) -> Mapping[str, str]:
        """The answer's headers."""

    def write(self, data: bytes) -> None:
        """Send bytes on an upgraded connection; they are buffered without limit."""

    def close_write(self) -> None:
        """Say that no more bytes will be sent; the answer goes on."""

    def close(self) -> None:
        """Give the connection up."""


class Exchange(Protocol):
    """A request that has been sent and not waited for."""

    @property
    def answered(self) -> bool:
        """Whether the head of the answer is there."""

    @property
    def finished(self) -> bool:
        """Whether the whole answer is there."""

    @property
    def response(self) -> Response:
        """The whole answer; only once `finished`."""

    async def head(self) -> int:
        """Wait for the head of the answer, and give its status."""

    def close(self) -> None:
        """Give the request up."""


class Client(Protocol):
    """Speaks HTTP with the daemon."""

    host: str
    """The daemon's address as it is shown: "unix:///var/run/docker.sock"."""

    async def request(
        self,
        method: str,
        path: str,
        query: Query | None = None,
        body: Body = None,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        """Ask, and wait for the whole answer. Raises ConnectionRefused."""

    async def open(
        self,
        method: str,
        path: str,
        query: Query | None = None,
        body: Body = None,
        headers: Mapping[str, str] | None = None,
        upgrade: bool = False,
    ) -> Stream:
        """Ask, and wait for the head of the answer; with `upgrade` the connection becomes a stream both ways."""

    def start(
        self,
        method: str,
        path: str,
        query: Query | None = None,
        body: Body = None,
        headers: Mapping[str, str] | None = None,
    ) -> Exchange:
        """Ask, and do not wait."""


class FileStatus(Struct, frozen=True):
    """What a file is.

    Args:
        kind: file, directory, link, or other.
        mode: permission bits, setuid and sticky included.
        target: where a link leads.
    """

    kind: str
    mode: int
    size_bytes: int
    mtime_ns: int
    uid: int = 0
    gid: int = 0
    target: str = ""


class Files(Protocol):
    """The files of the host. Paths are absolute; every call raises OSError with its errno and strerror."""

    def read_bytes(self, path: str) -> bytes:
        """A file's content."""

    def write_bytes(self, path: str, data: bytes, mode: int = 0o644) -> None:
        """Create or replace a file."""

    def append_bytes(self, path: str, data: bytes) -> None:
        """Add to a file, which is created if it is not there."""

    def stat(self, path: str) -> FileStatus:
        """What is there, links followed."""

    def lstat(self, path: str) -> FileStatus:
        """What is there, a link itself."""

    def list_directory(self, path: str) -> list[str]:
        """Sorted names, without . and .. ."""

    def make_directory(self, path: str, mode: int = 0o777) -> None:
        """Create a directory."""

    def symlink(self, target: str, path: str) -> None:
        """Create a symbolic link."""

    def chmod(self, path: str, mode: int) -> None:
        """Change permission bits."""

    def remove(self, path: str) -> None:
        """Remove a file or a link."""

    def rename(self, old: str, new: str) -> None:
        """Rename a file."""


class Context(Protocol):
    """Where a docker command runs."""

    environment: Mapping[str, str]
    profile: EngineProfile
    """Which release of the client this is."""
    has_own_plugins: bool
    """Whether buildx and compose are there, whatever plugins the file system has."""
    directory: str
    """The absolute working directory."""
    client: Client
    files: Files
    stdin: Source

    def connect(self, host: str) -> Client:
        """Another daemon's client, for --host, DOCKER_HOST and contexts. Nothing is sent yet."""

    def now_ns(self) -> int:
        """Nanoseconds since 1970, as the client's clock tells them."""

    def out(self, data: str | bytes) -> None:
        """Write to standard output; buffered without limit."""

    def err(self, data: str | bytes) -> None:
        """Write to standard error."""

    def meet_boundary(self, what: str) -> None:
        """Let it be known that the command needed what is not simulated, which it has said."""

    def is_terminal(self, descriptor: int) -> bool:
        """Whether descriptor 0, 1 or 2 is a terminal."""

    def window_size(self) -> tuple[int, int]:
        """(rows, columns) of the terminal; (0, 0) without one."""

    def set_raw(self, raw: bool) -> None:
        """Hand keys on one by one, without echo and signals; or no longer."""

    def take_signal(self) -> str | None:
        """The next signal that has arrived ("INT", "TERM", "WINCH" ...), taken off the list.

        Once asked for, INT, TERM and their like no longer end the command by themselves.
        """

    async def wait_any(self, *sources: Source | Exchange, signals: bool = False, until_ns: int | None = None) -> None:
        """Wait until a source is readable, an exchange finished, a signal there (if `signals`), or that time has come."""

    async def sleep(self, seconds: float) -> None:
        """Wait that long."""
