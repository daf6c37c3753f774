"""The web that a driver fetches for builds: folders of the machine that stand for URLs, and servers on its loopback
interface.

Nothing else is reached. What is fetched is an input of the engine, so that a run can be played again without it.
"""

from __future__ import annotations

import contextlib
import http.client
import os
import stat
import time
from collections.abc import Iterator, Sequence
from email.utils import parsedate_to_datetime
from typing import NamedTuple
from urllib.parse import unquote, urljoin, urlsplit

from fakedocker.api.real_registry import is_loopback
from fakedocker.beneath import Beneath
from fakedocker.build.git_reading import LIMIT_BYTES, GitProblem, Repository
from fakedocker.registry.errands import AnyErrand, Failed, Fetched, Result, WebErrand

_TIMEOUT_SECONDS = 10.0
_REDIRECTS = 10
_SECOND_NS = 10**9
_UPLOAD_PACK = "application/x-git-upload-pack"
_PART_BYTES = 1 << 20


class WebProblem(OSError):
    """What cannot be fetched; the text is the error in Go's words."""


class Site(NamedTuple):
    """A folder of the machine that stands for a URL.

    Args:
        url: without a slash at its end.
        folder: its path.
    """

    url: str
    folder: str


def split_site(text: str) -> Site:
    """A site, of URL=DIR.

    Raises:
        ValueError: it is none, or there is no such folder.
    """
    url, equals, folder = text.rpartition("=")
    if not equals or not url.startswith(("http://", "https://")) or not urlsplit(url).hostname:
        raise ValueError(f"{text!r} is no URL=DIR")
    if not os.path.isdir(folder):
        raise ValueError(f"{folder}: no such folder")
    return Site(url.rstrip("/"), os.path.realpath(folder))


class OutsideFetcher:
    """Does web errands.

    Args:
        loopback: whether servers of this machine are asked.
    """

    def __init__(self, sites: Sequence[Site], loopback: bool) -> None:
        self._sites = sorted(sites, key=lambda site: len(site.url), reverse=True)
        self._loopback = loopback

    def perform(self, errand: AnyErrand) -> Result | None:
        """Do an errand to the web, in bounded time; None for another one."""
        if not isinstance(errand, WebErrand):
            return None
        site = next((one for one in self._sites if f"{errand.url}/".startswith(f"{one.url}/")), None)
        try:
            if site is not None:
                folder = _Folder(site, errand.url)
                return _checkout(_FolderRepository(folder), errand) if errand.git else folder.fetch()
            if not self._loopback:
                raise WebProblem("it is not offered")
            return _checkout(_ServedRepository(errand.url), errand) if errand.git else _get(errand.url)
        except GitProblem as problem:
            return Failed(str(problem))
        except WebProblem as problem:
            if errand.git:
                return Failed(f"fatal: unable to access '{errand.url}/': {problem}")
            return Failed(f'Get "{errand.url}": {problem}')
        except OSError as problem:
            return Failed(f'Get "{errand.url}": {problem.strerror or problem}')


def _checkout(source: _FolderRepository | _ServedRepository, errand: WebErrand) -> Fetched:
    commit, files = Repository(source).checkout(errand.reference)
    return Fetched(commit=commit, files=files)


class _Folder:
    """A URL below a site."""

    def __init__(self, site: Site, url: str) -> None:
        self.url = url
        self._beneath = Beneath(site.folder)
        parts = unquote(url.partition("?")[0][len(site.url) :], errors="surrogateescape").split("/")
        self.path = "/".join(part for part in parts if part)

    def read(self, path: str) -> tuple[bytes, float] | None:
        """A file's bytes and when it was changed; None where there is none. WebProblem for one that is too large."""
        try:
            descriptor = self._beneath.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
        except (OSError, ValueError):
            return None
        with os.fdopen(descriptor, "rb") as file:
            status = os.fstat(descriptor)
            data = file.read(LIMIT_BYTES + 1)
        if len(data) > LIMIT_BYTES:
            raise WebProblem(f"fakedocker: more than {LIMIT_BYTES >> 20} MiB of a file is not fetched")
        return data, status.st_mtime

    def names(self, path: str) -> list[tuple[str, bool]]:
        """What is in a directory, and whether each is a directory; nothing where there is none."""
        try:
            return [(name, stat.S_ISDIR(status.st_mode)) for name, status, _ in self._beneath.listing(path)]
        except (OSError, ValueError):
            return []

    def fetch(self) -> Fetched:
        """The file, or the index of a directory, as a web server of files gives it."""
        for path in (self.path, f"{self.path}/index.html".lstrip("/")):
            if path and (found := self.read(path)) is not None:
                return Fetched(data=found[0], mtime_ns=int(found[1]) * _SECOND_NS)
        return Fetched(status=404, data=b"404 page not found\n")


