"""A build from step to step: what happens when its time, its container or its pull has come, and how it ends.

Source: moby builder/dockerfile/builder.go (dispatchDockerfileWithCancellation) and evaluator.go; recording build.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from fakedocker.base import reference
from fakedocker.base.identity import short
from fakedocker.base.messages import Refusal
from fakedocker.build.instructions import Arg, From
from fakedocker.build.lines import BadDockerfile
from fakedocker.build.plan import parse_trigger
from fakedocker.build.substitution import expand
from fakedocker.kernel.events import Exited
from fakedocker.operations.classic_builder import bases, downloads, running, steps
from fakedocker.operations.classic_builder.downloads import Outcome
from fakedocker.operations.classic_builder.session import STEP_NS, BuildFailure, Session, encoded
from fakedocker.operations.images import images
from fakedocker.operations.system.event_attributes import image_event
from fakedocker.world.builds import BuildTask, StageResult
from fakedocker.world.draft import Draft, Notice

STDERR = 2


def due(draft: Draft, task_id: int) -> None:
    """A build's timer has run out: its next step begins."""
    task = draft.tasks.get(task_id)
    if isinstance(task, BuildTask):
        session = Session(draft, task)
        session.change(timer=0)
        _step(session)


def pull_told(draft: Draft, notices: Iterable[Notice]) -> None:
    """A pull has told something: a build that waits for it passes it on, and goes on at its end."""
    for notice in notices:
        task = _waiting_for(draft, notice.key)
        if task is None:
            continue
        session = Session(draft, task)
        if notice.kind == "progress":
            session.send(notice.value)
            session.save()
        elif isinstance(notice.value, Refusal):
            _fail(session, notice.value.message)
        else:
            _step(session, announce=False)


def _waiting_for(draft: Draft, pull: int | str) -> BuildTask | None:
    """The build that waits for a pull; 0 is no pull's number."""
    return next((task for task in draft.tasks.values() if isinstance(task, BuildTask) and task.pull == pull), None)


def output(draft: Draft, container_id: str, descriptor: int, data: bytes) -> None:
    """A container has written something; that of a build's RUN is the build's output."""
    task = _running(draft, container_id)
    if task is not None:
        session = Session(draft, task)
        text = data.decode("utf-8", "replace")
        if descriptor == STDERR:
            session.say_error(text)
        else:
            session.say(text)
        session.save()


def container_ended(draft: Draft, container_id: str, exited: Exited) -> None:
    """A container has ended; if a RUN waits for it, its image is made."""
    task = _running(draft, container_id)
    if task is None or task.running is None:
        return
    session = Session(draft, task)
    try:
        running.finish(session, task.running, exited)
    except BuildFailure as problem:
        _fail(session, problem.message, problem.code)
        return
    _after_step(session)


def fetched_more(draft: Draft, sandbox: str, descriptor: int, data: bytes) -> bool:
    """What fetches a URL has written something. Whether it is one of a build's."""
    task = _fetching(draft, sandbox)
    if task is None or task.download is None:
        return False
    if descriptor != STDERR:
        session = Session(draft, task)
        session.change(download=replace(task.download, data=task.download.data + data))
        session.save()
    return True


def fetched(draft: Draft, sandbox: str, exited: Exited) -> None:
    """What fetches a URL has ended."""
    task = _fetching(draft, sandbox)
    if task is not None and task.download is not None:
        downloaded(draft, sandbox, downloads.of_curl(task.download.url, task.download.data, exited.status))


def downloaded(draft: Draft, sandbox: str, outcome: Outcome) -> None:
    """A URL has been fetched, or cannot be: the step goes on."""
    task = _fetching(draft, sandbox)
    if task is None or task.download is None:
        return
    session, download = Session(draft, task), task.download
    downloads.end(draft, sandbox)
    session.change(download=None)
    try:
        data = downloads.content_of(download.url, outcome)
    except Refusal as problem:
        _fail(session, f"ADD failed: {problem.message}")
        return
    download = replace(download, data=data, mtime_ns=outcome.mtime_ns)
    size_bytes = len(data)
    session.send(encoded(status="Downloading", progressDetail={"current": size_bytes, "total": size_bytes}))
    session.say("\n")
    session.change(downloaded=(*session.task.downloaded, download))
    _step(session, announce=False)


def _fetching(draft: Draft, sandbox: str) -> BuildTask | None:
    """The build that waits for a download."""
    for task in draft.tasks.values():
        if isinstance(task, BuildTask) and task.download is not None and task.download.sandbox == sandbox:
            return task
    return None


def _running(draft: Draft, container_id: str) -> BuildTask | None:
    """The build whose RUN has this container."""
    for task in draft.tasks.values():
        if isinstance(task, BuildTask) and task.running is not None and task.running.container_id == container_id:
            return task
    return None


