"""Golf counts parameters, judges by the validation part at the end, and its par can be played."""

import pytest

from lab.data.prepare import prepare
from lab.data.samples import load_sample
from lab.insight.golf import HOLES, Played, score
from lab.model.layer_table import layer_rows, parameter_count
from lab.runs.orders.run import run_spec
from lab.runs.work.trainer import Trainer

CIRCLE = next(hole for hole in HOLES if hole.sample == "circle")
SINE = next(hole for hole in HOLES if hole.sample == "sine_1d")


def run(number, parameters, value, hole=CIRCLE, **changes):
    experiment = changes.pop("experiment", hole.experiment())
    fields = {"last": {hole.key: value}, "best": {hole.key: 1.0}, "epoch": 200, **changes}
    return Played(number, experiment, parameters, **fields)


@pytest.mark.parametrize("hole", HOLES, ids=lambda hole: hole.sample)
def test_par_is_what_its_network_has_and_it_reaches_the_target(hole):
    experiment = hole.experiment(hole.par_units).replace(seed=3)
    dataset = prepare(load_sample(hole.sample), experiment.data, experiment.seed)
    assert parameter_count(layer_rows(experiment, dataset)) == hole.par
    trainer = Trainer(*run_spec(experiment, dataset))
    trainer.advance()
    found = score(hole, [run(1, hole.par, trainer.history[hole.key][-1], hole, experiment=experiment)])
    assert found.against_par == ("even", 0)


def test_the_smallest_network_that_reached_the_target_is_the_best():
    found = score(CIRCLE, [run(1, 65, 0.99), run(2, 9, 0.94), run(3, 13, 0.95), run(4, 13, 0.99)])
    assert (found.best.number, found.against_par) == (3, ("even", 0))
    assert [one.number for one in found.tries] == [4, 3, 2, 1]
    assert score(CIRCLE, [run(1, 65, 0.99)]).against_par == ("over", 52)
    assert score(CIRCLE, [run(1, 9, 0.94)]).best is None


def test_of_an_error_less_is_better():
    assert score(SINE, [run(1, 7, 0.25, SINE), run(2, 4, 0.3, SINE)]).against_par == ("under", 3)


def test_only_runs_on_the_data_of_the_hole_count_and_only_if_they_can_be_judged():
    other = CIRCLE.experiment().with_data(scaling="none")
    runs = [
        run(1, 9, 1.0, experiment=other),
        run(2, 9, 1.0, diverged=True),
        run(3, None, 1.0),
        run(4, 9, 1.0, last={"loss": 0.1}),
    ]
    assert score(CIRCLE, runs).tries == ()
    assert score(CIRCLE, [run(5, 9, 1.0, experiment=CIRCLE.experiment().replace(seed=9))]).best.number == 5


def test_a_run_that_went_back_to_its_best_weights_is_judged_by_them():
    stopping = CIRCLE.experiment().with_fit(early_stopping={"patience": 5})
    assert score(CIRCLE, [run(1, 9, 0.5, experiment=stopping, epoch=60)]).best.value == 1.0
    assert score(CIRCLE, [run(1, 9, 0.5, experiment=stopping, epoch=200)]).best is None  # it never stopped early
