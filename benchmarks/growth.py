"""How an epoch's cost grows with rows, width, depth and batch size: `python -m benchmarks.growth`.

Each curve changes one thing of a workload; its points are taken in turns, and the best of them counts, since whatever
else the machine does can only add to processor time.
"""

import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from benchmarks import machine, threads

threads.pin()

from benchmarks.output import write_json  # noqa: E402  # the number of threads comes before NumPy
from benchmarks.peers.engines.netcore_engine import Adapter  # noqa: E402
from benchmarks.peers.problem import problem_of  # noqa: E402
from benchmarks.peers.results import three_digits  # noqa: E402
from benchmarks.peers.workloads import WORKLOADS, Workload, chain, dense  # noqa: E402
from benchmarks.pictures import draw  # noqa: E402

TURNS, TURN_S = 7, 0.1
LINEAR = 0.15  # how far the cost per row may stray
WIDE = WORKLOADS["W4cL"]


@dataclass(frozen=True)
class Curve:
    """Workloads that differ in one thing.

    Attributes:
        per: what the cost is divided by in the table, "row" or "step".
    """

    name: str
    unit: str
    per: str
    points: dict[int, Workload]


@dataclass(frozen=True)
class Cost:
    curve: str
    point: int
    ms: float  # per epoch
    rows: int
    steps: int

    @property
    def us_per_row(self) -> float:
        return 1000 * self.ms / self.rows

    @property
    def us_per_step(self) -> float:
        return 1000 * self.ms / self.steps


def layered(widths: Sequence[int]) -> Workload:
    """784 features, hidden layers of those widths, ten classes, batch 128."""
    return replace(WIDE, **chain(784, *(dense(width, "relu") for width in widths), dense(10, "softmax")))


def curves() -> list[Curve]:
    w3 = WORKLOADS["W3"]
    return [
        Curve("rows", "rows (30-64-64-1, batch 32)", "row", {n: replace(w3, rows=n) for n in (320, 960, 3200, 9600)}),
        Curve(
            "batch size",
            "rows a batch (30-64-64-1, 569 rows)",
            "row",
            {size: replace(w3, batch_size=size) for size in (1, 4, 10, 32, 128, 569)},
        ),
        Curve(
            "width",
            "units of each of two hidden layers (784-w-w-10, batch 128)",
            "step",
            {width: layered((width, width)) for width in (8, 32, 128, 512)},
        ),
        Curve(
            "depth",
            "hidden layers of 64 units (784-…-10, batch 128)",
            "step",
            {count: layered((64,) * count) for count in (1, 2, 4, 8)},
        ),
    ]


def costs_of(curve: Curve) -> list[Cost]:
    adapters = {point: Adapter(problem_of(workload)) for point, workload in curve.points.items()}
    epochs = {point: _epochs(adapter) for point, adapter in adapters.items()}
    best = dict.fromkeys(adapters, float("inf"))
    for _ in range(TURNS):
        for point, adapter in adapters.items():
            best[point] = min(best[point], _seconds(adapter, epochs[point]) / epochs[point])
    return [
        Cost(curve.name, point, 1000 * best[point], workload.rows, workload.steps)
        for point, workload in curve.points.items()
    ]


def _seconds(adapter: Adapter, epochs: int) -> float:
    adapter.reset()
    started = time.process_time()
    adapter.fit(epochs)
    return time.process_time() - started


def _epochs(adapter: Adapter) -> int:
    _seconds(adapter, 1)
    return max(2, round(TURN_S / _seconds(adapter, 1)))


def linearity(costs: Sequence[Cost]) -> float:
    """Largest cost per row over the smallest, minus 1."""
    per_row = [cost.us_per_row for cost in costs if cost.curve == "rows"]
    return max(per_row) / min(per_row) - 1


def growth_picture(curves: Sequence[Curve], costs: Sequence[Cost]) -> None:
    def paint(picture: Any) -> None:
        for place, curve in zip(picture.subplots(2, 2).flat, curves, strict=True):
            own = [cost for cost in costs if cost.curve == curve.name]
            per = [cost.us_per_row if curve.per == "row" else cost.us_per_step for cost in own]
            place.plot([cost.point for cost in own], per, color="black", marker="o")
            for cost, value in zip(own, per, strict=True):
                place.annotate(three_digits(value), (cost.point, value), xytext=(0, 7), textcoords="offset points")
            place.set_xscale("log")
            if curve.name == "rows":
                place.set_ylim(0, 1.5 * max(per))  # a straight line is what this one is about
            else:
                place.set_yscale("log")
                place.margins(y=0.25)
            place.set_xticks([cost.point for cost in own], [str(cost.point) for cost in own])
            place.minorticks_off()
            place.set_xlabel(curve.unit)
            place.set_ylabel(f"µs a {curve.per}")
            place.grid(alpha=0.3)

    draw("growth", (11, 8), paint)


def main() -> None:
    described, found = machine.described(), curves()
    costs = []
    for curve in found:
        costs += costs_of(curve)
        for cost in costs[-len(curve.points) :]:
            print(
                f"{cost.curve:10} {cost.point:5}  {cost.ms:8.3f} ms an epoch  {cost.us_per_step:8.1f} µs a step"
                f"  {cost.us_per_row:6.2f} µs a row",
                flush=True,
            )
    stray = linearity(costs)
    print(f"{'✓' if stray <= LINEAR else '✗'} cost per row, largest over smallest: +{100 * stray:.0f} % (≤ 15 %)")
    write_json("growth", {"machine": described, "linearity": stray, "costs": [asdict(cost) for cost in costs]})
    growth_picture(found, costs)


if __name__ == "__main__":
    main()
