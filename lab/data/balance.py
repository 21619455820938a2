"""Dividing whole things fairly: rows of classes among parts to within one row, whole groups as near as they allow."""

from collections.abc import Sequence
from itertools import pairwise, product

import numpy as np
import numpy.typing as npt

Counts = npt.NDArray[np.int64]
Marks = npt.NDArray[np.bool_]

WEIGHED = (
    100  # groups of which every pile is weighed; where there are more, the first ones drawn are taken as they come
)


def shares_by_class(rows_of: Counts, totals: tuple[int, ...]) -> Counts:
    """(k, p) rows of each class in each part: rows add up to `rows_of`, columns to `totals`.

    Each entry is its exact share rows_of * total / n, rounded down or up: such a rounding of a table to the sums of
    its rows and columns always exists (Bacharach 1966, "Matrix rounding problems"). It is found by rounding up the
    largest remainders of each class, then moving single roundings between parts until the totals are right.
    """
    n = int(rows_of.sum())
    exact = rows_of[:, None] * np.array(totals, np.int64)
    shares, rest = exact // n, exact % n
    up = np.zeros(shares.shape, bool)
    for k, missing in enumerate(rows_of - shares.sum(axis=1)):
        up[k, np.argsort(-rest[k], kind="stable")[:missing]] = True
    wanted = np.array(totals) - shares.sum(axis=0)
    while (surplus := up.sum(axis=0) - wanted).any():
        pairs = product(np.flatnonzero(surplus > 0), np.flatnonzero(surplus < 0))
        if not any(_moved(up, rest > 0, int(source), int(goal)) for source, goal in pairs):
            raise ArithmeticError(f"no rounding of {rows_of} to {totals}")
    return shares + up


def _moved(up: Marks, roundable: Marks, source: int, goal: int) -> bool:
    """One rounding up less in part `source` and one more in `goal`: in one class, or in two by way of another part."""
    between = [part for part in range(up.shape[1]) if part not in (source, goal)]
    for way in [(source, goal), *((source, part, goal) for part in between)]:
        steps = list(pairwise(way))
        classes = [np.flatnonzero(up[:, a] & ~up[:, b] & roundable[:, b]) for a, b in steps]
        if all(len(movable) for movable in classes):
            for (a, b), movable in zip(steps, classes, strict=True):
                up[movable[0], a], up[movable[0], b] = False, True
            return True
    return False


def nearest_pile(sizes: Counts, drawn: Counts, wanted: int, *, spare: int) -> list[int]:
    """The groups whose sizes together come nearest to `wanted`; among equally near piles one of those drawn first.

    Args:
        sizes: (g,) rows of each group.
        drawn: numbers of the groups to choose from, in drawn order; more than `spare`.
        spare: so many groups must be left over. At least one is taken.
    """
    pile: list[int] = []
    first = max(len(drawn) - WEIGHED, 0)
    for group in drawn[:first]:
        if sizes[group] <= wanted:
            pile.append(int(group))
            wanted -= int(sizes[group])
    weighed = [int(group) for group in drawn[first:]]
    pile += [weighed[place] for place in _weigh([int(sizes[group]) for group in weighed], wanted)]
    if not pile:
        pile = [min((int(group) for group in drawn), key=lambda group: int(sizes[group]))]
    if len(drawn) - len(pile) < spare:
        pile = sorted(pile, key=lambda group: -int(sizes[group]))[: len(drawn) - spare]
    return pile


def _weigh(sizes: Sequence[int], wanted: int) -> list[int]:
    """Places of the pile whose sum is nearest to `wanted`."""
    within = (1 << wanted + max(sizes, default=0) + 1) - 1  # larger sums are never the nearest
    reached = [1]  # before each size: a number whose bit s says that some pile has the sum s
    for size in sizes:
        reached.append((reached[-1] | reached[-1] << size) & within)
    below = reached[-1] & ((1 << wanted + 1) - 1)
    above = reached[-1] >> wanted
    total = below.bit_length() - 1
    if above and (step := (above & -above).bit_length() - 1) < wanted - total:
        total = wanted + step
    pile = []
    for place in range(len(sizes) - 1, -1, -1):
        if not reached[place] >> total & 1:  # the sum is not reached without this one
            pile.append(place)
            total -= sizes[place]
    return pile


def balanced_piles(sizes: Counts, drawn: Counts, piles: int) -> list[list[int]]:
    """All groups in piles of nearly the same size: the largest first, each on the smallest pile."""
    found: list[list[int]] = [[] for _ in range(piles)]
    totals = [0] * piles
    for group in sorted((int(group) for group in drawn), key=lambda group: -int(sizes[group])):
        smallest = totals.index(min(totals))
        found[smallest].append(group)
        totals[smallest] += int(sizes[group])
    return found
