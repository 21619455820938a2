"""A part of a page that is drawn again and again."""

from streamlit.testing.v1 import AppTest


def script():
    import streamlit as st

    from pages.ui.waiting import ticking

    ticking(lambda: None, 60.0)
    st.markdown("behind it")


def test_what_stands_behind_it_keeps_its_place_when_it_is_taken_away():
    main = AppTest.from_function(script).run().main
    own, behind = main.children[0], main.children[1]
    assert behind.value == "behind it"
    assert [dict(part.children) for part in own.children.values()] == [{}]  # this is what the browser takes away
