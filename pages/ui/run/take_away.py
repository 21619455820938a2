"""Taking a run away: report, Keras program with its data, notebook, weights, curves, the run itself, the experiment."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import streamlit as st

from lab.data.prepare import Dataset
from lab.errors import LabError
from lab.export.curves_csv import curves_csv
from lab.export.notebook import notebook
from lab.export.npz import weights_file
from lab.export.package import keras_package
from lab.export.program import Program, program_of
from lab.export.report import report
from lab.insight.evaluate import Evaluation
from lab.runs.kept.record import RunRecord
from lab.runs.serve.host import engine
from lab.texts import Language, say, say_error
from netcore.errors import NetcoreError
from pages.ui.grid import in_rows
from pages.ui.run.verdict import verdict_on
from pages.ui.state import AppState
from pages.ui.text import heading

IN_A_ROW = 3
BINARY = "application/octet-stream"


@dataclass(frozen=True)
class Parcel:
    """One file to take along; it is made when it is asked for."""

    name: str
    ending: str
    mime: str
    icon: str
    make: Callable[[], bytes]


def take_away(state: AppState, record: RunRecord, dataset: Dataset, evaluations: Mapping[str, Evaluation]) -> None:
    """The files of a run that has ended; the report holds the evaluations given."""
    heading(say("take.title", state.language))
    st.caption(say("take.about", state.language))
    parcels = parcels_of(state, record, dataset, evaluations)
    for row in in_rows(parcels, IN_A_ROW):
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
        icon=parcel.icon,
        on_click="ignore",
        type="primary" if parcel.name == "report" else "secondary",
        width="stretch",
    )
    st.caption(say(f"take.{parcel.name}.about", state.language))


def parcels_of(
    state: AppState, record: RunRecord, dataset: Dataset, evaluations: Mapping[str, Evaluation]
) -> list[Parcel]:
    """What there is to take; a file that cannot be made holds the sentence that says why."""
    language, owner = state.language, state.owner
    verdict = verdict_on(state, record, dataset)
    experiment = record.experiment_with_changes()

    def program() -> Program:
        return program_of(record, engine().checkpoints(record.id, owner), dataset, language)

    found = [
        (
            "report",
            "report.html",
            "text/html",
            "description",
            lambda: report(record, dataset, evaluations, verdict, language),
        ),
        ("keras", "keras.zip", "application/zip", "code", lambda: keras_package(program(), record, language)),
        (
            "notebook",
            "notebook.ipynb",
            "application/x-ipynb+json",
            "menu_book",
            lambda: notebook(program(), language).encode(),
        ),
        ("curves", "curves.csv", "text/csv", "show_chart", lambda: curves_csv(record)),
        ("weights", "weights.npz", BINARY, "scale", lambda: weights_file(experiment, record.weights, dataset)),
        ("run", "run.npz", BINARY, "inventory_2", lambda: engine().export(record.id, owner)),
        (
            "experiment",
            "experiment.json",
            "application/json",
            "data_object",
            lambda: experiment.to_json(indent=2).encode(),
        ),
    ]
    if record.best_epoch != record.last_good_epoch:
        best = lambda: weights_file(experiment, record.best_weights, dataset)  # noqa: E731
        found.insert(5, ("best_weights", "best_weights.npz", BINARY, "star", best))
    return [
        Parcel(name, ending, mime, f":material/{icon}:", _or_why_not(make, language))
        for name, ending, mime, icon, make in found
    ]


def _or_why_not(make: Callable[[], bytes], language: Language) -> Callable[[], bytes]:
    """A download has no page to say anything on: a refusal is what the file holds."""

    def made() -> bytes:
        try:
            return make()
        except (LabError, NetcoreError) as refusal:
            return say_error(refusal, language).encode()

    return made
