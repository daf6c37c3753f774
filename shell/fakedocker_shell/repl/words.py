"""Words that were mistyped."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def nearest(word: str, names: Iterable[str]) -> str:
    """The name that a mistyped word most likely stands for; "" where none is near."""
    known = list(names)
    swapped = [name for name in known if sorted(name) == sorted(word)]
    return (swapped or difflib.get_close_matches(word, known, 1) or [""])[0]
