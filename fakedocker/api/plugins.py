"""Requests about plugins, of which this engine has none, and what else is known and not simulated."""

from __future__ import annotations

from fakedocker.api.call import Call
from fakedocker.base import messages
from fakedocker.wire.http import Reply, json_reply


def no_plugins(call: Call) -> Reply:
    return json_reply([])


def no_such_plugin(call: Call) -> Reply:
    raise messages.NO_SUCH_PLUGIN(name=call.names["name"])


def not_simulated(call: Call) -> Reply:
    path = call.request.target.partition("?")[0]
    raise messages.NOT_SIMULATED(what=f"{call.request.method} {path}")
