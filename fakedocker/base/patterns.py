"""Our own patterns, compiled when they are first asked: start-up time matters, and compiling sixty takes as long as importing forty modules.

For patterns of a module that a short command reads without needing them; users' patterns are `regex`'s business.
"""

from __future__ import annotations

import re
from typing import Any, AnyStr, cast

_METHODS = ("fullmatch", "match", "search", "sub", "subn", "split", "findall", "finditer")


class _Later:
    """A pattern whose methods are looked up where there are none yet; from then on they are the compiled one's own."""

    __slots__ = (*_METHODS, "_flags", "_source")

    def __init__(self, source: str | bytes, flags: int) -> None:
        self._source = source
        self._flags = flags

    def __getattr__(self, name: str) -> Any:  # Any: whatever a compiled pattern has
        made = re.compile(self._source, self._flags)
        for method in _METHODS:
            setattr(self, method, getattr(made, method))
        return getattr(made, name)


def lazy_pattern(source: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """What `re.compile` gives, but that it is made when its first method is called.

    Not for functions of `re` that take a pattern, nor for `isinstance`.

    Args:
        source: the expression, which must be right: nothing looks at it before it is used.
        flags: as `re.compile` takes them.
    """
    return cast("re.Pattern[AnyStr]", _Later(source, flags))
