"""Start values of weights. A program's own are a function (shape, dtype) -> array, or a subclass of Initializer.

Fans: for a kernel (…, I, O) fan_in = I * area and fan_out = O * area, area the product of the leading axes.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Unpack

import numpy as np

from netcore.arguments import Arguments, Choice, Common, Described, Float
from netcore.config import Array, floatx
from netcore.errors import NetcoreValueError
from netcore.names import snake_case
from netcore.own import name_of, own_class
from netcore.params import ChoiceParam, defaults
from netcore.registry import Registry
from netcore.streams import SEED, next_stream


class Initializer(Arguments):
    """Base: `initializer(shape)` gives an array of start values.

    A random one takes the next stream of start weights, or, with a `seed`, always the same numbers.
    A subclass writes `values`, or `__call__(shape, dtype)` as in Keras.
    """

    aliases: ClassVar[tuple[str, ...]] = ()

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        cls.aliases = (*cls.aliases, snake_case(cls.__name__))

    def __call__(self, shape: tuple[int, ...], dtype: str | None = None) -> Array:
        return np.asarray(self.values(tuple(shape)), dtype or floatx())

    def check_shape(self, shape: tuple[int, ...]) -> None:
        """Refuse a shape that it cannot make, before anything is made. Raises NetcoreValueError."""

    def values(self, shape: tuple[int, ...]) -> Array:
        """Start values of that shape."""
        raise NotImplementedError

    def generator(self) -> np.random.Generator:
        """A random generator for these start values: the next stream, or that of the seed."""
        return next_stream("weights", getattr(self, "seed", None)).generator

    def get_config(self) -> dict[str, Any]:
        """The arguments, as JSON can hold them."""
        return self.arguments()

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "Initializer":
        """The initializer of what `get_config` gave."""
        return cls(**config)


INITIALIZERS: Registry[type[Initializer]] = Registry("initializer")


class OwnInitializer(Initializer):
    """A program's own function (shape, dtype) -> array."""

    def __init__(self, function: Callable[..., Any]) -> None:
        super().__init__()
        self.function = function
        self.name = name_of(function)

    def __call__(self, shape: tuple[int, ...], dtype: str | None = None) -> Array:
        return np.asarray(self.function(tuple(shape), dtype=dtype or floatx()), dtype or floatx())


def get(identifier: Any) -> Initializer:
    """An initializer from a name, a {"class_name", "config"} dict, a class, an instance or a function (shape, dtype).

    Raises:
        NetcoreValueError "registry.unknown": no initializer has that name.
    """
    if isinstance(identifier, Initializer):
        return identifier
    if isinstance(identifier, dict):
        name = str(identifier.get("class_name"))
        own = own_class(Initializer, name) if name not in INITIALIZERS else None
        return (own or INITIALIZERS.get(name)).from_config(identifier.get("config") or {})
    if isinstance(identifier, type) and issubclass(identifier, Initializer):
        return identifier()
    if callable(identifier):
        return OwnInitializer(identifier)
    return INITIALIZERS.get(identifier)()


def names() -> tuple[str, ...]:
    """The names as Keras programs write them: glorot_uniform, he_normal, …"""
    return tuple(snake_case(name) for name in INITIALIZERS.names())


def serialize(initializer: Initializer) -> str | dict[str, Any]:
    """A name where that says all, else {"class_name", "config"}; `get` reads both."""
    cls, config = type(initializer), initializer.get_config()
    if config == defaults(cls):
        return snake_case(cls.__name__)
    return {"class_name": cls.__name__, "config": config}


@dataclass(frozen=True, kw_only=True)
class StartValueParam(ChoiceParam):
    """An argument that is an initializer: a name, an instance, a function or a {"class_name", "config"} dict.

    Kept JSON-able, unless it is the program's own: then itself.
    """

    names: Callable[[], Sequence[str]] = names
    advanced: bool = True

    def _check(self, owner: str, name: str, value: Any) -> Any:
        if isinstance(value, str) and value in INITIALIZERS:
            value = get(value)
        if isinstance(value, str) or not (isinstance(value, Initializer | dict) or callable(value)):
            return super()._check(owner, name, value)
        found = get(value)
        return serialize(found) if type(found) in list(INITIALIZERS) else found

    def invalid(self) -> tuple[Any, ...]:
        return (*super().invalid(), {"class_name": "Constant", "config": {"no_such_argument": 1}})


