"""User text is data: Streamlit's Markdown must show it letter by letter."""

import pytest

from pages.ui.text import plain
from tests.pages.conftest import seen


@pytest.mark.parametrize(
    "name",
    [
        "*bold*",
        "a_b_c",
        "`code`",
        "[x](http://y)",
        "$x$",
        "<b>",
        ":smile:",
        ":red[x]",
        "a->b",
        "# title",
        "1. one",
        "최고기온(°C)",
    ],
)
def test_a_plain_text_reads_as_it_was_written_and_holds_no_markup(name):
    made = plain(name)
    assert seen(made) == name
    assert ":smile:" not in made
    assert "->" not in made
    assert not any(made.startswith(sign) for sign in "*_`[$<#")


def test_signs_without_a_shape_get_one_and_turn_nothing_round():
    assert plain("a\x07b\x1b[31m") == "a␇b␛\\[31m"
    assert plain("x\u202eevil") == "xevil"
    assert plain("\u05d0\u05d1") == "\u2068\u05d0\u05d1\u2069"
    assert plain("\u05d0" * 100, 5) == "\u2068" + "\u05d0" * 4 + "…\u2069"
    assert plain("😀") == "😀"


def test_a_word_with_underscores_needs_no_backslash_which_a_code_span_would_show():
    assert plain("learning_rate") == "learning_rate"
    assert plain("_a_ __b") == "\\_a\\_ \\_\\_b"


def test_a_long_name_is_shortened_and_stays_on_one_line():
    assert seen(plain("a\n" * 100, 10)) == "a a a a a…"
