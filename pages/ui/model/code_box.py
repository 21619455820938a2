"""A box for pasted Keras code: what was understood, what was mended or left out, and a button that takes it over."""

from collections.abc import Sequence

import streamlit as st

from lab.errors import LabError
from lab.export.notebook import code_of
from lab.export.pasted.reader import Proposal, read_keras
from lab.export.pasted.taking import Facts
from lab.export.pasted.text import Finding, Severity
from lab.spec.experiment import Experiment
from lab.texts import Language, say, say_error
from pages.ui.bench import Bench, lay_out
from pages.ui.state import AppState, app_state, set_widget_value
from pages.ui.text import tell_error
from pages.ui.uploads import taken

HEIGHT = 240  # pixels: a lecture's program without scrolling


def code_box(state: AppState, bench: Bench) -> None:
    """Nothing is changed before the button is pressed, and nothing pasted is ever executed."""
    with st.expander(say("paste.title", state.language), icon=":material/content_paste:"):
        st.caption(say("paste.about", state.language))
        file_field(state)
        text: str = st.text_area(say("paste.label", state.language), height=HEIGHT, key="pasted-code")
        st.button(say("paste.read", state.language), key="read-code")  # leaving the field is what hands the text over
        if text.strip():
            show_proposal(proposal_for(text, state, bench), state)


def file_field(state: AppState) -> None:
    """A program or notebook as a file: its code goes into the box, where it can be read and changed first."""
    key = state.key("code-file")
    st.file_uploader(
        say("paste.file", state.language),
        type=["py", "ipynb"],
        key=key,
        on_change=read_file,
        args=(key,),
    )


def read_file(key: str) -> None:
    """Callback: a file that is no text, or far too long for the box, leaves it as it was."""
    state = app_state()
    file = taken(key, state)
    if file is None:
        return
    try:
        set_widget_value("pasted-code", code_of(file.content))
    except UnicodeDecodeError:
        state.notice("error", "paste.file_no_text", name=file.name)
    except LabError as refusal:
        state.notice("error", refusal.code, **refusal.values)


def proposal_for(text: str, state: AppState, bench: Bench) -> Proposal:
    """Read once for a text and an experiment: a rerun costs nothing."""
    key = (text, state.experiment)
    return state.once("paste", key, lambda: read_keras(text, state.experiment, Facts.of(bench.dataset)))


def show_proposal(proposal: Proposal, state: AppState) -> None:
    found = tell_slips(proposal.findings, state.language)
    if found["note"]:
        st.caption(listed("paste.notes", found["note"], state.language))
    if proposal.hidden:
        st.caption(say("paste.hidden", state.language, count=proposal.hidden))
    if not proposal.understood:
        st.info(say("paste.nothing", state.language))
        return
    if not found["error"] and not found["warning"]:
        st.success(say("paste.clean", state.language))
    if proposal.experiment == state.experiment:
        st.info(say("paste.same", state.language))
        return
    program = lay_out(proposal.experiment, state.desk).keras_code(state.language)
    if program:
        st.markdown(f"**{say('paste.preview', state.language)}**")
        st.code(program, language="python", wrap_lines=True)
    st.button(
        say("paste.apply", state.language), key="apply-code", type="primary", on_click=take, args=(proposal.experiment,)
    )


def take(experiment: Experiment) -> None:
    state = app_state()
    state.replace_experiment(experiment)
    state.notice("success", "paste.applied")


def tell_slips(findings: Sequence[Finding], language: Language) -> dict[Severity, list[Finding]]:
    """What was not understood and what was mended; all of them by severity, for what is said of the rest."""
    found: dict[Severity, list[Finding]] = {"error": [], "warning": [], "note": []}
    for one in findings:
        found[one.severity].append(one)
    if found["error"]:
        st.error(listed("paste.errors", found["error"], language))
    if found["warning"]:
        st.warning(listed("paste.slips", found["warning"], language))
    return found


def listed(title: str, findings: Sequence[Finding], language: Language) -> str:
    """One line a finding, with the line of the code that it is about."""
    lines = [
        f"- **{say('paste.line', language, line=finding.line)}** {sentence(finding, language)}" for finding in findings
    ]
    return "\n".join([f"**{say(title, language, count=len(findings))}**", "", *lines])


def sentence(finding: Finding, language: Language) -> str:
    """Pasted code stands in the sentences as code (`…`), where only another backtick could be markup."""
    if not finding.code.startswith("paste."):
        return tell_error(finding, language)
    values = {
        name: value.replace("`", "ˋ") if isinstance(value, str) else value for name, value in finding.values.items()
    }
    return say_error(Finding(finding.code, values, finding.line, finding.severity), language)
