"""x times a gate that opens as x grows."""

import math

import numpy as np
from numpy import divide, exp, log, logaddexp, minimum, multiply
from numpy import tanh as np_tanh

from netcore.activations.function import ZERO, Elementwise
from netcore.config import Array


class Silu(Elementwise):
    """y = x * sigmoid(x). Source: Elfwing et al. (2017); as "swish" Ramachandran et al. (2017)."""

    aliases = ("swish",)
    needs_x = True

    def apply(self, x: Array, out: Array) -> None:
        divide(x, 1 + exp(-x), out)

    def slope(self, x: Array, y: Array, out: Array) -> None:
        gate = 1 / (1 + exp(-x))
        multiply(gate, 1 + x * (1 - gate), out)


class HardSilu(Elementwise):
    """y = x * hard_sigmoid(x). Source: Howard et al. (2019)."""

    aliases = ("hard_swish",)
    needs_x = True

    def apply(self, x: Array, out: Array) -> None:
        multiply(x, np.clip(x / 6 + 0.5, 0.0, 1.0), out)

    def slope(self, x: Array, y: Array, out: Array) -> None:
        out[...] = np.where(np.abs(x) < 3, x / 3 + 0.5, x > 0)


class Gelu(Elementwise):
    """y = x * Phi(x), Phi the normal distribution function; `approximate` uses a tanh.

    Source: Hendrycks & Gimpel (2016).
    """

    needs_x = True

    def __init__(self, approximate: bool = False) -> None:
        super().__init__()
        self.approximate = approximate

    def apply(self, x: Array, out: Array) -> None:
        multiply(x, self._gate(x), out)

    def slope(self, x: Array, y: Array, out: Array) -> None:
        gate = self._gate(x)
        if self.approximate:
            inner = math.sqrt(2 / math.pi) * (1 + 3 * 0.044715 * x**2)
            out[...] = gate + x * 2 * gate * (1 - gate) * inner
        else:
            out[...] = gate + x * exp(-0.5 * x**2) / math.sqrt(2 * math.pi)

    def _gate(self, x: Array) -> Array:
        if self.approximate:
            gate: Array = 0.5 + 0.5 * np_tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))
        else:
            gate = 0.5 * erfc(-x / math.sqrt(2))
        return gate


class Mish(Elementwise):
    """y = x * tanh(log(1 + exp(x))). Source: Misra (2019)."""

    needs_x = True

    def apply(self, x: Array, out: Array) -> None:
        multiply(x, np_tanh(logaddexp(x, ZERO)), out)

    def slope(self, x: Array, y: Array, out: Array) -> None:
        inner = np_tanh(logaddexp(x, ZERO))
        out[...] = inner + x * (1 - inner**2) / (1 + exp(-x))


def _erfc_fit() -> tuple[Array, float]:
    """Chebyshev polynomial of log(erfc(z) / t) + z*z over t = 2 / (2 + z), through math.erfc for z in 0 … 8."""
    t_low = 2 / (2 + 8)

    def exact(t: Array) -> Array:
        z = 2 / t - 2
        return np.array([math.log(math.erfc(value)) for value in z]) - log(t) + z * z

    return np.polynomial.Chebyshev.interpolate(exact, 28, domain=[t_low, 1]).coef, t_low


_ERFC, _T_LOW = _erfc_fit()


def erfc(x: Array) -> Array:
    """1 - erf(x), to about 1e-14. Source: the form of Numerical Recipes, section 6.2, fitted here at import."""
    z = minimum(np.abs(x), 8.0)
    t = 2 / (2 + z)
    upper = t * exp(np.polynomial.chebyshev.chebval((2 * t - 1 - _T_LOW) / (1 - _T_LOW), _ERFC.astype(x.dtype)) - z * z)
    return np.asarray(np.where(x < 0, 2 - upper, upper))
