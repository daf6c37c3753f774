"""BuildKit's gateway: a client is its own front end, asks for what is to be built, and says which result it is.

buildx builds so: it asks for the front end of Dockerfiles and returns what that gives. Graphs of operations, containers
and files of results are not simulated. Source: buildkit frontend/gateway/{gateway.go,grpcclient/client.go},
control/gateway.
"""

from __future__ import annotations

from fakedocker.api import control
from fakedocker.api.builds import Build
from fakedocker.api.call import Call
from fakedocker.api.control import CHANGED, BuildCall
from fakedocker.api.frontend import FRONTEND, Definition, definition_of
from fakedocker.api.grpc_replies import answer, ended_with, refused
from fakedocker.base import messages
from fakedocker.base.clock import SECOND_NS
from fakedocker.base.messages import Refusal
from fakedocker.engine.inflight import Exchange
from fakedocker.operations.buildkit import solver
from fakedocker.operations.images import content_store
from fakedocker.wire import protobuf
from fakedocker.wire.control import (
    Capability,
    Empty,
    EvaluateRequest,
    GatewaySolveReply,
    GatewaySolveRequest,
    Pong,
    Reference,
    Result,
    ReturnRequest,
)
from fakedocker.wire.grpc import Status
from fakedocker.world.draft import Draft
from fakedocker.world.solves import EXPORTED, OPENED, SOLVED, SolveTask

_PATIENCE_NS = 3 * SECOND_NS
_BUILD_HEADER = "buildkit-controlapi-buildid"
_FRONTEND_CAPABILITIES = (
    "solve.base", "solve.inlinereturn", "return", "proto.refarray", "reference.output", "gateway.solve.metadata", "frontend.caps",
    "gateway.solve.evaluate", "gateway.evaluate",
)  # fmt: skip
_OPERATION_CAPABILITIES = (
    "source.image", "source.image.resolvemode", "source.local", "source.local.unique", "source.local.sessionid", "source.local.includepatterns",
    "source.local.followpaths", "source.local.excludepatterns", "source.local.sharedkeyhint", "source.local.differ", "source.http",
    "source.http.checksum", "exec.meta.base", "exec.meta.network", "exec.meta.setsdefaultpath", "exec.mount.bind", "exec.mount.cache",
    "exec.mount.cache.sharing", "exec.mount.selector", "exec.mount.tmpfs", "exec.mount.secret", "exec.mount.ssh", "exec.secretenv", "file.base",
    "file.copy.includeexcludepatterns", "constraints", "platform", "meta.ignorecache", "meta.description",
)  # fmt: skip
"""What the caps files of buildkit name, as far as it is there."""
_ATTESTS = "exporter.image.attestations"
"""What buildx looks for before it asks for attestations, which only containerd's store keeps."""


class GatewayCall(BuildCall):
    """A call of a build's front end. What it asks is done once, when the build is there."""

    _done = False

    def go_on(self, draft: Draft, exchange: Exchange, build: Build) -> None:
        if not self._done:
            self._done = True
            try:
                self.begin(draft, build)
            except Refusal as refusal:
                exchange.respond(refused(refusal))
                return
        self.look(draft, exchange, build)

    def begin(self, draft: Draft, build: Build) -> None:
        """Do what is asked. A Refusal comes before anything has changed."""

    def look(self, draft: Draft, exchange: Exchange, build: Build) -> None:
        """Answer, if it is time to."""
        raise NotImplementedError


def _reference(call: Call) -> str:
    found = call.request.headers.get(_BUILD_HEADER, "")
    if not found:
        raise messages.NO_BUILD_ID()
    return found


# what there is


class PingCall(GatewayCall):
    def look(self, draft: Draft, exchange: Exchange, build: Build) -> None:
        operations = (*_OPERATION_CAPABILITIES, *((_ATTESTS,) if content_store.is_used(draft) else ()))
        pong = Pong(
            frontend=tuple(Capability(id=name, enabled=True) for name in _FRONTEND_CAPABILITIES),
            operations=tuple(Capability(id=name, enabled=True) for name in operations),
            workers=(control.worker(draft),),
        )
        exchange.respond(answer(protobuf.encode(pong)))


