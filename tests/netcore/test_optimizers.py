"""Optimizers and schedules: golden numbers of Keras 3 (golden/make_optimizers.py), states, learning rates, refusals."""

import json
import pickle
import warnings
from pathlib import Path

import numpy as np
import pytest

import netcore
from netcore import Input, Sequential, config, layers, optimizers
from netcore.errors import NetcoreTypeError, NetcoreValueError
from netcore.optimizers import OPTIMIZERS, SCHEDULES, schedules
from netcore.optimizers.optimizer import CHUNK
from netcore.parameters import ParameterVector, Weight
from netcore.params import FloatParam
from tests.netcore.golden import training_cases as cases
from tests.netcore.helpers import ready_arguments

GOLDEN = np.load(Path(__file__).parent / "golden" / "optimizers.npz")


def begun(name, dtype="float64"):
    """An optimizer on its start weights, and the gradients to come."""
    start, gradients = cases.optimizer_data(name)
    vector = ParameterVector([Weight(str(index), value.astype(dtype)) for index, value in enumerate(start)], dtype)
    optimizer = cases.made_optimizer(name, netcore)
    optimizer.build(vector)
    return optimizer, vector, gradients


def step(optimizer, vector, gradient):
    for weight, one in zip(vector.weights, gradient, strict=True):
        weight.gradient[...] = one
    optimizer.apply()


@pytest.mark.parametrize(("dtype", "tolerance"), [("float64", 1e-10), ("float32", 1e-4)])
@pytest.mark.parametrize("name", cases.OPTIMIZERS)
def test_every_step_is_that_of_keras(name, dtype, tolerance):
    config.set_floatx(dtype)
    optimizer, vector, gradients = begun(name, dtype)
    for gradient, expected in zip(gradients, GOLDEN[name], strict=False):
        step(optimizer, vector, gradient)
        np.testing.assert_allclose(vector.values, expected, rtol=tolerance, atol=tolerance)
    optimizer.finalize()
    np.testing.assert_allclose(vector.values, GOLDEN[name][-1], rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("name", cases.OPTIMIZERS)
def test_an_optimizer_goes_on_from_its_state_in_another_process(name):
    first, vector, gradients = begun(name)
    second, other, _ = begun(name)
    for gradient in gradients[:3]:
        step(first, vector, gradient)
    second.set_state(first.get_state())
    other.values[...] = vector.values
    for gradient in gradients[3:]:
        step(first, vector, gradient)
        step(second, other, gradient)
    np.testing.assert_array_equal(other.values, vector.values)
    assert second.iterations == first.iterations


@pytest.mark.parametrize("name", cases.OPTIMIZERS)
def test_an_optimizer_is_rebuilt_from_its_config(name):
    made = cases.made_optimizer(name, netcore)
    config = json.loads(json.dumps(made.get_config()))
    again = optimizers.get({"class_name": type(made).__name__, "config": config})
    assert type(again) is type(made)
    assert again.get_config() == made.get_config()
    assert float(again.learning_rate) == float(made.learning_rate)


@pytest.mark.parametrize("cls", OPTIMIZERS, ids=lambda cls: cls.__name__)
def test_long_vectors_are_updated_in_chunks_with_the_same_result(cls):
    rng = np.random.default_rng(0)
    start, gradient = rng.normal(size=2 * CHUNK + 5), rng.normal(size=(3, 2 * CHUNK + 5))
    whole = ParameterVector([Weight("w", start)], "float64")
    part = ParameterVector([Weight("w", start[:100])], "float64")
    one, other = cls(0.1), cls(0.1)
    one.build(whole)
    other.build(part)
    for row in gradient:
        step(one, whole, [row])
        step(other, part, [row[:100]])
    np.testing.assert_array_equal(whole.values[:100], part.values)
    assert (whole.values != start).all()


@pytest.mark.parametrize("cls", OPTIMIZERS, ids=lambda cls: cls.__name__)
def test_every_optimizer_walks_downhill(cls):
    """The bottom of a bowl, w² / 2, from 1: each comes nearer."""
    vector = ParameterVector([Weight("w", np.array([1.0]))], "float64")
    optimizer = cls(0.05)
    optimizer.build(vector)
    for _ in range(60):
        step(optimizer, vector, [vector.values])
    assert abs(vector.values[0]) < (0.999 if cls is optimizers.Adadelta else 0.9)


@pytest.mark.parametrize("cls", OPTIMIZERS, ids=lambda cls: cls.__name__)
def test_a_step_allocates_no_slots_and_a_number_is_a_learning_rate_for_forms(cls):
    assert isinstance(cls.params["learning_rate"], FloatParam)
    assert optimizers.get(cls.__name__.upper()).__class__ is cls
    assert optimizers.get(cls.__name__.lower()).__class__ is cls


def test_slots_of_another_use_are_not_mixed_up():
    """RMSprop has an average of its own; the average of the weights is another one."""
    optimizer, vector, gradients = begun("rmsprop centered")
    step(optimizer, vector, gradients[0])
    assert len(optimizer.slots) == 3
    np.testing.assert_allclose(optimizer.slots["average"], 0.1 * np.concatenate([g.ravel() for g in gradients[0]]))


def test_adamw_needs_a_weight_decay():
    with pytest.raises(NetcoreValueError):
        optimizers.AdamW(weight_decay=None)
    assert optimizers.AdamW().weight_decay == 0.004


# --- averages and gathered gradients in a run


def twins(**arguments):
    models = []
    for more in ({}, arguments):
        model = Sequential([Input((2,)), layers.Dense(1, kernel_initializer="ones")])
        model.compile(optimizers.SGD(0.1, **more), "mse")
        models.append(model)
    return models


def test_the_average_takes_the_weights_place_at_the_end_of_fit():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(8, 2)), rng.normal(size=(8, 1))
    plain, averaged = twins(use_ema=True, ema_momentum=0.5)
    run = plain.iter_fit(x, y, batch_size=4, epochs=2, shuffle=False, batch_events=True)
    seen = [np.concatenate([np.ravel(weight) for weight in plain.get_weights()]) for _ in run]
    steps = [seen[0], seen[1], seen[3], seen[4]]  # after each update; an epoch's end comes in between
    expected = steps[0]
    for one in steps[1:]:
        expected = 0.5 * expected + 0.5 * one
    averaged.fit(x, y, batch_size=4, epochs=2, shuffle=False, verbose=0)
    np.testing.assert_allclose(np.concatenate([np.ravel(w) for w in averaged.get_weights()]), expected, rtol=1e-5)


