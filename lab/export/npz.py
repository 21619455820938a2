"""Arrays as a NumPy file that anybody can open, and that never holds an object: `np.load` needs no pickle for it."""

import io
from typing import Any

import numpy as np

from lab.data.prepare import Dataset
from lab.runs.orders.run import run_spec
from lab.runs.wire.arrays import Arrays
from lab.runs.wire.snapshot import Weights
from lab.runs.work.build import build_model
from lab.spec.experiment import Experiment

PACKED_BYTES = 50_000_000


def npz(arrays: Arrays) -> bytes:
    """What `np.load` reads. Large arrays are not packed: that takes long, and measured numbers hardly shrink."""
    target = io.BytesIO()
    named: dict[str, Any] = dict(arrays)  # keyword arguments of any type, as np.savez declares them
    save = np.savez_compressed if size_of(arrays) <= PACKED_BYTES else np.savez
    save(target, allow_pickle=False, **named)
    return target.getvalue()


def size_of(arrays: Arrays) -> int:
    """Bytes that the numbers take in memory."""
    return sum(array.nbytes for array in arrays.values())


def named_weights(model: Any, weights: Weights) -> Arrays:
    """The weights in Keras order, each under its number, the kind of its layer and its name: "00_Dense_kernel".

    Args:
        model: the netcore model that they belong to.
        weights: as `model.get_weights()` gives them.
    """
    owners = {id(weight): type(layer).__name__ for layer in model.layers for weight in layer.weights}
    pairs = enumerate(zip(model.weights, weights, strict=True))
    return {f"{place:02}_{owners[id(weight)]}_{weight.name}": array for place, (weight, array) in pairs}


def weights_file(experiment: Experiment, weights: Weights, dataset: Dataset) -> bytes:
    """Weights of a run under their names; `model.set_weights([file[name] for name in file.files])` takes them.

    Raises:
        RunError, NetcoreError: the network cannot be built again.
    """
    return npz(named_weights(build_model(run_spec(experiment, dataset)[0]), weights))