def StartValue(**common: Unpack[Common]) -> Any:
    """An argument that is an initializer; see StartValueParam."""
    return StartValueParam(**common)


def fans(shape: tuple[int, ...]) -> tuple[float, float]:
    """(fan_in, fan_out) of a weight of that shape."""
    if len(shape) < 2:
        size = shape[0] if shape else 1
        return size, size
    area = math.prod(shape[:-2])
    return area * shape[-2], area * shape[-1]


def within_two_deviations(generator: np.random.Generator, shape: tuple[int, ...], stddev: float) -> Array:
    """Normal numbers; those beyond two standard deviations are drawn again."""
    values = generator.standard_normal(shape)
    beyond = np.abs(values) > 2
    while beyond.any():
        values[beyond] = generator.standard_normal(int(beyond.sum()))
        beyond = np.abs(values) > 2
    return values * stddev


@INITIALIZERS.add
class Zeros(Initializer):
    """All 0.

    Source: as keras.initializers.Zeros.
    """

    def values(self, shape: tuple[int, ...]) -> Array:
        return np.zeros(shape)


@INITIALIZERS.add
class Ones(Initializer):
    """All 1.

    Source: as keras.initializers.Ones.
    """

    def values(self, shape: tuple[int, ...]) -> Array:
        return np.ones(shape)


@INITIALIZERS.add
class Constant(Initializer):
    """All `value`.

    Source: as keras.initializers.Constant.
    """

    value: float = Float(default=0.0, typical=(0.0, 1.0), about="what each number is")

    def values(self, shape: tuple[int, ...]) -> Array:
        return np.full(shape, self.value)


@INITIALIZERS.add
class RandomNormal(Initializer):
    """Normal with the given mean and standard deviation.

    Source: as keras.initializers.RandomNormal.
    """

    mean: float = Float(default=0.0, about="mean of the numbers")
    stddev: float = Float(default=0.05, low=0.0, typical=(0.05, 1.0), about="their standard deviation")
    seed: int | None = Described(SEED, default=None)

    def values(self, shape: tuple[int, ...]) -> Array:
        return self.generator().normal(self.mean, self.stddev, shape)


@INITIALIZERS.add
class RandomUniform(Initializer):
    """Uniform between `minval` and `maxval`.

    Source: as keras.initializers.RandomUniform.
    """

    minval: float = Float(default=-0.05, typical=(-0.05, 0.0), about="smallest number")
    maxval: float = Float(default=0.05, typical=(0.05, 1.0), about="largest number")
    seed: int | None = Described(SEED, default=None)

    aliases = ("uniform",)

    def values(self, shape: tuple[int, ...]) -> Array:
        return self.minval + (self.maxval - self.minval) * self.generator().random(shape)


@INITIALIZERS.add
class TruncatedNormal(Initializer):
    """Normal, drawn again beyond two standard deviations.

    Source: as keras.initializers.TruncatedNormal.
    """

    mean: float = Float(default=0.0, about="mean of the numbers")
    stddev: float = Float(default=0.05, low=0.0, typical=(0.05, 1.0), about="their standard deviation")
    seed: int | None = Described(SEED, default=None)

    def values(self, shape: tuple[int, ...]) -> Array:
        return self.mean + within_two_deviations(self.generator(), shape, self.stddev)


@INITIALIZERS.add
class VarianceScaling(Initializer):
    """Random with variance scale / n, where n is fan_in, fan_out or their mean, so that signals keep their size.

    Source: He et al. (2015); a truncated normal is drawn wider by 1 / 0.8796 so that its final variance is right.
    """

    scale: float = Float(default=1.0, low=0.0, open_low=True, typical=(1.0, 2.0), about="the variance is scale / n")
    mode: str = Choice(default="fan_in", names=lambda: ("fan_in", "fan_out", "fan_avg"), about="what n is")
    distribution: str = Choice(
        default="truncated_normal",
        names=lambda: ("truncated_normal", "untruncated_normal", "uniform"),
        spelling=lambda name: "truncated_normal" if name == "normal" else name,
        about="shape of the distribution",
    )
    seed: int | None = Described(SEED, default=None)

    def values(self, shape: tuple[int, ...]) -> Array:
        return scaled(self.generator(), shape, self.scale, self.mode, self.distribution)


