"""Turning what the kernel tells into what the daemon does: output, ends of processes, alarms.

Run after everything that may have made the kernel speak. Reacting may make it speak again; `dispatch` goes on until it is
silent.
"""

from __future__ import annotations

from fakedocker.containers.model import Chunk
from fakedocker.kernel.events import Alarm, Closed, Connected, Exited, Fault, InputDrained, OutOfMemory, Output
from fakedocker.operations.containers import execs, exits, health, remove, stop
from fakedocker.operations.images import fetching
from fakedocker.operations.registry import transfer_schedule, transfers
from fakedocker.operations.system import fault_rules
from fakedocker.registry.errands import Result
from fakedocker.world import builds, solves
from fakedocker.world.draft import Draft, Notice
from fakedocker.world.tasks import ErrandTask


def dispatch(draft: Draft) -> None:
    """React to everything the kernel has told."""
    emitted = draft.kernel_draft.emitted
    while emitted:
        batch = emitted[:]
        emitted.clear()
        for emission in batch:
            kind = type(emission)
            if kind is Output:
                _output(draft, emission)  # type: ignore[arg-type]  # narrowed by its exact type, as this runs for every line
            elif isinstance(emission, Exited):
                _exited(draft, emission)
            elif isinstance(emission, Alarm):
                _alarm(draft, emission)
            elif isinstance(emission, InputDrained):
                draft.notify("input", emission.stream)
            elif isinstance(emission, Closed):
                draft.notify("closed", emission.stream)
            elif isinstance(emission, Connected):
                draft.notify("connected", "", emission.stream)
            elif isinstance(emission, Fault):
                draft.faults.append(emission.report)
            elif isinstance(emission, OutOfMemory):
                continue  # the Exited of process 1 says whether it was that one


def _output(draft: Draft, output: Output) -> None:
    if not draft.outputs.write(output.stream, Chunk(draft.kernel_draft.now_ns, output.fd, output.data)):
        _probe_output(draft, output)
        return
    if draft.is_heard(("output", output.stream)):
        draft.notify_output(output.stream)
    if draft.service_tasks.size:
        from fakedocker.operations.swarm import controller

        controller.output(draft, output.stream)
    if draft.tasks.size and _is_building(draft):
        from fakedocker.operations.classic_builder import progress as building

        building.output(draft, output.stream, output.fd, output.data)


def _is_building(draft: Draft) -> bool:
    """Whether a build is under way; until then its modules are not even read, as start-up time matters."""
    return bool(draft.tasks) and any(isinstance(task, builds.BuildTask) for task in draft.tasks.values())


def _is_solving(draft: Draft) -> bool:
    """Whether BuildKit builds something."""
    return bool(draft.tasks) and any(isinstance(task, solves.SolveTask) for task in draft.tasks.values())


def _probe_output(draft: Draft, output: Output) -> None:
    """Output of a health check, or of a stream that only its listener knows."""
    if _is_solving(draft):
        from fakedocker.operations.buildkit import solver

        if solver.output(draft, output.stream, output.fd, output.data):
            return
    if _is_building(draft):
        from fakedocker.operations.classic_builder import progress as building

        if building.fetched_more(draft, output.stream, output.fd, output.data):
            return
    if draft.tasks.size and fetching.more(draft, output.stream, output.fd, output.data):
        return
    if not health.probe_output(draft, output.stream, output.data):
        draft.notify("bytes", output.stream, (output.fd, output.data))


def errand_done(draft: Draft, task_id: int, result: Result) -> None:
    """An errand outside of the simulation has been done: what waited for it goes on. One whose task is gone is forgotten."""
    task = draft.tasks.get(task_id)
    if isinstance(task, ErrandTask) and task.sandbox:
        from fakedocker.operations.buildkit import solver
        from fakedocker.operations.classic_builder import downloads, progress as building

        del draft.tasks[task_id]
        outcome = downloads.of_errand(result)
        fetching.downloaded(draft, task.sandbox, outcome)
        solver.downloaded(draft, task.sandbox, outcome)
        building.downloaded(draft, task.sandbox, outcome)
        return
    told = len(draft.notices)
    transfers.errand_done(draft, task_id, result)
    transfers_told(draft, draft.notices[told:])


def transfers_told(draft: Draft, notices: list[Notice]) -> None:
    """Let builds and services hear of the images that have arrived for them, or have not."""
    if _is_building(draft):
        from fakedocker.operations.classic_builder import progress as building

        building.pull_told(draft, notices)
    if draft.service_tasks:
        from fakedocker.operations.swarm import controller

        controller.transfers_told(draft, notices)


def _on_health(draft: Draft, identifier: str) -> None:
    """A health check may have changed what is known of a container, which a task of a service may wait for."""
    if draft.service_tasks:
        from fakedocker.operations.swarm import controller

        controller.on_health(draft, identifier)


def _exited(draft: Draft, exited: Exited) -> None:
    kind, identifier = draft.processes.get(exited.pid, ("", ""))
    if kind == "container":
        container = draft.containers.get(identifier)
        if container is not None:
            exits.container_exited(draft, container, exited)
            fault_rules.container_ended(draft)
            if draft.service_tasks:
                from fakedocker.operations.swarm import controller

                controller.container_ended(draft, identifier, exited.status)
            if _is_building(draft):
                from fakedocker.operations.classic_builder import progress as building

                building.container_ended(draft, identifier, exited.status)
    elif kind == "exec":
        execs.exec_exited(draft, identifier, exited)
    elif kind == "health":
        health.probe_exited(draft, identifier, exited)
        _on_health(draft, identifier)
    elif kind == fetching.KIND:
        draft.processes.pop(exited.pid)
        fetching.fetched(draft, identifier, exited.status)
    elif kind == "solve":
        from fakedocker.operations.buildkit import solver
        from fakedocker.operations.classic_builder import progress as building

        draft.processes.pop(exited.pid)
        solver.process_ended(draft, identifier, exited.status)
        building.fetched(draft, identifier, exited.status)
    else:
        draft.notify("exited", exited.pid, exited.status)


def _alarm(draft: Draft, alarm: Alarm) -> None:
    kind, key = alarm.key
    if kind == "stop":
        stop.grace_over(draft, key)
    elif kind == "restart":
        exits.restart_due(draft, key)
    elif kind == "health":
        health.due(draft, key)
        _on_health(draft, key)
    elif kind == "health-timeout":
        health.timed_out(draft, key)
        _on_health(draft, key)
    elif kind == "remove":
        remove.removal_due(draft, *key)
    elif kind == fault_rules.ALARM:
        fault_rules.due(draft, key)
    elif kind == transfer_schedule.ALARM:
        told = len(draft.notices)
        transfers.due(draft, key)
        transfers_told(draft, draft.notices[told:])
    elif kind == builds.ALARM:
        from fakedocker.operations.classic_builder import progress as building

        building.due(draft, key)
    elif kind == solves.ALARM:
        from fakedocker.operations.buildkit import solver

        solver.due(draft, *key)
    elif kind.startswith("swarm"):
        from fakedocker.operations.swarm import controller

        controller.due(draft, kind, key)
    else:
        draft.notify("alarm", kind, key)
