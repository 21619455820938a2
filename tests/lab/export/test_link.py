"""A link brings back the same experiment, and whatever else stands in an address is refused in a sentence."""

import base64
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.errors import ExperimentError
from lab.export.link import from_link, to_link
from lab.spec.limits import ALONE
from lab.starts import STARTS, start
from tests.lab.spec.test_experiment import experiments, iris


@given(experiments())
def test_a_link_gives_the_same_experiment_back(experiment):
    link = to_link(experiment)
    assert from_link(link) == experiment
    assert set(link) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


@pytest.mark.parametrize("name", STARTS)
def test_every_start_fits_into_a_link(name):
    assert len(to_link(start(name))) < ALONE.link_characters / 2


def test_an_experiment_too_large_for_a_link_says_so():
    columns = tuple(str(place * 7919 % 1_000_003) for place in range(5000))
    with pytest.raises(ExperimentError, match="too_long") as caught:
        to_link(iris().with_data(inputs=columns))
    assert caught.value.values["high"] == ALONE.link_characters


@given(st.text(max_size=80))
def test_any_other_text_is_refused(text):
    with pytest.raises(ExperimentError):
        from_link(text)


@given(st.binary(max_size=80))
def test_any_other_content_is_refused(content):
    with pytest.raises(ExperimentError):
        from_link("1" + base64.urlsafe_b64encode(zlib.compress(content)).decode().rstrip("="))


@given(place=st.integers(0, 10_000), letter=st.sampled_from("AZaz09-_"))
def test_a_link_with_one_letter_changed_is_refused_or_an_experiment(place, letter):
    link = to_link(iris())
    place %= len(link)
    try:
        assert from_link(link[:place] + letter + link[place + 1 :]) == iris()
    except ExperimentError as error:
        assert error.code.startswith(("link.", "experiment."))  # noqa: PT017  # either way is right


@pytest.mark.parametrize("length", [0, 1, 10, 50])
def test_half_a_link_is_refused(length):
    with pytest.raises(ExperimentError, match="broken"):
        from_link(to_link(iris())[:length])


def test_a_few_bytes_that_unpack_to_gigabytes_are_refused_in_no_time():
    bomb = zlib.compress(b" " * 50_000_000, 9)[: ALONE.link_characters // 2]
    with pytest.raises(ExperimentError):
        from_link("1" + base64.urlsafe_b64encode(bomb).decode().rstrip("="))


def test_a_link_longer_than_the_limit_is_refused_unread():
    with pytest.raises(ExperimentError, match="too_long"):
        from_link("1" + "A" * ALONE.link_characters)
