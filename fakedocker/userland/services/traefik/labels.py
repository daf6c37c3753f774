"""Labels of a container as routers, services and middlewares.

From pkg/config/label and pkg/config/dynamic of traefik/traefik (names in any case, what a field of each is), and
pkg/provider/docker (which containers count, under which address).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from msgspec import Struct

from fakedocker.base.json_types import JsonObject
from fakedocker.base.numbers import is_digits

_ROUTER: Final = (
    "entrypoints",
    "middlewares",
    "service",
    "rule",
    "rulesyntax",
    "priority",
    "tls",
    "observability",
    "parentrefs",
)
_BALANCER: Final = "server servers sticky healthcheck passhostheader responseforwarding serverstransport strategy passivehealthcheck".split()


class LabelProblem(ValueError):
    """Labels that Traefik does not take: the container is left out. The message is its own."""


class Router(Struct, frozen=True):
    entry_points: tuple[str, ...] = ()
    middlewares: tuple[str, ...] = ()
    service: str = ""
    rule: str = ""
    rule_syntax: str = ""
    priority: int = 0
    tls: bool = False
    default_rule: bool = False


class Service(Struct, frozen=True):
    """Where requests go. `unsimulated` says what of it is not."""

    servers: tuple[str, ...] = ()
    port: str = ""
    scheme: str = ""
    pass_host: bool = True
    unsimulated: str = ""


class Middleware(Struct, frozen=True):
    """What is done on the way: `kind` in small letters, and its options, names in small letters."""

    kind: str
    options: dict[str, str] = {}


class Labels(Struct, frozen=True):
    routers: dict[str, Router]
    services: dict[str, Service]
    middlewares: dict[str, Middleware]


def read_labels(labels: Mapping[str, str]) -> Labels:
    """What labels say of HTTP.

    Raises:
        LabelProblem: an element is not known.
    """
    routers: dict[str, dict[str, str]] = {}
    services: dict[str, dict[str, str]] = {}
    middlewares: dict[str, dict[str, str]] = {}
    for key, value in sorted(labels.items()):
        parts = key.split(".")
        low = [part.lower() for part in parts]
        if low[:2] != ["traefik", "http"] or len(parts) < 4:
            continue
        table = {"routers": routers, "services": services, "middlewares": middlewares}.get(low[2])
        if table is None:
            if low[2] != "serverstransports":
                raise LabelProblem(f"field not found, node: {parts[2]}")
            continue
        rest = ".".join(low[4:5] if low[2] == "routers" else low[4:])
        _check(low, parts)
        options = table.setdefault(parts[3], {})
        if rest.startswith(("headers.customrequestheaders.", "headers.customresponseheaders.")):
            rest = f"{'.'.join(low[4:6])}.{'.'.join(parts[6:])}"
        options[rest] = value if low[2] != "routers" or len(parts) == 5 else "true"
    return Labels(
        {name: _router(name, options) for name, options in routers.items()},
        {name: _service(options) for name, options in services.items()},
        {name: _middleware(options) for name, options in middlewares.items()},
    )


def _check(low: list[str], parts: list[str]) -> None:
    field = re.sub(r"\[\d+\]$", "", low[4]) if len(low) > 4 else ""
    if not field:
        raise LabelProblem(
            f"{parts[2]} cannot be a standalone element (type map[string]*dynamic.{parts[2][:-1].title()})"
        )
    if low[2] == "routers" and field not in _ROUTER:
        raise LabelProblem(f"field not found, node: {parts[4]}")
    if low[2] == "services":
        if field not in ("loadbalancer", "weighted", "mirroring", "failover", "highestrandomweight"):
            raise LabelProblem(f"field not found, node: {parts[4]}")
        if field == "loadbalancer" and len(low) > 5 and re.sub(r"\[\d+\]$", "", low[5]) not in _BALANCER:
            raise LabelProblem(f"field not found, node: {parts[5]}")


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())


def _router(name: str, options: Mapping[str, str]) -> Router:
    priority = options.get("priority", "0")
    if not is_digits(priority.lstrip("-")):
        raise LabelProblem(
            f'traefik.http.routers.{name}.priority: strconv.ParseInt: parsing "{priority}": invalid syntax'
        )
    return Router(
        entry_points=_words(options.get("entrypoints", "")),
        middlewares=_words(options.get("middlewares", "")),
        service=options.get("service", ""),
        rule=options.get("rule", ""),
        rule_syntax=options.get("rulesyntax", ""),
        priority=int(priority[:19]),
        tls="tls" in options and options["tls"] != "false",
    )


def _service(options: Mapping[str, str]) -> Service:
    known = ("server.port", "server.scheme", "server.url", "passhostheader", "server.weight")
    lacking = next(
        (key for key in options if key not in tuple(f"loadbalancer.{name}" for name in known)
         and not key.startswith("loadbalancer.responseforwarding")), "",
    )  # fmt: skip
    url = options.get("loadbalancer.server.url", "")
    return Service(
        servers=(url,) if url else (),
        port=options.get("loadbalancer.server.port", ""),
        scheme=options.get("loadbalancer.server.scheme", ""),
        pass_host=options.get("loadbalancer.passhostheader", "true") != "false",
        unsimulated=lacking,
    )


def _middleware(options: Mapping[str, str]) -> Middleware:
    kind = next(iter(options)).partition(".")[0]
    return Middleware(kind, {key.partition(".")[2]: value for key, value in options.items()})


def service_name(container: JsonObject) -> str:
    """The name of a container's service where its labels give none."""
    labels = container["Config"].get("Labels") or {}
    name = str(container["Name"])
    project, service = labels.get("com.docker.compose.project"), labels.get("com.docker.compose.service")
    if project is not None and service is not None:
        name = f"{service}_{project}"
    return normalize(name)


def normalize(text: str) -> str:
    """Runs of anything but letters and numbers become one hyphen."""
    return "-".join(re.findall(r"[^\W_]+", text))
