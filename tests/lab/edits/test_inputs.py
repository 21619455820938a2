"""Which columns a network reads, and how many rows behind one another."""

import pytest

from lab.data.samples import load_sample
from lab.edits.inputs import possible_inputs, with_input, with_inputs, with_window, with_windows
from lab.errors import ExperimentError, LabError
from lab.spec.data import WindowSpec
from lab.starts import start


def test_inputs_keep_the_order_of_the_table_however_they_are_ticked():
    experiment, table = start("iris"), load_sample("iris")
    names = possible_inputs(experiment.data, table)
    assert experiment.data.target not in names
    none = with_inputs(experiment, names, ())
    both = with_input(with_input(none, names, names[2], on=True), names, names[0], on=True)
    assert both.data.inputs == (names[0], names[2])
    assert with_input(both, names, names[2], on=False).data.inputs == (names[0],)
    assert with_input(both, names, names[0], on=True) == both


def test_the_targets_own_past_is_an_input_like_any_other_where_rows_stand_in_time():
    experiment, table = start("hourly"), load_sample("kr_hourly")
    assert experiment.data.target in possible_inputs(experiment.data, table)
    assert experiment.data.target not in possible_inputs(with_windows(experiment, table, on=False).data, table)


def test_windows_bring_time_order_and_the_target_among_the_inputs_and_take_it_back():
    table = load_sample("kr_hourly")
    rows = with_windows(start("hourly"), table, on=False)
    assert (rows.data.windows, rows.data.target in rows.data.inputs) == (None, False)
    drawn = rows.with_data(split=rows.data.split.replace(order="shuffled"))
    again = with_windows(drawn, table, on=True)
    assert (again.data.split.order, again.data.target in again.data.inputs) == ("time", True)
    assert again.data.windows.every >= 1


def test_one_number_of_the_windows_is_changed_while_there_are_any():
    experiment = start("hourly")
    assert with_window(experiment, "steps", 6).data.windows == experiment.data.windows.replace(steps=6)
    with pytest.raises(ExperimentError):
        with_window(experiment, "steps", 0)
    with pytest.raises(LabError) as refusal:
        with_window(start("iris"), "steps", 6)
    assert refusal.value.code == "sequences.windows_off"
    assert isinstance(experiment.data.windows, WindowSpec)
