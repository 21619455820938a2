"""How often is the verdict right? Runs whose true risk is known, judged from their curves alone.

    python -m benchmarks.insight.verdict                      200 runs from seed 0
    python -m benchmarks.insight.verdict --first 100000 --runs 400 --keep runs.jsonl
    python -m benchmarks.insight.verdict --from runs.jsonl    judge kept runs again
    … --validation-rows 60                                    with fewer rows to judge by (300 otherwise)
    … --wrong                                                 name the runs that are called wrongly

Every run (`benchmarks.insight.runs`) gets its true label from its risk, the loss on 20,000 fresh rows of the generator,
which the verdict never sees. R(t) is the risk after epoch t, each value the median of three looks in a row, so that one
jumping epoch is no label; T is where the person's run ends, B the baseline's risk:

* overfit       R(T) > 1.1 min R(t <= T) and R(T) - min R(t <= T) > 3 % of B, and the network had got below 90 % of B;
* no gain       otherwise, if min R(t <= T) > 90 % of B: right is "underfit", and "overfit" too, for what was learned
                of the training rows only;
* not finished  before "no gain", if as many epochs again bring the risk down by more than 5 % of B; of a run that is
                overfit and will come down again by itself both are right;
* good fit      everything else.

A run is borderline when what decides its label lies within 0.65 to 1.5 of the threshold (0.87 to 0.93 of B): there the
label itself is a matter of a hair. The share of right calls is told with and without those.
"""

import argparse
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from statistics import median

from benchmarks.insight.runs import KnownRun, known_run
from lab.insight.verdict import Verdict, judge

CALLS = ("good_fit", "overfit", "underfit", "not_finished", "not_enough_data", "diverged")
LABELS = ("good_fit", "overfit", "no_gain", "not_finished")
OVERFIT, OVERFIT_OF_BASELINE, STILL_FALLING, NO_GAIN = 0.10, 0.03, 0.05, 0.90
BORDER = (0.65, 1.5)
BORDER_OF_NO_GAIN = (0.87, 0.93)


@dataclass(frozen=True)
class Truth:
    """What the risk says of a run.

    Args:
        right: calls that are right.
        risen: more than what makes a run overfit.
        borderline: the label is a matter of a hair.
    """

    label: str
    right: frozenset[str]
    risen: bool
    borderline: bool


def truth(run: KnownRun) -> Truth:
    """The label of a run, by the rules above."""
    end = run.looks.index(run.settings["epochs"])
    risk = [median(run.risk[max(place - 1, 0) : place + 2]) for place in range(len(run.risk))]
    best, scale = min(risk[: end + 1]), run.baseline_risk
    rise = min((risk[end] / best - 1) / OVERFIT, (risk[end] - best) / (OVERFIT_OF_BASELINE * scale))
    fall = (risk[end] - min(risk[end:])) / (STILL_FALLING * scale)
    gained = best / scale <= NO_GAIN
    if rise > 1:
        label = "overfit" if gained else "no_gain"
    elif fall > 1:
        label = "not_finished"
    else:
        label = "good_fit" if gained else "no_gain"
    right = {"underfit", "overfit"} if label == "no_gain" else {label}
    if label == "overfit" and fall > 1:
        right.add("not_finished")
    borderline = _within(rise, BORDER) or (rise <= 1 and _within(fall, BORDER))
    borderline |= rise <= 1 and fall <= 1 and _within(best / scale, BORDER_OF_NO_GAIN)
    return Truth(label, frozenset(right), rise > 1, borderline)


def _within(value: float, bounds: tuple[float, float]) -> bool:
    return bounds[0] < value < bounds[1]


def verdict_on(run: KnownRun) -> Verdict:
    """What the verdict says of the curves."""
    return judge(
        run.columns["loss"],
        run.columns["val_loss"],
        evaluated_loss=run.columns["evaluated_loss"],
        train_rows=run.settings["rows"],
        validation_rows=run.settings["validation_rows"],
        baseline_loss=run.baseline,
        baseline_kind="mean" if run.regression else "majority",
        parameters=run.parameters,
        inputs=run.inputs,
    )


def report(runs: Sequence[KnownRun], *, wrong: bool) -> str:
    """The confusion matrix, and how many calls are right."""
    counts: Counter[tuple[str, str]] = Counter()
    right = clear = right_of_clear = missed = missed_of_clear = 0
    lines = []
    for run in runs:
        true, called = truth(run), verdict_on(run)
        counts[true.label, called.kind] += 1
        hit = called.kind in true.right
        right, clear, right_of_clear = (
            right + hit,
            clear + (not true.borderline),
            right_of_clear + (hit and not true.borderline),
        )
        if true.risen and called.kind == "good_fit":
            missed, missed_of_clear = missed + 1, missed_of_clear + (not true.borderline)
        if wrong and not hit:
            border = " (borderline)" if true.borderline else ""
            lines.append(
                f"{run.seed}: truly {true.label}{border}, called {called.kind} ({called.rule}): {run.settings}"
            )
    lines.append(f"\n{'truly / called':>16}" + "".join(f"{kind:>17}" for kind in CALLS))
    lines += [f"{label:>16}" + "".join(f"{counts[label, kind]:>17}" for kind in CALLS) for label in LABELS]
    lines.append(f"right: {right} of {len(runs)} ({right / len(runs):.1%})")
    lines.append(
        f"without {len(runs) - clear} borderline ones: {right_of_clear} of {clear} ({right_of_clear / clear:.1%})"
    )
    lines.append(f"overfit called good: {missed}, of these not borderline: {missed_of_clear}")
    return "\n".join(lines)


def trained(first: int, count: int, processes: int, validation_rows: int) -> Iterator[KnownRun]:
    """The runs of `count` seeds."""
    run = partial(known_run, validation_rows=validation_rows)
    with get_context("spawn").Pool(processes) as pool:
        yield from pool.imap(run, range(first, first + count), chunksize=4)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--validation-rows", type=int, default=300)
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--from", type=Path, dest="kept")
    parser.add_argument("--wrong", action="store_true")
    options = parser.parse_args()
    if options.kept:
        runs = [KnownRun(**json.loads(line)) for line in options.kept.read_text().splitlines()]
    else:
        runs = list(trained(options.first, options.runs, options.processes, options.validation_rows))
    if options.keep:
        options.keep.write_text("".join(json.dumps(asdict(run)) + "\n" for run in runs))
    print(report(runs, wrong=options.wrong))


if __name__ == "__main__":
    main()
