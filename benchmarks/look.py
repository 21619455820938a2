"""How long a person waits for a look at 1,000,000 rows × 50 columns, beside pandas' `describe` of the same frame.

`python -m benchmarks.look [rows]`. The table has numbers with and without gaps, whole numbers, categories and a time.
"""

import sys
import time
from collections.abc import Callable
from statistics import median
from typing import Any

from benchmarks.threads import pin

pin()

import numpy as np  # noqa: E402 - after the threads are pinned
import pandas as pd  # noqa: E402

from benchmarks.machine import described  # noqa: E402
from benchmarks.output import write_json  # noqa: E402
from lab.charts.small import column_chart, relation_chart  # noqa: E402
from lab.charts.table import correlation_chart, course_chart, scatter_chart  # noqa: E402
from lab.data.cells.columns import type_column  # noqa: E402
from lab.data.look import (  # noqa: E402
    Look,
    column_look,
    correlated_columns,
    correlations,
    course,
    look_at,
    points,
    relation,
    tell_most,
    telling_pair,
)
from lab.data.propose import propose_data  # noqa: E402
from lab.data.table import Column, Table  # noqa: E402
from lab.spec.data import DataSpec  # noqa: E402

COLUMNS = 50
PAGE = 12  # small charts on a screen
REPEATS = 3


def table_of(rows: int) -> Table:
    random = np.random.default_rng(0)
    columns: dict[str, Any] = {"time": pd.date_range("2000-01-01", periods=rows, freq="min").astype("datetime64[us]")}
    for number in range(COLUMNS - 9):
        values = random.normal(number, 1 + number % 5, rows)
        if number % 4 == 0:
            values[random.random(rows) < 0.05] = np.nan
        columns[f"x{chr(97 + number % 26)}{number // 26}"] = values
    for number in range(4):
        columns[f"count_{chr(97 + number)}"] = random.poisson(5, rows)
    for number in range(3):
        names = np.array([f"kind {place}" for place in range(4 + 3 * number)])
        columns[f"kind_{chr(97 + number)}"] = pd.Series(random.choice(names, rows), dtype="str")
    columns["answer"] = np.nan_to_num(columns["xa0"]) + columns["xb0"] + random.normal(0, 1, rows)
    frame = pd.DataFrame(columns)
    typed = [type_column(frame[name].to_numpy(), str(name)) if name != "time" else None for name in frame]
    described_columns = [one.column for one in typed if one is not None]

    # the time column is one already: the reader would have made it from texts
    time_column = Column("time", "datetime", 0, rows)
    return Table("wide.csv", frame, "utf-8", ",", 0, (time_column, *described_columns), (), "0" * 64)


def main(rows: int) -> None:
    table = table_of(rows)
    data = propose_data(table, "answer")
    figures: dict[str, float] = {}
    looks: list[Look] = []
    figures["describe"] = seconds(lambda: table.frame.describe(include="all"))
    figures["rows that may be seen"] = seconds(lambda: looks.append(look_at(table, data, len(looks))))
    look = looks[-1]
    figures["profile of all columns"] = seconds(lambda: profile(Look(table, look.rows, "")))
    figures["first screen"] = seconds(lambda: first_screen(table, data, Look(table, look.rows, "")))
    figures["against the target"] = seconds(lambda: against_target(Look(table, look.rows, ""), data))
    figures["correlation"] = seconds(lambda: correlated(Look(table, look.rows, ""), data))
    figures["scatter"] = seconds(lambda: scattered(look, data))
    figures["over time"] = seconds(lambda: over_time(look))
    for name, took in figures.items():
        print(f"{name:24} {took:7.3f} s   {took / figures['describe']:6.3f} × describe")
    print(f"{look.drawn:,} of {look.visible:,} rows drawn")
    write_json("look", {"rows": rows, "columns": COLUMNS, "seconds": figures, "machine": described()})


def seconds(work: Callable[[], object]) -> float:
    """The middle of a few."""
    took = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        work()
        took.append(time.perf_counter() - start)
    return median(took)


def profile(look: Look) -> None:
    for name in look.table.column_names:
        column_look(look, name)


def first_screen(table: Table, data: DataSpec, look: Look) -> None:
    for name in (data.target, *data.inputs)[:PAGE]:
        column_chart(column_look(look, name), language="en").to_json()


def against_target(look: Look, data: DataSpec) -> None:
    for name in tell_most(look, data)[:PAGE]:
        found = relation(look, data, name)
        if found is not None:
            relation_chart(found, language="en").to_json()


def correlated(look: Look, data: DataSpec) -> None:
    correlation_chart(correlations(look, correlated_columns(look, data)[:15])).to_json()


def scattered(look: Look, data: DataSpec) -> None:
    scatter_chart(points(look, data, *telling_pair(look, data))).to_json()


def over_time(look: Look) -> None:
    course_chart(course(look, "time", "answer"), {}, language="en").to_json()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
