"""The lives of containers as spans of time, read from the events that the daemon remembers.

Docker keeps the last 256 events, so what is older shows only as the present state. It must not know how pictures are
drawn.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from fakedocker.base import identity
from fakedocker.containers.model import CREATED, EXITED, PAUSED, RUNNING
from fakedocker.world.world import Event, World
from fakedocker_shell.pictures.model import LANES, Group, Node, Picture
from fakedocker_shell.repl.drawing import GLYPHS, glyph_and_state

_REMOVED = "removed"
_STATES = {"create": CREATED, "start": RUNNING, "pause": PAUSED, "unpause": RUNNING, "die": EXITED, "destroy": _REMOVED}


class _Span(NamedTuple):
    from_ns: int
    state: str
    words: str


def timeline(world: World, names: Iterable[str] = ()) -> Picture:
    """A lane for each container that the events tell of, those that are gone included.

    Args:
        names: only these.
    """
    wanted = set(names)
    stories: dict[str, list[Event]] = {}
    titles: dict[str, str] = {}
    for event in world.events.entries(0):
        if event.type == "container":
            stories.setdefault(event.actor_id, []).append(event)
            titles[event.actor_id] = dict(event.attributes).get("name", identity.short(event.actor_id))
    for container in sorted(world.containers.values(), key=lambda container: container.number):
        stories.setdefault(container.id, [])
        titles[container.id] = container.name
    shown = [identifier for identifier in stories if not wanted or titles[identifier] in wanted]
    nodes = [node for identifier in shown for node in _spans(world, identifier, stories[identifier])]
    known = {node.group for node in nodes}
    groups = tuple(Group(identifier, titles[identifier]) for identifier in shown if identifier in known)
    title = f"life of {', '.join(sorted(wanted))}" if wanted else "timeline"
    from_ns = min((node.from_ns for node in nodes), default=world.now_ns)
    return Picture(title, LANES, tuple(nodes), (), groups, from_ns, world.now_ns)


def _spans(world: World, identifier: str, events: list[Event]) -> Iterator[Node]:
    found = list(_states(events))
    container = world.containers.get(identifier)
    if not found and container is not None:
        found = [_Span(container.created_ns, container.status, glyph_and_state(container))]
    if not found:
        return  # gone, and what is remembered of it is no change of its state
    ends = [span.from_ns for span in found[1:]] + [0]
    for number, (span, end_ns) in enumerate(zip(found, ends, strict=True)):
        if span.state == _REMOVED:
            yield Node(f"{identifier}/{number}", "span", (span.words,), identifier, "-", span.from_ns, span.from_ns)
        else:
            yield Node(f"{identifier}/{number}", "span", (span.words,), identifier, "", span.from_ns, end_ns)


def _states(events: list[Event]) -> Iterator[_Span]:
    notes: list[str] = []
    for event in events:
        if event.action == "oom":
            notes.append("out of memory")
        elif event.action.startswith("health_status: "):
            status = event.action.removeprefix("health_status: ")
            yield _Span(event.time_ns, RUNNING, f"{GLYPHS[RUNNING]} {status}")
        elif event.action in _STATES:
            state = _STATES[event.action]
            words = f"exited ({dict(event.attributes).get('exitCode', '?')})" if state == EXITED else state
            if notes and state == EXITED:
                words += f", {notes.pop()}"
            yield _Span(event.time_ns, state, f"{GLYPHS.get(state, '✗')} {words}")
