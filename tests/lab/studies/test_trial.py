"""An advice that was tried: the same rows and seeds on both sides, and a word that luck alone cannot bring about."""

import math

import pytest

from lab.data.prepare import prepare_cached
from lab.data.samples import load_sample
from lab.edits.advice import Known
from lab.runs.serve.engine import RunRequest
from lab.runs.serve.inline import InlineEngine
from lab.starts import start
from lab.studies.figures import RunFigures
from lab.studies.result import Result, SettingResult, result_of
from lab.studies.trial import SEEDS, trial_of, verdict_on_trial
from lab.texts import LANGUAGES

KNOWN = Known(epochs=30, best_epoch=10, train_rows=90)
IRIS = start("iris").with_fit(epochs=3).replace(seed=7)


def result(before, after):
    trial = trial_of("lower_learning_rate", IRIS, KNOWN)
    settings = [
        SettingResult(
            setting,
            tuple(
                RunFigures(seed, {"val_loss": value}, {}, diverged=math.isnan(value))
                for seed, value in enumerate(values)
            ),
        )
        for setting, values in zip(trial.settings, (before, after), strict=True)
    ]
    return Result(trial.study, tuple(settings), "loss")


def test_both_sides_have_the_same_rows_and_seeds_the_runs_own_first():
    trial = trial_of("lower_learning_rate", IRIS, KNOWN)
    before, after = trial.cells(load_sample("iris", IRIS.data.reading))
    assert [run.seed for run, _ in before.runs] == [run.seed for run, _ in after.runs] == list(range(7, 7 + SEEDS))
    assert len({data.content_hash for _, data in (*before.runs, *after.runs)}) == 1
    assert after.runs[0][0].compile.learning_rate == pytest.approx(IRIS.compile.learning_rate / 10)


def test_the_first_curve_is_that_of_the_run_itself():
    engine, table = InlineEngine(), load_sample("iris", IRIS.data.reading)
    trial = trial_of("smaller_net", IRIS, KNOWN)
    cells = trial.cells(table)
    study = engine.start_study(cells, "me")
    engine.advance()
    found = result_of(trial.study, trial.settings, cells, engine.study(study, "me").outcomes)
    run = engine.start(RunRequest(IRIS, prepare_cached(table, IRIS.data, IRIS.seed)), "me")
    engine.advance()
    assert list(found.settings[0].curves("val_loss")[0]) == pytest.approx(engine.view(run, "me").history["val_loss"])


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ([1.0, 1.1, 0.9, 1.0, 1.05], [0.5, 0.6, 0.4, 0.5, 0.55], "helped"),
        ([0.5, 0.6, 0.4, 0.5, 0.55], [1.0, 1.1, 0.9, 1.0, 1.05], "harmed"),
        ([1.0, 1.4, 0.6, 1.0, 1.2], [0.9, 1.3, 0.5, 0.9, 1.1], "luck"),
        ([math.nan] * 5, [0.5] * 5, "before_lost"),
        ([0.5] * 5, [math.nan] * 5, "after_lost"),
        ([0.5] * 2, [0.4] * 2, "nothing"),
    ],
)
def test_it_helped_only_if_it_gained_more_than_luck(before, after, said):
    words = verdict_on_trial(result(before, after))
    assert words.key == f"trial.{said}"
    assert all("{" not in words.say(language) for language in LANGUAGES)


def test_seeds_that_did_better_are_counted():
    assert verdict_on_trial(result([1.0] * 5, [0.5, 0.5, 0.5, 0.5, 1.5])).values["wins"] == 4


def test_what_changes_nothing_or_the_unit_of_the_loss_is_no_trial():
    assert trial_of("more_rows", IRIS, KNOWN) is None
    assert trial_of("standardise_target", start("tmax").with_data(target_scaling="none"), KNOWN) is None
    assert trial_of("stop_at_best", IRIS, Known()) is None
