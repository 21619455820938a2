"""Places of parts in an experiment: read there, changed there, and nothing else touched."""

import pytest

from lab.edits.graph import as_graph
from lab.edits.places import (
    LOSS,
    OPTIMIZER,
    as_other_layer,
    inner_place,
    layer_place,
    layers_of_kind,
    output_loss,
    required_within,
)
from lab.errors import LabError
from lab.insight.differences import differences
from lab.spec.experiment import Experiment
from lab.spec.parts import PartSpec
from lab.starts import start
from netcore.layers import LAYERS


def knobs(one: Experiment, other: Experiment) -> list[str]:
    return [found.knob.path for found in differences([one, other])]


def test_an_argument_is_changed_where_its_part_stands_and_nowhere_else():
    before = start("iris")
    layer = before.model.layers[0]
    after = layer_place(layer).with_argument(before, "units", 24)
    assert knobs(before, after) == ["model.layers.1.units"]
    moved = after.with_moved_layer(layer.id, 1)
    assert layer_place(layer).get(moved).params["units"] == 24


def test_a_refused_argument_is_an_error_and_no_experiment():
    before = start("iris")
    with pytest.raises(ValueError, match="units"):
        layer_place(before.model.layers[0]).with_argument(before, "units", 0)


def test_another_optimizer_keeps_the_learning_rate_alone():
    before = OPTIMIZER.with_argument(start("iris"), "beta_1", 0.5).with_learning_rate(0.25)
    after = OPTIMIZER.with_type(before, "SGD")
    assert after.compile.optimizer == PartSpec(type="SGD", params={"learning_rate": 0.25})
    assert LOSS.with_type(before, "MeanSquaredError").compile.loss == PartSpec(type="MeanSquaredError")


def test_what_a_person_must_decide_is_what_has_no_default():
    experiment = start("iris")
    assert list(layer_place(experiment.model.layers[0]).required(experiment)) == ["units"]
    assert "learning_rate" in OPTIMIZER.params(experiment)
    assert OPTIMIZER.required(experiment) == {}


def test_each_output_of_a_functional_model_has_a_loss_of_its_own():
    graph = start("two_in_two_out")
    one, other = graph.model.outputs
    after = output_loss(one.name).with_type(graph, "Huber")
    assert after.model.output(one.name).loss.type == "Huber"
    assert after.model.output(other.name) == other
    with pytest.raises(LabError):
        output_loss("y").get(start("iris"))
    assert output_loss(as_graph(start("iris")).model.outputs[0].name).get(as_graph(start("iris"))).type


def test_a_layer_inside_another_is_edited_as_any_other():
    before = start("ctc_morse")
    outer = layer_place(before.model.layers[0])
    inner = inner_place(outer, "layer")
    assert inner.get(before).type == "LSTM"
    after = inner.with_argument(before, "units", 7)
    assert inner.get(after).params["units"] == 7
    assert outer.get(after).type == "Bidirectional"


def test_another_layer_inside_keeps_what_both_know_and_gets_an_example_of_what_it_needs():
    inner = PartSpec(type="LSTM", params={"units": 7, "unit_forget_bias": False})
    assert as_other_layer(inner, "GRU") == PartSpec(type="GRU", params={"units": 7})
    assert "units" in as_other_layer(PartSpec(type="Flatten"), "Dense").params


def test_only_layers_of_the_kind_that_is_asked_for_are_offered():
    recurrent = LAYERS.get("Bidirectional").params["layer"].base
    assert {"LSTM", "GRU", "SimpleRNN"} <= set(layers_of_kind(recurrent))
    assert "Dense" not in layers_of_kind(recurrent)


def test_of_a_layer_inside_another_a_person_decides_what_it_cannot_do_without_never_the_whole_of_it():
    inner = {"class_name": "LSTM", "config": {"units": 24}}
    experiment = start("iris").with_added_layer("Bidirectional", {"layer": inner}, 0)
    ((place, name, _),) = required_within(layer_place(experiment.model.layers[0]), experiment)
    assert (name, place.get(experiment).params[name]) == ("units", 24)
    changed = place.with_argument(experiment, name, 12)
    assert changed.model.layers[0].params["layer"]["config"]["units"] == 12


def test_a_layer_inside_one_that_another_has_taken_the_place_of_is_none():
    inside = inner_place(layer_place(start("ctc_morse").model.layers[0]), "layer")
    with pytest.raises(LabError, match="no_such_layer"):
        inside.with_argument(start("iris"), "units", 8)


def test_a_layer_inside_another_is_the_same_when_it_comes_back_from_a_file():
    before = start("ctc_morse")
    for chosen, name in (("Reshape", "target_shape"), ("Permute", "dims")):
        config = {name: LAYERS.get(chosen).params[name].example()}
        layer = {"class_name": chosen, "config": config}
        after = before.with_added_layer("TimeDistributed", {"layer": layer})
        assert Experiment.from_json(after.to_json()) == after
