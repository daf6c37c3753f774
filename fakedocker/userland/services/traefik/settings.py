"""What Traefik is started with: a file, or flags, or variables, whichever of them comes first.

From pkg/cli and pkg/config/static of traefik/traefik. Names are known in any case. What changes what is served and is
not simulated is named in `unsimulated`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from typing import Any, Final

import msgspec
from msgspec import Struct

from fakedocker.base.json_types import JsonObject
from fakedocker.base.numbers import is_digits
from fakedocker.kernel.program import System

_FILES: Final = ("/etc/traefik/traefik.toml", "/etc/traefik/traefik.yaml", "/etc/traefik/traefik.yml")
_ROOTS: Final = frozenset(
    "global serverstransport tcpserverstransport entrypoints providers api metrics ping log accesslog tracing hostresolver "
    "certificatesresolvers experimental core spiffe ocsp configfile pilot".split()
)
_TRUE: Final = ("", "true", "1", "t")


class SettingsProblem(Exception):
    """Traefik does not start; the message is the one that it ends with."""


class EntryPoint(Struct, frozen=True):
    """Where requests come in.

    Args:
        redirect_to: an entry point, or a port, where all requests are sent; "" for none.
    """

    name: str
    port: int
    redirect_to: str = ""
    redirect_scheme: str = ""
    redirect_permanent: bool = True
    middlewares: tuple[str, ...] = ()
    tls: bool = False


class Settings(Struct, frozen=True):
    entry_points: tuple[EntryPoint, ...]
    docker: bool = False
    socket: str = "/var/run/docker.sock"
    exposed_by_default: bool = True
    network: str = ""
    default_rule: str = "Host(`{{ normalize .Name }}`)"
    watch: bool = True
    api: bool = False
    insecure: bool = False
    dashboard: bool = True
    ping: bool = False
    ping_entry_point: str = "traefik"
    access_log: bool = False
    unsimulated: tuple[str, ...] = ()


def read_settings(system: System, arguments: tuple[str, ...], major: int) -> Settings:
    """The settings of a start.

    Raises:
        SettingsProblem: they make no sense.
    """
    flags = _flags(arguments)
    named = next((value for key, value in flags if key == "configfile"), "")
    path = named or next((path for path in _FILES if _is_file(system, path)), "")
    if path:
        return _settings(_of_file(system, path), major)
    pairs = [pair for pair in flags if pair[0] != "configfile"]
    if not pairs:
        pairs = [
            (name.removeprefix("TRAEFIK_").lower().replace("_", "."), value)
            for name, value in sorted(system.environment.items())
            if name.startswith("TRAEFIK_")
        ]
    for key, _ in pairs:
        root = key.partition(".")[0]
        if root not in _ROOTS:
            raise SettingsProblem(f"failed to decode configuration from flags: field not found, node: {root}")
    return _settings(dict(pairs), major)


def _flags(arguments: Iterable[str]) -> list[tuple[str, str]]:
    """--a.b=value, --a.b value, --a.b."""
    found: list[tuple[str, str]] = []
    words = list(arguments)
    while words:
        word = words.pop(0)
        if not word.startswith("-"):
            continue
        name, equals, value = word.lstrip("-").partition("=")
        if not equals and words and not words[0].startswith("-"):
            value = words.pop(0)
        found.append((name.lower(), value))
    return found


def _is_file(system: System, path: str) -> bool:
    try:
        return system.stat(path).kind == "file"
    except OSError:
        return False


def _of_file(system: System, path: str) -> dict[str, str]:
    from fakedocker.userland import plain_yaml  # where it is needed: start-up time matters

    try:
        text = system.read_file(path).decode("utf-8", "replace")
        document = tomllib.loads(text) if path.endswith(".toml") else plain_yaml.load(text)
    except (OSError, plain_yaml.UnreadableYAML, tomllib.TOMLDecodeError, RecursionError) as problem:
        raise SettingsProblem(f"failed to load configuration from file {path}: {problem}") from None
    found: dict[str, str] = {}
    _flatten("", document if isinstance(document, dict) else {}, found)
    for key in found:
        root = key.partition(".")[0]
        if root not in _ROOTS:
            raise SettingsProblem(f"field not found, node: {root}")
    return found


def _flatten(prefix: str, value: Any, found: dict[str, str]) -> None:
    if isinstance(value, Mapping):
        if not value and prefix:
            found[prefix] = "true"
        for key, inner in value.items():
            _flatten(f"{prefix}.{key}".strip(".").lower(), inner, found)
    elif isinstance(value, list):
        found[prefix] = ",".join(str(entry) for entry in value)
    else:
        found[prefix] = "true" if value is None or value is True else "false" if value is False else str(value)


def _settings(pairs: Mapping[str, str], major: int) -> Settings:
    ports = _entry_points(pairs)
    if not [name for name in ports if name != "traefik"]:
        ports["http"] = 80
    insecure = _is_on(pairs, "api.insecure")
    ping = "ping" in pairs or any(key.startswith("ping.") for key in pairs)
    if (insecure or (ping and pairs.get("ping.entrypoint", "traefik") == "traefik")) and "traefik" not in ports:
        ports["traefik"] = 8080
    docker = any(key == "providers.docker" or key.startswith("providers.docker.") for key in pairs)
    endpoint = pairs.get("providers.docker.endpoint", "unix:///var/run/docker.sock")
    return Settings(
        entry_points=tuple(_entry_point(name, port, pairs) for name, port in ports.items()),
        docker=docker and pairs.get("providers.docker", "true") != "false",
        socket=endpoint.removeprefix("unix://"),
        exposed_by_default=_is_on(pairs, "providers.docker.exposedbydefault", default=True),
        network=pairs.get("providers.docker.network", ""),
        default_rule=pairs.get("providers.docker.defaultrule", Settings.__struct_defaults__[4]),
        watch=_is_on(pairs, "providers.docker.watch", default=True),
        api=any(key == "api" or key.startswith("api.") for key in pairs) and pairs.get("api", "true") != "false",
        insecure=insecure,
        dashboard=_is_on(pairs, "api.dashboard", default=True),
        ping=ping,
        ping_entry_point=pairs.get("ping.entrypoint", "traefik"),
        access_log=any(key == "accesslog" or key.startswith("accesslog.") for key in pairs)
        and pairs.get("accesslog", "true") != "false",
        unsimulated=tuple(sorted({what for key in pairs if (what := _lacking(key, endpoint, major))})),
    )


def _lacking(key: str, endpoint: str, major: int) -> str:
    """What a setting asks for that is not simulated; "" where nothing of it is served otherwise."""
    parts = key.split(".")
    if (
        parts[0] == "providers"
        and len(parts) > 1
        and parts[1] not in ("docker", "providersthrottleduration", "precedence")
    ):
        return f"providers.{parts[1]}"
    if key.startswith(("providers.docker.constraints", "providers.docker.swarmmode", "providers.docker.usebindportip")):
        return key
    if key == "providers.docker.endpoint" and not endpoint.startswith("unix://"):
        return f"{key}={endpoint}"
    return parts[0] if parts[0] in ("metrics", "tracing", "experimental", "pilot") else ""


def _is_on(pairs: Mapping[str, str], key: str, *, default: bool = False) -> bool:
    return pairs[key].lower() in _TRUE if key in pairs else default


def _entry_points(pairs: Mapping[str, str]) -> dict[str, int]:
    """name -> port, in the order in which they are named."""
    found: dict[str, int] = {}
    for key, value in pairs.items():
        parts = key.split(".")
        if parts[0] == "entrypoints" and len(parts) > 1:
            found.setdefault(parts[1], 0)
        if len(parts) == 3 and parts[0] == "entrypoints" and parts[2] == "address":
            port = re.sub(r"/(tcp|udp)$", "", value).rpartition(":")[2]
            if not is_digits(port) or not 0 < int(port) < 65_536:
                raise SettingsProblem(
                    f"error while building entryPoint {parts[1]}: error preparing server: error opening listener: "
                    f"listen tcp: address {value}: missing port in address"
                )
            found[parts[1]] = int(port)
    return {name: port or 80 for name, port in found.items()}


def _entry_point(name: str, port: int, pairs: Mapping[str, str]) -> EntryPoint:
    prefix = f"entrypoints.{name}.http"
    to = pairs.get(f"{prefix}.redirections.entrypoint.to", "")
    scheme = pairs.get(f"{prefix}.redirections.entrypoint.scheme", "https")
    permanent = _is_on(pairs, f"{prefix}.redirections.entrypoint.permanent", default=True)
    middlewares = tuple(word.strip() for word in pairs.get(f"{prefix}.middlewares", "").split(",") if word.strip())
    tls = any(key == f"{prefix}.tls" or key.startswith(f"{prefix}.tls.") for key in pairs)
    return EntryPoint(name, port, to, scheme, permanent, middlewares, tls)


def decode(plain: JsonObject) -> Settings:
    """Settings from what `msgspec.to_builtins` made of them."""
    return msgspec.convert(plain, Settings)
