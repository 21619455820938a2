"""Every piece of code of the note: understood, trained, told; and the same network under Keras."""

from dataclasses import replace

import keras
import numpy as np
import pytest

from lab.export.keras_source import keras_source
from lab.lessons import shelf
from lab.model.layer_table import layer_rows, parameter_count
from lab.note.asked import NoteRun
from lab.note.code import MINE, cells_of, understood
from lab.note.shelf import NOTE, lessons_of, places, sections, words_of
from lab.note.outcome import comparison, table, told
from lab.runs.serve.inline import InlineEngine
from lab.spec.experiment import GraphSpec
from lab.texts import LANGUAGES, say

PLACES = {place.key: place for place in places()}
TRAINED = [key for key, place in PLACES.items() if understood(place, place.code).trains]
ME = "me"


def read(key):
    return understood(PLACES[key], PLACES[key].code)


def trained(key, epochs=2):
    """The code with so many epochs only, and what came of it."""
    code = read(key)
    short = replace(code.proposal, experiment=code.experiment.with_fit(epochs=epochs))
    return run_of(PLACES[key], replace(code, proposal=short))


def run_of(place, code):
    """What came of it."""
    cells = cells_of(place, code)
    engine = InlineEngine()
    study = engine.start_study(cells, ME, predict=True)
    engine.advance()
    run = NoteRun.of(code, study, cells)
    run.seen(engine.study(study, ME))
    return run


@pytest.mark.parametrize("key", PLACES)
def test_the_code_is_understood_without_anything_left_out(key):
    code = read(key)
    assert [one for one in code.findings if one.severity == "error"] == []
    slips = [one for one in code.findings if one.severity == "warning"]
    assert len(slips) == (7 if key == "structure-as_written" else 0)
    assert code.in_the_way == []
    assert code.proposal.speaks_of


@pytest.mark.parametrize("key", PLACES)
def test_the_shapes_that_the_code_writes_are_those_of_its_data(key):
    assert "paste.input_shape" not in [one.code for one in read(key).findings]


@pytest.mark.parametrize("key", TRAINED)
def test_the_code_is_trained_with_all_that_stands_beside_it_and_told(key):
    run = trained(key)
    assert run.state == "finished"
    assert set(run.outcomes) == {MINE, *(one.key for one in PLACES[key].snippet.beside)}
    assert len(run.mine.history["val_loss"]) == 2
    assert all(np.isfinite(outcome.history["loss"]).all() for outcome in run.outcomes.values())
    for language in LANGUAGES:
        assert told(run, language)
        names = words_of(PLACES[key].section.step, language).snippets[PLACES[key].snippet.key].names
        assert set(names) == {one.key for one in PLACES[key].snippet.beside}
        if names:
            assert all(name in comparison(run, names, language) for name in names.values())
            assert len(table(run, names, language)) == len(run.outcomes)


def test_what_forecasts_of_amounts_come_to_together_is_told_whatever_their_loss_says():
    run = trained("losses-percent", epochs=5)
    total = table(run, {}, "en")[0][say("studies.score.total_ratio", "en")]
    assert f"add up to {float(total):.0%} of the true total" in told(run, "en")[-1]
    assert "true total" not in told(trained("fit-fit"), "en")[-1]


@pytest.mark.parametrize("key", [key for key, place in PLACES.items() if "model" in read(key).proposal.speaks_of])
def test_keras_builds_the_same_network_of_the_exported_program(key, monkeypatch):
    code = read(key)
    shapes = code.dataset.input_shapes if isinstance(code.experiment.model, GraphSpec) else code.dataset.input_shape
    program = keras_source(code.experiment, shapes).partition("\n# ")
    space = {}
    for drawn in (keras.initializers.VarianceScaling, keras.initializers.Orthogonal):  # shapes are asked for
        monkeypatch.setattr(drawn, "__call__", lambda self, shape, dtype=None: np.zeros(shape, np.float32))
    exec(program[0], space)  # noqa: S102  # our own text, up to where data are put in
    model = space["model"]
    rows = layer_rows(code.experiment, code.dataset)
    assert model.count_params() == parameter_count(rows)
    layers = [layer for layer in model.layers if not isinstance(layer, keras.layers.InputLayer)]
    assert sorted(tuple(layer.output.shape) for layer in layers) == sorted(row.output_shape for row in rows)


def test_every_section_has_words_in_both_languages_for_each_of_its_snippets():
    for section in sections():
        for language in LANGUAGES:
            words = words_of(section.step, language)
            assert words.title
            assert words.text
            assert set(words.snippets) == {one.key for one in section.snippets}
            assert all(one.about for one in words.snippets.values())
        ko, en = (words_of(section.step, language) for language in LANGUAGES)
        assert (bool(ko.slip), bool(ko.keras)) == (bool(en.slip), bool(en.keras))


def test_every_section_leads_to_a_lesson_and_every_file_belongs_to_a_section():
    assert all(lessons_of(section.step) for section in sections())
    files = {f"{place.section.step}/{place.snippet.key}.py" for place in places()}
    files |= {f"{section.step}/{language}.md" for section in sections() for language in LANGUAGES}
    assert {file.relative_to(NOTE).as_posix() for file in NOTE.rglob("*.*")} == {*files, "note.toml"}


def test_a_section_knows_its_lessons_without_reading_one(monkeypatch):
    monkeypatch.setattr(shelf, "_read", lambda folder: pytest.fail(f"{folder.name} was read"))
    for kept in (shelf.lesson_data, lessons_of):
        kept.cache_clear()
    assert lessons_of("epochs") == ("09-epochs",)
    assert all(lessons_of(section.step) for section in sections())


def test_a_run_whose_loss_turns_says_where_and_one_that_does_not_is_silent():
    turned = " ".join(told(trained("epochs-epochs", epochs=60), "en"))
    assert "it has risen since" in turned
    falling = " ".join(told(trained("compile-three_slots", epochs=30), "en"))
    assert "it has risen since" not in falling
    assert "Not finished" in falling


def test_a_run_that_diverges_is_told_and_nothing_else_is():
    place = PLACES["fit-fit"]
    # squared errors grow at any machine; a cross-entropy may come to rest where it is cut off
    wild = place.code.replace("'rmsprop'", "keras.optimizers.SGD(learning_rate=1e30)")
    wild = wild.replace("'sigmoid'", "None").replace("'binary_crossentropy'", "'mse'")
    [sentence] = told(run_of(place, understood(place, wild)), "en")
    assert "NaN" in sentence


def test_what_is_side_by_side_is_told_as_the_table_has_it_with_the_weights_that_early_stopping_went_back_to():
    run = trained("overfitting-memorise", epochs=40)
    names = {key: key for key in run.cells}
    [stopped] = [row for row in table(run, names, "en") if row["Setting"] == "stopped"]
    assert f"stopped: {stopped['validation loss']}" in comparison(run, names, "en")
    assert float(stopped["validation loss"]) < run.outcomes["stopped"].history["val_loss"][-1]
