"""Variables in the texts of a stack's compose file: `$NAME`, `${NAME:-default}`, `${NAME:?complaint}`, `$$`.

They differ from those of docker compose: what is not set is empty without a word, and defaults hold no variables.
Source: docker/cli compose/template, compose/interpolation, compose/loader/interpolate.go.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final

from fakedocker.base.json_types import Json
from fakedocker_shell.cli.errors import CliError
from fakedocker_shell.gotemplate.printing import quote

_WORD: Final = r"[_a-zA-Z][_a-zA-Z0-9]*(?::?[-?][^}]*)?"
_VARIABLE: Final = re.compile(rf"\$(?:(?P<escaped>\$)|(?P<named>{_WORD})|\{{(?P<braced>{_WORD})\}}|)")
_TRUE: Final = frozenset({"y", "yes", "true", "on"})
_FALSE: Final = frozenset({"n", "no", "false", "off"})


class _Malformed(Exception):
    """A text that is no template; the argument is what is shown of it."""


def _substituted(text: str, variables: Mapping[str, str]) -> str:
    def replaced(match: re.Match[str]) -> str:
        if match["escaped"]:
            return "$"
        word = match["named"] or match["braced"]
        if not word:
            raise _Malformed(text)
        return _value(word, variables)

    return _VARIABLE.sub(replaced, text)


def _value(word: str, variables: Mapping[str, str]) -> str:
    for operator in (":-", "-", ":?", "?"):
        if operator not in word:
            continue
        name, _, rest = word.partition(operator)
        value = variables.get(name)
        if value is not None and (value or not operator.startswith(":")):
            return value
        if operator.endswith("-"):
            return rest
        raise _Malformed(f"required variable {name} is missing a value: {rest}")
    return variables.get(word, "")


def _whole(text: str) -> int:
    if not re.fullmatch(r"[+-]?\d+", text):
        raise ValueError(f"strconv.Atoi: parsing {quote(text)}: invalid syntax")
    return int(text)


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise ValueError(f"strconv.ParseFloat: parsing {quote(text)}: invalid syntax") from None


def _flag(text: str) -> bool:
    if text.lower() not in _TRUE | _FALSE:
        raise ValueError(f"invalid boolean: {text}")
    return text.lower() in _TRUE


_CASTS: Final[tuple[tuple[Callable[[str], Json], str], ...]] = (
    (
        _whole,
        "configs.[].mode secrets.[].mode healthcheck.retries deploy.replicas deploy.update_config.parallelism"
        " deploy.rollback_config.parallelism deploy.restart_policy.max_attempts deploy.placement.max_replicas_per_node"
        " ports.[].target ports.[].published ulimits.* ulimits.*.hard ulimits.*.soft",
    ),
    (_number, "deploy.update_config.max_failure_ratio deploy.rollback_config.max_failure_ratio"),
    (
        _flag,
        "healthcheck.disable privileged read_only stdin_open tty volumes.[].read_only volumes.[].volume.nocopy",
    ),
)
_OTHER_FLAGS: Final = "networks.*.external networks.*.internal networks.*.attachable volumes.*.external secrets.*.external configs.*.external"
_BY_PATH: Final[dict[tuple[str, ...], Callable[[str], Json]]] = {
    **{("services", "*", *path.split(".")): cast for cast, paths in _CASTS for path in paths.split()},
    **{tuple(path.split(".")): _flag for path in _OTHER_FLAGS.split()},
}
"""Where a text that had a variable in it becomes something else."""


def _cast(path: tuple[str, ...]) -> Callable[[str], Json] | None:
    for pattern, cast in _BY_PATH.items():
        if len(pattern) == len(path) and all(part in ("*", given) for part, given in zip(pattern, path, strict=True)):
            return cast
    return None


def interpolate(value: Json, variables: Mapping[str, str], path: tuple[str, ...] = ()) -> Json:
    """Nested mappings and lists with the variables of their texts replaced, keys excepted. Raises CliError."""
    if isinstance(value, dict):
        return {key: interpolate(inner, variables, (*path, key)) for key, inner in value.items()}
    if isinstance(value, list):
        return [interpolate(inner, variables, (*path, "[]")) for inner in value]
    if not isinstance(value, str) or "$" not in value:
        return value
    where = ".".join(path)
    try:
        text = _substituted(value, variables)
    except _Malformed as problem:
        shown = quote(str(problem))
        raise CliError(
            f"invalid interpolation format for {where}: {shown}; you may need to escape any $ with another $"
        ) from None
    cast = _cast(path) if text != value else None
    try:
        return text if cast is None else cast(text)
    except ValueError as problem:
        raise CliError(f"error while interpolating {where}: failed to cast to expected type: {problem}") from None
