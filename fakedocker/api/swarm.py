"""Requests about the swarm, its nodes, secrets and configs.

Source of what is read from queries, and of the statuses: moby api/server/router/swarm/cluster_routes.go.
"""

from __future__ import annotations

import base64

from fakedocker.api.call import Call
from fakedocker.base import messages
from fakedocker.base.clock import SECOND_NS
from fakedocker.base.numbers import is_digits
from fakedocker.operations.swarm import cluster, controller, leaving, nodes, orchestrating, store, stored
from fakedocker.operations.swarm.stored import CONFIGS, SECRETS, Kind
from fakedocker.wire.http import Reply, json_reply
from fakedocker.wire.swarm import NodeSpec, StoredSpec, SwarmInit, SwarmJoin, SwarmSpec, SwarmUnlock

_LONGEST_NUMBER = 19
JOIN_TIMEOUT_NS = 20 * SECOND_NS
"""So long a daemon tries to reach another before it says that it goes on in the background."""
_TRUTH = {"1": True, "t": True, "T": True, "TRUE": True, "true": True, "True": True,
          "0": False, "f": False, "F": False, "FALSE": False, "false": False, "False": False}  # fmt: skip


def flag(call: Call, name: str) -> bool:
    """A parameter that is true or false in Go's words; nothing is false.

    Raises:
        Refusal: it is neither.
    """
    text = call.query.text(name)
    if text and text not in _TRUTH:
        raise messages.SWARM_FLAG(name=name, text=text)
    return bool(text) and _TRUTH[text]


def unsigned(text: str) -> int | None:
    """A whole number of 64 bits, None for what is none (Go strconv.ParseUint)."""
    if not (is_digits(text) and len(text) <= _LONGEST_NUMBER):
        return None
    return int(text)


def version_of(call: Call, what: str) -> int:
    """The version that a change was made of."""
    text = call.query.text("version")
    number = unsigned(text)
    if number is None:
        raise messages.SWARM_VERSION(what=what, text=text)
    return number


def init(call: Call) -> Reply:
    return json_reply(cluster.init(call.draft, call.body(SwarmInit)))


def join(call: Call) -> Reply:
    refusal = cluster.join(call.draft, call.body(SwarmJoin))
    call.exchange.cost_ns = JOIN_TIMEOUT_NS
    return json_reply({"message": refusal.message}, refusal.status)


def leave(call: Call) -> Reply:
    leaving.leave(call.draft, call.query.flag("force"))
    return Reply()


def inspect(call: Call) -> Reply:
    return json_reply(cluster.inspect(call.draft))


def update(call: Call) -> Reply:
    spec = call.body(SwarmSpec)
    version = version_of(call, "swarm")
    cluster.update(
        call.draft,
        version,
        spec,
        worker_token=flag(call, "rotateWorkerToken"),
        manager_token=flag(call, "rotateManagerToken"),
        unlock_key=flag(call, "rotateManagerUnlockKey"),
    )
    return Reply()


def unlock_key(call: Call) -> Reply:
    return json_reply({"UnlockKey": cluster.unlock_key(call.draft)})


def unlock(call: Call) -> Reply:
    cluster.unlock(call.draft, call.body(SwarmUnlock))
    controller.resume(call.draft)
    return Reply()


def nodes_list(call: Call) -> Reply:
    store.swarm(call.draft)
    found = nodes.select(call.draft, call.filters(nodes.LIST_FILTERS))
    return json_reply([nodes.inspect(call.draft, node) for node in found])


def node_inspect(call: Call) -> Reply:
    return json_reply(nodes.inspect(call.draft, nodes.find(call.draft, call.names["id"])))


def node_update(call: Call) -> Reply:
    spec = call.body(NodeSpec)
    nodes.update(call.draft, call.names["id"], version_of(call, "node"), spec)
    orchestrating.settle_all(call.draft)
    return Reply()


def node_remove(call: Call) -> Reply:
    nodes.remove(call.draft, call.names["id"])
    return Reply()


def _kind(call: Call) -> Kind:
    """Which of the two a path is about."""
    path = call.request.target.partition("?")[0]
    return SECRETS if "/secrets" in path else CONFIGS


def stored_list(call: Call) -> Reply:
    kind = _kind(call)
    store.swarm(call.draft)
    found = stored.select(call.draft, kind, call.filters(kind.filters))
    return json_reply([stored.inspect(kind, record) for record in found])


def stored_create(call: Call) -> Reply:
    kind = _kind(call)
    spec = _spec(call)
    if spec.templating is not None and call.version < (1, 37):
        version = ".".join(map(str, call.version))
        raise messages.SWARM_TEMPLATING(what=kind.name, version=version)
    return json_reply({"ID": stored.create(call.draft, kind, spec)}, 201)


def _spec(call: Call) -> StoredSpec:
    """The body, whose data must be base64. Refusal in Go's words (encoding/base64 CorruptInputError)."""
    spec = call.body(StoredSpec)
    try:
        base64.b64decode(spec.data, validate=True)
    except ValueError:
        at = next((index for index, character in enumerate(spec.data) if not _is_base64(character)), len(spec.data))
        raise messages.INVALID_JSON(problem=messages.BASE64.format(at=at)) from None
    return spec


def _is_base64(character: str) -> bool:
    return character.isascii() and (character.isalnum() or character in "+/=")


def stored_inspect(call: Call) -> Reply:
    kind = _kind(call)
    return json_reply(stored.inspect(kind, stored.find(call.draft, kind, call.names["id"])))


def stored_update(call: Call) -> Reply:
    kind = _kind(call)
    spec = _spec(call)
    version = unsigned(call.query.text("version"))
    if version is None:
        raise messages.STORED_VERSION(what=kind.name)
    stored.update(call.draft, kind, call.names["id"], version, spec)
    return Reply()


def stored_remove(call: Call) -> Reply:
    stored.remove(call.draft, _kind(call), call.names["id"])
    return Reply(status=204)
