"""The lecturer's watch."""

from lab.lessons.lecture import Lecture
from lab.lessons.prose import Prose
from lab.texts import Language, say
from pages.ui.component import component

WORDS = ("whole", "line", "over", "still")

_component = component(__file__, shared=("elements", "mount", "words"))


def lecture_timer(lecture: Lecture, words: Prose, language: Language) -> None:
    """The time of the lesson and of the line that is due, each beside what was planned."""
    place = lecture.cue_place(words)
    line = None
    if place is not None:
        line = {"elapsed_s": lecture.cue_elapsed_s, "planned_s": lecture.cue_planned_s(words, place)}
    data = {
        "elapsed_s": lecture.timer.elapsed_s,
        "going": lecture.timer.going,
        "planned_s": lecture.planned_s,
        "line": line,
        "texts": {name: say(f"lecture.timer.{name}", language) for name in WORDS},
    }
    _component(data=data, key="lecture-watch")
