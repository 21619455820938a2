"""A network as a drawing, the same for sequential and functional models: layers as columns from left to right.

A wire is as thick as its weight is large; colour and dashes tell the sign. The bias is a mark within its unit: a full
blue one above zero, an orange ring below. A target is no unit, and the band to it no weight: it is a square in which
the loss compares. Nothing is fetched and nothing computed in the browser. All else is drawn in the colour of the page
around it (`currentColor`), light or dark.
"""

import math
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal
from unicodedata import east_asian_width
from xml.etree.ElementTree import Element, tostring

from lab.charts.cache import Kept
from lab.charts.markup import element
from lab.charts.network_words import is_folded, lines_of, own_word, sentences_of
from lab.charts.pixels import grey_image, signed_image
from lab.charts.style import BLUE, VERMILION
from lab.model.drawn import DrawnNetwork, DrawnNode, Wires
from lab.texts import Language, say

TEXT, LETTER, LINE = 15, 9.0, 19  # pixels: the size of letters, a broad one of them, and one line
STEP, RADIUS = 21, 8  # from one unit to the next
CARD = 44  # side of a block
TILE, TILE_GAP = 30, 4  # of a unit that is drawn as an image, and to the next
IMAGE, ABREAST = 76, 4  # of an input that is one, or of all filters, so many of them side by side
ABREAST_FROM, TILES_FROM = 17, 9  # so many units, and so many images, stand in two columns
CROWDED = 16  # from one to the next of so many that have names
COLUMN_GAP, NARROW_GAP = 64, 40  # room for wires, on a wide and a narrow screen
NODE_GAP = 26  # between two nodes of a column
FRAME = 4  # around everything
LABEL_GAP = 8  # between a unit and its name
THINNEST, THICKEST = 0.7, 6.0  # pixels, of a wire
LARGEST_BIAS = 5.5  # pixels, radius of the mark of a bias as large as the largest weight
ABOVE, BELOW, DASHES = BLUE, VERMILION, "7 4"  # of weights above and below zero
MOST_LETTERS, FEW_LETTERS = 18, 9  # of a unit's name, on a wide and a narrow screen
COMPARED = "≈"  # what a network gives, and the target
FEW_UNITS = 16  # of a layer, on a phone and for a projector
DRAWINGS, DRAWINGS_BYTES = 200, 2_000_000  # kept, packed to a tenth
FASTEST = 1  # way of packing
LARGER = 2.0  # times are the letters larger for a projector, beside units of the same size

# as much as there is; few words; fewer units as well; few words for the last row of a lecture hall
Room = Literal["wide", "narrow", "phone", "large"]


@dataclass
class Place:
    """Where a node stands, or the bend of a wire that passes a column; (x, y) is the middle of its units.

    Args:
        larger: how many times as large as usual its letters are.
    """

    node: DrawnNode | None
    depth: int
    reads: list[str]
    lines: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    larger: float = 1.0
    x: float = 0.0
    y: float = 0.0
    units: list[tuple[float, float]] = field(default_factory=list)

    @property
    def step(self) -> float:
        """From one unit to the next, so that no name lies over another."""
        if self.tile:
            return TILE + TILE_GAP
        if not self.names:
            return STEP
        return max(CROWDED if self.is_many else STEP, 0.8 * LINE * self.larger)

    @property
    def is_many(self) -> bool:
        if self.node is None or self.node.form == "image":
            return False
        return len(self.node.shown) >= (TILES_FROM if self.tile else ABREAST_FROM)

    @property
    def abreast(self) -> int:
        """Columns of units; each unit of two stands half a step below the one before, so that wires pass between."""
        return 2 if self.is_many and not self.names else 1

    @property
    def tile(self) -> bool:
        """Whether each of its units is an image."""
        return self.node is not None and self.node.form == "units" and self.node.tile is not None

    @property
    def radius(self) -> float:
        """From the middle of a unit to where its wires end."""
        if self.tile:
            return TILE / 2
        return CROWDED / 2 - 1 if self.is_many and self.names else RADIUS

    @property
    def half(self) -> float:
        """Half as wide as its units, or what is drawn in their place."""
        return max(self.side / 2, self.radius + self.step * (self.abreast - 1) / 2)

    @property
    def side(self) -> float:
        """Of what is drawn as one."""
        return IMAGE if self.node is not None and self.node.form == "image" else CARD

    @property
    def body(self) -> float:
        """Height without the words below."""
        if self.node is None:
            return STEP
        if self.node.form == "image":
            return max(self.side, self.side / ABREAST * math.ceil(len(self.node.shown) / ABREAST))
        if self.node.shown:
            return self.step * ((len(self.node.shown) - 1) / self.abreast + 1 + self.is_folded)
        return self.side

    @property
    def is_folded(self) -> bool:
        return self.node is not None and self.node.form != "image" and is_folded(self.node)

    @property
    def height(self) -> float:
        return self.body + self.words

    @property
    def words(self) -> float:
        """Height of the words below."""
        return LINE * self.larger * len(self.lines)

    @property
    def left(self) -> float:
        """Room to the left of the middle."""
        names = max((self._wide(name) for name in self.names), default=0.0)
        words = max((self._wide(line) / 2 for line in self.lines), default=0.0)
        return max(words, names + self.radius + LABEL_GAP if self.names else self.half)

    @property
    def right(self) -> float:
        return max(self.half, *(self._wide(line) / 2 for line in self.lines), 0.0)

    def _wide(self, text: str) -> float:
        return self.larger * text_width(text)


