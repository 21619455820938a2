"""PyTorch as its tutorials write it: module, optimizer, a loop over the batches. Fused optimizers where it has them."""

from typing import Any

import torch
from torch import nn
from torch.nn import functional

from benchmarks.peers.problem import Problem
from benchmarks.peers.workloads import Layer

torch.set_num_threads(1)

ACTIVATIONS = {"relu": torch.relu, "tanh": torch.tanh}  # softmax and sigmoid are part of the losses


class Recurrent(nn.Module):
    """The last output of an LSTM. Its second bias is kept at zero: Keras has one."""

    def __init__(self, features: int, units: int) -> None:
        super().__init__()
        self.lstm = nn.LSTM(features, units, batch_first=True)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.lstm(x)[0][:, -1]


class Concatenated(nn.Module):
    def forward(self, *xs: torch.Tensor) -> torch.Tensor:
        return torch.cat(xs, dim=1)


class FlattenAsKeras(nn.Module):
    """Channels last, so that the Dense kernel behind it means the same."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x.movedim(1, -1).flatten(1)


def module_of(layer: Layer, weights: list[Any]) -> nn.Module:
    """The module with its start weights, Keras's arrays in torch's order."""
    given = layer.arguments
    arrays = [torch.from_numpy(weight.copy()) for weight in weights]
    if layer.kind == "Dense":
        module: nn.Module = nn.Linear(*weights[0].shape)
        return _with(module, weight=arrays[0].T, bias=arrays[1])
    if layer.kind == "LSTM":
        module = Recurrent(len(weights[0]), given["units"])
        own = module.lstm
        _with(own, weight_ih_l0=arrays[0].T, weight_hh_l0=arrays[1].T, bias_ih_l0=arrays[2])
        _with(own, bias_hh_l0=torch.zeros_like(arrays[2]))
        own.bias_hh_l0.requires_grad_(False)
        return module
    if layer.kind in ("Conv1D", "Conv2D"):
        kind = nn.Conv1d if layer.kind == "Conv1D" else nn.Conv2d
        module = kind(weights[0].shape[-2], given["filters"], given["kernel_size"])
        return _with(module, weight=arrays[0].movedim((-1, -2), (0, 1)), bias=arrays[1])
    if layer.kind in ("MaxPooling1D", "MaxPooling2D"):
        return (nn.MaxPool1d if layer.kind == "MaxPooling1D" else nn.MaxPool2d)(given["pool_size"])
    return {"Flatten": FlattenAsKeras, "Concatenate": Concatenated}[layer.kind]()


def _with(module: nn.Module, **values: torch.Tensor) -> nn.Module:
    with torch.no_grad():
        for name, value in values.items():
            getattr(module, name).copy_(value)
    return module


class Network(nn.Module):
    def __init__(self, problem: Problem) -> None:
        super().__init__()
        workload = problem.workload
        self.layers = workload.named_layers()
        self.parts = nn.ModuleDict({f"{one.name}_": module_of(one, problem.weights[one.name]) for one in self.layers})
        self.steps = [
            (one.name, one.inputs, self.parts[f"{one.name}_"], ACTIVATIONS.get(one.arguments.get("activation")))
            for one in self.layers
        ]
        self.outputs = [name for name, _ in workload.losses_by_layer]

    def forward(self, *xs: torch.Tensor) -> list[torch.Tensor]:
        found = {f"input{index}": x for index, x in enumerate(xs)}
        for name, inputs, part, activation in self.steps:
            made = part(*[found[one] for one in inputs])
            found[name] = made if activation is None else activation(made)
        return [found[name] for name in self.outputs]


def mse_on_softmax(logits: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    return functional.mse_loss(torch.softmax(logits, dim=1), y)


def ctc(logits: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """Mean over the rows of the negative log probability, as Keras; all labels count."""
    n, steps, _ = logits.shape
    log_p = functional.log_softmax(logits, dim=2).transpose(0, 1)
    lengths = [steps] * n, [y.shape[1]] * n
    return functional.ctc_loss(log_p, y, *lengths, reduction="sum") / n


def loss_of(loss: str, activation: str | None) -> Any:
    if loss == "mse":
        return mse_on_softmax if activation == "softmax" else functional.mse_loss
    return {
        "categorical_crossentropy": functional.cross_entropy,
        "binary_crossentropy": functional.binary_cross_entropy_with_logits,
        "ctc": ctc,
    }[loss]


class Adapter:
    def __init__(self, problem: Problem) -> None:
        self.problem, workload = problem, problem.workload
        xs = [torch.from_numpy(x) for x in problem.x]
        if any(layer.kind.startswith("Conv") for layer in workload.layers):
            xs = [x.movedim(-1, 1).contiguous() for x in xs]
        ys = [torch.from_numpy(y) for y in problem.y]
        if workload.losses[0][1] == "ctc":
            ys = [y.long() for y in ys]
        self.batches = [([x[rows] for x in xs], [y[rows] for y in ys]) for rows in problem.batches()]
        activations = {layer.name: layer.arguments.get("activation") for layer in workload.named_layers()}
        self.losses = [loss_of(loss, activations[name]) for name, loss in workload.losses_by_layer]
        self.reset()

    def reset(self) -> None:
        self.network = Network(self.problem)
        learned = [parameter for parameter in self.network.parameters() if parameter.requires_grad]
        given = dict(self.problem.workload.optimizer_arguments)
        rate, small = given["learning_rate"], given.get("epsilon", 0.0)
        if self.problem.workload.optimizer == "SGD":
            self.optimizer: torch.optim.Optimizer = torch.optim.SGD(learned, rate, fused=True)
        elif self.problem.workload.optimizer == "Adam":
            self.optimizer = torch.optim.Adam(learned, rate, eps=small, fused=True)
        else:
            self.optimizer = torch.optim.RMSprop(learned, rate, alpha=0.9, eps=small**0.5)

    def fit(self, epochs: int) -> list[float]:
        network, optimizer, losses = self.network, self.optimizer, self.losses
        history = []
        for _ in range(epochs):
            total = torch.zeros(())
            for xs, ys in self.batches:
                optimizer.zero_grad()
                outputs = network(*xs)
                loss = losses[0](outputs[0], ys[0])
                for other, output, y in zip(losses[1:], outputs[1:], ys[1:], strict=True):
                    loss = loss + other(output, y)
                loss.backward()
                optimizer.step()
                total += loss.detach() * len(ys[0])
            history.append(float(total) / self.problem.workload.rows)
        return history
