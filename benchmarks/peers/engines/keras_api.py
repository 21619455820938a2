"""A workload as a Keras program; netcore and Keras both run it, only the package differs."""

from types import ModuleType
from typing import Any

from benchmarks.peers.problem import Problem
from benchmarks.peers.workloads import Workload


def network(package: ModuleType, workload: Workload) -> Any:
    """The uncompiled model."""
    tensors = {f"input{index}": package.Input(shape) for index, shape in enumerate(workload.inputs)}
    inputs = list(tensors.values())
    for layer in workload.named_layers():
        given = [tensors[name] for name in layer.inputs]
        made = getattr(package.layers, layer.kind)(name=layer.name, **layer.arguments)
        tensors[layer.name] = made(given if len(given) > 1 else given[0])
    outputs = [tensors[name] for name, _ in workload.losses_by_layer]
    return package.Model(inputs, outputs)


def compile_model(package: ModuleType, model: Any, workload: Workload) -> None:
    optimizer = getattr(package.optimizers, workload.optimizer)(**workload.optimizer_arguments)
    losses = [package.losses.CTC() if loss == "ctc" else loss for _, loss in workload.losses_by_layer]
    model.compile(optimizer=optimizer, loss=losses if len(losses) > 1 else losses[0])


class KerasProgram:
    """What both have in common: the model, its start weights and the public `fit`."""

    package: ModuleType

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.model = network(self.package, problem.workload)
        compile_model(self.package, self.model, problem.workload)
        self.set_start_weights()

    def set_start_weights(self) -> None:
        for name, weights in self.problem.weights.items():
            self.model.get_layer(name).set_weights(weights)

    def fit(self, epochs: int) -> list[float]:
        x, y = ([*arrays] if len(arrays) > 1 else arrays[0] for arrays in (self.problem.x, self.problem.y))
        size = self.problem.workload.batch_size
        done = self.model.fit(x, y, batch_size=size, epochs=epochs, shuffle=False, verbose=0)
        return [float(loss) for loss in done.history["loss"]]
