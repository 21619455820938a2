"""A step as a list of calls: the numbers are those of the equations, nothing is allocated, and the memory is told."""

import tracemalloc

import numpy as np
import pytest

from netcore import Input, Model, Sequential, layers, utils
from netcore.activations import softmax
from netcore.inference import PIECE, rows_at_once
from netcore.node import Node
from netcore.plan import Plan
from netcore.program import differentiate
from netcore.reorder import pooled_before_relu
from netcore.tape import NotRepeatable, record

ROWS, BATCH = 22, 8  # the last batch is smaller
random = np.random.default_rng(0)


def images(channels=2):
    return random.normal(size=(ROWS, 6, 6, channels)).astype("float32")


def two_inputs():
    a, b = Input((3,)), Input((2,))
    joined = layers.Concatenate()([layers.Dense(4, "relu")(a), layers.Dense(3, "sigmoid")(b)])
    hidden = layers.Dense(5, "tanh")(joined)
    return Model([a, b], [layers.Dense(1)(hidden), layers.Dense(3, "softmax")(hidden)])


def convolutional():
    parts = [layers.Conv2D(3, 3, activation="relu"), layers.MaxPooling2D(2), layers.Flatten()]
    return Sequential([Input((6, 6, 2)), *parts, layers.Dense(3, activation="softmax")])


def over_time():
    parts = [layers.Masking(), layers.Dense(4, "relu"), layers.LSTM(3), layers.Dropout(0.5, seed=1)]
    return Sequential([Input((5, 3)), *parts, layers.Dense(3, activation="softmax")])


CLASSES = np.eye(3, dtype="float32")[random.integers(3, size=ROWS)]
NUMBERS = random.normal(size=(ROWS, 1)).astype("float32")
TASKS = {
    "several inputs and outputs": (
        two_inputs,
        [random.normal(size=(ROWS, 3)), random.normal(size=(ROWS, 2))],
        [NUMBERS, CLASSES],
        ["mse", "categorical_crossentropy"],
    ),
    "softmax under another loss": (
        lambda: Sequential([Input((4,)), layers.Dense(40, "elu"), layers.Dense(3, "softmax")]),
        random.normal(size=(ROWS, 4)),
        CLASSES,
        "mae",
    ),
    "convolution": (convolutional, images(), CLASSES, "mse"),
    "a recurrent layer": (
        lambda: Sequential([Input((5, 3)), layers.LSTM(4, return_sequences=True), layers.LSTM(3), layers.Dense(1)]),
        random.normal(size=(ROWS, 5, 3)),
        NUMBERS,
        "mse",
    ),
    "masks and random layers": (over_time, np.round(random.normal(size=(ROWS, 5, 3))), CLASSES, "mse"),
}


@pytest.mark.parametrize("optimizer", ["sgd", "adam", "rmsprop", "lion"])
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("task", TASKS)
def test_a_fit_plays_bit_for_bit_what_the_equations_say(task, weighted, optimizer):
    build, x, y, loss = TASKS[task]
    weight = np.linspace(0, 1, ROWS, dtype="float32") if weighted and not isinstance(y, list) else None
    found = []
    for by_fit in (True, False):
        utils.set_random_seed(3)
        model = build()
        model.compile(optimizer, loss)
        for _ in range(2):
            if by_fit:
                model.fit(x, y, batch_size=BATCH, shuffle=False, sample_weight=weight, verbose=0)
                continue
            for start in range(0, ROWS, BATCH):  # by the methods of the layers
                xs, ys = ([v[start : start + BATCH] for v in (vs if isinstance(vs, list) else [vs])] for vs in (x, y))
                some = None if weight is None else weight[start : start + BATCH]
                model.train_on_batch(xs if len(xs) > 1 else xs[0], ys if len(ys) > 1 else ys[0], some)
        found.append(model.get_weights())
    for played, said in zip(*found, strict=True):
        np.testing.assert_array_equal(played, said)


def test_a_step_is_a_flat_list_of_calls_of_numpy():
    calls = batches_of(Sequential([Input((2,)), layers.Dense(3, "tanh"), layers.Dense(1, "tanh")]), ROWS)[0].calls
    names = [function.__name__ for function, _ in calls]
    assert names[:4] == ["dot", "tanh", "dot", "tanh"]
    assert set(names) == {"dot", "tanh", "multiply", "subtract", "__setitem__"}


