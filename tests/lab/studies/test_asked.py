"""A study that was asked for: how far it is, what came of it, and the prediction held against the answer."""

from dataclasses import replace

import pytest

from lab.runs.orders.study import StudyView
from lab.starts import start
from lab.studies.answers import answers, judged
from lab.studies.asked import NO_IDEA, Asked, runs_of
from lab.studies.definition import from_start_weights
from tests.lab.studies.made import asked, made, outcome

SEEDS = 3


def begun(prediction: str | None = NO_IDEA) -> Asked:
    _study, settings, cells = asked("batch_size", SEEDS)
    return Asked("batch_size", settings, SEEDS, settings[0].experiment, False, prediction, "", "id", cells)


def view(one: Asked, state: str = "running", ended: int = 0) -> StudyView:
    """A study of which the first settings have all their runs behind them, and the others one seed."""
    outcomes = {
        setting.key: tuple(outcome(0.1) for _ in range(SEEDS if place < ended else 1))
        for place, setting in enumerate(one.settings)
    }
    return StudyView(state, 1, 2, 0.5, None, outcomes)


def test_a_setting_is_done_when_all_its_seeds_have_ended():
    one = begun()
    assert one.done(view(one)) == 0
    assert one.done(view(one, ended=2)) == 2
    running = view(one, ended=1)
    key = one.settings[0].key
    going_on = tuple(replace(run, ended=False) for run in running.outcomes[key])
    assert one.done(replace(running, outcomes={**running.outcomes, key: going_on})) == 0
    assert runs_of(one.settings, SEEDS) == len(one.settings) * SEEDS


def test_an_own_one_is_shown_under_its_own_data_alone_and_a_ready_made_one_under_any():
    ready = begun()
    own = replace(ready, own=True)
    data, others = ready.experiment.data, start("penguins").data
    assert ready.belongs_to(data)
    assert ready.belongs_to(others)
    assert own.belongs_to(data)
    assert not own.belongs_to(others)


def test_its_result_is_kept_once_it_has_ended_and_its_data_are_let_go():
    one = begun()
    one.seen(view(one))
    assert (one.going_on, one.result, bool(one.cells)) == (True, None, True)
    one.seen(view(one, "finished", ended=len(one.settings)))
    assert (one.going_on, one.state, one.cells) == (False, "finished", [])
    result = one.result
    assert result is not None
    one.seen(view(one, "finished"))
    assert one.result is result


def test_one_that_the_engine_no_longer_knows_is_lost():
    one = begun()
    one.lost()
    assert (one.going_on, one.state, one.cells) == (False, "lost", [])


def test_no_idea_is_no_prediction():
    assert (begun(NO_IDEA).predicted, begun(None).predicted, begun("10").predicted) == (None, None, "10")


@pytest.mark.parametrize(
    ("prediction", "known", "judgement"),
    [("a", "a", "right"), ("a", "ab", "right_among"), ("b", "ab", "alike"), ("c", "ab", "wrong")],
)
def test_a_prediction_is_right_alone_right_among_others_one_of_them_or_wrong(prediction, known, judgement):
    settings = made("batch_size").settings
    keys = dict(zip("abc", (one.setting.key for one in settings), strict=False))
    assert judged(keys[prediction], [settings["abc".index(key)] for key in known]) == judgement


def test_the_answer_itself_is_a_right_prediction():
    known = answers(made("batch_size"))
    assert judged(known[0].setting.key, known) in ("right", "right_among")


def test_a_study_begins_with_start_weights_whatever_was_learned_before():
    fork = start("iris").forked(4).with_fit(changes=({"epoch": 5, "batch": 0, "name": "batch_size", "value": 5},))
    fresh = from_start_weights(fork)
    assert (fresh.origin, fresh.fit.changes) == (None, ())
    assert fresh.model == fork.model
