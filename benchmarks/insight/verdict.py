"""How often is the verdict right? Runs whose true risk is known, judged from their curves alone.

    python -m benchmarks.insight.verdict                      200 runs from seed 0
    python -m benchmarks.insight.verdict --first 100000 --runs 400 --keep runs.jsonl
    python -m benchmarks.insight.verdict --from runs.jsonl    judge kept runs again
    … --validation-rows 60                                    with fewer rows to judge by (300 otherwise)
    … --generator second                                      runs of another generator (benchmarks.insight.others)
    … --generator tables                                      of real tables (benchmarks.insight.held_out)
    … --wrong                                                 name the runs that are called wrongly

Every run (`benchmarks.insight.runs`) gets its true label from its risk, the loss on 20,000 fresh rows of the generator,
which the verdict never sees: at the end against the best epoch, and against the baseline. R(t) is the risk after epoch
t, each value the median of three looks in a row, so that one jumping epoch is no label; T is where the person's run
ends, B the baseline's risk:

* no gain    min R(t <= T) > 90 % of B. Right is "underfit", and "no signal", for what was learned of the training
             rows only.
* overfit    otherwise, if R(T) > 1.1 min R(t <= T) and R(T) - min R(t <= T) > 3 % of B.
* good fit   everything else.
* diverged   a loss that is no number before T: right is "diverged" or "too large".

Where the training loss has risen since the epoch of the lowest risk by more than half as much as the risk, "too large"
is right as well, whatever the label: nothing was memorised there, the steps jump. (Rule 4 of `benchmarks.insight.grid`;
added here after the rules of the verdict got that word. How many calls are right by it alone is told.)

Where as many epochs again bring the risk down by more than 5 % of B, "not finished" is right as well: what the run is
at its end, and what would become of it, are both true. "Not enough data" is never right.

A run is borderline when what decides its label lies within 0.65 to 1.5 of the threshold (0.87 to 0.93 of B): there the
label itself is a matter of a hair. The share of right calls is told with and without those.
"""

import argparse
import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from statistics import median

from benchmarks.insight.held_out import table_run
from benchmarks.insight.kept import add_options, runs_of
from benchmarks.insight.others import other_run
from benchmarks.insight.runs import KnownRun, known_run
from lab.model.scales import rate_is_high
from lab.verdict.context import RunContext
from lab.verdict.evidence import Curves, RowCurves
from lab.verdict.rows import RISE_ERROR, SPREAD, TRAIN_SPREAD
from lab.verdict.verdict import Verdict, judge

CALLS = (
    "good_fit",
    "overfit",
    "underfit",
    "no_signal",
    "too_large",
    "not_finished",
    "not_enough_data",
    "diverged",
)
LABELS = ("good_fit", "overfit", "no_gain", "diverged")
OVERFIT, OVERFIT_OF_BASELINE, STILL_FALLING, NO_GAIN = 0.10, 0.03, 0.05, 0.90
BORDER = (0.65, 1.5)
BORDER_OF_NO_GAIN = (0.87, 0.93)


@dataclass(frozen=True)
class Truth:
    """What the risk says of a run.

    Args:
        right: calls that are right.
        falling: more epochs would make it clearly better.
        risen: more than what makes a run overfit.
        borderline: the label is a matter of a hair.
    """

    label: str
    right: frozenset[str]
    falling: bool
    risen: bool
    borderline: bool


def truth(run: KnownRun) -> Truth:
    """The label of a run, by the rules above."""
    seen = (*run.columns["loss"], *run.columns["val_loss"])
    if not all(map(math.isfinite, seen)):
        return Truth("diverged", frozenset({"diverged", "too_large"}), False, False, False)
    end = run.looks.index(run.settings["epochs"])
    risk = [median(run.risk[max(place - 1, 0) : place + 2]) for place in range(len(run.risk))]
    best, scale = min(risk[: end + 1]), run.baseline_risk
    rise = min((risk[end] / best - 1) / OVERFIT, (risk[end] - best) / (OVERFIT_OF_BASELINE * scale))
    falling = risk[end] - min(risk[end:]) > STILL_FALLING * scale
    label = "no_gain" if best > NO_GAIN * scale else "overfit" if rise > 1 else "good_fit"
    right = {"underfit", "no_signal"} if label == "no_gain" else {label}
    right |= {"too_large"} if _training_rose(run, risk[: end + 1]) else set()
    borderline = _within(rise, BORDER) or _within(best / scale, BORDER_OF_NO_GAIN)
    return Truth(label, frozenset(right | {"not_finished"} if falling else right), falling, rise > 1, borderline)


