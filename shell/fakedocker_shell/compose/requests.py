"""What the engine is asked for a service's container, a network, a volume.

Source: compose pkg/compose/create.go; what it sends over the wire.
"""

from __future__ import annotations

import hashlib
import posixpath
from collections.abc import Mapping
from typing import Final

from fakedocker.base.json_types import Json, JsonObject
from fakedocker.base.units import parse_binary_size, parse_duration
from fakedocker_shell.compose import labels, printing
from fakedocker_shell.compose.normalizing import SECRETS_DIRECTORY
from fakedocker_shell.compose.project import Project, Service

_SECOND_NS: Final = 1_000_000_000
_CPU_NS: Final = 1_000_000_000
_HEALTH_TIMES: Final = {
    "interval": "Interval", "timeout": "Timeout", "start_period": "StartPeriod", "start_interval": "StartInterval",
}  # fmt: skip
_RESTARTS: Final = {"any": "always", "none": "no", "on-failure": "on-failure"}
_HOST_SETTINGS: Final = {
    "cap_add": "CapAdd", "cap_drop": "CapDrop", "cgroup": "CgroupnsMode", "cgroup_parent": "CgroupParent", "dns": "Dns",
    "dns_opt": "DnsOptions", "dns_search": "DnsSearch", "group_add": "GroupAdd", "init": "Init",
    "ipc": "IpcMode", "isolation": "Isolation", "oom_kill_disable": "OomKillDisable", "oom_score_adj": "OomScoreAdj", "pid": "PidMode",
    "pids_limit": "PidsLimit", "privileged": "Privileged", "read_only": "ReadonlyRootfs", "runtime": "Runtime",
    "security_opt": "SecurityOpt", "storage_opt": "StorageOpt", "sysctls": "Sysctls", "userns_mode": "UsernsMode", "uts": "UTSMode",
    "cpu_shares": "CpuShares", "cpu_quota": "CpuQuota", "cpu_period": "CpuPeriod", "cpuset": "CpusetCpus",
    "mem_swappiness": "MemorySwappiness",
}  # fmt: skip
"""Settings that go to the engine's HostConfig as they are."""
_HOST_SIZES: Final = {
    "mem_limit": "Memory", "mem_reservation": "MemoryReservation", "memswap_limit": "MemorySwap", "shm_size": "ShmSize",
}  # fmt: skip


def config_hash(service: Service) -> str:
    """What tells whether a service's container has to be made anew.

    Source: compose pkg/compose/hash.go: the digest of the service as JSON, without what may change meanwhile.
    """
    files = [
        one["path"] if one["required"] else {"path": one["path"], "required": False}
        for one in service.get("env_file", ())
    ]
    settings = printing.service_json({**service.settings, **({"env_file": files} if files else {})})
    for key in ("build", "pull_policy", "scale"):
        settings.pop(key, None)
    if "deploy" in settings:
        settings["deploy"] = {key: value for key, value in settings["deploy"].items() if key != "replicas"}
    return hashlib.sha256(printing.compact(settings).encode("utf-8", "surrogateescape")).hexdigest()


def container_labels(project: Project, service: Service, number: int, image_id: str, one_off: bool) -> dict[str, str]:
    """All labels of a container, those of compose included."""
    depends_on = ",".join(
        f"{name}:{how['condition']}:{str(bool(how.get('restart'))).lower()}" for name, how in service.depends_on.items()
    )
    return {
        **service.get("labels", {}),
        labels.CONFIG_HASH: config_hash(service),
        labels.NUMBER: str(number),
        labels.DEPENDS_ON: depends_on,
        labels.IMAGE: image_id,
        labels.ONE_OFF: str(one_off),
        labels.PROJECT: project.name,
        labels.FILES: ",".join(project.files),
        labels.DIRECTORY: project.directory,
        labels.SERVICE: service.name,
        labels.COMPOSE: labels.VERSION,
    }


def container(
    project: Project, service: Service, number: int, image_id: str, name: str, network_of: Mapping[str, str]
) -> JsonObject:
    """The body of a request that creates a service's container.

    Args:
        network_of: service -> id of a running container, for `network_mode: service:NAME` and its like.
    """
    get = service.get
    ports = _exposed(service)
    body: JsonObject = {
        "Image": project.image(service),
        "Labels": container_labels(project, service, number, image_id, one_off=False),
        "AttachStdout": True,
        "AttachStderr": True,
        "OpenStdin": get("stdin_open", False),
        "Tty": get("tty", False),
        "ExposedPorts": {port: {} for port in ports},
        "Env": [name if value is None else f"{name}={value}" for name, value in get("environment", {}).items()] or None,
    }
    for key, wanted in (
        ("command", "Cmd"), ("entrypoint", "Entrypoint"), ("hostname", "Hostname"), ("domainname", "Domainname"),
        ("user", "User"), ("working_dir", "WorkingDir"), ("stop_signal", "StopSignal"), ("mac_address", "MacAddress"),
    ):  # fmt: skip
        if service.settings.get(key) is not None:
            body[wanted] = service.settings[key]
    if get("stop_grace_period"):
        body["StopTimeout"] = parse_duration(get("stop_grace_period")) // _SECOND_NS
    if get("healthcheck"):
        body["Healthcheck"] = _healthcheck(get("healthcheck"))
    body["HostConfig"] = _host_config(project, service, network_of)
    body["NetworkingConfig"] = {"EndpointsConfig": endpoints(project, service, name)}
    return body


