"""Why a gradient is 0: each cause is planted, and named."""

import numpy as np
import pytest

from lab.charts.slow_motion import motion_data
from lab.slow_motion.steps import steps_of
from lab.slow_motion.view import View
from lab.starts import start
from lab.texts import LANGUAGES
from tests.lab.slow_motion.looks import again, look, step, with_layers

DENSE = ("Dense", {"units": 4, "activation": "relu"})


def causes(view: View, key: str) -> list[str]:
    return [cause.key.removeprefix("slow.zero.") for cause in step(view, key).causes]


def dead(unit: int):
    def change(model):
        kernel, bias, *others = model.get_weights()
        kernel[:, unit], bias[unit] = 0, -1.0
        model.set_weights([kernel, bias, *others])

    return change


def test_a_dead_unit_is_named_with_its_sum():
    view = again(look(with_layers(start("iris"), DENSE)), dead(2), z1=(2,))
    assert causes(view, "backward.function.a1") == ["dead"]
    told = step(view, "backward.function.a1").causes[0]
    assert (told.values["z"], told.values["function"]) == (-1.0, "relu")
    assert causes(view, "backward.kernel.z1") == ["each_sample", "dead"]
    assert causes(view, "backward.bias.z1") == ["each_sample", "dead"]
    assert "no_gradient" in causes(view, "update.kernel.z1")


def test_a_saturated_unit_is_named():
    def saturate(model):
        kernel, bias, *others = model.get_weights()
        kernel[:, 1], bias[1] = 0, 60.0
        model.set_weights([kernel, bias, *others])

    view = again(look(with_layers(start("iris"), ("Dense", {"units": 4, "activation": "tanh"}))), saturate, z1=(1,))
    assert causes(view, "backward.function.a1") == ["saturated"]
    assert causes(view, "backward.kernel.z1") == ["each_sample", "saturated"]


def test_a_learning_rate_of_0_is_named_though_there_is_a_gradient():
    view = look(start("iris").with_learning_rate(0.0))
    assert causes(view, "update.kernel.z2") == ["rate"]
    assert causes(view, "backward.kernel.z2") == []


def test_a_frozen_layer_is_named():
    def freeze(model):
        model.layers[0].trainable = False

    view = again(look(start("iris")), freeze)
    assert causes(view, "backward.none.z1") == ["frozen"]
    assert not [one for one in steps_of(view) if one.key == "update.kernel.z1"]


def test_a_frozen_layer_between_others_is_named_too():
    def freeze(model):
        model.layers[1].trainable = False

    view = again(look(start("iris")), freeze)
    assert causes(view, "backward.kernel.z2") == ["frozen"]
    assert step(view, "update.kernel.z1").weight is None


def test_a_unit_that_dropout_switched_off_is_named():
    view = look(with_layers(start("iris"), ("Dense", {"units": 16, "activation": "tanh"}), ("Dropout", {"rate": 0.5})))
    keep = view.all("keep2")[0]
    off = int(np.flatnonzero(keep == 0)[0])
    view = View(view.update, 0, {"z1": (off,)})
    assert causes(view, "backward.layer.a2") == ["dropped"]
    assert causes(view, "backward.function.a1") == ["dropped"]


def test_a_number_that_was_not_the_largest_of_its_window_is_named():
    view = look(start("digits_conv"))
    chosen = view.focus["a1"]
    others = [
        (*place, chosen[-1])
        for place in np.ndindex(view.of("a1").shape[:-1])
        if view.slope("a1")[0][(*place, chosen[-1])] == 0
    ]
    view = View(view.update, 0, {"z1": others[0], "a2": (others[0][0] // 2, others[0][1] // 2, others[0][2])})
    assert causes(view, "backward.layer.a2") == ["not_chosen"]


def test_an_input_that_is_0_in_the_whole_batch_is_named():
    view = look(start("iris"), x=(2,))
    x = view.all("x").copy()
    x[:, 2] = 0
    assert causes(again(view, x=x, z1=(0,)), "backward.kernel.z1") == ["input_zero"]


@pytest.mark.parametrize("kind", ["LSTM", "GRU", "SimpleRNN"])
def test_an_input_of_a_recurrent_layer_that_is_0_at_every_step_is_named(kind):
    view = look(with_layers(start("hourly"), (kind, {"units": 3})).with_fit(batch_size=4))
    assert causes(again(view, x=0 * view.all("x")), "backward.kernel.a1") == ["input_zero"]


def test_weights_of_0_on_every_way_on_are_named():
    def cut(model):
        kernel, bias, last, *others = model.get_weights()
        last[3] = 0
        model.set_weights([kernel, bias, last, *others])

    view = again(look(with_layers(start("iris"), ("Dense", {"units": 4, "activation": "tanh"}))), cut, z1=(3,))
    assert causes(view, "backward.function.a1") == ["weights_zero"]


def test_a_prediction_that_is_exactly_right_is_named():
    view = look(start("tmax"))
    out = view.ops[-1].out
    view = again(view, targets=view.all(out))
    assert causes(view, f"backward.loss.{out}") == ["no_error"]


def test_an_output_without_a_weight_that_learns_before_it_has_no_path():
    def freeze(model):
        model.trainable = False

    view = again(look(start("iris")), freeze)
    assert causes(view, "backward.loss.a2") == ["no_path"]


def test_gradients_that_are_being_gathered_are_named():
    optimizer = {"type": "SGD", "params": {"gradient_accumulation_steps": 4}}
    assert causes(look(start("iris").with_compile(optimizer=optimizer)), "update.kernel.z2") == ["gathering"]


@pytest.mark.parametrize("language", ["ko", "en"])
def test_every_cause_is_said_with_all_its_numbers(language):
    view = again(look(with_layers(start("iris"), DENSE)), dead(2), z1=(2,))
    for one in steps_of(view):
        for cause in one.causes:
            assert "{" not in cause.say(language)


@pytest.mark.parametrize("weight", [0.0, 5e-324, 1e-300, 1e9])
def test_outputs_that_count_nothing_or_next_to_nothing_are_written_out(weight):
    experiment = start("two_in_two_out")
    for output in experiment.model.outputs:
        experiment = experiment.with_model(experiment.model.with_output(output.name, weight=weight))
    view = look(experiment)
    assert all(equation.terms for one in steps_of(view) for equation in one.equations)
    assert all(motion_data(steps_of(view), view.update.network, language) for language in LANGUAGES)
