"""Functional models on the pages: from sequential and back, nodes, shared layers, outputs, groups, targets."""

import pytest

from lab.spec.experiment import GraphSpec

PAGES = ("data", "layers", "compile", "train", "evaluate")


@pytest.fixture
def two(person_in):
    return person_in.press("start.two_in_two_out")


def graph(person) -> GraphSpec:
    return person.experiment.model


def node_key(person, id: str) -> str:
    return person.key("node", id, "reads", *graph(person).may_read(id))


def html(person) -> str:
    """The drawing, as the browser is given it."""
    return person.component("lab_network_drawing")["drawn"]["wide"]


@pytest.mark.parametrize("page", PAGES)
def test_every_page_shows_a_functional_model(two, page):
    two.go_to(page)
    assert two.errors() == []
    assert "⚠" not in two.sentences()


def test_both_targets_are_trained_judged_and_evaluated(two):
    two.train(30)
    run = two.engine.view(two.state().screen.run, two.state().owner)
    assert {"loss", "tmax_loss", "rain_loss", "tmax_mae", "rain_accuracy", "val_rain_loss"} <= set(run.history)
    two.press("stop")
    assert "tmax" in two.sentences()
    two.go_to("evaluate")
    assert [tab.label for tab in two.at.tabs if tab.label in ("tmax", "rain")] == ["tmax", "rain"]
    two.press("open_test")
    assert two.errors() == []


def test_a_sequential_model_becomes_a_graph_that_learns_the_same_and_comes_back(person):
    before = person.experiment
    person.train(3)
    first = person.engine.view(person.state().screen.run, person.state().owner).history
    person.go_to("layers").press("to-functional")
    assert isinstance(graph(person), GraphSpec)
    assert person.errors() == []
    assert 'data-node="l0"' in html(person)
    person.go_to("train").train(3)
    assert person.engine.view(person.state().screen.run, person.state().owner).history == first
    person.go_to("layers").press("to-sequential")
    assert person.experiment == before


def test_a_graph_with_branches_asks_before_it_gives_them_up(two):
    two.go_to("layers").press("switch-anyway")
    assert two.experiment.model.kind == "sequential"
    assert two.experiment.data.targets[0].column == "y_tmax_degC"
    assert two.errors() == []


def test_a_new_node_is_told_to_be_unused_until_an_output_reads_it(two):
    two.go_to("layers")
    two.at.selectbox(key="node-to-add").set_value("Dense")
    two.look().press("add-node")
    new = graph(two).nodes[-1]
    assert (new.id, new.type, new.reads) == ("l6", "Dense", ("l5",))
    assert any("l6" in warning.value for warning in two.at.warning)
    two.at.selectbox(key=node_key(two, "l6")).set_value("l3")
    two.look()
    assert graph(two).node("l6").reads == ("l3",)
    assert "l6" not in graph(two).may_read("l3")


def test_a_merging_node_reads_several(two):
    two.go_to("layers")
    two.at.multiselect(key=node_key(two, "l2")).set_value(["l1", "l0", "ground"])
    two.look()
    assert graph(two).node("l2").reads == ("l1", "l0", "ground")
    assert 'data-kind="merge"' in html(two)
    assert two.errors() == []
    two.at.multiselect(key=node_key(two, "l2")).set_value([])
    two.look()
    assert any("l2" in error for error in two.errors())


def test_a_layer_is_used_again_with_the_same_weights(two):
    two.go_to("layers").press("duplicate-l3")
    shared = graph(two).nodes[-1]
    assert (shared.shares, shared.reads) == ("l3", ("l2",))
    assert f'data-node="{shared.id}" data-kind="shared"' in html(two)
    assert not any(widget.key and shared.id in widget.key and "units" in widget.key for widget in two.at.number_input)


def test_weights_and_the_way_of_combining_reach_the_program(two):
    two.go_to("compile")
    two.set_number(0.5, "output", "rain", "weight")
    two.choose("mean", "compile.combine_losses")
    assert two.experiment.compile.combine_losses == "mean"
    assert any("'rain': 0.5 / 2" in code.value for code in two.at.code)
    assert "0.5 ×" in two.sentences()
    two.set_number(-1, "output", "rain", "weight")
    assert graph(two).output("rain").weight == 0.5
    assert two.errors()


def test_a_third_target_brings_an_output_and_goes_with_it(two):
    before = two.experiment.content_hash()
    two.go_to("data").press("add-target")
    assert [target.column for target in two.experiment.data.targets] == ["y_tmax_degC", "y_rain", "y_pressure_Pa"]
    assert graph(two).outputs[-1].target == "y_pressure_Pa"
    assert two.errors() == []
    two.press("remove-target-y_pressure_Pa")
    assert two.experiment.content_hash() == before


def test_another_task_brings_its_layer_and_loss(two):
    two.go_to("data").choose("regression", "target", "y_rain", "task")
    output = graph(two).output("rain")
    assert output.loss.type == "MeanSquaredError"
    assert graph(two).node("l5").params == {"units": 1}
    assert two.errors() == []


def test_a_group_is_added_renamed_and_removed(two):
    two.go_to("data").press("add-group")
    assert graph(two).inputs == ("ground", "upper", "group3")
    key = two.key("group", "group3", "name")
    two.at.text_input(key=key).set_value("two words")
    two.look()
    assert two.errors()
    assert "group3" in graph(two).inputs
    two.at.text_input(key=key).set_value("해")
    two.look()
    assert graph(two).inputs == ("ground", "upper", "해")
    assert two.experiment.data.groups[-1].name == "해"
    two.go_to("layers")
    assert "해" in two.sentences()
    two.go_to("data").press("remove-group-해")
    assert graph(two).inputs == ("ground", "upper")
    assert two.errors() == []


def test_columns_of_a_group_are_chosen_and_an_empty_group_is_refused_with_its_name(two):
    two.go_to("data")
    key = two.key("group", "upper", "columns", "y_rain", "y_tmax_degC")
    two.at.multiselect(key=key).set_value(["b_jet"])
    two.look()
    assert two.experiment.data.groups[1].columns == ("b_jet",)
    assert "b_vapor" not in two.experiment.data.inputs
    two.at.multiselect(key=key).set_value([])
    two.look()
    assert any("upper" in error for error in two.errors())


def test_an_output_that_does_not_fit_is_mended_by_a_click(two):
    two.go_to("layers").set_number(3, "layer-l5", "Dense", "units")
    assert two.errors()
    two.press("mend-rain")
    assert two.errors() == []
    assert graph(two).node("l5").params == {"units": 1, "activation": "sigmoid"}


def test_the_sample_for_functional_models_opens_as_one(person):
    person.go_to("data").press(person.key("sample", "two_in_two_out"))
    assert person.experiment.model.kind == "graph"
    person.press(person.key("sample", "iris"))
    assert person.experiment.model.kind == "sequential"
    assert person.errors() == []