class _FolderRepository:
    """A repository in a folder: bare, or in the .git of a working tree. GitProblem where there is none."""

    def __init__(self, folder: _Folder) -> None:
        self._folder = folder
        plain = folder.path.removesuffix(".git")
        for top in dict.fromkeys((folder.path, plain)):
            for place in (top, f"{top}/.git".lstrip("/")):
                if self._text(f"{place}/HEAD".lstrip("/")):
                    self._top = f"{place}/" if place else ""
                    return
        raise GitProblem(f"fatal: repository '{folder.url}/' not found")

    def _text(self, path: str) -> str:
        found = self._folder.read(path)
        return found[0].decode("utf-8", "replace") if found is not None else ""

    def references(self) -> tuple[dict[str, str], str]:
        found = {}
        for line in self._text(f"{self._top}packed-refs").splitlines():
            name, _, reference = line.partition(" ")
            if len(name) == 40:
                found[reference] = name
        pending = ["refs"]
        while pending and len(found) < 10_000:
            directory = pending.pop()
            for name, is_directory in self._folder.names(self._top + directory):
                path = f"{directory}/{name}"
                if is_directory and path.count("/") < 32:
                    pending.append(path)
                elif not is_directory:
                    found[path] = self._text(self._top + path).strip()
        head = self._text(f"{self._top}HEAD").strip()
        if not head.startswith("ref: "):
            found["HEAD"] = head
        return found, head.removeprefix("ref: ") if head.startswith("ref: ") else "HEAD"

    def loose(self, name: str) -> bytes | None:
        found = self._folder.read(f"{self._top}objects/{name[:2]}/{name[2:]}")
        return found[0] if found is not None else None

    def packs(self, wanted: str) -> Iterator[bytes]:
        for name, _ in self._folder.names(f"{self._top}objects/pack"):
            if name.endswith(".pack") and (found := self._folder.read(f"{self._top}objects/pack/{name}")) is not None:
                yield found[0]


class _ServedRepository:
    """A repository of a loopback server: one that speaks git, or one of files alone."""

    def __init__(self, url: str) -> None:
        self._url = url.rstrip("/")
        self._smart = False
        self._shallow = False

    def references(self) -> tuple[dict[str, str], str]:
        answer = _get(f"{self._url}/info/refs?service=git-upload-pack")
        if answer.status != 200:
            raise GitProblem(f"fatal: repository '{self._url}/' not found")
        if answer.data[4:].startswith(b"# service=git-upload-pack"):
            self._smart = True
            return self._advertised(answer.data)
        found = {}
        for line in answer.data.decode("utf-8", "replace").splitlines():
            name, _, reference = line.partition("\t")
            found[reference] = name
        head = _get(f"{self._url}/HEAD").data.decode("utf-8", "replace").strip()
        if not head.startswith("ref: "):
            found["HEAD"] = head
        return found, head.removeprefix("ref: ") if head.startswith("ref: ") else "HEAD"

    def _advertised(self, data: bytes) -> tuple[dict[str, str], str]:
        found: dict[str, str] = {}
        head = "HEAD"
        for line in _packet_lines(data):
            text, _, capabilities = line.partition(b"\0")
            for word in capabilities.decode("utf-8", "replace").split():
                self._shallow = self._shallow or word == "shallow"
                head = word.removeprefix("symref=HEAD:") if word.startswith("symref=HEAD:") else head
            name, _, reference = text.decode("utf-8", "replace").strip().partition(" ")
            if len(name) == 40 and not reference.endswith("^{}"):
                found[reference] = name
        return found, head if head in found else "HEAD"

    def loose(self, name: str) -> bytes | None:
        if self._smart:
            return None
        answer = _get(f"{self._url}/objects/{name[:2]}/{name[2:]}")
        return answer.data if answer.status == 200 else None

    def packs(self, wanted: str) -> Iterator[bytes]:
        if self._smart:
            yield self._fetched(wanted)
            return
        listing = _get(f"{self._url}/objects/info/packs").data.decode("utf-8", "replace")
        for line in listing.splitlines()[:1000]:
            letter, _, name = line.partition(" ")
            if letter == "P" and "/" not in name and (answer := _get(f"{self._url}/objects/pack/{name}")).status == 200:
                yield answer.data

    def _fetched(self, wanted: str) -> bytes:
        lines = _packet(f"want {wanted} ofs-delta no-progress\n")
        lines += (_packet("deepen 1\n") if self._shallow else b"") + b"0000" + _packet("done\n")
        answer = _get(f"{self._url}/git-upload-pack", lines, f"{_UPLOAD_PACK}-request")
        start = answer.data.find(b"PACK")
        if answer.status != 200 or start < 0:
            said = next((line for line in _packet_lines(answer.data) if line.startswith(b"ERR ")), b"ERR not our ref")
            raise GitProblem(f"fatal: remote error: {said[4:].decode('utf-8', 'replace').strip()}")
        return answer.data[start:]


