"""Small experiments that the tests of this folder train."""

from functools import cache
from typing import Any

from lab.data.prepare import Dataset, prepare
from lab.data.samples import load_sample
from lab.runs.orders.run import run_spec
from lab.runs.wire.arrays import Arrays
from lab.runs.wire.spec import RunSpec
from lab.runs.work.trainer import Trainer
from lab.spec.experiment import Experiment
from lab.starts import start


@cache
def iris_data() -> Dataset:
    experiment = start("iris")
    return prepare(load_sample("iris"), experiment.data, experiment.seed)


def iris(epochs: int = 20, **fit: Any) -> Experiment:
    """The ready-made start on iris with a Dropout layer, so that a second random stream takes part."""
    experiment = start("iris").with_fit(epochs=epochs, batch_size=10, **fit)
    return experiment.with_added_layer("Dropout", {"rate": 0.1}, position=1)


def with_rate(experiment: Experiment, rate: float) -> Experiment:
    return experiment.with_learning_rate(rate)


def spec_of(experiment: Experiment) -> tuple[RunSpec, Arrays]:
    return run_spec(experiment, iris_data())


def trained(experiment: Experiment) -> Trainer:
    """Run to its end in one go."""
    trainer = Trainer(*spec_of(experiment))
    trainer.advance()
    return trainer


def same_weights(one: Trainer, other: Trainer) -> bool:
    pairs = zip(one.weights, other.weights, strict=True)
    return all(a.tobytes() == b.tobytes() for a, b in pairs)
