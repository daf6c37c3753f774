"""The way from a request to what answers it: version, row of the table of operations, handler.

The table is `wire.endpoints`; handlers are imported when they are first needed, as start-up time matters.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from importlib import import_module
from urllib.parse import unquote

from fakedocker.api import published
from fakedocker.api.call import Call
from fakedocker.base import messages
from fakedocker.base.numbers import GREATEST, parse_digits
from fakedocker.base.patterns import lazy_pattern
from fakedocker.base.profiles import EngineProfile, api_numbers
from fakedocker.engine.engine import Engine
from fakedocker.engine.inflight import Exchange, Stream
from fakedocker.wire import endpoints
from fakedocker.wire.endpoints import GRPC_METHOD, PORT_METHOD, Endpoint
from fakedocker.wire.http import Reply, text_error
from fakedocker.wire.protobuf import BadMessage
from fakedocker.world.draft import Draft

_OLDEST_WITH_JSON = (1, 24)
"""Before it, refusals are plain text (moby api/server/middleware, recorded answers of 29.7.2 by version)."""
Outcome = Reply | Stream
Handler = Callable[[Call], Outcome]
_VERSION = lazy_pattern(r"/v([0-9]+)\.([0-9]+)(?=/)")


@cache
def handler(name: str) -> Handler:
    """What answers an operation, by the name that its row has: module and function of this floor."""
    module, _, function = name.partition(".")
    found: Handler = getattr(import_module(f"fakedocker.api.{module}"), function)
    return found


def handle(engine: Engine, draft: Draft, exchange: Exchange) -> Outcome:
    """Find a request's route and let its handler answer.

    Raises:
        Refusal: there is none, or the version is not spoken.
    """
    request, profile = exchange.request, draft.profile
    newest, oldest = _versions(profile)
    if request.method == PORT_METHOD:
        return published.connect(Call(engine, draft, exchange, "", {}, newest))
    if request.method == GRPC_METHOD and exchange.internal:
        return _grpc_call(Call(engine, draft, exchange, "", {}, newest))
    path, _, query = request.target.partition("?")
    version = newest
    match = _VERSION.match(path)
    if match is not None:
        major, minor = (GREATEST if (number := parse_digits(part)) is None else number for part in match.groups())
        version = (major, minor)
        path = path[match.end() :]
        if version < oldest:
            refusal = messages.CLIENT_TOO_OLD(given=f"{match[1]}.{match[2]}", minimum=profile.oldest_api)
            if version >= _OLDEST_WITH_JSON:
                raise refusal
            return text_error(refusal.message, refusal.status)
        if version > newest:
            raise messages.CLIENT_TOO_NEW(given=f"{match[1]}.{match[2]}", maximum=profile.newest_api)
    if request.method == "OPTIONS":  # whatever the path (moby api/server/router/system optionsHandler)
        return Reply()
    found = endpoints.find(request.method, unquote(path) if "%" in path else path)
    if found is None or (request.method == GRPC_METHOD and not exchange.internal):
        raise messages.PAGE_NOT_FOUND()
    endpoint, names = found
    since = api_numbers(endpoint.since) if endpoint.since else oldest
    if since > newest:
        raise messages.PAGE_NOT_FOUND()
    if version < since:
        raise messages.NEEDS_VERSION(route=_as_registered(endpoint), minimum=endpoint.since)
    return handler(endpoint.handler)(Call(engine, draft, exchange, query, names, version))


@cache
def _versions(profile: EngineProfile) -> tuple[tuple[int, int], tuple[int, int]]:
    """The newest and the oldest API version of a profile, as numbers."""
    return api_numbers(profile.newest_api), api_numbers(profile.oldest_api)


def _as_registered(endpoint: Endpoint) -> str:
    """A row's method and path as moby has registered it, for its words."""
    return f"{endpoint.method} {re.sub(r'{(?:id|name)[*]}', '{name:.*}', endpoint.path)}"


def _grpc_call(call: Call) -> Outcome:
    """Answer a gRPC call. Raises Refusal where it is refused, or its message makes no sense."""
    found = endpoints.find(GRPC_METHOD, call.request.target)
    assert found is not None  # whoever takes calls from a connection looks first
    try:
        return handler(found[0].handler)(call)
    except BadMessage as problem:
        raise messages.BAD_CALL(problem=problem) from None
