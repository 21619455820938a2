"""The samples to choose from."""

import streamlit as st

from lab.data.samples import Card, card, load_sample, sample_names
from lab.texts import say
from pages.ui.proposals import for_sample
from pages.ui.state import AppState, app_state
from pages.ui.text import plain


def gallery(state: AppState) -> None:
    """One card a sample; the one in use says so."""
    source = state.experiment.data.source
    in_use = source.name if source.kind == "sample" else None
    with st.container(height=420, key="gallery"):
        for name in sample_names():
            sample_card(state, card(name), name == in_use)


def sample_card(state: AppState, sample: Card, in_use: bool) -> None:
    with st.container(border=True, gap="small"):
        title, button = st.columns([3, 1], vertical_alignment="center")
        title.markdown(f"**{sample.titles[state.language]}**")
        button.button(
            say("data_page.in_use" if in_use else "data_page.use", state.language),
            key=state.key("sample", sample.name),
            disabled=in_use,
            on_click=use_sample,
            args=(sample.name,),
            width="stretch",
        )
        st.caption(
            say(
                "data_page.card",
                state.language,
                rows=f"{sample.rows:,}",
                columns=f"{sample.columns:,}",
                task=say(f"task.{sample.task}", state.language),
                target=plain(sample.target),
            )
        )
        st.caption(sample.about[state.language])


def use_sample(name: str) -> None:
    state = app_state()
    state.replace_experiment(for_sample(name, load_sample(name)))
    state.notice("info", "data_page.proposed", name=card(name).titles[state.language])
