"""Optimizer: what all of them share. One update changes the whole flat vector of weights in place."""

import difflib
import math
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from netcore.arguments import Arguments, Bool, Described, Float, Given, Int, Into
from netcore.config import Array, scalar
from netcore.errors import NetcoreTypeError, NetcoreValueError, NetcoreWarning
from netcore.names import unique_name
from netcore.optimizers.schedules import LearningRateSchedule, deserialize, serialize
from netcore.parameters import ParameterVector
from netcore.params import FloatParam
from netcore.registry import Registry
from netcore.tape import Call, record

CHUNK = 32_768  # numbers: above twice that, chunks that stay in the second-level cache halve the time
TINY = 1e-30  # slots of dead units decay into denormal numbers, which are a hundred times slower: flushed below this
FLUSHED_AFTER = 128  # updates: 0.9^128 of what was left is not denormal yet


@dataclass(frozen=True, kw_only=True)
class RateParam(FloatParam):
    """A learning rate: a number, or a schedule that gives one for each update."""

    def _check(self, owner: str, name: str, value: Any) -> Any:
        if isinstance(value, LearningRateSchedule):
            return value
        plain = float(value) if isinstance(value, np.ndarray) and value.ndim == 0 else value
        return super()._check(owner, name, plain)


LEARNING_RATE = RateParam(
    low=0.0,
    typical=(0.001, 0.1),
    log=True,
    about="length of a step: a number, which may be assigned at any time, or a schedule",
)
EPSILON = FloatParam(low=0.0, typical=(1e-7, 1e-3), log=True, advanced=True, about="keeps the division away from 0")


class LearningRate(float):
    """The learning rate in force: a plain number that can also be assigned, `optimizer.learning_rate.assign(0.5)`."""

    _optimizer: "Rated"

    def __new__(cls, value: float, optimizer: "Rated") -> "LearningRate":
        rate = super().__new__(cls, value)
        rate._optimizer = optimizer
        return rate

    def assign(self, value: float) -> None:
        """Set the optimizer's learning rate."""
        self._optimizer.learning_rate = value

    def numpy(self) -> Array:
        """The rate as an array ()."""
        return np.array(float(self))

    def __reduce__(self) -> Any:
        return float, (float(self),)


class Rated:
    """What has a learning rate: a number, or a schedule by the updates made."""

    _rate: float
    _rate_array: Array
    _schedule: LearningRateSchedule | None
    _calls: int  # of Optimizer.apply: batches seen

    @property
    def learning_rate(self) -> LearningRate:
        """The learning rate of the next update.

        Raises, when assigned:
            NetcoreTypeError "optimizer.scheduled": a schedule decides about it.
        """
        return LearningRate(self._rate if self._schedule is None else self._schedule(self._calls), self)

    @learning_rate.setter
    def learning_rate(self, value: Any) -> None:
        if isinstance(value, LearningRateSchedule):
            self._schedule = value
            self._set_rate(float(value(self._calls)))
            return
        if self._schedule is not None:
            raise NetcoreTypeError(
                "optimizer.scheduled",
                "The learning rate of this {owner} follows {schedule}, so it cannot be assigned. "
                "Make the optimizer with a number, {owner}(learning_rate=0.01), to set it yourself.",
                owner=type(self).__name__,
                schedule=self._schedule.name,
            )
        self._set_rate(LEARNING_RATE.check(type(self).__name__, "learning_rate", value))

    def _set_rate(self, rate: float) -> None:
        self._rate = rate
        self._rate_array[...] = scalar(rate, self._rate_array.dtype)


class Momentum:
    """What can keep a share of its last step: the argument `momentum`, the step in a slot of that name."""

    momentum: float
    slot_names: ClassVar[tuple[str, ...]]
    remember: Callable[[str], None]  # that of Optimizer
    _momentum: Array  # (), as the calls of a step hold it

    def set_momentum(self, value: float) -> None:
        """Another momentum from the next update on; the steps that are remembered stay as they are.

        An optimizer that was made without one begins to remember them.
        """
        self.momentum = value
        if "momentum" in self.slot_names:
            self._momentum[...] = value
        else:
            self.remember("momentum")


