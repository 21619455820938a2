"""What is changed in the drawing of a network is what the forms would have changed."""

import pytest

from lab.edits.drawn_edits import drawn_edit, editable_layers
from lab.edits.graph import as_graph
from lab.errors import LabError
from lab.starts import start
from netcore.errors import NetcoreError


def widths(experiment):
    return [layer["width"] for layer in editable_layers(experiment)]


def test_a_layer_gets_another_width_and_another_activation():
    wider = drawn_edit(start("spiral"), {"do": "width", "layer": "l0", "value": 9})
    assert wider.model.layers[0].params["units"] == 9
    other = drawn_edit(wider, {"do": "activation", "layer": "l0", "value": "relu"})
    assert editable_layers(other)[0]["activation"] == "relu"
    bare = drawn_edit(other, {"do": "activation", "layer": "l0", "value": ""})
    assert editable_layers(bare)[0]["activation"] == ""


def test_filters_are_the_width_of_a_convolution():
    experiment = start("digits_conv")
    assert editable_layers(experiment)[0] == {
        "id": "l0",
        "type": "Conv2D",
        "width": 16,
        "activation": "relu",
        "adds": True,
    }
    wider = drawn_edit(experiment, {"do": "width", "layer": "l0", "value": 4})
    assert wider.model.layers[0].params["filters"] == 4


def test_a_layer_is_put_in_front_of_another_and_taken_out_again():
    experiment = start("iris")
    more = drawn_edit(experiment, {"do": "add", "layer": "l1"})
    assert widths(more) == [16, 16, 3]
    new = more.model.layers[1].id
    assert drawn_edit(more, {"do": "remove", "layer": new}) == experiment


def test_in_a_functional_model_a_node_changes_and_goes_and_who_read_it_reads_on():
    experiment = as_graph(start("spiral"))
    assert not any(layer["adds"] for layer in editable_layers(experiment))
    wider = drawn_edit(experiment, {"do": "width", "layer": "l1", "value": 7})
    assert wider.model.node("l1").params["units"] == 7
    without = drawn_edit(wider, {"do": "remove", "layer": "l0"})
    assert without.model.node("l1").reads == wider.model.node("l0").reads


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"do": "width", "layer": "gone", "value": 3},
        {"do": "width", "layer": "l0", "value": 0},
        {"do": "width", "layer": "l0", "value": "many"},
        {"do": "activation", "layer": "l0", "value": "nonsense"},
        {"do": "anything", "layer": "l0"},
        {"do": "remove", "layer": ["l0"]},
    ],
)
def test_what_cannot_be_done_is_refused_in_a_sentence(asked):
    with pytest.raises((LabError, NetcoreError)):
        drawn_edit(start("iris"), asked)
