"""Static files for HTTP servers: types, validators, ranges, and paths that cannot leave the root."""

from __future__ import annotations

import posixpath
from typing import Final, NamedTuple
from urllib.parse import unquote

from fakedocker.base.numbers import is_digits
from fakedocker.kernel.program import Stat, System
from fakedocker.userland.services.http import Headers, Request, Response, http_date

TYPES: Final = {
    extension: kind
    for kind, extensions in {
        "text/html": "html htm", "text/css": "css", "application/javascript": "js mjs", "application/json": "json",
        "text/plain": "txt log md", "text/xml": "xml", "image/png": "png", "image/jpeg": "jpg jpeg", "image/gif": "gif",
        "image/svg+xml": "svg", "image/x-icon": "ico", "font/woff2": "woff2", "application/pdf": "pdf",
        "application/wasm": "wasm", "application/gzip": "gz", "application/zip": "zip", "application/x-tar": "tar",
    }.items()
    for extension in extensions.split()
}  # fmt: skip


class Content(NamedTuple):
    """A part of a file, or all of it, as it is to be sent."""

    status: int
    body: bytes
    headers: Headers


def decode_path(path: str) -> str:
    """A request's path without percent-encoding, `.` and `..`; a slash at its end stays."""
    plain = unquote(path.partition("?")[0], errors="surrogateescape")
    normal = posixpath.normpath("/" + plain.lstrip("/"))
    return normal + "/" if plain.endswith(("/", "/.", "/..")) and normal != "/" else normal


def extension(path: str) -> str:
    return posixpath.splitext(path)[1][1:].lower()


def entity_tag(found: Stat) -> str:
    """As nginx makes it: seconds and size in hexadecimal."""
    return f'"{found.mtime_ns // 1_000_000_000:x}-{found.size_bytes:x}"'


def read_content(system: System, path: str, found: Stat, request: Request, tag: str) -> Content:
    """A file with the headers about its version, or what the request's conditions and ranges leave of it.

    Raises:
        OSError: it cannot be read.
    """
    modified = http_date(found.mtime_ns)
    headers: Headers = (("Last-Modified", modified), ("ETag", tag), ("Accept-Ranges", "bytes"))
    tags = [text.strip().removeprefix("W/") for text in request.header("If-None-Match").split(",")]
    if tag in tags or "*" in tags or (tags == [""] and request.header("If-Modified-Since") == modified):
        return Content(304, b"", headers[:2])
    data = system.read_file(path)
    wanted = request.header("Range")
    if not wanted.startswith("bytes=") or "," in wanted:
        return Content(200, data, headers)
    span = _span(wanted.removeprefix("bytes="), len(data))
    if span is None:
        return Content(416, b"", (("Content-Range", f"bytes */{len(data)}"),))
    first, last = span
    return Content(206, data[first : last + 1], (*headers[:2], ("Content-Range", f"bytes {first}-{last}/{len(data)}")))


def _span(text: str, size: int) -> tuple[int, int] | None:
    """The first and last byte of a range; None for one that is not in the file."""
    start, dash, end = text.partition("-")
    if not dash or not is_digits(start + end):
        return None
    if not start:
        return (max(0, size - int(end)), size - 1) if int(end) and size else None
    first, last = int(start), min(int(end), size - 1) if end else size - 1
    return (first, last) if first <= last else None


def file_response(
    system: System, root: str, request: Request, missing: Response, index: str = "index.html"
) -> Response:
    """The file under `root` that a request asks for, a directory's index, or `missing`."""
    path = root.rstrip("/") + decode_path(request.path)
    try:
        found = system.stat(path)
        if found.kind == "dir":
            path = f"{path.rstrip('/')}/{index}"
            found = system.stat(path)
        content = read_content(system, path, found, request, entity_tag(found))
    except OSError:
        return missing
    kind = TYPES.get(extension(path), "application/octet-stream")
    return Response(content.status, content.body, (("Content-Type", kind), *content.headers))