def _exposed(service: Service) -> list[str]:
    found = [f"{port['target']}/{port['protocol']}" for port in service.get("ports", ())]
    found += [port if "/" in port else f"{port}/tcp" for port in service.get("expose", ())]
    return sorted(set(found))


def _healthcheck(check: Mapping[str, Json]) -> JsonObject:
    if check.get("disable"):
        return {"Test": ["NONE"]}
    made: JsonObject = {"Test": check["test"]} if "test" in check else {}
    for key, name in _HEALTH_TIMES.items():
        if key in check:
            made[name] = parse_duration(check[key])
    if "retries" in check:
        made["Retries"] = check["retries"]
    return made


def _host_config(project: Project, service: Service, network_of: Mapping[str, str]) -> JsonObject:
    get = service.get
    host: JsonObject = {name: get(key) for key, name in _HOST_SETTINGS.items() if service.settings.get(key) is not None}
    host |= {name: int(get(key)) for key, name in _HOST_SIZES.items() if get(key)}
    limits = get("deploy", {}).get("resources", {}).get("limits", {})
    if "memory" in limits:
        host["Memory"] = int(limits["memory"])
    cpus = get("cpus", limits.get("cpus"))
    if cpus:
        host["NanoCpus"] = int(cpus * _CPU_NS)
    if "pids" in limits:
        host["PidsLimit"] = int(limits["pids"])
    host["RestartPolicy"] = _restart_policy(service)
    host["PortBindings"] = _port_bindings(service)
    host["NetworkMode"] = network_mode(project, service, network_of)
    for mode in ("PidMode", "IpcMode"):
        kind, _, name = str(host.get(mode, "")).partition(":")
        if kind == "service":
            host[mode] = f"container:{network_of[name]}"
    if get("extra_hosts"):
        host["ExtraHosts"] = [entry.replace("=", ":", 1) for entry in get("extra_hosts")]
    if get("logging"):
        host["LogConfig"] = {"Type": get("logging").get("driver", ""), "Config": get("logging").get("options", {})}
    if get("tmpfs"):
        host["Tmpfs"] = {path: options for path, _, options in (entry.partition(":") for entry in get("tmpfs"))}
    if get("devices"):
        host["Devices"] = [
            {"PathOnHost": one["source"], "PathInContainer": one["target"], "CgroupPermissions": one["permissions"]}
            for one in get("devices")
        ]
    if get("ulimits"):
        host["Ulimits"] = [_ulimit(name, limit) for name, limit in sorted(get("ulimits").items())]
    if get("annotations"):
        host["Annotations"] = get("annotations")
    host["Binds"], host["Mounts"] = _mounts(project, service)
    return host


def _ulimit(name: str, limit: Json) -> JsonObject:
    soft, hard = (limit["soft"], limit["hard"]) if isinstance(limit, dict) else (limit, limit)
    return {"Name": name, "Soft": int(soft), "Hard": int(hard)}


def _restart_policy(service: Service) -> JsonObject:
    text = service.get("restart", "")
    if text:
        name, _, count = text.partition(":")
        return {"Name": name, "MaximumRetryCount": int(count or 0)}
    policy = service.get("deploy", {}).get("restart_policy")
    if policy:
        name = _RESTARTS.get(policy.get("condition", "any"), "no")
        return {"Name": name, "MaximumRetryCount": int(policy.get("max_attempts", 0)) if name == "on-failure" else 0}
    return {"Name": "no"}


def _port_bindings(service: Service) -> dict[str, list[dict[str, str]]]:
    bindings: dict[str, list[dict[str, str]]] = {}
    for port in service.get("ports", ()):
        binding = {"HostIp": port.get("host_ip", ""), "HostPort": port.get("published", "")}
        bindings.setdefault(f"{port['target']}/{port['protocol']}", []).append(binding)
    return bindings


def network_mode(project: Project, service: Service, network_of: Mapping[str, str]) -> str:
    """The network that a container is started in."""
    mode = str(service.get("network_mode", ""))
    if mode.startswith("service:"):
        return f"container:{network_of[mode.removeprefix('service:')]}"
    if mode:
        return mode
    first = next(iter(service.networks), None)
    return "none" if first is None else str(project.networks[first]["name"])


