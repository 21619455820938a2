"""The front of a network follows its samples, and what is asked of a layer is asked of the part, not of its name."""

import pytest

from lab.data.samples import load_sample
from lab.edits.forks import KNOBS
from lab.edits.graph import as_graph, columns_for_new_group, with_new_node, with_output, with_reads
from lab.edits.inputs import with_inputs, with_windows
from lab.edits.layers import dropping_layers, new_layer_params, with_fitting_front, with_new_layer
from lab.edits.plans import with_image_shape
from lab.starts import start
from netcore.layers import LAYERS, Dropout

DROPOUT = next(knob for knob in KNOBS if knob.code == "dropout")


def types(experiment):
    return [layer.type for layer in experiment.model.layers]


@pytest.fixture
def own_dropout(monkeypatch):
    """A layer of another name that drops units too."""
    for names in ("_by_name", "_aliases"):
        monkeypatch.setattr(LAYERS, names, dict(getattr(LAYERS, names)))
    LAYERS.add(type("HalfOff", (Dropout,), {}))


def test_layers_that_take_no_images_get_a_flatten_in_front_for_as_long_as_there_are_images():
    plain = start("digits_conv").with_data(image_shape=None)
    plain = plain.with_layers(plain.model.layers[-1:])
    images = with_image_shape(plain, (8, 8))
    assert types(images) == ["Flatten", "Dense"]
    assert with_image_shape(images, (4, 16)).model == images.model
    assert types(with_image_shape(images, None)) == ["Dense"]
    assert types(with_image_shape(start("digits_conv"), (4, 16))) == types(start("digits_conv"))


def test_windows_of_images_keep_the_one_flatten_that_they_need():
    table, experiment = load_sample("kr_hourly"), start("hourly")
    dense = experiment.with_data(windows=None).with_layers(experiment.model.layers[-1:])
    windows = with_windows(dense, table, on=True)
    assert types(windows) == ["Flatten", "Dense"]
    both = with_image_shape(windows, (1, len(windows.data.inputs)))
    assert types(both) == ["Flatten", "Dense"]
    assert types(with_image_shape(both, None)) == types(with_windows(both, table, on=False)) == ["Flatten", "Dense"]
    assert types(with_windows(windows, table, on=False)) == ["Dense"]


def test_a_functional_model_is_left_as_it_is():
    assert with_fitting_front(start("two_in_two_out")) == start("two_in_two_out")


@pytest.mark.usefixtures("own_dropout")
def test_the_knob_for_dropout_turns_whatever_layer_drops():
    experiment = start("iris").with_added_layer("HalfOff", {"rate": 0.25}, 1)
    assert [layer.type for layer in dropping_layers(experiment)] == ["HalfOff"]
    assert DROPOUT.read(experiment) == 0.25
    assert DROPOUT.turn(experiment, 0.5).model.layers[1].params["rate"] == 0.5


# --- a new one


def test_a_new_layer_stands_before_the_output_and_is_like_the_hidden_ones():
    before = start("iris").with_layer(start("iris").model.layers[0].with_params(units=7))
    after = with_new_layer(before, "Dense")
    assert types(after) == ["Dense", "Dense", "Dense"]
    assert after.model.layers[1].params == before.model.layers[0].params
    assert after.model.layers[-1] == before.model.layers[-1]
    assert types(with_new_layer(before.with_layers(()), "Dense")) == ["Dense"]
    assert types(with_new_layer(before.with_layers(before.model.layers[-1:]), "Flatten")) == ["Flatten", "Dense"]


@pytest.mark.parametrize("name", LAYERS.names())
def test_what_a_new_layer_needs_is_something_worth_trying(name):
    params = new_layer_params(name, start("iris").with_layers(()))
    assert LAYERS.get(name)(**params)
    if name == "Dense":
        assert params == {"units": 8, "activation": "relu"}


def test_a_new_node_reads_what_it_is_told_to_and_an_output_or_node_is_changed_alone():
    before = start("two_in_two_out")
    source = before.model.inputs[0]
    after = with_new_node(before, "Dense", [source])
    assert (after.model.nodes[-1].type, after.model.nodes[-1].reads) == ("Dense", (source,))
    assert after.model.nodes[:-1] == before.model.nodes
    moved = with_reads(after, after.model.nodes[-1].id, [before.model.inputs[1]])
    assert moved.model.nodes[-1].reads == (before.model.inputs[1],)
    heavier = with_output(before, "rain", weight=3.0)
    assert heavier.model.output("rain").weight == 3.0
    assert heavier.model.output("tmax") == before.model.output("tmax")


def test_a_new_group_begins_with_an_unused_column_else_with_one_of_the_largest_group():
    experiment, table = as_graph(start("iris")), load_sample("iris")
    first = experiment.data.inputs
    assert columns_for_new_group(experiment.data, table) == first[-1:]
    fewer = with_inputs(start("iris"), first, first[1:])
    assert columns_for_new_group(as_graph(fewer).data, table) == first[:1]
    alone = as_graph(with_inputs(start("iris"), first, first[:1]))
    assert columns_for_new_group(alone.data, table)[0] in first[1:]


@pytest.mark.parametrize("layers", [0, 1, 2])
def test_a_further_layer_stands_in_front_of_the_output_layer_also_of_a_lone_one(layers):
    kept = start("iris").model.layers[-layers:] if layers else ()
    changed = with_new_layer(start("iris").with_layers(kept), "Dropout")
    assert [layer.type for layer in changed.model.layers].index("Dropout") == max(layers - 1, 0)
    assert changed.model.layers[-1].type == ("Dense" if layers else "Dropout")
