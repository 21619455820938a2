"""The network on the train page: as it is built, while it learns, and as it has learned."""

from lab.insight.learned_network import learned_network
from lab.model.drawn import DrawnNetwork
from lab.runs.kept.record import RunView
from pages.ui.bench import Bench
from pages.ui.network_drawing import network_drawing
from pages.ui.run.training import current_run, learned_model, told_experiment
from pages.ui.state import AppState


def network_section(state: AppState, bench: Bench, run: RunView | None) -> None:
    """The network of the run on the screen, or that of the knobs where nothing was trained yet."""
    if not bench.rows:
        return
    moving = run is not None and run.state in ("queued", "running")  # what moves comes through the stream
    network = bench.network if run is None or moving else learned_by(state, bench, run)
    network_drawing(
        network,
        state.language,
        "network",
        run_id="" if run is None else run.id,
        moving=moving,
        learned=run.epoch if run is not None and network.largest > 0 else 0,
        presents=True,
    )


def network_at_rest(state: AppState, bench: Bench) -> DrawnNetwork:
    """That of the knobs, with the weights that it has learned where the run on the screen is of this very network."""
    run = current_run(state)
    if run is None:
        return bench.network
    ran, shown = told_experiment(state, run), state.experiment
    return learned_by(state, bench, run) if (ran.model, ran.data) == (shown.model, shown.data) else bench.network


def learned_by(state: AppState, bench: Bench, run: RunView) -> DrawnNetwork:
    """The network of a run as it is now."""
    return state.once("learned", (run.id, run.state, run.epoch), lambda: _learned(state, bench, run))


def _learned(state: AppState, bench: Bench, run: RunView) -> DrawnNetwork:
    """With the run's last weights; without any where `learned_model` has none."""
    if bench.dataset is None:
        return bench.network
    model = learned_model(state, bench.dataset, run)
    return bench.network if model is None else learned_network(told_experiment(state, run), model, bench.dataset)
