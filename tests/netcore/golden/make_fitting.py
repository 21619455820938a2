"""Write fitting.npz: the numbers that Keras (jax, float64) gives for every program in fitting_cases.py.

python -m tests.netcore.golden.make_fitting
"""

import warnings
from pathlib import Path

import numpy as np

from tests.netcore.golden import exact_keras
from tests.netcore.golden.fitting_cases import PROGRAMS

FILE = Path(__file__).with_name("fitting.npz")
keras = exact_keras.keras


def main() -> None:
    everything: dict[str, np.ndarray] = {}
    for name, run in PROGRAMS.items():
        keras.utils.clear_session()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # such as a generator that ran out of data: netcore has its own
            everything |= {f"{name}/{key}": np.asarray(value, float) for key, value in run(keras).items()}
    np.savez_compressed(FILE, **everything)


if __name__ == "__main__":
    main()
