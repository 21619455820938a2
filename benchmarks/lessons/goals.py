"""Whether each challenge can be won with the knobs that are open."""

from collections.abc import Sequence
from itertools import product
from typing import Any

from lab.errors import LabError
from lab.lessons.pictures import goal_reached
from lab.lessons.reader import Opened
from lab.lessons.running import cells_with, trained
from lab.lessons.schema import MINE
from netcore.errors import NetcoreError


def goals(chosen: Sequence[Opened]) -> int:
    """Print the first choice of knobs that wins each challenge; the number of challenges that none wins."""
    lost = 0
    for opened in chosen:
        knobs = opened.lesson.further.knobs
        winner = None
        for values in product(*(knob.values for knob in knobs)):
            mine: dict[str, Any] = dict(zip((knob.name for knob in knobs), values, strict=True))
            try:
                found = trained(opened, cells_with({MINE: opened.mine(mine)}, opened.lesson.seeds))[MINE]
            except (LabError, NetcoreError):
                continue
            if goal_reached(opened, found):
                winner = mine
                break
        lost += winner is None
        print(f"{opened.name:<20} {'nothing wins it' if winner is None else winner}", flush=True)
    return lost
