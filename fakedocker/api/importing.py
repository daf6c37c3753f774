"""docker import from a server: an answer whose head waits for the server's."""

from __future__ import annotations

from fakedocker.api.streams import TaskStream
from fakedocker.base.messages import Refusal
from fakedocker.engine.inflight import Exchange
from fakedocker.wire.http import JSON, Reply, json_reply
from fakedocker.world.draft import Draft, Notice


class ImportStream(TaskStream):
    """The progress of an import; what fails before there is any is an error with its status."""

    def pump(self, draft: Draft, exchange: Exchange) -> None:
        """Nothing is said before the server has answered."""

    def notice(self, draft: Draft, exchange: Exchange, notice: Notice) -> None:
        if exchange.answered:
            super().notice(draft, exchange, notice)
        elif isinstance(notice.value, Refusal):
            exchange.respond(json_reply({"message": notice.value.message}, notice.value.status))
        else:
            exchange.respond(Reply(headers=(("Content-Type", JSON),), body=None))
            super().notice(draft, exchange, notice)
