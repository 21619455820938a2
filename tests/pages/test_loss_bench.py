"""The loss bench: every problem in both languages, and numbers that follow the slider."""

import pytest

from lab.insight.loss_bench import PROBLEMS


def move(person, key: str, value: float):
    next(one for one in person.at.slider if one.key == key).set_value(value)
    return person.look()


def choose(person, problem: str):
    person.at.button_group(key="loss-bench-problem").set_value(problem)
    return person.look()


def test_every_problem_is_drawn_in_either_language(person_in):
    person = person_in.go_to("loss_bench")
    for problem in PROBLEMS:
        choose(person, problem)
        assert person.at.slider
        assert len(person.at.get("plotly_chart")) == 2


def test_the_numbers_follow_the_prediction(person):
    person.go_to("loss_bench")
    for prediction in (-1.0, 3.0):
        move(person, "loss-bench-regression.prediction-", prediction)
        table = person.at.dataframe[0].value
        mse = table[table.iloc[:, 0].str.contains("MSE")].iloc[0]
        assert float(mse.iloc[1]) == pytest.approx((prediction - 1.0) ** 2)
        assert float(mse.iloc[2]) == pytest.approx(2 * (prediction - 1.0))


def test_scores_of_other_time_steps_stay_and_a_prediction_is_still_there_after_a_visit_elsewhere(person):
    choose(person.go_to("loss_bench"), "ctc")
    move(person, "loss-bench-ctc-0-B", 4.0)
    changed = person.sentences()
    person.at.button_group(key="loss-bench-ctc.step").set_value(2)
    person.look()
    assert changed.splitlines()[-1] in person.sentences()
    choose(person, "regression")
    move(person, "loss-bench-regression.prediction-", 2.5)
    person.go_to("train").go_to("loss_bench")
    assert person.at.slider(key="loss-bench-regression.prediction-").value == 2.5
