"""The tour of the first visit: seven things of the train page, each shown where it stands, one to be pressed."""

from lab.texts import say
from pages.ui.bench import Bench
from pages.ui.component import component
from pages.ui.run.training import past_runs
from pages.ui.state import AppState

WORDS = ("label", "next", "back", "skip", "finish", "without", "place")
CURVE = ".live-curve-panel"
# step -> the elements it speaks of, the first that is there
STEPS = {
    "row": (".st-key-steps > :first-child",),
    "network": (".network-drawing", ".st-key-work-network"),
    "train": tuple(f".st-key-{button} button" for button in ("train", "pause", "resume", "continue")),
    "loss": (CURVE,),
    "epoch": (".live-curve-figures", CURVE),
    "validation": (CURVE,),
    "verdict": (".st-key-verdict [data-testid='stAlert']", ".st-key-knobs"),
}
WAITS = "train"  # goes on by itself once a curve has begun

_component = component(__file__, shared=("elements", "mount", "storage", "words"))


def tour(state: AppState, bench: Bench) -> None:
    """Mount it; the browser begins it on its first visit, and whenever it is asked for."""
    numbers = {"columns": len(state.experiment.data.inputs), "rows": 0}
    if bench.dataset is not None:
        numbers["rows"] = len(bench.dataset.train.rows)
    steps = [
        {
            "title": say(f"tour.{name}.title", state.language),
            "text": say(f"tour.{name}", state.language, **(numbers if name == "row" else {})),
            "at": at,
            "waits": name == WAITS,
        }
        for name, at in STEPS.items()
    ]
    texts = {name: say(f"tour.{name}", state.language) for name in WORDS}
    data = {"language": state.language, "steps": steps, "texts": texts, "greets": greets(state, bench)}
    _component(data=data, key="tour")


def greets(state: AppState, bench: Bench) -> bool:
    """Someone who came for the app itself: not by a link that shows something, and with nothing trained so far."""
    return not state.came_by_link and not past_runs(state) and bench.dataset is not None and not bench.errors
