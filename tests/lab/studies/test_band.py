"""The luck band: what is luck is not called an effect."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.studies.band import Comparison, band_curves, band_of, compare

NUMBERS = st.lists(st.floats(-100, 100), min_size=3, max_size=9)


def test_a_band_holds_the_middle_of_the_seeds():
    band = band_of([5.0, 1.0, 3.0, 2.0, 4.0])
    assert (band.median, band.low, band.high) == (3.0, pytest.approx(1.4), pytest.approx(4.6))
    assert band.width == pytest.approx(3.2)


def test_a_lost_seed_is_counted_and_more_than_half_of_them_leave_no_median():
    band = band_of([1.0, 2.0, math.nan])
    assert (band.median, band.lost) == (1.5, 1)
    assert math.isnan(band_of([1.0, math.nan, math.inf]).median)
    assert math.isnan(band_of([]).median)


def test_curves_go_as_far_as_half_of_the_seeds():
    low, median, high = band_curves([[1, 2, 3], [3, 4], [5, 6]])
    assert median.tolist() == [3, 4]
    assert (low <= median).all()
    assert (median <= high).all()
    assert band_curves([[], []]).shape == (3, 0)


def test_a_difference_smaller_than_the_band_is_luck_however_often_it_comes():
    found = compare([1.0, 2.0, 3.0], [1.1, 2.1, 3.1], up=False)
    assert found.wins == 3
    assert not found.clear
    assert compare([1.0, 1.1, 1.2], [3.0, 3.1, 3.2], up=False).clear


def test_few_seeds_show_nothing_and_a_run_that_diverged_lost():
    assert not compare([1.0, 1.0], [9.0, 9.0], up=False).clear
    found = compare([1.0, 1.0, 1.0], [math.nan] * 3, up=False)
    assert (found.clear, found.wins, found.difference) == (True, 3, math.inf)
    assert compare([0.9, 0.8], [0.7, 0.9], up=True).wins == 1


@given(NUMBERS)
def test_a_setting_is_never_told_from_itself(values):
    assert not compare(values, values, up=False).clear


@given(NUMBERS, st.floats(0.1, 10))
def test_a_shift_by_more_than_the_band_is_always_clear(values, more):
    band = band_of(values)
    found = compare(values, [value + band.width + more for value in values], up=False)
    assert found == Comparison(found.difference, found.band, len(values), len(values))
    assert found.clear


@given(NUMBERS)
def test_the_median_lies_within_the_band(values):
    band = band_of(values)
    assert band.low <= band.median <= band.high
    assert np.isclose(band.median, np.median(values))
