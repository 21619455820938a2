"""Inside a run: distributions against NumPy, gradients and updates against the trace of the run itself, stuck units."""

from functools import cache

import numpy as np
import pytest

from lab.charts.inside import layer_lines, spread_course, spread_now
from lab.data.prepare import prepare
from lab.data.samples import load_sample
from lab.edits.advice import Known
from lab.insight.inside.course import LINES, MOST_EPOCHS, Course, course_of, epochs_looked_into
from lab.insight.inside.faults import ADVISED, faults_of, remedies, unit_numbers
from lab.insight.inside.look import look_inside
from lab.insight.inside.rows import MOST_ROWS, rows_looked_at
from lab.runs.kept.replay import past_of
from lab.runs.orders.run import run_spec
from lab.runs.serve.engine import RunRequest
from lab.runs.serve.inline import InlineEngine
from lab.runs.work.spread import BINS, on_one_axis, spread_of
from lab.runs.work.trainer import Trainer
from lab.spec.limits import CLASS
from lab.starts import start
from lab.texts import LANGUAGES, has_text


@cache
def data(name: str):
    experiment = start(name)
    return prepare(load_sample(experiment.data.source.name), experiment.data, experiment.seed)


@cache
def trained(name: str, epochs: int = 8):
    """(record, checkpoints, dataset) of a finished run."""
    engine = InlineEngine()
    run = engine.start(RunRequest(start(name).with_fit(epochs=epochs), data(name)), "me")
    engine.advance()
    return engine.record(run, "me"), engine.checkpoints(run, "me"), data(name)


def with_activation(name: str, activation: str, **dense):
    """A start whose first layer has that activation function."""
    experiment = start(name)
    first = experiment.model.layers[0]
    return experiment.with_layer(first.with_params(activation=activation, **dense)).with_fit(epochs=3)


def looked_into(experiment, name: str, change=None):
    """A look at the untrained network, after `change` of its model."""
    trainer = Trainer(*run_spec(experiment, data(name)))
    if change is not None:
        change(trainer.model)
    return look_inside(experiment, trainer, rows_looked_at(experiment, data(name), CLASS))


# --- how numbers are spread


def test_a_spread_is_numpy_s_histogram_of_the_finite_numbers():
    values = np.random.default_rng(1).normal(size=(40, 7))
    values[3, 2], values[5, 5] = np.nan, np.inf
    spread, finite = spread_of(values), values[np.isfinite(values)]
    counts, edges = np.histogram(finite, BINS)
    assert list(spread.counts) == counts.tolist()
    np.testing.assert_allclose(spread.edges, edges)
    assert (spread.mean, spread.deviation) == pytest.approx((finite.mean(), finite.std()))
    assert spread.lost == 2


