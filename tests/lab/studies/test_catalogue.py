"""Every one-click experiment: its texts, settings, pictures and sentences; and on a person's own experiment."""

import csv
import io
import math

import pytest

from lab.charts.sketches import sketch
from lab.charts.studies import draw
from lab.data.samples import load_sample
from lab.runs.kept.positions import AXES
from lab.runs.orders.study import check_study
from lab.spec.limits import CLASS
from lab.starts import STARTS, start
from lab.studies import STUDIES, told
from lab.studies.answers import answers
from lab.studies.definition import cells_of, rows_to_learn_from
from lab.studies.table import table_of
from lab.texts import LANGUAGES, has_text
from tests.lab.studies.made import asked, made

NAMES = sorted(STUDIES)


@pytest.mark.parametrize("name", NAMES)
def test_a_study_is_asked_and_explained_in_both_languages(name):
    for text in ("title", "question", "why", "start"):
        assert has_text(f"studies.{name}.{text}")
    assert sketch(STUDIES[name].pictures[0]).startswith("<svg")


@pytest.mark.parametrize("name", NAMES)
def test_the_ready_made_example_fits_and_its_settings_differ(name):
    study, settings, cells = asked(name)
    base = study.base()
    rows = rows_to_learn_from(load_sample(base.data.source.name), base)
    assert study.refusal(base, rows) is None
    assert len({setting.key for setting in settings}) == len(settings) == len(cells)
    assert len({setting.experiment.content_hash() for setting in settings}) == len(settings)
    whole = study.settings(base, rows)
    labels = [told(setting.label, language) for setting in whole for language in LANGUAGES]
    assert all(labels)
    assert len(set(labels[::2])) == len(settings)


@pytest.mark.parametrize("name", NAMES)
def test_a_class_may_run_each_ready_made_example_as_it_is(name):
    study = STUDIES[name]
    base = study.base()
    table = load_sample(base.data.source.name)
    settings = study.settings(base, rows_to_learn_from(table, base))
    check_study(cells_of(settings, range(study.seeds), table), CLASS)


@pytest.mark.parametrize("name", NAMES)
def test_every_picture_sentence_and_number_is_made_in_both_languages(name):
    result = made(name)
    for language in LANGUAGES:
        for picture in result.study.pictures:
            for over in AXES if picture == "curves" else ("epoch",):
                figures = draw(result, picture, language, over)
                assert figures
                assert all(figure.data for figure in figures)
        sentences = [words.say(language) for words in result.study.conclude(result)]
        assert sentences
        assert not any("{" in sentence for sentence in sentences)
        assert len(table_of(result, language)) == len(result.settings)
    assert answers(result)


@pytest.mark.parametrize("name", NAMES)
def test_nothing_breaks_where_all_runs_or_some_were_lost(name):
    keys = [one.setting.key for one in made(name).settings]
    for lost in (keys, keys[-1:], keys[:1]):
        ends = {key: [None] * 3 if key in lost else [0.5, 0.51, 0.52] for key in keys}
        result = made(name, ends)
        for language in LANGUAGES:
            assert [words.say(language) for words in result.study.conclude(result)]
        assert all(draw(result, picture, "ko") for picture in result.study.pictures)
        assert len(table_of(result, "en")) == len(keys)


@pytest.mark.parametrize("name", NAMES)
def test_one_seed_alone_is_never_called_an_effect(name):
    result = made(name, seeds=1)
    said = [words.key for words in result.study.conclude(result)]
    effects = {"clear", "underfit", "overfit", "helped", "harmed", "overtrained", "too_slow", "score", "too_large"}
    assert not effects & {key.removeprefix("studies.say.") for key in said}


@pytest.mark.parametrize("name", NAMES)
def test_a_person_can_ask_it_of_every_ready_made_start_or_is_told_why_not(name):
    study = STUDIES[name]
    for experiment in map(start, STARTS):
        rows = rows_to_learn_from(load_sample(experiment.data.source.name, experiment.data.reading), experiment)
        refusal = study.refusal(experiment, rows)
        if refusal is None:
            settings = study.settings(experiment, rows)
            assert len({setting.experiment.content_hash() for setting in settings}) == len(settings) or not study.axes
        else:
            assert has_text(refusal)


def test_the_csv_holds_every_run_once_and_what_it_says_is_what_was_found():
    result = made("batch_size")
    rows = list(csv.DictReader(io.StringIO(result.to_csv())))
    assert [(row["setting"], row["seed"]) for row in rows] == [
        (one.setting.key, str(run.seed)) for one in result.settings for run in one.runs
    ]
    assert [float(row["val_loss"]) for row in rows] == [
        run.values["val_loss"] for one in result.settings for run in one.runs
    ]


def test_another_measure_gives_other_numbers_and_an_unknown_one_the_loss():
    result = made("optimizers")
    assert (result.measure, result.up) == ("accuracy", True)
    assert result.with_measure("loss").ranked[0] is not result.ranked[0]
    assert result.with_measure("something").measure == "loss"


def test_what_is_not_finished_is_left_out():
    result = made("batch_size", {"1": [0.1, 0.1, 0.1], "10": [0.2, 0.2, 0.2]})
    assert [one.setting.key for one in result.settings] == ["1", "10"]
    assert math.isnan(result.settings[0].band("no_such_figure").median)
