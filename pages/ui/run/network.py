"""The network on the train page: as it is built, while it learns, and as it has learned."""

from lab.insight.learned_network import learned_network
from lab.model.drawn import DrawnNetwork
from lab.runs.kept.record import RunView
from pages.ui.bench import Bench
from pages.ui.network_drawing import network_drawing
from pages.ui.run.training import learned_model, told_experiment
from pages.ui.state import AppState


def network_section(state: AppState, bench: Bench, run: RunView | None) -> None:
    """The network of the run on the screen, or that of the knobs where nothing was trained yet."""
    if not bench.rows:
        return
    if run is None or run.state in ("queued", "running"):  # what moves comes through the stream
        network = bench.network
    else:
        network = state.once("learned", (run.id, run.state, run.epoch), lambda: _learned(state, bench, run))
    network_drawing(network, state.language, "network", run_id="" if run is None else run.id)


def _learned(state: AppState, bench: Bench, run: RunView) -> DrawnNetwork:
    """With the run's last weights; without any where `learned_model` has none."""
    if bench.dataset is None:
        return bench.network
    model = learned_model(state, bench.dataset, run)
    return bench.network if model is None else learned_network(told_experiment(state, run), model, bench.dataset)
