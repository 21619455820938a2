"""Whether the test part of a run was opened, as the pages know it that show it."""

from lab.data.prepare import Dataset
from lab.insight.part_values import values_on
from lab.runs.kept.record import RunRecord
from pages.ui.compare.shelf import mark, marks_of
from pages.ui.state import AppState, app_state


def is_open(state: AppState, record: RunRecord, dataset: Dataset) -> bool:
    """Whether this very network was shown its test part: one that has learned more since has not been."""
    marks = marks_of(state, record.id)
    return bool(marks.opened) and marks.test == test_values(state, record, dataset)


def test_values(state: AppState, record: RunRecord, dataset: Dataset) -> dict[str, float]:
    key = (record.id, record.epochs_done)
    return state.once("test_values", key, lambda: values_on(record, dataset, "test"))


def open_test(record: RunRecord, dataset: Dataset) -> None:
    """Callback: it is counted with the run, and what came out stands on the shelf from now on."""
    state = app_state()
    count = marks_of(state, record.id).opened + 1
    mark(record.id, opened=count, test=test_values(state, record, dataset))
