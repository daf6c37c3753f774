"""Words that were mistyped."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def nearest(word: str, names: Iterable[str]) -> str:
    """The name that a mistyped word most likely stands for; "" where none is near."""
    known = list(names)
    swapped = [name for name in known if sorted(name) == sorted(word)]
    alike = difflib.get_close_matches(word, known, 3)
    changed = [name for name in alike if len(name) == len(word) and sum(map(str.__ne__, name, word)) == 1]
    return (swapped or changed or alike or [""])[0]
