"""Layers of a run that goes on: a few numbers of each, moved by the run's own event stream."""

from collections.abc import Callable, Sequence
from typing import Any

from lab.texts import Language, say
from pages.ui.component import component

WORDS = ("norm", "ratio", "stuck")

_component = component(__file__, shared=("elements", "words", "mount", "stream"))


def live_layers(
    run_id: str, stream: str, layers: Sequence[tuple[str, str]], language: Language, *, on_end: Callable[[], None]
) -> None:
    """Mount it; it goes on by itself.

    Args:
        stream: key of the run's event stream.
        layers: what the worker calls each, and its title.
        on_end: called before the script run that the end of the run, or of the stream, brings about.
    """
    texts: dict[str, Any] = {name: say(f"inside.{name}", language) for name in WORDS}
    texts |= {"epoch": say("charts.epoch", language), "weights": say("inside.quantity.weights", language)}
    _component(
        data={
            "run": run_id,
            "url": f"live/{stream}",  # relative to the page
            "layers": [{"name": name, "title": title} for name, title in layers],
            "language": language,
            "texts": texts,
        },
        key="inside-live",
        on_ended_change=on_end,
    )
