"""Modules that CPython has in C, so that tracebacks show no frames of theirs, and what of them is in Python all the same."""

from __future__ import annotations

from typing import Final

IN_C: Final = frozenset(
    (
        "itertools",
        "operator",
        "heapq",
        "bisect",
        "datetime",
        "struct",
        "functools",
        "binascii",
        "zlib",
        "re",
        "csv",
        "sqlite3",
        "decimal",
    )
)
"""Modules whose functions have no frame in CPython that a traceback would show."""
_IN_PYTHON: Final = {
    "csv": frozenset(("DictReader", "DictWriter", "Sniffer")),
    "datetime": frozenset(("datetime.strptime",)),
    "functools": frozenset(
        "_and_not _greater _negated _not _or_equal cached_property partialmethod singledispatch singledispatchmethod"
        " total_ordering update_wrapper wraps".split()
    ),
    "heapq": frozenset(("merge", "nlargest", "nsmallest")),
    "re": frozenset(
        "_compile compile escape findall finditer fullmatch match purge search split sub subn template".split()
    ),
}
"""Functions and classes of such modules whose frames are shown."""
_PARTS_IN_C: Final = {"collections": frozenset(("OrderedDict", "_tuplegetter", "defaultdict"))}
"""Classes in C of modules in Python."""
_OTHER: Final = {"c": "library", "library": "c"}


def hidden_of(source: str, hidden: str, qualname: str) -> str:
    """How the frames of a function are shown, where its module's are as `hidden` says. See `FunctionCode.hidden`."""
    if hidden not in _OTHER or not source.startswith("<library "):
        return hidden
    known = (_IN_PYTHON if hidden == "c" else _PARTS_IN_C).get(source[9:-1], ())
    return _OTHER[hidden] if qualname in known or qualname.partition(".")[0] in known else hidden


def in_python(module: str, name: str) -> bool:
    """Whether a native stands for a function whose frame is shown."""
    return (
        module == "posixpath"
        or (module, name) == ("time", "strptime")
        or (module == "_codecs_natives" and name.removeprefix("urlsafe_").startswith(("b64", "b32", "b16")))
    )
