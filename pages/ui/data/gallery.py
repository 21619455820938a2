"""The samples to choose from: the short list on the data page, and what the gallery shares with it."""

from functools import cache

import streamlit as st

from lab.data.samples import Card, card, load_sample, picture, sample_names
from lab.edits.proposals import for_sample
from lab.texts import Language, say
from pages.ui.state import AppState, app_state
from pages.ui.text import plain, tell


def gallery(state: AppState) -> None:
    """One card a sample; the one in use says so."""
    source = state.experiment.data.source
    in_use = source.name if source.kind == "sample" else None
    with st.container(height=300, key="gallery"):
        for name in sample_names():
            sample_card(state, card(name), name == in_use)


def sample_card(state: AppState, sample: Card, in_use: bool) -> None:
    """Two elements in a box: with thirty samples each more is thirty more messages at every click."""
    with st.container(border=True, horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(_card_text(sample.name, state.language), width="stretch")
        st.button(
            say("data_page.in_use" if in_use else "data_page.use", state.language),
            key=state.key("sample", sample.name),
            disabled=in_use,
            on_click=use_sample,
            args=(sample.name,),
        )


@cache
def _card_text(name: str, language: Language) -> str:
    sample = card(name)
    small = (card_line(sample, language), sentence(sample.about[language]))
    return "  \n".join((f"**{sample.titles[language]}**", *(f":small[:gray[{line}]]" for line in small)))


def card_line(sample: Card, language: Language) -> str:
    """Size, task and target."""
    return say(
        "data_page.card",
        language,
        rows=f"{sample.rows:,}",
        columns=f"{sample.columns:,}",
        task=say(f"task.{sample.task}", language),
        target=plain(sample.target),
    )


def card_notes(sample: Card, language: Language) -> None:
    """What to know before trusting a sample, and whose it is."""
    st.markdown(f":material/search: {sentence(sample.pitfalls[language])}")
    facts = {"source": sample.source, "licence": sample.licence, "units": sample.units[language]}
    st.caption(tell("data_page.source", language, **facts))


def sentence(text: str) -> str:
    """A card's sentence letter by letter: 278~1680 is no text struck out."""
    return plain(text, 1000)


def card_picture(sample: Card, language: Language) -> None:
    st.image(picture(sample.name), width="stretch", alt=say("gallery.alt", language, title=sample.titles[language]))


def use_sample(name: str) -> None:
    """What is proposed for the sample, or its ready-made start, takes the place of the experiment."""
    state = app_state()
    state.replace_experiment(for_sample(name, load_sample(name)))
    state.notice("info", "data_page.proposed", name=card(name).titles[state.language])
