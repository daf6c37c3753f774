"""What belongs to a swarm or to plugins: this engine is in no swarm and has no plugins, and says so as a real one does."""

from __future__ import annotations

from fakedocker.api.call import Call
from fakedocker.base import messages
from fakedocker.wire.http import Reply, json_reply

PATHS: tuple[tuple[str, str], ...] = (
    ("GET", "/swarm"), ("POST", "/swarm/update"), ("GET", "/swarm/unlockkey"), ("POST", "/swarm/unlock"),
    ("GET", "/nodes"), ("GET", "/nodes/{id}"), ("DELETE", "/nodes/{id}"), ("POST", "/nodes/{id}/update"),
    ("GET", "/services"), ("POST", "/services/create"), ("GET", "/services/{id}"), ("DELETE", "/services/{id}"),
    ("POST", "/services/{id}/update"), ("GET", "/services/{id}/logs"),
    ("GET", "/tasks"), ("GET", "/tasks/{id}"), ("GET", "/tasks/{id}/logs"),
    ("GET", "/secrets"), ("POST", "/secrets/create"), ("GET", "/secrets/{id}"), ("DELETE", "/secrets/{id}"), ("POST", "/secrets/{id}/update"),
    ("GET", "/configs"), ("POST", "/configs/create"), ("GET", "/configs/{id}"), ("DELETE", "/configs/{id}"), ("POST", "/configs/{id}/update"),
)  # fmt: skip
PLUGIN_PATHS: tuple[tuple[str, str], ...] = (
    ("GET", "/plugins/{name*}/json"), ("POST", "/plugins/{name*}/enable"), ("POST", "/plugins/{name*}/disable"),
    ("POST", "/plugins/{name*}/upgrade"), ("POST", "/plugins/{name*}/push"), ("POST", "/plugins/{name*}/set"),
    ("DELETE", "/plugins/{name*}"),
)  # fmt: skip
NOT_SIMULATED: tuple[tuple[str, str], ...] = (
    ("POST", "/swarm/init"), ("POST", "/swarm/join"),
    ("GET", "/plugins/privileges"), ("POST", "/plugins/pull"), ("POST", "/plugins/create"),
)  # fmt: skip
"""Known requests without a simulation: they are refused with 501, never silently accepted."""


def not_a_manager(call: Call) -> Reply:
    raise messages.NOT_SWARM()


def not_in_a_swarm(call: Call) -> Reply:
    """Nothing can be left (moby daemon/cluster/swarm.go Leave)."""
    raise messages.NO_SWARM()


def no_plugins(call: Call) -> Reply:
    return json_reply([])


def no_such_plugin(call: Call) -> Reply:
    raise messages.NO_SUCH_PLUGIN(name=call.names["name"])


def not_simulated(call: Call) -> Reply:
    path = call.request.target.partition("?")[0]
    raise messages.NOT_SIMULATED(what=f"{call.request.method} {path}")
