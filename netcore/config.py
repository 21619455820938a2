"""Global settings, as in `keras.config`: the float type of new weights, and the small number that guards divisions."""

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from netcore.errors import NetcoreValueError

Array: TypeAlias = npt.NDArray[Any]

FLOATS = ("float32", "float64")
_settings: dict[str, Any] = {"floatx": "float32", "epsilon": 1e-7}


def floatx() -> str:
    """Name of the float type that new layers use: "float32" (default) or "float64"."""
    return str(_settings["floatx"])


def set_floatx(value: str) -> None:
    """Choose the float type of layers made from now on.

    Raises:
        NetcoreValueError "config.floatx": neither "float32" nor "float64".
    """
    if value not in FLOATS:
        raise NetcoreValueError(
            "config.floatx",
            "floatx must be one of {choices}, but got {value!r}.",
            choices=", ".join(FLOATS),
            value=value,
        )
    _settings["floatx"] = value


def epsilon() -> float:
    """The small number that probabilities are clipped to and divisions are guarded with (1e-7)."""
    return float(_settings["epsilon"])


def set_epsilon(value: float) -> None:
    """Set the small number that `epsilon()` gives."""
    _settings["epsilon"] = float(value)


def scalar(value: float, dtype: Any) -> Array:
    """`value` as a 0-d array: a ufunc takes it in half the time of a Python float. One too large is infinite."""
    with np.errstate(over="ignore"):
        return np.array(value, dtype)
