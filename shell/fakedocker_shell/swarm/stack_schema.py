"""What a stack's compose file (version 3) may say, and the complaints about what it may not.

Source: the shapes are those of docker/cli compose/schema, the complaints those of its schema.go, which shows one: the
one that lies deepest.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from fakedocker.base.json_types import Json
from fakedocker.base.units import parse_duration
from fakedocker_shell.cli.errors import CliError
from fakedocker_shell.cli.ports import parse_published

NEWEST: Final = 13
"""The newest version there is is 3.13, which a file without a version has."""
_NAME: Final = re.compile(r"[a-zA-Z0-9._-]+")


@dataclass(frozen=True, slots=True)
class _Shape:
    """What a value may be.

    Args:
        kinds: what it may be at all, as they are told to the user.
        keys: of a mapping, by name.
        others: of a mapping's other keys; None where there may be none.
        is_named: whether the other keys must look like names.
        item: of a list.
        unique: whether no two items may be the same.
        needed: keys that must be there.
        choices: the texts there are.
        format: a rule for a text: duration or ports.
        choices_of: shapes one of which it must have; then the rest says nothing.
        since: the version 3.x in which this key came.
    """

    kinds: tuple[str, ...] = ()
    keys: Mapping[str, _Shape] = field(default_factory=dict)
    others: _Shape | None = None
    is_named: bool = False
    item: _Shape | None = None
    unique: bool = False
    needed: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    format: str = ""
    choices_of: tuple[_Shape, ...] = ()
    since: int = 0


def _plain(kinds: str, **more: Json) -> _Shape:
    return _Shape(tuple(kinds.split()), **more)


def _keys(
    kinds: str = "mapping",
    others: _Shape | None = None,
    needed: tuple[str, ...] = (),
    known: Mapping[str, _Shape] | None = None,
    **keys: _Shape,
) -> _Shape:
    return _Shape(tuple(kinds.split()), keys={**(known or {}), **keys}, others=others, needed=needed)


def _map(value: _Shape, is_named: bool = False) -> _Shape:
    return _Shape(("mapping",), others=value, is_named=is_named)


def _list(item: _Shape, unique: bool = False) -> _Shape:
    return _Shape(("list",), item=item, unique=unique)


def _either(*shapes: _Shape) -> _Shape:
    return _Shape(choices_of=shapes)


def _since(version: int, shape: _Shape) -> _Shape:
    return replace(shape, since=version)


_ANY: Final = _Shape()
_TEXT: Final = _plain("string")
_FLAG: Final = _plain("boolean")
_WHOLE: Final = _plain("integer")
_NUMBER: Final = _plain("number")
_TIME: Final = _plain("string", format="duration")
_TEXTS: Final = _list(_TEXT, unique=True)
_WORDS: Final = _either(_TEXT, _list(_TEXT))
_TEXT_OR_TEXTS: Final = _either(_TEXT, _TEXTS)
_PAIRS: Final = _either(_map(_plain("string number null")), _TEXTS)
_OPTIONS: Final = _map(_plain("string number"))
_EXTERNAL: Final = _keys("boolean mapping", name=_TEXT)
_FILE_REFERENCES: Final = _list(
    _either(_TEXT, _keys(others=_ANY, source=_TEXT, target=_TEXT, uid=_TEXT, gid=_TEXT, mode=_NUMBER))
)
_ORDER: Final = _since(4, _plain("string", choices=("start-first", "stop-first")))
_UPDATES: Final = _keys(
    parallelism=_WHOLE, delay=_TIME, failure_action=_TEXT, monitor=_TIME, max_failure_ratio=_NUMBER, order=_ORDER
)  # fmt: skip
_GENERIC: Final = _list(_keys(discrete_resource_spec=_keys(kind=_TEXT, value=_NUMBER)))
_DEPLOY: Final = _keys(
    "mapping null",
    mode=_TEXT,
    endpoint_mode=_since(2, _TEXT),
    replicas=_WHOLE,
    labels=_PAIRS,
    update_config=_UPDATES,
    rollback_config=_since(7, _UPDATES),
    resources=_keys(
        limits=_keys(cpus=_TEXT, memory=_TEXT, pids=_since(9, _WHOLE)),
        reservations=_keys(cpus=_TEXT, memory=_TEXT, generic_resources=_since(5, _GENERIC)),
    ),
    restart_policy=_keys(condition=_TEXT, delay=_TIME, max_attempts=_WHOLE, window=_TIME),
    placement=_keys(
        constraints=_list(_TEXT),
        preferences=_since(3, _list(_keys(spread=_TEXT))),
        max_replicas_per_node=_since(8, _WHOLE),
    ),
)
_BUILD: Final = _either(
    _TEXT,
    _keys(
        others=_ANY,
        context=_TEXT,
        dockerfile=_TEXT,
        args=_PAIRS,
        labels=_PAIRS,
        cache_from=_TEXTS,
        network=_TEXT,
        target=_TEXT,
        shm_size=_plain("integer string"),
        extra_hosts=_PAIRS,
    ),
)
_PORT: Final = _keys(mode=_TEXT, target=_WHOLE, published=_WHOLE, protocol=_TEXT)
_VOLUME_MOUNT: Final = _keys(
    needed=("type",),
    type=_TEXT,
    source=_TEXT,
    target=_TEXT,
    read_only=_FLAG,
    consistency=_TEXT,
    bind=_keys(others=_ANY, propagation=_TEXT),
    volume=_keys(others=_ANY, nocopy=_FLAG),
    tmpfs=_since(6, _keys(others=_ANY, size=_WHOLE)),
    cluster=_since(10, _keys(others=_ANY)),
)
_ATTACHMENT: Final = _keys("mapping null", aliases=_TEXTS, ipv4_address=_TEXT, ipv6_address=_TEXT)
_HEALTHCHECK: Final = _keys(
    disable=_FLAG, interval=_TIME, retries=_NUMBER, test=_WORDS, timeout=_TIME, start_period=_since(4, _TIME),
    start_interval=_since(12, _TIME),
)  # fmt: skip
_SERVICE: Final = _keys(
    known={
        **dict.fromkeys(
            "cgroup_parent container_name domainname hostname image ipc mac_address network_mode restart stop_signal user"
            " userns_mode working_dir".split(),
            _TEXT,
        ),
        **dict.fromkeys(("privileged", "read_only", "stdin_open", "tty"), _FLAG),
        **dict.fromkeys(
            ("cap_add", "cap_drop", "depends_on", "devices", "external_links", "links", "security_opt"), _TEXTS
        ),
        **dict.fromkeys(("environment", "extra_hosts", "labels", "sysctls"), _PAIRS),
        **dict.fromkeys(("dns", "dns_search", "env_file", "tmpfs"), _TEXT_OR_TEXTS),
        **dict.fromkeys(("command", "entrypoint"), _WORDS),
    },
    build=_BUILD,
    cgroupns_mode=_since(9, _TEXT),
    configs=_since(3, _FILE_REFERENCES),
    credential_spec=_since(3, _keys(config=_since(8, _TEXT), file=_TEXT, registry=_TEXT)),
    deploy=_DEPLOY,
    expose=_list(_plain("string number"), unique=True),
    healthcheck=_HEALTHCHECK,
    init=_since(7, _FLAG),
    isolation=_since(5, _TEXT),
    logging=_keys(driver=_TEXT, options=_map(_plain("string number null"))),
    networks=_either(_TEXTS, _map(_ATTACHMENT, is_named=True)),
    pid=_plain("string null"),
    ports=_list(_either(_plain("number", format="ports"), _plain("string", format="ports"), _PORT), unique=True),
    secrets=_since(1, _FILE_REFERENCES),
    shm_size=_plain("number string"),
    stop_grace_period=_TIME,
    ulimits=_map(_either(_WHOLE, _keys(hard=_WHOLE, soft=_WHOLE, needed=("soft", "hard")))),
    volumes=_list(_either(_TEXT, _VOLUME_MOUNT), unique=True),
)
_IPAM: Final = _keys(driver=_TEXT, config=_list(_keys(subnet=_TEXT)))
_NETWORK: Final = _keys(
    "mapping null", name=_since(5, _TEXT), driver=_TEXT, driver_opts=_OPTIONS, ipam=_IPAM, external=_EXTERNAL,
    internal=_FLAG, attachable=_since(2, _FLAG), labels=_PAIRS,
)  # fmt: skip
_VOLUME: Final = _keys(
    "mapping null", name=_since(4, _TEXT), driver=_TEXT, driver_opts=_OPTIONS, external=_EXTERNAL, labels=_PAIRS
)
_SECRET: Final = _keys(
    name=_since(5, _TEXT), file=_TEXT, external=_EXTERNAL, labels=_PAIRS, driver=_since(8, _TEXT),
    driver_opts=_since(8, _OPTIONS), template_driver=_since(8, _TEXT),
)  # fmt: skip
_CONFIG: Final = _keys(
    name=_since(5, _TEXT), file=_TEXT, external=_EXTERNAL, labels=_PAIRS, template_driver=_since(8, _TEXT)
)
_FILE: Final = _keys(
    version=_TEXT,
    services=_map(_SERVICE, is_named=True),
    networks=_map(_NETWORK, is_named=True),
    volumes=_map(_VOLUME, is_named=True),
    secrets=_since(1, _map(_SECRET, is_named=True)),
    configs=_since(3, _map(_CONFIG, is_named=True)),
)


def version_of(document: Mapping[str, Json]) -> str:
    """The version of a file."""
    written = str(document.get("version", ""))
    return f"3.{NEWEST}" if written in ("", "3") else written


def check(document: Mapping[str, Json], version: str) -> None:
    """Raise CliError unless the document has the shape of its version."""
    match = re.fullmatch(r"3\.(\d+)", version)
    if match is None or int(match[1]) > NEWEST:
        raise CliError(f"unsupported Compose file version: {version}")
    problems = list(_problems(_FILE, document, (), int(match[1])))
    if problems:
        deepest = max(len(path) for path, _, _ in problems)
        path, _, words = min((one for one in problems if len(one[0]) == deepest), key=lambda one: not one[1])
        raise CliError(f"{'.'.join(path) or '(root)'} {words}")


_Problem = tuple[tuple[str, ...], bool, str]
"""(where, whether it is of the wrong kind, what is wrong)"""


def _kind(value: Json) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case int():
            return "integer"
        case float():
            return "integer" if value.is_integer() else "number"
        case str():
            return "string"
        case list():
            return "list"
        case _:
            return "mapping"


def _fits(shape: _Shape, value: Json) -> bool:
    kind = _kind(value)
    return not shape.kinds or kind in shape.kinds or (kind == "integer" and "number" in shape.kinds)


def _problems(shape: _Shape, value: Json, path: tuple[str, ...], version: int) -> Iterator[_Problem]:
    if shape.choices_of:
        # Of several shapes the complaint is about the one that is meant, by what kind of value there is.
        shape = next((one for one in shape.choices_of if _fits(one, value)), shape.choices_of[0])
    if not _fits(shape, value):
        *first, last = shape.kinds
        yield path, True, f"must be a {', '.join(first)} or {last}" if first else f"must be a {last}"
    elif isinstance(value, dict):
        yield from _mapping_problems(shape, value, path, version)
    elif isinstance(value, list):
        yield from _list_problems(shape, value, path, version)
    elif shape.choices and value not in shape.choices:
        known = ", ".join(f'"{choice}"' for choice in shape.choices)
        yield path, False, f"{'.'.join(path)} must be one of the following: {known}"
    elif shape.format and not _is_formatted(shape.format, value):
        yield path, False, f"Does not match format '{shape.format}'"


def _mapping_problems(
    shape: _Shape, value: Mapping[str, Json], path: tuple[str, ...], version: int
) -> Iterator[_Problem]:
    if not shape.kinds:
        return
    for key in shape.needed:
        if key not in value:
            yield path, False, f"{key} is required"
    for key, inner in value.items():
        known = shape.keys.get(key)
        if known is None and shape.others is not None and (not shape.is_named or _NAME.fullmatch(key)):
            known = shape.others
        if known is not None and known.since <= version:
            yield from _problems(known, inner, (*path, key), version)
        elif not key.startswith("x-"):
            yield path, False, f"Additional property {key} is not allowed"


def _list_problems(shape: _Shape, value: list[Json], path: tuple[str, ...], version: int) -> Iterator[_Problem]:
    if shape.item is None:
        return
    for index, inner in enumerate(value):
        yield from _problems(shape.item, inner, (*path, str(index)), version)
    if shape.unique:
        twice = next(((value.index(one), index) for index, one in enumerate(value) if one in value[:index]), None)
        if twice is not None:
            yield path, False, f"array items[{twice[0]},{twice[1]}] must be unique"


def _is_formatted(rule: str, value: Json) -> bool:
    try:
        if rule == "duration":
            parse_duration(value)
        else:
            parse_published(str(value))
    except (ValueError, CliError):
        return False
    return True
