"""Trying a network out by hand: values go the way of the run's own preparation, and the answer is the network's."""

import numpy as np
import pytest

from lab.data.prepare import prepare
from lab.data.read import read_table
from lab.data.samples import load_sample
from lab.insight.evaluate import trained_model
from lab.insight.try_it import Knob, _slider, answers, by_value, knobs, picked, sample_of, shiftable, typical
from lab.model.outputs import output_views
from lab.model.pixels import image_shapes
from lab.runs.orders.run import run_spec
from lab.runs.work.build import build_model
from lab.spec.data import ColumnPlan
from lab.starts import STARTS, start


def laid_out(experiment):
    table = load_sample(experiment.data.source.name, experiment.data.reading)
    return table, prepare(table, experiment.data, experiment.seed)


def untrained(experiment, dataset):
    return build_model(run_spec(experiment, dataset)[0])


@pytest.mark.parametrize("name", STARTS)
def test_each_start_can_be_tried_out_and_every_output_answers(name):
    experiment = start(name)
    table, dataset = laid_out(experiment)
    if by_value(dataset):
        x = sample_of(dataset, {knob.place: knob.value(knob.start) for knob in knobs(dataset, table)})
        assert np.allclose(x, typical(dataset), atol=0.02)  # a slider of whole numbers, or of six digits, is near
    else:
        x = picked(experiment, dataset, 0).x
        assert np.array_equal(x, dataset.validation.x[:1])
    model = untrained(experiment, dataset)
    said = answers(model, experiment, dataset, x)
    assert list(said) == (list(output_views(experiment, dataset)) or [""])
    for answer in said.values():
        assert (answer.value is not None) + bool(answer.shares) + (answer.read is not None) == 1
        if answer.shares:
            assert answer.are_probabilities
            assert sum(answer.shares.values()) == pytest.approx(1, abs=1e-5)


def test_the_values_of_a_row_give_what_the_preparation_made_of_that_row():
    """Numbers, categories, an order, truth values, gaps that were filled and marked, a logarithm, clipped outliers."""
    experiment = start("penguins")
    data = experiment.data.replace(
        missing="fill",
        missing_indicator=True,
        inputs=("island", "sex", "bill_length_mm", "bill_depth_mm", "flipper_length_mm", "body_mass_g"),
        plans=(
            ColumnPlan(column="bill_depth_mm", scaling="log"),
            ColumnPlan(column="body_mass_g", clip=True),
            ColumnPlan(column="island", encoding="ordinal", order=("Torgersen", "Dream", "Biscoe")),
        ),
    )
    table = load_sample("penguins")
    dataset = prepare(table, data, 0)
    turned = knobs(dataset, table)
    assert {knob.kind for knob in turned} == {"number", "choice", "gap"}
    for place, row in enumerate(dataset.validation.rows[:40]):
        cells = table.frame.iloc[int(row)]
        gaps = {column.name for column in dataset.columns if np.any(cells[[column.name]].isna())}
        values = {}
        for knob in turned:
            if knob.kind == "gap":
                values[knob.place] = knob.name in gaps
            elif knob.kind == "choice":
                values[knob.place] = "?" if knob.name in gaps else str(cells[knob.name])
            else:
                values[knob.place] = knob.start if knob.name in gaps else float(cells[knob.name])
        assert np.allclose(sample_of(dataset, values)[0], dataset.validation.x[place], atol=1e-5)


def test_parts_of_a_date_are_turned_as_months_and_years_and_not_as_sines():
    experiment = start("tmax")
    data = experiment.data
    dates = next(column.name for column in load_sample(data.source.name).columns if column.kind == "datetime")
    data = data.replace(
        inputs=(*data.inputs, dates), plans=(ColumnPlan(column=dates, date_parts=("year", "month", "hour")),)
    )
    table = load_sample(data.source.name)
    dataset = prepare(table, data, 0)
    parts = {knob.part: knob for knob in knobs(dataset, table) if knob.part}
    assert (parts["month"].low, parts["month"].high, parts["month"].step) == (1, 12, 1)
    assert parts["year"].whole
    x = sample_of(dataset, {parts["month"].place: 4.0})
    place = dataset.feature_names.index(f"{dates} month sin")
    assert x[0, place : place + 2] == pytest.approx([1, 0], abs=1e-6)  # three months after January: a quarter turn


def test_sliders_end_where_the_training_rows_end_and_begin_at_a_training_row():
    table, dataset = laid_out(start("iris"))
    training = table.frame.iloc[dataset.train.rows]
    for knob in knobs(dataset, table):
        assert (knob.low, knob.high) == (training[knob.name].min(), training[knob.name].max())
        assert knob.start in set(training[knob.name])
        assert knob.unit == "cm"


