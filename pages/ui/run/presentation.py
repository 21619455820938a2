"""Presentation mode: curves and network as large as a projector needs, and keys in place of forms."""

from lab.texts import Language, say
from pages.ui.component import component

PARAMETER = "present"  # of a link: ?present=1 opens in this mode
WORDS = ("enter", "enter_help", "keys", "leave", "looking_back", "pause_first")

_component = component(__file__, shared=("elements", "words", "keys", "mount"))


def presentation(language: Language, *, main: list[str], step: str, speed: str) -> None:
    """The button that enters it; the browser does the rest, by pressing the page's own buttons.

    Args:
        main: keys of the button that stands first, whichever of them is there; step: of the button for one epoch;
            speed: of the choice of speeds, which digits pick. In a drawing of our own, the names of such knobs.
    """
    texts = {name: say(f"presentation.{name}", language) for name in WORDS}
    texts["no_way_back"] = say("presentation.no_way_back", language, page=say("page.inside", language))
    buttons = {"main": main, "step": step, "speed": speed}
    _component(data={"texts": texts, "buttons": buttons, "parameter": PARAMETER}, key="presentation")
