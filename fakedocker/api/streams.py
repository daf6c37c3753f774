"""What goes on after the head of a reply: waits, tasks, logs, events, stats. Attached terminals and pipes are in
`attach`.

A stream belongs to a connection: it lives in the engine, holds cursors into the world, and ends when a snapshot is
restored.
"""

from __future__ import annotations

from typing import Any, ClassVar

import msgspec
from msgspec import Struct

from fakedocker.base import messages
from fakedocker.base.clock import SECOND_NS
from fakedocker.base.history import History
from fakedocker.base.messages import Refusal
from fakedocker.containers.log_cursor import LineCursor
from fakedocker.containers.logs import Selection
from fakedocker.containers.model import Chunk
from fakedocker.engine.inflight import Exchange, OutputOnly, TimeMode
from fakedocker.operations.containers import stats
from fakedocker.operations.registry import external
from fakedocker.operations.system import event_messages
from fakedocker.operations.system.filters import Filters
from fakedocker.wire.http import JSON, JSON_SEQUENCE, Reply, json_reply
from fakedocker.world.draft import Draft, Notice
from fakedocker.world.world import Event

_EARLY_CONDITIONS = ("next-exit", "removed")
Keys = tuple[tuple[str, str | int], ...]


class TaskReply(OutputOnly):
    """A request that is answered when a task is done: stop and restart."""

    def __init__(self, task: int, reply: Reply) -> None:
        self._task = task
        self._reply = reply

    def subjects(self) -> Keys:
        return (("done", self._task),)

    def pump(self, draft: Draft, exchange: Exchange) -> None:
        """Nothing before the end."""

    def notice(self, draft: Draft, exchange: Exchange, notice: Notice) -> None:
        problem = notice.value
        if isinstance(problem, Refusal):
            exchange.respond(json_reply({"message": problem.message}, problem.status))
        else:
            exchange.respond(self._reply)

    def waits(self, draft: Draft, exchange: Exchange, mode: TimeMode) -> bool:
        return True


class RemovalReply(OutputOnly):
    """A removal, answered when the container is gone."""

    def __init__(self, identifier: str, reply: Reply) -> None:
        self._identifier = identifier
        self._reply = reply

    def subjects(self) -> Keys:
        return (("state", self._identifier), ("removal", self._identifier))

    def pump(self, draft: Draft, exchange: Exchange) -> None:
        if self._identifier not in draft.containers:
            exchange.respond(self._reply)

    def notice(self, draft: Draft, exchange: Exchange, notice: Notice) -> None:
        problem = notice.value
        if isinstance(problem, Refusal):
            exchange.respond(json_reply({"message": problem.message}, problem.status))

    def waits(self, draft: Draft, exchange: Exchange, mode: TimeMode) -> bool:
        return True


class TaskStream(OutputOnly):
    """The progress of a task as lines of JSON."""

    def __init__(self, task: int) -> None:
        self._task = task

    def subjects(self) -> Keys:
        return (("progress", self._task), ("done", self._task))

    def pump(self, draft: Draft, exchange: Exchange) -> None:
        if not exchange.answered:
            exchange.respond(Reply(headers=(("Content-Type", JSON),), body=None))

    def notice(self, draft: Draft, exchange: Exchange, notice: Notice) -> None:
        if notice.kind == "progress":
            for message in notice.value.splitlines(keepends=True):
                exchange.send(message)
            return
        if isinstance(notice.value, Refusal):
            message = notice.value.message
            exchange.send(msgspec.json.encode({"errorDetail": {"message": message}, "error": message}) + b"\r\n")
        exchange.finish()

    def waits(self, draft: Draft, exchange: Exchange, mode: TimeMode) -> bool:
        """Not for what is done outside of the simulation."""
        return external.is_moving(draft, self._task)


class Messages(OutputOnly):
    """Messages that are all there at once, as the stream of them that a client expects."""

    def __init__(self, *messages: bytes) -> None:
        self._messages = messages

    def subjects(self) -> Keys:
        return ()

    def pump(self, draft: Draft, exchange: Exchange) -> None:
        exchange.respond(Reply(headers=(("Content-Type", JSON),), body=None))
        for message in self._messages:
            exchange.send(message)
        exchange.finish()

    def waits(self, draft: Draft, exchange: Exchange, mode: TimeMode) -> bool:
        return False