def cancel(draft: Draft, task_id: int) -> None:
    """The client has gone: the build ends, and what its step was running with it."""
    task = draft.tasks.get(task_id)
    if not isinstance(task, BuildTask):
        return
    if task.timer:
        draft.kernel.cancel_timer(task.timer)
    if task.download is not None:
        downloads.end(draft, task.download.sandbox)
    del draft.tasks[task_id]
    Session(draft, task).remove_containers()
    draft.notify("done", task_id, None)


def _step(session: Session, announce: bool = True) -> None:
    """Carry out the next step, or the next trigger of the step that is under way."""
    task = session.task
    try:
        if task.triggers:
            complete = _trigger(session)
        elif task.position == task.plan.total:
            _finish(session)
            return
        else:
            complete = _planned(session, announce)
    except (BuildFailure, Refusal) as problem:
        _fail(session, problem.message, problem.code if isinstance(problem, BuildFailure) else 0)
        return
    if complete:
        _after_step(session)
    else:
        session.save()


def _planned(session: Session, announce: bool) -> bool:
    """The step of the plan that is next; whether it is complete."""
    plan, position = session.task.plan, session.task.position
    step = plan.at(position)
    if announce:
        session.say(f"Step {position + 1}/{plan.total} : {step.text}")
        session.say("\n")
    if position < len(plan.arguments):
        assert isinstance(step, Arg)
        _declare_early(session, step)
        return True
    if isinstance(step, From):
        return bases.open_stage(session, step)
    return steps.carry_out(session, step)


def _trigger(session: Session) -> bool:
    """The next instruction that the base image asks for; whether it is complete."""
    text, *rest = session.task.triggers
    try:
        step = parse_trigger(text)
    except BadDockerfile as problem:
        raise BuildFailure(str(problem)) from None
    complete = steps.carry_out(session, step)
    if not session.task.pull and session.task.download is None:
        session.change(triggers=tuple(rest))
    return complete


def _declare_early(session: Session, step: Arg) -> None:
    arguments, escape = session.task.arguments, session.task.plan.escape
    for written, default in step.pairs:
        try:
            name = expand(written, arguments.values(), escape)
            value = None if default is None else expand(default, arguments.values(), escape)
        except BadDockerfile as problem:
            raise BuildFailure(str(problem)) from None
        arguments = arguments.declare_early(name, value)
    session.change(arguments=arguments)


def _after_step(session: Session) -> None:
    """A step, or one trigger of it, is complete: clean up, name the image, and set the time of the next."""
    task = session.task
    if task.options.remove:
        session.remove_containers()
    if not session.task.triggers:
        if task.position >= len(task.plan.arguments):
            session.say(f" ---> {short(session.stage.image_id)}\n")
        if task.plan.ends_stage(task.position):
            _end_stage(session)
        session.change(position=task.position + 1)
    session.save(STEP_NS)


def _end_stage(session: Session) -> None:
    stage = session.stage
    if stage.image_id:
        session.send(encoded(aux={"ID": stage.image_id}))
    session.change(
        results=(*session.task.results, StageResult(stage.name, stage.image_id)),
        arguments=session.task.arguments.with_used(stage.arguments.used),
    )


def _finish(session: Session) -> None:
    """Every step is done: the image gets its names."""
    draft, task = session.draft, session.task
    unused = task.arguments.unused()
    if unused:
        session.say(f"[Warning] One or more build-args [{' '.join(unused)}] were not consumed\n")
    image_id = task.stage.image_id if task.stage is not None else ""
    if not image_id:
        _fail(session, "No image was generated. Is your Dockerfile empty?")
        return
    session.say(f"Successfully built {short(image_id)}\n")
    for name in task.options.tags:
        images.set_reference(draft, name, image_id)
        draft.tag_times[image_id] = draft.now_ns
        familiar = reference.parse(name).familiar
        image_event(draft, image_id, "tag", familiar)
        session.say(f"Successfully tagged {familiar}\n")
    if task.options.quiet:
        draft.notify("progress", task.id, encoded(stream=f"{image_id}\n"))
    del draft.tasks[task.id]
    draft.notify("done", task.id, None)


def _fail(session: Session, message: str, code: int = 0) -> None:
    """A step has failed: the build ends with the problem; what earlier steps have made stays."""
    draft = session.draft
    session.change(running=None)
    if session.task.options.force_remove:
        session.remove_containers()
    for line in session.task.kept_back:
        draft.notify("progress", session.task.id, line)
    detail = {"code": code, "message": message} if code else {"message": message}
    draft.notify("progress", session.task.id, encoded(errorDetail=detail, error=message))
    del draft.tasks[session.task.id]
    draft.notify("done", session.task.id, None)
