"""Whether the test part of a run was opened, as the pages know it that show it."""

from lab.data.prepare import Dataset
from lab.errors import LabError
from lab.insight.part_values import values_on
from lab.runs.kept.record import RunRecord
from lab.runs.serve.host import engine
from netcore.errors import NetcoreError
from pages.ui.bench import dataset_of
from pages.ui.compare.shelf import mark, marks_of
from pages.ui.state import AppState, app_state


def is_open(state: AppState, record: RunRecord, dataset: Dataset) -> bool:
    """Whether this very network was shown its test part: one that has learned more since has not been."""
    marks = marks_of(state, record.id)
    return bool(marks.opened) and marks.test == test_values(state, record, dataset)


def test_values(state: AppState, record: RunRecord, dataset: Dataset) -> dict[str, float]:
    key = (record.id, record.epochs_done)
    return state.once("test_values", key, lambda: values_on(record, dataset, "test"))


def open_test(run_id: str) -> None:
    """Callback: it is counted with the run, and what came out stands on the shelf from now on."""
    state = app_state()
    try:
        record = engine().record(run_id, state.owner)
        values = test_values(state, record, dataset_of(record.experiment, state.desk))
    except (LabError, NetcoreError) as refusal:  # a run out of a file may be of another table than it says
        state.notice("error", refusal.code, **refusal.values)
        return
    mark(run_id, opened=marks_of(state, run_id).opened + 1, test=values)
