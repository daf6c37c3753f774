"""The fields of a word: split where IFS says, then names of files, then quotes removed (POSIX 2.6.5 to 2.6.7)."""

from __future__ import annotations

import re

from fakedocker.base.patterns import lazy_pattern
from fakedocker.userland.sh.pathnames import expand_pathnames
from fakedocker.userland.sh.patterns import WILD, escape
from fakedocker.userland.sh.state import IFS_DEFAULT, ShellState

Fields = list[list[tuple[str, bool]]]
_MAY_BE_WILD = lazy_pattern(r"[*?\[(]")


def split(value: str, ifs: str) -> tuple[list[str], bool, bool]:
    """Fields of a value, and whether it began, and ended, with a separator."""
    if ifs == IFS_DEFAULT:
        pieces = re.split(r"[ \t\n]+", value.strip(IFS_DEFAULT)) if value.strip(IFS_DEFAULT) else []
        return pieces, value[0] in IFS_DEFAULT, value[-1] in IFS_DEFAULT
    blanks = "".join(character for character in ifs if character in IFS_DEFAULT)
    at, size = 0, len(value)
    while at < size and value[at] in blanks:
        at += 1
    leading, pieces, start = at > 0, list[str](), at
    trailing = False
    while at < size:
        if value[at] not in ifs:
            at += 1
            trailing = False
            continue
        pieces.append(value[start:at])
        while at < size and value[at] in blanks:
            at += 1
        if at < size and value[at] in ifs:
            at += 1
            while at < size and value[at] in blanks:
                at += 1
        start, trailing = at, True
    if start < size:
        pieces.append(value[start:])
    return pieces, leading, trailing


def finish(shell: ShellState, fields: Fields) -> list[str]:
    """Quote removal and pathname expansion."""
    words: list[str] = []
    wild = "f" not in shell.options
    for field in fields:
        if not field:
            continue
        text = "".join([text for text, _ in field])
        if not text and not any(quoted for _, quoted in field):
            continue
        pattern = ""
        if wild and any(not quoted and _MAY_BE_WILD.search(piece) for piece, quoted in field):
            pattern = "".join(escape(piece) if quoted else piece for piece, quoted in field)
        if pattern and WILD.search(pattern):
            words.extend(expand_pathnames(shell, pattern) or [text])
        else:
            words.append(text)
    return words
