"""The made page (`make page`), for tests: where it is, and whether it is that of the present sources."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from helpers.paths import ROOT

SITE = ROOT / "dist" / "page"
MODULES = ROOT / "build-env" / "page" / "node_modules"
UNDER_NODE = ROOT / "page" / "under_node.mjs"


def made_site() -> Path:
    """The folder of the page; the test is skipped where it was not made, or of other sources."""
    sys.path.insert(0, str(ROOT / "tools"))
    try:
        from make_page import sources_digest  # type: ignore[import-not-found]
    finally:
        sys.path.pop(0)
    if shutil.which("node") is None:
        pytest.skip("there is no node, which runs the page's Python without a browser")
    listed = SITE / "site.json"
    if not listed.exists():
        pytest.skip("the page was not made: `make page` does")
    if json.loads(listed.read_text())["sources"] != sources_digest():
        pytest.skip("the page was made of other sources: `make page` makes it anew")
    return SITE


def chromium() -> str:
    """The browser; the test is skipped where there is none."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        pytest.skip("there is no Chromium to open the page in")
    return found


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *arguments: object) -> None:
        del format, arguments


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """A folder as any static host serves it; gives its address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder)))
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
