"""Pictures of a report, drawn as SVG: they need no script, print sharp, and stay with the file.

Training is solid with circles, validation dashed with diamonds, as in every chart: colour is never the only sign.
"""

import math
from collections.abc import Mapping, Sequence
from xml.etree.ElementTree import Element

from lab.charts.markup import element
from lab.charts.style import BLUE, GREY, ORANGE, PART_LOOKS, PURPLE, VERMILION
from lab.texts import Language, say
from lab.verdict.picture import Area, VerdictPicture

WIDTH, HEIGHT = 640, 340
LEFT, RIGHT, TOP, BOTTOM = 82, 16, 34, 54  # room for labels around the drawing
FONT = 16
KEY_LINE = 24  # of what the patterns mean, below the picture
MARKS = 10  # symbols on a curve
DASHES = {"solid": "none", "dash": "9 6", "dot": "2 5"}
BASELINE_DASH = "14 5 3 5"
POINTS = 1500  # of a scatter plot

Point = tuple[float, float]


class Frame:
    """Axes that hold all points, and the way from numbers to places on the paper.

    Args:
        xs, ys: what has to fit in; numbers that are not finite need no room.
    """

    def __init__(self, xs: Sequence[float], ys: Sequence[float]) -> None:
        self.x, self.y = _bounds(xs), _bounds(ys)

    def place(self, x: float, y: float) -> Point:
        across = LEFT + (x - self.x[0]) / (self.x[1] - self.x[0]) * (WIDTH - LEFT - RIGHT)
        up = HEIGHT - BOTTOM - (y - self.y[0]) / (self.y[1] - self.y[0]) * (HEIGHT - TOP - BOTTOM)
        return across, up

    def axes(self, x_title: str, y_title: str) -> list[Element]:
        """Grid, numbers and titles."""
        drawn = []
        for tick in ticks(*self.y):
            _, up = self.place(self.x[0], tick)
            drawn += [_line((LEFT, up), (WIDTH - RIGHT, up), stroke="#d5d5d5")]
            drawn += [_text(f"{tick:g}", LEFT - 8, up + 5, text_anchor="end")]
        for tick in ticks(*self.x):
            across, _ = self.place(tick, self.y[0])
            drawn += [_text(f"{tick:g}", across, HEIGHT - BOTTOM + 22, text_anchor="middle")]
        drawn += [_line((LEFT, HEIGHT - BOTTOM), (WIDTH - RIGHT, HEIGHT - BOTTOM), stroke=GREY)]
        drawn += [_text(x_title, (LEFT + WIDTH - RIGHT) / 2, HEIGHT - 10, text_anchor="middle")]
        middle = (TOP + HEIGHT - BOTTOM) / 2
        turned = f"rotate(-90 18 {middle:g})"
        return [*drawn, _text(y_title, 18, middle, text_anchor="middle", transform=turned)]


def curves_picture(
    curves: Mapping[str, Sequence[float]],
    names: Mapping[str, str],
    titles: tuple[str, str],
    alternative: str,
    baseline: tuple[str, float] | None = None,
) -> Element:
    """Values over the epochs.

    Args:
        curves: part of the data ("train", "validation") -> value after each epoch.
        names: part -> what the legend calls it.
        titles: of the axes.
        alternative: what the picture shows, for those who do not see it.
        baseline: name and height of a level line.
    """
    values = [value for one in curves.values() for value in one]
    if baseline is not None:
        values.append(baseline[1])
    frame = Frame([1, max((len(one) for one in curves.values()), default=1)], values)
    drawn = frame.axes(*titles)
    legend = [(names[part], _look(part)) for part in curves]
    if baseline is not None:
        level = frame.place(0, baseline[1])[1]
        drawn.append(_line((LEFT, level), (WIDTH - RIGHT, level), stroke=ORANGE, dash=BASELINE_DASH, width=2))
        legend.append((baseline[0], {"color": ORANGE, "dash": BASELINE_DASH, "symbol": ""}))
    for part, one in curves.items():
        points = [frame.place(epoch, value) for epoch, value in enumerate(one, start=1) if math.isfinite(value)]
        drawn += _curve(points, _look(part))
    return _picture(alternative, [*drawn, *_legend(legend)])