def batches_of(model, rows, loss="mse"):
    x = random.normal(size=(rows, *model.input_shape[1:])).astype("float32")
    y = random.normal(size=(rows, model.output_shape[-1])).astype("float32")
    model.compile("adam", loss)
    run = model.iter_fit(x, y, batch_size=rows, epochs=2, shuffle=False)
    next(run)
    run._cursor = 0
    return run._cut()


@pytest.mark.parametrize(
    "parts",
    [
        [layers.Dense(400, "relu"), layers.Dense(200, "sigmoid"), layers.Dense(10, "softmax")],
        [layers.Reshape((5, 5, 4)), layers.Conv2D(32, 3, activation="relu"), layers.MaxPooling2D(2), layers.Flatten()],
        [layers.Reshape((20, 5)), layers.LSTM(32)],
    ],
    ids=["dense", "convolution", "lstm"],
)
def test_a_step_allocates_no_array(parts):
    model = Sequential([Input((100,)), *parts])
    (batch,) = batches_of(model, 128)
    with np.errstate(all="ignore"):  # which also bounds the setting in the next line
        np.setbufsize(16)  # numbers: NumPy's own buffers, where bool becomes float, differ from version to version
        differentiate(batch)
        model.optimizer.apply()
        tracemalloc.start()
        try:
            for _ in range(3):
                differentiate(batch)
                model.optimizer.apply()
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    assert peak < 4_000  # bytes: views and small buffers; the smallest array of a batch has more


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
@pytest.mark.parametrize(
    ("shape", "parts"),
    [
        ((784,), lambda: [layers.Dense(256, "relu"), layers.Dense(128, "tanh")]),
        ((12, 12, 3), lambda: [layers.Conv2D(16, 3, activation="relu"), layers.MaxPooling2D(2), layers.Flatten()]),
        ((24, 8), lambda: [layers.LSTM(64)]),
    ],
    ids=["dense", "convolution", "lstm"],
)
def test_the_memory_told_is_what_training_takes(shape, parts, optimizer):
    rows = 256
    x = random.normal(size=(rows, *shape)).astype("float32")
    y = np.eye(10, dtype="float32")[random.integers(10, size=rows)]
    tracemalloc.start()
    try:
        model = Sequential([Input(shape), *parts(), layers.Dense(10, "softmax")])
        model.compile(optimizer, "categorical_crossentropy")
        model.ready_to_train()
        own = tracemalloc.get_traced_memory()[0]
        model.fit(x, y, batch_size=rows, shuffle=False, verbose=0)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    told = model.memory(rows)
    assert told.peak == pytest.approx(peak, rel=0.1)
    assert told.model == pytest.approx(own, rel=0.1, abs=60_000)
    assert told.peak == told.model + told.activations + told.rows


def test_memory_grows_with_the_batch_and_the_optimizer():
    model = Sequential([Input((20,)), layers.Dense(30, "tanh"), layers.Dense(1)])
    model.compile("sgd", "mse")
    few, many = model.memory(10), model.memory(1000)
    assert many.model == few.model
    assert many.activations == pytest.approx(100 * few.activations, rel=0.01)
    weights = model.count_params()
    assert few.parameters == few.gradients == 4 * weights
    model.compile("adam", "mse")
    assert model.memory(10).optimizer - few.optimizer == pytest.approx(2 * 4 * weights, abs=64)
    with pytest.raises(ValueError, match="batch_size"):
        model.memory(0)


SIZES = {
    "dense": ((8,), lambda: [layers.Dense(50, "relu")]),
    "normalization": ((30,), lambda: [layers.Dense(40), layers.LayerNormalization(), layers.PReLU()]),
    "convolution": ((28, 28, 1), lambda: [layers.Conv2D(16, 3, activation="relu"), layers.MaxPooling2D(2)]),
    "overlapping windows": ((200, 4), lambda: [layers.MaxPooling1D(50, strides=1, padding="same")]),
    "far cells": ((10, 3), lambda: [layers.Conv1D(4, 3, dilation_rate=100, padding="causal")]),
    "a wide margin": ((10, 10, 3), lambda: [layers.ZeroPadding2D(20), layers.AveragePooling2D(3)]),
    "lstm": ((50, 3), lambda: [layers.LSTM(32)]),
    "gru": ((50, 3), lambda: [layers.GRU(32)]),
    "simple rnn": ((50, 3), lambda: [layers.SimpleRNN(32)]),
    "both ends": ((50, 3), lambda: [layers.Bidirectional(layers.LSTM(16))]),
    "every step": ((10, 28, 28, 1), lambda: [layers.TimeDistributed(layers.Conv2D(4, 3))]),
    "repeated": ((30,), lambda: [layers.RepeatVector(100), layers.Permute((2, 1))]),
    "looked up": ((30,), lambda: [layers.Embedding(100, 16), layers.GlobalMaxPooling1D()]),
}


