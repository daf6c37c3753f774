"""BuildKit's Control service: its workers, its cache, builds from their beginning to their end, and their news.

Source: buildkit control/control.go, client/{build,solve}.go; moby builder/builder-next.
"""

from __future__ import annotations

import msgspec

from fakedocker.api.builds import Build, builds_of
from fakedocker.api.call import Call
from fakedocker.api.frontend import FRONTEND, Definition, check_cache, definition_of, target_of
from fakedocker.api.grpc_replies import answer, ended_with, refused
from fakedocker.api.session_timeout import ALARM, SessionTimeout
from fakedocker.base import messages
from fakedocker.base.clock import SECOND_NS
from fakedocker.engine.inflight import Exchange, OutputOnly, TimeMode
from fakedocker.operations.buildkit import opening, records, session_requests, solver
from fakedocker.operations.buildkit.progress import SolveEnd
from fakedocker.operations.images import content_store
from fakedocker.wire import grpc, protobuf
from fakedocker.wire.control import (
    BuildkitVersion,
    InfoReply,
    Platform,
    PruneRequest,
    SolveReply,
    SolveRequest,
    StatusRequest,
    UsageReply,
    UsageRequest,
    Worker,
    WorkersReply,
)
from fakedocker.wire.grpc import CANCELLED, UNKNOWN, Detail, Status
from fakedocker.wire.http import Reply
from fakedocker.world.draft import Draft, Notice
from fakedocker.world.solves import EXPORTED, SolveTask

CHANGED = "build"
"""The kind of notice by which calls hear that a build has changed; its key is what the client calls the build."""
STATUS_PATIENCE_NS = 6 * SECOND_NS
VERSION = BuildkitVersion(package="github.com/moby/buildkit", version="v0.22.0")
_VARIANTS = (("amd64", ""), ("amd64", "v2"), ("amd64", "v3"), ("386", ""))
_SNAPSHOTTER = "org.mobyproject.buildkit.worker.snapshotter"
"""By this label buildx knows that images are in containerd's store (driver/docker/driver.go)."""
_EXECUTOR = "org.mobyproject.buildkit.worker.executor"
_HOST_GATEWAY = "org.mobyproject.buildkit.worker.moby.host-gateway-ip"


def worker(draft: Draft) -> Worker:
    """The one worker there is: the engine."""
    platforms = tuple(
        Platform(architecture=architecture, os="linux", variant=variant) for architecture, variant in _VARIANTS
    )
    labels = {_HOST_GATEWAY: "172.17.0.1"}
    if content_store.is_used(draft):
        labels |= {_SNAPSHOTTER: draft.storage, _EXECUTOR: "oci"}
    return Worker(id=draft.host.daemon_id, labels=labels, platforms=platforms, version=VERSION)


def list_workers(call: Call) -> Reply:
    return answer(protobuf.encode(WorkersReply(workers=(worker(call.draft),))))


def info(call: Call) -> Reply:
    return answer(protobuf.encode(InfoReply(version=VERSION)))


# the cache


def disk_usage(call: Call) -> Reply:
    request = protobuf.decode(UsageRequest, call.request.body)
    chosen = records.choice(request.filters)
    found = tuple(record for record in records.described(call.draft) if chosen(record))
    return answer(protobuf.encode(UsageReply(records=found)))


def prune(call: Call) -> Reply:
    """Empty the cache; tells what is gone."""
    request = protobuf.decode(PruneRequest, call.request.body)
    dropped = records.prune_chosen(
        call.draft,
        records.choice(request.filters),
        everything=request.everything,
        unused_ns=request.kept_ns,
        kept_bytes=request.kept_bytes,
    )
    return Reply(body=b"".join(grpc.frame(protobuf.encode(record)) for record in dropped))


# builds


def solve(call: Call) -> SolveCall:
    """Build something: what the request says, or what the client's own front end asks for meanwhile."""
    request = protobuf.decode(SolveRequest, call.request.body)
    builds = builds_of(call.engine)
    known = builds.find(request.reference)
    if not request.reference or (known is not None and not known.over):
        raise messages.JOB_EXISTS(name=request.reference)
    if request.definition is not None or request.inputs:
        raise messages.NOT_SIMULATED(what="building a graph of operations")
    if request.frontend not in ("", FRONTEND):
        raise messages.NO_FRONTEND(name=request.frontend)
    target = target_of(request, has_layouts=content_store.is_used(call.draft))
    check_cache(request.cache)
    definition = definition_of(request.attributes, target, request.entitlements) if request.frontend else None
    build = Build(request, target, call.draft.draw())
    builds.add(build)
    if definition is not None:
        begin(call.draft, build, definition, EXPORTED)
    call.draft.notify(CHANGED, build.reference)
    return SolveCall(build)


def begin(draft: Draft, build: Build, definition: Definition, goal: int) -> None:
    """Begin with a build's task."""
    solver.cancel(draft, build.task)  # a front end that asks once more means another build
    build.begun, build.end = True, None
    opening.begin_synced(
        draft,
        build.task,
        session=build.request.session,
        dockerfile=definition.dockerfile,
        directories=definition.directories,
        upload=definition.upload,
        arguments=definition.arguments,
        options=definition.options,
        goal=goal,
    )


