"""Keras 3 through its public `fit`, on the backend that KERAS_BACKEND names."""

import keras

from benchmarks.peers.engines.keras_api import KerasProgram
from benchmarks.peers.problem import Problem

if keras.backend.backend() == "torch":
    import torch

    torch.set_num_threads(1)


class Adapter(KerasProgram):
    package = keras

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem)
        self.model.optimizer.build(self.model.trainable_variables)
        self._fresh = [variable.numpy().copy() for variable in self.model.optimizer.variables]

    def reset(self) -> None:
        """Compiling anew would have jax compile anew as well: the memory is overwritten instead."""
        self.set_start_weights()
        for variable, value in zip(self.model.optimizer.variables, self._fresh, strict=True):
            variable.assign(value)