def _training_rose(run: KnownRun, risk: Sequence[float]) -> bool:
    """Whether the training loss has risen with the risk since that was lowest, both at the looks."""
    best = min(range(len(risk)), key=risk.__getitem__)
    looks = [run.columns["evaluated_loss"][look - 1] for look in run.looks[: len(risk)]]
    train = [median(looks[max(place - 1, 0) : place + 2]) for place in range(len(looks))]
    return train[-1] - train[best] > (risk[-1] - risk[best]) / 2 > 0


def _within(value: float, bounds: tuple[float, float]) -> bool:
    return bounds[0] < value < bounds[1]


def verdict_on(run: KnownRun) -> Verdict:
    """What the verdict says of the curves."""
    rate, optimizer = run.settings["learning_rate"], run.settings.get("optimizer", "Adam")
    losses = (run.columns[name] for name in ("loss", "val_loss", "evaluated_loss"))
    rows = RowCurves(*(run.columns[name] for name in (SPREAD, RISE_ERROR, TRAIN_SPREAD)))
    context = RunContext(
        train_rows=run.settings["rows"],
        validation_rows=run.settings["validation_rows"],
        baseline_loss=run.baseline,
        baseline_kind="mean" if run.regression else "majority",
        parameters=run.parameters,
        inputs=run.inputs,
        baseline_train_loss=run.baseline_train,
        high_rate=rate if rate_is_high(optimizer, rate) else None,
    )
    return judge(Curves(*losses, rows), context)


def report(runs: Sequence[KnownRun], *, wrong: bool) -> str:
    """The confusion matrix, and how many calls are right."""
    counts: Counter[tuple[str, bool, str]] = Counter()
    found = [(truth(run), verdict_on(run)) for run in runs]
    for true, called in found:
        counts[true.label, true.falling, called.kind] += 1
    lines = []
    for run, (true, called) in zip(runs, found, strict=True):
        if wrong and called.kind not in true.right:
            border = " (borderline)" if true.borderline else ""
            lines.append(
                f"{run.seed}: truly {true.label}{border}, called {called.kind} ({called.rule}): {run.settings}"
            )
    lines.append(f"\n{'truly / called':>24}" + "".join(f"{kind:>17}" for kind in CALLS))
    for label in LABELS:
        for falling in (False, True):
            name = f"{label}, still falling" if falling else label
            lines.append(f"{name:>24}" + "".join(f"{counts[label, falling, kind]:>17}" for kind in CALLS))
    hits = [called.kind in true.right for true, called in found]
    clear = [hit for hit, (true, _) in zip(hits, found, strict=True) if not true.borderline]
    missed = [true for true, called in found if true.risen and called.kind == "good_fit"]
    jumping = sum(
        called.kind == "too_large" and true.label != "diverged" and hit
        for hit, (true, called) in zip(hits, found, strict=True)
    )
    lines.append(f"right only because the training loss rose, too: {jumping}")
    lines.append(f"right: {_share(hits)}; without {len(hits) - len(clear)} borderline ones: {_share(clear)}")
    lines.append(f"overfit called good: {len(missed)}, not borderline: {sum(not true.borderline for true in missed)}")
    return "\n".join(lines)


def _share(hits: Sequence[bool]) -> str:
    return f"{sum(hits)} of {len(hits)} ({sum(hits) / len(hits):.1%})"


def trained(first: int, count: int, processes: int, validation_rows: int, generator: str) -> Iterator[KnownRun]:
    """The runs of `count` seeds of a generator."""
    run = {"first": partial(known_run, validation_rows=validation_rows), "second": other_run, "tables": table_run}[
        generator
    ]
    with get_context("spawn").Pool(processes) as pool:
        yield from pool.imap(run, range(first, first + count), chunksize=4)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--validation-rows", type=int, default=300)
    parser.add_argument("--generator", choices=("first", "second", "tables"), default="first")
    add_options(parser)
    parser.add_argument("--wrong", action="store_true")
    options = parser.parse_args()
    asked = (options.first, options.runs, options.processes, options.validation_rows, options.generator)
    runs = runs_of(options, KnownRun, lambda: trained(*asked))
    print(report(runs, wrong=options.wrong))


if __name__ == "__main__":
    main()
