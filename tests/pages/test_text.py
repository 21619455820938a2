"""User text is data: Streamlit's Markdown must show it letter by letter."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.export.notebook import markdown_plain
from lab.texts.letters import DIRECTION, visible
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


# --- no links: what mdast-util-gfm-autolink-literal makes one of, even where every sign of it is escaped
LINKED = (
    re.compile(r"(https?://|www(?=\.))([-.\w]+)([^ \t\r\n]*)", re.IGNORECASE),
    re.compile(r"[-.\w+]+@[-\w]+(?:\.[-\w]+)+"),
)
# and what Streamlit replaces: icons, colours and badges, emoji, arrows and dashes
REPLACED = re.compile(r":material/|:streamlit:|:[a-z][a-z0-9-]*\[|:[\w+-]+:|<-|->|--|>=|<=|~=")
PIECES = st.sampled_from(
    (*":@. <>-=~[]()$*_`\\#&;!|\n", "www.", "WWW.", "evil", "example", "http", "https", "//", "/", "a", ":red",
     "material", "\u202e", "\u2066", "\u200f")
)  # fmt: skip


@given(st.lists(PIECES, max_size=25).map("".join))
def test_no_words_become_a_link_or_a_sign_of_streamlits(text):
    for made in (plain(text, 500), markdown_plain(text)):
        shown = re.sub(r"\\(.)", r"\1", made)  # what a reader of Markdown sees, as the links are looked for in it
        assert not any(pattern.search(shown) for pattern in LINKED)
        assert not DIRECTION.search(made)
    assert not REPLACED.search(re.sub(r"\\(.)", r"\1", plain(text, 500)))
    assert seen(plain(text, 500)) == visible(text)


def test_addresses_stay_readable():
    assert seen(plain("www.evil.example")) == "www.evil.example"
    assert (
        seen(plain("see https://evil.example, or a.b@evil.example")) == "see https://evil.example, or a.b@evil.example"
    )