class Optimizer(Rated, Arguments):
    """Base of all optimizers.

    With `use_ema` a running average of the weights is kept: a = ema_momentum * a + (1 - ema_momentum) * w after each
    step (a = w after the first one). It takes the weights' place every `ema_overwrite_frequency` steps and at the end
    of fit.

    `loss_scale_factor` keeps half-precision gradients from vanishing; netcore computes in float32 or float64, where it
    changes nothing.

    Raises:
        NetcoreValueError "optimizer.unknown_argument", "optimizer.two_clips", or that of a value out of range.
    """

    learning_rate: Into[LearningRate] = Described(LEARNING_RATE)
    weight_decay: float | None = Float(
        default=None,
        kw_only=True,
        low=0.0,
        typical=(1e-4, 1e-2),
        log=True,
        optional=True,
        advanced=True,
        about="weights shrink by this share (times learning_rate) before each step",
    )
    clipnorm: float | None = Float(
        default=None,
        kw_only=True,
        low=0.0,
        open_low=True,
        typical=(1.0, 5.0),
        optional=True,
        advanced=True,
        about="bound of the gradient's length, for each weight; at most one of the three bounds",
    )
    clipvalue: float | None = Float(
        default=None,
        kw_only=True,
        low=0.0,
        open_low=True,
        typical=(0.5, 1.0),
        optional=True,
        advanced=True,
        about="bound of each number of the gradient",
    )
    global_clipnorm: float | None = Float(
        default=None,
        kw_only=True,
        low=0.0,
        open_low=True,
        typical=(1.0, 5.0),
        optional=True,
        advanced=True,
        about="bound of the length of the whole gradient",
    )
    use_ema: bool = Bool(default=False, kw_only=True, advanced=True, about="keep a running average of the weights")
    ema_momentum: float = Float(
        default=0.99,
        kw_only=True,
        low=0.0,
        high=1.0,
        typical=(0.9, 0.99),
        advanced=True,
        about="how slowly that average forgets",
    )
    ema_overwrite_frequency: int | None = Int(
        default=None,
        kw_only=True,
        low=1,
        typical=(10, 100),
        optional=True,
        advanced=True,
        about="updates after which the average takes the weights' place; None for the end of fit only",
    )
    loss_scale_factor: float | None = Float(
        default=None,
        kw_only=True,
        low=0.0,
        open_low=True,
        typical=(1.0, 1024.0),
        log=True,
        optional=True,
        advanced=True,
        about="of the loss, divided out of the gradient again",
    )
    gradient_accumulation_steps: int | None = Int(
        default=None,
        kw_only=True,
        low=2,
        typical=(2, 8),
        optional=True,
        advanced=True,
        about="make one update from the mean gradient of that many batches",
    )
    name: Into[str] = Given(default=None, kw_only=True, about="made from the class if left out")

    slot_names: ClassVar[tuple[str, ...]] = ()
    slot_starts: ClassVar[dict[str, str]] = {}  # slot -> argument that it starts from, where that is not 0
    numbers: ClassVar[tuple[str, ...]] = ()  # further attributes that the next update depends on
    taped: ClassVar[bool] = False  # `step` asks the same of NumPy at every update, of nothing but what it is given

    def _set_up(self) -> None:
        self.name = self.name or unique_name(type(self).__name__)
        self._calls = 0
        self.update_number = 0  # of the update being made, from 1
        self._rate_array = np.array(0.0)
        self._schedule = None
        self.learning_rate = vars(self).pop("learning_rate")
        self.vector: ParameterVector | None = None
        self.slots: dict[str, Array] = {}
        clips = [clip for clip in ("clipnorm", "clipvalue", "global_clipnorm") if getattr(self, clip) is not None]
        if len(clips) > 1:
            raise NetcoreValueError(
                "optimizer.two_clips",
                "{owner}: only one of `clipnorm`, `clipvalue` and `global_clipnorm` can be set, but got {given}.",
                owner=type(self).__name__,
                given=", ".join(clips),
            )

    def understand(self, unknown: dict[str, Any]) -> dict[str, Any]:
        unknown = dict(unknown)
        if "decay" in unknown:
            warnings.warn(
                NetcoreWarning(
                    "optimizer.decay",
                    "`decay` is no longer an argument of optimizers and is ignored. To shrink weights, use "
                    "weight_decay.",
                ),
                stacklevel=3,
            )
            del unknown["decay"]
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
        return {}

    # --- counter

    @property
    def variables(self) -> list[Array]:
        """All that it remembers: updates made, learning rate, slots."""
        return [np.array(self.iterations), np.array(self._rate), *self.slots.values()]

    @property
    def built(self) -> bool:
        """Whether the optimizer knows the weights that it updates."""
        return self.vector is not None

    @property
    def iterations(self) -> int:
        """Updates made so far."""
        return self._calls // (self.gradient_accumulation_steps or 1)

    # --- one update

    def build(self, vector: ParameterVector) -> None:
        """Get ready for the weights in `vector`; slots (running means and the like) start afresh unless they fit."""
        self.vector = vector
        size, dtype = vector.values.size, vector.values.dtype
        names = [*self.slot_names, *(["ema of weights"] if self.use_ema else [])]
        names += ["gathered gradients"] if self.gradient_accumulation_steps else []
        fits = all(slot.size == size and slot.dtype == dtype for slot in self.slots.values())
        if not fits or set(names) != set(self.slots):
            starts = {name: getattr(self, argument) for name, argument in self.slot_starts.items()}
            self.slots = {name: np.full(size, starts.get(name, 0.0), dtype) for name in names}
        self._average, self._gathered = self.slots.get("ema of weights"), self.slots.get("gathered gradients")
        self._rate_array = np.empty((), dtype)
        self._set_rate(self._rate)
        self._scratch = np.empty(min(size, CHUNK if size > 2 * CHUNK else size), dtype)
        self._decay_array = scalar(0.0, dtype)
        self.prepare(dtype)
        self._program = [call for start, stop in _chunks(size) for call in self._calls_of(self._part(start, stop))]
        self._clip = self._clipper(vector)
        self._bounded = [weight for weight in vector.weights if weight.constraint is not None]
        more = (self._gathered is not None, self._clip, self.weight_decay, self._average is not None, self._bounded)
        self._plain = not any(more)

    def _part(self, start: int, stop: int) -> tuple[Array, ...]:
        """(weights, gradients, scratch, slots…) of one chunk."""
        vector = self.vector
        assert vector is not None  # noqa: S101  # build has just set it
        slots = (self.slots[name][start:stop] for name in self.slot_names)
        return (vector.values[start:stop], vector.gradients[start:stop], self._scratch[: stop - start], *slots)

    def _calls_of(self, part: tuple[Array, ...]) -> list[Call]:
        return record(self.step, *part) if self.taped else [(self.step, part)]

    def apply(self, seen: Callable[[], None] | None = None) -> None:
        """One update from the gradients in the vector (or one more gradient gathered for it).

        Args:
            seen: is called when the gradient is as the step takes it, gathered and clipped; not if there is no step.
        """
        if self._schedule is not None:
            self._set_rate(float(self._schedule(self._calls)))
        if self._plain and seen is None:
            self.update_number = self._calls + 1
            self.before_step()
            for function, arguments in self._program:
                function(*arguments)
        else:
            self._update_with_more(seen)
        self._calls += 1
        if not self._calls % FLUSHED_AFTER:
            self.flush()

    def _update_with_more(self, seen: Callable[[], None] | None) -> None:
        """The update with gathering, clipping, decay, average and bounds."""
        if self._gathered is None or self._all_gathered(self._gathered):
            if self._clip is not None:
                self._clip()
            if seen is not None:
                seen()
            if self.weight_decay:
                self._decay()
            self.update_number = self._calls + 1 if self._gathered is None else self.iterations + 1
            self.before_step()
            for function, arguments in self._program:
                function(*arguments)
        if self._average is not None:
            self._follow(self._average)
        for weight in self._bounded:
            weight.constraint.project(weight.value)  # type: ignore[union-attr]  # chosen because it has one

    def prepare(self, dtype: Any) -> None:
        """Make the constants of `step`, as 0-d arrays of `dtype`."""

    def remember(self, name: str) -> None:
        """One more slot, which starts with zeros, from the next update on."""
        self.slot_names = (*self.slot_names, name)  # type: ignore[misc]  # of this optimizer alone
        if self.vector is not None:
            self.slots[name] = np.zeros_like(self.vector.values)
            self.build(self.vector)

    def before_step(self) -> None:
        """Once per update, before the chunks: what depends on the learning rate or `update_number`."""

    def step(self, weights: Array, gradients: Array, scratch: Array, *slots: Array) -> None:
        """Change one chunk of weights in place; `gradients` and `scratch` may be overwritten."""
        raise NotImplementedError

    def slot_scale(self, name: str) -> float:
        """What a slot is multiplied with to give what the equations call by that name."""
        return 1.0

    def flush(self) -> None:
        """Set slot values too small to matter to 0."""
        room = max(1, self._scratch.size)
        for slot in self.slots.values():
            for start in range(0, slot.size, room):
                part = slot[start : start + room]
                size = self._scratch[: part.size]
                np.abs(part, size)
                np.greater(size, TINY, out=size, casting="unsafe")  # 1 where it stays, else 0
                np.multiply(part, size, part)

    def finalize(self) -> None:
        """After fit: the average of the weights takes their place, if one is kept."""
        if self.vector is not None and self._average is not None and self._calls:
            np.copyto(self.vector.values, self._average)

    def _decay(self) -> None:
        assert self.vector is not None  # noqa: S101
        assert self.weight_decay is not None  # noqa: S101
        self._decay_array[...] = 1 - self.weight_decay * self._rate
        np.multiply(self.vector.values, self._decay_array, self.vector.values)

    def _all_gathered(self, gathered: Array) -> bool:
        """Add the gradient to those before it; with the last one their mean becomes the gradient."""
        assert self.vector is not None  # noqa: S101
        assert self.gradient_accumulation_steps is not None  # noqa: S101
        gathered += self.vector.gradients
        if (self._calls + 1) % self.gradient_accumulation_steps:
            return False
        np.divide(gathered, self.gradient_accumulation_steps, self.vector.gradients)
        gathered.fill(0)
        return True

    def _follow(self, average: Array) -> None:
        """Move the average towards the weights, and put it in their place when its time has come."""
        assert self.vector is not None  # noqa: S101
        momentum = self.ema_momentum if self.iterations else 0.0
        average *= momentum
        average += self.vector.values * average.dtype.type(1 - momentum)
        frequency = self.ema_overwrite_frequency
        if frequency is not None and (self.iterations + 1) % frequency == 0:
            np.copyto(self.vector.values, average)

    def _clipper(self, vector: ParameterVector) -> Any:
        if self.clipvalue is not None:
            low, high = scalar(-self.clipvalue, vector.values.dtype), scalar(self.clipvalue, vector.values.dtype)
            return lambda: np.clip(vector.gradients, low, high, vector.gradients)
        if self.global_clipnorm is not None:
            networks, bound = vector.networks(), self.global_clipnorm
            return lambda: _limit_norms(networks, bound)
        if self.clipnorm is not None:
            segments, bound = vector.segments(), self.clipnorm
            return lambda: _limit_norms(segments, bound)
        return None

    # --- state and description

    def get_state(self) -> dict[str, Array]:
        """All that the next update depends on, besides weights and gradients."""
        state = {"calls": np.array(self._calls, np.int64), "learning_rate": np.array(self._rate)}
        state |= {f"number.{name}": np.array(getattr(self, name), np.float64) for name in self.numbers}
        return {**state, **{f"slot.{name}": slot.copy() for name, slot in self.slots.items()}}

    def set_state(self, state: dict[str, Array]) -> None:
        """Put back what `get_state` gave."""
        self._calls = int(state["calls"])
        self._set_rate(float(state["learning_rate"]))
        for name in self.numbers:
            setattr(self, name, float(state[f"number.{name}"]))
        for name, slot in self.slots.items():
            slot[...] = state[f"slot.{name}"]

    def get_config(self) -> dict[str, Any]:
        """The arguments, as JSON can hold them."""
        config = {"name": self.name, **self.arguments()}
        config["learning_rate"] = self._rate if self._schedule is None else serialize(self._schedule)
        return config

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "Optimizer":
        """The optimizer of what `get_config` gave; its state starts afresh."""
        rate = config.get("learning_rate")
        return cls(**{**config, "learning_rate": deserialize(rate)} if isinstance(rate, dict) else config)


OPTIMIZERS: Registry[type[Optimizer]] = Registry("optimizer")


def get(identifier: Any) -> Optimizer:
    """An optimizer from a name, a class, an instance, or a dict with "class_name" and "config".

    Raises:
        NetcoreValueError "registry.unknown": no optimizer has that name.
    """
    if isinstance(identifier, Optimizer):
        return identifier
    if isinstance(identifier, type) and issubclass(identifier, Optimizer):
        return identifier()  # type: ignore[call-arg]  # every subclass has a default learning rate
    if isinstance(identifier, dict):
        return OPTIMIZERS.get(identifier["class_name"]).from_config(identifier["config"])
    known = identifier.lower() if isinstance(identifier, str) and identifier not in OPTIMIZERS else identifier
    return OPTIMIZERS.get(known if known in OPTIMIZERS else identifier)()  # type: ignore[call-arg]


def serialize_optimizer(optimizer: Optimizer) -> dict[str, Any]:
    """{"class_name", "config"} of an optimizer, as JSON can hold it; `get` reads it."""
    return {"class_name": type(optimizer).__name__, "config": optimizer.get_config()}


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
