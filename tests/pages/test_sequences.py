"""Windows and sequence labels on the pages: switched on, shaped, trained, read."""

import pytest

from lab.data.samples import load_sample
from lab.texts import say

HOURLY, MORSE = "start.hourly", "start.ctc_morse"


def shapes(person):
    return [element.value for element in person.at.markdown if "None" in element.value]


def test_the_layers_page_shows_time_steps_and_features(person_in, language):
    person = person_in.press(HOURLY).go_to("layers")
    text = person.sentences()
    assert "(None, 24, 5)" in text
    assert say("sequences.input", language, shape="(None, 24, 5)", steps=24, width=5) in text
    person.press(MORSE).go_to("layers")
    assert "(None, 72, 1)" in person.sentences()
    assert "(None, 72, 9)" in person.sentences()


def test_a_windows_length_is_changed_and_found_again(person):
    person.press(HOURLY).go_to("data")
    person.set_number(12, "data.windows", "steps")
    assert person.experiment.data.windows.steps == 12
    person.go_to("layers").go_to("data")
    assert person.at.number_input(key=person.key("data.windows", "steps")).value == 12
    assert not person.errors()


@pytest.mark.parametrize(("name", "value"), [("steps", 0), ("horizon", -1), ("every", 10**9), ("steps", 9000)])
def test_windows_that_cannot_be_are_refused_in_a_sentence(person_in, name, value):
    person = person_in.press(HOURLY).go_to("data")
    person.set_number(value, "data.windows", name)
    assert person.errors()


def test_shuffled_rows_and_windows_do_not_go_together(person):
    person.press(HOURLY).go_to("data").choose("shuffled", "data.split.order")
    assert say("experiment.windows_by_time", "en") in person.errors()
    assert person.experiment.data.split.order == "time"


def test_windows_are_switched_on_for_any_network_and_off_again(person):
    person.press("start.tmax").go_to("data")
    before = person.experiment
    person.at.toggle(key=person.key("data.windows")).set_value(True)
    person.look()
    assert person.experiment.data.windows is not None
    assert before.data.target in person.experiment.data.inputs
    assert [layer.type for layer in person.experiment.model.layers] == ["Flatten", "Dense", "Dense"]
    person.go_to("train").train(1)
    assert person.state().screen.run is not None
    person.go_to("data")
    person.at.toggle(key=person.key("data.windows")).set_value(False)
    person.look()
    assert person.experiment.data.inputs == before.data.inputs
    assert person.experiment.model.layers == before.model.layers


def test_texts_are_read_after_a_run(person_in, language):
    person = person_in.press(MORSE)
    person.set_number(1, "fit.epochs")
    person.train().go_to("evaluate")
    text = person.sentences()
    part = say("part.validation", language)
    assert say("sequences.decoded", language, part=part) in text
    assert say("sequences.only_blanks", language) in text
    assert say("sequences.by_epoch", language, part=part) in text
    decoded, _worst, scores = [element.value for element in person.at.dataframe]
    assert say("metric.letter_error", language) in scores.columns
    assert list(scores[say("metric.blank_share", language)]) == ["1"] * 4
    assert len(decoded) == 12


def test_the_data_page_of_a_signal_names_the_alphabet_and_the_length(person):
    person.press(MORSE).go_to("data")
    assert "A E I M N O S T" in person.sentences()
    box = person.at.selectbox(key=person.key("data.length_column"))
    assert (box.value, list(box.options)) == ("length", ["None: all cells are signal", "length"])
    box.select_index(0)
    person.look()
    assert person.experiment.data.length_column is None


def test_the_compile_page_knows_the_task(person):
    person.press(MORSE).go_to("compile")
    assert not person.errors()
    person.choose("MeanSquaredError", "loss", "type")
    assert any("CTC" in sentence for sentence in person.errors())


def test_another_target_keeps_the_windows(person):
    person.press(HOURLY).go_to("data").choose("습도(%)", "data.target")
    assert person.experiment.data.windows is not None
    assert "습도(%)" in person.experiment.data.inputs
    assert not person.errors()
    assert "습도(%)" in load_sample("kr_hourly").column_names


def test_the_layer_within_a_bidirectional_has_fields_of_its_own(person):
    person.press(MORSE).go_to("layers")
    inner = "layer-l0-layer"
    person.set_number(5, inner, "LSTM", "units")
    kept = person.experiment.model.layers[0].params["layer"]
    assert kept == {"class_name": "LSTM", "config": {"units": 5, "return_sequences": True}}
    assert "(None, 72, 10)" in person.sentences()
    person.set_number(0, inner, "LSTM", "units")
    assert person.errors()
    assert person.experiment.model.layers[0].params["layer"] == kept
    person.choose("GRU", inner, "type")
    assert person.experiment.model.layers[0].params["layer"] == kept | {"class_name": "GRU"}
    assert len(person.at.selectbox(key=person.key(inner, "type")).options) == 3  # the recurrent layers alone


def test_an_added_wrapper_shows_its_layer(person):
    person.press(MORSE).go_to("layers").add_layer("Bidirectional")
    added = person.experiment.model.layers[1]
    assert added.type == "Bidirectional"
    assert (
        person.at.number_input(key=person.key(f"layer-{added.id}-layer", "LSTM", "units")).value == 24
    )  # as its neighbour
