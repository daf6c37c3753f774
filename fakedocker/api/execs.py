"""Requests about docker exec."""

from __future__ import annotations

from fakedocker.api import attach as attaching
from fakedocker.api.call import Call
from fakedocker.api.containers import window
from fakedocker.base import messages
from fakedocker.engine.inflight import Stream
from fakedocker.operations.containers import execs, inspect as inspecting
from fakedocker.operations.system import lookup
from fakedocker.wire.execs import ExecRequest, ExecStartRequest
from fakedocker.wire.http import Reply, json_reply


def create(call: Call) -> Reply:
    request = call.body(ExecRequest)
    container = lookup.container(call.draft, call.names["id"])
    attaching.parse_detach_keys(request.detach_keys)
    return json_reply({"Id": execs.create(call.draft, container, request, call.names["id"]).id}, 201)


def start(call: Call) -> Reply | Stream:
    """Start an exec. Whether its output is framed is for this request to say, whatever the exec itself has: a stream
    that is not framed has no room for errors (moby api/server/router/container/exec.go)."""
    request = call.body(ExecStartRequest, required=False)
    execution = lookup.execution(call.draft, call.names["id"])
    if execution.started and not request.detach:  # found out when the connection is the stream's already
        problem = messages.EXEC_ALREADY_RUN(id=execution.id).message
    else:
        problem = execs.begin(call.draft, execution, _console(call, request))
    if request.detach:
        if problem:
            raise messages.Refusal(400, problem, commits_partial=True)
        return Reply()
    head = attaching.hijack_reply(call, multiplexed=not request.tty, bare=False)
    if problem:
        return attaching.FailedExecStream(problem, multiplexed=not request.tty, head=head)
    return attaching.ProcessStream(
        execution.id,
        terminal=execution.terminal,
        stdin=execution.attach_stdin,
        stdout=execution.attach_stdout,
        stderr=execution.attach_stderr and not request.tty,
        closes_stdin=True,
        detach_keys=attaching.parse_detach_keys(execution.detach_keys),
        position=0,
        multiplexed=not request.tty,
        head=head,
    )


def _console(call: Call, request: ExecStartRequest) -> tuple[int, int] | None:
    """The size of a terminal, which older versions of the API cannot say here."""
    return request.console_size if request.tty and call.version >= (1, 42) else None


def resize(call: Call) -> Reply:
    rows, columns = window(call)
    execution = lookup.execution(call.draft, call.names["id"])
    if not execution.is_running:
        raise messages.EXEC_NOT_RUNNING(id=execution.id)
    if execution.terminal:
        call.draft.kernel.resize(execution.id, rows, columns)
    return Reply()


def inspect(call: Call) -> Reply:
    return json_reply(inspecting.inspect_exec(lookup.execution(call.draft, call.names["id"])))