# a page shows the same network at each script run, and a class the same one: drawing takes long
_kept: Kept[bytes] = Kept(DRAWINGS, DRAWINGS_BYTES)


def network_text(network: DrawnNetwork, language: Language, room: Room = "wide") -> str:
    """The drawing as text, drawn now or kept from before."""
    key = network.content, language, room
    packed = _kept.get(key)
    if packed is None:
        packed = zlib.compress(tostring(network_svg(network, language, room), encoding="unicode").encode(), FASTEST)
        _kept.put(key, packed, len(packed))
    return zlib.decompress(packed).decode()


def network_svg(network: DrawnNetwork, language: Language, room: Room = "wide") -> Element:
    """The drawing. Each unit is read out, and tells about itself when it is pointed at.

    Args:
        room: unless it is wide, with fewer words and less room between columns, so that letters stay large enough on a
            phone.
    """
    larger = LARGER if room == "large" else 1.0
    largest = network.largest
    network = in_room(network, room)
    places = {node.id: _place_of(node, lines_of(node, language, short=room != "wide"), room) for node in network.nodes}
    width, height = _put(places, _columns(places), COLUMN_GAP if room == "wide" else NARROW_GAP)
    wires = [_wires(wires, places, largest) for wires in network.wires]
    nodes = [
        _node(place, place.node, sentences_of(network, place.node, language), largest)
        for place in places.values()
        if place.node is not None
    ]
    layers = sum(1 for node in network.nodes if node.type)
    return element(
        "svg",
        element("title", say("network.title", language)),
        element("g", *wires, fill="none"),
        element(
            "g",
            *nodes,
            fill="currentColor",
            font_size=f"{TEXT * larger:g}",
            text_anchor="middle",
            font_family="inherit",
        ),
        class_="lab-network",
        role="group",
        aria_label=f"{say('network.title', language)}: {say('network.about', language, count=layers)}",
        viewBox=f"0 0 {width:.0f} {height:.0f}",
        width=f"{width:.0f}",
        height=f"{height:.0f}",
    )


def in_room(network: DrawnNetwork, room: Room) -> DrawnNetwork:
    """What of it there is room for."""
    return network.narrowed(FEW_UNITS) if room in ("phone", "large") else network


def text_width(text: str) -> float:
    """Pixels that a line of text takes; a Hangul syllable is nearly twice as wide as a letter."""
    return sum(LETTER * (1.75 if east_asian_width(letter) in "WF" else 1) for letter in text)


# --- places


def _place_of(node: DrawnNode, lines: Sequence[str], room: Room) -> Place:
    letters = MOST_LETTERS if room == "wide" else FEW_LETTERS
    names = tuple(own_word(name, letters) for name in node.names) if node.shown else ()
    return Place(node, 0, list(node.reads), tuple(lines), names, LARGER if room == "large" else 1.0)


