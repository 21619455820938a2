"""A functional model exported to Keras: the program runs there, and is the same network with the same history keys."""

import numpy as np
import pytest

from lab.data.prepare import prepare
from lab.data.samples import load_sample
from lab.export.graph_source import variables
from lab.export.keras_source import keras_source
from lab.outputs import history_keys
from lab.runs.arrays import data_of
from lab.runs.build import build_model
from lab.runs.spec import run_spec
from lab.starts import start

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


def two_in_two_out():
    return start("two_in_two_out").with_fit(epochs=2)


def with_a_shared_layer():
    """Both inputs three columns wide, so that one layer can read either."""
    experiment = two_in_two_out()
    groups = [group.replace(columns=group.columns[:3]) for group in experiment.data.groups]
    graph = experiment.model.without_node("l1").with_shared_node("l0", ["upper"])
    merge = graph.node("l2").replace(reads=("l0", graph.nodes[-1].id))
    return experiment.replace(data=experiment.data.with_groups(groups), model=graph.with_layer(merge))


def with_one_output():
    experiment = two_in_two_out()
    return experiment.replace(
        data=experiment.data.replace(more_targets=()), model=experiment.model.without_output("rain")
    )


def with_mean():
    return two_in_two_out().with_compile(combine_losses="mean")


def dataset_of(experiment):
    return prepare(load_sample("two_in_two_out"), experiment.data, experiment.seed)


@pytest.mark.parametrize("make", [two_in_two_out, with_a_shared_layer, with_one_output, with_mean])
def test_the_whole_program_runs_under_keras_and_gives_the_same_shapes_losses_and_keys(make):
    experiment = make()
    dataset = dataset_of(experiment)
    spec, arrays = run_spec(experiment, dataset)
    ours = build_model(spec)
    x, y = data_of(arrays, "x"), data_of(arrays, "y")
    space = {"x_train": x, "y_train": y, "x_val": data_of(arrays, "x_val"), "y_val": data_of(arrays, "y_val")}
    exec(keras_source(experiment, dataset.input_shapes), space)  # noqa: S102  # our own text
    theirs = space["model"]
    assert set(theirs.history.history) == set(history_keys(experiment, validated=True))
    assert [w.shape for w in theirs.get_weights()] == [w.shape for w in ours.get_weights()]
    theirs.set_weights(ours.get_weights())
    expected = theirs.predict(x, verbose=0)
    for name, values in ours.predict(x, verbose=0).items():
        np.testing.assert_allclose(expected[name], values, atol=1e-5)
    judged = theirs.evaluate(x, y, batch_size=720, verbose=0, return_dict=True)
    for name, value in ours.evaluate(x, y, batch_size=720, verbose=0, return_dict=True).items():
        assert judged[name] == pytest.approx(value, rel=1e-4), name


def test_a_shared_layer_is_written_once_and_called_twice():
    source = keras_source(with_a_shared_layer(), {"ground": (3,), "upper": (3,)})
    assert source.count("l0_layer = layers.Dense(16, activation='relu')") == 1
    assert "l0 = l0_layer(ground)" in source
    assert "= l0_layer(upper)" in source


def test_names_that_the_program_needs_itself_are_not_given_away():
    found = variables(["keras", "layers", "model", "3a", "기온", "l0"])
    assert found == {"keras": "keras_", "layers": "layers_", "model": "model_", "3a": "_3a", "기온": "기온", "l0": "l0"}
