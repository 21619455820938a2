"""What came out of a one-click experiment: prediction, sentences, pictures, numbers, and a setting to go on with."""

from collections.abc import Callable

import pandas as pd
import streamlit as st

from lab.charts.studies import draw
from lab.runs.kept.positions import AXES
from lab.studies import Result, told
from lab.studies.answers import Judgement, answers, judged
from lab.studies.asked import Asked
from lab.studies.result import measure_name
from lab.studies.table import table_of
from lab.texts import say
from pages.ui.chart import over_choice, show_chart
from pages.ui.grid import in_rows
from pages.ui.state import AppState, app_state
from pages.ui.studies.asking import anew, safe
from pages.ui.text import heading, plain

ABREAST = 3  # small charts
BOXES: dict[Judgement, tuple[Callable[..., object], str]] = {
    "right": (st.success, ":material/check_circle:"),
    "right_among": (st.success, ":material/check_circle:"),
    "alike": (st.info, ":material/balance:"),
    "wrong": (st.warning, ":material/close:"),
}


def show(state: AppState, asked: Asked) -> None:
    """Everything about a study that has ended."""
    if asked.state == "stopped":
        st.info(say("experiments_page.stopped", state.language))
    if asked.result is None or asked.state in ("failed", "lost"):
        st.error(say("experiments_page.failed" if asked.state == "failed" else "experiments_page.gone", state.language))
    if asked.result is None or not asked.result.settings:
        st.warning(say("experiments_page.nothing", state.language))
        _again(state)
        return
    result = asked.result.with_measure(_measure(state, asked.result))
    _predicted(state, asked, result)
    heading(say("experiments_page.found", state.language))
    with st.container(border=True, key="study-sentences"):
        for words in result.study.conclude(result):
            st.markdown(words.say(state.language, safe))
    _pictures(state, result)
    st.info(
        f"**{say('experiments_page.why', state.language)}** · {say(f'studies.{asked.name}.why', state.language)}",
        icon=":material/lightbulb:",
    )
    _numbers(state, asked, result)
    _take(state, result)
    _again(state)


def _measure(state: AppState, result: Result) -> str:
    """The measure that everything below is about."""
    if len(result.measures) < 2 or result.study.pictures == ("scores",):
        return result.measure
    wanted: str = st.segmented_control(
        say("experiments_page.measure", state.language),
        result.measures,
        default=result.measure,
        required=True,
        format_func=lambda measure: told(measure_name(measure), state.language),
        key=f"study-measure-{result.study.name}",
    )
    return wanted


def _predicted(state: AppState, asked: Asked, result: Result) -> None:
    """The prediction beside the answer."""
    known = answers(result)
    labels = {one.setting.key: told(one.setting.label, state.language, safe) for one in result.settings}
    predicted = asked.predicted
    words = None if predicted is None else labels.get(predicted, predicted)
    said = [text for text in (words, plain(asked.thought, 300)) if text]
    if said:
        st.markdown(say("experiments_page.predicted", state.language, prediction=f"**{' · '.join(said)}**"))
    if predicted is None or not known:
        return
    best, *others = (labels[one.setting.key] for one in known)
    values = {"best": best, "prediction": words, "others": ", ".join(others)}
    judgement = judged(predicted, known)
    box, icon = BOXES[judgement]
    box(say(f"experiments_page.{judgement}", state.language, **values), icon=icon)


def _pictures(state: AppState, result: Result) -> None:
    for picture in result.study.pictures:
        over = over_choice(AXES, "study-over", state.language) if picture == "curves" else "epoch"
        charts = draw(result, picture, state.language, over)
        abreast = 2 if len(charts) == 4 else len(charts[:ABREAST])
        for row in in_rows(enumerate(charts), abreast):
            for column, (place, chart) in zip(st.columns(abreast, gap="small"), row, strict=False):
                show_chart(chart, f"study-{picture}-{place}", place=column)
    st.caption(say("experiments_page.bands_about", state.language))


def _numbers(state: AppState, asked: Asked, result: Result) -> None:
    heading(say("experiments_page.table", state.language))
    st.dataframe(pd.DataFrame(table_of(result, state.language)), hide_index=True, key="study-table")
    st.caption(say("experiments_page.table_about", state.language, seeds=result.seeds))
    st.download_button(
        say("experiments_page.download", state.language),
        result.to_csv(),
        file_name=f"{asked.name}.csv",
        mime="text/csv",
        key="study-csv",
        on_click="ignore",
    )


def _take(state: AppState, result: Result) -> None:
    """A setting of the study on the knobs."""
    labels = {
        one.setting.key: told(one.setting.label, state.language) for one in result.settings
    }  # no Markdown in a list
    known = answers(result)
    best = known[0].setting.key if known else next(iter(labels))
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        key = st.selectbox(
            say("experiments_page.setting", state.language),
            list(labels),
            index=list(labels).index(best),
            format_func=lambda key: labels[key],
            key=f"study-setting-{result.study.name}",
        )
        st.button(
            say("experiments_page.take", state.language),
            key="study-take",
            icon=":material/tune:",
            on_click=_put_on_knobs,
            args=(key,),
        )


def _put_on_knobs(key: str) -> None:
    state = app_state()
    asked = state.desk.study
    found = next((setting for setting in asked.settings if setting.key == key), None) if asked else None
    if found is None:
        return
    state.replace_experiment(found.experiment)
    state.notice("success", "experiments_page.taken", setting=told(found.label, state.language))


def _again(state: AppState) -> None:
    st.button(say("experiments_page.again", state.language), key="study-again", icon=":material/replay:", on_click=anew)
