"""From the short forms of a service's settings to the long ones, which everything else reads.

Source: the Compose specification's short and long syntaxes; what `docker compose config` prints.
"""

from __future__ import annotations

import posixpath
import re
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from fakedocker.base.json_types import Json, JsonObject
from fakedocker.base.numbers import is_digits
from fakedocker.base.units import format_duration, parse_binary_size, parse_duration
from fakedocker_shell.cli.errors import CliError
from fakedocker_shell.cli.ports import parse_published
from fakedocker_shell.compose.interpolation import INVALID

_SECRETS_DIRECTORY: Final = "/run/secrets"
_TRUE: Final = frozenset({"true", "yes", "on", "y", "1"})


@dataclass(frozen=True, slots=True)
class Place:
    """Where a file's relative paths begin, and what stands for `~` and for variables without a value.

    Args:
        directory: the project's.
        home: the user's.
        environment: what a variable that is named without a value takes it from.
    """

    directory: str
    home: str
    environment: Mapping[str, str]

    def path(self, text: str) -> str:
        """An absolute path."""
        if text == "~" or text.startswith("~/"):
            text = self.home + text[1:]
        return posixpath.normpath(posixpath.join(self.directory, text))


def words(value: Json) -> list[str] | None:
    """A command: words, or a text taken apart as a shell does, without its variables."""
    if isinstance(value, str):
        try:
            return shlex.split(value)
        except ValueError:
            raise CliError("invalid command line string", INVALID) from None
    return None if value is None else [text(word) for word in value]


def text(value: Json) -> str:
    """A plain value as a text, as YAML wrote it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def flag(value: Json) -> bool:
    """A boolean, in older YAML's words too."""
    return value if isinstance(value, bool) else str(value).lower() in _TRUE


def pairs(value: Json, without: Callable[[str], Json] = lambda name: None) -> JsonObject:
    """A mapping, or a list of NAME=VALUE, sorted by name. `without` gives the value of a name that has none."""
    if isinstance(value, list):
        found: JsonObject = {}
        for item in value:
            name, equals, rest = text(item).partition("=")
            found[name] = rest if equals else without(name)
    else:
        found = {name: without(name) if inner is None else text(inner) for name, inner in (value or {}).items()}
    return dict(sorted(found.items()))


def texts(value: Json) -> list[str]:
    """A text, or a list of them."""
    return [text(value)] if isinstance(value, str | int | float) else [text(item) for item in value or []]


def duration(value: Json) -> str:
    """A length of time as Go prints it. Raises CliError."""
    try:
        return format_duration(parse_duration(text(value)))
    except ValueError as problem:
        raise CliError(str(problem), INVALID) from None


def size(value: Json) -> str:
    """A number of bytes. Raises CliError."""
    try:
        return str(value if isinstance(value, int) else parse_binary_size(text(value)))
    except ValueError as problem:
        raise CliError(str(problem), INVALID) from None


def number(value: Json) -> int | float:
    """A count, or a share of one. Raises CliError."""
    try:
        found = float(value)
        return int(found) if found.is_integer() and "." not in str(value) else found
    except (ValueError, OverflowError):
        raise CliError(f'strconv.ParseFloat: parsing "{value}": invalid syntax', INVALID) from None


def integer(value: Json) -> int:
    """A whole number. Raises CliError."""
    try:
        return int(value)
    except (TypeError, ValueError, OverflowError):
        raise CliError(f'strconv.ParseInt: parsing "{value}": invalid syntax', INVALID) from None


# ports


def _ports(value: Json, _: Place) -> list[JsonObject]:
    found: list[JsonObject] = []
    for item in value:
        if isinstance(item, dict):
            known = {"mode": "ingress", "protocol": "tcp", **item}
            if "published" in known:
                known["published"] = text(known["published"])
            found.append({**known, "target": integer(known["target"])})
            continue
        try:
            published = parse_published(text(item))
        except CliError as problem:
            raise CliError(problem.message[:1].upper() + problem.message[1:], INVALID) from None
        for port, binding in published:
            target, protocol = port.split("/")
            long: JsonObject = {"mode": "ingress", "host_ip": binding["HostIp"], "target": int(target)}
            long |= {"published": binding["HostPort"], "protocol": protocol}
            found.append({key: part for key, part in long.items() if part != ""})
    return found


