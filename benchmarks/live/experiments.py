"""The experiments that the live benchmarks train, as links into the app."""

from lab.export.link import to_link
from lab.spec.experiment import Experiment
from lab.starts import start


def long_run(name: str = "spiral", epochs: int = 20_000) -> Experiment:
    """A ready-made start that goes on longer than a measurement takes."""
    experiment = start(name)
    return experiment.with_fit(epochs=epochs)


def query_of(experiment: Experiment) -> str:
    """The query string that opens the app on this experiment."""
    return f"e={to_link(experiment)}"