def ping(call: Call) -> PingCall:
    return PingCall(call, _reference(call), _PATIENCE_NS)


# building


class ReachingCall(GatewayCall):
    """A call that is answered when the build has come so far.

    Args:
        goal: how far.
    """

    def __init__(self, call: Call, reference: str, goal: int) -> None:
        super().__init__(call, reference, _PATIENCE_NS)
        self._goal = goal

    def look(self, draft: Draft, exchange: Exchange, build: Build) -> None:
        task = draft.tasks.get(build.task)
        if build.end is not None and build.end.problem:
            exchange.respond(ended_with(control.status_of(build.end)))
        elif build.over or build.end is not None:
            exchange.respond(refused(messages.NO_SUCH_JOB(name=build.reference)))
        elif isinstance(task, SolveTask) and task.held and task.goal >= self._goal:
            self.reach(exchange, build)

    def reach(self, exchange: Exchange, build: Build) -> None:
        exchange.respond(answer(protobuf.encode(Empty())))


class GatewaySolveCall(ReachingCall):
    def __init__(self, call: Call, reference: str, request: GatewaySolveRequest) -> None:
        super().__init__(call, reference, SOLVED if request.evaluate else OPENED)
        self._request = request

    def begin(self, draft: Draft, build: Build) -> None:
        definition: Definition = definition_of(self._request.attributes, build.target, build.request.entitlements)
        if build.returned is not None:
            raise messages.JOB_EXISTS(name=build.reference)
        control.begin(draft, build, definition, self._goal)

    def reach(self, exchange: Exchange, build: Build) -> None:
        result = Result(one=Reference(id=build.reference))
        exchange.respond(answer(protobuf.encode(GatewaySolveReply(result=result))))


def solve(call: Call) -> GatewaySolveCall:
    """Begin with what is to be built. What comes of it is named as the build itself, as there is one result."""
    request = protobuf.decode(GatewaySolveRequest, call.request.body)
    if request.frontend != FRONTEND:
        what = f"the front end {request.frontend}" if request.frontend else "building a graph of operations"
        raise messages.NOT_SIMULATED(what=what)
    if request.inputs:
        raise messages.NOT_SIMULATED(what="building a graph of operations")
    return GatewaySolveCall(call, _reference(call), request)


class EvaluateCall(ReachingCall):
    def begin(self, draft: Draft, build: Build) -> None:
        solver.proceed(draft, build.task, SOLVED)


def evaluate(call: Call) -> EvaluateCall:
    """Make a result that so far is only known."""
    reference = _reference(call)
    request = protobuf.decode(EvaluateRequest, call.request.body)
    if request.reference != reference:
        raise messages.NO_SUCH_RESULT(name=request.reference)
    return EvaluateCall(call, reference, SOLVED)


class ReturnCall(GatewayCall):
    def __init__(self, call: Call, reference: str, request: ReturnRequest) -> None:
        super().__init__(call, reference, _PATIENCE_NS)
        self._request = request

    def begin(self, draft: Draft, build: Build) -> None:
        result, error = self._request.result, self._request.error
        named = _named(result)
        if error is None and named and named != {build.reference}:
            raise messages.NO_SUCH_RESULT(name=min(named - {build.reference}))
        build.returned = error or Status()
        if error is None and build.begun:
            solver.proceed(draft, build.task, EXPORTED)
        draft.notify(CHANGED, build.reference)

    def look(self, draft: Draft, exchange: Exchange, build: Build) -> None:
        exchange.respond(answer(protobuf.encode(Empty())))


def _named(result: Result | None) -> set[str]:
    """The results that a result names."""
    if result is None:
        return set()
    several = result.several.by_name.values() if result.several is not None else ()
    return {one.id for one in (result.one, *several) if one is not None and one.id}


def return_(call: Call) -> ReturnCall:
    """Say which result is the build's, or that there is none."""
    return ReturnCall(call, _reference(call), protobuf.decode(ReturnRequest, call.request.body))
