"""The columns of nodes, services, tasks, secrets, configs and stacks.

Source: the formatter.go of docker/cli command/node, service, task, secret, config and stack.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from msgspec import Struct

from fakedocker.base.json_types import Json
from fakedocker.base.units import human_duration
from fakedocker_shell.cli import reference
from fakedocker_shell.cli.api_types import parse_time
from fakedocker_shell.cli.formatting import Rows, ellipsis, labels_text, short_id, table_format

_SECOND_NS: Final = 1_000_000_000
_LONGEST_ERROR: Final = 30


def since_ns(text: str, now_ns: int) -> int:
    """How long ago a time of the engine's was."""
    moment, nanoseconds = parse_time(text or "0001-01-01T00:00:00Z")
    return now_ns - (int(moment.timestamp()) * _SECOND_NS + nanoseconds)


def ago(text: str, now_ns: int) -> str:
    """The same in words: "2 hours ago"."""
    return human_duration(since_ns(text, now_ns)) + " ago"


def capitalized(text: str) -> str:
    """A state as docker shows it: "Ready"; nothing but its first letter is large."""
    return text[:1].upper() + text[1:].lower()


def plain_image(image: str) -> str:
    """An image's name without its digest, if it has a tag."""
    try:
        parsed = reference.parse(image)
    except ValueError:
        return image
    return f"{parsed.familiar_name}:{parsed.tag}" if parsed.tag else image


# nodes


class NodeRow(Struct, frozen=True):
    """A node of a list.

    Args:
        swarm: what the engine that was asked knows of itself as a node; empty where it was not asked.
    """

    node: Mapping[str, Json]
    swarm: Mapping[str, Json]


def _manager_status(row: NodeRow) -> str:
    status = row.node.get("ManagerStatus") or {}
    return "Leader" if status.get("Leader") else capitalized(status.get("Reachability", ""))


def _tls_status(row: NodeRow) -> str:
    ours = ((row.swarm.get("Cluster") or {}).get("TLSInfo")) or {}
    theirs = (row.node.get("Description") or {}).get("TLSInfo") or {}
    if not ours or not theirs:
        return "Unknown"
    return "Ready" if ours == theirs else "Needs Rotation"


NODE_TABLE = (
    "table {{.ID}} {{if .Self}}*{{else}} {{ end }}\\t{{.Hostname}}\\t{{.Status}}\\t{{.Availability}}\\t{{.ManagerStatus}}"
    "\\t{{.EngineVersion}}"
)
NODE_RAW = (
    "node_id: {{.ID}}\\nhostname: {{.Hostname}}\\nstatus: {{.Status}}\\navailability: {{.Availability}}\\n"
    "manager_status: {{.ManagerStatus}}\\n"
)
NODE_ROWS = Rows(
    "node.nodeContext",
    (
        ("ID", "ID", lambda row: row.node["ID"]),
        ("Self", "", lambda row: row.node["ID"] == row.swarm.get("NodeID")),
        ("Hostname", "HOSTNAME", lambda row: row.node["Description"].get("Hostname", "")),
        ("Status", "STATUS", lambda row: capitalized(row.node["Status"].get("State", ""))),
        ("Availability", "AVAILABILITY", lambda row: capitalized(row.node["Spec"].get("Availability", ""))),
        ("ManagerStatus", "MANAGER STATUS", _manager_status),
        ("TLSStatus", "TLS STATUS", _tls_status),
        ("EngineVersion", "ENGINE VERSION", lambda row: row.node["Description"]["Engine"].get("EngineVersion", "")),
    ),
)


# services


def _mode(service: Mapping[str, Json]) -> str:
    mode = service["Spec"].get("Mode") or {}
    for key, name in (
        ("Global", "global"), ("Replicated", "replicated"), ("ReplicatedJob", "replicated job"), ("GlobalJob", "global job"),
    ):  # fmt: skip
        if mode.get(key) is not None:
            return name
    return ""


def _replicas(service: Mapping[str, Json]) -> str:
    status = service.get("ServiceStatus") or {}
    running, desired, completed = (status.get(f"{key}Tasks", 0) for key in ("Running", "Desired", "Completed"))
    mode = service["Spec"].get("Mode") or {}
    if mode.get("ReplicatedJob") is not None:
        return f"{running}/{desired} ({completed}/{mode['ReplicatedJob'].get('TotalCompletions', 0)} completed)"
    if mode.get("GlobalJob") is not None:
        return f"{running}/{desired} ({completed}/{desired + completed} completed)"
    most = (service["Spec"]["TaskTemplate"].get("Placement") or {}).get("MaxReplicas", 0)
    if most and mode.get("Replicated") is not None:
        return f"{running}/{desired} (max {most} per node)"
    return f"{running}/{desired}"


def _span(first: int, last: int) -> str:
    return f"{first}-{last}" if last > first else str(first)


def service_ports(ports: Sequence[Mapping[str, Json]]) -> str:
    """Ports that all nodes publish; neighbours that lead to neighbours are shown as a range."""
    spans: list[tuple[int, int, int, int, str]] = []
    for port in sorted(ports, key=lambda port: (port.get("Protocol", ""), port.get("PublishedPort", 0))):
        if port.get("PublishMode") != "ingress":
            continue
        published, target, protocol = port.get("PublishedPort", 0), port.get("TargetPort", 0), port.get("Protocol", "")
        if spans:
            first, last, first_target, last_target, same = spans[-1]
            apart = (published - last) % (1 << 32) > 1 or (target - last_target) % (1 << 32) > 1
            overlaps = first_target != last_target and target <= last_target
            if same == protocol and not apart and not overlaps:
                spans[-1] = (first, published, first_target, target, protocol)
                continue
        spans.append((published, published, target, target, protocol))
    return ", ".join(f"*:{_span(a, b)}->{_span(c, d)}/{protocol}" for a, b, c, d, protocol in spans if a > 0)