def endpoints(project: Project, service: Service, name: str) -> JsonObject:
    """Network -> how the container joins it: it is known by its own name, its service's, and its aliases."""
    joined = {}
    for key, how in service.networks.items():
        settings = how or {}
        aliases = [name, service.name, *settings.get("aliases", ())]
        links = [
            f"{project.name}-{link.partition(':')[0]}-1:{link.rpartition(':')[2]}" for link in service.get("links", ())
        ]
        endpoint: JsonObject = {"Aliases": list(dict.fromkeys(aliases)), "Links": links or None}
        addresses = {
            wanted: settings[one]
            for one, wanted in (("ipv4_address", "IPv4Address"), ("ipv6_address", "IPv6Address"))
            if one in settings
        }
        if how is not None:
            endpoint["IPAMConfig"] = addresses
        if "mac_address" in settings:
            endpoint["MacAddress"] = settings["mac_address"]
        joined[str(project.networks[key]["name"])] = endpoint
    return joined


# mounts


def _mounts(project: Project, service: Service) -> tuple[list[str] | None, list[JsonObject] | None]:
    """(binds, mounts): a folder that may have to be made is a bind, all else a mount."""
    binds: list[str] = []
    mounts: list[JsonObject] = []
    for volume in service.get("volumes", ()):
        if volume["type"] == "bind" and volume.get("bind", {}).get("create_host_path"):
            mode = "ro" if volume.get("read_only") else "rw"
            propagation = volume["bind"].get("propagation")
            binds.append(f"{volume['source']}:{volume['target']}:{mode}{f',{propagation}' if propagation else ''}")
        else:
            mounts.append(_mount(project, volume))
    for kind, known in (("secrets", project.secrets), ("configs", project.configs)):
        for item in service.get(kind, ()):
            source = known[item["source"]].get("file", "")
            if source:
                folder = SECRETS_DIRECTORY if kind == "secrets" else "/"
                target = posixpath.join(folder, item.get("target") or item["source"])
                mounts.append({"Type": "bind", "Source": source, "Target": target, "ReadOnly": True, "BindOptions": {}})
    return binds or None, mounts or None


def _mount(project: Project, volume: Mapping[str, Json]) -> JsonObject:
    mount: JsonObject = {"Type": volume["type"], "Target": volume["target"]}
    if volume.get("source"):
        named = volume["type"] == "volume"
        mount["Source"] = project.volumes[volume["source"]]["name"] if named else volume["source"]
    if volume.get("read_only"):
        mount["ReadOnly"] = True
    if volume["type"] == "volume":
        options = volume.get("volume", {})
        mount["VolumeOptions"] = {"NoCopy": True} if options.get("nocopy") else {}
    elif volume["type"] == "tmpfs" and volume.get("tmpfs"):
        size, mode = volume["tmpfs"].get("size"), volume["tmpfs"].get("mode")
        options = {"SizeBytes": parse_binary_size(str(size)) if size else None, "Mode": mode}
        mount["TmpfsOptions"] = {key: value for key, value in options.items() if value is not None}
    elif volume["type"] == "bind":
        propagation = volume.get("bind", {}).get("propagation")
        mount["BindOptions"] = {"Propagation": propagation} if propagation else {}
    return mount


# networks and volumes


def network(project: Project, key: str) -> JsonObject:
    """The body of a request that creates a network."""
    entry = project.networks[key]
    ipam = entry.get("ipam") or {}
    body: JsonObject = {
        "Name": entry["name"],
        "Driver": entry.get("driver", ""),
        "Options": entry.get("driver_opts") or {},
        "Internal": bool(entry.get("internal")),
        "Attachable": bool(entry.get("attachable")),
        "Labels": {
            **entry.get("labels", {}),
            labels.NETWORK: key,
            labels.PROJECT: project.name,
            labels.COMPOSE: labels.VERSION,
        },
    }
    if "enable_ipv6" in entry:
        body["EnableIPv6"] = bool(entry["enable_ipv6"])
    if ipam:
        pools = [
            {
                "Subnet": pool.get("subnet", ""),
                "IPRange": pool.get("ip_range", ""),
                "Gateway": pool.get("gateway", ""),
                "AuxiliaryAddresses": pool.get("aux_addresses") or {},
            }
            for pool in ipam.get("config") or ()
        ]
        body["IPAM"] = {"Driver": ipam.get("driver", "default"), "Config": pools}
    return body


def volume(project: Project, key: str) -> JsonObject:
    """The body of a request that creates a volume."""
    entry = project.volumes[key]
    own = {labels.VOLUME: key, labels.PROJECT: project.name, labels.COMPOSE: labels.VERSION}
    return {
        "Name": entry["name"],
        "Driver": entry.get("driver", ""),
        "DriverOpts": entry.get("driver_opts") or {},
        "Labels": {**entry.get("labels", {}), **own},
    }
