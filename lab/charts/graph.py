"""A functional model as a drawing: boxes in layers from the inputs down to the outputs, with shapes, as SVG text.

Nothing is fetched and nothing is computed in the browser. Colours are those of the page around it (`currentColor`), so
that it is readable in a light and a dark theme; kinds of boxes differ by their outline, not by colour alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from itertools import pairwise
from typing import Literal
from unicodedata import east_asian_width

from lab.model.layer_table import LayerRow
from lab.spec.experiment import GraphSpec

Kind = Literal["input", "node", "shared", "merge", "output", "bend"]

LETTER, LINE = 8.2, 19  # pixels: an average letter of 15 px text, and one line of it
PADDING, GAP_X, GAP_Y = 12, 22, 34
BEND_WIDTH = 14  # room for an edge that passes a layer
BOLD = " font-weight='600'"


@dataclass
class Box:
    """One box, or the bend of an edge that passes a layer; (x, y) is its middle, in pixels."""

    name: str
    kind: Kind
    lines: tuple[str, ...] = ()
    depth: int = 0
    reads: list[str] = field(default_factory=list)
    x: float = 0.0
    y: float = 0.0

    @property
    def width(self) -> float:
        return BEND_WIDTH if self.kind == "bend" else max(map(text_width, self.lines)) + 2 * PADDING

    @property
    def height(self) -> float:
        return LINE * len(self.lines) + PADDING


def graph_svg(
    graph: GraphSpec,
    rows: Sequence[LayerRow],
    labels: Mapping[str, Sequence[str]],
    *,
    title: str,
    merging: frozenset[str] = frozenset(),
) -> str:
    """The drawing.

    Args:
        rows: of `lab.model.layer_table.graph_table`.
        labels: lines of text in the box of each input, node and output ("out:" before an output's name).
        title: text alternative for those who do not see it.
        merging: types of layers that merge.
    """
    boxes = _boxes(graph, rows, labels, merging)
    levels = _levels(boxes)
    width, height = _place(boxes, levels)
    edges = [_edge(boxes[source], box) for box in boxes.values() for source in box.reads if source in boxes]
    drawn = [_drawn(box) for box in boxes.values() if box.kind != "bend"]
    return (
        f'<svg class="lab-graph" role="img" viewBox="0 0 {width:.0f} {height:.0f}" width="{width:.0f}" '
        f'style="max-width:100%;height:auto;display:block;margin:0 auto" aria-label="{escape(title)}">'
        f"<title>{escape(title)}</title>"
        f'<g fill="none" stroke="currentColor" stroke-opacity="0.55" stroke-width="1.8">{"".join(edges)}</g>'
        f'<g fill="currentColor" font-size="15" text-anchor="middle" font-family="inherit">{"".join(drawn)}</g></svg>'
    )


def text_width(text: str) -> float:
    """Pixels that a line of text takes; a Hangul syllable is nearly twice as wide as a letter."""
    return sum(LETTER * (1.75 if east_asian_width(letter) in "WF" else 1) for letter in text)


def _boxes(
    graph: GraphSpec, rows: Sequence[LayerRow], labels: Mapping[str, Sequence[str]], merging: frozenset[str]
) -> dict[str, Box]:
    boxes = {name: Box(name, "input", tuple(labels[name])) for name in graph.inputs}
    for row in rows:
        kind: Kind = "shared" if row.shares else "merge" if row.type in merging else "node"
        depth = 1 + max((boxes[name].depth for name in row.reads), default=0)
        boxes[row.id] = Box(row.id, kind, tuple(labels[row.id]), depth, list(row.reads))
    last = max((box.depth for box in boxes.values()), default=0) + 1
    for output in graph.outputs:
        key = f"out:{output.name}"
        boxes[key] = Box(key, "output", tuple(labels[key]), last, [] if output.reads is None else [output.reads])
    return boxes


def _levels(boxes: dict[str, Box]) -> list[list[Box]]:
    """Boxes by depth. An edge over several depths gets a bend at each, so that it runs past the boxes between."""
    for box in list(boxes.values()):
        box.reads = [_bent(boxes, boxes[source], box) for source in box.reads if source in boxes]
    depth = max(box.depth for box in boxes.values())
    levels = [[box for box in boxes.values() if box.depth == level] for level in range(depth + 1)]
    for upper, lower in pairwise(levels):
        places = {box.name: place for place, box in enumerate(upper)}
        lower.sort(key=lambda box: _middle([places[name] for name in box.reads if name in places]))
    return levels


def _bent(boxes: dict[str, Box], source: Box, box: Box) -> str:
    for depth in range(source.depth + 1, box.depth):
        bend = Box(f"{source.name}>{box.name}@{depth}", "bend", depth=depth, reads=[source.name])
        source = boxes.setdefault(bend.name, bend)
    return source.name


def _middle(places: Sequence[float]) -> float:
    return sum(places) / len(places) if places else 0.0


def _place(boxes: dict[str, Box], levels: list[list[Box]]) -> tuple[float, float]:
    """Give each box its middle: every level in the order found, as near below what it reads as there is room."""
    top = 4.0
    for level in levels:
        tall = max((box.height for box in level), default=0.0)
        right = 0.0
        for box in level:
            wish = _middle([boxes[name].x for name in box.reads]) if box.reads else right + box.width / 2
            box.x = max(wish, right + box.width / 2)
            box.y = top + tall / 2
            right = box.x + box.width / 2 + GAP_X
        top += tall + GAP_Y
    _centre(levels)
    left = min(box.x - box.width / 2 for box in boxes.values()) - 4
    for box in boxes.values():
        box.x -= left
    return max(box.x + box.width / 2 for box in boxes.values()) + 4, top - GAP_Y + 4


def _centre(levels: list[list[Box]]) -> None:
    """Move each level as a whole so that its middle stands below that of the widest one."""
    spans = [(level[0].x - level[0].width / 2, level[-1].x + level[-1].width / 2) for level in levels if level]
    left, right = max(spans, key=lambda span: span[1] - span[0])
    for level in levels:
        if level:
            start, end = level[0].x - level[0].width / 2, level[-1].x + level[-1].width / 2
            for box in level:
                box.x += (left + right) / 2 - (start + end) / 2


def _edge(source: Box, box: Box) -> str:
    x1, y1 = source.x, source.y + (source.height / 2 if source.kind != "bend" else 0)
    x2, y2 = box.x, box.y - (box.height / 2 if box.kind != "bend" else 0)
    bow = (y2 - y1) / 2
    path = f'<path d="M{x1:.1f},{y1:.1f}C{x1:.1f},{y1 + bow:.1f} {x2:.1f},{y2 - bow:.1f} {x2:.1f},{y2:.1f}"/>'
    if box.kind == "bend":
        return path
    return path + f'<path d="M{x2 - 5:.1f},{y2 - 8:.1f}L{x2:.1f},{y2:.1f}L{x2 + 5:.1f},{y2 - 8:.1f}"/>'


def _drawn(box: Box) -> str:
    left, top = box.x - box.width / 2, box.y - box.height / 2
    corner = {"input": box.height / 2, "output": box.height / 2, "merge": 0}.get(box.kind, 6)
    dash = ' stroke-dasharray="6 4"' if box.kind == "shared" else ""
    thick = 3 if box.kind in ("input", "output") else 1.6
    frame = (
        f'<rect x="{left:.1f}" y="{top:.1f}" width="{box.width:.1f}" height="{box.height:.1f}" rx="{corner:.0f}" '
        f'fill="currentColor" fill-opacity="0.06" stroke="currentColor" stroke-width="{thick}"{dash}/>'
    )
    first = top + PADDING / 2 + LINE * 0.75
    lines = "".join(
        f'<text x="{box.x:.1f}" y="{first + LINE * place:.1f}"{BOLD if place == 0 else ""}>{escape(line)}</text>'
        for place, line in enumerate(box.lines)
    )
    return f'<g data-box="{escape(box.name)}" data-kind="{box.kind}">{frame}{lines}</g>'
