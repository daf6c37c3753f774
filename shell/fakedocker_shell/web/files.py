"""The page's files as `fakedocker web` serves them: those of the package, or of the checkout."""

from __future__ import annotations

from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import NamedTuple

_CHECKOUT = Path(__file__).parents[3] / "page"
_SCRIPT, _STYLE = "text/javascript; charset=utf-8", "text/css; charset=utf-8"
_HTML, _PICTURE = "text/html; charset=utf-8", "image/svg+xml"
FILES = {
    "/": ("index.html", _HTML),
    "/page.css": ("page.css", _STYLE),
    "/page.js": ("page.js", _SCRIPT),
    "/engine.js": ("engine-web.js", _SCRIPT),
    "/icon.svg": ("icon.svg", _PICTURE),
    "/xterm/xterm.mjs": ("xterm/xterm.mjs", _SCRIPT),
    "/xterm/addon-fit.mjs": ("xterm/addon-fit.mjs", _SCRIPT),
    "/xterm/xterm.css": ("xterm/xterm.css", _STYLE),
    "/class": ("class.html", _HTML),
    "/class.js": ("class.js", _SCRIPT),
    "/class.css": ("class.css", _STYLE),
}
"""By path: the file's name in the folder of the page, and its type."""
PAGE, CLASS = "/", "/class"


class FilesMissing(Exception):
    """Files of the page are not there; the text names them."""


class Served(NamedTuple):
    """A file: its type and its content."""

    type: str
    content: bytes


def load() -> dict[str, Served]:
    """All files, by path.

    Raises:
        FilesMissing: some are not there.
    """
    folder = _folder()
    found: dict[str, Served] = {}
    missing = []
    for path, (name, kind) in FILES.items():
        try:
            found[path] = Served(kind, folder.joinpath(*name.split("/")).read_bytes())
        except OSError:
            missing.append(name)
    if missing:
        raise FilesMissing(
            f"the page's files {', '.join(missing)} are not in {folder}: this fakedocker was installed without them; "
            "install it from its wheel, or run it from a checkout"
        )
    return found


def _folder() -> Traversable:
    inside = resources.files("fakedocker_shell.page").joinpath("site")
    return inside if inside.is_dir() else _CHECKOUT
