"""What stands between PHP's double quotes: a text with variables."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from fakedocker.base.numbers import is_digits
from fakedocker.userland.languages.php.php_tokens import Problem
from fakedocker.userland.languages.php.php_values import Value

Node = tuple[Value, ...]
"""A part of a page: see `php_language`."""
_ESCAPES: Final = {"n": "\n", "t": "\t", "r": "\r", '"': '"', "\\": "\\", "$": "$", "e": "\033", "v": "\v", "f": "\f"}
_PARTS: Final = re.compile(r"\\(.)|\{(\$[^}]*)\}|\$(\w+)(?:\[(\w+)\]|->(\w+))?(\[?)|(\$\{)", re.DOTALL)


def interpolated(text: str, parse: Callable[[str], list[Node]]) -> Node:
    """A text with its variables.

    Args:
        parse: for what stands in braces.

    Raises:
        Problem: there is something in it that is not simulated.
    """
    parts: list[Node] = []
    at = 0
    for match in _PARTS.finditer(text):
        parts.append(("value", text[at : match.start()]))
        at = match.end()
        escaped, inner, name, key, field, more, other = match.groups()
        if (
            more
            or other
            or (escaped is not None and escaped in "01234567xu")
            or (is_digits((key or "")[:1]) and len(key) > 1)
        ):
            raise Problem(f"{match[0]!r} in a text", 1)
        if escaped is not None:
            parts.append(("value", _ESCAPES.get(escaped, "\\" + escaped)))
        elif inner is not None:
            parts.append(parse(f"<?php {inner};")[0][1])
        else:
            value: Node = ("var", name)
            value = (
                ("index", value, ("value", int(key) if is_digits(key) else key))
                if key
                else ("property", value, field)
                if field
                else value
            )
            parts.append(value)
    parts.append(("value", text[at:]))
    return ("text", tuple(parts)) if len(parts) > 1 else parts[0]