def test_finalize_before_any_step_changes_nothing():
    _, model = twins(use_ema=True)
    model.ready_to_train()
    model.optimizer.finalize()
    np.testing.assert_array_equal(model.get_weights()[0], np.ones((2, 1)))


def test_gathered_gradients_make_the_update_of_the_larger_batch():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(12, 2)), rng.normal(size=(12, 1))
    plain, gathered = twins(gradient_accumulation_steps=3)
    plain.fit(x, y, batch_size=12, epochs=2, shuffle=False, verbose=0)
    gathered.fit(x, y, batch_size=4, epochs=2, shuffle=False, verbose=0)
    for ours, other in zip(plain.get_weights(), gathered.get_weights(), strict=True):
        np.testing.assert_allclose(ours, other, rtol=1e-5)
    assert gathered.optimizer.iterations == 2


# --- learning rate


def test_the_learning_rate_is_a_number_that_can_be_assigned():
    optimizer = optimizers.SGD(0.1)
    assert float(optimizer.learning_rate) == optimizer.learning_rate == 0.1
    optimizer.learning_rate.assign(0.5)
    assert optimizer.learning_rate == 0.5
    optimizer.learning_rate = np.float32(0.25)
    assert optimizer.learning_rate.numpy() == 0.25
    optimizer.learning_rate = np.array(0.125)
    assert json.dumps(optimizer.learning_rate) == repr(optimizer.learning_rate) == "0.125"
    assert pickle.loads(pickle.dumps(optimizer.learning_rate)) == 0.125  # noqa: S301  # our own
    with pytest.raises(NetcoreValueError):
        optimizer.learning_rate = -1