SERVICE_TABLE = table_format("ID", "Name", "Mode", "Replicas", "Image", "Ports")
SERVICE_RAW = "id: {{.ID}}\\nname: {{.Name}}\\nmode: {{.Mode}}\\nreplicas: {{.Replicas}}\\nimage: {{.Image}}\\nports: {{.Ports}}\\n"
SERVICE_ROWS = Rows(
    "service.serviceContext",
    (
        ("ID", "ID", lambda service: short_id(service["ID"])),
        ("Name", "NAME", lambda service: service["Spec"].get("Name", "")),
        ("Mode", "MODE", _mode),
        ("Replicas", "REPLICAS", _replicas),
        ("Image", "IMAGE", lambda service: plain_image((service["Spec"]["TaskTemplate"].get("ContainerSpec") or {}).get("Image", ""))),
        ("Ports", "PORTS", lambda service: service_ports((service.get("Endpoint") or {}).get("Ports") or [])),
    ),
)  # fmt: skip


# tasks


class TaskRow(Struct, frozen=True):
    """A task of a list, with its name and that of its node."""

    task: Mapping[str, Json]
    name: str
    node: str
    truncate: bool
    now_ns: int

    @property
    def status(self) -> Mapping[str, Json]:
        """How far it is."""
        return self.task.get("Status") or {}


def _task_image(row: TaskRow) -> str:
    image = str((row.task["Spec"].get("ContainerSpec") or {}).get("Image", ""))
    return plain_image(image) if row.truncate else image


def _task_state(row: TaskRow) -> str:
    passed = human_duration(since_ns(row.status.get("Timestamp", ""), row.now_ns))
    return f"{capitalized(row.status.get('State', ''))} {passed.lower()} ago"


def _task_error(row: TaskRow) -> str:
    error = str(row.status.get("Err", ""))
    error = ellipsis(error, _LONGEST_ERROR) if row.truncate else error
    return f'"{error}"' if error else ""


def _task_ports(row: TaskRow) -> str:
    ports = (row.status.get("PortStatus") or {}).get("Ports") or []
    return ",".join(
        f"*:{port.get('PublishedPort', 0)}->{port.get('TargetPort', 0)}/{port.get('Protocol', '')}" for port in ports
    )


TASK_TABLE = table_format("ID", "Name", "Image", "Node", "DesiredState", "CurrentState", "Error", "Ports")
TASK_RAW = (
    "id: {{.ID}}\\nname: {{.Name}}\\nimage: {{.Image}}\\nnode: {{.Node}}\\ndesired_state: {{.DesiredState}}\\n"
    "current_state: {{.CurrentState}}\\nerror: {{.Error}}\\nports: {{.Ports}}\\n"
)
TASK_ROWS = Rows(
    "task.taskContext",
    (
        ("ID", "ID", lambda row: short_id(row.task["ID"]) if row.truncate else row.task["ID"]),
        ("Name", "NAME", lambda row: row.name),
        ("Image", "IMAGE", _task_image),
        ("Node", "NODE", lambda row: row.node),
        ("DesiredState", "DESIRED STATE", lambda row: capitalized(row.task.get("DesiredState", ""))),
        ("CurrentState", "CURRENT STATE", _task_state),
        ("Error", "ERROR", _task_error),
        ("Ports", "PORTS", _task_ports),
    ),
)


# secrets, configs and stacks


class DataRow(Struct, frozen=True):
    """A secret or a config of a list."""

    item: Mapping[str, Json]
    now_ns: int


def _data_label(row: DataRow, name: str) -> str:
    return str((row.item["Spec"].get("Labels") or {}).get(name, ""))


_ID: Final = ("ID", "ID", lambda row: row.item["ID"])
_NAME: Final = ("Name", "NAME", lambda row: row.item["Spec"].get("Name", ""))
_DRIVER: Final = ("Driver", "DRIVER", lambda row: (row.item["Spec"].get("Driver") or {}).get("Name", ""))
_DATES: Final = (
    ("CreatedAt", "CREATED", lambda row: ago(row.item.get("CreatedAt", ""), row.now_ns)),
    ("UpdatedAt", "UPDATED", lambda row: ago(row.item.get("UpdatedAt", ""), row.now_ns)),
    ("Labels", "LABELS", lambda row: labels_text(row.item["Spec"].get("Labels"))),
)
SECRET_TABLE = table_format("ID", "Name", "Driver", "CreatedAt", "UpdatedAt")
SECRET_ROWS = Rows("secret.secretContext", (_ID, _NAME, _DRIVER, *_DATES), {"Label": _data_label})
CONFIG_TABLE = table_format("ID", "Name", "CreatedAt", "UpdatedAt")
CONFIG_ROWS = Rows("config.configContext", (_ID, _NAME, *_DATES), {"Label": _data_label})

STACK_TABLE = table_format("Name", "Services")
STACK_ROWS = Rows(
    "formatter.stackContext",
    (
        ("Name", "NAME", lambda stack: stack[0]),
        ("Services", "SERVICES", lambda stack: str(stack[1])),
    ),
)
"""Of (name, how many services it has)."""
