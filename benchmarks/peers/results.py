"""From timings to figures: ratios within a turn, their spread, agreement of the losses, goals met or not."""

import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from benchmarks.peers.driver import Timing
from benchmarks.peers.engines import ENGINES
from benchmarks.peers.workloads import WORKLOADS, Workload

OURS = "netcore"
LOSSES_AGREE = 1e-3  # relative; rounding in another order is worth up to 5e-4 after three epochs of W5


@dataclass(frozen=True)
class Figure:
    """A peer beside netcore on one workload.

    Attributes:
        ratio: median over the turns of the peer's processor time divided by netcore's: above 1, netcore is faster.
        spread: largest minus smallest ratio, divided by the median.
        goal: what the ratio should be at least; None for none.
        trouble: why the figure does not count; empty if it does.
    """

    engine: str
    ms: float
    ratio: float
    spread: float
    goal: float | None
    trouble: str

    @property
    def met(self) -> bool | None:
        """None where there is no goal."""
        if self.goal is None:
            return None
        return not self.trouble and self.ratio >= self.goal


def figure(workload: Workload, ours: Timing, theirs: Timing) -> Figure:
    ratios = [other / own for own, other in zip(ours.ms, theirs.ms, strict=True)]
    middle = statistics.median(ratios)
    spread = (max(ratios) - min(ratios)) / middle
    goal = workload.goals.get(theirs.engine)
    return Figure(
        theirs.engine, statistics.median(theirs.ms), middle, spread, goal, disagreement(ours, theirs, workload)
    )


def disagreement(ours: Timing, theirs: Timing, workload: Workload) -> str:
    """What keeps a figure from counting: the engines did not learn the same. Empty if they did."""
    own, other = ours.losses[-1], theirs.losses[-1]
    if ENGINES[theirs.engine].excuse(workload) or abs(own - other) <= LOSSES_AGREE * abs(own):
        return ""
    return f"loss {other:.6g} after {len(ours.losses)} epochs, but {OURS} has {own:.6g}"


def figures(workload: Workload, timings: dict[str, Timing]) -> list[Figure]:
    ours = timings[OURS]
    return [figure(workload, ours, theirs) for name, theirs in timings.items() if name != OURS]


def us_per_step(workload: Workload, timing: Timing) -> float:
    return 1000 * statistics.median(timing.ms) / workload.steps


def as_json(machine: dict[str, Any], turns: int, measured: dict[str, dict[str, Timing]]) -> dict[str, Any]:
    """All that was measured, raw and reduced."""
    entries = {}
    for name, timings in measured.items():
        workload = WORKLOADS[name]
        entries[name] = {
            "title": workload.title,
            "rows": workload.rows,
            "steps_per_epoch": workload.steps,
            "us_per_step": us_per_step(workload, timings[OURS]),
            "us_per_step_goal": workload.us_per_step,
            "figures": [{**asdict(one), "met": one.met} for one in figures(workload, timings)],
            "timings": {engine: asdict(timing) for engine, timing in timings.items()},
        }
    return {"machine": machine, "turns": turns, "workloads": entries}


# --- the table


def three_digits(value: float) -> str:
    return f"{value:,.0f}" if value >= 1000 else f"{value:.3g}"


def table(measured: dict[str, dict[str, Timing]]) -> str:
    """Markdown: a row for each workload, a column for each peer."""
    peers = [name for name in ENGINES if name != OURS and any(name in timings for timings in measured.values())]
    head = ["workload", "ms an epoch", "µs a step (goal)", *peers]
    lines = [_row(head), _row(["---"] * len(head))]
    for name, timings in measured.items():
        workload = WORKLOADS[name]
        found = {one.engine: one for one in figures(workload, timings)}
        step, most = us_per_step(workload, timings[OURS]), workload.us_per_step
        own = [three_digits(statistics.median(timings[OURS].ms)), f"{three_digits(step)} (≤ {most:,g})"]
        lines.append(_row([f"{name} {workload.title}", *own, *(_cell(found.get(peer)) for peer in peers)]))
    return "\n".join(lines)


def _cell(one: Figure | None) -> str:
    if one is None:
        return ""
    if one.trouble:
        return "does not count"
    aim = "" if one.goal is None else f" (≥ {one.goal:g} {'✓' if one.met else '✗'})"
    return f"{one.ratio:.3g}× ±{100 * one.spread / 2:.0f} %{aim}"


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def verdict(measured: dict[str, dict[str, Timing]]) -> list[str]:
    """How many goals are met, and a line for each that is not."""
    found = [(name, one) for name, timings in measured.items() for one in figures(WORKLOADS[name], timings)]
    judged = [(name, one) for name, one in found if one.met is not None]
    lines = [f"{sum(bool(one.met) for _, one in judged)} of {len(judged)} goals met"]
    for name, one in judged:
        if not one.met:
            lines.append(
                f"not met: {name} beside {one.engine}: {one.trouble or f'{one.ratio:.3g}×, goal {one.goal:g}×'}"
            )
    return lines
