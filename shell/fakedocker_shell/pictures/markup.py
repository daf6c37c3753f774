"""A picture in the languages of documents: mermaid, Graphviz's dot, and JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator

import msgspec

from fakedocker_shell.pictures.model import LANES, STACK, Node, Picture
from fakedocker_shell.pictures.plain import after

_SHAPES = {"image": ("[/", "/]"), "volume": ("[(", ")]"), "network": ("{{", "}}"), "port": ("([", "])")}
_DOT_SHAPES = {"image": "folder", "volume": "cylinder", "network": "hexagon", "port": "cds"}


def write_json(picture: Picture) -> str:
    """Every part of it, its fields as they are called in `model`."""
    return json.dumps(msgspec.to_builtins(picture), indent=2, ensure_ascii=False)


def write_mermaid(picture: Picture) -> str:
    """For Markdown: a flowchart, or a timeline."""
    if picture.kind == LANES:
        return "\n".join(["timeline", f"    title {_plain(picture.title)}", *_mermaid_lanes(picture)])
    names = _names(picture)
    lines = ["flowchart TB" if picture.kind == STACK else "flowchart LR"]
    for group in picture.groups:
        lines.append(f'    subgraph {_group_name(picture, group.id)}["{_escaped(group.label)}"]')
        lines += [f"    {line}" for line in _mermaid_nodes(picture, names, group.id)]
        lines.append("    end")
    lines += _mermaid_nodes(picture, names, "")
    for source, target, label in _lines(picture):
        lines.append(f"    {names[source]} -->{f'|{_quoted(label)}|' if label else ''} {names[target]}")
    return "\n".join(lines)


def write_dot(picture: Picture) -> str:
    """For Graphviz."""
    names = _names(picture)
    lines = [f"digraph {_quoted(picture.title)} {{", f"  rankdir={'TB' if picture.kind == STACK else 'LR'};"]
    lines.append('  node [shape=box, style=rounded, fontname="monospace"];')
    for group in picture.groups:
        lines.append(f"  subgraph cluster_{_group_name(picture, group.id)} {{")
        lines.append(f"    label={_quoted(group.label)};")
        lines += [f"  {_dot_node(node, names)}" for node in picture.nodes if node.group == group.id]
        lines.append("  }")
    lines += [_dot_node(node, names) for node in picture.nodes if not node.group]
    for source, target, label in _lines(picture):
        lines.append(f"  {names[source]} -> {names[target]}{f' [label={_quoted(label)}]' if label else ''};")
    return "\n".join([*lines, "}"])


def _names(picture: Picture) -> dict[str, str]:
    return {node.id: f"n{number}" for number, node in enumerate(picture.nodes)}


def _group_name(picture: Picture, identifier: str) -> str:
    return f"g{[group.id for group in picture.groups].index(identifier)}"


def _lines(picture: Picture) -> Iterator[tuple[str, str, str]]:
    """The lines between boxes; those of a stack and of a lane go from each box to the next."""
    yield from ((edge.source, edge.target, edge.label) for edge in picture.edges)
    if picture.kind in (STACK, LANES):
        for before, node in zip(picture.nodes, picture.nodes[1:], strict=False):
            if before.group == node.group:
                label = after(node.from_ns - picture.from_ns) if picture.kind == LANES else ""
                yield before.id, node.id, label


def _texts(node: Node) -> list[str]:
    first, *rest = node.lines
    return [f"{node.mark} {first}" if node.mark else first, *rest]


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;").replace(">", "&gt;")


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _plain(text: str) -> str:
    """Without what mermaid's timelines take for punctuation."""
    return text.replace(":", " ").replace(";", ",").replace("#", " ")


def _mermaid_nodes(picture: Picture, names: dict[str, str], group: str) -> Iterator[str]:
    for node in picture.nodes:
        if node.group == group:
            left, right = _SHAPES.get(node.kind, ("[", "]"))
            yield f'    {names[node.id]}{left}"{"<br>".join(map(_escaped, _texts(node)))}"{right}'


def _mermaid_lanes(picture: Picture) -> Iterator[str]:
    for group in picture.groups:
        yield f"    section {_plain(group.label)}"
        for node in picture.nodes:
            if node.group == group.id:
                yield f"        {after(node.from_ns - picture.from_ns)} : {_plain(node.lines[0])}"


def _dot_node(node: Node, names: dict[str, str]) -> str:
    label = _quoted("\n".join(_texts(node))).replace("\n", "\\n")
    shape = _DOT_SHAPES.get(node.kind)
    return f"  {names[node.id]} [label={label}{f', shape={shape}' if shape else ''}];"
