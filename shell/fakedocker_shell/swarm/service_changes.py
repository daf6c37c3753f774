"""What the flags of `docker service update` change of a specification. It asks nobody.

Each function takes the part of the specification that it changes. What stands in no flag stays as it is.
Source: docker/cli command/service/update.go.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from fakedocker.base.json_types import Json, JsonObject
from fakedocker_shell.cli.create_options import label_map
from fakedocker_shell.cli.errors import CliError
from fakedocker_shell.cli.flags import Options
from fakedocker_shell.swarm.service_spec import (
    any_changed,
    capabilities,
    check_durations,
    generic_resources,
    health_durations,
    restart_policy,
    swarm_hosts,
    update_config,
)

_TEXTS: Final = (
    ("image", "Image"), ("workdir", "Dir"), ("user", "User"), ("hostname", "Hostname"), ("isolation", "Isolation"),
    ("stop-signal", "StopSignal"), ("args", "Args"), ("entrypoint", "Command"), ("init", "Init"), ("tty", "TTY"),
    ("read-only", "ReadOnly"), ("stop-grace-period", "StopGracePeriod"), ("oom-score-adj", "OomScoreAdj"),
)  # fmt: skip
"""Flags that replace a setting of the container."""
_LIMITS: Final = (("limit-cpu", "NanoCPUs"), ("limit-memory", "MemoryBytes"), ("limit-pids", "Pids"))
_RESERVATIONS: Final = (("reserve-cpu", "NanoCPUs"), ("reserve-memory", "MemoryBytes"))
_HEALTH: Final = ("no-healthcheck", "health-cmd", "health-interval", "health-retries", "health-timeout",
    "health-start-period")  # fmt: skip


def apply(spec: JsonObject, options: Options) -> None:
    """Change a specification as the flags say; networks, secrets and configs apart. Raises CliError."""
    task = spec["TaskTemplate"]
    container = task["ContainerSpec"]
    check_durations(options)
    if any_changed(options, "label-add", "label-rm"):
        spec["Labels"] = _pairs(options, "label", spec.get("Labels"))
    _container(container, options)
    _resources(task, options)
    _put(task, "RestartPolicy", restart_policy(options, task.get("RestartPolicy")))
    _placement(task, options)
    if options.changed("replicas"):
        mode = spec.get("Mode") or {}
        if mode.get("Replicated") is None:
            raise CliError("replicas can only be used with replicated mode")
        mode["Replicated"]["Replicas"] = options["replicas"]
    _put(spec, "UpdateConfig", update_config(options, "update", spec.get("UpdateConfig")))
    _put(spec, "RollbackConfig", update_config(options, "rollback", spec.get("RollbackConfig")))
    if options.changed("endpoint-mode"):
        _inner(spec, "EndpointSpec")["Mode"] = options["endpoint-mode"]
    if any_changed(options, "publish-add", "publish-rm"):
        endpoint = _inner(spec, "EndpointSpec")
        endpoint["Ports"] = _ports(options, endpoint.get("Ports") or [])
    if options["log-driver"]:
        task["LogDriver"] = {"Name": options["log-driver"], "Options": label_map(options["log-opt"])}
    if options["force"]:
        task["ForceUpdate"] = task.get("ForceUpdate", 0) + 1


def _put(settings: JsonObject, key: str, value: Json) -> None:
    if value is not None:
        settings[key] = value


def _inner(settings: JsonObject, key: str) -> JsonObject:
    """A part that is made where there is none."""
    if settings.get(key) is None:
        settings[key] = {}
    found: JsonObject = settings[key]
    return found


def _pairs(options: Options, flag: str, current: Mapping[str, str] | None) -> dict[str, str]:
    removed = (
        {text.partition("=")[0] for text in options[f"{flag}-rm"]} if flag == "sysctl" else set(options[f"{flag}-rm"])
    )
    kept = {key: value for key, value in (current or {}).items() if key not in removed}
    return {**kept, **label_map(options[f"{flag}-add"])}


def _listed(options: Options, flag: str, current: Sequence[str] | None) -> list[str]:
    """A list with some added and some removed, sorted, so that its order is no change."""
    removed = set(options[f"{flag}-rm"])
    return sorted(item for item in [*(current or []), *options[f"{flag}-add"]] if item not in removed)


# the container


def _container(container: JsonObject, options: Options) -> None:
    for flag, key in _TEXTS:
        if options.changed(flag):
            container[key] = options[flag]
    for flag, key in (("container-label", "Labels"), ("sysctl", "Sysctls")):
        if any_changed(options, f"{flag}-add", f"{flag}-rm"):
            container[key] = _pairs(options, flag, container.get(key))
    if any_changed(options, "env-add", "env-rm"):
        container["Env"] = _environment(options, container.get("Env") or [])
    if container.get("Mounts") or options["mount-add"]:
        # Whatever is changed, mounts are put in order; if that changes it, the tasks are made anew.
        container["Mounts"] = _mounts(options, container.get("Mounts") or [])
    if container.get("Ulimits") or options["ulimit-add"]:
        container["Ulimits"] = _ulimits(options, container.get("Ulimits") or [])
    if any_changed(options, "group-add", "group-rm"):
        container["Groups"] = _listed(options, "group", container.get("Groups"))
    dns = (("dns", "Nameservers"), ("dns-search", "Search"), ("dns-option", "Options"))
    if any_changed(options, *(f"{flag}-{end}" for flag, _ in dns for end in ("add", "rm"))):
        config = container.get("DNSConfig") or {}
        container["DNSConfig"] = {key: sorted(set(_listed(options, flag, config.get(key)))) for flag, key in dns}
    if any_changed(options, "host-add", "host-rm"):
        container["Hosts"] = _hosts(options, container.get("Hosts") or [])
    if any_changed(options, *_HEALTH):
        container["Healthcheck"] = _health(options, container.get("Healthcheck") or {})
    if any_changed(options, "cap-add", "cap-drop"):
        _capabilities(container, options)


def _environment(options: Options, current: Sequence[str]) -> list[str]:
    removed = set(options["env-rm"])
    found = {pair.partition("=")[0]: pair for pair in current}
    kept = {name: pair for name, pair in found.items() if name not in removed}
    return list((kept | {pair.partition("=")[0]: pair for pair in options["env-add"]}).values())


def _mounts(options: Options, current: Sequence[Mapping[str, Json]]) -> list[Mapping[str, Json]]:
    found: dict[str, Mapping[str, Json]] = {}
    for mount in options["mount-add"]:
        if mount["Target"] in found:
            raise CliError("duplicate mount target")
        found[mount["Target"]] = mount
    for mount in current:
        found.setdefault(mount["Target"], mount)
    removed = set(options["mount-rm"])
    kept = [mount for target, mount in found.items() if target not in removed]
    return sorted(kept, key=lambda mount: (mount.get("Source", ""), mount["Target"]))


def _ulimits(options: Options, current: Sequence[Mapping[str, Json]]) -> list[Mapping[str, Json]]:
    removed = {text.partition("=")[0] for text in options["ulimit-rm"]}
    kept = {limit["Name"]: limit for limit in current if limit["Name"] not in removed}
    return [limit for _, limit in sorted({**kept, **options["ulimit-add"]}.items())]


def _hosts(options: Options, current: Sequence[str]) -> list[str]:
    """Lines of /etc/hosts; a name goes from all of them, or from those of one address, and a line goes with its last name."""
    found = []
    for line in current:
        address, *names = line.split() or [""]
        for text in options["host-rm"]:
            host, _, of_address = text.partition(":")
            if not of_address or of_address == address:
                names = [name for name in names if name != host]
        if names:
            found.append(" ".join([address, *names]))
    return list(dict.fromkeys([*found, *swarm_hosts(options["host-add"])]))


def _health(options: Options, current: Mapping[str, Json]) -> JsonObject:
    if options["no-healthcheck"]:
        if any_changed(options, *_HEALTH[1:]):
            raise CliError("--no-healthcheck conflicts with --health-* options")
        return {"Test": ["NONE"]}
    given = health_durations(options)
    given.pop("StartInterval", None)  # the client takes the flag, and forgets it
    check = {**current, **given}
    if (check.get("Test") or [""])[0] == "NONE":
        del check["Test"]
    if options.changed("health-retries"):
        check["Retries"] = options["health-retries"]
    if options.changed("health-cmd"):
        check["Test"] = ["CMD-SHELL", options["health-cmd"]] if options["health-cmd"] else None
    return check


def _capabilities(container: JsonObject, options: Options) -> None:
    """What is added and was dropped before is no longer dropped, and the other way round; only then it is noted anew."""
    added, dropped = (
        capabilities(container.get("CapabilityAdd") or []),
        capabilities(container.get("CapabilityDrop") or []),
    )
    to_add, to_drop = capabilities(options["cap-add"]), capabilities(options["cap-drop"])
    if "RESET" in to_add:
        added, to_add = set(), to_add - {"RESET"}
    if "RESET" in to_drop:
        dropped, to_drop = set(), to_drop - {"RESET"}
    for name in to_drop - to_add:
        if name in added:
            added.discard(name)
        else:
            dropped.add(name)
    for name in to_add:
        if name in dropped:
            dropped.discard(name)
        else:
            added.add(name)
    for key, names in (("CapabilityAdd", added), ("CapabilityDrop", dropped)):
        container[key] = ["ALL"] if "ALL" in names else sorted(names)


# the task


def _resources(task: JsonObject, options: Options) -> None:
    for key, flags in (("Limits", _LIMITS), ("Reservations", _RESERVATIONS)):
        if any_changed(options, *(flag for flag, _ in flags)):
            part = _inner(_inner(task, "Resources"), key)
            part |= {setting: options[flag] for flag, setting in flags if options.changed(flag)}
    if any_changed(options, "generic-resource-add", "generic-resource-rm"):
        reservations = _inner(_inner(task, "Resources"), "Reservations")
        found = {one["DiscreteResourceSpec"]["Kind"]: one for one in reservations.get("GenericResources") or []}
        found |= {
            one["DiscreteResourceSpec"]["Kind"]: one for one in generic_resources(options["generic-resource-add"])
        }
        for kind in options["generic-resource-rm"]:
            if kind not in found:
                raise CliError(f"could not find generic-resource `{kind}` to remove it")
            del found[kind]
        reservations["GenericResources"] = list(found.values())


def _placement(task: JsonObject, options: Options) -> None:
    if any_changed(options, "constraint-add", "constraint-rm"):
        placement = _inner(task, "Placement")
        placement["Constraints"] = _listed(options, "constraint", placement.get("Constraints"))
    if any_changed(options, "placement-pref-add", "placement-pref-rm"):
        placement = _inner(task, "Placement")
        kept = [one for one in placement.get("Preferences") or [] if one not in options["placement-pref-rm"]]
        placement["Preferences"] = [*kept, *options["placement-pref-add"]]
    if options.changed("replicas-max-per-node"):
        _inner(task, "Placement")["MaxReplicas"] = options["replicas-max-per-node"]


# ports and networks


def _same_port(one: Mapping[str, Json], other: Mapping[str, Json]) -> bool:
    defaults = {"Protocol": "tcp", "PublishMode": "ingress", "TargetPort": 0}
    return all(one.get(key, default) == other.get(key, default) for key, default in defaults.items())


def _port_text(port: Mapping[str, Json]) -> str:
    return f"{port.get('PublishedPort', 0)}:{port.get('TargetPort', 0)}/{port.get('Protocol', '')}/{port.get('PublishMode', '')}"


def _ports(options: Options, current: Sequence[Mapping[str, Json]]) -> list[Mapping[str, Json]]:
    known = {_port_text(port): port for port in reversed(current)}
    removed = options["publish-rm"]
    kept = [port for port in known.values() if not any(_same_port(port, other) for other in removed)]
    added = [port for port in options["publish-add"] if _port_text(port) not in known]
    return sorted([*kept, *added], key=_port_text)


def networks(spec: JsonObject, removed: Sequence[str], added: Sequence[tuple[str, Mapping[str, Json]]]) -> None:
    """Detach a service from networks and attach it to others.

    Args:
        removed: ids of networks.
        added: the name that a network was asked for by, and how to attach to it, by its id.

    Raises:
        CliError: it is attached already.
    """
    task = spec["TaskTemplate"]
    current = task.get("Networks") or spec.get("Networks") or []
    spec.pop("Networks", None)
    kept = [network for network in current if network["Target"] not in removed]
    for name, attachment in added:
        if any(network["Target"] == attachment["Target"] for network in kept):
            raise CliError(f"service is already attached to network {name}")
        kept.append(attachment)
    task["Networks"] = sorted(kept, key=lambda network: str(network["Target"]))
