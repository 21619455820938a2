"""Write losses.npz: values, gradients and reductions of every loss in training_cases.py, by Keras (jax, float64).

Run as `python -m tests.netcore.golden.make_losses` after a change of the cases.
"""

from pathlib import Path

from tests.netcore.golden import exact_keras  # isort: skip  # before Keras itself
import jax
import numpy as np
from jax import numpy as jnp

from tests.netcore.golden.training_cases import LOSSES, REDUCED, REDUCTIONS, loss_data

keras = exact_keras.keras
FILE = Path(__file__).with_name("losses.npz")


def results(name: str) -> dict[str, np.ndarray]:
    cls, arguments, _, _ = LOSSES[name]
    y, p, weight = loss_data(name)
    loss = getattr(keras.losses, cls)(**arguments)
    values = loss.call(jnp.asarray(y), jnp.asarray(p))
    weights = weight.reshape(-1, *[1] * (values.ndim - 1))
    gradient = jax.grad(lambda outputs: jnp.sum(weights * loss.call(jnp.asarray(y), outputs)))(jnp.asarray(p))
    found = {f"{name}/values": np.asarray(values), f"{name}/gradient": np.asarray(gradient)}
    for reduction in REDUCTIONS if name in REDUCED else ():
        reduced = getattr(keras.losses, cls)(**arguments, reduction=reduction)
        full = np.broadcast_to(weights, values.shape)  # Keras takes no weights of samples for values of steps
        found[f"{name}/{reduction}"] = np.asarray([reduced(y, p), reduced(y, p, sample_weight=full)])
    return found


def main() -> None:
    everything: dict[str, np.ndarray] = {}
    for name in LOSSES:
        everything |= results(name)
    np.savez_compressed(FILE, **everything)


if __name__ == "__main__":
    main()
