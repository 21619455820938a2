"""Several inputs and targets: the same rows for all, statistics of the training part, an inverse for each target."""

import numpy as np
import pytest

from lab.data.prepare import PART_NAMES, prepare
from lab.data.samples import load_sample
from lab.errors import DataError
from lab.spec.data import DataSpec, InputGroup, SampleSource, TargetSpec
from lab.starts import start

ONE_INPUT = {"inputs": ("bill_length_mm",), "groups": ()}


def penguins(**changes):
    values = {
        "source": SampleSource(name="penguins"),
        "inputs": ("bill_length_mm", "island", "sex"),
        "groups": (
            InputGroup(name="size", columns=("bill_length_mm",)),
            InputGroup(name="place", columns=("island", "sex")),
        ),
        "target": "species",
        "task": "multiclass",
        "more_targets": (TargetSpec(column="body_mass_g", task="regression", scaling="standard"),),
    }
    return DataSpec(**{**values, **changes})


def test_groups_are_the_features_of_their_columns_a_category_brings_several():
    dataset = prepare(load_sample("penguins"), penguins(), 0)
    assert dataset.input_shapes == {"size": (1,), "place": (5,)}
    for part in PART_NAMES:
        joined = np.hstack([dataset.x_of(part, name) for name in ("size", "place")])
        assert (joined == dataset.part(part).x).all()


def test_all_targets_have_the_same_rows_and_each_its_own_coding():
    table = load_sample("penguins")
    dataset = prepare(table, penguins(), 0)
    mass = dataset.of_target("body_mass_g")
    assert (mass.train.rows == dataset.train.rows).all()
    assert mass.train.x is dataset.train.x
    assert mass.target_unit == "g"
    assert mass.target_mean == pytest.approx(float(mass.train.target.mean()))
    y = mass.targets_for("validation", "MeanSquaredError", 1)
    np.testing.assert_allclose(mass.inverse_target(y)[:, 0], mass.validation.target, rtol=1e-5)
    assert dataset.targets_for("train", "CategoricalCrossentropy", 3).shape == (len(dataset.train.x), 3)


def test_a_row_without_any_of_the_targets_is_dropped_for_all():
    """Two penguins were never weighed; where they lived is known."""
    place = {"inputs": ("island",), "groups": ()}
    alone = prepare(load_sample("penguins"), penguins(more_targets=(), **place), 0)
    both = prepare(load_sample("penguins"), penguins(**place), 0)
    assert (alone.dropped_rows, both.dropped_rows) == (0, 2)
    assert not np.isnan(both.of_target("body_mass_g").train.target).any()


def test_numbers_do_not_depend_on_the_rows_that_are_not_trained_on():
    """Statistics of every target are those of the training part."""
    dataset = prepare(load_sample("penguins"), penguins(), 0)
    mass = dataset.of_target("body_mass_g")
    everything = np.concatenate([mass.part(name).target for name in PART_NAMES])
    assert mass.target_mean != pytest.approx(float(everything.mean()), rel=1e-9)


@pytest.mark.parametrize(
    ("code", "changes"),
    [
        ("data.target_is_input", {"more_targets": (TargetSpec(column="sex", task="binary"),)}),
        ("data.target_missing", {"more_targets": (TargetSpec(column="wings", task="binary"),)}),
        ("data.target_not_numeric", {"more_targets": (TargetSpec(column="sex", task="regression"),), **ONE_INPUT}),
    ],
)
def test_a_further_target_is_refused_as_the_first_would_be(code, changes):
    with pytest.raises(DataError) as info:
        prepare(load_sample("penguins"), penguins(**changes), 0)
    assert info.value.code == code


def test_an_empty_group_is_refused_by_name():
    groups = (*penguins().groups, InputGroup(name="nothing", columns=()))
    with pytest.raises(DataError) as info:
        prepare(load_sample("penguins"), penguins(groups=groups), 0)
    assert (info.value.code, info.value.values["group"]) == ("data.group_empty", "nothing")


def test_without_groups_there_is_one_input_of_all_columns():
    data = start("iris").data
    dataset = prepare(load_sample("iris"), data, 0)
    assert dataset.input_shapes == {"inputs": (4,)}
    assert (dataset.x_of("train", "inputs") == dataset.train.x).all()
    assert dataset.others == ()