class WaitStream(OutputOnly):
    """docker wait: the head goes out at once, the exit code when the condition holds.

    Every end of the process counts, also one that a restart follows (moby container/state.go Wait and SetRestarting); a
    container that waits for its restart is running in this sense.
    """

    def __init__(self, draft: Draft, identifier: str, condition: str) -> None:
        container = draft.containers[identifier]
        self._identifier = identifier
        self._condition = condition
        self._ended = False
        self._code = container.exit_code
        self._is_early = condition in _EARLY_CONDITIONS and not container.is_running

    def subjects(self) -> Keys:
        return (("state", self._identifier),)

    def notice(self, draft: Draft, exchange: Exchange, notice: Notice) -> None:
        if notice.value is not None:
            self._code = notice.value
            self._ended = True

    def pump(self, draft: Draft, exchange: Exchange) -> None:
        if not exchange.answered:
            exchange.respond(Reply(headers=(("Content-Type", JSON),), body=None))
        container = draft.containers.get(self._identifier)
        ended = self._ended or (
            self._condition in ("", "not-running") and container is not None and not container.is_running
        )
        if container is None or (ended and self._condition != "removed"):
            exchange.send(msgspec.json.encode({"StatusCode": self._code}) + b"\n")
            exchange.finish()

    def waits(self, draft: Draft, exchange: Exchange, mode: TimeMode) -> bool:
        """Not one begun before the container was started: `docker run -d` does so too, and gives it up; without -d it
        attaches."""
        container = draft.containers.get(self._identifier)
        return container is not None and container.is_running and not self._is_early


class LogStream(OutputOnly):
    """docker logs, and with follow what comes until the container ends.

    Lines are made as the client reads them: one that reads slowly costs a cursor, as the real daemon reads its log file
    for each client.
    """

    def __init__(self, identifier: str, selection: Selection, follow: bool, media_type: str) -> None:
        self._identifier = identifier
        self._selection = selection
        self._follow = follow
        self._media_type = media_type
        self._multiplexed = False
        self._lines = LineCursor()
        self._history: History[Chunk] | None = None
        self._end: int | None = None
        """Where in the output the answer ends, once that is known, and whether what is left of a line there is given."""
        self._gives_rest = False

    def subjects(self) -> Keys:
        return (("output", self._identifier), ("state", self._identifier)) if self._follow else ()

    def notice(self, draft: Draft, exchange: Exchange, notice: Notice) -> None:
        if notice.kind == "output" and exchange.answered and self._end is None:
            self._history = notice.value
            self._continue(exchange)

    def pump(self, draft: Draft, exchange: Exchange) -> None:
        container = draft.containers.get(self._identifier)
        is_running = container is not None and container.is_running
        if self._end is None:
            self._history = draft.outputs.get(self._identifier, self._history)
            if not is_running or not self._follow:
                self._end = 0 if self._history is None else self._history.end
                self._gives_rest = not is_running
        if not exchange.answered:
            assert container is not None
            self._multiplexed = not container.config.tty
            exchange.respond(Reply(headers=(("Content-Type", self._media_type),), body=None))
            if self._selection.tail is not None and self._history is not None:
                self._lines.start_at_last(self._history, self._selection, ended=not is_running)
        self._continue(exchange)

    def _continue(self, exchange: Exchange) -> None:
        """Send lines as long as the client has room, and the end once all are sent."""
        while self._history is not None and exchange.has_room:
            found = self._lines.next_lines(self._history, self._end, self._selection)
            if found is None:
                break
            exchange.send(b"".join([self._selection.render(line, self._multiplexed) for line in found]))
        exchange.behind = self._history is not None and not self._lines.is_at_end(self._history, self._end)
        if self._end is not None and not exchange.behind:
            if self._gives_rest:
                for line in self._lines.rest(self._selection):
                    exchange.send(self._selection.render(line, self._multiplexed))
            exchange.finish()

    def waits(self, draft: Draft, exchange: Exchange, mode: TimeMode) -> bool:
        container = draft.containers.get(self._identifier)
        return mode is TimeMode.FAST and container is not None and container.is_running


class EventForm(Struct, frozen=True):
    """How events are told.

    Args:
        media_type: a line each; where it is a sequence of JSON texts, with a mark before each.
        has_older_fields: whether containers' and images' have status, id and from.
        has_created_images: whether images that were made are told of.
    """

    media_type: str = JSON
    has_older_fields: bool = True
    has_created_images: bool = True


