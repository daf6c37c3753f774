"""Requests about plugins, and what else is known and not simulated."""

from __future__ import annotations

from fakedocker.api.call import Call
from fakedocker.base import messages
from fakedocker.operations.system import plugins
from fakedocker.wire.http import Reply, json_reply


def list_plugins(call: Call) -> Reply:
    found = plugins.select(call.draft, call.filters(plugins.LIST_FILTERS))
    return json_reply([plugins.describe(plugin) for plugin in found])


def inspect(call: Call) -> Reply:
    return json_reply(plugins.describe(plugins.find(call.draft, call.names["name"])))


def enable(call: Call) -> Reply:
    plugins.enable(call.draft, call.names["name"])
    return Reply()


def disable(call: Call) -> Reply:
    plugins.disable(call.draft, call.names["name"], force=call.query.flag("force"))
    return Reply()


def remove(call: Call) -> Reply:
    return json_reply(plugins.describe(plugins.remove(call.draft, call.names["name"], force=call.query.flag("force"))))


def not_simulated_of_one(call: Call) -> Reply:
    plugins.find(call.draft, call.names["name"])
    return not_simulated(call)


def not_simulated(call: Call) -> Reply:
    path = call.request.target.partition("?")[0]
    raise messages.NOT_SIMULATED(what=f"{call.request.method} {path}")