@pytest.mark.parametrize("rate", [1e308, 0.1])
def test_a_learning_rate_too_large_for_its_weights_is_infinite_without_a_word(rate):
    vector = ParameterVector([Weight("w", np.array([1.0]))], "float32")
    optimizer = optimizers.SGD(rate)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        optimizer.build(vector)
        optimizer.learning_rate = 1e308
    step(optimizer, vector, [np.array([1.0])])
    assert vector.weights[0].value == -np.inf


def test_a_scheduled_learning_rate_follows_the_updates_and_cannot_be_assigned():
    optimizer = optimizers.SGD(schedules.PiecewiseConstantDecay([1], [0.5, 0.25]))
    vector = ParameterVector([Weight("w", np.array([1.0]))], "float64")
    optimizer.build(vector)
    found = []
    for _ in range(3):
        found.append(float(optimizer.learning_rate))
        step(optimizer, vector, [np.ones(1)])
    assert found == [0.5, 0.5, 0.25]
    assert vector.values[0] == pytest.approx(1 - 0.5 - 0.5 - 0.25)
    for assign in (lambda: setattr(optimizer, "learning_rate", 0.1), lambda: optimizer.learning_rate.assign(0.1)):
        with pytest.raises(NetcoreTypeError) as caught:
            assign()
        assert caught.value.code == "optimizer.scheduled"
    optimizer.learning_rate = schedules.CosineDecay(0.2, 10)
    assert optimizer.learning_rate < 0.2


def test_a_schedule_of_ones_own_is_called_with_the_number_of_updates():
    class Halving(schedules.LearningRateSchedule):
        def __call__(self, step):
            return 0.5**step

    model = Sequential([Input((1,)), layers.Dense(1, use_bias=False, kernel_initializer="zeros")])
    model.compile(optimizers.SGD(Halving()), "mae")
    model.fit([[1.0]] * 3, [[100.0]] * 3, batch_size=1, verbose=0)
    assert model.get_weights()[0] == pytest.approx(1 + 0.5 + 0.25)


def test_a_schedule_without_a_rule_says_what_is_missing():
    with pytest.raises(NotImplementedError, match="__call__"):
        optimizers.SGD(schedules.LearningRateSchedule())


@pytest.mark.parametrize("name", cases.SCHEDULES)
def test_a_schedule_gives_the_rates_of_keras(name):
    cls, arguments = cases.SCHEDULES[name]
    schedule = SCHEDULES.get(cls)(**arguments)
    expected = GOLDEN[f"schedule {name}"]
    np.testing.assert_allclose([schedule(number) for number in cases.STEPS_ASKED], expected, rtol=1e-10)
    again = schedules.deserialize(json.loads(json.dumps(schedules.serialize(schedule))))
    assert again.get_config() == schedule.get_config()
    assert [again(number) for number in cases.STEPS_ASKED] == [schedule(number) for number in cases.STEPS_ASKED]


@pytest.mark.parametrize(
    ("cls", "name", "bad"),
    [(cls, name, bad) for cls in SCHEDULES for name, param in cls.params.items() for bad in param.invalid()],
    ids=lambda value: value.__name__ if isinstance(value, type) else repr(value)[:20],
)
def test_a_bad_argument_of_a_schedule_names_itself_and_its_value(cls, name, bad):
    with pytest.raises(NetcoreValueError) as caught:
        cls(**{**ready_arguments(cls), name: bad})
    assert caught.value.values["name"] == name
    assert repr(bad) in str(caught.value)


def test_a_piecewise_schedule_needs_one_value_more_than_boundaries():
    with pytest.raises(NetcoreValueError) as caught:
        schedules.PiecewiseConstantDecay([1, 2], [0.1, 0.2])
    assert caught.value.code == "schedule.lengths"