def _packet(text: str) -> bytes:
    return f"{len(text) + 4:04x}{text}".encode()


def _packet_lines(data: bytes) -> Iterator[bytes]:
    offset = 0
    while offset + 4 <= len(data):
        try:
            size = int(data[offset : offset + 4], 16)
        except ValueError:
            return
        if size > 4:
            yield data[offset + 4 : offset + size]
        offset += max(size, 4)


def _get(url: str, body: bytes | None = None, content_type: str = "") -> Fetched:
    """Ask a server, which must be on the loopback interface, and those that it leads to. WebProblem."""
    until = time.monotonic() + _TIMEOUT_SECONDS
    for _ in range(_REDIRECTS):
        place = urlsplit(url)
        port = 80
        with contextlib.suppress(ValueError):
            port = place.port or 80
        if place.scheme != "http" or not is_loopback(f"{place.hostname}:{port}"):
            raise WebProblem(f"fakedocker: {url} is not on this machine's loopback interface")
        answer, location = _asked(f"{place.hostname}", port, url, body, content_type, until)
        if not location:
            return answer
        url = urljoin(url, location)
    raise WebProblem("stopped after 10 redirects")


def _asked(host: str, port: int, url: str, body: bytes | None, content_type: str, until: float) -> tuple[Fetched, str]:
    """An answer, or where it leads. WebProblem."""
    place = urlsplit(url)
    shown = f"{'127.0.0.1' if host == 'localhost' else f'[{host}]' if ':' in host else host}:{port}"
    connection = http.client.HTTPConnection(host, port, timeout=_TIMEOUT_SECONDS)
    headers = {"User-Agent": "Go-http-client/1.1", **({"Content-Type": content_type} if content_type else {})}
    try:
        target = (place.path or "/") + (f"?{place.query}" if place.query else "")
        connection.request("POST" if body is not None else "GET", target, body, headers)
        answer = connection.getresponse()
        location = answer.getheader("Location") or ""
        if 300 <= answer.status < 400 and location:
            return Fetched(), location
        parts: list[bytes] = []
        size = 0
        while part := answer.read1(_PART_BYTES):
            parts.append(part)
            size += len(part)
            if size > LIMIT_BYTES or time.monotonic() > until:
                raise WebProblem(
                    f"fakedocker: more than {LIMIT_BYTES >> 20} MiB or {_TIMEOUT_SECONDS:.0f} s is not fetched"
                )
        return Fetched(status=answer.status, data=b"".join(parts), mtime_ns=_mtime_ns(answer)), ""
    except ConnectionRefusedError:
        raise WebProblem(f"dial tcp {shown}: connect: connection refused") from None
    except TimeoutError:
        raise WebProblem(f"dial tcp {shown}: i/o timeout") from None
    except (http.client.HTTPException, ConnectionError):
        raise WebProblem("EOF") from None
    finally:
        connection.close()


def _mtime_ns(answer: http.client.HTTPResponse) -> int:
    try:
        return int(parsedate_to_datetime(answer.getheader("Last-Modified") or "").timestamp()) * _SECOND_NS
    except (TypeError, ValueError, OverflowError):
        return 0