def verdict_drawing(picture: VerdictPicture, titles: tuple[str, str], alternative: str, language: Language) -> Element:
    """The curves that were judged, the best epoch marked, the rise hatched and the gap at the end dotted."""
    curves = {"train": picture.training, "validation": picture.validation}
    curves = {part: values for part, values in curves.items() if values}
    level = [] if picture.baseline is None else [picture.baseline]
    frame = Frame([1, max(map(len, curves.values()))], [*level, *(v for one in curves.values() for v in one)])
    drawn, legend = frame.axes(*titles), [(say(f"part.{part}", language), _look(part)) for part in curves]
    shaded = (("gap", picture.gap, _dots()), ("rise", picture.rise, _hatch()))
    for name, area, pattern in shaded:
        if area is not None:
            drawn += [element("defs", pattern), _area(frame, area, pattern.attrib["id"])]
            drawn.append(_key(say(f"verdict.picture.{name}", language), pattern.attrib["id"], line=name == "rise"))
    if picture.baseline is not None:
        level_at = frame.place(0, picture.baseline)[1]
        drawn.append(_line((LEFT, level_at), (WIDTH - RIGHT, level_at), stroke=ORANGE, dash=BASELINE_DASH, width=2))
        legend.append((say("charts.baseline", language), {"color": ORANGE, "dash": BASELINE_DASH, "symbol": ""}))
    if picture.best_epoch is not None:
        across = frame.place(picture.best_epoch, frame.y[0])[0]
        words = say("charts.best_epoch", language, epoch=picture.best_epoch)
        anchor = "start" if across < WIDTH / 2 else "end"
        drawn.append(_line((across, TOP), (across, HEIGHT - BOTTOM), stroke=PURPLE, dash=DASHES["dot"], width=2))
        drawn.append(_text(words, across + (6 if anchor == "start" else -6), TOP + 16, text_anchor=anchor))
    for part, one in curves.items():
        points = [frame.place(epoch, value) for epoch, value in enumerate(one, start=1) if math.isfinite(value)]
        drawn += _curve(points, _look(part))
    return _picture(alternative, [*drawn, *_legend(legend)], height=HEIGHT + 2 * KEY_LINE)


def _area(frame: Frame, area: Area, pattern: str) -> Element:
    edge = [*zip(area.epochs, area.high, strict=True), *reversed(list(zip(area.epochs, area.low, strict=True)))]
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in (frame.place(*one) for one in edge))
    return element("polygon", points=points, fill=f"url(#{pattern})", stroke="none")


def _key(words: str, pattern: str, *, line: bool) -> Element:
    """What a pattern means, below the picture."""
    down = HEIGHT + (KEY_LINE if line else 0)
    patch = element("rect", x=LEFT, y=down, width=34, height=16, fill=f"url(#{pattern})", stroke=GREY)
    return element("g", patch, _text(words, LEFT + 42, down + 14))


def _hatch() -> Element:
    stroke = element("path", d="M0,8 L8,0", stroke=VERMILION, stroke_width=1.6)
    return element("pattern", stroke, id="rise", width=8, height=8, patternUnits="userSpaceOnUse")


def _dots() -> Element:
    dot = element("circle", cx=3, cy=3, r=1.3, fill=BLUE)
    return element("pattern", dot, id="gap", width=6, height=6, patternUnits="userSpaceOnUse")


