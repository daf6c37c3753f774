"""From the short forms of a stack's compose file to the long ones that `stack config` prints and everything else reads.

Every part is a mapping in the order in which the real client prints it, without what is empty.
Source: docker/cli compose/types, compose/loader/loader.go and volume.go.
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from fakedocker.base.json_types import Json, JsonObject
from fakedocker.base.units import format_duration, parse_binary_size, parse_duration
from fakedocker_shell.cli.errors import CliError
from fakedocker_shell.cli.ports import parse_published
from fakedocker_shell.cli.swarm_flags import parse_command, short_ports
from fakedocker_shell.gotemplate.printing import format_float

_PROPAGATIONS: Final = frozenset({"rprivate", "private", "rshared", "shared", "rslave", "slave"})
Settings = Mapping[str, Json]
Make = Callable[[Json], Json]


@dataclass(frozen=True, slots=True)
class Place:
    """Where relative paths begin, the variables of the environment, and who is told of what is odd."""

    directory: str
    environment: Mapping[str, str]
    warn: Callable[[str], None]

    def path(self, text: str) -> str:
        """An absolute path."""
        return posixpath.normpath(posixpath.join(self.directory, text))


def _text(value: Json) -> str:
    """A plain value as Go prints it."""
    if isinstance(value, float):
        return format_float(value)
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def _undecodable(setting: str, problem: Exception) -> CliError:
    """A setting that the real client's decoder does not take, named as that does."""
    return CliError(f"decoding failed due to the following error(s):\n\nerror decoding '{setting}': {problem}")


def pairs(value: Json) -> dict[str, str]:
    """A mapping, or a list of NAME=VALUE."""
    if isinstance(value, list):
        return dict(sorted((key, rest) for key, _, rest in (item.partition("=") for item in value)))
    return {key: _text(inner) for key, inner in sorted((value or {}).items())}


def _with_nothing(value: Json) -> dict[str, str | None]:
    """The same, where a name may stand without a value."""
    if isinstance(value, list):
        return {key: rest if equals else None for key, equals, rest in (item.partition("=") for item in value)}
    return {key: None if inner is None else _text(inner) for key, inner in (value or {}).items()}


def _texts(value: Json) -> list[str]:
    return [value] if isinstance(value, str) else [_text(item) for item in value or []]


def _words(setting: str) -> Make:
    def words(value: Json) -> list[str]:
        try:
            return parse_command(value, {}) if isinstance(value, str) else list(value or [])
        except ValueError as problem:
            raise _undecodable(setting, problem) from None

    return words


def _duration(value: Json) -> str:
    return format_duration(parse_duration(value))


def _size(part: str) -> Make:
    def size(value: Json) -> str:
        try:
            return str(value if isinstance(value, int) else parse_binary_size(value))
        except ValueError as problem:
            raise _undecodable(f"Deploy.Resources.{part}.memory", problem) from None

    return size


def same(value: Json) -> Json:
    """A value as it is."""
    return value


def only(value: Json, **keys: Make) -> JsonObject:
    """The keys of a mapping that are known, in their order; empty ones are left out."""
    made = {key: make(value[key]) for key, make in keys.items() if (value or {}).get(key) is not None}
    return {key: inner for key, inner in made.items() if inner not in ("", [], {}, False) and inner != 0}


def _pointers(value: Json, made: JsonObject, *keys: str) -> JsonObject:
    """Put back what counts though it is zero or false: the client tells it from what is not there."""
    for key in keys:
        if (value or {}).get(key) is not None and key not in made:
            made[key] = value[key]
    return made


# parts of a service


def _build(value: Json) -> JsonObject:
    if isinstance(value, str):
        value = {"context": value}
    return only(value, context=same, dockerfile=same, args=_with_nothing, labels=pairs, cache_from=_texts,
        extra_hosts=_hosts, network=same, target=same)  # fmt: skip


def _hosts(value: Json) -> list[str]:
    """HOST:ADDRESS, whatever stands between them in the file."""
    if isinstance(value, dict):
        found = [(host, _text(address)) for host, address in sorted(value.items()) if address is not None]
    else:
        found = []
        for item in value:
            separator = "=" if "=" in item else ":"
            host, given, address = item.partition(separator)
            found += [(host, address)] if given else []
    return [
        f"{host}:{address[1:-1] if address[:1] == '[' and address[-1:] == ']' else address}" for host, address in found
    ]


def _updates(value: Json) -> JsonObject:
    made = only(value, parallelism=int, delay=_duration, failure_action=same, monitor=_duration,
        max_failure_ratio=same, order=same)  # fmt: skip
    ordered = {"parallelism": int(value["parallelism"]), **made} if value.get("parallelism") is not None else made
    return {key: inner for key, inner in ordered.items() if not (key in ("delay", "monitor") and inner == "0s")}


