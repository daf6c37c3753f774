"""Which version an official image is, and what its description's variables are.

The most specific tag says the version; the image's environment may say more of it. This module must not know layers.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from fakedocker.base.numbers import is_digits
from fakedocker.base.patterns import lazy_pattern
from fakedocker.registry.hub.templates import Example, Template

_VERSION: Final = lazy_pattern(
    r"v?(\d[\w.+]*?(?:-(?:rc|beta|alpha|m|preview|milestone)(?:[-.]?\d+)*)?)(?:-|$)", re.IGNORECASE
)
_DISTRIBUTIONS: Final = lazy_pattern(
    r"alpine[\d.]*|wheezy|jessie|stretch|buster|bullseye|bookworm|trixie|forky|sid|trusty|xenial|bionic|focal|jammy|noble|"
    r"resolute|ubi\d*|oraclelinux\d*|oracle|al2|al2023|centos\d*|ubuntu|debian"
)


def version_of(tag: str, variable: str, environment: Mapping[str, str]) -> str:
    """The version of an image; "" where neither its tag nor its environment tells one.

    Args:
        tag: the image's most specific one.
        variable: the one of its environment that tells it too.
    """
    match = _VERSION.match(tag)
    tagged = match[1] if match else ""
    told = environment.get(variable, "").rpartition(":")[2]  # an epoch of Debian's
    plain = re.split(r"[-+~]", told)[0]
    return plain if not tagged or plain.startswith(f"{tagged}.") else tagged


def kind_of(base: str) -> str:
    """Of an image's base: alpine, or anything else."""
    return "alpine" if "alpine" in base else "other"


def nearest(template: Template, tag: str, base: str, kind: str) -> Example:
    """The described image that one by rule is like: of the same kind of base, with the words of its tag, of the nearest version.

    Args:
        base: what it is built from.
        kind: of the lowest image below it.
    """
    return min(template.examples, key=lambda example: _distance(example, tag, base, kind))


def _distance(example: Example, tag: str, base: str, kind: str) -> tuple[object, ...]:
    missing = _words(tag) ^ _words(example.tag)
    own, other = _numbers(tag), _numbers(example.tag)
    return (
        (kind_of(example.base or example.tag) != kind) if example.base else False,
        len(missing),
        example.base.partition(":")[0] != base.partition(":")[0],
        _words(example.base) != _words(base),
        abs(own[0] - other[0]),
        abs(own[1] - other[1]),
        example.tag,
    )


def _words(tag: str) -> frozenset[str]:
    """What a tag says but for versions and distributions."""
    return frozenset(
        word
        for word in re.split(r"[-:/]", tag)
        if word and not is_digits(word[0]) and not re.fullmatch(r"v\d.*", word) and not _DISTRIBUTIONS.fullmatch(word)
    )


def _numbers(tag: str) -> tuple[int, int]:
    found = [int(number) for number in re.findall(r"\d+", tag)[:2]]
    return found[0] if found else 0, found[1] if len(found) > 1 else 0


def variables_for(
    template: Template, example: Example, tag: str, version: str, environment: Mapping[str, str]
) -> dict[str, str]:
    """The variables of an image's description.

    Args:
        tag: the most specific one; of the table, the first row whose pattern matches it counts.
    """
    found = dict(example.variables)
    row, groups = _row(template, tag)
    if version:
        found["version"] = version
    numbers = re.findall(r"\d+", version)
    pieces = {
        "version": version,
        "point": "".join(numbers[1:2]),
        "micro": "".join(numbers[2:3]),
        "1": ".".join(numbers[:1]),
        "2": ".".join(numbers[:2]),
        "3": ".".join(numbers[:3]),
        **groups,
    }
    told = {**template.variables, **{name: value for name, value in row.items() if name != "of"}}
    for name, text in told.items():
        filled = re.sub(
            r"\$\{(\w+)(?::-([^}]*))?\}", lambda match: environment.get(match[1], "") or match[2] or "", text
        )
        filled = re.sub(r"\{(\w+)\}", lambda match: pieces.get(match[1], ""), filled)
        found[name] = filled
    return found


def _row(template: Template, tag: str) -> tuple[dict[str, str], dict[str, str]]:
    for row in template.tells:
        match = re.fullmatch(row["of"], tag)
        if match is not None:
            return row, {name: value or "" for name, value in match.groupdict().items()}
    return {}, {}