def scaled(generator: np.random.Generator, shape: tuple[int, ...], scale: float, mode: str, distribution: str) -> Array:
    """Random numbers of variance scale / fan."""
    fan_in, fan_out = fans(shape)
    fan = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2}[mode]
    variance = scale / max(1.0, fan)
    if distribution == "uniform":
        limit = math.sqrt(3 * variance)
        return generator.uniform(-limit, limit, shape)
    if distribution == "untruncated_normal":
        return generator.normal(0, math.sqrt(variance), shape)
    return within_two_deviations(generator, shape, math.sqrt(variance) / 0.87962566103423978)


class _Scaled(Initializer):
    """A VarianceScaling with a name of its own."""

    seed: int | None = Described(SEED, default=None)

    recipe: ClassVar[tuple[float, str, str]]

    def values(self, shape: tuple[int, ...]) -> Array:
        return scaled(self.generator(), shape, *self.recipe)


@INITIALIZERS.add
class GlorotUniform(_Scaled):
    """Uniform with variance 2 / (fan_in + fan_out): for tanh and sigmoid; the default.

    Source: Glorot & Bengio (2010), eq. 16.
    """

    recipe = (1.0, "fan_avg", "uniform")


@INITIALIZERS.add
class GlorotNormal(_Scaled):
    """Truncated normal with variance 2 / (fan_in + fan_out). Source: Glorot & Bengio (2010)."""

    recipe = (1.0, "fan_avg", "truncated_normal")


@INITIALIZERS.add
class HeUniform(_Scaled):
    """Uniform with variance 2 / fan_in: for relu. Source: He et al. (2015)."""

    recipe = (2.0, "fan_in", "uniform")


@INITIALIZERS.add
class HeNormal(_Scaled):
    """Truncated normal with variance 2 / fan_in: for relu. Source: He et al. (2015)."""

    recipe = (2.0, "fan_in", "truncated_normal")


@INITIALIZERS.add
class LecunUniform(_Scaled):
    """Uniform with variance 1 / fan_in. Source: LeCun et al. (1998)."""

    recipe = (1.0, "fan_in", "uniform")


@INITIALIZERS.add
class LecunNormal(_Scaled):
    """Truncated normal with variance 1 / fan_in: for selu. Source: LeCun et al. (1998)."""

    recipe = (1.0, "fan_in", "truncated_normal")


@INITIALIZERS.add
class Orthogonal(Initializer):
    """A random rotation (orthonormal rows or columns) times `gain`. Source: Saxe et al. (2014)."""

    gain: float = Float(default=1.0, typical=(1.0, 2.0), about="a factor of all numbers")
    seed: int | None = Described(SEED, default=None)

    def check_shape(self, shape: tuple[int, ...]) -> None:
        _need_matrix("Orthogonal", shape, len(shape) >= 2)

    def values(self, shape: tuple[int, ...]) -> Array:
        self.check_shape(shape)
        rows, columns = math.prod(shape[:-1]), shape[-1]
        q, r = np.linalg.qr(self.generator().standard_normal((max(rows, columns), min(rows, columns))))
        q *= np.sign(np.diag(r))  # makes the rotation uniformly random
        return self.gain * (q if rows >= columns else q.T).reshape(shape)


@INITIALIZERS.add
class Identity(Initializer):
    """1 on the diagonal, 0 elsewhere, times `gain`; for two axes only.

    Source: as keras.initializers.Identity.
    """

    gain: float = Float(default=1.0, typical=(1.0, 2.0), about="what stands on the diagonal")

    def check_shape(self, shape: tuple[int, ...]) -> None:
        _need_matrix("Identity", shape, len(shape) == 2)

    def values(self, shape: tuple[int, ...]) -> Array:
        self.check_shape(shape)
        return np.asarray(self.gain * np.eye(shape[0], shape[1]))


def _need_matrix(name: str, shape: tuple[int, ...], fits: bool) -> None:
    if not fits:
        raise NetcoreValueError(
            "initializer.shape",
            "{owner} makes matrices, but the weight has shape {shape}. Choose another initializer, such as 'zeros'.",
            owner=name,
            shape=shape,
        )


# Keras's second names
zeros, ones, constant, identity, orthogonal = Zeros, Ones, Constant, Identity, Orthogonal
random_normal, random_uniform, truncated_normal = RandomNormal, RandomUniform, TruncatedNormal
glorot_uniform, glorot_normal, he_uniform, he_normal = GlorotUniform, GlorotNormal, HeUniform, HeNormal
lecun_uniform, lecun_normal, variance_scaling = LecunUniform, LecunNormal, VarianceScaling
