"""The lecture note on the page: every section, code edited and run in place, what is kept, what is refused."""

import pytest

from lab.note.shelf import lessons_of, sections, words_of
from lab.texts import say


def opened(person, step, snippet=None):
    person.at.query_params["section"] = step
    person.go_to("note")
    if snippet is not None:
        person.at.segmented_control(key=f"note-snippet-{step}").set_value(snippet)
        person.look()
    return person


def code_field(person):
    [field] = [one for one in person.at.text_area if one.key.startswith("note-code")]
    return field


def edit(person, old, new):
    field = code_field(person)
    assert old in field.value
    field.set_value(field.value.replace(old, new))
    return person.look()


def test_every_section_is_shown_with_its_code_and_its_lessons(person_in, language):
    person = person_in.go_to("note")
    for section in sections():
        person = opened(person, section.step)
        words = words_of(section.step, language)
        assert words.title in person.sentences()
        assert code_field(person).value
        buttons = [button.key for button in person.at.button]
        assert all(f"note-lesson-{name}" in buttons for name in lessons_of(section.step))


def test_a_snippet_is_edited_run_and_told(person, engine):
    person = edit(opened(person, "compile"), "epochs=30", "epochs=6")
    person.press("note-run")
    engine.advance()
    person.look()
    assert not person.at.button(key="note-run").disabled  # the screen that sees the end is the last one
    assert not person.at.button(key="note-reset").disabled
    shown = person.sentences()
    assert "Over 6 epochs the weights were changed 66 times" in shown
    assert say("note_page.beside", "en") in shown
    network = person.component("lab_network_drawing")
    assert "(None, 16)" in str(network["drawn"])
    assert say("note_page.network_built", "en") in shown  # what a study has trained is not kept
    assert say("network.key_untrained", "en") not in shown


def test_edits_and_curves_stay_while_the_person_looks_elsewhere_and_reset_brings_the_note_back(person, engine):
    person = edit(opened(person, "fit"), "epochs=100", "epochs=3")
    person.press("note-run")
    engine.advance()
    person.look().go_to("data").go_to("note")
    assert "epochs=3" in code_field(person).value
    assert "Over 3 epochs" in person.sentences()
    person.press("note-reset")
    assert "epochs=100" in code_field(person).value
    assert "Over 3 epochs" not in person.sentences()


def test_code_changed_since_says_so(person, engine):
    person = edit(opened(person, "fit"), "epochs=100", "epochs=3").press("note-run")
    engine.advance()
    edit(person.look(), "epochs=3", "epochs=4")
    assert say("note_page.edited", "en") in person.sentences()


def test_the_note_s_own_spelling_is_mended_line_by_line(person):
    person = opened(person, "structure", "as_written")
    edit(person, "epochs=100", "epochs=1").press("note-run")
    assert say("paste.slips", "en", count=7) in person.sentences()


def test_code_that_only_builds_shows_shapes_and_trains_nothing(person):
    person = opened(person, "dense").press("note-run")
    assert "25,450" in person.sentences()
    assert say("note_page.curves", "en") not in person.sentences()


def test_a_loss_alone_shows_what_it_makes_of_a_few_predictions(person):
    person = opened(person, "losses").press("note-run")
    assert say("note_page.losses", "en") in person.sentences()
    [table] = [one.value for one in person.at.dataframe]
    assert table.iloc[-1, 1] == "4.02"  # -log sigmoid(-4)
    edit(person, "binary_crossentropy", "mae").press("note-run")
    [table] = [one.value for one in person.at.dataframe]
    assert table.iloc[-1, 1] == "6"  # 3 against -3


def test_a_table_is_shown_as_samples_and_features(person):
    person = edit(opened(person, "csv"), "0:4", "0:2").press("note-run")
    shown = person.sentences()
    assert "X.shape = (150, 2)" in shown
    assert "sepal_length_cm, sepal_width_cm" in shown
    assert person.at.dataframe[0].value.index[0] == "sample 0"


def test_the_studio_opens_with_the_code_s_experiment(person):
    person = opened(person, "epochs").press("note-studio")
    assert person.state().page == "train"
    assert [layer.params["units"] for layer in person.experiment.model.layers] == [32, 32, 1]
    assert person.experiment.fit.epochs == 150


def test_a_lesson_opens_from_its_section(person):
    person = opened(person, "epochs").press("note-lesson-09-epochs")
    assert person.state().desk.lessons.current == "09-epochs"
    assert person.state().page == "lessons"


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("model.fit(X, Y", say("paste.bracket_open", "en", text="model.fit(X, Y")),
        ("while True: pass", "skipped"),
        ("x = 1\n" * 4000, say("paste.too_long", "en", size=20_001, high=20_000)),
        (
            "model = Sequential([Dense(5000), Dense(5000), Dense(1, activation='sigmoid')])\nmodel.fit(X, Y)",
            "25,070,001",
        ),
        ("", say("paste.nothing", "en")),
    ],
)
def test_a_bad_edit_is_a_sentence_and_trains_nothing(person, engine, code, sentence):
    person = opened(person, "fit")
    code_field(person).set_value(code)
    person.look().press("note-run")
    assert sentence in person.sentences()
    assert "note-stop" not in [button.key for button in person.at.button]