@pytest.mark.parametrize("name", SIZES)
def test_what_a_layer_holds_is_told_from_shapes_alone_within_a_factor_of_three(name):
    shape, parts = SIZES[name]
    model = Sequential([Input(shape), *parts(), layers.Flatten(), layers.Dense(1)])
    model.compile("sgd", "mse")
    told, one = 0, (None, *shape)
    for layer in model.layers:
        told, one = told + layer.demands(one).numbers, layer.compute_output_shape(one)
    laid_out = model.memory(64).activations / (64 * 4)
    assert 0.6 * laid_out < told < 3.1 * laid_out


def test_long_sequences_and_large_windows_are_looked_at_in_few_rows_at_a_time():
    long = Sequential([Input((5000, 1)), layers.LSTM(100), layers.Dense(1)])
    wide = Sequential([Input((400, 8)), layers.MaxPooling1D(200, strides=1), layers.GlobalMaxPooling1D()])
    assert rows_at_once(Sequential([Input((3,)), layers.Dense(1)])) == PIECE
    assert rows_at_once(long) < 50
    assert rows_at_once(wide) < 120


def test_a_relu_after_the_pooling_gives_the_same_bits():
    model = Sequential([Input((6, 6, 2)), *convolutional().layers[:2]])
    graph, found = model.sized([(None, 6, 6, 2)]), []
    x = np.moveaxis(np.round(images()), 0, -1)  # round numbers: windows with their largest number several times
    for steps in (graph.steps(), pooled_before_relu(graph.steps(), graph.outputs)):
        plan = Plan(steps, graph.inputs, graph.outputs, ROWS, training=True, dtype="float32")
        plan.feed([(x, x)])
        plan.forward()
        plan.output_gradients[0][...] = np.arange(plan.outputs[0].size).reshape(plan.outputs[0].shape)
        plan.backward()
        found.append((plan.outputs[0].copy(), model.layers[0].gradients["kernel_and_bias"].copy()))
    assert [step.operation for step in steps][1] is model.layers[1]
    for before, after in zip(*found, strict=True):
        np.testing.assert_array_equal(before, after)


def test_what_is_not_the_same_at_every_step_is_not_written_down():
    array = np.ones((2, 3), "float32")

    def assigns(x):
        x[0] = 1

    def gives_a_number(x):
        x.sum()

    def looks_at_a_part(x):
        np.add(x[:1], x[1:], np.empty_like(x[1:]))

    for function in (assigns, gives_a_number, looks_at_a_part, np.argsort, lambda x: x.fill(0)):
        with pytest.raises(NotRepeatable):
            record(function, array, changing=[array])
    np.testing.assert_array_equal(array, 1)


def test_writing_down_changes_no_number():
    x = random.normal(size=(3, 4)).astype("float32")
    node = Node([x], [x.copy()], [None], [])
    softmax.prepare(node, training=False)
    calls = record(softmax.forward, node, training=False)
    np.testing.assert_array_equal(node.y, x)
    for function, arguments in calls:
        function(*arguments)
    np.testing.assert_allclose(node.y.sum(axis=0), 1, rtol=1e-6)


def test_many_rows_and_few_units_give_the_product_that_few_rows_give():
    model = Sequential([Input((600,)), layers.Dense(20)])
    x = random.normal(size=(200, 600)).astype("float32")
    whole = model.predict(x, verbose=0)  # turned round: more than 2 ** 20 products
    pieces = [model.predict(x[start : start + 10], verbose=0) for start in range(0, 200, 10)]
    np.testing.assert_allclose(whole, np.concatenate(pieces), atol=1e-4)
