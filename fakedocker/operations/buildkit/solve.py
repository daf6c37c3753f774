"""A build in the middle of a reaction: its task, the states of its vertices, and what it says.

Lives no longer than one reaction; everything that outlasts it is in the task, which `save` puts back.
"""

from __future__ import annotations

from msgspec.structs import replace

from fakedocker.build.graph import NOTHING, ContextOp, GitOp, HttpOp, Vertex
from fakedocker.filesystem.tree import Tree
from fakedocker.operations.buildkit.progress import SolveEnd, Teller
from fakedocker.wire.buildkit import SolveStatus
from fakedocker.world import solves
from fakedocker.world.draft import Draft
from fakedocker.world.solves import SolveTask, VertexState

WHOLE = -1
"""In place of a vertex in timers: the opening, or the export."""


class Solve:
    """See the module's docstring."""

    def __init__(self, draft: Draft, task: SolveTask) -> None:
        self.draft = draft
        self.task = task
        self.states = list(task.states)

    def change(self, **fields: object) -> None:
        """Other values for fields of the task."""
        self.task = replace(self.task, **fields)

    def change_state(self, index: int, **fields: object) -> None:
        """Other values for fields of a vertex's state."""
        self.states[index] = replace(self.states[index], **fields)

    def save(self) -> None:
        """Put the task back into the world."""
        self.change(states=tuple(self.states))
        self.draft.tasks[self.task.id] = self.task

    def tell(self, *news: SolveStatus) -> None:
        """News for the client."""
        for status in news:
            self.draft.notify("progress", self.task.id, status)

    def teller(self, index: int) -> Teller:
        return Teller.of(self.task, self.task.vertices[index])

    def set_timer(self, at_ns: int, index: int) -> int:
        """Let `due` be called for a vertex, or for WHOLE, at an instant."""
        return self.draft.kernel.set_timer(at_ns, (solves.ALARM, (self.task.id, index)))

    def vertex(self, index: int) -> Vertex:
        return self.task.vertices[index]

    def state(self, index: int) -> VertexState:
        return self.states[index]

    def tree(self, index: int) -> Tree:
        """The files that a vertex has come to."""
        if index == NOTHING:
            return Tree.empty()
        if isinstance(self.vertex(index).op, ContextOp | HttpOp | GitOp):
            return self.states[index].tree or self.task.context
        chain = self.states[index].chain
        return self.draft.layers[chain].tree if chain else Tree.empty()

    def chain(self, index: int) -> str:
        """The layers that a vertex has come to, as a chain id; "" for none."""
        return "" if index == NOTHING else self.states[index].chain

    def end(self, how: SolveEnd) -> None:
        """The build is over."""
        del self.draft.tasks[self.task.id]
        self.draft.notify("done", self.task.id, how)
