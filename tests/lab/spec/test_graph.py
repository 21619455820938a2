"""A functional model as a value: it always holds together, survives JSON, and refusals name the field."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.data.samples import load_sample
from lab.edits.graph import (
    as_graph,
    as_sequential,
    gives_up_something,
    name_for,
    with_added_group,
    with_added_target,
    with_group_renamed,
    with_target_changed,
    without_group,
    without_target,
)
from lab.errors import ExperimentError
from lab.spec.data import ALL_INPUTS, InputGroup
from lab.spec.experiment import Experiment, GraphNode, GraphSpec
from lab.starts import STARTS, start
from lab.texts import LANGUAGES, say_error


def two() -> Experiment:
    return start("two_in_two_out")


def graph() -> GraphSpec:
    return two().model


def refused(code, change):
    with pytest.raises(ExperimentError) as info:
        change()
    assert info.value.code == code
    for language in LANGUAGES:
        assert say_error(info.value, language)
    return info.value


# --- a value


@pytest.mark.parametrize("name", STARTS)
def test_every_start_comes_back_from_json_in_either_kind(name):
    for experiment in (start(name), as_graph(start(name))):
        again = Experiment.from_json(experiment.to_json())
        assert again == experiment
        assert again.content_hash() == experiment.content_hash()


def test_a_sequential_experiment_is_written_as_before_there_were_graphs():
    written = json.loads(start("iris").to_json())
    assert set(written["model"]) == {"layers"}
    assert not {"groups", "more_targets"} & set(written["data"])
    assert "combine_losses" not in written["compile"]


def test_names_and_ids_change_no_number_of_the_content_hash_but_links_do():
    experiment = two()
    renamed = json.loads(experiment.to_json().replace('"l3"', '"hidden"'))
    assert Experiment.from_json(json.dumps(renamed)).content_hash() == experiment.content_hash()
    relinked = experiment.with_model(graph().with_layer(graph().node("l4").replace(reads=("l2",))))
    assert relinked.content_hash() != experiment.content_hash()


# --- refusals


def test_a_ring_is_refused_and_its_nodes_are_named():
    ring = refused("experiment.graph_cycle", lambda: graph().with_layer(graph().node("l0").replace(reads=("l3",))))
    assert {"l0", "l2", "l3"} <= set(ring.values["nodes"].split(", "))


def test_a_node_cannot_read_itself():
    refused("experiment.graph_cycle", lambda: graph().with_layer(graph().node("l0").replace(reads=("l0",))))


@pytest.mark.parametrize(
    ("code", "change"),
    [
        ("experiment.graph_unknown_read", lambda g: g.with_layer(g.node("l0").replace(reads=("sky",)))),
        ("experiment.graph_unknown_read", lambda g: g.with_output("rain", reads="l9")),
        ("experiment.no_such_output", lambda g: g.with_output("snow", weight=1.0)),
        ("experiment.no_such_layer", lambda g: g.without_node("l9")),
        ("experiment.layer_ids", lambda g: g.replace(nodes=(*g.nodes, g.nodes[0]))),
        ("experiment.graph_name_twice", lambda g: g.replace(inputs=("ground", "upper", "ground"))),
        ("experiment.graph_name_twice", lambda g: g.with_input_renamed("ground", "l3")),
        ("experiment.graph_name", lambda g: g.with_input_renamed("ground", "two words")),
        ("experiment.graph_name", lambda g: g.with_input_renamed("ground", "class")),
        ("experiment.graph_name", lambda g: g.with_output("rain", name="")),
        ("experiment.graph_output_name", lambda g: g.with_output("rain", name="val_rain")),
        ("experiment.graph_output_name", lambda g: g.with_output("rain", name="loss")),
        (
            "experiment.graph_unknown_layer",
            lambda g: g.with_layer(GraphNode(id="l4", shares="l9")),
        ),
        ("experiment.graph_shared_params", lambda g: g.with_layer(g.node("l4").replace(shares="l3"))),
        ("experiment.range", lambda g: g.with_output("rain", weight=-1.0)),
        ("experiment.metrics_twice", lambda g: g.with_output("rain", metrics=("mae", "mae"))),
        ("experiment.too_long", lambda g: g.replace(inputs=tuple(f"i{n}" for n in range(11)))),
    ],
)
def test_what_does_not_hold_together_is_refused_with_a_sentence(code, change):
    refused(code, lambda: change(graph()))


def test_loss_and_metrics_stand_at_the_outputs_alone():
    refused("experiment.loss_at_outputs", lambda: two().with_compile(metrics=("mae",)))


def test_groups_and_further_targets_need_a_functional_model():
    refused("experiment.needs_graph", lambda: two().with_layers([]))


def test_groups_hold_the_inputs_and_nothing_else():
    data = two().data
    refused("experiment.group_columns", lambda: data.replace(inputs=data.inputs[1:]))
    refused("experiment.target_twice", lambda: data.replace(target="y_rain"))
    assert data.with_groups([InputGroup(name="one", columns=("a_sun",))]).inputs == ("a_sun",)


# --- changed copies


def test_whoever_read_a_node_reads_what_it_read():
    cut = graph().without_node("l2")
    assert cut.node("l3").reads == ("l0", "l1")
    assert graph().without_node("l4").output("tmax").reads == "l3"


def test_a_shared_layer_stays_with_the_next_node_when_its_owner_goes():
    shared = graph().with_shared_node("l3", ["l2"]).with_shared_node("l3", ["l2"])
    left = shared.without_node("l3")
    assert [(node.id, node.shares) for node in left.nodes[-2:]] == [("l6", None), ("l7", "l6")]
    assert left.node("l6").params == graph().node("l3").params


def test_sharing_a_shared_node_shares_the_layer_itself():
    shared = graph().with_shared_node("l3").with_shared_node("l6")
    assert shared.nodes[-1].shares == "l3"


def test_what_a_node_may_read_never_closes_a_ring():
    for node in graph().nodes:
        for name in graph().may_read(node.id):
            assert graph().with_layer(node.replace(reads=(name,)))


@given(st.data())
def test_any_row_of_edits_leaves_a_graph_that_holds_together(data):
    spec = graph()
    for _ in range(data.draw(st.integers(1, 8))):
        ids = [node.id for node in spec.nodes]
        edit = data.draw(st.sampled_from(["add", "share", "link", "remove"]))
        if edit == "add" or not ids:
            spec = spec.with_added_node(
                "Add", {}, data.draw(st.lists(st.sampled_from([*spec.inputs, *ids]), max_size=3))
            )
        elif edit == "share":
            spec = spec.with_shared_node(data.draw(st.sampled_from(ids)))
        elif edit == "remove":
            spec = spec.without_node(data.draw(st.sampled_from(ids)))
        else:
            node = spec.node(data.draw(st.sampled_from(ids)))
            reads = data.draw(st.lists(st.sampled_from(spec.may_read(node.id)), max_size=3))
            spec = spec.with_layer(node.replace(reads=tuple(reads)))
    placed = set(spec.inputs)
    for node in spec.order():
        assert placed.issuperset(node.reads)
        placed.add(node.id)
    assert GraphSpec.model_validate_json(spec.model_dump_json()) == spec


# --- sequential and functional


@pytest.mark.parametrize("name", [name for name in STARTS if start(name).model.kind == "sequential"])
def test_there_and_back_nothing_is_lost(name):
    experiment = start(name)
    functional = as_graph(experiment)
    assert functional.model.inputs == (ALL_INPUTS,)
    assert not gives_up_something(functional)
    assert as_sequential(functional) == experiment


def test_a_branched_graph_gives_up_all_but_the_way_to_its_first_output():
    assert gives_up_something(two())
    chain = as_sequential(two())
    assert [layer.id for layer in chain.model.layers] == ["l3", "l4"]
    assert len(chain.data.inputs) == 7
    assert [target.column for target in chain.data.targets] == ["y_tmax_degC"]


# --- data and graph at once


def test_a_group_renamed_is_renamed_wherever_it_is_read():
    renamed = with_group_renamed(two(), "upper", "상층")
    assert renamed.model.node("l1").reads == ("상층",)
    assert renamed.data.groups[1].name == "상층"


def test_a_new_group_takes_its_columns_from_the_others_and_goes_with_them():
    added = with_added_group(two(), ["a_sun"])
    assert [group.columns for group in added.data.groups][2] == ("a_sun",)
    assert "a_sun" not in added.data.groups[0].columns
    gone = without_group(added, "group3")
    assert gone.model == two().model
    assert "a_sun" not in gone.data.inputs


def test_a_target_comes_and_goes_with_its_output():
    table = load_sample("two_in_two_out")
    added = with_added_target(two(), table.column("y_pressure_Pa"))
    assert added.model.outputs[-1].reads == "l6"
    assert without_target(added, "y_pressure_Pa") == two()


def test_an_input_that_becomes_a_target_is_no_input_any_more():
    table = load_sample("two_in_two_out")
    added = with_added_target(two(), table.column("a_sun"))
    assert "a_sun" not in added.data.inputs
    changed = with_target_changed(two(), "y_rain", table.column("y_pressure_Pa"))
    assert changed.model.outputs[1].name == "y_pressure_Pa"
    assert changed.model.node("l5").params == {"units": 1}


@pytest.mark.parametrize(
    ("column", "name"),
    [("내일강수(0/1)", "내일강수_0_1"), ("class", "y_class"), ("3x", "y_3x"), ("%", "y"), ("val_x", "y_val_x")],
)
def test_a_name_is_made_of_any_column(column, name):
    assert name_for(column, ()) == name
    assert name_for(column, (name,)) == f"{name}_2"
