"""A comparison names what differs, nothing else, and says when it is not a fair one."""

import re

import pytest

from lab.insight.differences import differences, legends, model_line, say_value
from lab.starts import STARTS, start
from lab.texts import LANGUAGES
from netcore.constraints import CONSTRAINTS
from netcore.initializers import INITIALIZERS
from netcore.layers import LAYERS
from netcore.regularizers import REGULARIZERS
from tests.lab.runs.runs import iris, with_rate
from tests.netcore.helpers import ready_arguments


def paths(*experiments) -> list[str]:
    return [one.knob.path for one in differences(experiments)]


def test_experiments_that_are_alike_do_not_differ():
    assert differences([iris(10), iris(10)]) == ()
    assert legends([iris(10), iris(10).replace(name="another name")], "en") == ("", "")


@pytest.mark.parametrize("name", STARTS)
def test_every_ready_made_start_can_be_compared(name):
    one = start(name)
    assert paths(one, one.with_fit(epochs=one.fit.epochs + 1)) == ["fit.epochs"]


def test_the_knob_that_was_turned_is_named_with_its_values():
    one, other = with_rate(iris(10), 0.01), with_rate(iris(10), 0.1)
    (found,) = differences([one, other])
    assert (found.knob.path, found.values) == ("compile.optimizer.learning_rate", (0.01, 0.1))
    assert legends([one, other], "ko") == ("학습률 (learning_rate) 0.01", "학습률 (learning_rate) 0.1")


def test_of_equal_layers_the_argument_is_named_and_of_others_the_whole_model():
    base = iris(10)
    dense = base.model.layers[0]
    wider = base.with_layer(dense.replace(params={**dense.params, "units": 64}))
    (found,) = differences([base, wider])
    assert (found.knob.path, found.knob.place, found.values) == ("model.layers.1.units", 1, (16, 64))
    deeper = base.with_added_layer("Dense", {"units": 5})
    assert paths(base, deeper) == ["model"]
    assert model_line(deeper).endswith("→ Dense 5")


def test_other_data_and_other_luck_are_no_fair_comparison():
    base = iris(10)
    found = differences([base, base.replace(seed=3).with_data(scaling="none").with_fit(batch_size=3)])
    assert {one.knob.path: one.unfair for one in found} == {"data.scaling": True, "fit.batch_size": False, "seed": True}


def test_of_another_table_only_its_name_is_said():
    told = legends([start("iris"), start("penguins")], "en")
    assert "penguins" in told[1]
    assert "species" not in told[1]


def test_other_optimizers_are_named_with_their_rates():
    base = iris(10)
    other = base.with_compile(optimizer={"type": "SGD", "params": {"learning_rate": 0.5, "momentum": 0.9}})
    assert paths(base, other) == ["compile.optimizer", "compile.optimizer.learning_rate", "compile.optimizer.momentum"]


def test_remedies_and_forks_are_differences():
    base = iris(10)
    stopping = base.with_fit(early_stopping={"patience": 3})
    assert "fit.early_stopping" in paths(base, stopping)[0]
    assert paths(base, base.forked(4)) == ["origin.epoch"]
    dense = base.model.layers[0]
    penalty = {"class_name": "L2", "config": {"l2": 0.05}}
    (found,) = differences(
        [base, base.with_layer(dense.replace(params={**dense.params, "kernel_regularizer": penalty}))]
    )
    assert say_value(found.values[1], "en") == "L2(l2=0.05)"


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, "–"), (0.1, "0.1"), (True, "on"), (16, "16"), ("relu", "relu"), ((1, 2, 3, 4, 5), "1, 2, 3, 4, … (5)")],
)
def test_values_are_said_briefly(value, text):
    assert say_value(value, "en") == text


def told_of(cls):
    """What a comparison says of a part, by itself and inside others."""
    described = {"class_name": cls.__name__, "config": cls(**ready_arguments(cls)).get_config()}
    return [say_value(described, language) for language in LANGUAGES] + [
        say_value({"layers": [described, {"merge": None, "layer": described}]}, language) for language in LANGUAGES
    ]


@pytest.mark.parametrize("cls", [*LAYERS, *REGULARIZERS, *CONSTRAINTS, *INITIALIZERS], ids=lambda cls: cls.__name__)
def test_no_part_is_shown_as_its_raw_description(cls):
    for told in told_of(cls):
        assert cls.__name__ in told
        assert not re.search(r"[{}]|class_name|'config'|None", told)
