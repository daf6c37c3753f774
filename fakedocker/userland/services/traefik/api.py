"""What the dashboard asks: /api/rawdata, /api/overview, and lists and single ones of routers, services and middlewares.

From pkg/api of traefik/traefik and its integration/testdata/rawdata-consul.json in the branches of versions 2.9 to 3.7:
fields have come with versions. Entry points, certificates and the rest of it are not simulated.
"""

from __future__ import annotations

import json
from typing import Any, Final
from urllib.parse import unquote

from fakedocker.userland.services.http import Request, Response
from fakedocker.userland.services.traefik.dynamic import Served, entry_points
from fakedocker.userland.services.traefik.labels import Middleware, Router
from fakedocker.userland.services.traefik.settings import Settings

_HIGHEST: Final = 9223372036854775807
_HIGHEST_BEFORE_2_11: Final = 2147483647
_JSON: Final = ("Content-Type", "application/json")
_KINDS: Final = {"stripprefix": "stripPrefix", "addprefix": "addPrefix", "replacepath": "replacePath", "redirectscheme": "redirectScheme",
                 "redirectregex": "redirectRegex", "basicauth": "basicAuth", "headers": "headers", "chain": "chain"}  # fmt: skip
_OPTIONS: Final = {"customrequestheaders": "customRequestHeaders", "customresponseheaders": "customResponseHeaders",
                   "framedeny": "frameDeny", "contenttypenosniff": "contentTypeNosniff", "browserxssfilter": "browserXssFilter",
                   "removeheader": "removeHeader", "headerfield": "headerField", "usersfile": "usersFile"}  # fmt: skip
_LISTS: Final = ("prefixes", "users", "middlewares")

Version = tuple[int, int]
Table = dict[str, dict[str, Any]]


def answer(served: Served, settings: Settings, version: Version, request: Request) -> Response | None:
    """The answer to a path below /api; None where it is not simulated."""
    if request.method not in ("GET", "HEAD"):
        return Response(405, b"", ())
    routers, services, middlewares = (
        _routers(served, settings, version),
        _services(served, settings, version),
        _middlewares(served, settings),
    )
    path = request.path.rstrip("/") if request.path != "/api" else request.path
    if path == "/api/rawdata":
        found = {"routers": routers, "middlewares": middlewares, "services": services}
        return _reply({name: table for name, table in found.items() if table})
    if path == "/api/overview":
        return _reply(_overview(routers, services, middlewares, settings))
    for kind, table in (("routers", routers), ("services", services), ("middlewares", middlewares)):
        start = f"/api/http/{kind}"
        if path == start and not request.query:
            rows = [_represented(kind, name, row, version) for name, row in sorted(table.items())]
            return _reply(rows[:100], (("X-Next-Page", "2" if len(rows) > 100 else "1"),))
        if path.startswith(f"{start}/"):
            name = unquote(path.removeprefix(f"{start}/"))
            if name in table:
                return _reply(_represented(kind, name, table[name], version))
            return _reply({"message": f"{kind[:-1]} not found: {name}"}, status=404)
    if path in (
        "/api/tcp/routers",
        "/api/tcp/services",
        "/api/tcp/middlewares",
        "/api/udp/routers",
        "/api/udp/services",
    ):
        return _reply([], (("X-Next-Page", "1"),))
    return None


def _reply(value: Any, headers: tuple[tuple[str, str], ...] = (), status: int = 200) -> Response:
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=False)
    for letter, escaped in (("<", "\\u003c"), (">", "\\u003e"), ("&", "\\u0026")):  # as encoding/json does
        text = text.replace(letter, escaped)
    return Response(status, f"{text}\n".encode(), (_JSON, *headers))


def _represented(kind: str, name: str, row: dict[str, Any], version: Version) -> dict[str, Any]:
    more: dict[str, Any] = {"name": name, "provider": name.partition("@")[2]}
    if kind == "routers" and version >= (3, 7):
        more["priorityStr"] = str(row["priority"])
    if kind == "services" and "loadBalancer" in row:
        more["type"] = "loadbalancer"
    if kind == "middlewares":
        more["type"] = next(iter(row)).lower()
    kept = {key: value for key, value in row.items() if key != "serverStatus"}
    last = {"serverStatus": row["serverStatus"]} if "serverStatus" in row else {}
    return {**kept, **more, **last}


def _observability(version: Version) -> dict[str, Any]:
    if version < (3, 3):
        return {}
    if version < (3, 5):
        return {"observability": {"accessLogs": True, "tracing": True, "metrics": True}}
    return {"observability": {"accessLogs": True, "metrics": True, "tracing": True, "traceVerbosity": "minimal"}}


