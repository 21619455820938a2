"""Each equation shows the numbers that give its result, for random networks, samples and optimizers."""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lab.slow_motion.steps import steps_of
from lab.slow_motion.update import first_update
from lab.slow_motion.view import View
from lab.starts import start
from netcore.optimizers import OPTIMIZERS
from tests.lab.insight.test_nan_doctor import data, run_of
from tests.lab.slow_motion.looks import again, assert_terms_give_results, look, step, update_of_run, with_layers

WIDTHS = st.integers(1, 12)
FUNCTIONS = st.sampled_from([None, "relu", "sigmoid", "tanh", "elu", "softplus", "gelu"])
LAYERS = st.one_of(
    st.tuples(st.just("Dense"), st.fixed_dictionaries({"units": WIDTHS, "activation": FUNCTIONS})),
    st.tuples(st.just("Dropout"), st.fixed_dictionaries({"rate": st.sampled_from([0.2, 0.5])})),
    st.tuples(st.just("BatchNormalization"), st.just({})),
)


@settings(max_examples=15)
@given(layers=st.lists(LAYERS, min_size=1, max_size=4), seed=st.integers(0, 99))
def test_the_terms_that_are_shown_add_up_to_the_result_that_is_shown(layers, seed):
    experiment = with_layers(start("iris").replace(seed=seed), *layers)
    assert assert_terms_give_results(first_update(experiment, data(experiment))) > 10


@pytest.mark.parametrize("name", OPTIMIZERS.names())
def test_every_optimizer_moves_the_weight_as_its_equation_says(name):
    experiment = start("iris").with_fit(epochs=1).with_compile(optimizer={"type": name, "params": {}})
    record, checkpoints = run_of(experiment)
    update = update_of_run(record, checkpoints, data(experiment), 1, 4)  # its memory is no longer empty
    assert_terms_give_results(update, samples=1)
    moved = step(look(experiment), "update.kernel").equations[-1]
    assert "c" not in {piece.name for term in moved.terms for piece in term.pieces if not isinstance(piece, str)}


FTRL = {
    "learning_rate": 0.05, "learning_rate_power": -0.7, "l1_regularization_strength": 0.01, "beta": 0.2,
    "l2_regularization_strength": 0.02, "l2_shrinkage_regularization_strength": 0.03,
}  # fmt: skip


@pytest.mark.parametrize(
    ("name", "params"), [("Ftrl", FTRL), ("Nadam", {"weight_decay": 0.1}), ("Ftrl", {"weight_decay": 0.1})]
)
def test_what_an_optimizer_is_given_besides_stands_in_its_equations(name, params):
    experiment = start("iris").with_fit(epochs=1).with_compile(optimizer={"type": name, "params": params})
    record, checkpoints = run_of(experiment)
    update = update_of_run(record, checkpoints, data(experiment), 1, 4)
    assert_terms_give_results(update, samples=1)
    names = names_in(step(View(update, 0), "update.kernel").equations)
    assert names >= ({"l₁", "l₂", "l₃", "β", "z_1", "d"} if params is FTRL else {"λ"})
    assert "c" not in names


@pytest.mark.parametrize("name", OPTIMIZERS.names())
def test_a_learning_rate_of_0_has_equations_too(name):
    experiment = start("iris").with_compile(optimizer={"type": name, "params": {"learning_rate": 0}})
    assert step(look(experiment), "update.kernel").equations


def names_in(equations) -> set[str]:
    return {
        piece.name for one in equations for term in one.terms for piece in term.pieces if not isinstance(piece, str)
    }


def test_the_rows_are_those_that_the_training_took_and_the_weights_come_out_the_same():
    experiment = start("iris").with_fit(epochs=3)
    record, checkpoints = run_of(experiment)
    last = update_of_run(record, checkpoints, data(experiment), 3, 9)
    assert (last.epoch, last.batch, last.batches) == (3, 9, 9)
    after = [quantity.value for quantity in last.trace if quantity.kind == "parameter_after"]
    for mine, theirs in zip(after, record.weights, strict=True):
        assert (mine == theirs).all()


@pytest.mark.parametrize("name", ["digits_conv", "two_in_two_out", "ctc_morse"])
def test_the_ready_made_starts_add_up_too(name):
    experiment = start(name).with_fit(batch_size=4)
    assert assert_terms_give_results(first_update(experiment, data(experiment))) > 10


RECURRENT = [
    ("LSTM", {}),
    ("LSTM", {"go_backwards": True}),
    ("GRU", {}),
    ("GRU", {"reset_after": False}),
    ("SimpleRNN", {}),
]


@pytest.mark.parametrize(("name", "params"), RECURRENT)
def test_recurrent_layers_add_up_step_by_step(name, params):
    experiment = with_layers(start("hourly"), (name, {"units": 3, **params})).with_fit(batch_size=4)
    view = look(experiment)
    assert_terms_give_results(view.update)
    assert step(view, "forward.sums").equations
    assert step(view, "forward.state").equations


WINDOWS = [
    ("Conv2D", {"filters": 4, "kernel_size": 3, "padding": "same", "strides": 2, "groups": 1}),
    ("AveragePooling2D", {"pool_size": 3, "strides": 2, "padding": "same"}),
    ("MaxPooling2D", {"pool_size": 3, "strides": 1}),
    ("GlobalAveragePooling2D", {}),
    ("GlobalMaxPooling2D", {}),
]


