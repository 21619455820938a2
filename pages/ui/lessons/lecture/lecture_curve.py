"""The curves of a lecture, drawn by the browser as time goes, with the pauses marked on their axis beforehand."""

from typing import Any

from lab.charts.lessons import Mark
from lab.lessons.prose import Prose
from lab.lessons.reveal import MARKS, Stop, words_of
from lab.texts import Language, say
from pages.ui.component import component

_component = component(__file__, shared=("elements", "axes", "mount", "words"))


def lecture_curve(
    picture: str,
    drawing: dict[str, Any],
    language: Language,
    *,
    until: float,
    seconds: int,
    marks: list[dict[str, Any]],
    said: str = "",
    over: str = "epoch",
) -> None:
    """
    Args:
        picture: names what is drawn: another one is there at once, the same goes on from where it is.
        drawing: of `lab.lessons.reveal.drawing_of`.
        until: the epoch of the pause; 0 for the axes alone.
        seconds: that a whole curve takes.
        marks: pauses, with their words, or places that a sentence points at.
        said: below the curves, once they have come there.
    """
    data = {
        **drawing,
        "picture": picture,
        "until": until,
        "seconds": seconds,
        "marks": marks,
        "said": said,
        "over": over,
        "axes": {name: say(f"studies.over.{name}", language) for name in ("epoch", "update")},
        "language": language,
    }
    _component(data=data, key="lecture-curve")


def marks_of(stops: list[Stop], words: Prose, language: Language) -> list[dict[str, Any]]:
    """The pauses that stand on the axis."""
    return [
        {"epoch": stop.epoch, "words": words_of(stop, words, language), "upright": True, "values": []}
        for stop in stops
        if stop.what in MARKS
    ]


def place_marked(mark: Mark) -> dict[str, Any]:
    """What the sentence that is said points at."""
    return {"epoch": mark.epoch, "words": "", "upright": mark.upright, "values": mark.values}