def _discrete(value: Json) -> list[JsonObject]:
    return [only(one, discrete_resource_spec=dict) for one in value]


def _deploy(value: Json) -> JsonObject:
    value = value or {}
    made: JsonObject = {}
    for key, make in (
        ("mode", same), ("replicas", same), ("labels", pairs), ("update_config", _updates), ("rollback_config", _updates),
        ("resources", _resources), ("restart_policy", _restart_policy), ("placement", _placement), ("endpoint_mode", same),
    ):  # fmt: skip
        if value.get(key) is not None:
            made[key] = make(value[key])
    counts = ("replicas", "update_config", "rollback_config", "restart_policy")
    return {key: inner for key, inner in made.items() if key in counts or inner not in ("", {})}


def _resources(value: Json) -> JsonObject:
    made = {}
    for key, last in (("limits", {"pids": same}), ("reservations", {"generic_resources": _discrete})):
        if value.get(key) is not None:
            made[key] = only(value[key], cpus=same, memory=_size(key.title()), **last)
    return made


def _restart_policy(value: Json) -> JsonObject:
    made = only(value, condition=same, delay=_duration, max_attempts=same, window=_duration)
    if value.get("max_attempts") == 0:
        made["max_attempts"] = 0
    return {key: made[key] for key in ("condition", "delay", "max_attempts", "window") if key in made}


def _placement(value: Json) -> JsonObject:
    return only(value, constraints=same, preferences=same, max_replicas_per_node=same)


def _healthcheck(value: Json) -> JsonObject:
    def test(given: Json) -> list[str]:
        return ["CMD-SHELL", given] if isinstance(given, str) else list(given)

    made = only(value, test=test, timeout=_duration, interval=_duration, retries=same, start_period=_duration,
        start_interval=_duration, disable=same)  # fmt: skip
    return _pointers(value, made, "retries")


def _logging(value: Json) -> JsonObject:
    return only(value, driver=same, options=pairs)


def _attachments(value: Json) -> JsonObject:
    if isinstance(value, list):
        return dict.fromkeys(sorted(value))
    return {
        name: None if how is None else only(how, aliases=same, ipv4_address=same, ipv6_address=same)
        for name, how in sorted(value.items())
    }


def _ports(value: Json) -> list[JsonObject]:
    found = []
    for item in value:
        if isinstance(item, dict):
            found.append(only(item, mode=same, target=same, published=same, protocol=same))
            continue
        for port in sorted(short_ports(str(item)), key=lambda port: f"{port['TargetPort']}/{port['Protocol']}"):
            long = {
                "mode": port["PublishMode"],
                "target": port["TargetPort"],
                "published": port.get("PublishedPort", 0),
            }
            found.append(
                only({**long, "protocol": port["Protocol"]}, mode=same, target=same, published=same, protocol=same)
            )
    return found


def _warn_of_addresses(ports: Json, place: Place) -> None:
    """A service's port is one of all addresses of all nodes."""
    for item in ports:
        for port, binding in parse_published(item) if isinstance(item, str) else ():
            if binding["HostIp"] not in ("", "0.0.0.0", "::"):
                address = f"[{binding['HostIp']}]" if ":" in binding["HostIp"] else binding["HostIp"]
                text = f"{address}:{binding['HostPort']}:{port}"
                place.warn(f"ignoring IP-address ({text}) service will listen on '0.0.0.0'")


def _file_references(value: Json) -> list[JsonObject]:
    found = []
    for item in value:
        given = {"source": item} if isinstance(item, str) else item
        found.append(_pointers(given, only(given, source=same, target=same, uid=same, gid=same, mode=same), "mode"))
    return found


def _ulimits(value: Json) -> JsonObject:
    return {
        name: limit if isinstance(limit, int) else only(limit, soft=same, hard=same)
        for name, limit in sorted(value.items())
    }


# volumes of a service


def _volumes(value: Json, place: Place) -> list[JsonObject]:
    found = []
    for index, item in enumerate(value):
        try:
            volume = _short_volume(item) if isinstance(item, str) else _long_volume(item)
        except ValueError as problem:
            raise _undecodable(f"Volumes[{index}]", problem) from None
        if volume.get("type") == "bind":
            if not volume.get("source"):
                raise CliError('invalid mount config for type "bind": field Source must not be empty')
            source = volume["source"]
            if source.startswith("~") and "HOME" in place.environment:
                source = source.replace("~", place.environment["HOME"], 1)
            volume["source"] = place.path(source) if not source.startswith("/") else source
        found.append(volume)
    return found


