"""Pasted Keras code on the pages: shown as understood, applied by a button, and never markup."""

import pytest

from lab.starts import start
from lab.texts import say
from tests.lab.export.test_keras_reader import LECTURE


def paste(person, text):
    person.at.text_area(key="pasted-code").set_value(text)
    return person.press("read-code")


@pytest.mark.parametrize("page", ["layers", "compile"])
def test_the_lectures_snippet_is_explained_line_by_line_and_applied(person_in, language, page):
    person = paste(person_in.go_to(page), LECTURE)
    shown = person.sentences()
    assert say("paste.slips", language, count=7) in shown
    for line in (3, 4, 5, 7):
        assert say("paste.line", language, line=line) in shown
    assert len(person.experiment.model.layers) == 2, "nothing is changed before the button is pressed"
    assert person.experiment.model.layers[0].params["units"] == 16

    person.press("apply-code")
    assert [layer.params["units"] for layer in person.experiment.model.layers] == [32, 10]
    assert person.experiment.compile.optimizer.type == "RMSprop"
    assert say("paste.applied", language) in person.sentences()
    assert say("paste.same", language) in person.sentences()


def test_the_widgets_show_what_was_applied(person):
    person = paste(person.go_to("layers"), "model = Sequential([Dense(21), Dropout(0.25), Dense(3, 'softmax')])")
    person.press("apply-code")
    assert person.at.number_input(key=person.key("layer-l0", "Dense", "units")).value == 21
    assert [layer.type for layer in person.experiment.model.layers] == ["Dense", "Dropout", "Dense"]


FUNCTIONAL = """\
ground = keras.Input((4,), name="ground")
upper = keras.Input((3,), name="upper")
both = layers.concatenate([layers.Dense(5)(ground), layers.Dense(5)(upper)])
tmax = layers.Dense(1, name="tmax")(both)
rain = layers.Dense(1, activation="sigmoid", name="rain")(both)
model = keras.Model([ground, upper], [tmax, rain])
model.compile("sgd", loss={"tmax": "mae", "rain": "bce"}, loss_weights=[1, 0.25])
"""


@pytest.mark.parametrize("page", ["layers", "compile"])
def test_a_functional_program_is_taken_over_in_graph_mode(person, page):
    person.state().replace_experiment(start("two_in_two_out"))
    person = paste(person.go_to(page), FUNCTIONAL)
    assert say("paste.clean", "en") in person.sentences()
    person.press("apply-code")
    graph = person.experiment.model
    assert [node.type for node in graph.nodes] == ["Dense", "Dense", "Concatenate", "Dense", "Dense"]
    assert [(output.loss.type, output.weight) for output in graph.outputs] == [
        ("MeanAbsoluteError", 1.0),
        ("BinaryCrossentropy", 0.25),
    ]


def test_a_functional_program_makes_a_functional_model_of_a_sequential_one(person):
    code = "x = keras.Input((4,))\nmodel = keras.Model(x, layers.Dense(3, activation='softmax')(x))"
    person = paste(person.go_to("layers"), code)
    assert "keras.Model(" in person.at.code[-1].value
    person.press("apply-code")
    assert person.experiment.model.kind == "graph"
    assert say("graph.kind.functional", "en") in person.sentences()


def test_a_text_without_a_model_offers_nothing_to_apply(person):
    person = paste(person.go_to("layers"), "print('hello')")
    assert say("paste.nothing", "en") in person.sentences()
    assert "apply-code" not in [button.key for button in person.at.button]


def test_pasted_text_is_never_markup(person):
    person = paste(
        person.go_to("layers"), "x = '`**bold** :red[x]`'; model.add(Dense(`<b>`))\nmodel = Sequential()\n_a_.b"
    )
    for element in (*person.at.error, *person.at.warning, *person.at.caption):
        for spoken in ("**bold**", ":red[x]", "<b>", "_a_"):
            before = element.value.split(spoken)[0]
            assert spoken not in element.value or before.count("`") % 2 == 1, "stands outside a code span"
