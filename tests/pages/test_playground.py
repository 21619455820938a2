"""The playground's page: the choices that it gives its script, and two columns of an own table among the data."""

import json

from lab.data.given import given_table
from lab.data.prepare import prepare_cached
from lab.model.playground import choices, own_columns, own_table
from lab.runs.serve.tickets import tickets
from lab.spec.experiment import Experiment, checked
from lab.starts import start


def names(data):
    return [table["name"] for table in data["options"]["datasets"]]


def test_the_script_gets_choices_words_and_a_ticket_of_the_person_alone(person_in, language):
    person = person_in.go_to("playground")
    data = person.component("lab_playground")
    assert data["language"] == language
    assert {"circle", "xor", "gauss", "spiral", "reg-plane", "reg-gauss", "drawn"} <= set(names(data))
    ticket = tickets().get(data["address"].removeprefix("play/"))
    assert (ticket.owner, ticket.language) == (person.state().owner, language)
    assert all(data["texts"][name] for name in ("play", "reset", "how_to_read"))


def test_two_columns_of_the_own_table_become_data_once_they_are_asked_for(person):
    person.go_to("playground")
    assert "own" not in names(person.component("lab_playground"))
    person.at.toggle(key="own-use").set_value(True).run()
    data = person.component("lab_playground")
    (own,) = [table for table in data["options"]["datasets"] if table["name"] == "own"]
    assert len(own["columns"]) == 2
    assert own["data"]["inputs"] == own["columns"]


def test_an_own_table_is_an_experiment_with_its_own_parts_and_its_test_part_sealed():
    iris = start("iris")
    dataset = prepare_cached(given_table(iris.data.source, iris.data.reading), iris.data, iris.seed)
    columns = own_columns(dataset, iris.data)
    own = own_table(iris, dataset, columns[:2], "iris")
    assert own["classes"] == 3
    values = {**json.loads(iris.to_json()), "data": own["data"]}
    data = checked(Experiment, json.dumps(values)).data
    assert (data.inputs, data.source) == (tuple(columns[:2]), iris.data.source)
    assert data.split == iris.data.split.replace(seed=iris.seed), "another start is judged by the same rows"


def test_a_picture_spans_no_plane_and_neither_do_rows_that_are_not_there():
    digits = start("digits_conv")
    dataset = prepare_cached(given_table(digits.data.source, digits.data.reading), digits.data, digits.seed)
    assert own_columns(dataset, digits.data) == ()
    assert own_columns(None, start("iris").data) == ()


def test_the_choices_of_both_languages_are_the_same():
    korean, english = choices("ko"), choices("en")
    assert korean["losses"] == english["losses"]
    assert [table["name"] for table in korean["datasets"]] == [table["name"] for table in english["datasets"]]
