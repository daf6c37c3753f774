"""What `inspect --pretty` shows of nodes, services, secrets and configs: lines, laid out as docker's templates do.

Source: the formatter.go of docker/cli command/node, service, secret and config.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fakedocker.base.units import binary_size, format_duration
from fakedocker_shell.cli.api_types import time_text
from fakedocker_shell.cli.rows_swarm import ago, capitalized
from fakedocker_shell.gotemplate.printing import format_float

Item = Mapping[str, Any]


def _labels(labels: Mapping[str, str] | None, mark: str, title: str = "Labels") -> list[str]:
    if not labels:
        return []
    pairs = (f"{key}={value}" if value else key for key, value in sorted(labels.items()))
    return [f"{title}:", *(f" {mark}{pair}" for pair in pairs)]


def _size(size_bytes: int) -> str:
    return binary_size(size_bytes) if size_bytes else ""


def _moment(text: str) -> str:
    """A time, shown as if it were a state."""
    return capitalized(time_text(text))


# secrets, configs, nodes


def secret(item: Item) -> str:
    """A secret, without what it keeps."""
    spec = item["Spec"]
    lines = [
        f"ID:              {item['ID']}",
        f"Name:              {spec.get('Name', '')}",
        *_labels(spec.get("Labels"), "- "),
        f"Driver:            {(spec.get('Driver') or {}).get('Name', '')}",
        f"Created at:        {_moment(item.get('CreatedAt', ''))}",
        f"Updated at:        {_moment(item.get('UpdatedAt', ''))}",
    ]
    return "\n".join(lines) + "\n"


def config(item: Item) -> str:
    """A config and its content."""
    import base64

    spec = item["Spec"]
    lines = [
        f"ID:\t\t\t{item['ID']}",
        f"Name:\t\t\t{spec.get('Name', '')}",
        *_labels(spec.get("Labels"), "- "),
        f"Created at:            \t{_moment(item.get('CreatedAt', ''))}",
        f"Updated at:            \t{_moment(item.get('UpdatedAt', ''))}",
        "Data:",
        base64.b64decode(spec.get("Data") or "").decode("utf-8", "replace"),
    ]
    return "\n".join(lines) + "\n"


def _plugins(plugins: Sequence[Mapping[str, str]]) -> list[str]:
    by_type: dict[str, list[str]] = {}
    for plugin in plugins:
        by_type.setdefault(plugin.get("Type", ""), []).append(plugin.get("Name", ""))
    return (
        ["Plugins:", *(f" {kind}:\t\t{', '.join(names)}" for kind, names in sorted(by_type.items()))] if by_type else []
    )


def _manager(status: Item | None) -> list[str]:
    if status is None:
        return []
    return [
        "Manager Status:",
        f" Address:\t\t{status.get('Addr', '')}",
        f" Raft Status:\t\t{capitalized(status.get('Reachability', ''))}",
        f" Leader:\t\t{'Yes' if status.get('Leader') else 'No'}",
    ]


def _trust(tls: Item) -> list[str]:
    if not tls:
        return []
    return [
        "TLS Info:",
        " TrustRoot:",
        tls.get("TrustRoot", ""),
        f" Issuer Subject:\t{tls.get('CertIssuerSubject', '')}",
        f" Issuer Public Key:\t{tls.get('CertIssuerPublicKey', '')}",
    ]


def node(item: Item) -> str:
    """A node."""
    spec, status, description = item["Spec"], item.get("Status") or {}, item.get("Description") or {}
    platform, resources, engine = (description.get(key) or {} for key in ("Platform", "Resources", "Engine"))
    name = [f"Name:\t\t\t{spec['Name']}"] if spec.get("Name") else []
    message = [f" Message:              \t{capitalized(status['Message'])}"] if status.get("Message") else []
    address = [f" Address:\t\t{status['Addr']}"] if status.get("Addr") else []
    lines = [
        f"ID:\t\t\t{item['ID']}",
        *name,
        *_labels(spec.get("Labels"), "- "),
        f"Hostname:              \t{description.get('Hostname', '')}",
        f"Joined at:             \t{_moment(item.get('CreatedAt', ''))}",
        "Status:",
        f" State:\t\t\t{capitalized(status.get('State', ''))}",
        *message,
        f" Availability:         \t{capitalized(spec.get('Availability', ''))}",
        *address,
        *_manager(item.get("ManagerStatus")),
        "Platform:",
        f" Operating System:\t{platform.get('OS', '')}",
        f" Architecture:\t\t{platform.get('Architecture', '')}",
        "Resources:",
        f" CPUs:\t\t\t{resources.get('NanoCPUs', 0) // 1_000_000_000}",
        f" Memory:\t\t{_size(resources.get('MemoryBytes', 0))}",
        *_plugins(engine.get("Plugins") or []),
        f"Engine Version:\t\t{engine.get('EngineVersion', '')}",
        *_labels(engine.get("Labels"), "- ", "Engine Labels"),
        *_trust(description.get("TLSInfo") or {}),
    ]
    return "\n".join(lines) + "\n"


# services


def _service_mode(spec: Item) -> list[str]:
    mode = spec.get("Mode") or {}
    if mode.get("Global") is not None:
        return ["Service Mode:\tGlobal"]
    if mode.get("Replicated") is None:
        return ["Service Mode:"]
    replicas = mode["Replicated"].get("Replicas")
    return ["Service Mode:\tReplicated", *([f" Replicas:\t{replicas}"] if replicas is not None else [])]


def _update_status(status: Item | None, now_ns: int) -> list[str]:
    if not status or not status.get("State"):
        return []
    lines = ["UpdateStatus:", f" State:\t\t{status['State']}"]
    if status.get("StartedAt"):
        lines.append(f" Started:\t{ago(status['StartedAt'], now_ns)}")
    if status["State"] == "completed" and status.get("CompletedAt"):
        lines.append(f" Completed:\t{ago(status['CompletedAt'], now_ns)}")
    return [*lines, f" Message:\t{status.get('Message', '')}"]


def _listed(items: Sequence[str]) -> str:
    return "[" + " ".join(items) + "]"


def _placement(placement: Item) -> list[str]:
    lines = ["Placement:"]
    if placement.get("Constraints"):
        lines.append(f" Constraints:\t{_listed(placement['Constraints'])}")
    spread = [
        f"spread={one['Spread']['SpreadDescriptor']}" for one in placement.get("Preferences") or [] if one.get("Spread")
    ]
    if spread:
        lines.append(f" Preferences:   {_listed(spread)}")
    if placement.get("MaxReplicas"):
        lines.append(f" Max Replicas Per Node:   {placement['MaxReplicas']}")
    return lines


def _update_config(title: str, order: str, config: Item | None) -> list[str]:
    if config is None:
        return []
    lines = [f"{title}:", f" Parallelism:\t{config.get('Parallelism', 0)}"]
    if config.get("Delay", 0) > 0:
        lines.append(f" Delay:\t\t{format_duration(config['Delay'])}")
    lines.append(f" On failure:\t{config.get('FailureAction', '')}")
    if config.get("Monitor", 0) > 0:
        lines.append(f" Monitoring Period: {format_duration(config['Monitor'])}")
    ratio = format_float(float(config.get("MaxFailureRatio", 0)))
    return [*lines, f" Max failure ratio: {ratio}", f" {order}{config.get('Order', '')}"]


def _container(spec: Item) -> list[str]:
    """The container's part. Between its lines docker's template swallows some line ends, so that no order of them is plain."""
    lines = ["ContainerSpec:", f" Image:\t\t{spec.get('Image', '')}"]
    for key, title in (("Args", "Args"), ("Env", "Env")):
        if spec.get(key):
            lines.append(f" {title}:\t\t" + "".join(f"{item} " for item in spec[key]))
    if spec.get("Dir"):
        lines.append(f" Dir:\t\t{spec['Dir']}")
    if spec.get("Init") is not None:
        lines.append(f" Init:\t\t{'true' if spec['Init'] else 'false'}")
    if spec.get("User"):
        lines.append(f" User: {spec['User']}")
    added, dropped = spec.get("CapabilityAdd") or [], spec.get("CapabilityDrop") or []
    if added or dropped:
        lines.append("Capabilities:")
        lines += [f" Add: {', '.join(added)}"] if added else []
        lines += [f" Drop: {', '.join(dropped)}"] if dropped else []
    if spec.get("Sysctls"):
        lines += [
            "SysCtls:",
            *(f" {key}: {value}" if value else f" {key}" for key, value in sorted(spec["Sysctls"].items())),
        ]
    if spec.get("Ulimits"):
        limits = {limit["Name"]: f"{limit.get('Soft', 0)}:{limit.get('Hard', 0)}" for limit in spec["Ulimits"]}
        lines += ["Ulimits:", *(f" {name}: {limit}" for name, limit in sorted(limits.items()))]
    return [*lines, *_files(spec)]


def _files(spec: Item) -> list[str]:
    """Mounts, configs and secrets."""
    lines = []
    if spec.get("Mounts"):
        lines.append("Mounts:")
        for mount in spec["Mounts"]:
            read_only = "true" if mount.get("ReadOnly") else "false"
            lines += [f" Target:\t{mount.get('Target', '')}", f"  Source:\t{mount.get('Source', '')}"]
            lines += [f"  ReadOnly:\t{read_only}", f"  Type:\t\t{mount.get('Type', '')}"]
    for key, name in (("Configs", "ConfigName"), ("Secrets", "SecretName")):
        if spec.get(key):
            lines.append(f"{key}:")
            for one in spec[key]:
                lines += [f" Target:\t{(one.get('File') or {}).get('Name', '')}", f"  Source:\t{one.get(name, '')}"]
    return lines


def _log_driver(driver: Item | None) -> str:
    if driver is None:
        return ""
    lines = ["Log Driver:"]
    lines += [f" Name:\t\t{driver['Name']}"] if driver.get("Name") else []
    options = driver.get("Options") or {}
    if options:
        lines += [
            " LogOpts:",
            *(f"  {key}:       {value}" if value else f"  {key}" for key, value in sorted(options.items())),
        ]
    return "\n".join(["", *lines, ""])


def _amounts(title: str, amounts: Item | None, counts: Sequence[str]) -> list[str]:
    if not amounts or not any(amounts.get(key) for key in counts):
        return []
    lines = [f" {title}:"]
    if amounts.get("NanoCPUs"):
        lines.append(f"  CPU:\t\t{format_float(amounts['NanoCPUs'] / 1e9)}")
    if amounts.get("MemoryBytes"):
        lines.append(f"  Memory:\t{_size(amounts['MemoryBytes'])}")
    return lines


def _resources(resources: Item | None) -> list[str]:
    if resources is None:
        return []
    limits = resources.get("Limits")
    lines = ["Resources:", *_amounts("Reservations", resources.get("Reservations"), ("NanoCPUs", "MemoryBytes"))]
    lines += _amounts("Limits", limits, ("NanoCPUs", "MemoryBytes", "Pids"))
    if limits and limits.get("Pids", 0) > 0:
        lines.append(f"  PIDs:\t\t{limits['Pids']}")
    return lines


def _ports(ports: Sequence[Item]) -> str:
    lines = ["Ports:"]
    for port in ports:
        lines += [
            f" PublishedPort = {port.get('PublishedPort', 0)}",
            f"  Protocol = {port.get('Protocol', '')}",
            f"  TargetPort = {port.get('TargetPort', 0)}",
            f"  PublishMode = {port.get('PublishMode', '')}",
        ]
    return "\n" + "\n".join(lines) + " " if ports else ""


def _health(check: Item | None) -> str:
    if check is None:
        return ""
    lines = [
        " Healthcheck:",
        f"  Interval = {format_duration(check.get('Interval', 0))}",
        f"  Retries = {check.get('Retries', 0)}",
        f"  StartPeriod =\t{format_duration(check.get('StartPeriod', 0))}",
        f"  Timeout =\t{format_duration(check.get('Timeout', 0))}",
    ]
    test = check.get("Test") or []
    tests = "\n  Tests:" + "".join(f"\n\t Test = {one}" for one in test) + " " if test else ""
    return "\n" + "\n".join(lines) + tests


def service(item: Item, networks: Mapping[str, str], now_ns: int) -> str:
    """A service.

    Args:
        networks: ids of networks, and their names.
    """
    spec = item["Spec"]
    task = spec["TaskTemplate"]
    lines = [
        "",
        f"ID:\t\t{item['ID']}",
        f"Name:\t\t{spec.get('Name', '')}",
        *_labels(spec.get("Labels"), ""),
        *_service_mode(spec),
        *_update_status(item.get("UpdateStatus"), now_ns),
        *_placement(task.get("Placement") or {}),
        *_update_config("UpdateConfig", "Update order:      ", spec.get("UpdateConfig")),
        *_update_config("RollbackConfig", "Rollback order:    ", spec.get("RollbackConfig")),
        *_container(task.get("ContainerSpec") or {}),
    ]
    text = "\n".join(lines) + _log_driver(task.get("LogDriver"))
    text += "".join(f"\n{line}" for line in _resources(task.get("Resources")))
    attached = [networks.get(network["Target"], network["Target"]) for network in task.get("Networks") or []]
    if attached:
        text += "\nNetworks:" + "".join(f" {name}" for name in attached) + " "
    text += f"\nEndpoint Mode:\t{(spec.get('EndpointSpec') or {}).get('Mode', '')}"
    text += _ports((item.get("Endpoint") or {}).get("Ports") or [])
    return text + _health((task.get("ContainerSpec") or {}).get("Healthcheck")) + "\n\n"
