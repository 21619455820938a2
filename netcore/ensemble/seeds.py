"""The same model from several seeds: how much of a result is luck?"""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from netcore.callbacks import History
from netcore.config import Array
from netcore.ensemble.fitness import difference, reason_apart
from netcore.ensemble.joint import Joint
from netcore.errors import NetcoreValueError
from netcore.events import EpochEnded
from netcore.names import kept_counters
from netcore.streams import seeded

if TYPE_CHECKING:
    from netcore.models import Model


@dataclass(frozen=True, slots=True)
class SeedsEpochEnded:
    """An epoch of all seeds is over. `logs` and `extras` are those of EpochEnded, with one number for each seed, (S,).

    NaN stands where a seed's training has ended before (EarlyStopping).
    """

    epoch: int
    logs: dict[str, Array] = field(default_factory=dict)
    extras: dict[str, Array] = field(default_factory=dict)


@dataclass(frozen=True)
class SeedFits:
    """What came out, seed by seed in the order given.

    Attributes:
        histories: one History for each seed, as `fit` returns it.
        weights: for each seed what `get_weights` gives; `set_weights` puts them into a model that `build_model` made.
        together: whether they were trained at once.
    """

    seeds: tuple[int, ...]
    histories: list[History]
    weights: list[list[Array]]
    together: bool

    def curves(self, name: str) -> Array:
        """ "loss", "val_loss", … of each seed over the epochs, (S, epochs); NaN after a seed's training has ended."""
        rows = [history.history.get(name, history.extras.get(name, [])) for history in self.histories]
        epochs = max(len(row) for row in rows)
        return np.array([[*row, *[math.nan] * (epochs - len(row))] for row in rows], float)


class SeedRuns(Iterator[SeedsEpochEnded]):
    """Runs of the same model from several seeds, which go on in step: each `next` is one epoch of all of them.

    Attributes:
        seeds: in the order given.
        reason: why they are trained one by one, as `reason_apart` and `difference` say it, or "asked" or "callbacks";
            None if they are trained together.
    """

    def __init__(self, make: "Maker", seeds: Sequence[int], together: bool | None) -> None:
        self.seeds = tuple(seeds)
        self._make = make
        self._runs = [make.run(self.seeds[0])]
        self.reason = self._reason(together)
        if together and self.reason is not None:
            raise not_together(self.reason)
        self._joint = None if self.reason is not None else Joint(self._runs, make.model(self.seeds[0]))
        self._ended = False

    def _reason(self, together: bool | None) -> str | None:
        if together is False:
            return "asked"
        if self._make.callbacks is not None:
            return "callbacks"
        reason = reason_apart(self._runs[0], len(self.seeds), forced=together is True)
        if reason is not None:
            return reason
        self._make_all()
        return difference(self._runs)

    def _make_all(self) -> None:
        self._runs += [self._make.run(seed) for seed in self.seeds[len(self._runs) :]]

    @property
    def together(self) -> bool:
        """Whether they are trained at once, by one product of stacked matrices per layer."""
        return self.reason is None

    def __next__(self) -> SeedsEpochEnded:
        self._make_all()
        first = self._runs[0]
        if self._joint is not None and first.position[0] < first.epochs:
            self._joint.train_epoch()
        events: list[EpochEnded | None] = [next(run, None) for run in self._runs]
        told = [event for event in events if event is not None]
        if not told:
            if self._joint is not None and not self._ended:
                self._joint.end()
            self._ended = True
            raise StopIteration
        logs = [{} if event is None else event.logs for event in events]
        extras = [{} if event is None else event.extras for event in events]
        return SeedsEpochEnded(told[0].epoch, _columns(logs), _columns(extras))

    def run_all(self) -> SeedFits:
        """Train to the end; seeds that go one by one one after the other, so that only one needs room at a time."""
        if self.together:
            for _ in self:
                pass
            return self.fits()
        fits = SeedFits(self.seeds, [], [], together=False)
        for seed in self.seeds:
            run = self._runs.pop() if self._runs else self._make.run(seed)  # the first one is there already
            for _ in run:
                pass
            fits.histories.append(run.history)
            fits.weights.append(run.model.get_weights())
        return fits

    @property
    def histories(self) -> list[History]:
        """Of each seed, so far."""
        self._make_all()
        return [run.history for run in self._runs]

    def fits(self) -> SeedFits:
        """Histories and weights as they are now."""
        return SeedFits(
            self.seeds,
            self.histories,
            [run.model.get_weights() for run in self._runs],
            self.together,
        )


