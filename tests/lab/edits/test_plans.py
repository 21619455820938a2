"""How columns are prepared and rows divided: what a form may offer, and what a choice makes of the experiment."""

import pytest

from lab.data.table import Table
from lab.edits.plans import (
    categories_to_order,
    dividing_columns,
    gaps_for,
    image_choices,
    image_shapes,
    numbers_beside_inputs,
    only_by_its_past,
    order_columns,
    other_numbers,
    planned_columns,
    with_part_share,
    with_wish,
)
from lab.errors import ExperimentError, LabError
from lab.spec.data import SampleSource, WindowSpec
from lab.spec.experiment import Experiment
from lab.starts import propose_experiment
from tests.lab.data.tables import spec, table_of

DAYS = [f"2021-01-{day:02d}" for day in range(1, 11)]


@pytest.fixture
def table() -> Table:
    return table_of(
        day=DAYS,
        town=["Seoul", "Busan"] * 5,
        warm=[float(value) for value in range(10)],
        wet=[float(value % 3) for value in range(10)],
        same=[1.0] * 10,
        y=[float(value * value) for value in range(10)],
    )


@pytest.fixture
def experiment(table: Table) -> Experiment:
    return propose_experiment(table, SampleSource(name="iris"), spec(table, "y", "town", "warm"))


def test_inputs_and_dates_can_be_planned_and_a_target_where_rows_stand_in_time(table, experiment):
    data = experiment.data
    assert planned_columns(data, table) == ["day", "town", "warm"]
    in_time = data.replace(split=data.split.replace(order="time", time_column="day"))
    assert planned_columns(in_time, table) == ["day", "town", "warm", "y"]


def test_a_target_is_an_input_by_its_past_alone_unless_there_are_windows(table, experiment):
    data = experiment.data
    in_time = data.replace(split=data.split.replace(order="time", time_column="day"))
    assert only_by_its_past(table.column("y"), in_time)
    assert not only_by_its_past(table.column("warm"), in_time)
    assert not only_by_its_past(table.column("y"), in_time.replace(windows=WindowSpec(steps=2)))


def test_a_wish_is_one_field_of_the_plan_of_one_column(table, experiment):
    after = with_wish(experiment, table.column("warm"), "scaling", "log", table)
    assert after.data.plan_of("warm").scaling == "log"
    dated = with_wish(after, table.column("day"), "date_parts", ["month"], table)
    assert dated.data.plan_of("day").date_parts == ("month",)
    assert "day" in dated.data.inputs
    assert dated.data.plan_of("warm").scaling == "log"


def test_empty_cells_of_categories_and_of_numbers_become_different_things(table):
    assert gaps_for(table.column("town")) == ("drop", "category")
    assert gaps_for(table.column("warm")) == ("drop", "mean", "median", "zero")


def test_categories_that_were_put_in_order_stay_among_those_to_choose_from(table, experiment):
    plan = experiment.data.plan_of("town").replace(order=("Jeju",))
    assert categories_to_order(table.column("town"), plan) == ["Busan", "Jeju", "Seoul"]


def test_rows_are_ordered_by_dates_and_divided_by_what_differs(table, experiment):
    assert order_columns(experiment.data, table) == ["day"]
    wanted = experiment.data.replace(split=experiment.data.split.replace(time_column="warm"))
    assert order_columns(wanted, table) == ["day", "warm"]
    assert "same" not in dividing_columns(table)
    assert {"day", "town", "warm"} <= set(dividing_columns(table))


def test_numbers_beside_the_target_and_beside_the_inputs(table, experiment):
    assert other_numbers(experiment.data, table) == ["warm", "wet", "same"]
    assert numbers_beside_inputs(experiment.data, table) == ["wet", "same", "y"]


def test_the_share_of_a_part_is_given_in_percent_and_the_training_part_keeps_something(experiment):
    assert with_part_share(experiment, "validation", 25).data.split.validation == 0.25
    with pytest.raises(LabError):
        with_part_share(experiment, "test", 91)
    with pytest.raises(ExperimentError):
        with_part_share(with_part_share(experiment, "validation", 60), "test", 60)


def test_an_image_shape_in_force_stays_among_those_to_choose_from():
    assert image_choices(64, None) == list(image_shapes(64))
    assert image_choices(64, (8, 8)) == list(image_shapes(64))
    assert image_choices(64, (2, 32))[-1] == (2, 32)
    assert image_choices(5, None) == []
