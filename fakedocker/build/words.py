"""The arguments of an instruction: words, lists in JSON, and pairs of NAME=VALUE.

Source: buildkit frontend/dockerfile/parser (line_parsers.go). Quotes and escapes stay in the words: they are taken away
when variables are substituted.
"""

from __future__ import annotations

import json
import re

from fakedocker.build.lines import BadSyntax

_SPACES = re.compile(r"\s+")


def json_list(rest: str) -> tuple[str, ...] | None:
    """The strings of a JSON array; None for what is no array.

    Raises:
        BadSyntax: an array that holds something else than strings.
    """
    if not rest.startswith("["):
        return None
    try:
        found = json.loads(rest)
    except (ValueError, RecursionError):
        return None
    if not all(isinstance(item, str) for item in found):
        raise BadSyntax("when using JSON array syntax, arrays must be comprised of strings only.")
    return tuple(found)


def by_space(rest: str) -> tuple[str, ...]:
    """The words between spaces, quotes meaning nothing."""
    return tuple(rest.split())


def quoted(rest: str, escape: str) -> tuple[str, ...]:
    """The words between spaces that are neither quoted nor escaped, with their quotes and escapes."""
    words: list[str] = []
    word = ""
    quote = ""
    begun = False
    index = 0
    while index < len(rest):
        character = rest[index]
        if character == escape and quote != "'":
            if index + 1 == len(rest):
                break  # an escape at the very end means nothing
            word += rest[index : index + 2]
            begun = True
            index += 2
            continue
        if not quote and character.isspace():
            if begun:
                words.append(word)
            word, begun = "", False
        else:
            if quote == character:
                quote = ""
            elif not quote and character in "'\"":
                quote = character
            word += character
            begun = True
        index += 1
    return (*words, word) if begun else tuple(words)


def pairs(rest: str, keyword: str, escape: str) -> tuple[tuple[str, str], ...]:
    """NAME=VALUE ..., or the old form NAME VALUE with everything after the name as the value.

    Raises:
        BadSyntax: neither form.
    """
    words = quoted(rest, escape)
    if not words:
        return ()
    if "=" not in words[0]:
        parts = _SPACES.split(rest, maxsplit=1)
        if len(parts) < 2:
            raise BadSyntax(f"{keyword} must have two arguments")
        return ((parts[0], parts[1]),)
    found = []
    for word in words:
        name, equals, value = word.partition("=")
        if not equals:
            raise BadSyntax(f"Syntax error - can't find = in {go_quoted(word)}. Must be of the form: name=value")
        found.append((name, value))
    return tuple(found)


def go_quoted(text: str) -> str:
    """A string as Go's %q writes it."""
    return json.dumps(text, ensure_ascii=False)


def go_quoted_list(words: tuple[str, ...]) -> str:
    """A list of strings as Go's %q writes it: in brackets, without commas."""
    return "[" + " ".join(go_quoted(word) for word in words) + "]"
