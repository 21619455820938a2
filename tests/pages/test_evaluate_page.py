"""The evaluate page from close by: a sample entered by hand, each class by itself, what a regression leaves over."""

import json

import numpy as np
import pytest

from lab.edits.screen import Screen
from lab.errors import DataError
from lab.spec.experiment import Change
from lab.starts import start
from lab.texts import say
from pages.ui.compare import seal
from tests.lab.runs.play import playground
from tests.pages.conftest import seen
from tests.security import run_files


def trained(person, name: str):
    person.state().replace_experiment(start(name).with_fit(epochs=2))
    return person.look().go_to("train").train().go_to("evaluate")


def answer(person) -> str:
    return next(seen(element.value) for element in person.at.markdown if element.value.startswith("####"))


def sliders(person) -> list:
    return [slider for slider in person.at.slider if str(slider.key).startswith("try-")]


def bars(person) -> list[float]:
    """The probabilities that are drawn."""
    figures = [json.loads(element.proto.spec) for element in person.at.get("plotly_chart")]
    (drawn,) = [figure["data"][0] for figure in figures if figure["data"][0].get("orientation") == "h"]
    return drawn["x"]


def test_values_are_turned_and_the_answer_moves(person_in, language):
    person = trained(person_in, "iris")
    assert say("try_it.title", language) in person.sentences()
    start_values, answers = [slider.value for slider in sliders(person)], [bars(person)]
    assert len(start_values) == 4
    for end in ("min", "max"):
        for slider in sliders(person):
            slider.set_value(getattr(slider, end))
        person.look()
        answers.append(bars(person))
        assert sum(answers[-1]) == pytest.approx(1, abs=1e-5)
    assert answers[0] != answers[1] != answers[2] != answers[0]
    person.press("try-reset")
    assert [slider.value for slider in sliders(person)] == start_values
    assert bars(person) == answers[0]


def test_a_number_is_answered_in_its_unit_and_residuals_are_drawn(person_in, language):
    person = trained(person_in, "tmax")
    assert "°C" in answer(person)
    text = person.sentences()
    assert say("scores.residuals", language, part=say("part.validation", language)) in text


def test_classes_are_scored_one_by_one_and_on_average(person_in, language):
    person = trained(person_in, "iris")
    tables = [element.value for element in person.at.dataframe]
    scores = next(table for table in tables if say("scores.precision", language) in table.columns)
    names = ["setosa", "versicolor", "virginica", say("scores.macro", language)]
    assert [*scores[say("scores.class", language)]] == names
    assert say("scores.roc", language) in person.sentences()


@pytest.mark.parametrize("name", ["digits_conv", "hourly", "two_in_two_out"])
def test_images_and_windows_are_picked_and_every_output_answers(person, name):
    trained(person, name)
    said = [element.value for element in person.at.markdown if element.value.startswith("####")]
    assert len(said) == len(start(name).data.targets)


def test_the_sealed_part_is_not_looked_at_until_it_is_open(person):
    trained(person, "iris")
    assert say("scores.classes", "en", part=say("part.validation", "en")) in person.sentences()
    person.press("open_test")
    assert say("scores.classes", "en", part=say("part.test", "en")) in person.sentences()


def test_a_run_that_does_not_fit_its_table_stays_sealed_and_that_is_told(person, monkeypatch):
    def values_on(*asked: object) -> None:
        raise DataError("data.outputs_do_not_fit", outputs=4, expected="3")

    trained(person, "iris")
    monkeypatch.setattr(seal, "values_on", values_on)
    person.press("open_test")
    assert say("data.outputs_do_not_fit", "en", outputs=4, expected="3") in [error.value for error in person.at.error]
    assert say("scores.classes", "en", part=say("part.test", "en")) not in person.sentences()


def test_the_columns_of_a_window_are_offered_by_their_names_as_they_are(person):
    trained(person, "hourly")
    (columns,) = [box.options for box in person.at.selectbox if str(box.key).startswith("try-column-")]
    assert set(columns) <= set(start("hourly").data.inputs)


def test_weights_of_another_network_are_told_and_break_no_page(person):
    person.train()
    mine = person.engine.runs_of(person.state().owner)[0].id
    entry, arrays = run_files.taken_apart(person.engine.export(mine, person.state().owner))
    changed = run_files.put_together(entry, arrays | {"snapshot/weights/0": np.zeros((2, 2))})
    damaged = person.engine.take_in(changed, person.state().owner)
    person.engine.delete(mine, person.state().owner)
    person.state().screen = Screen(run=damaged)
    person.go_to("evaluate")
    assert person.state().screen.run == damaged
    assert say("run.damaged", person.state().language) in [error.value for error in person.at.error]
    person.go_to("train").go_to("compare")


def test_it_is_said_that_a_run_is_judged_by_the_points_that_it_learned_from_last(person_in, language):
    begun = playground(2, epochs=2)
    change = Change(epoch=1, batch=0, name="data", value=0, source=begun.data.source.replace(noise=30))
    person_in.state().replace_experiment(begun.with_fit(changes=(change,)))
    person = person_in.look().go_to("train").train().go_to("evaluate")
    assert say("evaluate_page.rows_at_end", language) in person.sentences()