@pytest.mark.parametrize(("name", "params"), WINDOWS)
def test_windows_add_up_whatever_their_padding_and_strides(name, params):
    first = ("Conv2D", {"filters": 4, "kernel_size": 3, "activation": "tanh"})
    last = () if name.startswith("Global") else (("Flatten", {}),)
    experiment = with_layers(start("digits_conv"), first, (name, params), *last).with_fit(batch_size=3)
    assert_terms_give_results(first_update(experiment, data(experiment)))


def test_a_network_that_has_diverged_is_told_as_well():
    def diverge(model):
        for weight in model.trainable_weights:
            weight.value[...] = np.nan

    told = step(again(look(start("digits_conv").with_fit(batch_size=3)), diverge), "backward.layer.a2")
    assert np.isnan(told.equations[0].result.value)
    assert [one.key for one in told.says] == ["slow.pool_back.chosen"]


def test_an_embedding_tells_the_row_that_was_looked_up():
    layers = [("Embedding", {"input_dim": 20, "output_dim": 3}), ("Flatten", {})]
    view = look(with_layers(start("digits_conv").with_data(scaling="none").with_fit(batch_size=4), *layers))
    told = step(view, "forward.layer.a1")
    word = int(view.of("x")[view.focus["x"]])
    assert told.says[0].values["word"] == word
    assert step(view, "backward.embeddings").weight == ("embeddings", (word, view.focus["a1"][-1]))
    assert_terms_give_results(view.update)


def test_penalties_stand_apart_in_the_loss_and_in_the_gradient():
    penalty = {"class_name": "L2", "config": {"l2": 0.1}}
    view = look(with_layers(start("iris"), ("Dense", {"units": 4, "kernel_regularizer": penalty})))
    loss = step(view, "loss.batch").equations[0]
    assert loss.terms[-1].pieces[0].name == "R"
    assert loss.terms[-1].value == pytest.approx(0.1 * float((view.all("W1") ** 2).sum()))
    assert step(view, "backward.kernel.a1").equations[0].terms[-1].pieces[0].name == "∂R"
    assert_terms_give_results(view.update)


@pytest.mark.parametrize("clip", ["clipvalue", "clipnorm", "global_clipnorm"])
def test_a_clipped_gradient_is_told_before_and_after(clip):
    optimizer = {"type": "SGD", "params": {"learning_rate": 0.1, clip: 0.001}}
    view = look(start("iris").with_compile(optimizer=optimizer))
    assert step(view, "update.clip").says[0].key.startswith("slow.clip.")
    moved = step(view, "update.kernel.z2")
    assert moved.equations[0].result.name == "g"
    assert abs(moved.equations[0].result.value) <= 0.001001
    assert_terms_give_results(view.update)


def test_a_wide_sum_shows_its_largest_terms_and_the_rest_as_one_number():
    experiment = with_layers(start("iris"), ("Dense", {"units": 40, "activation": "tanh"}))
    equation = step(look(experiment), "forward.sum.z2").equations[0]
    assert equation.more == 34
    shown = [abs(term.value) for term in equation.terms[:-1]]
    assert len(shown) == 6
    assert abs(equation.rest) <= 34 * min(shown)


def test_a_chosen_unit_is_followed_through_all_steps():
    view = look(start("iris"), z1=(2,), x=(3,))
    assert step(view, "forward.sum.z1").equations[0].result.name == "z_3"
    assert step(view, "backward.kernel.z1").weight == ("kernel", (3, 2))
    assert step(view, "update.kernel.z1").equations[-1].terms[0].pieces[0].name == "w_4,3"


def test_every_step_is_found_again_by_its_key():
    keys = [one.key for one in steps_of(look(start("iris")))]
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize("name", ["iris", "digits_conv", "hourly"])
def test_every_number_in_the_drawing_stands_in_the_equations_of_its_step(name):
    steps = steps_of(look(start(name)))
    beside = [(one.key, lit.value) for one in steps for lit in one.lit if lit.value is not None]
    assert [told for told in beside if told[1] not in {one.key: one.numbers for one in steps}[told[0]]] == []
    results = {one.key: {equation.result.value for equation in one.equations} for one in steps}
    with_result = {key for key, value in beside if value in results[key]}
    expected = {"iris": "forward.sum.z1", "digits_conv": "forward.layer.a2", "hourly": "forward.state.a1.0"}
    assert {expected[name], "loss.batch"} <= with_result


@pytest.mark.parametrize("name", ["iris", "digits_conv", "hourly"])
def test_no_two_numbers_of_an_equation_have_one_name(name):
    for one in steps_of(look(start(name))):
        for equation in one.equations:
            pieces = [piece for term in equation.terms for piece in term.pieces if not isinstance(piece, str)]
            called = {(piece.name, piece.label): piece.value for piece in [*pieces, equation.result] if piece.name}
            twice = [piece for piece in pieces if piece.name and called[piece.name, piece.label] != piece.value]
            assert twice == [], one.key


def test_behind_a_cross_stands_the_sample_and_in_brackets_the_place():
    [equation] = step(look(start("digits_conv")), "backward.kernel.z1").equations
    labels = {piece.label for term in equation.terms for piece in term.pieces if not isinstance(piece, str)}
    assert all(re.fullmatch(r"#\d+|\(\d+,\d+\)", label) for label in labels)
    assert len({label[0] for label in labels}) == 2


def test_the_column_of_a_gate_is_told():
    says = step(look(start("hourly")), "backward.kernel.a1").says
    assert any("33 is gate g of unit 1" in one.say("en") for one in says)
