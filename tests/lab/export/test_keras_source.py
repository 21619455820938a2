"""The exported program is Python whatever the experiment holds, and under Keras it is the same network."""

import ast

import numpy as np
import pytest
from hypothesis import given

from lab.export.keras_source import keras_source, model_lines
from lab.runs.wire.spec import Fit, Part, RunSpec, Sequential
from lab.runs.work.build import build_model
from lab.spec.experiment import Change
from lab.starts import STARTS, start
from netcore.layers import LAYERS
from netcore.losses import LOSSES
from netcore.optimizers import OPTIMIZERS
from tests.lab.spec.test_experiment import experiments, iris


@given(experiments())
def test_the_program_parses_whatever_the_experiment_holds(experiment):
    tree = ast.parse(keras_source(experiment, (4,)))
    names = [node.names[0].name for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
    assert names == ["keras", "layers"]


@pytest.mark.parametrize("name", ["a\nimport os", "a\rb", "\x00", "\u2028x", "'''", "\\"])
def test_a_name_cannot_leave_its_comment(name):
    plain = ast.dump(ast.parse(keras_source(iris(name=""), (4,))))
    assert ast.dump(ast.parse(keras_source(iris(name=name).with_data(target=name), (4,)))) == plain


def test_it_reads_like_the_lecture():
    source = keras_source(start("lecture"), (784,))
    for line in (
        "keras.Input((784,)),",
        "layers.Dense(32, activation='relu'),",
        "layers.Dense(10, activation='softmax'),",
        "loss=losses.MeanSquaredError(),",
        "metrics=['accuracy'],",
    ):
        assert line in source
    assert "batch_size=10" in source


def test_knobs_turned_on_the_way_become_calls_of_fit_in_order():
    experiment = iris().with_fit(
        epochs=10,
        batch_size=10,
        changes=(
            Change(epoch=3, batch=0, name="learning_rate", value=0.5),
            Change(epoch=5, batch=2, name="batch_size", value=20.0),
            Change(epoch=7, batch=0, name="epochs", value=12.0),
        ),
    )
    calls = [line for line in keras_source(experiment, (4,)).splitlines() if line.startswith("model.")][1:]
    assert [line.partition("  #")[0] for line in calls] == [
        "model.fit(x_train, y_train, validation_data=(x_val, y_val), epochs=3, batch_size=10)",
        "model.optimizer.learning_rate = 0.5",
        "model.fit(x_train, y_train, validation_data=(x_val, y_val), initial_epoch=3, epochs=6, batch_size=10)",
        "model.fit(x_train, y_train, validation_data=(x_val, y_val), initial_epoch=6, epochs=12, batch_size=20)",
    ]


def test_no_validation_part_and_no_shuffling_are_said():
    experiment = iris().with_data(split=iris().data.split.replace(validation=0.0)).with_fit(shuffle=False)
    source = keras_source(experiment, (4,))
    assert "validation_data" not in source
    assert "shuffle=False" in source


def executed(experiment, input_shape):
    """The model of the exported program, made by Keras."""
    program = ["import keras", "from keras import layers, losses, optimizers", *model_lines(experiment, input_shape)]
    space = {}
    exec("\n".join(program), space)  # noqa: S102  # our own text
    return space["model"]


def spec_of(experiment, input_shape):
    compiled = experiment.compile
    layers = tuple(Part(layer.type, layer.params) for layer in experiment.model.layers)
    loss = Part(compiled.loss.type, compiled.loss.params)
    network = Sequential(layers, input_shape, loss, compiled.metrics)
    return RunSpec(network, Part(compiled.optimizer.type, compiled.optimizer.params), Fit(1, 1, True), seed=0)


# Keras 3.15 with NumPy 2.4 warns about its own __array__
@pytest.mark.parametrize("name", [name for name in STARTS if start(name).model.kind == "sequential"])
def test_keras_builds_the_same_network(name):
    experiment = start(name)
    shape = {"lecture": (784,), "hourly": (24, 5), "ctc_morse": (72, 1), "digits_conv": (8, 8, 1)}.get(name, (5,))
    theirs, ours = executed(experiment, shape), build_model(spec_of(experiment, shape))
    assert [w.shape for w in theirs.get_weights()] == [w.shape for w in ours.get_weights()]
    assert [layer.output.shape for layer in theirs.layers] == [layer.output_shape for layer in ours.layers]
    assert type(theirs.optimizer).__name__ == experiment.compile.optimizer.type
    assert float(theirs.optimizer.learning_rate) == pytest.approx(float(ours.optimizer.learning_rate))
    theirs.set_weights(ours.get_weights())
    x = np.random.default_rng(0).normal(size=(7, *shape)).astype(np.float32)
    np.testing.assert_allclose(np.asarray(theirs(x)), ours.predict(x, verbose=0), atol=1e-5)


@pytest.mark.parametrize(
    ("kind", "cls"),
    [
        (kind, cls)
        for kind, registry in (("layer", LAYERS), ("loss", LOSSES), ("optimizer", OPTIMIZERS))
        for cls in registry
        if cls.in_keras
    ],
    ids=lambda value: value if isinstance(value, str) else value.__name__,
)
def test_every_registered_part_is_written_as_keras_spells_it(kind, cls):
    import keras

    module = {"layer": keras.layers, "loss": keras.losses, "optimizer": keras.optimizers}[kind]
    theirs = getattr(module, cls.__name__)
    import inspect

    known = inspect.signature(theirs).parameters
    taken_by_the_base_class = {"zero_output_for_mask", "activity_regularizer"}  # by **kwargs
    assert set(cls.params) - taken_by_the_base_class <= set(known)