def _routers(served: Served, settings: Settings, version: Version) -> Table:
    found = {
        f"{name}@docker": _router(router, served.errors.get(name, ""), settings, version)
        for name, router in served.routers.items()
    }
    if settings.insecure:
        highest = _HIGHEST if version >= (2, 11) else _HIGHEST_BEFORE_2_11
        syntax = {} if version < (3, 0) else {"ruleSyntax": "v3" if version < (3, 4) else "default"}
        rest = {**_observability(version), "status": "enabled", "using": ["traefik"]}
        found["api@internal"] = {
            "entryPoints": ["traefik"], "service": "api@internal", "rule": "PathPrefix(`/api`)", **syntax,
            "priority": highest - 1, **rest,
        }  # fmt: skip
        if settings.dashboard:
            found["dashboard@internal"] = {
                "entryPoints": ["traefik"], "middlewares": ["dashboard_redirect@internal", "dashboard_stripprefix@internal"],
                "service": "dashboard@internal", "rule": "PathPrefix(`/`)", **syntax, "priority": highest - 2, **rest,
            }  # fmt: skip
    return dict(sorted(found.items()))


def _router(router: Router, error: str, settings: Settings, version: Version) -> dict[str, Any]:
    using = list(entry_points(router, settings))
    row: dict[str, Any] = {"entryPoints": list(router.entry_points) or using}
    if router.middlewares:
        row["middlewares"] = [name if "@" in name else f"{name}@docker" for name in router.middlewares]
    row["service"], row["rule"] = router.service, router.rule
    if router.rule_syntax:
        row["ruleSyntax"] = router.rule_syntax
    row["priority"] = router.priority or len(router.rule.encode())
    if router.tls:
        row["tls"] = {"options": "default"}
    row |= _observability(version)
    if error:
        return {**row, "error": [error], "status": "disabled", "using": using}
    return {**row, "status": "enabled", "using": using}


def _used_by(served: Served, service: str) -> dict[str, Any]:
    users = [
        f"{name}@docker" for name, router in served.routers.items()
        if name not in served.errors and router.service.partition("@")[0] == service
    ]  # fmt: skip
    return {"usedBy": users} if users else {}


def _services(served: Served, settings: Settings, version: Version) -> Table:
    found: Table = {}
    for name, service in served.services.items():
        balancer: dict[str, Any] = {"servers": [{"url": url} for url in service.servers]}
        if version >= (3, 4):
            balancer["strategy"] = "wrr"
        balancer["passHostHeader"] = service.pass_host
        if version >= (3, 0):
            balancer["responseForwarding"] = {"flushInterval": "100ms"}
        used = _used_by(served, name)
        found[f"{name}@docker"] = {
            "loadBalancer": balancer, "status": "enabled", **used,
            **({"serverStatus": dict.fromkeys(service.servers, "UP")} if used else {}),
        }  # fmt: skip
    if settings.api:
        for name in ("api", *(("dashboard",) if settings.dashboard else ())):
            users = {"usedBy": [f"{name}@internal"]} if settings.insecure else _used_by_internal(served, name)
            found[f"{name}@internal"] = {"status": "enabled", **users}
    found["noop@internal"] = {"status": "enabled"}
    return dict(sorted(found.items()))


def _used_by_internal(served: Served, name: str) -> dict[str, Any]:
    users = [f"{key}@docker" for key, router in served.routers.items() if router.service == f"{name}@internal"]
    return {"usedBy": users} if users else {}


def _middlewares(served: Served, settings: Settings) -> Table:
    found: Table = {}
    for name, middleware in served.middlewares.items():
        users = [f"{key}@docker" for key, router in served.routers.items()
                 if key not in served.errors and name in (one.partition("@")[0] for one in router.middlewares)]  # fmt: skip
        kind = _KINDS.get(middleware.kind, middleware.kind)
        used = {"usedBy": users} if users else {}
        found[f"{name}@docker"] = {kind: _options(middleware), "status": "enabled", **used}
    if settings.insecure and settings.dashboard:
        found["dashboard_redirect@internal"] = {
            "redirectRegex": {
                "regex": "^(http:\\/\\/(\\[[\\w:.]+\\]|[\\w\\._-]+)(:\\d+)?)\\/$",
                "replacement": "${1}/dashboard/",
                "permanent": True,
            },
            "status": "enabled",
            "usedBy": ["dashboard@internal"],
        }
        found["dashboard_stripprefix@internal"] = {
            "stripPrefix": {"prefixes": ["/dashboard/", "/dashboard"]}, "status": "enabled", "usedBy": ["dashboard@internal"],
        }  # fmt: skip
    return dict(sorted(found.items()))


def _options(middleware: Middleware) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in middleware.options.items():
        name, dot, rest = key.partition(".")
        shown = _OPTIONS.get(name, name)
        if dot:
            found.setdefault(shown, {})[rest] = value
        elif name in _LISTS:
            found[shown] = [word.strip() for word in value.split(",")]
        else:
            found[shown] = True if value == "true" else value
    return found


def _overview(routers: Table, services: Table, middlewares: Table, settings: Settings) -> dict[str, Any]:
    def section(table: Table) -> dict[str, int]:
        return {
            "total": len(table),
            "warnings": 0,
            "errors": sum(row["status"] == "disabled" for row in table.values()),
        }

    none = {"total": 0, "warnings": 0, "errors": 0}
    http = {"routers": section(routers), "services": section(services), "middlewares": section(middlewares)}
    found = {
        "http": http, "tcp": {"routers": none, "services": none, "middlewares": none},
        "udp": {"routers": none, "services": none},
        "features": {"tracing": "", "metrics": "", "accessLog": settings.access_log},
    }  # fmt: skip
    return {**found, "providers": ["Docker"]} if settings.docker else found
