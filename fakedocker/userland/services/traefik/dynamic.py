"""What is served: the routers, services and middlewares that running containers make together.

From pkg/provider/docker/config.go, pkg/provider/configuration.go and pkg/server/router/router.go of traefik/traefik.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from fakedocker.base.json_types import JsonObject
from fakedocker.userland.services.http import Request
from fakedocker.userland.services.traefik import rules
from fakedocker.userland.services.traefik.labels import (
    LabelProblem,
    Labels,
    Middleware,
    Router,
    Service,
    normalize,
    read_labels,
    service_name,
)
from fakedocker.userland.services.traefik.settings import Settings

_NAME_RULE: Final = re.compile(r"\{\{\s*(?:(normalize|trimPrefix `/`)\s+)?\.(Name|ContainerName)\s*\}\}")


class Served(Struct, frozen=True):
    """What is served. Names are without their provider, `docker`.

    Args:
        errors: of routers that are not served, by name.
        logs: (level, message, fields) of what was left out.
    """

    routers: dict[str, Router] = {}
    services: dict[str, Service] = {}
    middlewares: dict[str, Middleware] = {}
    errors: dict[str, str] = {}
    logs: tuple[tuple[str, str, dict[str, str]], ...] = ()
    unsimulated: tuple[str, ...] = ()


def build(containers: Iterable[JsonObject], settings: Settings, major: int) -> Served:
    """What containers, as the engine inspects them, are served by."""
    parts: list[tuple[str, Labels]] = []
    logs: list[tuple[str, str, dict[str, str]]] = []
    unsimulated: set[str] = set()
    for container in sorted(containers, key=lambda one: f"{service_name(one)}-{one['Id']}"):
        labels = container["Config"].get("Labels") or {}
        named = f"{service_name(container)}-{container['Id']}"
        if not _counts(container, labels, settings):
            continue
        try:
            parts.append((named, _of_container(container, labels, settings, unsimulated)))
        except LabelProblem as problem:
            logs.append(("ERR", "", {"error": str(problem), "container": named, "providerName": "docker"}))
    served = _merge(parts, logs)
    errors = _errors(served, settings, major, unsimulated)
    for name, said in errors.items():
        logs.append(
            (
                "ERR",
                said,
                {
                    "entryPointName": ",".join(_entry_points(served.routers[name], settings)),
                    "routerName": f"{name}@docker",
                },
            )
        )
    return replace(served, errors=errors, logs=tuple(logs), unsimulated=tuple(sorted(unsimulated)))


def _label(labels: Mapping[str, str], name: str) -> str | None:
    return next((value for key, value in labels.items() if key.lower() == name), None)


def _counts(container: JsonObject, labels: Mapping[str, str], settings: Settings) -> bool:
    enabled = _label(labels, "traefik.enable")
    if enabled.lower() not in ("true", "1", "t") if enabled is not None else not settings.exposed_by_default:
        return False
    health = (container["State"].get("Health") or {}).get("Status", "")
    return container["State"].get("Status") == "running" and health in ("", "none", "healthy")


def _of_container(
    container: JsonObject, labels: Mapping[str, str], settings: Settings, unsimulated: set[str]
) -> Labels:
    """Raises LabelProblem."""
    if any(key.lower().startswith(("traefik.tcp.", "traefik.udp.")) for key in labels):
        unsimulated.add("routing of TCP and UDP")
    found = read_labels(labels)
    name = service_name(container)
    services = found.services or {name: Service()}
    services = {key: _with_server(key, service, container, labels, settings) for key, service in services.items()}
    routers = found.routers
    if not routers and len(services) == 1:
        routers = {name: Router()}
    made: dict[str, Router] = {}
    for key, router in routers.items():
        if not router.rule:
            router = replace(router, rule=_default_rule(container, settings, unsimulated), default_rule=True)
        if not router.service:
            if len(services) > 1:
                continue
            router = replace(router, service=next(iter(services)))
        made[key] = router
    return Labels(made, services, found.middlewares)


def _default_rule(container: JsonObject, settings: Settings, unsimulated: set[str]) -> str:
    """The rule of a router without one, a template of which the names are known."""

    def named(found: re.Match[str]) -> str:
        plain = str(container["Name"]).lstrip("/")
        name = plain if found[2] == "ContainerName" else service_name(container)
        return normalize(name) if found[1] == "normalize" else name

    rule = _NAME_RULE.sub(named, settings.default_rule)
    if "{{" in rule:
        unsimulated.add(f"the default rule {settings.default_rule}")
        return ""
    return rule


def _with_server(
    name: str, service: Service, container: JsonObject, labels: Mapping[str, str], settings: Settings
) -> Service:
    if service.servers:
        return service
    address = _address(container, _label(labels, "traefik.docker.network") or settings.network)
    if not address:
        plain = container["Name"]
        raise LabelProblem(
            f'service "{name}" error: unable to find the IP address for the container "{plain}": the server is ignored'
        )
    numbers = [int(port.partition("/")[0]) for port in container["NetworkSettings"].get("Ports") or {}]
    port = service.port or (str(min(numbers)) if numbers else "")
    if not port:
        raise LabelProblem(f'service "{name}" error: port is missing')
    return replace(service, servers=(f"{service.scheme or 'http'}://{address}:{port}",))


def _address(container: JsonObject, wanted: str) -> str:
    networks: JsonObject = container["NetworkSettings"].get("Networks") or {}
    if wanted in networks:
        return str(networks[wanted].get("IPAddress", ""))
    if container["HostConfig"].get("NetworkMode") == "host":
        return "127.0.0.1"
    return next((str(network.get("IPAddress", "")) for _, network in sorted(networks.items())), "")


def _merge(parts: list[tuple[str, Labels]], logs: list[tuple[str, str, dict[str, str]]]) -> Served:
    """Equal routers and middlewares of several containers are one; services get the servers of all; what differs is left out."""
    routers: dict[str, Router] = {}
    services: dict[str, Service] = {}
    middlewares: dict[str, Middleware] = {}
    where: dict[tuple[str, str], list[str]] = {}
    differing: set[tuple[str, str]] = set()
    for named, labels in parts:
        for name, router in labels.routers.items():
            where.setdefault(("Router", name), []).append(named)
            if routers.setdefault(name, router) != router:
                differing.add(("Router", name))
        for name, middleware in labels.middlewares.items():
            where.setdefault(("Middleware", name), []).append(named)
            if middlewares.setdefault(name, middleware) != middleware:
                differing.add(("Middleware", name))
        for name, service in labels.services.items():
            where.setdefault(("Service", name), []).append(named)
            known = services.setdefault(name, replace(service, servers=()))
            if replace(known, servers=()) != replace(service, servers=()):
                differing.add(("Service", name))
            new = tuple(server for server in service.servers if server not in known.servers)
            services[name] = replace(known, servers=known.servers + new)
    for kind, name in sorted(differing):
        {"Router": routers, "Middleware": middlewares, "Service": services}[kind].pop(name)  # type: ignore[attr-defined]
        shown = "[" + " ".join(sorted(where[kind, name])) + "]"
        field = {"Router": "routerName", "Middleware": "middlewareName", "Service": "serviceName"}[kind]
        said = f"{kind} defined multiple times with different configurations in {shown}"
        logs.append(("ERR", said, {"providerName": "docker", field: name}))
    return Served(dict(sorted(routers.items())), dict(sorted(services.items())), dict(sorted(middlewares.items())))


def _errors(served: Served, settings: Settings, major: int, unsimulated: set[str]) -> dict[str, str]:
    """Why routers are not served."""
    found: dict[str, str] = {}
    for name, router in served.routers.items():
        try:
            rules.parse(router.rule, 2 if router.rule_syntax == "v2" else major)
        except rules.RuleProblem as problem:
            found[name] = str(problem)
            continue
        except rules.NotSimulated as problem:
            unsimulated.add(str(problem))
            found[name] = f"fakedocker: {problem} is not simulated"
            continue
        missing = next((one for one in router.middlewares if not _is_known(one, served.middlewares)), "")
        service, _, provider = router.service.partition("@")
        if missing:
            full = missing if "@" in missing else f"{missing}@docker"
            found[name] = f'middleware "{full}" does not exist'
        elif provider in ("", "docker") and service not in served.services:
            found[name] = f'the service "{service}@docker" does not exist'
    return found


def _is_known(name: str, middlewares: Mapping[str, Middleware]) -> bool:
    plain, _, provider = name.partition("@")
    return plain in middlewares if provider in ("", "docker") else False


def _entry_points(router: Router, settings: Settings) -> tuple[str, ...]:
    """Where a router listens: what it names, else everywhere but at Traefik's own."""
    known = [point.name for point in settings.entry_points]
    if router.entry_points:
        return tuple(name for name in router.entry_points if name.lower() in known)
    return tuple(sorted(name for name in known if name != "traefik"))


def entry_points(router: Router, settings: Settings) -> tuple[str, ...]:
    """Where a router listens."""
    return _entry_points(router, settings)


def find(
    served: Served, settings: Settings, major: int, entry_point: str, request: Request
) -> tuple[str, Router] | None:
    """The router of a request: of those that are meant the one with the highest priority, which is else its rule's length."""
    tls = next(point.tls for point in settings.entry_points if point.name == entry_point)
    ranked = sorted(
        served.routers.items(), key=lambda entry: (-(entry[1].priority or len(entry[1].rule.encode())), entry[0])
    )
    for name, router in ranked:
        if name in served.errors or router.tls or tls:
            continue
        if entry_point not in [point.lower() for point in _entry_points(router, settings)]:
            continue
        if rules.matches(rules.parse(router.rule, 2 if router.rule_syntax == "v2" else major), request):
            return name, router
    return None


def decode(plain: JsonObject) -> Served:
    """What is served, from what `msgspec.to_builtins` made of it."""
    return msgspec.convert(plain, Served)
