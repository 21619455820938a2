"""States of a run at some of its epochs, from which every other epoch is recomputed exactly.

They lie log-spaced: most changes early, so that is where a person looks most closely.
"""

from typing import Final

PER_DECADE: Final = 9
# 1, 2, 3, 4, 5, 6, 8, 10, 13, 17, …: 37 of them
SCHEDULE: Final = tuple(sorted({round(10 ** (k / PER_DECADE)) for k in range(39)}))
_DUE: Final = frozenset(SCHEDULE)

Checkpoints = dict[int, bytes]  # finished epochs -> state, see `Trainer.take_checkpoints`


def is_due(epoch: int) -> bool:
    """Whether a state is kept when so many epochs are finished."""
    return epoch in _DUE


def thinned(checkpoints: Checkpoints, most_bytes: int) -> Checkpoints:
    """As many of them as fit: every second one goes, the last one stays, and the spacing stays even."""
    if sum(map(len, checkpoints.values())) <= most_bytes:
        return checkpoints
    kept = sorted(checkpoints)
    while kept and sum(len(checkpoints[epoch]) for epoch in kept) > most_bytes:
        kept = kept[:-1][1::2] + kept[-1:] if len(kept) > 1 else []
    return {epoch: checkpoints[epoch] for epoch in kept}


def nearest(checkpoints: Checkpoints, epoch: int) -> int:
    """The last checkpoint at or before `epoch`; 0, the start weights, if there is none."""
    return max((known for known in checkpoints if known <= epoch), default=0)
