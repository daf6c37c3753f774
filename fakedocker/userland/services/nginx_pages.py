"""The pages nginx makes itself: errors and redirects, directory listings, status. Its wording and layout."""

from __future__ import annotations

import json
from html import escape
from typing import Final
from urllib.parse import quote

from fakedocker.kernel.program import System
from fakedocker.userland.inputs import bytes_of
from fakedocker.userland.processes.dates import format_date
from fakedocker.userland.services.http import REASONS, Response, http_date
from fakedocker.userland.tools import human_size, stat_or_none

STATUS_REASONS: Final = {
    302: "Moved Temporarily", 405: "Not Allowed", 408: "Request Time-out", 414: "Request-URI Too Large",
    416: "Requested Range Not Satisfiable", 503: "Service Temporarily Unavailable", 504: "Gateway Time-out",
}  # fmt: skip
_TITLES: Final = {302: "Found", 401: "Authorization Required", 431: "Request Header Or Cookie Too Large"}
EMPTY_GIF: Final = bytes.fromhex(
    "47494638396101000100800100000000ffffff21f90401000001002c00000000010001000002024c01003b"
)
_NAME_COLUMNS: Final = 50


def page(status: int, token: str, detail: str = "") -> Response:
    """The page of a status. `token` is how the server calls itself, `detail` what it says below the heading."""
    if status not in REASONS:
        return Response(status)
    reason = f"{status} {_TITLES.get(status) or STATUS_REASONS.get(status) or REASONS[status]}"
    title = f"{status} {detail}" if detail else reason
    more = f"<center>{detail}</center>\r\n" if detail else ""
    body = (
        f"<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n<center><h1>{reason}</h1></center>\r\n{more}"
        f"<hr><center>{token}</center>\r\n</body>\r\n</html>\r\n"
    )
    return Response(status, body.encode(), (("Content-Type", "text/html"),), close=status in (400, 408, 413, 414))


def stub_status(busy: int, accepted: int) -> bytes:
    """The counters of stub_status."""
    return (
        f"Active connections: {busy} \nserver accepts handled requests\n {accepted} {accepted} {accepted} \n"
        f"Reading: 0 Writing: 1 Waiting: {max(0, busy - 1)} \n"
    ).encode()


def listing(system: System, directory: str, uri: str, form: str, exact: bool) -> Response:
    """The listing of a directory, folders first. `form` is html or json, `exact` whether sizes are in bytes."""
    entries = []
    for name in system.list_directory(directory):
        found = stat_or_none(system, directory + name)
        if found is not None and not name.startswith("."):
            entries.append((found.kind != "dir", name, found))
    entries.sort(key=lambda entry: entry[:2])
    if form == "json":
        shown = [
            {"name": name, "type": "file" if is_file else "directory", "mtime": http_date(found.mtime_ns)}
            | ({"size": found.size_bytes} if is_file else {})
            for is_file, name, found in entries
        ]
        return Response(200, json.dumps(shown, indent=0).encode(), (("Content-Type", "application/json"),))
    lines = []
    for is_file, name, found in entries:
        slash = "" if is_file else "/"
        text = name + slash
        label = text if len(text) <= _NAME_COLUMNS else text[: _NAME_COLUMNS - 3] + "..>"
        size = (str(found.size_bytes) if exact else human_size(found.size_bytes, busybox=False)) if is_file else "-"
        stamp = format_date("%d-%b-%Y %H:%M", found.mtime_ns // 1_000_000_000)
        padding = " " * (_NAME_COLUMNS - len(label) + 1)
        lines.append(f'<a href="{quote(name)}{slash}">{escape(label)}</a>{padding}{stamp} {size:>19}\r\n')
    title = f"Index of {escape(uri)}"
    text = (
        f"<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n<h1>{title}</h1><hr><pre>"
        f'<a href="../">../</a>\r\n{"".join(lines)}</pre><hr></body>\r\n</html>\r\n'
    )
    return Response(200, bytes_of(text), (("Content-Type", "text/html"),))
