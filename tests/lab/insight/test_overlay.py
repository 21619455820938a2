"""Curves of several runs in one picture: which there are, what a run has, legends and baselines."""

from dataclasses import replace

from lab.charts.compare import DASHES
from lab.insight.overlay import (
    DATA_LOSS,
    PARTS,
    baselines,
    curves_of,
    fork_place,
    kept_name,
    legend_lines,
    quantities,
    said_quantity,
)
from lab.runs.kept.record import Marks
from lab.starts import start
from lab.texts import say
from lab.verdict.context import RunContext
from tests.lab.edits.test_follow import ended
from tests.lab.insight.test_shelf import entry
from tests.lab.runs.runs import iris

LONG = 200
PENALTY = {"kernel_regularizer": {"class_name": "L2", "config": {"l2": 0.01}}}


def penalised():
    experiment = iris(10)
    return experiment.with_layer(experiment.model.layers[0].with_params(**PENALTY))


def test_the_quantities_of_all_runs_can_be_drawn_the_loss_first():
    runs = [entry(1, metrics={"accuracy": 1.0, "loss": 0.1, "val_loss": 0.2}), entry(2, metrics={"mae": 0.3})]
    assert quantities(runs) == ["loss", "accuracy", "mae"]
    assert quantities([entry(1, penalised())]) == ["loss", DATA_LOSS]
    assert said_quantity(DATA_LOSS, runs, "en") == say("compare.data_loss", "en")
    assert (kept_name(DATA_LOSS), kept_name("accuracy")) == ("loss", "accuracy")


def test_a_run_has_the_parts_that_are_asked_for_and_without_a_penalty_its_loss_is_the_data_loss():
    run = replace(ended(), history={"loss": [2.0], "val_loss": [3.0]}, extras={"evaluated_loss": [1.0]})
    assert set(PARTS) == set(DASHES)
    assert curves_of(run, "loss", ("train", "evaluated")) == {"train": [2.0], "evaluated": [1.0]}
    assert curves_of(run, DATA_LOSS, ("train", "validation")) == {"train": [2.0], "validation": [3.0]}
    apart = replace(run, extras={"data_loss": [1.5], "val_data_loss": [2.5]})
    assert curves_of(apart, DATA_LOSS, ("train", "validation")) == {"train": [1.5], "validation": [2.5]}
    assert curves_of(run, "accuracy", tuple(PARTS)) == {}


def test_a_fork_begins_where_the_first_run_that_has_the_epoch_has_it():
    assert fork_place([[1], [10, 20, 30]], 2) == 20
    assert fork_place([[1]], 2) is None


def test_a_legend_says_the_number_a_name_that_not_all_have_and_what_differs():
    one, other = entry(1), entry(2, iris(10, shuffle=False))
    lines = legend_lines([one, other], "en", LONG)
    assert [line.split(" ")[0] for line in lines] == ["#1", "#2"]
    assert say("differ.off", "en") in lines[1]
    named = entry(2, other.experiment, marks=Marks(name="mine"))
    assert "mine" in legend_lines([one, named], "en", LONG)[1]
    both = [entry(number, marks=Marks(name="same")) for number in (1, 2)]
    assert legend_lines(both, "en", LONG) == ["#1", "#2"]


def test_where_too_much_differs_the_legend_says_what_sets_a_run_apart_from_the_one_before():
    one = replace(entry(1, start("penguins")), differs="first (units)")
    other = replace(entry(2), differs="another")
    assert legend_lines([one, other], "en", 10) == ["#1 · first", "#2 · another"]


def test_one_level_without_a_network_belongs_to_all_and_several_to_their_runs():
    level = RunContext(train_rows=90, validation_rows=30, baseline_loss=2.0)
    same, other = [entry(1), entry(2)], replace(entry(3), context=level)
    assert baselines(same, "loss") == {1.1: ""}
    assert baselines([*same, other], "loss") == {1.1: "#1 +1", 2.0: "#3"}
    assert baselines([*same, other], DATA_LOSS) == baselines([*same, other], "loss")
    assert baselines(same, "accuracy") == {}
