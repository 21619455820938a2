"""Schedules: a learning rate that follows the number of the update. `Adam(learning_rate=CosineDecay(0.01, 1000))`.

A schedule is called with the number of updates made so far (0 before the first one) and gives the rate of the next one.
"""

import math
from bisect import bisect_left
from typing import Any

from netcore.arguments import Arguments, Bool, Described, Float, Int, Into, Numbers
from netcore.errors import NetcoreValueError
from netcore.params import AnyParam, BoolParam, FloatParam
from netcore.registry import Registry

RATE = FloatParam(low=0.0, typical=(0.001, 0.1), log=True, about="the rate to begin with")
STEPS = FloatParam(low=0.0, open_low=True, typical=(100.0, 1000.0))
STAIRCASE = BoolParam(about="change the rate once in decay_steps only")
ALPHA = FloatParam(low=0.0, typical=(0.0, 0.1), about="share of the start that is left at the end")
NAME = AnyParam(about="name in messages and configs")


class LearningRateSchedule(Arguments):
    """Base of all schedules; one of your own overrides `__call__` (and `get_config`, if the model is to be saved)."""

    name = ""

    def _set_up(self) -> None:
        self.name = self.name or type(self).__name__

    def __call__(self, step: Any) -> float:
        """The learning rate of the update that follows `step` updates."""
        raise NotImplementedError(f"{type(self).__name__} must define __call__(self, step).")

    def get_config(self) -> dict[str, Any]:
        """The arguments, as JSON can hold them."""
        return {**self.arguments(), "name": self.name}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "LearningRateSchedule":
        """The schedule of what `get_config` gave."""
        return cls(**config)


SCHEDULES: Registry[type[LearningRateSchedule]] = Registry("learning rate schedule")


def serialize(schedule: LearningRateSchedule) -> dict[str, Any]:
    """The schedule as something that JSON can hold."""
    return {"class_name": type(schedule).__name__, "config": schedule.get_config()}


def deserialize(config: dict[str, Any]) -> LearningRateSchedule:
    """What `serialize` gave, as a schedule again. Raises NetcoreValueError "registry.unknown"."""
    return SCHEDULES.get(config["class_name"]).from_config(dict(config["config"]))


@SCHEDULES.add
class ExponentialDecay(LearningRateSchedule):
    """initial_learning_rate * decay_rate^(step / decay_steps); with `staircase` the exponent is rounded down.

    Source: as keras.optimizers.schedules.ExponentialDecay.
    """

    initial_learning_rate: float = Described(RATE)
    decay_steps: float = Described(STEPS, about="updates in which the rate is multiplied once")
    decay_rate: float = Float(low=0.0, typical=(0.5, 0.99), about="what it is multiplied with")
    staircase: bool = Described(STAIRCASE, default=False)
    name: str = Described(NAME, default="ExponentialDecay")

    def __call__(self, step: Any) -> float:
        return float(self.initial_learning_rate * self.decay_rate ** stairs(step / self.decay_steps, self.staircase))


@SCHEDULES.add
class InverseTimeDecay(LearningRateSchedule):
    """initial_learning_rate / (1 + decay_rate * step / decay_steps); with `staircase` the fraction is rounded down.

    Source: as keras.optimizers.schedules.InverseTimeDecay.
    """

    initial_learning_rate: float = Described(RATE)
    decay_steps: float = Described(STEPS, about="updates that count as one period")
    decay_rate: float = Float(low=0.0, typical=(0.5, 1.0), about="how much each period adds to the divisor")
    staircase: bool = Described(STAIRCASE, default=False)
    name: str = Described(NAME, default="InverseTimeDecay")

    def __call__(self, step: Any) -> float:
        passed = stairs(step / self.decay_steps, self.staircase)
        return float(self.initial_learning_rate / (1 + self.decay_rate * passed))


@SCHEDULES.add
class PiecewiseConstantDecay(LearningRateSchedule):
    """values[0] up to and including step boundaries[0], then values[1] up to boundaries[1], …, at last values[-1].

    Raises:
        NetcoreValueError "schedule.lengths": there must be one value more than boundaries.

    Source: as keras.optimizers.schedules.PiecewiseConstantDecay.
    """

    boundaries: Into[list[float]] = Numbers(
        single=False, typical=(100.0, 200.0), about="updates after which the next value holds"
    )
    values: Into[list[float]] = Numbers(
        single=False, typical=(0.1, 0.01, 0.001), about="rates, one more than there are boundaries"
    )
    name: str = Described(NAME, default="PiecewiseConstant")

    def after_arguments(self) -> None:
        if len(self.boundaries) != len(self.values) - 1:
            raise NetcoreValueError(
                "schedule.lengths",
                "{owner}: there must be one entry more in `values` than in `boundaries`, but there are {values} and "
                "{boundaries}.",
                owner=type(self).__name__,
                boundaries=len(self.boundaries),
                values=len(self.values),
            )

    def __call__(self, step: Any) -> float:
        return self.values[bisect_left(self.boundaries, step)]


