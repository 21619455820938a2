"""What the network knows so far, beside its curves: it moves while the network learns, and stands when it rests."""

from collections.abc import Hashable
from dataclasses import dataclass
from functools import cache
from typing import Any
from weakref import WeakValueDictionary

from lab.charts.style import PART_LOOKS, PURPLE
from lab.charts.surface import CLASS_COLOURS, NUMBER_COLOURS
from lab.data.prepare import PART_NAMES, Dataset
from lab.insight.knowledge import knowledge
from lab.insight.known_at_rest import known_at_rest
from lab.runs.kept.record import RunView
from lab.spec.experiment import Experiment
from lab.texts import Language, say
from pages.ui.bench import Bench
from pages.ui.component import component
from pages.ui.run.training import learned_model, record_of_run, told_experiment
from pages.ui.state import AppState

WORDS = (
    *("title", "output", "others", "actual", "predicted", "table", "first", "wrong", "none_wrong"),
    *("nothing_yet", "after", "all_rows", "some_rows", "right", "off"),
    *("text", "blank", "time"),
)
VIEWS = ("plane", "line", "classes", "number", "pictures", "texts")
LOOK = {
    "classes": CLASS_COLOURS,
    "shades": NUMBER_COLOURS,
    "parts": {part: look["color"] for part, look in PART_LOOKS.items()},
    "line": PURPLE,
}

SHARED_SCRIPTS = ("elements", "words", "axes", "mount", "arrays", "theme", "canvas", "pixels", "forward")
SCRIPTS = ("numbers", "shapes", "knobs", "still", "plane", "judged", "pictures", "texts")

_component = component(__file__, shared=(*SHARED_SCRIPTS, *(f"known/{name}" for name in SCRIPTS)))


@dataclass(frozen=True, eq=False)
class _Still:
    """What stands still of a picture: the same for all who have the same rows, network and loss on the screen."""

    told: dict[str, Any] | None


_stills: WeakValueDictionary[Hashable, _Still] = WeakValueDictionary()  # as long as somebody has one of them


def what_it_knows(state: AppState, bench: Bench, run: RunView | None, *, test_is_open: bool) -> None:
    """The picture of the run on the screen; before the first one of the rows alone.

    Args:
        test_is_open: this very network was shown its test part.
    """
    dataset = bench.dataset
    if dataset is None or bench.errors:
        return
    experiment = state.experiment if run is None else told_experiment(state, run)
    key = (dataset.content_hash, experiment.model, experiment.compile.loss, test_is_open)
    still = state.once("knowledge", key, lambda: _still(experiment, dataset, test_is_open, key))
    if still.told is None:
        return
    learned = {} if run is None else _at_rest(state, dataset, run)
    told = {"run": "" if run is None else run.id, "language": state.language, "texts": _texts(state.language)}
    mark = state.once("knowledge_mark", key, lambda: str(hash(str(key))))  # what stands still is drawn once
    _component(data={**still.told, **learned, **told, "mark": mark, "look": LOOK}, key="knows")


def _still(experiment: Experiment, dataset: Dataset, test_is_open: bool, key: Hashable) -> _Still:
    known = _stills.get(key)
    return known or _stills.setdefault(key, _Still(knowledge(experiment, dataset, test_is_open=test_is_open)))


def _at_rest(state: AppState, dataset: Dataset, run: RunView) -> dict[str, Any]:
    if run.state in ("queued", "running"):  # what moves comes through the stream
        return {}
    return state.once("known", (run.id, run.state, run.epoch), lambda: _learned(state, dataset, run))


def _learned(state: AppState, dataset: Dataset, run: RunView) -> dict[str, Any]:
    """What the network says with its last weights; nothing where `learned_model` has none."""
    model = learned_model(state, dataset, run)
    if model is None:
        return {}
    epoch = record_of_run(state, run).last_good_epoch
    return {"epoch": epoch, **known_at_rest(told_experiment(state, run), dataset, model)}


@cache
def _texts(language: Language) -> dict[str, Any]:
    return {
        **{name: say(f"knows.{name}", language) for name in WORDS},
        "views": {name: say(f"knows.view.{name}", language) for name in VIEWS},
        "parts": {name: say(f"part.{name}", language) for name in PART_NAMES},
    }
