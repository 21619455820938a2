"""Schedules: a learning rate that follows the number of the update. `Adam(learning_rate=CosineDecay(0.01, 1000))`.

A schedule is called with the number of updates made so far (0 before the first one) and gives the rate of the next one.
"""

import math
from bisect import bisect_left
from typing import Any, ClassVar

from netcore.arguments import Bool, Float, Int, Numbers
from netcore.errors import NetcoreValueError
from netcore.params import Param
from netcore.registry import Registry

RATE = Float(low=0.0, typical=(0.001, 0.1), log=True)
STEPS = Float(low=0.0, open_low=True, typical=(100.0, 1000.0))


class LearningRateSchedule:
    """Base of all schedules; one of your own overrides `__call__` (and `get_config`, if the model is to be saved)."""

    params: ClassVar[dict[str, Param]] = {}

    def __init__(self, name: str | None = None, **arguments: Any) -> None:
        self.name = name or type(self).__name__
        for argument, value in arguments.items():
            setattr(self, argument, self.params[argument].check(type(self).__name__, argument, value))

    def __call__(self, step: Any) -> float:
        """The learning rate of the update that follows `step` updates."""
        raise NotImplementedError(f"{type(self).__name__} must define __call__(self, step).")

    def get_config(self) -> dict[str, Any]:
        """The arguments, as JSON can hold them."""
        return {**{name: getattr(self, name) for name in self.params}, "name": self.name}

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

    params: ClassVar = {
        "initial_learning_rate": RATE,
        "decay_steps": STEPS,
        "decay_rate": Float(low=0.0, typical=(0.5, 0.99)),
        "staircase": Bool(),
    }
    initial_learning_rate: float
    decay_steps: float
    decay_rate: float
    staircase: bool

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: float,
        decay_rate: float,
        staircase: bool = False,
        name: str = "ExponentialDecay",
    ) -> None:
        super().__init__(
            name,
            initial_learning_rate=initial_learning_rate,
            decay_steps=decay_steps,
            decay_rate=decay_rate,
            staircase=staircase,
        )

    def __call__(self, step: Any) -> float:
        return float(self.initial_learning_rate * self.decay_rate ** stairs(step / self.decay_steps, self.staircase))


@SCHEDULES.add
class InverseTimeDecay(LearningRateSchedule):
    """initial_learning_rate / (1 + decay_rate * step / decay_steps); with `staircase` the fraction is rounded down.

    Source: as keras.optimizers.schedules.InverseTimeDecay.
    """

    params: ClassVar = {
        "initial_learning_rate": RATE,
        "decay_steps": STEPS,
        "decay_rate": Float(low=0.0, typical=(0.5, 1.0)),
        "staircase": Bool(),
    }
    initial_learning_rate: float
    decay_steps: float
    decay_rate: float
    staircase: bool

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: float,
        decay_rate: float,
        staircase: bool = False,
        name: str = "InverseTimeDecay",
    ) -> None:
        super().__init__(
            name,
            initial_learning_rate=initial_learning_rate,
            decay_steps=decay_steps,
            decay_rate=decay_rate,
            staircase=staircase,
        )

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

    params: ClassVar = {
        "boundaries": Numbers(single=False, typical=(100.0, 200.0)),
        "values": Numbers(single=False, typical=(0.1, 0.01, 0.001)),
    }
    boundaries: list[float]
    values: list[float]

    def __init__(self, boundaries: Any, values: Any, name: str = "PiecewiseConstant") -> None:
        super().__init__(name, boundaries=boundaries, values=values)
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

    params: ClassVar = {
        "initial_learning_rate": RATE,
        "decay_steps": STEPS,
        "end_learning_rate": Float(low=0.0, typical=(1e-4, 1e-3), log=True),
        "power": Float(low=0.0, typical=(1.0, 2.0)),
        "cycle": Bool(),
    }
    initial_learning_rate: float
    decay_steps: float
    end_learning_rate: float
    power: float
    cycle: bool

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: float,
        end_learning_rate: float = 0.0001,
        power: float = 1.0,
        cycle: bool = False,
        name: str = "PolynomialDecay",
    ) -> None:
        super().__init__(
            name,
            initial_learning_rate=initial_learning_rate,
            decay_steps=decay_steps,
            end_learning_rate=end_learning_rate,
            power=power,
            cycle=cycle,
        )

    def __call__(self, step: Any) -> float:
        steps = self.decay_steps * (max(math.ceil(step / self.decay_steps), 1) if self.cycle else 1)
        left = 1 - min(step, steps) / steps
        return float((self.initial_learning_rate - self.end_learning_rate) * left**self.power + self.end_learning_rate)


@SCHEDULES.add
class CosineDecay(LearningRateSchedule):
    """Half a cosine wave from the start down to alpha times the start, perhaps after a straight rise.

    Args:
        initial_learning_rate: where it starts.
        decay_steps: length of the half wave.
        alpha: share of the start that is left at the end.
        warmup_target: if given, the rate first rises to it in a straight line; the wave starts from there.
        warmup_steps: length of the rise.

    Source: Loshchilov & Hutter (2017).
    """

    params: ClassVar = {
        "initial_learning_rate": RATE,
        "decay_steps": STEPS,
        "alpha": Float(low=0.0, typical=(0.0, 0.1)),
        "warmup_target": Float(low=0.0, typical=(0.01, 0.1), optional=True),
        "warmup_steps": Int(low=0, typical=(100, 1000)),
    }
    initial_learning_rate: float
    decay_steps: float
    alpha: float
    warmup_target: float | None
    warmup_steps: int

    def __init__(
        self,
        initial_learning_rate: float,
        decay_steps: float,
        alpha: float = 0.0,
        name: str = "CosineDecay",
        warmup_target: float | None = None,
        warmup_steps: int = 0,
    ) -> None:
        super().__init__(
            name,
            initial_learning_rate=initial_learning_rate,
            decay_steps=decay_steps,
            alpha=alpha,
            warmup_target=warmup_target,
            warmup_steps=warmup_steps,
        )

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

    params: ClassVar = {
        "initial_learning_rate": RATE,
        "first_decay_steps": STEPS,
        "t_mul": Float(low=1.0, typical=(1.0, 2.0)),
        "m_mul": Float(low=0.0, typical=(0.5, 1.0)),
        "alpha": Float(low=0.0, typical=(0.0, 0.1)),
    }
    initial_learning_rate: float
    first_decay_steps: float
    t_mul: float
    m_mul: float
    alpha: float

    def __init__(
        self,
        initial_learning_rate: float,
        first_decay_steps: float,
        t_mul: float = 2.0,
        m_mul: float = 1.0,
        alpha: float = 0.0,
        name: str = "SGDRDecay",
    ) -> None:
        super().__init__(
            name,
            initial_learning_rate=initial_learning_rate,
            first_decay_steps=first_decay_steps,
            t_mul=t_mul,
            m_mul=m_mul,
            alpha=alpha,
        )

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