def scatter_picture(
    points: Mapping[str, tuple[Sequence[float], Sequence[float]]],
    names: Mapping[str, str],
    titles: tuple[str, str],
    alternative: str,
) -> Element:
    """Predicted over actual, with the line on which both are the same."""
    xs = [value for actual, _ in points.values() for value in actual]
    ys = [value for _, predicted in points.values() for value in predicted]
    frame = Frame([*xs, *ys], [*xs, *ys])
    ends = frame.place(frame.x[0], frame.x[0]), frame.place(frame.x[1], frame.x[1])
    drawn = [*frame.axes(*titles), _line(*ends, stroke=GREY, dash="2 5", width=2)]
    for part, (actual, predicted) in points.items():
        step = max(1, -(-len(actual) // POINTS))
        look = _look(part)
        for x, y in list(zip(actual, predicted, strict=True))[::step]:
            if math.isfinite(x) and math.isfinite(y):
                drawn.append(_symbol(look["symbol"], frame.place(x, y), look["color"], size=4, opacity=0.6))
    return _picture(alternative, [*drawn, *_legend([(names[part], _look(part)) for part in points])])


def ticks(low: float, high: float, most: int = 6) -> list[float]:
    """Round numbers between two numbers, at most so many."""
    step = 10.0 ** math.floor(math.log10((high - low) / most))
    step = next(size * step for size in (1, 2, 5, 10, 20) if (high - low) / (size * step) <= most)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [round(place * step, 12) for place in range(first, last + 1)]


def _bounds(values: Sequence[float]) -> tuple[float, float]:
    """A little more than the values take; something to divide by even if they are all alike."""
    finite = [float(value) for value in values if math.isfinite(value)] or [0.0, 1.0]
    low, high = min(finite), max(finite)
    room = (high - low) * 0.04 or max(abs(high), 1.0) * 0.5
    return low - room, high + room


# --- strokes


def _picture(alternative: str, drawn: Sequence[Element], height: int = HEIGHT) -> Element:
    sheet = element("rect", width=WIDTH, height=height, fill="#ffffff")
    return element("svg", sheet, *drawn, viewBox=f"0 0 {WIDTH} {height}", role="img", aria_label=alternative)


def _look(part: str) -> dict[str, str]:
    """Of a part of the data; "evaluated" is the training loss looked at after each epoch."""
    look = PART_LOOKS["train"] | {"dash": "dot", "symbol": "square"} if part == "evaluated" else PART_LOOKS[part]
    return {**look, "dash": DASHES[look["dash"]]}


def _curve(points: Sequence[Point], look: Mapping[str, str]) -> list[Element]:
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    line = element(
        "polyline", points=path, fill="none", stroke=look["color"], stroke_width=2.5, stroke_dasharray=look["dash"]
    )
    every = max(1, len(points) // MARKS)
    return [line, *(_symbol(look["symbol"], point, look["color"]) for point in points[::every])]


def _symbol(kind: str, at: Point, color: str, size: float = 5, opacity: float = 1.0) -> Element:
    x, y = at
    if kind == "circle":
        return element("circle", cx=f"{x:.1f}", cy=f"{y:.1f}", r=size, fill=color, opacity=opacity)
    turn = "rotate(45)" if kind == "diamond" else "rotate(0)"
    place = f"translate({x:.1f} {y:.1f}) {turn}"
    return element(
        "rect", x=-size, y=-size, width=2 * size, height=2 * size, fill=color, opacity=opacity, transform=place
    )


def _legend(entries: Sequence[tuple[str, Mapping[str, str]]]) -> list[Element]:
    drawn = []
    across = 10.0
    for name, look in entries:
        drawn.append(_line((across, 16), (across + 34, 16), stroke=look["color"], dash=look["dash"], width=2.5))
        if look["symbol"]:
            drawn.append(_symbol(look["symbol"], (across + 17, 16), look["color"]))
        drawn.append(_text(name, across + 42, 21))
        across += 42 + 18 + sum(FONT if ord(letter) > 0x1100 else 0.5 * FONT for letter in name)
    return drawn


def _line(start: Point, end: Point, *, stroke: str, dash: str = "none", width: float = 1) -> Element:
    (x1, y1), (x2, y2) = ((f"{x:.1f}", f"{y:.1f}") for x, y in (start, end))
    return element("line", x1=x1, y1=y1, x2=x2, y2=y2, stroke=stroke, stroke_width=width, stroke_dasharray=dash)


def _text(words: str, x: float, y: float, **attributes: object) -> Element:
    return element("text", words, x=f"{x:.1f}", y=f"{y:.1f}", font_size=FONT, fill="#222222", **attributes)
