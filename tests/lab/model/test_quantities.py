"""What curves measure, in words, and whose may be drawn behind whose."""

import pytest

from lab.model.quantities import comparable, has_outputs, losses, quantity
from lab.starts import start
from lab.texts import LANGUAGES, say

CURVES = {"loss": [1.0], "val_loss": [2.0], "accuracy": [0.5], "val_accuracy": [0.25]}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_history_key_is_said_in_words_of_several_outputs_with_the_output(language):
    one, several = start("iris"), start("two_in_two_out")
    loss, accuracy = say("evaluate_page.loss", language), say("metric.accuracy", language)
    assert (quantity("loss", language), quantity("loss", language, one)) == (loss, loss)
    assert quantity("accuracy", language, one) == accuracy
    assert quantity("rain_loss", language, several) == f"rain · {loss}"
    assert quantity("rain_accuracy", language, several) == f"rain · {accuracy}"
    assert quantity("loss", language, several) == say("graph.total.sum", language)
    assert (has_outputs(one), has_outputs(several)) == (False, True)


def test_the_loss_curves_of_other_weights_or_another_sum_measure_something_else():
    graph = start("two_in_two_out")
    heavier = graph.with_model(graph.model.with_output("rain", weight=3.0))
    assert losses(graph) == losses(graph.replace(seed=3))
    assert losses(graph) != losses(heavier)
    assert losses(graph) != losses(graph.with_compile(combine_losses="mean"))


def test_curves_of_the_same_question_can_be_drawn_behind_one_another():
    ran = start("iris")
    assert comparable(CURVES, ran, ran.replace(seed=5)) == CURVES
    other_loss = ran.with_compile(loss={"type": "MeanSquaredError", "params": {}})
    assert set(comparable(CURVES, ran, other_loss)) == {"accuracy", "val_accuracy"}


def test_curves_of_other_data_are_not_drawn_nor_of_the_same_table_prepared_otherwise():
    ran = start("iris")
    assert comparable(CURVES, ran, start("penguins")) is None
    assert comparable(CURVES, ran, ran.with_data(scaling="min_max")) is None
    assert comparable(CURVES, ran, ran.with_data(split=ran.data.split.replace(test=0.3))) is None