def test_an_answer_is_what_the_trained_network_predicts_in_the_units_of_the_target():
    experiment = start("tmax")
    _, dataset = laid_out(experiment)
    model = untrained(experiment, dataset)
    again = trained_model(experiment, model.get_weights(), dataset)
    x = dataset.validation.x[3:4]
    answer = answers(again, experiment, dataset, x)[""]
    assert answer.value == pytest.approx(float(dataset.inverse_target(model.predict(x, verbose=0))[0, 0]), rel=1e-6)
    assert answer.unit == dataset.target_unit
    assert sum(answer.counts) == len(dataset.train.rows)
    assert (answer.edges[0], answer.edges[-1]) == (dataset.train.target.min(), dataset.train.target.max())


def test_one_output_for_two_classes_answers_with_both():
    experiment = start("circle")
    _, dataset = laid_out(experiment)
    model = untrained(experiment, dataset)
    answer = answers(model, experiment, dataset, dataset.train.x[:1])[""]
    share = float(model.predict(dataset.train.x[:1], verbose=0)[0, 0])
    assert list(answer.shares) == list(dataset.classes)
    assert answer.shares[dataset.classes[1]] == pytest.approx(share)
    assert answer.likeliest == dataset.classes[share > 0.5]


def test_outputs_that_are_no_probabilities_are_not_called_so():
    experiment = start("iris")
    last = experiment.model.layers[-1]
    experiment = experiment.with_layer(last.replace(params={**last.params, "activation": "linear"}))
    _, dataset = laid_out(experiment)
    assert not answers(untrained(experiment, dataset), experiment, dataset, dataset.train.x[:1])[""].are_probabilities


def test_a_window_is_shifted_in_the_unit_of_its_column():
    name = next(name for name in STARTS if start(name).data.windows is not None)
    experiment = start(name)
    _, dataset = laid_out(experiment)
    column = next(iter(shiftable(dataset)))
    before, after = picked(experiment, dataset, 5), picked(experiment, dataset, 5, {column: 2.5})
    assert np.allclose(after.course[column] - before.course[column], 2.5, atol=1e-3)
    others = [other for other in before.course if other != column]
    assert all(np.array_equal(after.course[other], before.course[other]) for other in others)
    assert not np.array_equal(before.x, after.x)


def test_an_image_is_shown_as_it_stands_in_the_table():
    for name in ("digits_8x8", "digits_28x28"):
        found = next(start(one) for one in STARTS if start(one).data.source.name == name)
        table, dataset = laid_out(found)
        ((height, width),) = image_shapes(dataset).values()
        shown = picked(found, dataset, 2)
        cells = table.frame[list(found.data.inputs)].iloc[shown.row - 1].to_numpy(float).reshape(height, width)
        assert np.corrcoef(shown.images[0].ravel(), cells.ravel())[0, 1] > 0.999
        assert shown.actual[""] == dataset.classes[dataset.validation.target[2]]


def test_yes_and_no_are_chosen_in_the_words_of_the_table():
    lines = [f"{n % 7},{'yes' if n % 3 else 'no'},{n % 2}" for n in range(60)]
    table = read_table(("size,wet,target\n" + "\n".join(lines)).encode())
    data = start("circle").data.replace(inputs=("size", "wet"), target="target", task="binary")
    dataset = prepare(table, data, 0)
    wet = next(knob for knob in knobs(dataset, table) if knob.name == "wet")
    assert (wet.kind, wet.choices) == ("truth", ("no", "yes"))
    place = dataset.feature_names.index("wet")
    answers = [sample_of(dataset, {wet.place: wet.value(word)})[0, place] for word in wet.choices]
    assert answers == sorted({*dataset.train.x[:, place].tolist()})


def test_numbers_larger_than_a_slider_can_count_are_no_whole_ones():
    assert not Knob(0, "", "number", 0.0, 0.0, 1e18, 1e16).whole
    assert Knob(0, "", "number", 0.0, 0.0, 1e9, 1e7).whole


@pytest.mark.parametrize("ends", [(-1e308, 1e308), (1_000_000.01, 1_000_000.02), (0.0, 5e-324)])
def test_a_column_with_no_way_between_its_values_that_a_slider_could_go_is_no_knob(ends):
    _, dataset = laid_out(start("iris"))
    assert _slider(0, dataset.columns[0], np.array(ends), ends[0], False, "") is None
    assert _slider(0, dataset.columns[0], np.array((0.0, 1.0)), 0.0, False, "").step == 0.01