@SCHEDULES.add
class PolynomialDecay(LearningRateSchedule):
    """(initial - end) * (1 - step / decay_steps)^power + end, and `end_learning_rate` after that.

    With `cycle`, decay_steps is stretched to its next multiple whenever it has passed, so that the rate jumps up again.

    Source: as keras.optimizers.schedules.PolynomialDecay.
    """

    initial_learning_rate: float = Described(RATE)
    decay_steps: float = Described(STEPS, about="updates until the end is reached")
    end_learning_rate: float = Float(
        default=0.0001, low=0.0, typical=(1e-4, 1e-3), log=True, about="the rate at the end"
    )
    power: float = Float(default=1.0, low=0.0, typical=(1.0, 2.0), about="1 for a straight line")
    cycle: bool = Bool(default=False, about="begin again whenever decay_steps have passed")
    name: str = Described(NAME, default="PolynomialDecay")

    def __call__(self, step: Any) -> float:
        steps = self.decay_steps * (max(math.ceil(step / self.decay_steps), 1) if self.cycle else 1)
        left = 1 - min(step, steps) / steps
        return float((self.initial_learning_rate - self.end_learning_rate) * left**self.power + self.end_learning_rate)


@SCHEDULES.add
class CosineDecay(LearningRateSchedule):
    """Half a cosine wave from the start down to alpha times the start, perhaps after a straight rise.

    Source: Loshchilov & Hutter (2017).
    """

    initial_learning_rate: float = Described(RATE)
    decay_steps: float = Described(STEPS, about="length of the half wave, in updates")
    alpha: float = Described(ALPHA, default=0.0)
    name: str = Described(NAME, default="CosineDecay")
    warmup_target: float | None = Float(
        default=None,
        low=0.0,
        typical=(0.01, 0.1),
        optional=True,
        about="if given, the rate first rises to it in a straight line; the wave starts from there",
    )
    warmup_steps: int = Int(default=0, low=0, typical=(100, 1000), about="length of the rise, in updates")

    def __call__(self, step: Any) -> float:
        top, rise = self.initial_learning_rate, 0
        if self.warmup_target is not None:
            top, rise = self.warmup_target, self.warmup_steps
            if step < rise:
                return float(self.initial_learning_rate + (top - self.initial_learning_rate) * (step / rise))
        passed = min(step - rise, self.decay_steps) / self.decay_steps
        return float(top * ((1 - self.alpha) * half_wave(passed) + self.alpha))


@SCHEDULES.add
class CosineDecayRestarts(LearningRateSchedule):
    """CosineDecay again and again: each wave is `t_mul` times as long as the last and starts `m_mul` times as high.

    Source: Loshchilov & Hutter (2017).
    """

    initial_learning_rate: float = Described(RATE)
    first_decay_steps: float = Described(STEPS, about="length of the first wave, in updates")
    t_mul: float = Float(
        default=2.0, low=1.0, typical=(1.0, 2.0), about="how many times as long as the last each wave is"
    )
    m_mul: float = Float(default=1.0, low=0.0, typical=(0.5, 1.0), about="how many times as high it starts")
    alpha: float = Described(ALPHA, default=0.0)
    name: str = Described(NAME, default="SGDRDecay")

    def __call__(self, step: Any) -> float:
        passed = float(step / self.first_decay_steps)  # in lengths of the first wave
        if self.t_mul == 1:
            wave = math.floor(passed)
            passed -= wave
        else:  # waves before this one are 1 + t + t² + … = (t^wave - 1) / (t - 1) long
            wave = math.floor(math.log(1 + passed * (self.t_mul - 1)) / math.log(self.t_mul))
            passed = (passed - (self.t_mul**wave - 1) / (self.t_mul - 1)) / self.t_mul**wave
        height = self.m_mul**wave * half_wave(passed)
        return float(self.initial_learning_rate * ((1 - self.alpha) * height + self.alpha))


def stairs(passed: Any, staircase: bool) -> float:
    """The share of a decay that is done, in whole periods if `staircase`."""
    return math.floor(passed) if staircase else float(passed)


def half_wave(passed: float) -> float:
    """From 1 at 0 to 0 at 1."""
    return 0.5 * (1 + math.cos(math.pi * passed))
