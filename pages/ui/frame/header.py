"""The head of every page: the steps with the experiment in one line each, tools, ready-made starts, link, language."""

from collections.abc import Mapping

import streamlit as st
from streamlit.elements.lib.mutable_popover_container import PopoverContainer

from lab.errors import LabError
from lab.export.link import to_link
from lab.export.package import experiment_of
from lab.spec.experiment import Experiment
from lab.starts import STARTS, start
from lab.texts import LANGUAGES, Language, say
from netcore.errors import NetcoreError
from pages import Page, page_named
from pages.ui.bench import Bench
from pages.ui.data.upload import missing_file
from pages.ui.frame.summary import step_summaries
from pages.ui.frame.words import words
from pages.ui.run.aside import watch
from pages.ui.run.training import current_run, knobs_differ, record_of_run, run_elsewhere
from pages.ui.state import AppState, app_state, widget_value
from pages.ui.text import tell_error
from pages.ui.uploads import taken

OPENED = ["json", "zip", "html"]  # files that hold an experiment
LANGUAGE_NAMES: dict[Language, str] = {"ko": "한국어", "en": "English"}


def header(state: AppState, bench: Bench, pages: Mapping[Page, st.Page]) -> None:
    """Draw the head; the pages in their order."""
    with st.container(key="top", horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"**{say('app.title', state.language)}**", width="content")
        _tools(state, {page: shown for page, shown in pages.items() if page.kind == "tool"})
        _starts(state)
        _share(state)
        _language(state)
        words(state, bench)
    _steps(state, bench, {page: shown for page, shown in pages.items() if page.kind == "step"})
    # the train page's curves say it, and the playground has runs of its own: a line that comes would make it begin anew
    if state.page != "playground" and (state.page != "train" or run_elsewhere(state) is not None):
        watch(state)
    _notices(state)


def _tools(state: AppState, tools: Mapping[Page, st.Page]) -> None:
    with _list(state, "tools", ":material/science:") as shown:
        if not shown.open:
            return
        for page, tool in tools.items():
            st.page_link(tool, label=page.title(state.language), icon=page.icon, width="stretch")
            st.caption(page.about(state.language))


def _steps(state: AppState, bench: Bench, steps: Mapping[Page, st.Page]) -> None:
    """Each one link, its line inside it: a container and a caption for each were eighteen messages for one row."""
    summaries = step_summaries(state, bench)
    with st.container(key="steps", gap="small"):
        for number, (page, shown) in enumerate(steps.items(), start=1):
            st.page_link(shown, label=_step_label(state, number, page, summaries[page.name]), width="stretch")
        here = page_named(state.page)  # on a phone only: there is no room inside the five links
        st.caption(summaries.get(here.name) or here.title(state.language))


def _step_label(state: AppState, number: int, page: Page, summary: str) -> str:
    """Name and line of a step; the present one's name stands out for the styles, too."""
    name = f"{number} {page.title(state.language)}"
    return f"{f'**{name}**' if page.name == state.page else name} :small[{summary}]"


def _starts(state: AppState) -> None:
    with _list(state, "starts", ":material/rocket_launch:") as shown:
        if not shown.open:
            return
        st.caption(say("starts.about", state.language))
        for name in STARTS:
            st.button(
                say(f"start.{name}.title", state.language),
                key=f"start.{name}",
                help=say(f"start.{name}.look", state.language),
                on_click=_load_start,
                args=(name,),
                width="stretch",
            )


def _list(state: AppState, name: str, icon: str) -> PopoverContainer:
    """A list that is drawn while it is open: what all of them hold takes a third of a screen's time.

    Another page, another popover: it closes when a tool is chosen.
    """
    key = state.key(name, state.page)
    return st.popover(say(f"{name}.open", state.language), key=key, icon=icon, on_change="rerun")


def _load_start(name: str) -> None:
    state = app_state()
    state.replace_experiment(start(name))
    state.notice(
        "info",
        "starts.loaded",
        name=say(f"start.{name}.title", state.language),
        look=say(f"start.{name}.look", state.language),
    )


def _share(state: AppState) -> None:
    with _list(state, "share", ":material/link:") as shown:
        if not shown.open:
            return
        st.caption(say("share.about", state.language))
        experiment = shared_experiment(state)
        if experiment.fit.changes:
            st.caption(say("share.with_changes", state.language, count=len(experiment.fit.changes)))
        try:
            st.code(f"{_address()}?e={to_link(experiment)}", language=None, wrap_lines=True)
        except LabError as error:
            st.error(tell_error(error, state.language))
        if state.experiment.data.source.kind == "upload":
            st.caption(say("share.own_file", state.language))
        st.download_button(
            say("share.file", state.language),
            experiment.to_json(indent=2),
            file_name="experiment.json",
            mime="application/json",
            on_click="ignore",
        )
        key = state.key("experiment-file")
        st.file_uploader(say("share.open_file", state.language), type=OPENED, key=key, on_change=open_file, args=(key,))


def open_file(key: str) -> None:
    """Callback: an experiment that was saved as a file. A file that is none leaves everything as it was."""
    state = app_state()
    file = taken(key, state)
    if file is None:
        return
    try:
        experiment = experiment_of(file.content)
    except (LabError, NetcoreError) as refusal:
        state.notice("error", refusal.code, **refusal.values)
        return
    state.replace_experiment(experiment)
    state.notice("success", "share.file_opened", name=file.name)
    wanted = missing_file(state)
    if wanted is not None:
        state.notice("warning", "data_page.own_file_missing", name=wanted.name)


def shared_experiment(state: AppState) -> Experiment:
    """The experiment on the knobs; with a curve of it on the screen, the one that gives this very curve again."""
    run = current_run(state)
    if run is None or run.active or not run.changes or knobs_differ(state, run) != []:
        return state.experiment
    return record_of_run(state, run).experiment_with_changes()


def _address() -> str:
    """Address of the landing page: links from any page open there."""
    address = st.context.url or ""
    return f"{address.split('?')[0].rstrip('/').removesuffix(f'/{app_state().page}')}/"


def _language(state: AppState) -> None:
    st.segmented_control(
        say("language.choose", state.language),
        LANGUAGES,
        default=state.language,
        required=True,
        format_func=LANGUAGE_NAMES.__getitem__,
        key="language",
        on_change=_switch_language,
        label_visibility="collapsed",
        width="content",
    )


def _switch_language() -> None:
    state = app_state()
    state.language = state.desk.language = widget_value("language")
    state.replace_experiment(state.experiment)  # a list keeps the words it was drawn with until it is made anew


def _notices(state: AppState) -> None:
    """What happened since the person's last step. A screen that the curves ask for says it again, and so does one that
    comes in place of one which was not drawn to its end.
    """
    if state.session is not None and state.session.refused is not None:
        (code, values), state.session.refused = state.session.refused, None
        state.notice("error", code, **values)
    says_again = state.curves_asked or not state.has_said
    state.said = [*(state.said if says_again else ()), *state.notices]
    state.notices, state.curves_asked, state.has_said = [], False, False
    show = {"success": st.success, "info": st.info, "warning": st.warning, "error": st.error}
    for notice in state.said:
        show[notice.kind](tell_error(notice, state.language))
