"""A picture as SVG, drawn by itself: no fonts, scripts or files besides. Readable on light and on dark pages.

Owns the layout: graphs in columns by what a box stands for, stacks from top to bottom, lanes from left to right with
equal room for each stretch of time. A state is told by its glyph and word; colours only repeat it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple
from xml.sax.saxutils import escape

from fakedocker_shell.pictures.model import LANES, STACK, Node, Picture
from fakedocker_shell.pictures.plain import after

_CHARACTER, _LINE, _PADDING, _GAP, _MARGIN = 7.3, 17, 9, 14, 18
_COLUMN_GAP = 60
_TITLE = 34
_STRETCH, _SPAN_HEIGHT, _LANE_HEIGHT = 62, 26, 44
_PASSING_NS = 1_000_000_000
_COLUMNS = {"port": 0, "image": 0, "container": 1, "network": 2, "volume": 2}
_FILLS = {
    "port": "#e8eefc", "container": "#ffffff", "network": "#eaf6ec", "volume": "#fdf3e3", "image": "#f1ecf8", "layer": "#f1ecf8",
}  # fmt: skip
_STATE_FILLS = {"●": "#dff3e2", "○": "#f9e3e1", "·": "#eeeeee", "‖": "#fdf3e3", "↻": "#fdf3e3", "✗": "#f9e3e1"}
_MARKS = {"+": "#2e7d32", "~": "#b26a00", "-": "#b3261e"}
_INK, _LINE_INK, _PAPER = "#1f2328", "#6e7781", "#fcfcfd"


class _Line(NamedTuple):
    left: str
    right: str
    label: str


class _Box(NamedTuple):
    x: float
    y: float
    width: float
    height: float


def write(picture: Picture) -> str:
    """The whole document."""
    if picture.kind == LANES:
        parts, width, height = _lanes(picture)
    else:
        parts, width, height = _boxes(picture)
    width = max(width, len(picture.title) * (_CHARACTER + 1) + 2 * _MARGIN)
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" height="{height:.0f}" '
        f'role="img" font-family="ui-monospace, Menlo, Consolas, &apos;DejaVu Sans Mono&apos;, monospace" font-size="12">'
    )
    return "\n".join(
        [
            head,
            f"<title>{escape(picture.title)}</title>",
            f'<rect width="100%" height="100%" rx="10" fill="{_PAPER}" stroke="#d0d7de"/>',
            _text(_MARGIN, _MARGIN + 8, picture.title, weight="bold"),
            *parts,
            "</svg>",
            "",
        ]
    )


# parts


def _text(x: float, y: float, text: str, ink: str = _INK, weight: str = "", anchor: str = "") -> str:
    more = (f' font-weight="{weight}"' if weight else "") + (f' text-anchor="{anchor}"' if anchor else "")
    return f'<text x="{x:.1f}" y="{y:.1f}" fill="{ink}"{more} xml:space="preserve">{escape(text)}</text>'


def _rectangle(box: _Box, fill: str, stroke: str = _LINE_INK, dashed: bool = False) -> str:
    dash = ' stroke-dasharray="4 3"' if dashed else ""
    return (
        f'<rect x="{box.x:.1f}" y="{box.y:.1f}" width="{box.width:.1f}" height="{box.height:.1f}" rx="6" '
        f'fill="{fill}" stroke="{stroke}"{dash}/>'
    )


def _size(node: Node) -> tuple[float, float]:
    longest = max(len(line) for line in node.lines) + (2 if node.mark else 0)
    return longest * _CHARACTER + 2 * _PADDING, len(node.lines) * _LINE + 2 * _PADDING - 5


def _fill(node: Node) -> str:
    for line in node.lines:
        if line[:1] in _STATE_FILLS and line[1:2] == " ":
            return _STATE_FILLS[line[0]]
    return _FILLS.get(node.kind, "#ffffff")


def _node(node: Node, box: _Box) -> Iterator[str]:
    yield _rectangle(box, _fill(node), _MARKS.get(node.mark, _LINE_INK), node.mark == "-")
    for number, line in enumerate(node.lines):
        text = f"{node.mark} {line}" if node.mark and not number else line
        yield _text(box.x + _PADDING, box.y + _PADDING + 8 + number * _LINE, text, weight="bold" if not number else "")


# graphs and stacks


def _boxes(picture: Picture) -> tuple[list[str], float, float]:
    if picture.groups:
        return _grouped(picture)
    columns: dict[int, list[Node]] = {}
    for node in picture.nodes:
        columns.setdefault(0 if picture.kind == STACK else _COLUMNS.get(node.kind, 1), []).append(node)
    gap = 0 if picture.kind == STACK else _GAP
    places: dict[str, _Box] = {}
    x = float(_MARGIN)
    bottom = float(_TITLE)
    for column in sorted(columns):
        width = max(_size(node)[0] for node in columns[column])
        y = float(_TITLE + _MARGIN)
        for node in columns[column]:
            places[node.id] = _Box(x, y, width, _size(node)[1])
            y += _size(node)[1] + gap
        bottom = max(bottom, y)
        x += width + _column_gap(picture, {node.id for node in columns[column]})
    right = max((box.x + box.width for box in places.values()), default=200.0)
    parts = [*_edges(picture, places), *(part for node in picture.nodes for part in _node(node, places[node.id]))]
    if not places:
        parts = [_text(_MARGIN, _TITLE + _MARGIN, "nothing")]
        bottom += _MARGIN
    return parts, right + _MARGIN, bottom + _MARGIN


def _column_gap(picture: Picture, names: set[str]) -> float:
    """Room for the words on the lines between a column and the next."""
    labels = [edge.label for edge in picture.edges if edge.source in names and edge.label]
    return max((len(label) * _CHARACTER for label in labels), default=0.0) + _COLUMN_GAP


def _grouped(picture: Picture) -> tuple[list[str], float, float]:
    parts: list[str] = []
    y = float(_TITLE + 8)
    right = 0.0
    for group in picture.groups:
        members = [node for node in picture.nodes if node.group == group.id]
        x = float(2 * _MARGIN)
        tallest = max((_size(node)[1] for node in members), default=0.0)
        inner: list[str] = []
        for node in members:
            inner += _node(node, _Box(x, y + 28, _size(node)[0], tallest))
            x += _size(node)[0] + _GAP
        height = 28 + tallest + (_GAP if members else 4)
        width = max(x, len(group.label) * _CHARACTER + 4 * _MARGIN) - _MARGIN
        parts += [
            _rectangle(_Box(_MARGIN, y, width, height), _FILLS["network"]),
            _text(2 * _MARGIN, y + 18, group.label, weight="bold"),
            *inner,
        ]
        right = max(right, width + _MARGIN)
        y += height + _GAP
    return parts, right + _MARGIN, y + 4


def _edges(picture: Picture, places: dict[str, _Box]) -> Iterator[str]:
    """Each line from the box on the left to the one on the right; those that share a side are spread over it."""
    lines = []
    for edge in picture.edges:
        left, right = sorted((edge.source, edge.target), key=lambda name: places[name].x)
        lines.append(_Line(left, right, edge.label))
    leaving = {
        line: _spread(places, line, [other for other in lines if other.left == line.left], False) for line in lines
    }
    arriving = {
        line: _spread(places, line, [other for other in lines if other.right == line.right], True) for line in lines
    }
    for line in lines:
        x1, y1 = places[line.left].x + places[line.left].width, leaving[line]
        x2, y2 = places[line.right].x, arriving[line]
        middle = (x1 + x2) / 2
        yield (
            f'<path d="M {x1:.1f} {y1:.1f} C {middle:.1f} {y1:.1f} {middle:.1f} {y2:.1f} {x2:.1f} {y2:.1f}" '
            f'fill="none" stroke="{_LINE_INK}"/>'
        )
    for line in lines:
        if line.label:
            yield _text(places[line.left].x + places[line.left].width + 8, leaving[line] - 4, line.label, _LINE_INK)


def _spread(places: dict[str, _Box], line: _Line, sharing: list[_Line], arrives: bool) -> float:
    """Where on a side of a box a line ends, among those that share it, in the order of their other sides."""
    box = places[line.right if arrives else line.left]
    order = sorted(sharing, key=lambda other: (places[other.left if arrives else other.right].y, other))
    return box.y + box.height * (order.index(line) + 1) / (len(order) + 1)


# lanes


def _lanes(picture: Picture) -> tuple[list[str], float, float]:
    """Every instant at which something changes is a line; between two of them there is room for words."""
    nodes = [node for node in picture.nodes if not _is_passing(node)]
    left = _MARGIN + max((len(group.label) for group in picture.groups), default=0) * _CHARACTER + _GAP
    places = _places(picture, nodes, left)
    parts: list[str] = []
    top = _TITLE + 30
    bottom = top + len(picture.groups) * _LANE_HEIGHT
    labelled: set[float] = set()
    for instant, x in places.items():
        if x not in labelled:
            labelled.add(x)
            parts.append(f'<line x1="{x:.1f}" y1="{top - 8}" x2="{x:.1f}" y2="{bottom}" stroke="#d8dee4"/>')
            parts.append(_text(x, top - 14, after(instant - picture.from_ns), _LINE_INK, anchor="middle"))
    for row, group in enumerate(picture.groups):
        y = top + row * _LANE_HEIGHT + 6
        parts.append(_text(_MARGIN, y + 17, group.label, weight="bold"))
        for node in nodes:
            if node.group == group.id:
                start, end = places[node.from_ns], places[node.until_ns or picture.until_ns]
                parts += _span(node, _Box(start, y, max(end - start, 4), _SPAN_HEIGHT))
    return parts, max(places.values(), default=0.0) + 40 + _MARGIN, bottom + _MARGIN


def _is_passing(node: Node) -> bool:
    """Whether a span is over so soon that nobody would look for it; how something has ended always matters."""
    return 0 < node.until_ns < node.from_ns + _PASSING_NS and not node.lines[0].startswith("○")


def _places(picture: Picture, nodes: list[Node], left: float) -> dict[int, float]:
    """Where each instant stands: far enough from the next for what is told between, at the same place where nothing is."""
    instants = sorted(
        {instant for node in nodes for instant in (node.from_ns, node.until_ns) if instant} | {picture.until_ns}
    )
    spans = {(node.from_ns, node.until_ns or picture.until_ns): node for node in nodes}
    places: dict[int, float] = {}
    x = left
    for number, instant in enumerate(instants):
        if number:
            before = instants[number - 1]
            between = spans.get((before, instant))
            if between is not None:
                x += max(len(between.lines[0]) * _CHARACTER + 2 * _PADDING, _STRETCH)
            elif instant - before >= _PASSING_NS:
                x += _STRETCH
        places[instant] = x
    return places


def _span(node: Node, box: _Box) -> Iterator[str]:
    yield _rectangle(box, _STATE_FILLS.get(node.lines[0][:1], "#ffffff"), dashed=node.mark == "-")
    yield _text(box.x + _PADDING, box.y + 17, node.lines[0])
