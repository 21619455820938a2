"""The playground on a page: a network to be touched and watched. Its knobs need no script run (docs/playground.md)."""

from typing import Any, Final

from lab.model.playground import choices
from lab.texts import Language, texts_of
from pages.ui.component import component

SHARED_SCRIPTS: Final = (
    "elements",
    "words",
    "axes",
    "mount",
    "storage",
    "stream",
    "arrays",
    "columns",
    "past",
    "forward",
    "theme",
    "canvas",
    "paint",
)
NAMES: Final = (
    *("setup", "link", "lane", "grid", "knobs"),
    *("inspector", "network_view", "hand", "output_view", "curve_view", "board", "controls"),
)
SCRIPTS: Final = (*SHARED_SCRIPTS, *(f"playground/{name}" for name in NAMES))


_component = component(__file__, shared=SCRIPTS)


def playground(ticket: str, language: Language, *, own: dict[str, Any] | None = None) -> None:
    """Mount the playground.

    Args:
        ticket: the right to command runs from its script, see `lab.runs.serve`.
        own: a person's own table as one more of its data, see `lab.model.playground.own_table`.
    """
    options = choices(language)
    if own is not None:
        options = {**options, "datasets": [*options["datasets"], own]}
    texts = texts_of("playground.", language) | texts_of("crowd.", language)
    _component(
        data={"address": f"play/{ticket}", "options": options, "texts": texts, "language": language}, key="playground"
    )
