"""From a stack's services to the specifications that the engine takes; everything is named after the stack.

Source: docker/cli compose/convert/service.go, compose.go and volume.go.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from fakedocker.base.json_types import Json, JsonObject
from fakedocker.base.units import parse_duration
from fakedocker_shell.cli.create_options import restart_policy
from fakedocker_shell.cli.errors import CliError
from fakedocker_shell.cli.flag_values import parse_cpus
from fakedocker_shell.swarm.requests import present
from fakedocker_shell.swarm.service_spec import effective_capabilities, swarm_hosts
from fakedocker_shell.swarm.stack_file import Stack

NAMESPACE: Final = "com.docker.stack.namespace"
IMAGE: Final = "com.docker.stack.image"
_READABLE: Final = 0o444
_ONLY_REPLICATED: Final = "replicas can only be used with replicated or replicated-job mode"
Settings = Mapping[str, Json]


def scoped(stack: str, name: str) -> str:
    """The name that something of a stack has in the engine."""
    return f"{stack}_{name}"


def labelled(stack: str, labels: Mapping[str, str] | None) -> dict[str, str]:
    """Labels, with the one that says which stack it belongs to."""
    return {**(labels or {}), NAMESPACE: stack}


def specification(name: str, stack: str, found: Stack, secrets: list[Json], configs: list[Json]) -> JsonObject:
    """What the engine is asked for, for one service. Raises CliError.

    Args:
        name: the service's, in the file.
        secrets, configs: references to them, with their ids.
    """
    service = found.services[name]
    deploy = service.get("deploy") or {}
    placement = deploy.get("placement") or {}
    task = {
        "ContainerSpec": _container(service, stack, found, secrets, configs),
        "Resources": _resources(deploy.get("resources") or {}),
        "RestartPolicy": _restart(service.get("restart", ""), deploy.get("restart_policy")),
        "Placement": present(
            {
                "Constraints": placement.get("constraints"),
                "Preferences": [
                    {"Spread": {"SpreadDescriptor": one.get("spread", "")}} for one in placement.get("preferences", ())
                ],
                "MaxReplicas": placement.get("max_replicas_per_node"),
            }
        ),
        "Networks": _networks(name, service, stack, found),
        "LogDriver": _log_driver(service.get("logging")),
        "ForceUpdate": 0,
    }
    spec = {
        "Name": scoped(stack, name),
        "Labels": {**labelled(stack, deploy.get("labels")), IMAGE: service.get("image", "")},
        "TaskTemplate": {key: value for key, value in task.items() if value is not None},
        "Mode": _mode(deploy.get("mode", ""), deploy.get("replicas")),
        "UpdateConfig": _updates(deploy.get("update_config")),
        "RollbackConfig": _updates(deploy.get("rollback_config")),
        "EndpointSpec": _endpoint(deploy.get("endpoint_mode", ""), service.get("ports", [])),
    }
    return {key: value for key, value in spec.items() if value is not None}


# the container


def _container(service: Settings, stack: str, found: Stack, secrets: list[Json], configs: list[Json]) -> JsonObject:
    added, dropped = effective_capabilities(service.get("cap_add", ()), service.get("cap_drop", ()))
    environment = service.get("environment") or {}
    dns = {"Nameservers": service.get("dns"), "Search": service.get("dns_search")}
    container = {
        "Image": service.get("image"),
        "Labels": labelled(stack, service.get("labels")),
        "Command": service.get("entrypoint"),
        "Args": service.get("command"),
        "Hostname": service.get("hostname"),
        "Env": sorted(name if value is None else f"{name}={value}" for name, value in environment.items()),
        "Dir": service.get("working_dir"),
        "User": service.get("user"),
        "StopSignal": service.get("stop_signal"),
        "TTY": service.get("tty"),
        "OpenStdin": service.get("stdin_open"),
        "ReadOnly": service.get("read_only"),
        "Mounts": [_mount(volume, stack, found) for volume in service.get("volumes", ())],
        "Hosts": swarm_hosts(service.get("extra_hosts", ())),
        "DNSConfig": present(dns),
        "Secrets": secrets,
        "Configs": configs,
        "Isolation": service.get("isolation"),
        "Sysctls": service.get("sysctls"),
        "CapabilityAdd": added,
        "CapabilityDrop": dropped,
        "Ulimits": _ulimits(service.get("ulimits") or {}),
    }
    made = present(container)
    made["Privileges"] = {
        "CredentialSpec": _credential(service.get("credential_spec") or {}, stack, configs),
        "SELinuxContext": None,
        "NoNewPrivileges": False,
    }
    if service.get("init") is not None:
        made["Init"] = service["init"]
    if "stop_grace_period" in service:
        made["StopGracePeriod"] = parse_duration(service["stop_grace_period"])
    if service.get("healthcheck") is not None:
        made["Healthcheck"] = _health(service["healthcheck"])
    return made


def _ulimits(limits: Settings) -> list[JsonObject]:
    return [
        {"Name": name, "Soft": limit, "Hard": limit}
        if isinstance(limit, int)
        else {"Name": name, "Soft": limit.get("soft", 0), "Hard": limit.get("hard", 0)}
        for name, limit in sorted(limits.items())
    ]


def _health(check: Settings) -> JsonObject:
    if check.get("disable"):
        if check.get("test"):
            raise CliError("test and disable can't be set at the same time")
        return {"Test": ["NONE"]}
    times = {
        "timeout": "Timeout",
        "interval": "Interval",
        "start_period": "StartPeriod",
        "start_interval": "StartInterval",
    }
    found = {key: parse_duration(check[name]) for name, key in times.items() if name in check}
    return present({"Test": check.get("test"), **found, "Retries": int(check.get("retries", 0))})


def _credential(spec: Settings, stack: str, configs: list[Json]) -> dict[str, str] | None:
    given = [key for key in ("config", "file", "registry") if spec.get(key)]
    names = [f'"{key.title()}"' for key in given]
    if not given:
        return None
    if len(given) > 1:
        comma = "," if len(given) > 2 else ""
        raise CliError(f"invalid credential spec: cannot specify both {', '.join(names[:-1])}{comma} and {names[-1]}")
    made = {key.title(): spec.get(key, "") for key in ("config", "file", "registry")}
    if made["Config"]:
        wanted = (made["Config"], scoped(stack, made["Config"]))
        found = [config["ConfigID"] for name in wanted for config in configs if config["ConfigName"] == name]
        if not found:
            raise CliError(
                f"invalid credential spec: spec specifies config {made['Config']}, but no such config can be found"
            )
        made["Config"] = found[0]
    return made


# volumes


def _mount(volume: Settings, stack: str, found: Stack) -> JsonObject:
    kind = volume.get("type", "volume")
    if kind not in ("volume", "bind", "tmpfs", "npipe", "cluster"):
        raise CliError("volume type must be volume, bind, tmpfs, npipe, or cluster")
    own = {"npipe": "bind"}.get(kind, kind)
    for other in ("tmpfs", "bind", "volume", "cluster"):
        if volume.get(other) is not None and other != own:
            raise CliError(f"{other} options are incompatible with type {kind}")
    source = volume.get("source", "")
    if kind == "tmpfs" and source:
        raise CliError("invalid tmpfs source, source must be empty")
    if kind in ("bind", "npipe", "cluster") and not source:
        raise CliError(f"invalid {kind} source, source cannot be empty")
    mount = present(
        {
            "Type": kind,
            "Source": source,
            "Target": volume.get("target"),
            "ReadOnly": volume.get("read_only"),
            "Consistency": volume.get("consistency"),
        }
    )
    if own == "bind" and volume.get("bind") is not None:
        mount["BindOptions"] = present({"Propagation": volume["bind"].get("propagation")})
    elif kind == "tmpfs" and volume.get("tmpfs") is not None:
        mount["TmpfsOptions"] = present({"SizeBytes": volume["tmpfs"].get("size")})
    elif kind == "volume" and source:
        mount |= _named_volume(volume, stack, found)
    elif kind == "cluster":
        mount |= {"Source": _volume_name(source, stack, found) if not source.startswith("group:") else source}
        mount["ClusterOptions"] = {}
    return mount


def _volume_name(source: str, stack: str, found: Stack) -> str:
    if source not in found.volumes:
        raise CliError(f'undefined volume "{source}"')
    return found.volumes[source].get("name") or scoped(stack, source)


def _named_volume(volume: Settings, stack: str, found: Stack) -> JsonObject:
    name = _volume_name(volume["source"], stack, found)
    settings = found.volumes[volume["source"]]
    options: JsonObject = present({"NoCopy": (volume.get("volume") or {}).get("nocopy")})
    if not settings.get("external"):
        options["Labels"] = labelled(stack, settings.get("labels"))
        if settings.get("driver") or settings.get("driver_opts"):
            options["DriverConfig"] = present({"Name": settings.get("driver"), "Options": settings.get("driver_opts")})
    return {"Source": name, "VolumeOptions": options}


# the rest


def _networks(name: str, service: Settings, stack: str, found: Stack) -> list[JsonObject]:
    attached = []
    for network, how in (service.get("networks") or {"default": None}).items():
        if network not in found.networks and network != "default":
            raise CliError(f'undefined network "{network}"')
        target = (found.networks.get(network) or {}).get("name") or scoped(stack, network)
        aliases = list((how or {}).get("aliases") or [])
        if target not in ("default", "bridge", "host", "none") and not target.startswith("container:"):
            aliases.append(name)
        attached.append(present({"Target": target, "Aliases": aliases}))
    return sorted(attached, key=lambda one: str(one["Target"]))


def _resources(resources: Settings) -> JsonObject:
    made = {}
    for part, key in (("limits", "Limits"), ("reservations", "Reservations")):
        given = resources.get(part)
        if given is None:
            continue
        generic = [
            {"DiscreteResourceSpec": present({"Kind": one.get("kind"), "Value": one.get("value")})}
            for one in (item.get("discrete_resource_spec") or {} for item in given.get("generic_resources", ()))
        ]
        try:
            cpus = parse_cpus(given["cpus"]) if given.get("cpus") else 0
        except ValueError as problem:
            raise CliError(str(problem)) from None
        amounts = {"NanoCPUs": cpus, "MemoryBytes": int(given.get("memory", 0)), "Pids": given.get("pids", 0)}
        made[key] = present({**amounts, "GenericResources": generic})
    return made


def _restart(short: str, policy: Settings | None) -> JsonObject | None:
    """When tasks are started again: what deploy says, or else what `restart` would say to a container."""
    if policy is None:
        parsed = restart_policy(short)
        match parsed["Name"]:
            case "" | "no":
                return None
            case "always" | "unless-stopped":
                return {"Condition": "any"}
            case "on-failure":
                return {"Condition": "on-failure", "MaxAttempts": parsed["MaximumRetryCount"]}
        raise CliError(f"unknown restart policy: {short}")
    made = present({"Condition": policy.get("condition")})
    for name, key in (("delay", "Delay"), ("window", "Window")):
        if name in policy:
            made[key] = parse_duration(policy[name])
    return {**made, **({"MaxAttempts": policy["max_attempts"]} if "max_attempts" in policy else {})}


def _updates(config: Settings | None) -> JsonObject | None:
    if config is None:
        return None
    made = {
        "FailureAction": config.get("failure_action"),
        **{
            key: parse_duration(config[name])
            for name, key in (("delay", "Delay"), ("monitor", "Monitor"))
            if name in config
        },
    }
    return {
        "Parallelism": config.get("parallelism", 1),
        **present(made),
        "MaxFailureRatio": config.get("max_failure_ratio", 0),
        "Order": config.get("order", ""),
    }


def _mode(mode: str, replicas: int | None) -> JsonObject:
    if mode in ("global", "global-job"):
        if replicas is not None:
            raise CliError(_ONLY_REPLICATED)
        return {"Global" if mode == "global" else "GlobalJob": {}}
    if mode == "replicated-job":
        return {"ReplicatedJob": {} if replicas is None else {"MaxConcurrent": replicas, "TotalCompletions": replicas}}
    if mode not in ("", "replicated"):
        raise CliError(f"Unknown mode: {mode}")
    return {"Replicated": {} if replicas is None else {"Replicas": replicas}}


def _endpoint(mode: str, ports: list[Settings]) -> JsonObject:
    configs = [
        present(
            {
                "Protocol": port.get("protocol"),
                "TargetPort": port.get("target"),
                "PublishedPort": port.get("published"),
                "PublishMode": port.get("mode"),
            }
        )
        for port in sorted(ports, key=lambda port: int(port.get("published", 0)))
    ]
    return present({"Mode": mode.lower(), "Ports": configs})


def _log_driver(logging: Settings | None) -> JsonObject | None:
    if logging is None:
        return None
    return present({"Name": logging.get("driver"), "Options": logging.get("options")})


# secrets and configs


def file_reference(kind: str, stack: str, given: Settings, known: Mapping[str, Settings]) -> JsonObject:
    """A service's reference to a secret or a config of the stack, without its id. Raises CliError."""
    source = given.get("source", "")
    if source not in known:
        raise CliError(f'undefined {kind} "{source}"')
    target = {
        "Name": given.get("target") or source,
        "UID": given.get("uid") or "0",
        "GID": given.get("gid") or "0",
        "Mode": int(given.get("mode", _READABLE)),
    }
    return {"File": target, f"{kind.title()}Name": known[source].get("name") or scoped(stack, source)}
