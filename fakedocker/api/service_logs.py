"""docker service logs: what all tasks of a service have written, and with follow what they write until it is gone.

Sources: moby daemon/cluster/services.go ServiceLogs, api/server/httputils/write_log_stream.go.
"""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from fakedocker.base.history import History
from fakedocker.containers.logs import READABLE_DRIVERS, Line, LineSplitter, Selection, attributes, lines
from fakedocker.containers.model import Chunk
from fakedocker.engine.inflight import Exchange, OutputOnly, TimeMode
from fakedocker.operations.swarm import containers, controller, tasks
from fakedocker.swarm.services import ServiceTask
from fakedocker.wire.http import Reply
from fakedocker.world.draft import Draft, Notice

_CONTEXT = "com.docker.swarm"


class _Followed(Struct):
    """A container whose output is followed: how far it has come."""

    position: int
    splitter: LineSplitter
    selection: Selection


class ServiceLogStream(OutputOnly):
    """The logs of a service's tasks, or of one of them.

    Args:
        task_id: the one task, "" for all.
    """

    def __init__(
        self, service_id: str, task_id: str, selection: Selection, follow: bool, media_type: str, multiplexed: bool
    ) -> None:
        self._service_id = service_id
        self._task_id = task_id
        self._selection = selection
        self._follow = follow
        self._media_type = media_type
        self._multiplexed = multiplexed
        self._followed: dict[str, _Followed] = {}

    def subjects(self) -> tuple[tuple[str, str | int], ...]:
        if not self._follow:
            return ()
        return ((controller.OUTPUT, self._service_id), ("service", self._service_id))

    def _wanted(self, draft: Draft) -> list[ServiceTask]:
        found = tasks.of_service(draft, self._service_id)
        return [task for task in found if self._task_id in ("", task.id)]

    def pump(self, draft: Draft, exchange: Exchange) -> None:
        if not exchange.answered:
            exchange.respond(Reply(headers=(("Content-Type", self._media_type),), body=None))
            self._begin(draft, exchange)
        elif self._follow:
            for task in self._wanted(draft):
                self._continue(draft, exchange, task)
        if not self._follow or not self._wanted(draft):
            exchange.finish()

    def _begin(self, draft: Draft, exchange: Exchange) -> None:
        """What there is: of every task its last lines, all in the order they were written."""
        found: list[tuple[Line, Selection]] = []
        for task in self._wanted(draft):
            history = self._history(draft, task)
            if history is None:
                continue
            container = draft.containers[task.container_id]
            selection = self._selection_of(draft, task)
            own = [line for line in lines(history.entries(), not container.is_running) if selection.takes(line)]
            if selection.tail is not None:
                own = own[len(own) - min(selection.tail, len(own)) :]
            found += [(line, selection) for line in own]
            self._follow_from(task, history, selection)
        found.sort(key=lambda entry: entry[0].at_ns)
        exchange.send(b"".join(selection.render(line, self._multiplexed) for line, selection in found))

    def _follow_from(self, task: ServiceTask, history: History[Chunk], selection: Selection) -> None:
        splitter = LineSplitter()
        for chunk in history.entries():
            for _ in splitter.add(chunk):
                continue  # sent already; what is kept is the line that is not complete
        self._followed[task.id] = _Followed(history.end, splitter, selection)

    def _continue(self, draft: Draft, exchange: Exchange, task: ServiceTask) -> None:
        history = self._history(draft, task)
        if history is None:
            return
        followed = self._followed.get(task.id)
        if followed is None:
            followed = _Followed(history.start, LineSplitter(), self._selection_of(draft, task))
            self._followed[task.id] = followed
        found: list[Line] = []
        for chunk in history.entries(followed.position):
            found += followed.splitter.add(chunk)
        followed.position = max(followed.position, history.end)
        if task.is_over:
            found += followed.splitter.end()
        taken = (line for line in found if followed.selection.takes(line))
        exchange.send(b"".join(followed.selection.render(line, self._multiplexed) for line in taken))

    def _history(self, draft: Draft, task: ServiceTask) -> History[Chunk] | None:
        container = containers.of_task(draft, task)
        if container is None or container.host_config.log_config.type not in READABLE_DRIVERS:
            return None
        return draft.outputs[container.id]

    def _selection_of(self, draft: Draft, task: ServiceTask) -> Selection:
        """What is wanted, with what stands before the lines of one task where details are asked for."""
        if self._selection.details is None:
            return self._selection
        container = draft.containers[task.container_id]
        own = attributes(container.config, container.host_config.log_config).decode()
        known = {"node.id": task.node_id, "service.id": task.service_id, "task.id": task.id}
        shown = sorted([*own.split(",")] if own else []) + [f"{_CONTEXT}.{key}={value}" for key, value in known.items()]
        return replace(self._selection, details=",".join(sorted(shown)).encode())

    def notice(self, draft: Draft, exchange: Exchange, notice: Notice) -> None:
        """Looked at when pumped."""

    def waits(self, draft: Draft, exchange: Exchange, mode: TimeMode) -> bool:
        return mode is TimeMode.FAST and self._follow and bool(self._wanted(draft))