# volumes


def _volumes(value: Json, place: Place) -> list[JsonObject]:
    return [_long_volume(item, place) if isinstance(item, dict) else _short_volume(text(item), place) for item in value]


def _long_volume(item: Mapping[str, Json], place: Place) -> JsonObject:
    volume = dict(item)
    if volume.get("type") == "bind" and "source" in volume:
        volume["source"] = place.path(text(volume["source"]))
    if volume.get("type") == "tmpfs" and "size" in (volume.get("tmpfs") or {}):
        volume["tmpfs"] = {**volume["tmpfs"], "size": size(volume["tmpfs"]["size"])}
    return volume


def _short_volume(item: str, place: Place) -> JsonObject:
    parts = item.split(":")
    if len(parts) == 1:
        return {"type": "volume", "target": parts[0], "volume": {}}
    if len(parts) > 3 or not all(parts[:2]):
        raise CliError(f"invalid spec: {item}: too many colons", INVALID)
    source, target, *options = parts
    modes = options[0].split(",") if options else []
    is_path = source[:1] in (".", "/", "~")
    volume: JsonObject = {
        "type": "bind" if is_path else "volume",
        "source": place.path(source) if is_path else source,
        "target": target,
    }
    if "ro" in modes:
        volume["read_only"] = True
    if is_path:
        volume["bind"] = {"create_host_path": True}
        propagation = [mode for mode in modes if mode.endswith(("private", "shared", "slave"))]
        if propagation:
            volume["bind"] = {"propagation": propagation[0], "create_host_path": True}
    else:
        volume["volume"] = {"nocopy": True} if "nocopy" in modes else {}
    return volume


# the rest


def _networks(value: Json, _: Place) -> JsonObject:
    return dict.fromkeys(sorted(value)) if isinstance(value, list) else dict(sorted(value.items()))


def _depends_on(value: Json, _: Place) -> JsonObject:
    if isinstance(value, list):
        value = {name: {} for name in value}
    defaults = {"condition": "service_started", "required": True}
    return {name: {**defaults, **(how or {})} for name, how in sorted(value.items())}


def _environment(value: Json, place: Place) -> JsonObject:
    return pairs(value, place.environment.get)


def _env_files(value: Json, _: Place) -> list[JsonObject]:
    entries = value if isinstance(value, list) else [value]
    return [{"required": True, **(entry if isinstance(entry, dict) else {"path": text(entry)})} for entry in entries]


def _build(value: Json, place: Place) -> JsonObject:
    build: JsonObject = {"context": value} if isinstance(value, str) else dict(value)
    build["context"] = place.path(build.get("context", "."))
    if "dockerfile_inline" not in build:
        build.setdefault("dockerfile", "Dockerfile")
    for key in ("args", "labels"):
        if key in build:
            build[key] = pairs(build[key], place.environment.get)
    if "args" in build:
        build["args"] = {name: given for name, given in build["args"].items() if given is not None}
    return build


def _healthcheck(value: Json, _: Place) -> JsonObject:
    check = dict(value)
    if "test" in check:
        test = check["test"]
        check["test"] = ["CMD-SHELL", test] if isinstance(test, str) else texts(test)
    for key in ("interval", "timeout", "start_period", "start_interval"):
        if key in check:
            check[key] = duration(check[key])
    if "retries" in check:
        check["retries"] = integer(check["retries"])
    return check


def _file_objects(value: Json, _: Place) -> list[JsonObject]:
    return [{"source": item} if isinstance(item, str) else dict(item) for item in value]


def _secrets(value: Json, place: Place) -> list[JsonObject]:
    return [
        {**item, "target": posixpath.join(_SECRETS_DIRECTORY, item["target" if "target" in item else "source"])}
        for item in _file_objects(value, place)
    ]


def _devices(value: Json, _: Place) -> list[dict[str, str]]:
    found = []
    for item in value:
        if isinstance(item, dict):
            found.append({"target": item["source"], "permissions": "rwm", **item})
            continue
        source, target, permissions, *_rest = [*text(item).split(":"), "", ""]
        found.append({"source": source, "target": target or source, "permissions": permissions or "rwm"})
    return found