def _long_volume(item: Settings) -> JsonObject:
    made = only(item, type=same, source=same, target=same, read_only=same, consistency=same)
    for key in ("bind", "volume", "tmpfs", "cluster"):
        if item.get(key) is not None:
            inner = item[key]
            made[key] = only(inner, **dict.fromkeys(inner, same))
    return made


def _sections(text: str) -> list[str]:
    """The parts of SOURCE:TARGET:OPTIONS; one letter before a colon is a drive of Windows."""
    parts: list[str] = []
    part = ""
    for character in text:
        if character == ":" and not (len(part) == 1 and part.isalpha()):
            parts.append(part)
            part = ""
        else:
            part += character
    return [*parts, part]


def _short_volume(text: str) -> JsonObject:
    if not text:
        raise ValueError("invalid empty volume spec")
    if len(text) <= 2:
        return {"type": "volume", "target": text}
    parts = _sections(text)
    if "" in parts:
        raise ValueError(f"invalid spec: {text}: empty section between colons")
    if len(parts) > 3:
        raise ValueError(f"invalid spec: {text}: too many colons")
    if len(parts) == 1:
        return {"type": "volume", "target": parts[0]}
    source, target = parts[:2]
    is_path = (
        source[0] in "./~"
        or source.startswith("\\\\")
        or (len(source) > 1 and source[0].isalpha() and source[1] == ":")
    )
    volume: JsonObject = {"type": "bind" if is_path else "volume", "source": source, "target": target}
    options = parts[2].split(",") if len(parts) > 2 else []
    for option in options:
        if option in ("ro", "rw"):
            volume["read_only"] = option == "ro"
        elif option == "nocopy":
            volume["volume"] = {"nocopy": True}
        elif option in _PROPAGATIONS:
            volume["bind"] = {"propagation": option}
    order = ("type", "source", "target", "read_only", "bind", "volume")
    return {key: volume[key] for key in order if key in volume and volume[key] is not False}


# a whole service

_SERVICE: Final[tuple[tuple[str, Make], ...]] = (
    ("build", _build), ("cap_add", same), ("cap_drop", same), ("cgroupns_mode", same), ("cgroup_parent", same),
    ("command", _words("Command")), ("configs", _file_references), ("container_name", same), ("credential_spec", same),
    ("depends_on", same), ("deploy", _deploy), ("devices", same), ("dns", _texts), ("dns_search", _texts),
    ("domainname", same), ("entrypoint", _words("Entrypoint")), ("environment", same), ("env_file", _texts), ("expose", _texts),
    ("external_links", same), ("extra_hosts", _hosts), ("hostname", same), ("healthcheck", _healthcheck), ("image", same),
    ("init", same), ("ipc", same), ("isolation", same), ("labels", pairs), ("links", same), ("logging", _logging),
    ("mac_address", same), ("network_mode", same), ("networks", _attachments), ("pid", same), ("ports", _ports),
    ("privileged", same), ("read_only", same), ("restart", same), ("secrets", _file_references), ("security_opt", same),
    ("shm_size", _text), ("stdin_open", same), ("stop_grace_period", _duration), ("stop_signal", same), ("sysctls", pairs),
    ("tmpfs", _texts), ("tty", same), ("ulimits", _ulimits), ("user", same), ("userns_mode", same), ("volumes", same),
    ("working_dir", same),
)  # fmt: skip
"""The settings in the order in which they are printed, and what makes their long forms."""
_POINTERS: Final = frozenset({"init", "healthcheck", "logging", "stop_grace_period"})
"""Settings that are told apart from those that are not there even when they are empty."""


def service(settings: Settings, place: Place, from_files: Mapping[str, str | None]) -> JsonObject:
    """A service in its long form.

    Args:
        from_files: the variables that its env_file has.
    """
    given = dict(settings)
    _warn_of_addresses(settings.get("ports") or [], place)
    given["environment"] = {
        name: value if value or name not in place.environment else place.environment[name]
        for name, value in sorted({**from_files, **_with_nothing(settings.get("environment"))}.items())
    }
    if given.get("volumes"):
        given["volumes"] = _volumes(given["volumes"], place)
    made = {key: make(given[key]) for key, make in _SERVICE if given.get(key) is not None}
    shown = {key: value for key, value in made.items() if key in _POINTERS or value not in ("", [], {}, False)}
    return {**shown, **extras(settings)}


def ordered(settings: Settings) -> JsonObject:
    """A service that was put together from several, in the usual order: a long form stays what it is."""
    given = {**settings, "environment": dict(sorted((settings.get("environment") or {}).items()))}
    made = {key: make(given[key]) for key, make in _SERVICE if given.get(key)}
    return {**made, **extras(settings)}


def extras(settings: Settings) -> JsonObject:
    """The keys that are the user's own."""
    return {key: value for key, value in sorted(settings.items()) if key.startswith("x-")}
