"""CTC: all ways in which a network can say a text, and what they ask of each time step."""

import math
from typing import Any

import numpy as np

from lab.slow_motion.equation import Cell, Grid, Number, Term
from lab.slow_motion.words import said
from netcore.losses.ctc import in_logarithms

Array = np.ndarray[Any, Any]
MOST_STEPS = 16  # time steps that are drawn


def lattice(logits: Array, labels: Array, classes: tuple[str, ...]) -> tuple[Grid, ...]:
    """For each time step and each place of the text (blanks between the letters) the probability that is said there.

    Args:
        logits: (t, k); labels: (1, l), 0 behind the last letter.
    """
    p, places = shares(logits), places_of(labels)
    seen = shown_steps(len(p))
    path = likeliest_path(p, places)
    rows = tuple(
        tuple(Cell(float(p[step, symbol]), "output", "chosen" if path[step] == place else "") for step in seen)
        for place, symbol in enumerate(places)
    )
    sides = tuple("–" if symbol == 0 else class_name(classes, symbol) for symbol in places)
    return (Grid(said("grid.lattice"), rows, tuple(str(step + 1) for step in seen), sides, len(p) - len(seen)),)


def shares(logits: Array) -> Array:
    """(t, k) softmax."""
    powers = np.exp(logits.astype(np.float64) - logits.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True))


def places_of(labels: Array) -> list[int]:
    """The text with a blank before, between and behind its letters."""
    letters = [int(one) for one in labels.ravel() if one != 0]
    return [0, *(symbol for letter in letters for symbol in (letter, 0))]


def shown_steps(count: int) -> list[int]:
    """Time steps that are drawn: all, or evenly spread ones."""
    if count <= MOST_STEPS:
        return list(range(count))
    return [round(place * (count - 1) / (MOST_STEPS - 1)) for place in range(MOST_STEPS)]


def class_name(classes: tuple[str, ...], symbol: int) -> str:
    return classes[symbol] if symbol < len(classes) else str(symbol)


def likeliest_path(p: Array, places: list[int]) -> list[int]:
    """The place of the text at each time step, along the way of the largest probability (Viterbi)."""
    scores = np.full(len(places), -np.inf)
    scores[:2] = [math.log(max(p[0, symbol], 1e-300)) for symbol in places[:2]]
    back = []
    for row in p[1:]:
        came, best = np.empty(len(places), np.intp), np.empty(len(places))
        for place, symbol in enumerate(places):
            ways = [place, place - 1] + ([place - 2] if _may_skip(places, place) else [])
            ways = [way for way in ways if way >= 0]
            came[place] = max(ways, key=lambda way: scores[way])
            best[place] = scores[came[place]] + math.log(max(row[symbol], 1e-300))
        back.append(came)
        scores = best
    place = max(range(max(0, len(places) - 2), len(places)), key=lambda one: scores[one])
    path = [place]
    for came in reversed(back):
        place = int(came[place])
        path.append(place)
    return path[::-1]


def _may_skip(places: list[int], place: int) -> bool:
    """The blank before a letter may be left out where the letter before it is another one."""
    return place >= 2 and places[place] != 0 and places[place] != places[place - 2]


def paths_gradient(logits: Array, labels: Array, index: tuple[int, ...]) -> Term:
    """∂l/∂z = p − share of the paths that say this class at this time step."""
    step, symbol = index
    p = Number(float(shares(logits)[step, symbol]), "output", f"p_{step + 1},{symbol + 1}")
    _, wanted = in_logarithms(labels[..., np.newaxis], logits[..., np.newaxis])
    share = Number(float(wanted[step, symbol, 0]), "target", "γ")
    return Term(p.value - share.value, ("(", p, " − ", share, ")"))
