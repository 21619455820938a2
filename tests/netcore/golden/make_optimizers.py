"""Write optimizers.npz: weights after each step of every optimizer in training_cases.py, and what every schedule gives.

By Keras on jax in float64.

Run as `python -m tests.netcore.golden.make_optimizers` after a change of the cases.
"""

from pathlib import Path

from tests.netcore.golden import exact_keras  # isort: skip  # before Keras itself
import numpy as np

from tests.netcore.golden.training_cases import OPTIMIZERS, SCHEDULES, STEPS_ASKED, made_optimizer, optimizer_data

keras = exact_keras.keras
FILE = Path(__file__).with_name("optimizers.npz")


def steps_of(name: str) -> np.ndarray:
    """All weights in one row, after each step and after `finalize`."""
    optimizer = made_optimizer(name, keras)
    start, gradients = optimizer_data(name)
    weights = [keras.Variable(value) for value in start]
    optimizer.build(weights)
    rows = []
    for gradient in gradients:
        optimizer.apply([keras.ops.convert_to_tensor(one) for one in gradient], weights)
        rows.append(np.concatenate([np.ravel(weight) for weight in weights]))
    optimizer.finalize_variable_values(weights)
    return np.array([*rows, np.concatenate([np.ravel(weight) for weight in weights])])


def main() -> None:
    everything = {name: steps_of(name) for name in OPTIMIZERS}
    for name, (cls, arguments) in SCHEDULES.items():
        schedule = getattr(keras.optimizers.schedules, cls)(**arguments)
        everything[f"schedule {name}"] = np.array([float(schedule(step)) for step in STEPS_ASKED])
    np.savez_compressed(FILE, **everything)


if __name__ == "__main__":
    main()
