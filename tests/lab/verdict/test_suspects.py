"""Why numbers grew without bound: each suspect is named with the number that makes it one."""

import pytest

from lab.verdict.suspects import likely_causes

CALM = {"learning_rate": 0.01, "optimizer": "SGD", "largest_input": 3.0, "largest_target": 3.0, "batch_size": 10}


@pytest.mark.parametrize(
    ("change", "cause", "number"),
    [
        ({"learning_rate": 5.0}, "learning_rate", 5.0),
        ({"learning_rate": 0.5, "optimizer": "Adam"}, "learning_rate", 0.5),
        ({"largest_input": 4254.0}, "unscaled_inputs", 4254.0),
        ({"largest_target": 1013.0}, "large_target", 1013.0),
        ({"batch_size": 1}, "small_batch", 1.0),
    ],
)
def test_each_suspect_is_named_with_its_number(change, cause, number):
    assert likely_causes(**{**CALM, **change}) == {cause: number}


def test_several_suspects_come_in_the_order_in_which_a_teacher_looks():
    causes = likely_causes(**{**CALM, "learning_rate": 5.0, "largest_input": 900.0, "largest_target": 900.0})
    assert list(causes) == ["learning_rate", "unscaled_inputs", "large_target"]


def test_where_nothing_stands_out_the_learning_rate_is_the_first_thing_to_lower():
    assert likely_causes(**CALM) == {"learning_rate": 0.01}