class SolveCall(OutputOnly):
    """A build's own call: answered when the build has ended, and with it the build is given up."""

    passive = False

    def __init__(self, build: Build) -> None:
        self._build = build
        self._patience = SessionTimeout(build.task, build.request.session)

    def subjects(self) -> tuple[tuple[str, str | int], ...]:
        told = tuple((kind, self._build.task) for kind in ("progress", "done", "reached"))
        return (*told, (CHANGED, self._build.reference), *self._patience.subjects)

    def notice(self, draft: Draft, exchange: Exchange, notice: Notice) -> None:
        build = self._build
        if notice.kind == "progress":
            build.news.append(notice.value)
        elif notice.kind == "done" and build.task not in draft.tasks:  # else its front end has begun anew
            build.end = notice.value
        if notice.kind in ("progress", "done", "reached"):
            draft.notify(CHANGED, build.reference)
        else:
            self._patience.notice(draft, notice)

    def pump(self, draft: Draft, exchange: Exchange) -> None:
        build = self._build
        returned, end = build.returned, build.end
        by_gateway = not build.request.frontend
        if by_gateway and returned is None and not (end is not None and end.canceled):
            return  # the front end has the last word
        if returned is not None and returned.code:
            self._finish(draft, exchange, ended_with(returned))
        elif end is not None and (end.problem or end.canceled):
            self._finish(draft, exchange, ended_with(status_of(end)))
        elif end is not None or (by_gateway and not build.begun):
            self._finish(draft, exchange, answer(protobuf.encode(SolveReply(response=_response(end or SolveEnd())))))

    def _finish(self, draft: Draft, exchange: Exchange, reply: Reply) -> None:
        solver.cancel(draft, self._build.task)
        self._build.over = True
        draft.notify(CHANGED, self._build.reference)
        exchange.respond(reply)

    def disconnect(self, draft: Draft, exchange: Exchange) -> None:
        """The build is given up; its last news are for whoever asks for news."""
        build = self._build
        told = len(draft.notices)
        solver.cancel(draft, build.task)
        build.news += [one.value for one in draft.notices[told:] if (one.kind, one.key) == ("progress", build.task)]
        build.over = True
        draft.notify(CHANGED, build.reference)

    def waits(self, draft: Draft, exchange: Exchange, mode: TimeMode) -> bool:
        """Not for what only the client can bring."""
        task = draft.tasks.get(self._build.task)
        return isinstance(task, SolveTask) and session_requests.is_moving(draft, task)


def status_of(end: SolveEnd) -> Status:
    """What a build's failure is in gRPC, with the place in the Dockerfile as a detail (buildkit util/grpcerrors)."""
    if end.canceled:
        return Status(code=CANCELLED, message="context canceled")
    details: tuple[Detail, ...] = ()
    if end.source is not None:
        info, ranges = end.source.info, end.source.ranges
        places = [{"start": {"line": one.start.line}, "end": {"line": one.end.line}} for one in ranges]
        told = {"filename": info.filename, "data": info.data, "language": info.language}
        value = msgspec.json.encode({"info": told, "ranges": places})
        details = (Detail(type_url="github.com/moby/buildkit/errdefs.Source+json", value=value),)
    return Status(code=UNKNOWN, message=end.problem, details=details)


def _response(end: SolveEnd) -> dict[str, str]:
    """What the exporter tells of an image."""
    if not end.image_id:
        return dict(end.response)
    names = {"image.name": ",".join(end.names)} if end.names else {}
    return {"containerimage.config.digest": end.image_id, "containerimage.digest": end.image_id, **names}


# news


class BuildCall(OutputOnly):
    """A call about a build that may be about to begin.

    Args:
        patience_ns: how long it may be late.
    """

    passive = False

    def __init__(self, call: Call, reference: str, patience_ns: int) -> None:
        self._builds = builds_of(call.engine)
        self._reference = reference
        self._gives_up_ns = call.draft.now_ns + patience_ns
        self._is_timed = False

    def subjects(self) -> tuple[tuple[str, str | int], ...]:
        return ((CHANGED, self._reference), ("alarm", ALARM))

    def pump(self, draft: Draft, exchange: Exchange) -> None:
        build = self._builds.find(self._reference)
        if build is not None:
            self.go_on(draft, exchange, build)
        elif draft.now_ns >= self._gives_up_ns:
            exchange.respond(refused(messages.NO_SUCH_JOB(name=self._reference)))
        elif not self._is_timed:
            self._is_timed = True
            draft.kernel.set_timer(self._gives_up_ns, (ALARM, self._gives_up_ns))

    def go_on(self, draft: Draft, exchange: Exchange, build: Build) -> None:
        """The build is there, or has changed."""
        raise NotImplementedError

    def waits(self, draft: Draft, exchange: Exchange, mode: TimeMode) -> bool:
        """The build's own call does."""
        return False


class StatusCall(BuildCall):
    """The news of a build, from its beginning to its end."""

    _position = 0

    def go_on(self, draft: Draft, exchange: Exchange, build: Build) -> None:
        if not exchange.answered:
            exchange.respond(Reply(body=None))
        fresh = build.news[self._position :]
        self._position += len(fresh)
        exchange.send(b"".join(grpc.frame(protobuf.encode(status)) for status in fresh))
        if build.over:
            exchange.finish()


def status(call: Call) -> StatusCall:
    return StatusCall(call, protobuf.decode(StatusRequest, call.request.body).reference, STATUS_PATIENCE_NS)
