"""Paths as Go's filepath package has them."""

from __future__ import annotations

import posixpath


def clean(path: str) -> str:
    """The shortest name of a path: filepath.Clean. Two slashes in front become one, which POSIX leaves as they are."""
    cleaned = posixpath.normpath(path)
    return cleaned[1:] if cleaned.startswith("//") else cleaned
