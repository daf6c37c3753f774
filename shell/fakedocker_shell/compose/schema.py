"""What a compose file may say: the keys there are and what kind of value each takes.

Source: the Compose specification's schema, as far as shapes go; the complaints are compose's.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from fakedocker.base.json_types import Json, JsonObject
from fakedocker_shell.cli.errors import CliError
from fakedocker_shell.compose.interpolation import INVALID

_KINDS: Final[dict[str, tuple[type, ...]]] = {
    "string": (str,),
    "boolean": (bool, str),
    "number": (int, float, str),
    "list": (list,),
    "mapping": (dict,),
    "list or mapping": (list, dict),
    "string or list": (str, list),
    "string or mapping": (str, dict),
}
_COMPLAINED_AS: Final = {"list or mapping": "mapping", "string or list": "list", "string or mapping": "mapping"}
"""How a value is wanted that may be of several kinds."""


def _table(**names: str) -> dict[str, str]:
    return {key: kind.replace("_", " ") for kind, keys in names.items() for key in keys.split()}


SERVICE: Final = _table(
    string="cgroup cgroup_parent container_name cpuset domainname hostname image ipc isolation mac_address network_mode"
    " pid platform pull_policy restart runtime stop_grace_period stop_signal user userns_mode uts working_dir",
    boolean="attach init oom_kill_disable privileged read_only stdin_open tty",
    number="cpu_count cpu_percent cpu_period cpu_quota cpu_rt_period cpu_rt_runtime cpu_shares cpus mem_limit"
    " mem_reservation mem_swappiness memswap_limit oom_score_adj pids_limit scale shm_size",
    list="cap_add cap_drop configs device_cgroup_rules devices expose external_links group_add links ports profiles"
    " post_start pre_stop secrets security_opt volumes volumes_from",
    mapping="blkio_config credential_spec deploy develop healthcheck logging storage_opt ulimits",
    list_or_mapping="annotations depends_on environment extra_hosts labels networks sysctls",
    string_or_list="command dns dns_opt dns_search entrypoint env_file tmpfs",
    string_or_mapping="build extends",
    other="gpus",
)
NETWORK: Final = _table(
    string="name driver",
    boolean="attachable enable_ipv6 internal",
    mapping="driver_opts ipam",
    list_or_mapping="labels",
    other="external",
)
VOLUME: Final = _table(string="name driver", mapping="driver_opts", list_or_mapping="labels", other="external")
FILE_OBJECT: Final = _table(
    string="name file environment content template_driver driver", mapping="driver_opts", list_or_mapping="labels", other="external"
)  # fmt: skip
TOP: Final = _table(string="name version", list="include", mapping="services networks volumes secrets configs")
BUILD: Final = _table(
    string="context dockerfile dockerfile_inline isolation network target",
    boolean="no_cache privileged pull",
    number="shm_size",
    list="cache_from cache_to entitlements platforms secrets tags",
    mapping="ulimits",
    list_or_mapping="additional_contexts args extra_hosts labels ssh",
)
HEALTHCHECK: Final = _table(
    string="interval timeout start_period start_interval", boolean="disable", number="retries", string_or_list="test"
)
DEPLOY: Final = _table(
    string="mode endpoint_mode",
    number="replicas",
    mapping="placement resources restart_policy rollback_config update_config",
    list_or_mapping="labels",
)
RESOURCES: Final = _table(mapping="limits reservations")
LIMITS: Final = _table(number="cpus memory pids", list="devices")
LOGGING: Final = _table(string="driver", mapping="options")
TRIGGER: Final = _table(string="action path target exec", list="ignore include", boolean="initial_sync")
HOOK: Final = _table(
    string="user working_dir", string_or_list="command", boolean="privileged", list_or_mapping="environment"
)
_ACTIONS: Final = ("rebuild", "sync", "restart", "sync+restart", "sync+exec")
_INNER: Final = {"build": BUILD, "healthcheck": HEALTHCHECK, "deploy": DEPLOY, "logging": LOGGING}
_PLAIN: Final = (str, int, float, type(None))
_ITEMS: Final[dict[str, tuple[tuple[type, ...], tuple[type, ...], tuple[str, ...]]]] = {
    **dict.fromkeys(
        "annotations cap_add cap_drop command device_cgroup_rules dns dns_opt dns_search entrypoint environment expose"
        " external_links extra_hosts group_add labels links profiles security_opt sysctls tmpfs volumes_from".split(),
        (_PLAIN, _PLAIN, ()),
    ),
    "configs": ((str, dict), (), ("source",)),
    "depends_on": ((str,), (dict,), ("condition",)),
    "devices": ((str, dict), (), ("source",)),
    "env_file": ((str, dict), (), ("path",)),
    "networks": ((str,), (dict, type(None)), ()),
    "ports": ((str, int, dict), (), ("target",)),
    "secrets": ((str, dict), (), ("source",)),
    "ulimits": ((), (str, int, dict), ("soft", "hard")),
    "volumes": ((str, dict), (), ("type", "target")),
}
"""Setting -> what its entries may be in a list, and in a mapping, and which keys those need that are mappings."""
_SECTIONS: Final = {
    "services": SERVICE,
    "networks": NETWORK,
    "volumes": VOLUME,
    "secrets": FILE_OBJECT,
    "configs": FILE_OBJECT,
}
_SERVICE_NAME = re.compile(r"[a-zA-Z0-9._-]+")


def check(document: Json, path: str) -> JsonObject:
    """A file's content, if it has the right shape.

    Raises:
        CliError: it has not; the file is named by its path.
    """
    if document is None:
        raise CliError("empty compose file", INVALID)
    if not isinstance(document, dict):
        raise CliError("Top-level object must be a mapping", INVALID)
    for section, keys in _SECTIONS.items():
        entries = document.get(section)
        if entries is None:
            continue
        if not isinstance(entries, dict):
            raise CliError(f"{section} must be a mapping", INVALID)
        for name, entry in entries.items():
            if section == "services" and not isinstance(entry, dict):
                raise CliError(f"services.{name} must be a mapping", INVALID)
            if not _SERVICE_NAME.fullmatch(name):
                raise _problem(path, f"{section} Additional property {name} is not allowed")
            if entry is not None and not isinstance(entry, dict):
                raise _problem(path, f"{section}.{name} must be a mapping")
            _check_keys(entry or {}, keys, f"{section}.{name}", path)
    _check_keys(document, TOP, "", path)
    for name, service in (document.get("services") or {}).items():
        _check_inside(service, f"services.{name}", path)
    return document


def _check_inside(service: Mapping[str, Json], place: str, path: str) -> None:
    """The settings of a service that have a shape of their own."""
    for key, keys in _INNER.items():
        if isinstance(service.get(key), dict):
            _check_keys(service[key], keys, f"{place}.{key}", path)
    _check_watch(service, place, path)
    gpus = service.get("gpus")
    if gpus is not None and gpus != "all":
        if not isinstance(gpus, list):
            raise _problem(path, f"{place}.gpus must be a list")
        for number, device in enumerate(gpus):
            _check_entry(device, (dict,), (), f"{place}.gpus.{number}", path)
    for key in ("post_start", "pre_stop"):
        for number, hook in enumerate(service.get(key) or ()):
            _check_entry(hook, (dict,), (), f"{place}.{key}.{number}", path)
            _check_keys(hook, HOOK, f"{place}.{key}.{number}", path)
    resources = (service.get("deploy") or {}).get("resources") or {}
    _check_keys(resources, RESOURCES, f"{place}.deploy.resources", path)
    for kind, limits in resources.items():
        _check_keys(limits or {}, LIMITS, f"{place}.deploy.resources.{kind}", path)
    for key, (in_list, in_mapping, needed) in _ITEMS.items():
        value = service.get(key)
        if isinstance(value, list | dict):
            entries = value.items() if isinstance(value, dict) else enumerate(value)
            for name, entry in entries:
                allowed = in_mapping if isinstance(value, dict) else in_list
                _check_entry(entry, allowed, needed, f"{place}.{key}.{name}", path)


def _check_watch(service: Mapping[str, Json], place: str, path: str) -> None:
    develop = service.get("develop") or {}
    _check_keys(develop, {"watch": "list"}, f"{place}.develop", path)
    for number, trigger in enumerate(develop.get("watch") or ()):
        here = f"{place}.develop.watch.{number}"
        _check_entry(trigger, (dict,), ("path", "action"), here, path)
        _check_keys(trigger, TRIGGER, here, path)
        if trigger["action"] not in _ACTIONS:
            listed = ", ".join(f'"{action}"' for action in _ACTIONS)
            raise _problem(path, f"{here}.action {here}.action must be one of the following: {listed}")


def _check_entry(entry: Json, allowed: tuple[type, ...], needed: tuple[str, ...], place: str, path: str) -> None:
    if not isinstance(entry, allowed):
        raise _problem(path, f"{place} must be a {'mapping' if dict in allowed else 'string'}")
    if isinstance(entry, dict):
        missing = next((key for key in needed if not isinstance(entry.get(key), str | int | float)), None)
        if missing is not None:
            raise _problem(path, f"{place} {missing} is required")


def _check_keys(entry: Mapping[str, Json], keys: Mapping[str, str], place: str, path: str) -> None:
    for key, value in entry.items():
        if key.startswith("x-"):
            continue
        kind = keys.get(key)
        if kind is None:
            raise _problem(path, f"{place or '(root)'} Additional property {key} is not allowed")
        if kind == "other" or value is None:
            continue
        if not isinstance(value, _KINDS[kind]) or (isinstance(value, bool) and kind == "number"):
            inner = f"{place}.{key}" if place else key
            raise _problem(path, f"{inner} must be a {_COMPLAINED_AS.get(kind, kind)}")


def _problem(path: str, message: str) -> CliError:
    return CliError(f"validating {path}: {message}", INVALID)