def _extra_hosts(value: list[Json] | JsonObject, _: Place) -> list[str]:
    if isinstance(value, dict):
        return [f"{name}={text(address)}" for name, address in sorted(value.items())]
    return [re.sub(r"[:=]", "=", text(item), count=1) for item in value]


def _restart(value: Json, _: Place) -> str:
    name, colon, count = text(value).partition(":")
    if name not in ("no", "always", "on-failure", "unless-stopped") or (colon and not is_digits(count)):
        raise CliError(f"invalid restart policy: {value}", INVALID)
    return text(value)


def _ulimits(value: Json, _: Place) -> JsonObject:
    return {
        name: {key: integer(limit[key]) for key in ("soft", "hard")} if isinstance(limit, dict) else integer(limit)
        for name, limit in sorted(value.items())
    }


def _deploy(value: Json, _: Place) -> JsonObject:
    deploy = dict(value)
    resources = {kind: dict(limits or {}) for kind, limits in (deploy.get("resources") or {}).items()}
    policy = deploy.get("restart_policy") or {}
    if "max_attempts" in policy:
        deploy["restart_policy"] = {**policy, "max_attempts": integer(policy["max_attempts"])}
    for limits in resources.values():
        if "memory" in limits:
            limits["memory"] = size(limits["memory"])
        if "cpus" in limits:
            limits["cpus"] = number(limits["cpus"])
        if "pids" in limits:
            limits["pids"] = integer(limits["pids"])
    if resources:
        deploy["resources"] = resources
    if "replicas" in deploy:
        deploy["replicas"] = integer(deploy["replicas"])
    if "labels" in deploy:
        deploy["labels"] = pairs(deploy["labels"])
    return deploy


_LIST: Final = ("cap_add", "cap_drop", "expose", "group_add", "links", "profiles", "security_opt", "dns", "dns_opt",
    "dns_search", "tmpfs", "volumes_from", "external_links", "device_cgroup_rules")  # fmt: skip
_FLAGS: Final = ("attach", "init", "oom_kill_disable", "privileged", "read_only", "stdin_open", "tty")
_SIZES: Final = ("mem_limit", "mem_reservation", "memswap_limit", "shm_size")
_NUMBERS: Final = ("cpu_count", "cpu_percent", "cpu_quota", "cpu_shares", "cpus", "mem_swappiness", "oom_score_adj",
    "pids_limit", "scale")  # fmt: skip
_LONG_FORMS: Final[dict[str, Callable[[Json, Place], Json]]] = {
    **dict.fromkeys(_LIST, lambda value, _: texts(value)),
    **dict.fromkeys(_FLAGS, lambda value, _: flag(value)),
    **dict.fromkeys(_SIZES, lambda value, _: size(value)),
    **dict.fromkeys(_NUMBERS, lambda value, _: number(value)),
    **dict.fromkeys(("command", "entrypoint"), lambda value, _: words(value)),
    **dict.fromkeys(("labels", "annotations", "sysctls"), lambda value, _: pairs(value, lambda name: "")),
    "build": _build,
    "configs": _file_objects,
    "depends_on": _depends_on,
    "deploy": _deploy,
    "devices": _devices,
    "env_file": _env_files,
    "environment": _environment,
    "extra_hosts": _extra_hosts,
    "healthcheck": _healthcheck,
    "networks": _networks,
    "ports": _ports,
    "restart": _restart,
    "secrets": _secrets,
    "stop_grace_period": lambda value, _: duration(value),
    "ulimits": _ulimits,
    "volumes": _volumes,
}
"""Setting -> what makes its long form."""


def service(settings: Mapping[str, Json], place: Place) -> JsonObject:
    """All settings of a service in their long forms. Raises CliError."""
    found: JsonObject = {}
    for key, value in settings.items():
        if value is None and key not in ("command", "entrypoint"):
            continue
        make = _LONG_FORMS.get(key)
        found[key] = value if make is None else make(value, place)
    return found
