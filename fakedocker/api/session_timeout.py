"""How long a build waits for a session that its client has named and not opened yet.

Clients open it beside asking for the build, so that it may come later; one that does not come is missed.
Source: buildkit source/local, session/manager.go.
"""

from __future__ import annotations

from fakedocker.base import messages
from fakedocker.base.clock import SECOND_NS
from fakedocker.operations.buildkit import session_requests, solver
from fakedocker.world.asks import NOTICE
from fakedocker.world.draft import Draft, Notice

ALARM = "grpc"
"""The kind of timer by which calls give up waiting."""
_PATIENCE_NS = 5 * SECOND_NS


class SessionTimeout:
    """A part of the stream of a build.

    Args:
        task: the build's.
        session: its name.
    """

    def __init__(self, task: int, session: str) -> None:
        self._task = task
        self._session = session
        self._gives_up_ns = 0

    @property
    def subjects(self) -> tuple[tuple[str, str | int], ...]:
        """The notices that it hears."""
        return ((NOTICE, self._session), ("alarm", ALARM)) if self._session else ()

    def notice(self, draft: Draft, notice: Notice) -> None:
        """A notice; others than its own mean nothing."""
        if notice.kind == NOTICE and not self._gives_up_ns:
            self._gives_up_ns = draft.now_ns + _PATIENCE_NS
            draft.kernel.set_timer(self._gives_up_ns, (ALARM, self._gives_up_ns))
        elif notice.kind == "alarm" and notice.value == self._gives_up_ns and self._is_waiting(draft):
            solver.fail(draft, self._task, messages.NO_SESSION(name=self._session).message)

    def _is_waiting(self, draft: Draft) -> bool:
        return any(task == self._task for task, _ in session_requests.waiting_for(draft, self._session))
