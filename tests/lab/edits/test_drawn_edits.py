"""What is changed in the drawing of a network is what the forms would have changed."""

import pytest

from lab.data.prepare import prepare_cached
from lab.data.samples import load_sample
from lab.edits.drawn_edits import drawn_edit, editable_layers
from lab.edits.graph import as_graph
from lab.errors import LabError
from lab.starts import start
from netcore.errors import NetcoreError


def layers(experiment):
    table = load_sample(experiment.data.source.name, experiment.data.reading)
    return editable_layers(experiment, prepare_cached(table, experiment.data, experiment.seed))


def widths(experiment):
    return [layer["width"] for layer in layers(experiment)]


def test_a_layer_gets_another_width_and_another_activation():
    wider = drawn_edit(start("spiral"), {"do": "width", "layer": "l0", "value": 9})
    assert wider.model.layers[0].params["units"] == 9
    other = drawn_edit(wider, {"do": "activation", "layer": "l0", "value": "relu"})
    assert layers(other)[0]["activation"] == "relu"
    bare = drawn_edit(other, {"do": "activation", "layer": "l0", "value": ""})
    assert layers(bare)[0]["activation"] == ""


def test_filters_are_the_width_of_a_convolution():
    experiment = start("digits_conv")
    assert layers(experiment)[0] == {
        "id": "l0",
        "type": "Conv2D",
        "width": 16,
        "activation": "relu",
        "adds": ["Conv2D", "MaxPooling2D", "Dropout", "BatchNormalization"],  # behind Flatten it could not stand
    }
    wider = drawn_edit(experiment, {"do": "width", "layer": "l0", "value": 4})
    assert wider.model.layers[0].params["filters"] == 4


def test_a_layer_is_put_in_front_of_another_and_taken_out_again():
    experiment = start("iris")
    more = drawn_edit(experiment, {"do": "add", "layer": "l1", "value": "Dense"})
    assert widths(more) == [16, 16, 3]
    new = more.model.layers[1].id
    assert drawn_edit(more, {"do": "remove", "layer": new}) == experiment


def test_in_a_functional_model_a_node_changes_and_goes_and_who_read_it_reads_on():
    experiment = as_graph(start("spiral"))
    wider = drawn_edit(experiment, {"do": "width", "layer": "l1", "value": 7})
    assert wider.model.node("l1").params["units"] == 7
    without = drawn_edit(wider, {"do": "remove", "layer": "l0"})
    assert without.model.node("l1").reads == wider.model.node("l0").reads


def test_in_a_functional_model_a_layer_is_put_on_the_one_way_into_another():
    experiment = as_graph(start("spiral"))
    more = drawn_edit(experiment, {"do": "add", "layer": "l1", "value": "Dropout"})
    new = more.model.nodes[-1]
    assert (new.type, new.reads, more.model.node("l1").reads) == ("Dropout", ("l0",), (new.id,))


def test_layers_are_offered_only_where_all_shapes_still_fit_and_the_way_is_clear():
    merged = layers(start("two_in_two_out"))
    assert {layer["type"]: bool(layer["adds"]) for layer in merged} == {"Dense": True, "Concatenate": False}
    assert layers(start("hourly"))[0]["adds"] == ["Conv1D", "Dense", "Dropout"]  # an LSTM would leave the next no steps


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"do": "width", "layer": "gone", "value": 3},
        {"do": "width", "layer": "l0", "value": 0},
        {"do": "width", "layer": "l0", "value": "many"},
        {"do": "activation", "layer": "l0", "value": "nonsense"},
        {"do": "anything", "layer": "l0"},
        {"do": "add", "layer": "l0", "value": "Nonsense"},
        {"do": "add", "layer": "l0"},
        {"do": "remove", "layer": ["l0"]},
        {"do": [], "layer": "l0"},
    ],
)
def test_what_cannot_be_done_is_refused_in_a_sentence(asked):
    with pytest.raises((LabError, NetcoreError)):
        drawn_edit(start("iris"), asked)


@pytest.mark.parametrize("what", ["width", "activation"])
def test_a_layer_without_a_width_or_an_activation_is_given_none(what):
    experiment = start("iris").with_added_layer("Dropout", {"rate": 0.1}, 0)
    with pytest.raises(LabError) as refusal:
        drawn_edit(experiment, {"do": what, "layer": experiment.model.layers[0].id, "value": 3})
    assert refusal.value.code == "experiment.unknown_edit"
