"""Paper for a digit, drawn with the mouse, a finger or keys."""

from lab.insight.drawn_image import SIDE
from lab.texts import Language, say
from pages.ui.component import component

WORDS = ("about", "clear", "keys", "down", "up", "place")

_component = component(__file__, shared=("elements", "words", "mount"))


def drawing_pad(language: Language, *, key: str) -> object:
    """What was drawn, after each stroke: for `lab.insight.drawn_image.read_drawing`; None before the first."""
    texts = {name: say(f"drawing_pad.{name}", language) for name in WORDS}
    data = {"side": SIDE, "texts": texts}
    drawn: object = _component(data=data, key=key, default={"drawing": None}, on_drawing_change=_redraw).drawing
    return drawn


def _redraw() -> None:
    """Callback: the section that shows the pad is drawn anew, and nothing is kept elsewhere."""
