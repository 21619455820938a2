"""The way of a change: made, left alone on another page, found again."""

import pytest

from lab.starts import STARTS
from lab.texts import say
from netcore.layers import LAYERS
from tests.pages.conftest import Person


def test_the_app_opens_on_the_train_page_with_something_to_train(person):
    assert person.state().page == "train"
    assert not person.at.button(key="train").disabled


def test_whoever_was_led_away_from_an_address_of_no_page_is_told_so_once(engine, language):
    person = Person(engine, language, nowhere="")
    assert say("server.nowhere", language) in person.sentences()
    assert "nowhere" not in person.at.query_params
    assert say("server.nowhere", language) not in person.look().sentences()


@pytest.mark.parametrize("start", STARTS)
def test_every_ready_made_start_can_be_trained_at_once(person, start):
    person.press(f"start.{start}")
    assert not person.at.button(key="train").disabled
    person.press("train")
    assert person.state().screen.run is not None


def test_a_changed_value_is_still_there_after_a_visit_to_another_page(person):
    person.set_number(24, "layer-l0", "Dense", "units")
    person.go_to("data").go_to("train")
    assert person.at.number_input(key=person.key("layer-l0", "Dense", "units")).value == 24
    assert person.experiment.model.layers[0].params["units"] == 24


def test_every_second_change_counts_as_well(person):
    for units in (20, 30, 40):
        person.set_number(units, "layer-l0", "Dense", "units")
        assert person.experiment.model.layers[0].params["units"] == units


def test_train_page_and_layers_page_show_the_same_layer(person):
    person.set_number(24, "layer-l0", "Dense", "units").go_to("layers")
    assert person.at.number_input(key=person.key("layer-l0", "Dense", "units")).value == 24


def test_a_preset_reaches_every_widget(person):
    person.set_number(24, "layer-l0", "Dense", "units").press("start.lecture")
    assert person.at.number_input(key=person.key("layer-l0", "Dense", "units")).value == 32
    assert person.at.selectbox(key=person.key("optimizer", "type")).value == "RMSprop"


def test_the_language_can_be_switched_without_losing_anything(person):
    person.set_number(24, "layer-l0", "Dense", "units")
    before = {box.key for box in person.at.selectbox}
    person.at.segmented_control(key="language").set_value("ko")
    person.look()
    assert "배치 크기" in " ".join(widget.label for widget in person.at.number_input)
    # under the key of before, a browser's list would go on showing the English name of its choice
    assert person.at.selectbox(key=person.key("loss", "type")).key not in before
    assert person.experiment.model.layers[0].params["units"] == 24


def test_a_removed_layer_leaves_its_neighbours_values_alone(person):
    person.go_to("layers").press("duplicate-l0")
    person.set_number(7, "layer-l2", "Dense", "units").press("remove-l0")
    assert [layer.params["units"] for layer in person.experiment.model.layers] == [7, 3]
    assert person.at.number_input(key=person.key("layer-l2", "Dense", "units")).value == 7


def test_layers_can_be_added_moved_and_removed(person):
    person.go_to("layers").add_layer("Dropout")
    assert [layer.type for layer in person.experiment.model.layers] == ["Dense", "Dropout", "Dense"]
    person.press("up-l2")
    assert [layer.type for layer in person.experiment.model.layers] == ["Dropout", "Dense", "Dense"]
    person.press("remove-l2")
    assert [layer.type for layer in person.experiment.model.layers] == ["Dense", "Dense"]


@pytest.mark.parametrize("name", LAYERS.names())
def test_every_registered_layer_has_a_form_whether_it_fits_or_not(person, name):
    person.go_to("layers").add_layer(name)
    assert name in [layer.type for layer in person.experiment.model.layers]
    person.go_to("train").go_to("compile")


def test_shapes_and_parameters_of_the_lecture_network_are_shown(person):
    person.press("start.lecture").go_to("layers")
    assert "(None, 784) → (None, 32)" in person.sentences()
    assert "25,120" in person.sentences()


def test_the_keras_program_follows_the_form(person):
    person.go_to("compile").choose("SGD", "optimizer", "type")
    assert "optimizers.SGD(" in person.at.code[-1].value


def test_another_target_brings_its_task_and_output_layer(person):
    person.go_to("data").choose("petal_length_cm", "data.target")
    assert person.experiment.data.task == "regression"
    assert person.experiment.model.layers[-1].params == {"units": 1}
    assert person.experiment.compile.loss.type == "MeanSquaredError"
    assert not person.errors()


def test_the_data_page_says_what_rows_and_columns_are(person_in, language):
    person_in.go_to("data")
    (told,) = [text for text in person_in.at.markdown if text.value == say("data_page.rows_are_samples", language)]
    assert told.proto.help == say("data_page.lecture_note", language)  # a help mark is enough for readers of the note


def test_the_counts_of_the_parts_follow_the_percentages(person):
    person.go_to("data").set_number(40, "data.split", "test")
    assert [metric.value for metric in person.at.metric] == ["60", "30", "60"]


def test_without_a_test_part_none_is_called_sealed(person_in, language):
    state = person_in.state()
    sealed, nothing = say("summary.sealed", language), say("summary.no_test", language)
    assert sealed in person_in.sentences()
    split = state.experiment.data.split
    state.replace_experiment(state.experiment.with_data(split=split.replace(test=0.0)))
    person_in.go_to("data")
    assert nothing in person_in.sentences()
    assert sealed not in person_in.sentences()
    assert say("data_page.sealed", language) not in person_in.sentences()


def test_an_input_column_can_be_left_out_and_taken_back(person):
    key = ("data.input", "species", "sepal_width_cm")
    person.go_to("data")
    person.at.checkbox(key=person.key(*key)).uncheck()
    person.look()
    assert "sepal_width_cm" not in person.experiment.data.inputs
    person.at.checkbox(key=person.key(*key)).check()
    person.look()
    assert person.experiment.data.inputs[1] == "sepal_width_cm"  # at its place in the table, not at the end