class EventStream(OutputOnly):
    """docker events: what has happened since, and what happens until."""

    __stored__: ClassVar[dict[str, Any]] = {
        "_filters": Filters,
        "_since_ns": int | None,
        "_until_ns": int | None,
        "_ends_ns": int,
        "_form": EventForm,
        "passive": bool,
    }

    def __init__(
        self, filters: Filters, since_ns: int | None, until_ns: int | None, form: EventForm | None = None
    ) -> None:
        self._form = form or EventForm()
        self._filters = filters
        self._since_ns = since_ns
        self._until_ns = until_ns
        self._ends_ns = 0
        self.passive = until_ns is None  # an end is a timer

    def subjects(self) -> Keys:
        kinds = ("container", "image", "network", "volume", "plugin", "daemon", "node", "service", "secret", "config")
        return (*(("event", kind) for kind in kinds), ("alarm", "until"))

    def pump(self, draft: Draft, exchange: Exchange) -> None:
        if not exchange.answered:
            exchange.respond(Reply(headers=(("Content-Type", self._form.media_type),), body=None))
            if self._since_ns is not None or self._until_ns is not None:
                for event in draft.events.entries():
                    if event.time_ns >= (self._since_ns or 0):
                        self._send(exchange, event)
            if self._until_ns is not None and self._until_ns > draft.wall_ns:
                self._ends_ns = self._until_ns - draft.skew_ns  # by a timer, whatever becomes of the clock
                draft.kernel.set_timer(self._ends_ns, ("until", self._until_ns))
        if self._until_ns is not None and draft.now_ns >= self._ends_ns:
            exchange.finish()

    def _send(self, exchange: Exchange, event: Event) -> None:
        if self._until_ns is not None and event.time_ns > self._until_ns:
            return
        if event_messages.event_passes(event, self._filters):
            if not self._form.has_created_images and (event.type, event.action) == ("image", "create"):
                return
            line = msgspec.json.encode(event_messages.event_message(event, self._form.has_older_fields))
            begin = b"\x1e" if self._form.media_type == JSON_SEQUENCE else b""
            exchange.send(begin + line + b"\n")

    def notice(self, draft: Draft, exchange: Exchange, notice: Notice) -> None:
        if notice.kind == "event" and exchange.answered:
            self._send(exchange, notice.value)

    def waits(self, draft: Draft, exchange: Exchange, mode: TimeMode) -> bool:
        return mode is TimeMode.FAST and self._until_ns is not None


class StatsStream(OutputOnly):
    """docker stats: a sample now, and one every second."""

    __stored__: ClassVar[dict[str, Any]] = {"_identifier": str, "_before": dict[str, Any] | None, "_due_ns": int}

    def __init__(self, identifier: str) -> None:
        self._identifier = identifier
        self._before: dict[str, Any] | None = None
        self._due_ns = 0

    passive = False  # its samples are timers

    def subjects(self) -> Keys:
        return (("alarm", "stats"), ("state", self._identifier))

    def pump(self, draft: Draft, exchange: Exchange) -> None:
        if not exchange.answered:
            exchange.respond(Reply(headers=(("Content-Type", JSON),), body=None))
        container = draft.containers.get(self._identifier)
        if container is None:
            exchange.finish()
            return
        if draft.now_ns < self._due_ns:
            return
        self._before = stats.sample(draft, container, self._before)
        exchange.send(msgspec.json.encode(self._before) + b"\n")
        self._due_ns = draft.now_ns + SECOND_NS
        draft.kernel.set_timer(self._due_ns, ("stats", self._due_ns))

    def waits(self, draft: Draft, exchange: Exchange, mode: TimeMode) -> bool:
        return False


class StatsReply(StatsStream):
    """docker stats --no-stream: one answer, made of two samples a second apart, so that rates can be told from it."""

    __stored__ = StatsStream.__stored__

    def pump(self, draft: Draft, exchange: Exchange) -> None:
        container = draft.containers.get(self._identifier)
        if container is not None and self._before is None:
            self._before = stats.sample(draft, container)
            self._due_ns = draft.now_ns + SECOND_NS
            draft.kernel.set_timer(self._due_ns, ("stats", self._due_ns))
        elif container is None:
            exchange.respond(json_reply({"message": messages.NO_SUCH_CONTAINER(name=self._identifier).message}, 404))
        elif draft.now_ns >= self._due_ns:
            exchange.respond(json_reply(stats.sample(draft, container, self._before)))

    def waits(self, draft: Draft, exchange: Exchange, mode: TimeMode) -> bool:
        return True
