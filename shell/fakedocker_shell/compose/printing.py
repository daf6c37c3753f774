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
    " env_file expose external_links extra_hosts group_add gpus hostname healthcheck image init ipc isolation labels links logging"
    " mem_limit mem_reservation memswap_limit mem_swappiness mac_address network_mode networks oom_kill_disable"
    " oom_score_adj pid pids_limit platform ports post_start pre_stop privileged pull_policy read_only restart runtime scale secrets"
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
    "post_start": "command user privileged working_dir environment".split(),
    "pre_stop": "command user privileged working_dir environment".split(),
    "gpus": "capabilities driver count device_ids options".split(),
}
"""Settings of a service whose values, or whose values' values, have an order of their own."""
_DEEPER: Final[dict[str, list[str]]] = {
    "ulimits": ["single", "soft", "hard"],
    "limits": "cpus memory pids devices generic_resources".split(),
    "reservations": "cpus memory pids devices generic_resources".split(),
    "restart_policy": "condition delay max_attempts window".split(),
    "update_config": "parallelism delay failure_action monitor max_failure_ratio order".split(),
    "rollback_config": "parallelism delay failure_action monitor max_failure_ratio order".split(),
    "placement": "constraints preferences max_replicas_per_node".split(),
}
"""What stands deeper, or beneath names, and has an order of its own."""
_TRIGGER: Final = "path action target exec ignore".split()
_MAPPINGS: Final = frozenset({"depends_on", "networks"})
_HIDDEN_EMPTY: Final = frozenset({"ports", "cap_add", "cap_drop", "tmpfs", "profiles", "depends_on"})


def _ordered(entry: Mapping[str, Json], order: list[str]) -> JsonObject:
    """A mapping with its keys in an order, the others after them."""
    known = {key: entry[key] for key in order if key in entry}
    return {**known, **{key: value for key, value in sorted(entry.items()) if key not in known}}


def _inner(key: str, value: Json) -> Json:
    if key == "develop":
        return {
            name: [_ordered(one, _TRIGGER) for one in inner or ()] if name == "watch" else inner
            for name, inner in value.items()
        }
    if key == "ulimits":
        return {name: _with_order(one, _DEEPER[key]) for name, one in sorted(value.items())}
    if key == "deploy":
        return {name: _deploy(name, one) for name, one in _ordered(value, _INNER[key]).items()}
    order = _INNER.get(key)
    if order is None:
        return _sorted(value)
    if key in _MAPPINGS:
        return {name: _ordered(inner, order) if inner is not None else None for name, inner in sorted(value.items())}
    if isinstance(value, list):
        return [_ordered(item, order) for item in value]
    if key == "healthcheck":
        value = {name: one for name, one in value.items() if one is not False}
    return _ordered(value, order)


def _with_order(value: Json, order: list[str]) -> Json:
    return _ordered(value, order) if isinstance(value, dict) else value


def _deploy(name: str, value: Json) -> Json:
    if name == "resources":
        return {kind: _with_order(one, _DEEPER[kind]) for kind, one in value.items() if kind in _DEEPER}
    return _with_order(value, _DEEPER[name]) if name in _DEEPER else _sorted(value)


def _escaped(value: Json) -> Json:
    """Dollar signs doubled, so that the output can be read again."""
    if isinstance(value, str):
        return value.replace("$", "$$")
    if isinstance(value, dict):
        return {key: _escaped(inner) for key, inner in value.items()}
    return [_escaped(inner) for inner in value] if isinstance(value, list) else value


def service_json(settings: Mapping[str, Json]) -> JsonObject:
    """A service as it is in JSON: what has to be there is, empty or not."""
    made = _shown({"command": None, "entrypoint": None, **settings}, keeps_nothing=True)
    for trigger in made.get("develop", {}).get("watch") or ():
        trigger.setdefault("exec", {"command": None})
    if "deploy" in made:
        deploy = {"resources": {}, "placement": {}, **made["deploy"]}
        made["deploy"] = _ordered(deploy, _INNER["deploy"])
    return made


def compact(value: Json) -> str:
    """JSON as Go writes it on one line."""
    return _as_go(json.dumps(value, separators=(",", ":"), ensure_ascii=False))


def _as_go(text: str) -> str:
    """With the letters escaped that encoding/json escapes."""
    for letter, escaped in (("<", "\\u003c"), (">", "\\u003e"), ("&", "\\u0026")):
        text = text.replace(letter, escaped)
    return text


def _service(settings: Mapping[str, Json], keeps_nothing: bool) -> JsonObject:
    made: JsonObject = _escaped(service_json(settings) if keeps_nothing else _shown(settings, keeps_nothing=False))
    return made


def _shown(settings: Mapping[str, Json], *, keeps_nothing: bool) -> JsonObject:
    return {
        key: _inner(key, value)
        for key, value in _ordered(settings, _SERVICE).items()
        if (value is not None or keeps_nothing) and not (key in _HIDDEN_EMPTY and not value) and value != ""
    }


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
    for service in project.services.values():
        used["secrets"] |= {item["source"] for item in service.get("build", {}).get("secrets", ())}
    sections: tuple[tuple[str, Mapping[str, Json], list[str]], ...] = (
        ("networks", project.networks, _NETWORK),
        ("volumes", project.volumes, _VOLUME),
        ("secrets", {key: one for key, one in project.secrets.items() if key in used["secrets"]}, _FILE),
        ("configs", {key: one for key, one in project.configs.items() if key in used["configs"]}, _FILE),
    )
    for title, section, order in sections:
        if section:
            made[title] = {key: _escaped(_ordered(entry, order)) for key, entry in sorted(section.items())}
    return {**made, **{key: _sorted(value) for key, value in sorted(project.extensions.items())}}


def _sorted(value: Json) -> Json:
    """With the keys of all mappings in order, as of what has no type of its own."""
    if isinstance(value, dict):
        return {key: _sorted(inner) for key, inner in sorted(value.items(), key=lambda entry: str(entry[0]))}
    return [_sorted(inner) for inner in value] if isinstance(value, list) else value


def as_yaml(project: Project) -> str:
    """The project as YAML."""
    return yaml_text.write(document(project))


def as_written(project: Project) -> str:
    """The project as YAML where variables were not replaced: what was written, all keys sorted."""
    services = {name: dict(one.settings) for name, one in project.services.items()}
    sections = {
        "networks": project.networks,
        "volumes": project.volumes,
        "secrets": project.secrets,
        "configs": project.configs,
    }
    made = {"name": project.name, "services": services, **{key: value for key, value in sections.items() if value}}
    return yaml_text.write(_sorted({**made, **project.extensions}))


def as_json(project: Project) -> str:
    """The project as JSON, the sections sorted."""
    made = document(project, as_json=True)
    for network in made.get("networks", {}).values():
        network.setdefault("ipam", {})
    made["networks"] = {key: _ordered(entry, _NETWORK) for key, entry in made.get("networks", {}).items()}
    return _as_go(json.dumps(dict(sorted(made.items())), indent=2, ensure_ascii=False))
