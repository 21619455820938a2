"""What epochs take: the mean of many, of all runs alike together, and not for longer than there are such runs."""

import gc

import pytest

from lab.runs.orders.run import run_spec
from lab.runs.wire.messages import SetBatchSize
from lab.runs.work.cost import MOST_TIMES, Costs, EpochCost
from lab.runs.work.trainer import Trainer
from lab.spec.experiment import Experiment
from tests.lab.runs.runs import iris, iris_data, spec_of


def test_a_cost_is_the_mean_of_the_first_epochs_and_follows_those_that_take_longer_for_good():
    cost = EpochCost()
    for seconds in (0.8, 1.0, 1.2):
        cost.add(seconds)
    assert cost.seconds == pytest.approx(1.0)
    for _ in range(500):
        cost.add(1.5)
    assert cost.seconds == pytest.approx(1.5, rel=0.01)


def test_one_epoch_in_which_something_else_was_paid_for_counts_for_little():
    cost = EpochCost()
    cost.add(1.0)
    cost.add(1000.0)
    assert cost.seconds <= (1.0 + MOST_TIMES) / 2


def test_runs_alike_share_a_cost_that_is_forgotten_with_the_last_of_them():
    costs = Costs()
    one, other = costs.of("spiral"), costs.of("spiral")
    one.add(0.5)
    assert other.seconds == 0.5
    assert costs.of("iris").seconds is None
    del one, other
    gc.collect()
    assert costs.of("spiral").seconds is None


def kind_of(experiment: Experiment) -> object:
    return Trainer(*spec_of(experiment)).kind


def test_alike_is_who_trains_as_large_a_network_on_as_many_rows_in_batches_as_large():
    first = iris(10)
    assert kind_of(first) == kind_of(first.with_fit(epochs=99)) == kind_of(first.replace(seed=first.seed + 1))
    assert kind_of(first) != kind_of(first.with_fit(batch_size=first.fit.batch_size + 1))
    assert kind_of(first) != kind_of(first.replace(model=first.model.replace(layers=first.model.layers[1:])))


def test_whose_batches_are_made_larger_on_the_way_is_another_kind_from_then_on():
    trainer = Trainer(*run_spec(iris(10), iris_data()))
    before = trainer.kind
    trainer.apply(SetBatchSize(45))
    trainer.advance(epochs=1)
    assert trainer.kind != before
