"""What a person types, as values; what is no such value stays for the experiment to refuse, or is refused in words."""

import pytest

from lab.edits.typed import percent_of, read_lags, read_value, read_words, share_of, step_of, tenfold
from lab.errors import LabError


@pytest.mark.parametrize(
    ("written", "value"),
    [("3", 3), ("3, 3", (3, 3)), ("(2, 4)", (2, 4)), ("", None), ("three", "three"), ("((((", "((((")],
)
def test_a_written_argument_is_read_as_python_or_left_for_the_experiment_to_refuse(written, value):
    assert read_value(written) == value


def test_words_are_taken_once_and_without_blanks_around_them():
    assert read_words(" NA, none ,,NA") == ("NA", "none")
    assert read_words("") == ()


def test_lags_are_whole_numbers_between_commas_or_blanks():
    assert read_lags("1, 2 7") == (1, 2, 7)
    with pytest.raises(LabError) as refusal:
        read_lags("1, -2")
    assert refusal.value.code == "preparation.lags_text"


@pytest.mark.parametrize("percent", [0, 20, 90])
def test_a_percentage_becomes_a_share_and_again_a_percentage(percent):
    assert percent_of(share_of(percent)) == pytest.approx(percent)


@pytest.mark.parametrize("percent", [None, -1, 91, float("nan")])
def test_a_percentage_out_of_range_is_refused_in_percent(percent):
    with pytest.raises(LabError) as refusal:
        share_of(percent)
    assert refusal.value.code == "data_page.percent_range"


def test_ten_steps_down_and_up_again_leave_no_binary_digits():
    assert tenfold(0.03, up=True) == 0.3
    assert tenfold(0.3, up=False) == 0.03
    assert (step_of(0.5), step_of(0), step_of(None)) == (0.05, 0.001, 0.001)
