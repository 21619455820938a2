"""Compile: how the network is to learn — optimizer, loss, metrics — with the Keras program beside it."""

import streamlit as st

from lab.edits.places import LOSS, OPTIMIZER
from lab.edits.proposals import offered_metrics
from lab.spec.experiment import GraphSpec
from lab.texts import say
from pages.ui.bench import Bench, bench_of
from pages.ui.forms import part_form, type_field
from pages.ui.model.code_box import code_box
from pages.ui.model.outputs import outputs_section
from pages.ui.problems import show_problems, tell_at, tell_the_rest
from pages.ui.state import AppState, app_state, widget_value
from pages.ui.text import about, heading, name_of


def page(state: AppState, bench: Bench) -> None:
    st.markdown(say("compile_page.about", state.language))
    functional = isinstance(state.experiment.model, GraphSpec)
    form, code = st.columns([1, 1], gap="large")
    with form:
        optimizer_section(state)
        if functional:
            outputs_section(state, bench, links=False)
        else:
            loss_section(state)
            metrics_section(state)
        show_problems([bench.refusal] if bench.refusal else [], state)
        tell_the_rest(state)
    with code:
        heading(say("compile_page.code", state.language))
        st.caption(say("compile_page.code_about", state.language))
        st.code(
            bench.keras_code(state.language) or say("compile_page.no_code", state.language),
            language="python",
            wrap_lines=True,
        )
        code_box(state, bench)


def optimizer_section(state: AppState) -> None:
    heading(say("compile_page.optimizer", state.language))
    type_field(OPTIMIZER, state, say("compile_page.optimizer_label", state.language))
    st.caption(about("optimizer", state.experiment.compile.optimizer.type, state.language))
    part_form(OPTIMIZER, state)


def loss_section(state: AppState) -> None:
    heading(say("compile_page.loss", state.language))
    type_field(LOSS, state, say("compile_page.loss_label", state.language))
    st.caption(about("loss", state.experiment.compile.loss.type, state.language))
    part_form(LOSS, state)
    with st.expander(say("compile_page.why_smooth_title", state.language)):
        st.markdown(say("compile_page.why_smooth", state.language))


def metrics_section(state: AppState) -> None:
    heading(say("compile_page.metrics", state.language))
    key = state.key("compile.metrics")
    chosen = state.experiment.compile.metrics
    st.multiselect(
        say("compile_page.metrics_label", state.language),
        offered_metrics(state.experiment.data.task, chosen),
        default=list(chosen),
        format_func=lambda name: name_of("metric", name, state.language),
        key=key,
        placeholder=say("form.choose", state.language),
        on_change=take_metrics,
        args=(key,),
    )
    st.caption(say("compile_page.metrics_about", state.language))
    tell_at("compile.metrics", state)


def take_metrics(key: str) -> None:
    state = app_state()
    state.change_experiment(state.experiment.with_compile(metrics=tuple(widget_value(key))))


page(app_state(), bench_of(app_state()))
