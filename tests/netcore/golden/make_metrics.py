"""Write metrics.npz: results of every metric in training_cases.py after each of its updates, by Keras (jax, float64).

Run as `python -m tests.netcore.golden.make_metrics` after a change of the cases.
"""

from pathlib import Path

from tests.netcore.golden import exact_keras  # isort: skip  # before Keras itself
import numpy as np

from tests.netcore.golden.training_cases import METRICS, metric_data

keras = exact_keras.keras
FILE = Path(__file__).with_name("metrics.npz")


def main() -> None:
    everything: dict[str, np.ndarray] = {}
    for name, (cls, arguments, _, _) in METRICS.items():
        metric = getattr(keras.metrics, cls)(**arguments)
        for index, (y, p, weight) in enumerate(metric_data(name)):
            metric.update_state(y, p, sample_weight=weight)
            everything[f"{name}/{index}"] = np.asarray(metric.result(), float)
    np.savez_compressed(FILE, **everything)


if __name__ == "__main__":
    main()