def _columns(places: dict[str, Place]) -> list[list[Place]]:
    """Nodes by depth; a wire over several columns gets a bend in each, so that it runs past the nodes between."""
    for place in places.values():
        place.depth = 1 + max((places[name].depth for name in place.reads if name in places), default=-1)
    last = max(place.depth for place in places.values())
    for target, place in list(places.items()):
        if place.node is not None and place.node.form == "end":
            place.depth = last
        place.reads = [_bent(places, source, target) for source in place.reads if source in places]
    columns = [[place for place in places.values() if place.depth == depth] for depth in range(last + 1)]
    ids = {id(place): name for name, place in places.items()}
    for before, column in pairwise(columns):
        order = {ids[id(place)]: number for number, place in enumerate(before)}
        column.sort(key=lambda place: _middle([order[name] for name in place.reads if name in order]))
    return columns


def _bent(places: dict[str, Place], source: str, target: str) -> str:
    """The bends of a wire, made where they are missing; returns the last of them, or the source."""
    before = source
    for depth in range(places[source].depth + 1, places[target].depth):
        bend = _bend(source, target, depth)
        places.setdefault(bend, Place(None, depth, [before]))
        before = bend
    return before


def _bend(source: str, target: str, depth: int) -> str:
    return f"{source}>{target}@{depth}"


def _middle(numbers: Sequence[float]) -> float:
    return sum(numbers) / len(numbers) if numbers else 0.0


def _put(places: dict[str, Place], columns: Sequence[Sequence[Place]], gap: float) -> tuple[float, float]:
    """Give each node its middle and its units theirs; returns width and height of the whole."""
    # the words of the last node hang below, so that what learns lies on one line
    heights = [_height(column) - column[-1].words for column in columns]
    tallest, right, low = max(heights), float(FRAME), 0.0
    for column, height in zip(columns, heights, strict=True):
        x = right + max(place.left for place in column)
        top = FRAME + (tallest - height) / 2
        low = max(low, top + _height(column))
        for place in column:
            place.x, place.y = x, top + place.body / 2
            place.units = _units(place)
            top += place.height + NODE_GAP
        right = x + max(place.right for place in column) + gap
    return right - gap + FRAME, low + FRAME


def _height(column: Sequence[Place]) -> float:
    return sum(place.height for place in column) + NODE_GAP * (len(column) - 1)


def _units(place: Place) -> list[tuple[float, float]]:
    """Middle of each unit; where some are left out there is a gap before the last."""
    count = 0 if place.node is None or place.node.form == "image" else len(place.node.shown)
    top = place.y - place.body / 2 + place.step / 2
    aside = place.step * (place.abreast - 1) / 2
    return [
        (
            place.x + (aside if number % 2 else -aside),
            top + place.step * (number / place.abreast + (place.is_folded and number == count - 1)),
        )
        for number in range(count)
    ]


# --- drawing


def _wires(wires: Wires, places: Mapping[str, Place], largest: float) -> Element:
    source, target = places[wires.source], places[wires.target]
    drawn: list[Element] = []
    if wires.form == "band" or not source.units or not target.units:
        drawn.append(element("path", d=_curve(_way(wires, places)), class_="band", stroke_width=10))
    elif wires.form == "straight":
        pairs = zip(source.units, target.units, strict=True)
        edges = source.radius, target.radius
        drawn += [_wire(_curve(_from_edge_to_edge(start, end, *edges)), None, largest) for start, end in pairs]
    else:
        for i, start in enumerate(source.units):
            for j, end in enumerate(target.units):
                weight = None if wires.weights is None else float(wires.weights[i, j])
                left, right = _from_edge_to_edge(start, end, source.radius, target.radius)
                drawn.append(_wire(_curve((left, *_bends(wires, places), right)), weight, largest))
    return element(
        "g",
        *drawn,
        stroke="currentColor",
        stroke_opacity=0.18 if wires.form == "band" else 0.45,
        data_wires=f"{wires.source}>{wires.target}",
        data_form=wires.form,
        **_addresses(wires, source.node, target.node),
    )


