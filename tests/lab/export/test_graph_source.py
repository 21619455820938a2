"""A functional model as a Keras program: what is shared, what things are called. `test_runs_in_keras` executes it."""

from lab.export.graph_source import variables
from lab.export.keras_source import keras_source
from tests.lab.export.experiments import with_a_shared_layer


def test_a_shared_layer_is_written_once_and_called_twice():
    source = keras_source(with_a_shared_layer(), {"ground": (3,), "upper": (3,)})
    assert source.count("l0_layer = layers.Dense(16, activation='relu')") == 1
    assert "l0 = l0_layer(ground)" in source
    assert "= l0_layer(upper)" in source


def test_names_that_the_program_needs_itself_are_not_given_away():
    found = variables(["keras", "layers", "model", "3a", "기온", "l0"])
    assert found == {"keras": "keras_", "layers": "layers_", "model": "model_", "3a": "_3a", "기온": "기온", "l0": "l0"}