@dataclass(frozen=True)
class Maker:
    """Makes the model of a seed, and its run: what a program would do for that seed alone."""

    build_model: "Callable[[], Model]"
    arguments: dict[str, Any]
    callbacks: Callable[[int], Any] | None
    per_seed: Callable[[int], dict[str, Any]] | None

    def model(self, seed: int) -> "Model":
        with seeded(seed), kept_counters():
            return self._built(seed)[0]

    def run(self, seed: int) -> Any:
        with seeded(seed), kept_counters():
            model, arguments = self._built(seed)
            callbacks = None if self.callbacks is None else self.callbacks(seed)
            return model.iter_fit(**arguments, callbacks=callbacks)

    def _built(self, seed: int) -> "tuple[Model, dict[str, Any]]":
        """The model, with its weights, and the arguments of its fit."""
        arguments = self.arguments if self.per_seed is None else {**self.arguments, **self.per_seed(seed)}
        model = self.build_model()
        if not model.built:
            model.inputs_of(arguments["x"])
        return model, arguments


def iter_fit_seeds(
    build_model: "Callable[[], Model]",
    x: Any = None,
    y: Any = None,
    *,
    seeds: Iterable[int],
    callbacks: Callable[[int], Any] | None = None,
    per_seed: Callable[[int], dict[str, Any]] | None = None,
    together: bool | None = None,
    **fit_arguments: Any,
) -> SeedRuns:
    """`fit_seeds` as an iterator: a SeedsEpochEnded after each epoch of all seeds, to draw a band as it grows.

    Arguments as for `fit_seeds`.
    """
    make = Maker(build_model, {"x": x, "y": y, **fit_arguments}, callbacks, per_seed)
    return SeedRuns(make, _checked(seeds), together)


def fit_seeds(
    build_model: "Callable[[], Model]",
    x: Any = None,
    y: Any = None,
    *,
    seeds: Iterable[int],
    callbacks: Callable[[int], Any] | None = None,
    per_seed: Callable[[int], dict[str, Any]] | None = None,
    together: bool | None = None,
    **fit_arguments: Any,
) -> SeedFits:
    """Train the same model from several seeds: other start weights, another order of the rows, other dropouts.

    Each seed gives the numbers of `utils.set_random_seed(seed); build_model().fit(x, y, …)` (up to rounding). Small
    networks are trained together, several times faster; others one by one.

    Args:
        build_model: makes the compiled model; called for each seed.
        x, y: as for `fit`, the same for all seeds.
        seeds: whole numbers, such as range(30).
        callbacks: function of the seed that makes its callbacks; seeds with callbacks are trained one by one.
        per_seed: function of the seed that gives arguments of `fit` of its own, such as x, y and validation_data of
            another split.
        together: True or False to choose; left out, whatever is faster.
        fit_arguments: epochs, batch_size, validation_data, sample_weight and the others of `Model.iter_fit`.

    Raises:
        NetcoreValueError "ensemble.no_seeds": none given. "ensemble.apart": `together` is True, but they cannot be.
    """
    make = Maker(build_model, {"x": x, "y": y, **fit_arguments}, callbacks, per_seed)
    return SeedRuns(make, _checked(seeds), together).run_all()


def _checked(seeds: Iterable[int]) -> list[int]:
    found = [int(seed) for seed in seeds]
    if not found:
        raise NetcoreValueError("ensemble.no_seeds", "`seeds` is empty. Give at least one, such as seeds=range(10).")
    return found


def not_together(reason: str) -> NetcoreValueError:
    """The error that says why seeds cannot be trained side by side."""
    return NetcoreValueError(
        "ensemble.apart",
        "These seeds cannot be trained together ({reason}). Leave `together` out to have them trained one by one.",
        reason=reason,
    )


def _columns(rows: list[dict[str, Any]]) -> dict[str, Array]:
    """Dicts of numbers, one for each seed, as one dict of arrays; NaN where a seed has none."""
    names = next(row for row in rows if row or not any(rows))
    return {name: np.array([row.get(name, math.nan) for row in rows]) for name in names}
