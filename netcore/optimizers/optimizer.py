"""Optimizer: what all of them share. One update changes the whole flat vector of weights in place."""

import difflib
import math
from typing import Any, ClassVar

import numpy as np

from netcore.config import Array, scalar
from netcore.errors import NetcoreValueError, NetcoreWarning
from netcore.names import snake_case
from netcore.parameters import ParameterVector
from netcore.params import Float, Param
from netcore.registry import Registry

CHUNK = 32_768  # numbers: above twice that, chunks that stay in the second-level cache halve the time
TINY = 1e-30  # slots of dead units decay into denormal numbers, which are a hundred times slower: flushed below this

COMMON: dict[str, Param] = {
    "weight_decay": Float(low=0.0, typical=(1e-4, 1e-2), log=True, optional=True, advanced=True),
    "clipnorm": Float(low=0.0, open_low=True, typical=(1.0, 5.0), optional=True, advanced=True),
    "clipvalue": Float(low=0.0, open_low=True, typical=(0.5, 1.0), optional=True, advanced=True),
    "global_clipnorm": Float(low=0.0, open_low=True, typical=(1.0, 5.0), optional=True, advanced=True),
}
LEARNING_RATE = Float(low=0.0, typical=(0.001, 0.1), log=True)


class Optimizer:
    """Base of all optimizers.

    Args:
        learning_rate: length of a step; may be assigned at any time.
        weight_decay: weights shrink by this share (times learning_rate) before each step.
        clipnorm, clipvalue, global_clipnorm: bounds of the gradient, per weight, per number, over all; at most one.

    Raises:
        NetcoreValueError "optimizer.unknown_argument", "optimizer.two_clips", or that of a value out of range.
    """

    params: ClassVar[dict[str, Param]] = {}
    slot_names: ClassVar[tuple[str, ...]] = ()
    weight_decay: float | None
    clipnorm: float | None
    clipvalue: float | None
    global_clipnorm: float | None

    def __init__(
        self,
        learning_rate: float,
        *,
        weight_decay: float | None = None,
        clipnorm: float | None = None,
        clipvalue: float | None = None,
        global_clipnorm: float | None = None,
        name: str | None = None,
        **arguments: Any,
    ) -> None:
        self._rate = self._checked("learning_rate", learning_rate)
        self._rate_array = np.array(self._rate)
        self.name = name or snake_case(type(self).__name__)
        self.iterations = 0
        self._refuse_unknown(arguments)
        arguments |= {
            "weight_decay": weight_decay,
            "clipnorm": clipnorm,
            "clipvalue": clipvalue,
            "global_clipnorm": global_clipnorm,
        }
        for argument, value in arguments.items():
            setattr(self, argument, self._checked(argument, value))
        clips = [clip for clip in ("clipnorm", "clipvalue", "global_clipnorm") if getattr(self, clip) is not None]
        if len(clips) > 1:
            raise NetcoreValueError(
                "optimizer.two_clips",
                "{owner}: only one of `clipnorm`, `clipvalue` and `global_clipnorm` can be set, but got {given}.",
                owner=type(self).__name__,
                given=", ".join(clips),
            )
        self.vector: ParameterVector | None = None
        self.slots: dict[str, Array] = {}

    def __init_subclass__(cls) -> None:
        cls.params = {"learning_rate": LEARNING_RATE, **cls.__dict__.get("params", {}), **COMMON}

    def _checked(self, name: str, value: Any) -> Any:
        return self.params[name].check(type(self).__name__, name, value)

    def _refuse_unknown(self, arguments: dict[str, Any]) -> None:
        if "decay" in arguments:
            import warnings

            warnings.warn(
                NetcoreWarning("optimizer.decay", "`decay` is no longer an argument of optimizers and is ignored."),
                stacklevel=4,
            )
            del arguments["decay"]
        unknown = {name: value for name, value in arguments.items() if name not in self.params}
        if unknown:
            name = next(iter(unknown))
            near = difflib.get_close_matches(name, self.params, n=1, cutoff=0.6)  # "r", "lr": none is near
            raise NetcoreValueError(
                "optimizer.unknown_argument",
                "Argument(s) not recognized: {unknown}. Did you mean {nearest}? {owner} takes: {choices}.",
                owner=type(self).__name__,
                unknown=unknown,
                nearest=near[0] if near else "learning_rate",
                choices=", ".join(self.params),
            )

    # --- learning rate

    @property
    def learning_rate(self) -> float:
        return float(self._rate)

    @learning_rate.setter
    def learning_rate(self, value: float) -> None:
        self._rate = self._checked("learning_rate", float(value))
        self._rate_array[...] = self._rate

    # --- one update

    def build(self, vector: ParameterVector) -> None:
        """Get ready for the weights in `vector`; slots (running means and the like) start afresh unless they fit."""
        self.vector = vector
        size, dtype = vector.values.size, vector.values.dtype
        if any(slot.size != size or slot.dtype != dtype for slot in self.slots.values()) or not self.slots:
            self.slots = {name: np.zeros(size, dtype) for name in self.slot_names}
        self._rate_array = np.array(self._rate, dtype)
        self._scratch = np.empty(min(size, CHUNK if size > 2 * CHUNK else size), dtype)
        self._decay_array = scalar(0.0, dtype)
        self.prepare(dtype)
        self._parts = [self._part(start, stop) for start, stop in _chunks(size)]
        self._clip = self._clipper(vector)

    def _part(self, start: int, stop: int) -> tuple[Array, ...]:
        """(weights, gradients, scratch, slots…) of one chunk."""
        vector = self.vector
        assert vector is not None  # noqa: S101  # build has just set it
        slots = (self.slots[name][start:stop] for name in self.slot_names)
        return (vector.values[start:stop], vector.gradients[start:stop], self._scratch[: stop - start], *slots)

    def apply(self) -> None:
        """One update from the gradients in the vector."""
        if self._clip is not None:
            self._clip()
        if self.weight_decay:
            self._decay()
        self.iterations += 1
        self.before_step()
        for part in self._parts:
            self.step(*part)

    def prepare(self, dtype: Any) -> None:
        """Make the constants of `step`, as 0-d arrays of `dtype`."""

    def before_step(self) -> None:
        """Once per update, before the chunks: what depends on the learning rate or the number of the update."""

    def step(self, weights: Array, gradients: Array, scratch: Array, *slots: Array) -> None:
        """Change one chunk of weights in place; `gradients` and `scratch` may be overwritten."""
        raise NotImplementedError

    def flush(self) -> None:
        """Set slot values too small to matter to 0 (once per epoch)."""
        for slot in self.slots.values():
            slot *= np.abs(slot) > TINY

    def _decay(self) -> None:
        assert self.vector is not None  # noqa: S101
        assert self.weight_decay is not None  # noqa: S101
        self._decay_array[...] = 1 - self.weight_decay * self._rate
        np.multiply(self.vector.values, self._decay_array, self.vector.values)

    def _clipper(self, vector: ParameterVector) -> Any:
        if self.clipvalue is not None:
            low, high = scalar(-self.clipvalue, vector.values.dtype), scalar(self.clipvalue, vector.values.dtype)
            return lambda: np.clip(vector.gradients, low, high, vector.gradients)
        if self.global_clipnorm is not None:
            bound = self.global_clipnorm
            return lambda: _limit_norm(vector.gradients, bound)
        if self.clipnorm is not None:
            segments, bound = vector.segments(), self.clipnorm
            return lambda: _limit_norms(segments, bound)
        return None

    # --- state and description

    def get_state(self) -> dict[str, Array]:
        """All that the next update depends on, besides weights and gradients."""
        numbers = {"iterations": np.array(self.iterations, np.int64), "learning_rate": np.array(self._rate)}
        return {**numbers, **{f"slot.{name}": slot.copy() for name, slot in self.slots.items()}}

    def set_state(self, state: dict[str, Array]) -> None:
        self.iterations = int(state["iterations"])
        self.learning_rate = float(state["learning_rate"])
        for name in self.slot_names:
            self.slots[name][...] = state[f"slot.{name}"]

    def get_config(self) -> dict[str, Any]:
        return {"name": self.name, **{name: getattr(self, name) for name in self.params}}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "Optimizer":
        return cls(**config)


OPTIMIZERS: Registry[type[Optimizer]] = Registry("optimizer")


def get(identifier: Any) -> Optimizer:
    """An optimizer from a name, a class or an instance. Raises NetcoreValueError "registry.unknown"."""
    if isinstance(identifier, Optimizer):
        return identifier
    if isinstance(identifier, type) and issubclass(identifier, Optimizer):
        return identifier()  # type: ignore[call-arg]  # every subclass has a default learning rate
    known = identifier.lower() if isinstance(identifier, str) and identifier not in OPTIMIZERS else identifier
    return OPTIMIZERS.get(known if known in OPTIMIZERS else identifier)()  # type: ignore[call-arg]


def _chunks(size: int) -> list[tuple[int, int]]:
    if size <= 2 * CHUNK:
        return [(0, size)]
    return [(start, min(start + CHUNK, size)) for start in range(0, size, CHUNK)]


def _limit_norms(gradients: list[Array], bound: float) -> None:
    for gradient in gradients:
        _limit_norm(gradient, bound)


def _limit_norm(gradient: Array, bound: float) -> None:
    norm = math.sqrt(float(np.dot(gradient, gradient)))
    if norm > bound:
        np.multiply(gradient, gradient.dtype.type(bound / norm), gradient)
