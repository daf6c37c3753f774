"""What is doubtful in a Dockerfile though it works: BuildKit's checks.

Source: buildkit frontend/dockerfile/linter/ruleset.go and docs.docker.com/reference/build-checks. The rules here need
the text alone; those about files and base images are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

from fakedocker.build import words
from fakedocker.build.lines import BadDockerfile, Line, read

_URL = "https://docs.docker.com/go/dockerfile/rule/"
_SECRET = re.compile(r"(?i)(?:_|^)(?:apikey|auth|credential|credentials|key|password|pword|passwd|secret|token)(?:_|$)")
_PUBLIC = re.compile(r"(?i)(?:_|^)public(?:_|$)")
_RESERVED = ("context", "scratch")
_LAST_COUNTS = ("CMD", "ENTRYPOINT", "HEALTHCHECK")


class Warning(Struct, frozen=True):
    """A remark: the rule, the text with its line, and the lines."""

    rule: str
    text: str
    lines: tuple[int, int]

    @property
    def message(self) -> str:
        """As it is told."""
        return f"{self.rule}: {self.text} (line {self.lines[0]})"

    @property
    def url(self) -> str:
        """Where the rule is explained."""
        return f"{_URL}{re.sub(r'(?<!^)(?=[A-Z])', '-', self.rule.replace('JSON', 'Json')).lower()}/"


def check(text: str) -> list[Warning]:
    """The remarks on a Dockerfile that parses, by line."""
    try:
        lines, escape = read(text)
    except BadDockerfile:
        return []
    found = [Warning(rule, remark, line.lines) for line, rule, remark in _remarks(lines, escape)]
    return sorted(found, key=lambda warning: (warning.lines, warning.rule))


def _remarks(lines: tuple[Line, ...], escape: str) -> Iterator[tuple[Line, str, str]]:
    yield from _casing(lines)
    yield from _stages(lines)
    for line in lines:
        keyword = line.keyword.upper()
        if keyword == "MAINTAINER":
            yield line, "MaintainerDeprecated", "Maintainer instruction is deprecated in favor of using label"
        elif keyword in ("ENV", "LABEL", "ARG"):
            yield from _pairs(line, keyword, escape)


def _casing(lines: tuple[Line, ...]) -> Iterator[tuple[Line, str, str]]:
    upper = sum(line.keyword.isupper() for line in lines)
    lower = sum(line.keyword.islower() for line in lines)
    style = "uppercase" if upper >= lower else "lowercase"
    if upper == len(lines) or lower == len(lines):
        return
    for line in lines:
        if not (line.keyword.isupper() if style == "uppercase" else line.keyword.islower()):
            remark = f"Command '{line.keyword}' should match the case of the command majority ({style})"
            yield line, "ConsistentInstructionCasing", remark


def _stages(lines: tuple[Line, ...]) -> Iterator[tuple[Line, str, str]]:
    names: set[str] = set()
    last: dict[str, Line] = {}
    shell = False
    root = True
    for line in lines:
        keyword, parts = line.keyword.upper(), line.rest.split()
        if keyword == "FROM":
            last, shell, root = {}, False, True
            if len(parts) == 3:
                yield from _stage_name(line, parts, names)
        elif keyword == "SHELL":
            shell = True
        elif keyword in _LAST_COUNTS:
            if keyword in last:
                remark = f"Multiple {keyword} instructions should not be used in the same stage because only the last one will be used"
                yield last[keyword], "MultipleInstructionsDisallowed", remark
            last[keyword] = line
            if keyword != "HEALTHCHECK" and not shell and line.rest and words.json_list(line.rest) is None:
                remark = (
                    f"JSON arguments recommended for {keyword} to prevent unintended behavior related to OS signals"
                )
                yield line, "JSONArgsRecommended", remark
        elif keyword == "WORKDIR":
            if root and not line.rest.startswith(("/", "$", '"', "'")):
                remark = f'Relative workdir "{line.rest}" can have unexpected results if the base image changes'
                yield line, "WorkdirRelativePath", remark
            root = False


def _stage_name(line: Line, parts: list[str], names: set[str]) -> Iterator[tuple[Line, str, str]]:
    keyword, name = parts[1], parts[2]
    if keyword.isupper() != line.keyword.isupper():
        yield line, "FromAsCasing", f"'{keyword}' and '{line.keyword}' keywords' casing do not match"
    if name != name.lower():
        yield line, "StageNameCasing", f"Stage name '{name}' should be lowercase"
    if name.lower() in _RESERVED:
        yield line, "ReservedStageName", f'Stage name should not use the same name as reserved stage "{name}"'
    if name.lower() in names:
        yield line, "DuplicateStageName", f'Duplicate stage name "{name}", stage names should be unique'
    names.add(name.lower())


def _pairs(line: Line, keyword: str, escape: str) -> Iterator[tuple[Line, str, str]]:
    found = words.quoted(line.rest, escape)
    if keyword != "ARG" and found and "=" not in found[0]:
        remark = f'"{keyword} key=value" should be used instead of legacy "{keyword} key value" format'
        yield line, "LegacyKeyValueFormat", remark
        found = found[:1]
    for word in found if keyword != "LABEL" else ():
        name = word.partition("=")[0]
        if _SECRET.search(name) and not _PUBLIC.search(name):
            yield (
                line,
                "SecretsUsedInArgOrEnv",
                f'Do not use ARG or ENV instructions for sensitive data ({keyword} "{name}")',
            )
