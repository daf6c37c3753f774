"""From the short forms of a service's settings to the long ones, which everything else reads.

Source: the Compose specification's short and long syntaxes; what `docker compose config` prints.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Mapping
from typing import Final

from fakedocker.base.json_types import Json, JsonObject
from fakedocker.base.numbers import is_digits
from fakedocker_shell.cli.errors import CliError
from fakedocker_shell.cli.ports import parse_published
from fakedocker_shell.compose.interpolation import INVALID
from fakedocker_shell.compose.values import Place, duration, flag, integer, number, pairs, size, text, texts, words

SECRETS_DIRECTORY: Final = "/run/secrets"


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
    if volume.get("bind"):
        volume["bind"] = {key: inner for key, inner in volume["bind"].items() if inner}
    if volume.get("type") == "tmpfs" and "size" in (volume.get("tmpfs") or {}):
        volume["tmpfs"] = {**volume["tmpfs"], "size": size(volume["tmpfs"]["size"])}
    return volume


def _short_volume(item: str, place: Place) -> JsonObject:
    parts = item.split(":")
    if len(parts[0]) == 1 and parts[0].isalpha() and len(parts) > 1:  # taken for a drive of Windows
        parts = [":".join(parts[:2]), *parts[2:]]
    if len(parts) == 1:
        return {"type": "volume", "target": parts[0], "volume": {}}
    if len(parts) > 3 or not all(parts[:2]):
        raise CliError(f"invalid spec: {item}: too many colons", INVALID)
    source, target, *options = parts
    modes = options[0].split(",") if options else []
    is_drive = source[1:2] == ":"
    is_path = source[:1] in (".", "/", "~") or is_drive
    volume: JsonObject = {
        "type": "bind" if is_path else "volume",
        "source": place.path(source) if is_path and not is_drive else source,
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


def _env_files(value: Json, place: Place) -> list[JsonObject]:
    entries = value if isinstance(value, list) else [value]
    found = [entry if isinstance(entry, dict) else {"path": text(entry)} for entry in entries]
    return [{"required": True, **entry, "path": place.path(text(entry["path"]))} for entry in found]


def _build(value: Json, place: Place) -> JsonObject:
    build: JsonObject = {"context": value} if isinstance(value, str) else dict(value)
    build["context"] = place.path(build.get("context", "."))
    if "dockerfile_inline" not in build and place.completes:
        build.setdefault("dockerfile", "Dockerfile")
    for key in ("args", "labels"):
        if key in build:
            build[key] = pairs(build[key], place.environment.get)
    if "additional_contexts" in build:
        contexts = pairs(build["additional_contexts"], lambda name: "")
        build["additional_contexts"] = {name: _context(text, place) for name, text in contexts.items()}
    if "secrets" in build:
        build["secrets"] = _file_objects(build["secrets"], place)
    if "shm_size" in build:
        build["shm_size"] = size(build["shm_size"])
    if "args" in build:
        build["args"] = {name: given for name, given in build["args"].items() if given is not None}
    return build


def _context(text: str, place: Place) -> str:
    """A named context of a build: a directory, unless it says what else it is."""
    return text if "://" in text or text.startswith(("service:", "git@")) else place.path(text)


def _develop(value: Json, place: Place) -> JsonObject:
    develop = dict(value)
    if "watch" in develop:
        develop["watch"] = [
            {**trigger, "path": place.path(text(trigger["path"]))} for trigger in develop["watch"] or ()
        ]
    return develop


def _hooks(value: Json, place: Place) -> list[JsonObject]:
    found = []
    for item in value:
        hook = dict(item)
        if "command" in hook:
            hook["command"] = words(hook["command"])
        if "environment" in hook:
            hook["environment"] = pairs(hook["environment"], place.environment.get)
        if "privileged" in hook:
            hook["privileged"] = flag(hook["privileged"])
        found.append(hook)
    return found


def _gpus(value: Json, _: Place) -> list[JsonObject]:
    if isinstance(value, str):
        return [{"count": -1}]
    found = [{**item, "count": -1} if item.get("count") == "all" else dict(item) for item in value]
    if any("count" in item and "device_ids" in item for item in found):
        raise CliError('services.gpus.[]: "count" and "device_ids" attributes are exclusive', INVALID)
    return found


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
        {**item, "target": item.get("target") or posixpath.join(SECRETS_DIRECTORY, item["source"])}
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
    return sorted(re.sub(r"[:=]", "=", text(item), count=1) for item in value)


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
    "develop": _develop,
    "devices": _devices,
    "env_file": _env_files,
    "environment": _environment,
    "extra_hosts": _extra_hosts,
    "gpus": _gpus,
    "healthcheck": _healthcheck,
    "networks": _networks,
    "ports": _ports,
    "post_start": _hooks,
    "pre_stop": _hooks,
    "restart": _restart,
    "secrets": _secrets,
    "stop_grace_period": lambda value, _: duration(value),
    "ulimits": _ulimits,
    "volumes": _volumes,
}
"""Setting -> what makes its long form."""
_PLACES: Final = ("build", "configs", "depends_on", "env_file", "networks", "secrets", "volumes")


def service(settings: Mapping[str, Json], place: Place, *, only_places: bool = False) -> JsonObject:
    """All settings of a service in their long forms. Raises CliError.

    Args:
        only_places: those alone that have to do with files and other services, as where variables are not replaced.
    """
    found: JsonObject = {}
    for key, value in settings.items():
        if value is None and key not in ("command", "entrypoint"):
            continue
        make = _LONG_FORMS.get(key)
        if only_places and key not in _PLACES:
            make = None
        found[key] = value if make is None else make(value, place)
    return found
