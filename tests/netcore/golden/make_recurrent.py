"""Write recurrent.npz: what Keras (jax, float64) makes of every case in recurrent_cases.py.

    python -m tests.netcore.golden.make_recurrent

For each case: predictions, loss before, and the step of one SGD update with learning rate 1 (which is the gradient);
for some the history of two epochs with a partial last batch.
"""

from pathlib import Path

import numpy as np

from tests.netcore.golden import exact_keras
from tests.netcore.golden.recurrent_cases import CASES, TRAINED, rng_of, start_weights, trained

FILE = Path(__file__).with_name("recurrent.npz")
keras = exact_keras.keras


def results(name: str) -> dict[str, np.ndarray]:
    """Numbers of one case, by their keys in the file."""
    keras.utils.clear_session()
    case = CASES[name]
    model = case.build(keras)
    model.set_weights(start_weights(name, model))
    x, y, weight = case.data(rng_of(name))
    found = {}
    predicted = model.predict(x, verbose=0)
    for index, output in enumerate(predicted if isinstance(predicted, list) else [predicted]):
        found[f"{name}/output/{index}"] = np.asarray(output)
    found[f"{name}/loss"] = np.asarray(np.ravel(model.evaluate(x, y, sample_weight=weight, verbose=0))[0])
    before = model.get_weights()
    model.optimizer.learning_rate = 1.0
    model.train_on_batch(x, y, sample_weight=weight)
    for index, (old, new) in enumerate(zip(before, model.get_weights(), strict=True)):
        found[f"{name}/gradient/{index}"] = old - new
    if name in TRAINED:
        found |= {f"{name}/history/{key}": np.array(values) for key, values in trained(name, model).items()}
    return found


def main() -> None:
    everything: dict[str, np.ndarray] = {}
    for name in CASES:
        everything |= results(name)
    np.savez_compressed(FILE, **everything)


if __name__ == "__main__":
    main()
