"""The classic builder's steps: what each instruction runs, copies or changes.

Source: moby builder/dockerfile/dispatchers.go.
"""

from __future__ import annotations

from fakedocker.build import instructions as kinds
from fakedocker.build.instructions import Step
from fakedocker.operations.classic_builder import configuring, copying, running
from fakedocker.operations.classic_builder.session import Session

_NOP = "#(nop) "


def carry_out(session: Session, step: Step) -> bool:
    """Carry out one step.

    Returns:
        False while it waits for its container, or for an image to copy from. A step whose image has come is carried out
        again; one whose container has ended is not.

    Raises:
        BuildFailure, Refusal: with docker's words.
    """
    if isinstance(step, kinds.Run):
        running.run(session, step)
        return session.task.running is None
    if isinstance(step, kinds.Copy):
        return copying.copy(session, step)
    if isinstance(step, kinds.Workdir):
        _workdir(session, step)
        return True
    comment = configuring.change(session, step)
    running.metadata(session, _NOP, comment)
    return True


def _workdir(session: Session, step: kinds.Workdir) -> None:
    running.workdir(session, configuring.enter(session, step))
