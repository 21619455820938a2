"""Problem: a workload with its rows and start weights, the same for every engine; travels as one .npz file."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.peers.workloads import WORKLOADS, Workload

Rows = list[np.ndarray]


@dataclass(frozen=True)
class Problem:
    """What an engine is given.

    Attributes:
        x, y: one array for each input and each output.
        weights: layer name -> arrays in Keras's order and shapes.
    """

    workload: Workload
    x: Rows
    y: Rows
    weights: dict[str, list[np.ndarray]]

    def batches(self) -> list[slice]:
        """The rows of each update: in order, never shuffled, the last ones possibly fewer."""
        size, rows = self.workload.batch_size, self.workload.rows
        return [slice(start, min(start + size, rows)) for start in range(0, rows, size)]

    def save(self, path: Path) -> None:
        arrays = {f"{kind}.{index}": array for kind in "xy" for index, array in enumerate(getattr(self, kind))}
        for name, weights in self.weights.items():
            arrays |= {f"weight.{name}.{index}": weight for index, weight in enumerate(weights)}
        np.savez(path, **arrays)

    @classmethod
    def load(cls, path: Path, workload: Workload) -> "Problem":
        with np.load(path) as arrays:
            parts = {name: arrays[name] for name in arrays.files}
        x, y = ([parts[name] for name in sorted(parts) if name.startswith(f"{kind}.")] for kind in "xy")
        weights = {
            layer.name: [parts[name] for name in sorted(parts) if name.startswith(f"weight.{layer.name}.")]
            for layer in workload.named_layers()
        }
        return cls(workload, x, y, weights)


def problem_of(workload: Workload, seed: int = 1) -> Problem:
    """Rows and start weights; netcore draws the weights (glorot_uniform and its kin, as Keras)."""
    from benchmarks.peers.engines.netcore_engine import start_weights

    x, y = workload.make(np.random.default_rng(seed), workload.rows, workload.inputs)
    return Problem(workload, x, y, start_weights(workload, seed))


def find(name: str) -> Workload:
    return WORKLOADS[name]
