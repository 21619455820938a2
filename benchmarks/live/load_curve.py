"""The load curve: what everybody meets while 10, 25, … 400 people train on one server."""

import statistics
from collections.abc import Sequence
from typing import Any

from benchmarks.live.sessions import Crowd, figures_of

LEVELS = (10, 25, 50, 100, 200, 400)
MOST_TRAINING = 200  # as in the goal of 400 open pages, of which half train
ARRIVE_PER_S = 10.0
WINDOW_S = 12.0

Figures = dict[str, float]

COLUMNS = (
    ("sessions", "train", "{:.0f}"),
    ("idle", "open beside them", "{:.0f}"),
    ("rerun_ms_median", "rerun, median ms", "{:.0f}"),
    ("rerun_ms_p95", "95 %", "{:.0f}"),
    ("first_point_ms_median", "click → first point, median ms", "{:.0f}"),
    ("first_point_ms_most", "most", "{:.0f}"),
    ("lag_ms_p95", "lag 95 %, ms", "{:.0f}"),
    ("updates_per_s_median", "updates/s, median", "{:.1f}"),
    ("updates_per_s_least", "least", "{:.1f}"),
    ("slowest_to_fastest_run", "fairness", "{:.2f}"),
    ("problems", "errors", "{:.0f}"),
    ("web_share", "web process", "{:.0%}"),
    ("workers_share", "workers", "{:.0%}"),
    ("generator_share", "load generator", "{:.0%}"),
)


def crowds(goals: bool = False) -> list[Crowd]:
    """Everybody trains at each level, or at that of the goal alone; at the end twice as many pages as may train."""
    levels = [MOST_TRAINING] if goals else LEVELS
    all_train = [Crowd(level, 0, max(4.0, level / ARRIVE_PER_S), WINDOW_S) for level in levels]
    half = Crowd(MOST_TRAINING, MOST_TRAINING, 2 * MOST_TRAINING / ARRIVE_PER_S, WINDOW_S)
    return [*all_train, half]


def median_of(turns: Sequence[Figures]) -> Figures:
    """Figure by figure; of errors the sum."""
    middle = {name: statistics.median(turn[name] for turn in turns) for name in turns[0]}
    return middle | {"problems": sum(turn["problems"] for turn in turns)}


def measure(turns: int, crowds: Sequence[Crowd]) -> list[Figures]:
    """One row for each crowd, each turn on a server of its own."""
    rows = []
    for crowd in crowds:
        figures = []
        for turn in range(turns):
            print(f"{crowd.sessions} train, {crowd.idle} open beside them, {turn + 1} of {turns}", flush=True)
            figures.append(figures_of(crowd))
        rows.append(median_of(figures))
        print(line(rows[-1]), flush=True)
    return rows


def line(row: Figures) -> str:
    return "| " + " | ".join(form.format(row[name]) for name, _title, form in COLUMNS) + " |"


def table(rows: Sequence[Figures]) -> str:
    head = "| " + " | ".join(title for _name, title, _form in COLUMNS) + " |"
    return "\n".join((head, "| " + " | ".join("---" for _ in COLUMNS) + " |", *map(line, rows)))


def paint(picture: Any, rows: Sequence[Figures], before: Sequence[Figures]) -> None:
    """Waiting times on the left, updates and fairness on the right; the version before in grey."""
    waits, moves = picture.subplots(1, 2)
    _lines(
        waits,
        rows,
        before,
        (
            ("rerun_ms_p95", "#0072B2", "o", "rerun of another page, 95 %"),
            ("first_point_ms_median", "#D55E00", "s", "click → first point, median"),
            ("lag_ms_p95", "#009E73", "^", "lag of a point, 95 %"),
        ),
    )
    waits.set(xlabel="people who train", ylabel="ms", yscale="log", xscale="log")
    _lines(
        moves,
        rows,
        before,
        (
            ("updates_per_s_median", "#0072B2", "o", "updates/s of each, median"),
            ("slowest_to_fastest_run", "#D55E00", "s", "slowest / fastest run"),
        ),
    )
    moves.set(xlabel="people who train", yscale="log", xscale="log")
    for axes in (waits, moves):
        axes.set_xticks(LEVELS, [str(level) for level in LEVELS])
        axes.minorticks_off()
        axes.legend(fontsize=9)


def _lines(
    axes: Any, rows: Sequence[Figures], before: Sequence[Figures], curves: Sequence[tuple[str, str, str, str]]
) -> None:
    for name, colour, marker, label in curves:
        for figures, shade, text in ((before, "#BBBBBB", None), (rows, colour, label)):
            shown = [row for row in figures if not row["idle"]]
            people = [row["sessions"] for row in shown]
            axes.plot(people, [row[name] for row in shown], color=shade, marker=marker, label=text)
