"""The moving curves: one component, one event stream from the server to the browser, no script run for a point."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from lab.model.drawn_units import MOST_UNITS
from lab.model.quantities import History
from lab.runs.wire.frame import with_epochs
from lab.runs.wire.points import decimate
from lab.texts import Language, say, texts_of
from pages.ui.component import component

GHOST_POINTS = 500  # the thin line behind needs no more, and it is sent again at each rerun
WORDS = (
    *("train", "validation", "after", "baseline", "x_axis", "chart_title", "chart_about"),
    *("progress", "epoch", "updates", "elapsed", "remaining", "compute"),
)
STATES = ("untrained", "queued", "running", "paused", "finished", "stopped", "diverged", "failed", "lost")
MARKS = {"best": "live.best", "after": "live.after_about", "rise": "verdict.picture.rise", "gap": "verdict.picture.gap"}

_component = component(
    __file__, shared=("elements", "words", "axes", "mount", "stream", "arrays", "columns", "marks", "past")
)


@dataclass(frozen=True, kw_only=True)
class Drawing:
    """What the component is to draw.

    Args:
        run_id: a new id makes a new drawing, the same id goes on with what is there.
        stream: key of its event stream, see `RunView`; not asked for where a history is given.
        series: keys to draw ("loss", "val_loss", "accuracy", …); a key, its val_ twin and "+evaluated_" of it share
            a chart.
        epochs: how many there are to be.
        titles: of each chart by history key ("accuracy": "정확도"); the key itself where none is given.
        baselines: level of a forecast without a network, by history key; drawn as a line.
        rules: by which the loss is marked, see `lab.verdict.live`; None where it is not.
        ghost: history of an earlier run, drawn thin and grey behind; value i belongs to epoch i + 1.
        history: of a run that is drawn from here and not from a stream.
        progress: its "state", "updates", "compute_s" and "elapsed_s", shown below such a history.
        units: layer -> units of its Dense layers, of a network that the browser computes: its weights are told exactly.
            None of any other: the worker tells the weights that are drawn, and what it answers.
        running: False for a run that has ended: no "finished" will come.
    """

    run_id: str
    stream: str
    series: Sequence[str]
    epochs: int
    titles: dict[str, str]
    baselines: dict[str, float]
    rules: dict[str, float | str | None] | None
    ghost: History | None
    history: History | None
    progress: dict[str, object]
    units: dict[str, int] | None
    running: bool

    def data(self, language: Language) -> dict[str, Any]:
        """As the browser takes it."""
        return {
            "run": self.run_id,
            "url": f"live/{self.stream}",  # relative to the page
            "series": list(self.series),
            "epochs": self.epochs,
            "language": language,
            "texts": {**_texts(language), "titles": {"loss": say("live.loss", language), **self.titles}},
            "ghost": None if self.ghost is None else decimate(with_epochs(self.ghost), GHOST_POINTS),
            "baselines": self.baselines,
            "rules": self.rules,
            "history": None if self.history is None else with_epochs(self.history),
            "progress": self.progress,
            "network": {"units": self.units, "most": MOST_UNITS},
            "running": self.running,
        }


def live_curve(drawing: Drawing, language: Language, *, key: str, on_news: Callable[[], None]) -> Any:
    """Mount the curves of a run; they go on by themselves.

    Args:
        on_news: called before the script run that one of the results below brings about.

    Returns:
        An object with `finished` (the run has ended), `lost` (the server does not know it) and `blocked` (no event
        came through: draw `Engine.view()` in a fragment instead); each is true for one script run. `changed` (it
        paused, or goes on) is one as well.
    """
    return _component(
        data=drawing.data(language),
        key=key,
        on_finished_change=on_news,
        on_lost_change=on_news,
        on_blocked_change=on_news,
        on_changed_change=on_news,
    )


@cache
def _texts(language: Language) -> dict[str, Any]:
    return {
        **{name: say(f"live.{name}", language) for name in WORDS},
        **texts_of("crowd.", language),
        "marks": {name: say(key, language) for name, key in MARKS.items()},
        "states": {state: say(f"live.state.{state}", language) for state in STATES},
    }
