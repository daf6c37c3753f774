"""A picture as text: trees, a stack, lines of time."""

from __future__ import annotations

from itertools import pairwise

from fakedocker.base import clock, units
from fakedocker_shell.pictures.model import GRAPH, STACK, Node, Picture


def write(picture: Picture, columns: int) -> str:
    """Lines no wider than the window; what is longer is cut."""
    if picture.kind == STACK:
        return "\n".join([picture.title, *_stack(picture, columns)])
    lines = _graph(picture) if picture.kind == GRAPH else _lanes(picture)
    return "\n".join(_cut(line, columns) for line in [picture.title, *lines])


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else text[: max(width - 1, 0)] + "…"


def after(duration_ns: int) -> str:
    """How long after the beginning, to the second where that says enough."""
    step_ns = clock.SECOND_NS if duration_ns >= 10 * clock.SECOND_NS else clock.MILLISECOND_NS
    return f"+{units.format_duration(duration_ns // step_ns * step_ns)}"


def one_line(node: Node) -> str:
    """A box as a line: its mark, and what stands in it."""
    return (f"{node.mark} " if node.mark else "") + "  ".join(node.lines)


def _graph(picture: Picture) -> list[str]:
    if not picture.nodes and not picture.groups:
        return ["  nothing"]
    lines = []
    for group in picture.groups:
        members = [node for node in picture.nodes if node.group == group.id]
        lines.append(group.label)
        lines += [f"{'└─' if node is members[-1] else '├─'} {one_line(node)}" for node in members]
    by_id = {node.id: node for node in picture.nodes}
    connected = {identifier for edge in picture.edges for identifier in (edge.source, edge.target)}
    for edge in picture.edges:
        label = f" {edge.label}" if edge.label else ""
        lines.append(f"  {one_line(by_id[edge.source])} → {one_line(by_id[edge.target])}{label}")
    lines += [f"  {one_line(node)}" for node in picture.nodes if not node.group and node.id not in connected]
    return lines


def _stack(picture: Picture, columns: int) -> list[str]:
    if not picture.nodes:
        return ["  nothing"]
    rows = [
        (node.lines[0], node.lines[1] if len(node.lines) > 1 else "", " ".join(node.lines[2:]))
        for node in picture.nodes
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    widths[2] = max(min(widths[2], columns - widths[0] - widths[1] - 9), 0)
    cells = [
        f"│ {row[0]:<{widths[0]}}  {row[1]:>{widths[1]}}  {_cut(row[2], widths[2]):<{widths[2]}} │" for row in rows
    ]
    rule = "─" * (len(cells[0]) - 2)
    inside = [line for pair in pairwise([*cells, ""]) for line in ((pair[0], f"├{rule}┤") if pair[1] else (pair[0],))]
    return [f"┌{rule}┐", *inside, f"└{rule}┘"]


def _lanes(picture: Picture) -> list[str]:
    if not picture.nodes:
        return ["  nothing has happened"]
    names = {group.id: group.label for group in picture.groups}
    width = max(len(name) for name in names.values())
    rows = []
    for node in sorted(picture.nodes, key=lambda node: node.from_ns):
        lasted = (
            ""
            if not node.until_ns or node.until_ns == node.from_ns
            else f"  for {after(node.until_ns - node.from_ns)[1:]}"
        )
        since = f"{clock.rfc3339_seconds(node.from_ns)[11:19]}  {after(node.from_ns - picture.from_ns):>10}"
        rows.append(f"  {since}  {names[node.group]:<{width}}  {node.lines[0]}{lasted}")
    return [
        *rows,
        f"  {clock.rfc3339_seconds(picture.until_ns)[11:19]}  {after(picture.until_ns - picture.from_ns):>10}  now",
    ]
