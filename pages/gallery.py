"""Gallery: the tables that come with the project as pictures and cards; one click begins with one of them."""

import streamlit as st

from lab.data.samples import CARD_GROUPS, Card, card, sample_names
from lab.texts import say
from pages.ui.data.gallery import card_line, card_notes, card_picture, sentence, use_sample
from pages.ui.grid import in_rows
from pages.ui.state import AppState, app_state
from pages.ui.text import heading

ON_A_PAGE = 12


def page(state: AppState) -> None:
    heading(say("page.gallery", state.language))
    names = sample_names()
    st.caption(say("gallery.about", state.language, count=len(names)))
    left, right = st.columns([3, 1], vertical_alignment="bottom")
    with left:
        group = st.segmented_control(
            say("gallery.task", state.language),
            CARD_GROUPS,
            default="all",
            required=True,
            format_func=lambda one: group_name(one, state),
            key=f"gallery-task-{state.language}",
        )
    with right:
        real = st.toggle(say("gallery.real_only", state.language), key=f"gallery-real-{state.language}")
    shown = [one for one in map(card, names) if one.belongs_to(group or "all") and not (real and one.synthetic)]
    numbers = {"shown": len(shown), "count": len(names)}
    st.caption(say("gallery.shown", state.language, **numbers))
    pages = list(in_rows(shown, ON_A_PAGE))
    number = st.pagination(len(pages), key=f"gallery-page-{group}-{real}") if len(pages) > 1 else 1
    with st.container(key="gallery-cards"):
        for one in pages[number - 1] if pages else ():
            sample(state, one)


def group_name(group: str, state: AppState) -> str:
    own = ("all", "series")
    return say(f"gallery.{group}" if group in own else f"task.{group}", state.language)


def sample(state: AppState, one: Card) -> None:
    language = state.language
    with st.container(border=True, gap="small", key=f"sample-card-{one.name}"):
        card_picture(one, language)
        words = say("gallery.synthetic" if one.synthetic else "gallery.real", language)
        st.markdown(f"**{one.titles[language]}**  \n{words} · {card_line(one, language)}")
        st.markdown(sentence(one.about[language]))
        with st.expander(say("gallery.more", language), key=f"gallery-more-{one.name}"):
            card_notes(one, language)
        if st.button(
            say("gallery.use", language), key=f"gallery-use-{one.name}", width="stretch", icon=":material/play_arrow:"
        ):
            use_sample(one.name)
            st.switch_page("data.py")


page(app_state())
