"""The picture of the table: how many times faster netcore is, workload by workload."""

from typing import Any

from benchmarks.peers.driver import Timing
from benchmarks.peers.results import OURS, figures
from benchmarks.peers.workloads import WORKLOADS
from benchmarks.pictures import STYLES, draw


def ratios_picture(measured: dict[str, dict[str, Timing]]) -> None:
    def paint(picture: Any) -> None:
        axes = picture.add_subplot()
        found = {name: figures(WORKLOADS[name], timings) for name, timings in measured.items()}
        for engine, (colour, marker) in STYLES.items():
            places = [(row, one) for row, name in enumerate(found) for one in found[name] if one.engine == engine]
            counted = [(row, one) for row, one in places if not one.trouble]
            if engine == OURS or not counted:
                continue
            ratios, rows = [one.ratio for _, one in counted], [row for row, _ in counted]
            axes.scatter(ratios, rows, color=colour, marker=marker, s=60, label=engine, zorder=3)
            goals = [(one.goal, row) for row, one in counted if one.goal is not None]
            if goals:
                axes.scatter(*zip(*goals, strict=True), color=colour, marker="|", s=160)
        axes.axvline(1, color="black", linewidth=1)
        axes.set_xscale("log")
        axes.set_yticks(range(len(found)), found)
        axes.invert_yaxis()
        axes.grid(axis="x", alpha=0.3)
        axes.set_xlabel("times netcore's processor time per epoch (right of the line netcore is faster; | is the goal)")
        axes.legend(loc="upper center", bbox_to_anchor=(0.5, 1.12), ncols=6, frameon=False)

    draw("peers", (10, 0.5 * len(measured) + 2), paint)
