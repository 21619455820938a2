"""The five pages in the order of the lecture: data → layers → compile → train → evaluate; the app opens on train.

The tools beside them are for comparing runs and for looking at one thing closely.
"""

from pathlib import Path

import streamlit as st

from lab.texts import say
from pages.ui.bench import bench_of
from pages.ui.frame.header import header
from pages.ui.frame.opening import opened_state
from pages.ui.frame.style import style
from pages.ui.run.training import answer_knobs

ICON = Path(__file__).with_name("ui") / "frame" / "icon.png"  # a named icon would be fetched from outside
STEPS = ("data", "layers", "compile", "train", "evaluate")
TOOLS: tuple[str, ...] = ("compare", "experiments", "loss_bench", "golf", "gallery")

state = opened_state()
st.set_page_config(page_title=say("app.title", state.language), page_icon=str(ICON), layout="wide")
style(state.language)
pages = {
    name: st.Page(
        f"{name}.py",
        title=say(f"page.{name}", state.language),
        url_path=name if name != "train" else "",
        default=name == "train",
    )
    for name in (*STEPS, *TOOLS)
}
chosen = st.navigation(list(pages.values()), position="hidden")
state.enter_page(next(name for name, page in pages.items() if page is chosen))
if state.page == "train":
    answer_knobs(state, bench_of(state))  # before anything is drawn: the screen shows the run as it is after the turn
header(state, bench_of(state), {name: pages[name] for name in STEPS}, {name: pages[name] for name in TOOLS})
chosen.run()
