"""Logging in to a registry: the answer to POST /auth, which one outside of the simulation is asked for."""

from __future__ import annotations

from fakedocker.api.streams import Keys
from fakedocker.base import messages
from fakedocker.base.messages import Refusal
from fakedocker.engine.inflight import Exchange, OutputOnly, TimeMode
from fakedocker.wire.http import Reply, json_reply
from fakedocker.world.draft import Draft, Notice

_SUCCEEDED = {"Status": "Login Succeeded"}


def succeeded(draft: Draft) -> Reply:
    """Whoever asked is let in."""
    return json_reply(_SUCCEEDED if draft.profile.slim else {"IdentityToken": "", **_SUCCEEDED})


class LoginStream(OutputOnly):
    """An answer that comes when the registry has given its own."""

    def __init__(self, task: int) -> None:
        self._task = task

    def subjects(self) -> Keys:
        return (("done", self._task),)

    def pump(self, draft: Draft, exchange: Exchange) -> None:
        """Nothing is said before the registry has answered."""

    def notice(self, draft: Draft, exchange: Exchange, notice: Notice) -> None:
        if isinstance(notice.value, Refusal):
            message = messages.LOGIN_REFUSED.format(problem=notice.value.message)
            exchange.respond(json_reply({"message": message}, 401))
        else:
            exchange.respond(succeeded(draft))

    def waits(self, draft: Draft, exchange: Exchange, mode: TimeMode) -> bool:
        """No time in the simulation lets the registry answer."""
        return False
