"""The moving curves: one component, one event stream from the server to the browser, no script run for a point."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import streamlit as st

from lab.runs.wire.frame import decimate, with_epochs
from lab.texts import Language, say

FOLDER = Path(__file__).parent
GHOST_POINTS = 500  # the thin line behind needs no more, and it is sent again at each rerun
WORDS = (
    *("train", "validation", "after", "baseline", "x_axis", "chart_title", "chart_about"),
    *("progress", "epoch", "updates", "elapsed", "remaining", "compute", "queued"),
)
STATES = ("queued", "running", "paused", "finished", "stopped", "diverged", "failed", "lost")

# registered once, when this module is imported; the function mounts it
_component = st.components.v2.component(
    "lab_live_curve",
    html='<div class="live-curve"></div>',
    css=(FOLDER / "live_curve.css").read_text(encoding="utf-8"),
    js=(FOLDER / "live_curve.js").read_text(encoding="utf-8"),
    isolate_styles=False,
)


def _nothing() -> None:
    """A trigger needs a callback to appear in the result; the rerun itself is all that is wanted."""


def live_curve(
    *,
    run_id: str,
    series: Sequence[str],
    epochs: int,
    language: Language,
    key: str,
    stream: str = "",
    texts: dict[str, str] | None = None,
    ghost: dict[str, list[float]] | None = None,
    baselines: dict[str, float] | None = None,
    history: dict[str, list[float]] | None = None,
    progress: dict[str, Any] | None = None,
    running: bool = True,
    on_news: Callable[[], None] = _nothing,
) -> Any:
    """Mount the curves of a run; they go on by themselves.

    Args:
        run_id: a new id makes a new drawing, the same id goes on with what is there.
        series: keys to draw ("loss", "val_loss", "accuracy", …); a key, its val_ twin and "+evaluated_" of it share
            a chart.
        epochs: how many there are to be.
        stream: key of its event stream, see `RunView`; not asked for where a history is given.
        texts: title of each chart by history key ("accuracy": "정확도"); the key itself where none is given.
        baselines: level of a forecast without a network, by history key; drawn as a line.
        ghost: history of an earlier run, drawn thin and grey behind; value i belongs to epoch i + 1.
        history: of a run that is drawn from here and not from a stream.
        progress: its "state", "updates", "compute_s" and "elapsed_s", shown below such a history.
        running: False for a run that has ended: no "finished" will come.
        on_news: called before the script run that one of the results below brings about.

    Returns:
        An object with `finished` (the run has ended), `lost` (the server does not know it) and `blocked` (no event
        came through: draw `Engine.view()` in a fragment instead); each is true for one script run. `changed` (it
        paused, or goes on) is one as well.
    """
    return _component(
        data={
            "run": run_id,
            "url": f"live/{stream}",  # relative to the page
            "series": list(series),
            "epochs": epochs,
            "language": language,
            "texts": {**_texts(language), "titles": {"loss": say("live.loss", language), **(texts or {})}},
            "ghost": None if ghost is None else decimate(with_epochs(ghost), GHOST_POINTS),
            "baselines": baselines or {},
            "history": None if history is None else with_epochs(history),
            "progress": progress or {},
            "running": running,
        },
        key=key,
        on_finished_change=on_news,
        on_lost_change=on_news,
        on_blocked_change=on_news,
        on_changed_change=on_news,
    )


def _texts(language: Language) -> dict[str, Any]:
    return {
        **{name: say(f"live.{name}", language) for name in WORDS},
        "states": {state: say(f"live.state.{state}", language) for state in STATES},
    }
