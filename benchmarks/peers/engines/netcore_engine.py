"""netcore through its public `fit`."""

import numpy as np

import netcore
from benchmarks.peers.engines.keras_api import KerasProgram, compile_model, network
from benchmarks.peers.workloads import Workload


def start_weights(workload: Workload, seed: int) -> dict[str, list[np.ndarray]]:
    """Layer name -> weights as netcore draws them."""
    netcore.utils.set_random_seed(seed)
    model = network(netcore, workload)
    return {layer.name: model.get_layer(layer.name).get_weights() for layer in workload.named_layers()}


class Adapter(KerasProgram):
    package = netcore

    def reset(self) -> None:
        self.set_start_weights()
        compile_model(netcore, self.model, self.problem.workload)
