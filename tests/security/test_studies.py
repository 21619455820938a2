"""What many small runs may cost is known before rows are prepared for all of them."""

from dataclasses import replace

import pytest

from lab.data.samples import load_sample
from lab.errors import RunError
from lab.runs.orders.study import check_study
from lab.spec.limits import CLASS
from lab.studies import definition
from lab.studies.definition import cells_of, made_cells
from lab.texts import LANGUAGES, say_error
from tests.lab.runs.runs import iris
from tests.lab.studies.made import asked
from tests.waiting import bounded_work

IRIS_VALUES = 150 * 4


@pytest.fixture
def prepared(monkeypatch):
    """Seeds that rows were prepared for."""
    seeds = []

    def noted(table, data, seed):
        seeds.append(seed)
        return prepare(table, data, seed)

    prepare = definition.prepare_cached
    monkeypatch.setattr(definition, "prepare_cached", noted)
    return seeds


@pytest.mark.parametrize("seeds", [CLASS.study_runs * 100, 10**18])
def test_seeds_without_end_are_refused_before_a_row_is_prepared(prepared, seeds):
    _, settings, _ = asked("learning_rate")
    prepared.clear()
    with bounded_work(), pytest.raises(RunError, match=r"study\.too_many_runs"):
        cells_of(settings, range(seeds), load_sample("iris"))
    assert not prepared


def test_rows_prepared_for_each_seed_fill_no_memory(prepared, monkeypatch):
    limits = replace(CLASS, study_values=3 * IRIS_VALUES)
    monkeypatch.setattr(definition, "current_limits", lambda: limits)
    table = load_sample("iris")
    with pytest.raises(RunError, match=r"study\.too_many_values") as refused:
        made_cells([("a", iris(1), table)], range(100))
    assert len(prepared) == 4
    assert all(f"{limits.study_values:,}" in say_error(refused.value, language) for language in LANGUAGES)
    shared = iris(1).with_data(split=iris(1).data.split.replace(seed=0))
    cells = made_cells([("a", shared, table)], range(100))
    check_study(cells, limits)  # all learn from the same rows
    with pytest.raises(RunError, match=r"study\.too_many_values"):
        check_study(cells, replace(limits, study_values=IRIS_VALUES - 1))
