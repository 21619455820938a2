"""Keys and clicker of a lecture, the whole screen and how it fits, the window of the notes; and the styles of both."""

from lab.texts import Language, say
from pages.ui.component import component

MOVES = {"on": "lecture-on", "back": "lecture-back", "leave": "lecture-leave"}  # key of the button that each presses
WORDS = ("full", "notes")

_component = component(__file__, shared=("elements", "keys", "mount", "fit"))


def lecture_keys(language: Language, *, notes: str = "") -> None:
    """
    Args:
        notes: address of the notes, relative to the app; "" in the window that shows them.
    """
    texts = {name: say(f"lecture.{name}", language) for name in WORDS}
    texts["help"] = say("lecture.keys" if notes else "lecture.notes_keys", language)
    buttons = MOVES if notes else {name: key for name, key in MOVES.items() if name != "leave"}
    _component(data={"texts": texts, "buttons": buttons, "notes": notes}, key="lecture-keys")
