"""Sentences say what the numbers say."""

import pytest

from lab.studies.answers import answers
from tests.lab.studies.made import made

SAID = "studies.say."


def keys(result) -> list[str]:
    return [words.key.removeprefix(SAID) for words in result.study.conclude(result)]


def test_the_lowest_loss_leads_and_a_clear_difference_is_called_clear():
    result = made("batch_size", {"1": [0.5, 0.51, 0.52], "10": [0.2, 0.21, 0.22], "all": [0.9, 0.91, 0.92]})
    leader, luck = result.study.conclude(result)[:2]
    assert leader.say("en") == "The median validation loss is lowest at “10” (0.21) and highest at “all 1,000” (0.91)."
    assert luck.say("en") == (
        "The difference between “10” and “1” (0.3) is larger than the luck band (0.016). Seed by seed, “10” did better "
        "in 3 of 3."
    )
    assert luck.say("ko").startswith("‘10’ 대 ‘1’의 차이(0.3)는 운의 폭(0.016)보다 큽니다.")
    assert [one.setting.key for one in answers(result)] == ["10"]


def test_a_difference_within_the_band_is_called_luck():
    result = made("batch_size", {"1": [0.2, 0.3, 0.4], "10": [0.21, 0.29, 0.39]})
    assert "luck" in keys(result)
    assert "no larger than the luck band" in result.study.conclude(result)[1].say("en")
    assert len(answers(result)) == 2


@pytest.mark.parametrize(
    ("ends", "expected"),
    [
        ({"1": 0.9, "8": 0.2, "128": 0.9}, {"underfit", "overfit"}),
        ({"1": 0.9, "8": 0.2, "128": 0.205}, {"underfit", "no_overfit"}),
        ({"1": 0.2, "8": 0.3, "128": 0.9}, {"overfit"}),
        ({"1": 0.9, "8": 0.5, "128": 0.2}, {"underfit"}),
    ],
)
def test_capacity_is_called_by_what_both_ends_show(ends, expected):
    result = made("width", {key: [end, end + 0.01, end + 0.02] for key, end in ends.items()})
    assert set(keys(result)) - {"capacity"} == expected


def test_remedies_are_sorted_into_those_that_helped_and_those_that_did_not():
    ends = {"none": [2.0, 2.1, 2.2], "dropout": [1.0, 1.1, 1.2], "noise": [2.05, 2.1, 2.3], "l1": [3.0, 3.1, 3.2]}
    result = made("remedies", ends)
    said = {words.key.removeprefix(SAID): words.say("en") for words in result.study.conclude(result)}
    assert said["helped"] == "Better than no remedy (2.1) by more than luck: dropout 0.5 (1.1)."
    assert said["no_help"] == "Within luck of no remedy (2.1): noise 0.5 on the inputs (2.1)."
    assert said["harmed"] == "Worse than no remedy (2.1) by more than luck: L1 penalty 0.003 (3.1)."


def test_diverged_settings_are_named_with_their_count():
    result = made("learning_rate", {"0.01": [0.2, 0.21, 0.22], "0.1": [0.3, None, 0.32], "1": [None] * 3})
    assert result.study.conclude(result)[-1].say("en") == "Diverged — 0.1: 1 of 3 seeds, 1: 3 of 3 seeds."


def test_the_fewest_units_that_are_as_good_as_the_best_answer_the_circle():
    ends = {"1": [0.6, 0.61, 0.62], "4": [0.98, 0.99, 1.0], "8": [0.98, 0.995, 1.0]}
    result = made("circle", ends)
    assert [one.setting.key for one in answers(result)] == ["4", "8"]


def test_the_heat_map_counts_the_cells_that_may_be_as_good():
    result = made("rate_and_batch", {"0.001 × 1": [0.2, 0.3, 0.4], "0.01 × 1": [0.21, 0.31, 0.41], "1 × 1": [0.9] * 3})
    assert result.study.conclude(result)[1].values["alike"] == 1


def test_the_turn_of_the_validation_loss_is_told_with_its_spread():
    result = made("epochs")
    assert keys(result) == ["turn", "not_overtrained"]
    assert result.study.conclude(result)[0].values["epochs"] == 6


def test_luck_alone_is_told_as_a_band():
    result = made("luck", {"base": [1.0, 2.0, 3.0]})
    assert result.study.conclude(result)[0].say("en") == (
        "Of 3 trainings that differ in the seed alone, the median validation loss is 2 and the middle 80% lie between "
        "1.2 and 2.8. The luck band is 1.6 wide: one training each cannot show a smaller difference."
    )
