"""The columns of `docker ps`, and of what else lists containers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct

from fakedocker.base.json_types import Json
from fakedocker.base.units import human_size
from fakedocker_shell.cli import reference
from fakedocker_shell.cli.api_types import go_type
from fakedocker_shell.cli.formatting import Column, Rows, ellipsis, labels_text, short_id, table_format
from fakedocker_shell.cli.releases import Release
from fakedocker_shell.cli.times import ago, unix_text
from fakedocker_shell.gotemplate import Value
from fakedocker_shell.gotemplate.printing import quote

TABLE = table_format("ID", "Image", "Command", "RunningFor", "Status", "Ports", "Names")
TABLE_WITH_SIZE = TABLE + "\\t{{.Size}}"
RAW = (
    "container_id: {{.ID}}\\nimage: {{.Image}}\\ncommand: {{.Command}}\\ncreated_at: {{.CreatedAt}}\\n"
    "state: {{.State}}\\nstatus: {{.Status}}\\nnames: {{.Names}}\\nlabels: {{.Labels}}\\nports: {{.Ports}}\\n"
)
RAW_WITH_SIZE = RAW + "size: {{.Size}}\\n"


class ContainerRow(Struct):
    """A container of a list, and how to show it.

    Args:
        summary: the engine's answer about it.
        truncate: whether to shorten ids and commands.
        used: collects the columns that a template asks for.
    """

    summary: Mapping[str, Json]
    now_ns: int
    truncate: bool = True
    used: set[str] | None = None


def _id(row: ContainerRow) -> str:
    return short_id(row.summary["Id"]) if row.truncate else str(row.summary["Id"])


def _names(row: ContainerRow) -> str:
    names = [name.removeprefix("/") for name in row.summary.get("Names") or []]
    if row.truncate:
        names = [name for name in names if "/" not in name][:1] or names[:1]
    return ",".join(names)


def _image(row: ContainerRow) -> str:
    image = str(row.summary.get("Image", ""))
    if not image:
        return "<no image>"
    if not row.truncate:
        return image
    if short_id(row.summary.get("ImageID", "")) == short_id(image):
        return short_id(image)
    try:
        parsed = reference.parse(image)
    except ValueError:
        return image
    return parsed.familiar_name + (f":{parsed.tag}" if parsed.tag else "")


def _command(row: ContainerRow) -> str:
    command = str(row.summary.get("Command", ""))
    return quote(ellipsis(command, 20) if row.truncate else command)


def _size(row: ContainerRow) -> str:
    if row.used is not None:
        row.used.add("Size")
    own = human_size(row.summary.get("SizeRw") or 0, 3)
    virtual = row.summary.get("SizeRootFs") or 0
    return f"{own} (virtual {human_size(virtual, 3)})" if virtual > 0 else own


def _state(row: ContainerRow) -> str:
    return str(row.summary.get("State", ""))


def _status(row: ContainerRow) -> str:
    return str(row.summary.get("Status", ""))


def _mounts(row: ContainerRow) -> str:
    names = [mount.get("Name") or mount.get("Source", "") for mount in row.summary.get("Mounts") or []]
    return ",".join(ellipsis(name, 15) if row.truncate else name for name in names)


def _local_volumes(row: ContainerRow) -> str:
    return str(sum(mount.get("Driver") == "local" for mount in row.summary.get("Mounts") or []))


def _networks(row: ContainerRow) -> str:
    return ",".join(sorted((row.summary.get("NetworkSettings") or {}).get("Networks") or {}))


def _label(row: ContainerRow, name: str) -> str:
    return str((row.summary.get("Labels") or {}).get(name, ""))


def _port_key(port: Mapping[str, Json]) -> tuple[Json, ...]:
    return (port.get("PrivatePort", 0), port.get("IP", ""), port.get("PublicPort", 0), port.get("Type", ""))


def _address(ip: str) -> str:
    return f"[{ip}]" if ":" in ip else ip


def _span(first: int, last: int) -> str:
    return str(first) if first == last else f"{first}-{last}"


def ports_text(ports: Sequence[Mapping[str, Json]]) -> str:
    """Ports as `docker ps` shows them: published ones one by one, unpublished neighbours as a range."""
    published: list[str] = []
    groups: dict[tuple[str, str], list[tuple[int, int]]] = {}
    shown: list[str] = []
    order: list[tuple[str, str]] = []
    for port in sorted(ports, key=_port_key):
        private, public, ip, kind = (
            port.get("PrivatePort", 0), port.get("PublicPort", 0), port.get("IP", ""), port.get("Type", ""),
        )  # fmt: skip
        if ip and public != private:
            published.append(f"{_address(ip)}:{public}->{private}/{kind}")
            continue
        key = (ip, kind)
        if key not in groups:
            groups[key] = [(private, private)]
            order.append(key)
            continue
        first, last = groups[key][-1]
        if private == last + 1:
            groups[key][-1] = (first, private)
        else:
            shown.append(_group_text(key, (first, last)))
            groups[key] = [(private, private)]
    shown += [_group_text(key, groups[key][-1]) for key in order]
    return ", ".join(shown + published)


def _group_text(key: tuple[str, str], span: tuple[int, int]) -> str:
    ip, kind = key
    text = _span(*span)
    return f"{_address(ip)}:{text}->{text}/{kind}" if ip else f"{text}/{kind}"


_NO_PLATFORM = Value(go_type("*v1.Platform"))


def _platform(row: ContainerRow) -> object:
    """The platform that a container's image is for, where the engine tells."""
    told = (row.summary.get("ImageManifestDescriptor") or {}).get("platform")
    return Value(go_type("*v1.Platform"), told) if told else _NO_PLATFORM


def _health(row: ContainerRow) -> str:
    """Its health, which an older engine tells in its status alone (docker/cli formatter/container.go HealthStatus)."""
    health = (row.summary.get("Health") or {}).get("Status", "")
    if health:
        return str(health)
    _, parenthesis, told = _status(row).partition("(")
    told = told.removesuffix(")").removeprefix("health: ") if parenthesis and told.endswith(")") else ""
    return told if told in ("healthy", "unhealthy", "starting") else ""


_COLUMNS: tuple[Column, ...] = (
    ("ID", "CONTAINER ID", _id),
    ("Names", "NAMES", _names),
    ("Image", "IMAGE", _image),
    ("Command", "COMMAND", _command),
    ("CreatedAt", "CREATED AT", lambda row: unix_text(row.summary["Created"])),
    ("RunningFor", "CREATED", lambda row: ago(row.summary["Created"], row.now_ns)),
    ("Platform", "PLATFORM", _platform),
    ("Ports", "PORTS", lambda row: ports_text(row.summary.get("Ports") or [])),
    ("State", "STATE", _state),
    ("Status", "STATUS", _status),
    ("Size", "SIZE", _size),
    ("Labels", "LABELS", lambda row: labels_text(row.summary.get("Labels"))),
    ("Mounts", "MOUNTS", _mounts),
    ("LocalVolumes", "LOCAL VOLUMES", _local_volumes),
    ("Networks", "NETWORKS", _networks),
)
ROWS = Rows("formatter.ContainerContext", _COLUMNS, {"Label": _label})
_ROWS_29 = Rows(
    "formatter.ContainerContext", (*_COLUMNS, ("HealthStatus", "HEALTH STATUS", _health)), {"Label": _label}
)
"""The same with what 29 has besides."""


def rows_of(release: Release) -> Rows:
    """What lists of containers show in a release of the client."""
    return _ROWS_29 if release.shows_health else ROWS
