"""Drawing a curve by hand: with mouse or finger, or with the arrow keys. The browser tells it when it is whole."""

from collections.abc import Callable
from typing import Any

from lab.lessons.record import DRAWN_POINTS
from lab.texts import Language, say
from pages.ui.component import component

WORDS = ("about", "clear", "x", "state", "whole")

_component = component(__file__, shared=("elements", "mount"))


def curve_pad(
    low: float, high: float, epochs: int, language: Language, key: str, *, on_drawn: Callable[[], None]
) -> Any:
    """A field to draw on.

    Args:
        low, high: ends of its axis.
        epochs: at its right end.

    Returns:
        An object whose `curve` is a list of numbers, one a column from left to right, once every column has one.
    """
    texts = {name: say(f"curve_pad.{name}", language) for name in WORDS}
    data = {"low": low, "high": high, "epochs": epochs, "points": DRAWN_POINTS, "texts": texts}
    return _component(data=data, key=key, default={"curve": None}, on_curve_change=on_drawn)
