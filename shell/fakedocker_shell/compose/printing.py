"""`docker compose config`: a whole project in its canonical form.

Source: the order of keys is that of compose-go's types, taken from what the command prints.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final

from fakedocker.base.json_types import Json, JsonObject
from fakedocker_shell.compose import yaml_text
from fakedocker_shell.compose.project import Project

_SERVICE: Final = (
    "profiles annotations attach build develop blkio_config cap_add cap_drop cgroup_parent cgroup cpu_count cpu_percent"
    " cpu_period cpu_quota cpu_rt_period cpu_rt_runtime cpus cpuset cpu_shares command configs container_name"
    " credential_spec depends_on deploy device_cgroup_rules devices dns dns_opt dns_search domainname entrypoint environment"
    " expose external_links extra_hosts group_add hostname healthcheck image init ipc isolation labels links logging"
    " mem_limit mem_reservation memswap_limit mem_swappiness mac_address network_mode networks oom_kill_disable"
    " oom_score_adj pid pids_limit platform ports privileged pull_policy read_only restart runtime scale secrets"
    " security_opt shm_size stdin_open stop_grace_period stop_signal storage_opt sysctls tmpfs tty ulimits user userns_mode"
    " uts volumes volumes_from working_dir"
).split()
_NETWORK: Final = "name driver driver_opts ipam external internal attachable labels enable_ipv6".split()
_VOLUME: Final = "name driver driver_opts external labels".split()
_FILE: Final = "name file environment content external labels driver driver_opts template_driver".split()
_INNER: Final[dict[str, list[str]]] = {
    "build": "context dockerfile dockerfile_inline entitlements args ssh labels cache_from cache_to no_cache"
    " additional_contexts pull extra_hosts isolation network target secrets shm_size tags ulimits platforms privileged".split(),
    "healthcheck": "test timeout interval retries start_period start_interval disable".split(),
    "deploy": "mode replicas labels update_config rollback_config resources restart_policy placement endpoint_mode".split(),
    "depends_on": "condition restart required".split(),
    "networks": "priority aliases ipv4_address ipv6_address link_local_ips mac_address driver_opts".split(),
    "ports": "name mode host_ip target published protocol app_protocol".split(),
    "volumes": "type source target read_only consistency bind volume tmpfs".split(),
    "secrets": "source target uid gid mode".split(),
    "configs": "source target uid gid mode".split(),
    "devices": "source target permissions".split(),
}
"""Settings of a service whose values, or whose values' values, have an order of their own."""
_MAPPINGS: Final = frozenset({"depends_on", "networks"})
_HIDDEN_EMPTY: Final = frozenset({"ports", "cap_add", "cap_drop", "tmpfs", "profiles"})


def _ordered(entry: Mapping[str, Json], order: list[str]) -> JsonObject:
    """A mapping with its keys in an order, the others after them."""
    known = {key: entry[key] for key in order if key in entry}
    return {**known, **{key: value for key, value in sorted(entry.items()) if key not in known}}


def _inner(key: str, value: Json) -> Json:
    order = _INNER.get(key)
    if order is None:
        return value
    if key in _MAPPINGS:
        return {name: _ordered(inner, order) if inner is not None else None for name, inner in sorted(value.items())}
    if isinstance(value, list):
        return [_ordered(item, order) for item in value]
    return _ordered(value, order)


def _escaped(value: Json) -> Json:
    """Dollar signs doubled, so that the output can be read again."""
    if isinstance(value, str):
        return value.replace("$", "$$")
    if isinstance(value, dict):
        return {key: _escaped(inner) for key, inner in value.items()}
    return [_escaped(inner) for inner in value] if isinstance(value, list) else value


def _service(settings: Mapping[str, Json], keeps_nothing: bool) -> JsonObject:
    shown = {
        key: _inner(key, value)
        for key, value in _ordered(settings, _SERVICE).items()
        if (value is not None or keeps_nothing) and not (key in _HIDDEN_EMPTY and not value)
    }
    made: JsonObject = _escaped(shown)
    return made


def document(project: Project, as_json: bool = False) -> JsonObject:
    """The project as nested data, keys in the order they are printed."""
    made: JsonObject = {
        "name": project.name,
        "services": {name: _service(one.settings, as_json) for name, one in sorted(project.services.items())},
    }
    used = {
        kind: {item["source"] for service in project.services.values() for item in service.get(kind, ())}
        for kind in ("secrets", "configs")
    }
    sections: tuple[tuple[str, Mapping[str, Json], list[str]], ...] = (
        ("networks", project.networks, _NETWORK),
        ("volumes", project.volumes, _VOLUME),
        ("secrets", {key: one for key, one in project.secrets.items() if key in used["secrets"]}, _FILE),
        ("configs", {key: one for key, one in project.configs.items() if key in used["configs"]}, _FILE),
    )
    for title, section, order in sections:
        if section:
            made[title] = {key: _ordered(entry, order) for key, entry in sorted(section.items())}
    return {**made, **project.extensions}


def as_yaml(project: Project) -> str:
    """The project as YAML."""
    return yaml_text.write(document(project))


def as_json(project: Project) -> str:
    """The project as JSON, the sections sorted."""
    made = document(project, as_json=True)
    for service in made["services"].values():
        if "deploy" in service:
            service["deploy"].setdefault("placement", {})
    for network in made.get("networks", {}).values():
        network.setdefault("ipam", {})
    made["networks"] = {key: _ordered(entry, _NETWORK) for key, entry in made.get("networks", {}).items()}
    return json.dumps(dict(sorted(made.items())), indent=2, ensure_ascii=False)
