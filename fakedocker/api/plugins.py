"""Requests about plugins, of which this engine has none, and what else is known and not simulated."""

from __future__ import annotations

from fakedocker.api.call import Call
from fakedocker.base import messages
from fakedocker.wire.http import Reply, json_reply

PLUGIN_PATHS: tuple[tuple[str, str], ...] = (
    ("GET", "/plugins/{name*}/json"), ("POST", "/plugins/{name*}/enable"), ("POST", "/plugins/{name*}/disable"),
    ("POST", "/plugins/{name*}/upgrade"), ("POST", "/plugins/{name*}/push"), ("POST", "/plugins/{name*}/set"),
    ("DELETE", "/plugins/{name*}"),
)  # fmt: skip
NOT_SIMULATED: tuple[tuple[str, str], ...] = (
    ("GET", "/plugins/privileges"), ("POST", "/plugins/pull"), ("POST", "/plugins/create"),
)  # fmt: skip
"""Known requests without a simulation: they are refused with 501, never silently accepted."""


def no_plugins(call: Call) -> Reply:
    return json_reply([])


def no_such_plugin(call: Call) -> Reply:
    raise messages.NO_SUCH_PLUGIN(name=call.names["name"])


def not_simulated(call: Call) -> Reply:
    path = call.request.target.partition("?")[0]
    raise messages.NOT_SIMULATED(what=f"{call.request.method} {path}")
