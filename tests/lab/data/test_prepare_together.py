"""Columns that are treated alike are prepared together, and each comes out as if it were alone, bit for bit."""

from typing import get_args

import numpy as np
import pytest

from lab.data.prepare import PART_NAMES, prepare, together
from lab.data.prepare.fit import fit_alike
from lab.errors import DataError
from lab.spec.data import ColumnPlan, Scaling, SplitSpec
from tests.lab.data.tables import gaps_at, spec, table_of

N = 200
SPLIT = SplitSpec(order="time", validation=0.25, test=0.25)
RANDOM = np.random.default_rng(0)
COLUMNS = {f"p{place}": RANDOM.integers(0, 256, N).tolist() for place in range(40)}
TABLE = table_of(
    **COLUMNS,
    same=[7] * N,
    zeros=[0] * N,
    mostly=[0] * 190 + list(range(10)),
    far=[*range(N - 1), 10**9],
    tiny=(1e-300 * RANDOM.random(N)).tolist(),
    word=["a", "b"] * 100,
    gaps=gaps_at(RANDOM.random(N).tolist(), 3, 50),
    whole=RANDOM.integers(0, 9, N).tolist(),
    part=RANDOM.random(N).tolist(),
    y=RANDOM.random(N).tolist(),
)
INPUTS = [name for name in TABLE.column_names if name != "y"]


@pytest.mark.parametrize("scaling", get_args(Scaling))
@pytest.mark.parametrize("missing", ["drop", "fill", "median", "zero"])
@pytest.mark.parametrize("clip", [False, True])
def test_each_is_what_it_would_be_alone(monkeypatch, scaling, missing, clip):
    plans = (ColumnPlan(column="p3", scaling="none"), *(ColumnPlan(column=f"p{at}", clip=True) for at in range(9, 12)))
    data = spec(TABLE, "y", *INPUTS, split=SPLIT, scaling=scaling, missing=missing, plans=plans if clip else ())
    found = prepare(TABLE, data, 0)
    monkeypatch.setattr(together, "MOST_VALUES", 1)
    alone = prepare(TABLE, data, 0)
    assert found.columns == alone.columns
    assert found.notes == alone.notes
    for name in PART_NAMES:
        x, other = found.part(name).x, alone.part(name).x
        assert x.flags.c_contiguous
        assert x.dtype == np.float32
        assert x.tobytes() == other.tobytes()


def test_they_are_counted_together_and_not_one_by_one(monkeypatch):
    together_at_once = []

    def counted(recipes, *others):
        together_at_once.append(len(recipes))
        return fit_alike(recipes, *others)

    monkeypatch.setattr(together, "fit_alike", counted)
    prepare(TABLE, spec(TABLE, "y", *COLUMNS, split=SPLIT), 0)
    assert together_at_once == [40]
    together_at_once.clear()
    monkeypatch.setattr(together, "MOST_VALUES", 16 * N)
    prepare(TABLE, spec(TABLE, "y", *COLUMNS, split=SPLIT), 0)
    assert together_at_once == [16, 16, 8]


def test_a_number_that_is_too_large_is_told_with_its_column():
    table = table_of(a=list(range(N)), b=[*range(N - 1), 1e300], c=[*range(N - 1), 1e301], y=COLUMNS["p0"])
    with pytest.raises(DataError) as caught:
        prepare(table, spec(table, "y", "a", "b", "c", split=SPLIT), 0)
    assert (caught.value.code, caught.value.values["column"]) == ("data.number_too_large", "b")