def _addresses(wires: Wires, source: DrawnNode | None, target: DrawnNode | None) -> dict[str, object]:
    """For the browser that moves them: which weight of the layer each wire is."""
    if wires.form != "each" or source is None or target is None:
        return {}
    return {
        "data_layer": target.layer,
        "data_width": target.units,
        "data_from": _numbers(source.shown),
        "data_to": _numbers(target.shown),
    }


def _numbers(places: Sequence[int]) -> str:
    return " ".join(map(str, places))


def _from_edge_to_edge(
    start: tuple[float, float], end: tuple[float, float], before: float, behind: float
) -> tuple[tuple[float, float], tuple[float, float]]:
    """From the right side of one unit to the left side of the other."""
    return (start[0] + before, start[1]), (end[0] - behind, end[1])


def _wire(path: str, weight: float | None, largest: float) -> Element:
    """Thicker is larger; below zero it is dashed and of another colour."""
    if weight is None or largest == 0:
        return element("path", d=path, stroke_width=THINNEST)
    width = THINNEST + (THICKEST - THINNEST) * min(1.0, abs(weight) / largest)
    look = {"stroke": ABOVE} if weight >= 0 else {"stroke": BELOW, "stroke_dasharray": DASHES}
    return element("path", d=path, stroke_width=f"{width:.2f}", stroke_opacity=0.8, **look)


def _bends(wires: Wires, places: Mapping[str, Place]) -> list[tuple[float, float]]:
    """Middles of the bends between two nodes, from left to right."""
    source, target = places[wires.source], places[wires.target]
    names = (_bend(wires.source, wires.target, depth) for depth in range(source.depth + 1, target.depth))
    return [(places[name].x, places[name].y) for name in names]


def _way(wires: Wires, places: Mapping[str, Place]) -> list[tuple[float, float]]:
    source, target = places[wires.source], places[wires.target]
    start, end = (source.x + source.half, source.y), (target.x - target.half, target.y)
    return [start, *_bends(wires, places), end]


def _curve(points: Sequence[tuple[float, float]]) -> str:
    """A smooth line through the points, level at each."""
    (x, y), *rest = points
    text = f"M{x:.1f},{y:.1f}"
    for right, low in rest:
        bow = (right - x) / 2
        text += f"C{x + bow:.1f},{y:.1f} {right - bow:.1f},{low:.1f} {right:.1f},{low:.1f}"
        x, y = right, low
    return text


def _node(place: Place, node: DrawnNode, sentences: Sequence[tuple[str, ...]], largest: float) -> Element:
    if node.form == "image":
        body = [_image(place, node, sentences)]
    else:
        body = [_unit(place, node, number, said, largest) for number, said in enumerate(sentences)]
        body = body or [_block(place, node)]
    if place.is_folded:
        y = (place.units[-2][1] + place.units[-1][1]) / 2 + 5
        body.append(element("text", "⋮", x=f"{place.x:.1f}", y=f"{y:.1f}", font_size=TEXT, aria_hidden="true"))
    line = LINE * place.larger
    first = place.y + place.body / 2 + 0.9 * line
    words = [
        element("text", text, x=f"{place.x:.1f}", y=f"{first + line * number:.1f}", **_weight(number))
        for number, text in enumerate(place.lines)
    ]
    kind = "shared" if node.shares else "merge" if len(node.reads) > 1 else node.form
    learns: dict[str, object] = {"data_units": node.layer} if node.form == "units" and node.layer else {}
    if node.shown:
        learns["data_shown"] = _numbers(node.shown)
    if node.tile is not None and node.layer:
        learns |= {"data_tiles": node.layer, "data_rows": node.tile[0], "data_columns": node.tile[1]}
    return element("g", *body, *words, data_node=node.id, data_kind=kind, **learns)


def _weight(number: int) -> dict[str, object]:
    return {"font_weight": 600} if number == 0 else {}


