"""A class on one server: arrivals, load curve, soak; `python -m benchmarks.live.class [--before FILE]`.

A turn of the first two takes five minutes, a soak of 12,000 events twenty. `--goals` measures what the goals speak of
and nothing else, in seven: 100 who arrive, 200 who train, 400 open pages. Results go to
`benchmarks/results/class.json` with a picture beside it; `--before` takes such a file of another version, measured on
the same machine, into tables and picture.
"""

import argparse
import json
import statistics
from pathlib import Path
from typing import Any

from benchmarks import machine
from benchmarks.live import arrivals, load_curve, soak
from benchmarks.output import write_json
from benchmarks.pictures import draw

ARRIVING, WITHIN_S = 100, 10.0
SOAKING, EVENTS = 100, 12_000  # a click a minute of a hundred people for two hours
TURNS = 3


def measured(turns: int, events: int, goals: bool) -> dict[str, Any]:
    """All figures of this version, or those that the goals speak of."""
    came = []
    for turn in range(turns):
        print(f"arrivals, {turn + 1} of {turns}", flush=True)
        came.append(arrivals.figures_of(ARRIVING, WITHIN_S))
    arrived = {name: statistics.median(turn[name] for turn in came) for name in came[0]}
    print(json.dumps(arrived), flush=True)
    rows = load_curve.measure(turns, load_curve.crowds(goals))
    soaked = soak.figures_of(SOAKING, events) if events else {}
    return {"machine": machine.described(), "turns": turns, "arrivals": arrived, "load": rows, "soak": soaked}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=TURNS, help="runs of which the median counts")
    parser.add_argument("--events", type=int, default=EVENTS, help="of the soak; 0 leaves it out")
    parser.add_argument("--goals", action="store_true", help="of the load curve its goals alone, and no soak")
    parser.add_argument("--before", type=Path, help="the figures of another version")
    arguments = parser.parse_args()
    before = json.loads(arguments.before.read_text(encoding="utf-8")) if arguments.before else {"load": []}
    now = measured(arguments.turns, 0 if arguments.goals else arguments.events, arguments.goals)
    for title, figures in (("before", before), ("now", now)):
        print(f"\n{title}\n\n{load_curve.table(figures['load'])}\n")
    print(json.dumps(now["soak"], indent=1))
    write_json("class-goals" if arguments.goals else "class", now)
    if arguments.goals:
        return
    draw("class-load", (11, 4.2), lambda picture: load_curve.paint(picture, now["load"], before["load"]))


if __name__ == "__main__":
    main()