def test_numbers_without_a_spread_have_one_all_the_same():
    assert spread_of(np.full(5, 2.0)).counts[BINS // 2] == 5
    assert spread_of(np.array([np.nan])).total == 0


def test_histograms_on_one_axis_keep_every_number():
    rng = np.random.default_rng(2)
    spreads = [spread_of(rng.normal(size=500)), spread_of(rng.uniform(3, 9, 300)), spread_of(np.array([np.nan]))]
    edges, shares = on_one_axis(spreads, 30)
    assert (edges[0], edges[-1]) == pytest.approx((spreads[0].low, spreads[1].high))
    np.testing.assert_allclose(shares.sum(axis=1), [1, 1, 0])
    assert shares[1][edges[1:] < 3].sum() == 0


# --- what layers hold, give and are told


@pytest.mark.parametrize("name", ["iris", "digits_conv", "two_in_two_out"])
def test_weights_activations_and_gradients_are_those_of_the_network_and_its_trace(name):
    record, checkpoints, dataset = trained(name, 3)
    trainer, rows = (
        past_of(record, checkpoints, dataset).trainer_at(2),
        rows_looked_at(record.experiment, dataset, CLASS),
    )
    model = trainer.model
    learned, traced = [weight.numpy() for weight in model.trainable_weights], model.trace(rows.x, rows.y)
    look = look_inside(record.experiment, trainer, rows)
    assert look.loss == pytest.approx(float(traced["L"]))
    assert sum(layer.weights.total for layer in look.layers if layer.learns) == sum(one.size for one in learned)
    first, told = look.layers[0], np.concatenate([traced["dL/dW1"].ravel(), traced["dL/db1"].ravel()])
    kernel_and_bias = np.concatenate([one.ravel() for one in learned[:2]])
    for spread, numbers in (
        (first.weights, kernel_and_bias),
        (first.activations, traced["a1"]),
        (first.gradients, told),
    ):
        assert list(spread.counts) == np.histogram(numbers.astype(np.float64), BINS)[0].tolist()
    assert first.gradient_norm == pytest.approx(np.linalg.norm(told), rel=1e-5)
    norms = [layer.gradient_norm**2 for layer in look.layers if layer.learns]
    gradients = {f"dL/d{one.name}" for one in traced.of_kind("parameter")}
    all_told = sum(
        float((one.value.astype(float) ** 2).sum()) for one in traced.of_kind("gradient") if one.name in gradients
    )
    assert sum(norms) == pytest.approx(all_told, rel=1e-5)


def test_the_update_ratio_is_that_of_the_run_s_own_next_batch():
    record, checkpoints, dataset = trained("iris")
    rows = rows_looked_at(record.experiment, dataset, CLASS)
    ahead = past_of(record, checkpoints, dataset).trainer_at(4)
    batch = ahead.step()
    arrays = run_spec(record.experiment, dataset)[1]
    traced = past_of(record, checkpoints, dataset).trainer_at(4).model.trace(arrays["x"][batch], arrays["y"][batch])
    look = look_inside(record.experiment, past_of(record, checkpoints, dataset).trainer_at(4), rows)
    for number, layer in enumerate(look.layers, start=1):
        change = np.hypot(*(np.linalg.norm(traced[f"delta {one}{number}"]) for one in "Wb"))
        size = np.hypot(*(np.linalg.norm(traced[f"{one}{number}"]) for one in "Wb"))
        assert layer.update_ratio == pytest.approx(change / size, rel=1e-4)


def test_a_look_leaves_the_run_on_its_way_and_the_last_epoch_has_no_next_update():
    record, checkpoints, dataset = trained("iris")
    rows = rows_looked_at(record.experiment, dataset, CLASS)
    trainer = past_of(record, checkpoints, dataset).trainer_at(3)
    look_inside(record.experiment, trainer, rows)
    trainer.advance()
    assert all(a.tobytes() == b.tobytes() for a, b in zip(trainer.weights, record.weights, strict=True))
    assert {layer.update_ratio for layer in look_inside(record.experiment, trainer, rows).layers} == {None}


def test_few_rows_are_looked_at_where_a_network_makes_much_of_each():
    iris, letters = (rows_looked_at(start(name), data(name), CLASS) for name in ("iris", "ctc_morse"))
    assert len(iris) == 90
    assert 1 <= len(letters) < 30
    assert len(rows_looked_at(start("lecture"), data("lecture"), CLASS)) == MOST_ROWS


# --- stuck units


def plant(unit: int, bias: float):
    """Switch one unit of the first layer off, or to one end, for every row."""

    def change(model) -> None:
        kernel, values = model.layers[0].get_weights()
        kernel[:, unit], values[unit] = 0.0, bias
        model.layers[0].set_weights([kernel, values])

    return change


def test_a_planted_dead_unit_is_named_and_no_other():
    look = looked_into(with_activation("iris", "relu"), "iris", plant(5, -3.0))
    assert look.layers[0].dead == (5,)
    assert look.layers[0].stuck_share == pytest.approx(1 / look.layers[0].units)
    [fault] = [one for one in faults_of(look) if one.kind == "dead"]
    assert (unit_numbers(fault), fault.knob) == (([6], 0), "activation")


@pytest.mark.parametrize("activation", ["tanh", "sigmoid", "hard_sigmoid", "softsign"])
@pytest.mark.parametrize("end", [-60.0, 60.0])
def test_a_planted_saturated_unit_is_named_whatever_the_function(activation, end):
    layer = looked_into(with_activation("iris", activation), "iris", plant(2, end)).layers[0]
    assert 2 in layer.saturated
    assert layer.dead == ()


@pytest.mark.parametrize("activation", ["leaky_relu", "linear"])
def test_a_function_that_is_flat_nowhere_has_no_stuck_units(activation):
    layer = looked_into(with_activation("iris", activation), "iris", plant(1, -60.0)).layers[0]
    assert (layer.dead, layer.saturated) == ((), ())


def test_an_output_may_be_as_sure_as_it_likes():
    look = looked_into(start("breast_cancer"), "breast_cancer")
    assert not look.layers[-1].hidden
    assert look.layers[-1].stuck_share is None


def test_vanishing_exploding_and_racing_are_named_with_what_helps():
    deep = start("spiral").with_layer(start("spiral").model.layers[1].with_params(activation="sigmoid"))

    def small(model) -> None:
        model.set_weights([weight * (1e-4 if place == 4 else 1) for place, weight in enumerate(model.get_weights())])

    weak = faults_of(looked_into(deep, "spiral", small))
    assert {fault.layer.label for fault in weak if fault.kind == "vanishing"} == {"1.", "2."}

    def large(model) -> None:
        model.set_weights([weight * 300 for weight in model.get_weights()])

    strong = faults_of(looked_into(start("tmax"), "tmax", large))
    assert "exploding" in {fault.kind for fault in strong}
    assert [one.code for one in remedies(start("tmax"), strong)][:2] == ["clip_gradients", "lower_learning_rate"]
    fast = start("iris").with_learning_rate(5.0)
    assert "racing" in {fault.kind for fault in faults_of(looked_into(fast, "iris"))}


def test_every_fault_has_its_sentence_and_advice_that_changes_something():
    dead = with_activation("lecture", "relu")
    for kind, codes in ADVISED.items():
        assert has_text(f"inside.fault.{kind}")
        assert all(has_text(f"advice.{code}") for code in codes)
    faults = faults_of(looked_into(dead, "lecture", plant(3, -9.0)))
    changed = remedies(dead, faults)[0].applied_to(dead, Known())
    assert changed.model.layers[0].params["activation"] == "leaky_relu"
    assert changed.model.layers[1] == dead.model.layers[1]


# --- over the epochs


def test_the_course_looks_in_at_the_kept_states_and_one_more_can_be_put_among_them():
    record, checkpoints, dataset = trained("iris", 30)
    rows = rows_looked_at(record.experiment, dataset, CLASS)
    epochs = epochs_looked_into(checkpoints, 30)
    assert epochs == [0, *sorted(checkpoints)]
    shares, looks = zip(*course_of(past_of(record, checkpoints, dataset), rows.places, epochs[:4]), strict=True)
    assert shares[-1] == 1
    course = Course(looks, 30)
    between = look_inside(record.experiment, past_of(record, checkpoints, dataset).trainer_at(9), rows)
    assert course.with_look(between).epochs == [*epochs[:4], 9]
    assert course.with_look(looks[1]) == course
    ids = [layer.id for layer in looks[0].layers]
    assert list(course.lines("norm")) == ids
    assert list(course.lines("stuck")) == ids[:1]


def test_a_long_run_is_looked_into_at_some_thirty_epochs_with_both_ends():
    checkpoints = dict.fromkeys(range(1, 900), b"")
    epochs = epochs_looked_into(checkpoints, 800)
    assert (len(epochs), epochs[0], epochs[-1]) == (MOST_EPOCHS, 0, 800)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pictures_tell_every_epoch_and_layer(language):
    record, checkpoints, dataset = trained("iris")
    rows = rows_looked_at(record.experiment, dataset, CLASS)
    looks = [look for _, look in course_of(past_of(record, checkpoints, dataset), rows.places, (0, 1, 3, 8))]
    course = Course(tuple(looks), 8)
    epochs, spreads = course.spreads(looks[0].layers[0].id, "weights")
    chart = spread_course(epochs, spreads, 3, "w", language=language)
    [heat] = chart.data
    assert (len(heat.x), heat.z.shape) == (5, (40, 4))
    np.testing.assert_allclose((heat.z**2).sum(axis=0), 1)
    assert sum(spread_now(spreads[0], "w", language=language).data[0].y) == spreads[0].total
    drawn = course.lines("ratio")
    lines = layer_lines(drawn, 3, "r", language=language, usual=LINES["ratio"].usual)
    assert [len(line.y) for line in lines.data] == [3, 3]  # the last epoch has no next update


@pytest.mark.parametrize(("values", "step"), [([0.2, 0.4], None), ([0.001, 2.0], 1), ([float("nan"), 0.0], None)])
def test_an_axis_within_a_power_of_ten_still_has_numbers_at_it(values, step):
    chart = layer_lines({"a": ([0, 1], values)}, 1, "norm", language="en")
    assert chart.layout.yaxis.dtick == step
