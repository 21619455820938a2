"""The network on the train page: as it is built, while it learns, and as it has learned."""

from lab.errors import LabError
from lab.insight.evaluate import trained_model
from lab.insight.learned_network import learned_network
from lab.model.drawn import DrawnNetwork
from lab.runs.kept.record import RunView
from netcore.errors import NetcoreError
from pages.ui.bench import Bench
from pages.ui.network_drawing import network_drawing
from pages.ui.run.training import record_of_run, told_experiment
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
    """With the run's last weights; without them where it has none, or (a damaged file) those of another network."""
    record, experiment = record_of_run(state, run), told_experiment(state, run)
    if bench.dataset is None or not record.last_good_epoch:
        return bench.network
    try:
        model = trained_model(experiment, record.weights, bench.dataset)
    except (LabError, NetcoreError):  # the evaluate page says what is wrong with it
        return bench.network
    return learned_network(experiment, model, bench.dataset)