def _unit(place: Place, node: DrawnNode, number: int, said: Sequence[str], largest: float) -> Element:
    x, y = place.units[number]
    sentence = "; ".join(said)
    name = place.names[number] if number < len(place.names) else ""
    drawn = [element("title", sentence)]
    if place.tile:
        drawn += _tile(x - TILE / 2, y - TILE / 2, TILE, _address(node, number))
    else:
        drawn.append(
            element(
                "circle",
                cx=f"{x:.1f}",
                cy=f"{y:.1f}",
                r=f"{place.radius * (1 if node.form == 'units' else 0.6):g}",
                fill_opacity=0.12,
                stroke="currentColor",
                stroke_width=1.6,
                **_outline(node),
            )
        )
    if node.form == "units" and node.layer:
        beside = TILE / 2 if place.tile else 0.0  # at the corner of an image, within a circle
        bias = None if node.bias is None else float(node.bias[number])
        drawn.append(_bias(x + beside, y + beside, bias, largest))
    if name:
        left = x - place.radius - LABEL_GAP
        drawn.append(element("text", name, x=f"{left:.1f}", y=f"{y + 5 * place.larger:.1f}", text_anchor="end"))
    return element("g", *drawn, tabindex=0, role="img", aria_label=sentence, data_unit=number, data_said=said[0])


def _bias(x: float, y: float, bias: float | None, largest: float) -> Element:
    """Its area is as large as the bias, beside the largest weight; nothing is seen where none is learned yet."""
    share = min(1.0, abs(bias) / largest) if bias is not None and largest and math.isfinite(bias) else 0.0
    look = {"fill": BELOW, "fill_opacity": 0} if bias is not None and bias < 0 else {"fill": ABOVE, "fill_opacity": 1}
    return element(
        "circle",
        class_="bias",
        cx=f"{x:.1f}",
        cy=f"{y:.1f}",
        r=f"{LARGEST_BIAS * math.sqrt(share):.2f}",
        stroke=look["fill"],
        stroke_width=1.8 if share else 0,
        **look,
    )


def _outline(node: DrawnNode) -> dict[str, object]:
    """Dashed where the layer is that of another node."""
    return {"stroke_dasharray": "5 3"} if node.shares else {}


def _image(place: Place, node: DrawnNode, sentences: Sequence[tuple[str, ...]]) -> Element:
    """An input that is an image; or the filters of a convolution, each as the image that it looks for."""
    said = "; ".join(sentences[0])
    count = max(1, len(node.shown))
    across = min(ABREAST, count)
    cell = IMAGE / across
    left, top = place.x - IMAGE / 2, place.y - cell * math.ceil(count / across) / 2
    tiles: list[Element] = []
    for number in range(count):
        x, y = left + cell * (number % across), top + cell * (number // across)
        gap = 1.5 if node.shown else 0.0
        tiles += _tile(x + gap, y + gap, cell - 2 * gap, _address(node, number))
    return element("g", element("title", said), *tiles, tabindex=0, role="img", aria_label=said, data_unit=0)


def _tile(x: float, y: float, side: float, address: str) -> list[Element]:
    """A frame, and an image in it; none where nothing is learned yet."""
    where = {"x": f"{x:.1f}", "y": f"{y:.1f}", "width": f"{side:.1f}", "height": f"{side:.1f}"}
    return [
        element("rect", fill_opacity=0.05, stroke="currentColor", stroke_opacity=0.6, **where),
        element("image", image_rendering="pixelated", preserveAspectRatio="none", href=address, **where),
    ]


def _address(node: DrawnNode, number: int) -> str:
    """Of the image of one unit; "" without one."""
    if node.tiles is None:
        return ""
    return signed_image(node.tiles[number]) if node.layer else grey_image(node.tiles[number])


def _block(place: Place, node: DrawnNode) -> Element:
    """A layer whose units are not drawn one by one: two cards, one behind the other. An end is one, which compares."""
    left, top = place.x - CARD / 2, place.y - CARD / 2
    is_end = node.form == "end"
    cards = [
        element(
            "rect",
            x=f"{left + shift:.1f}",
            y=f"{top + shift:.1f}",
            width=CARD - 8,
            height=CARD - 8,
            rx=4,
            fill_opacity=0.08,
            stroke="currentColor",
            stroke_width=1.6,
            **_outline(node),
        )
        for shift in ((4,) if is_end else (8, 0))
    ]
    if is_end:
        where = {"x": f"{place.x:.1f}", "y": f"{place.y + 8:.1f}", "font_size": 24}
        cards.append(element("text", COMPARED, aria_hidden="true", **where))
    return element("g", *cards)
