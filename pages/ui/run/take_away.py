"""Taking a run away: report, Keras program with its data, notebook, weights, curves, the run itself, the experiment."""

from collections.abc import Mapping
from datetime import timedelta, timezone

import streamlit as st

from lab.data.prepare import Dataset
from lab.export.parcels import Kept, Parcel, parcels_of
from lab.insight.evaluate import Evaluation
from lab.runs.kept.record import RunRecord
from lab.runs.serve.host import engine
from lab.texts import say
from pages.ui.grid import in_rows
from pages.ui.run.verdict import verdict_on
from pages.ui.state import AppState
from pages.ui.text import heading

IN_A_ROW = 3
ICONS = {
    "report": "description",
    "keras": "code",
    "notebook": "menu_book",
    "curves": "show_chart",
    "weights": "scale",
    "best_weights": "star",
    "run": "inventory_2",
    "experiment": "data_object",
}


def take_away(state: AppState, record: RunRecord, dataset: Dataset, evaluations: Mapping[str, Evaluation]) -> None:
    """The files of a run that has ended; the report holds the evaluations given."""
    heading(say("take.title", state.language))
    st.caption(say("take.about", state.language))
    for row in in_rows(parcels(state, record, dataset, evaluations), IN_A_ROW):
        for column, parcel in zip(st.columns(IN_A_ROW, gap="medium"), row, strict=False):
            with column, st.container(key=f"parcel-{parcel.name}"):
                parcel_button(state, record, parcel)


def parcel_button(state: AppState, record: RunRecord, parcel: Parcel) -> None:
    st.download_button(
        say(f"take.{parcel.name}", state.language),
        data=parcel.make,
        file_name=f"run-{record.number}-{parcel.ending}",
        mime=parcel.mime,
        key=f"take-{parcel.name}",
        icon=f":material/{ICONS[parcel.name]}:",
        on_click="ignore",
        type="primary" if parcel.name == "report" else "secondary",
        width="stretch",
    )
    st.caption(say(f"take.{parcel.name}.about", state.language))


def parcels(
    state: AppState, record: RunRecord, dataset: Dataset, evaluations: Mapping[str, Evaluation]
) -> list[Parcel]:
    run_id, owner = record.id, state.owner
    kept = Kept(lambda: engine().checkpoints(run_id, owner), lambda: engine().export(run_id, owner))
    return parcels_of(
        record, dataset, evaluations, verdict_on(state, record, dataset), kept, state.language, zone_of_browser()
    )


def zone_of_browser() -> timezone | None:
    """Of the person's clock; the server may stand elsewhere."""
    behind = st.context.timezone_offset  # minutes that UTC is ahead of the browser's clock
    return None if behind is None else timezone(-timedelta(minutes=behind))
