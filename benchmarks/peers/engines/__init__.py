"""The engines by name: where each is written, what it needs installed, and what has to be set before it is imported."""

import importlib
import importlib.util
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from benchmarks.peers.problem import Problem
from benchmarks.peers.workloads import Workload
from benchmarks.threads import ONE_THREAD

ONE_XLA_THREAD = {"XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false", "JAX_PLATFORMS": "cpu"}


class Engine(Protocol):
    """A network of one library, made from a problem."""

    def __init__(self, problem: Problem) -> None: ...

    def reset(self) -> None:
        """Back to the start weights, with nothing left in the optimizer's memory."""

    def fit(self, epochs: int) -> list[float]:
        """Train; the loss of each epoch as Keras reports it: batch losses before each update, weighted by rows."""


def everything(workload: Workload) -> bool:
    return True


def dense_chain(workload: Workload) -> bool:
    """A plain row of Dense layers with one loss."""
    return len(workload.losses) == 1 and all(layer.kind == "Dense" for layer in workload.layers)


def textbook(workload: Workload) -> bool:
    return dense_chain(workload) and workload.losses[0][1] != "ctc"


def sklearn(workload: Workload) -> bool:
    """No RMSprop and no CTC there, softmax and sigmoid only with cross-entropy."""
    last = workload.layers[-1].arguments.get("activation")
    outputs = {"mse": (None, "tanh"), "categorical_crossentropy": ("softmax",), "binary_crossentropy": ("sigmoid",)}
    known = last in outputs.get(workload.losses[0][1], ())
    return dense_chain(workload) and known and workload.optimizer in ("SGD", "Adam")


def linear_output(workload: Workload) -> str:
    """Why the losses of scikit-learn may differ."""
    last = workload.layers[-1].arguments.get("activation")
    return "its output is linear: time only" if last == "tanh" else ""


def nothing(workload: Workload) -> str:
    return ""


@dataclass(frozen=True)
class Entry:
    """An engine that can be asked for.

    Attributes:
        module: of this package; has the class `Adapter`.
        needs: packages.
        environment: set before anything is imported.
        expresses: whether it can be told a workload.
        excuse: why its losses differ from everybody else's, empty if they have to agree.
    """

    name: str
    module: str
    needs: tuple[str, ...] = ()
    environment: tuple[tuple[str, str], ...] = ()
    expresses: Callable[[Workload], bool] = everything
    excuse: Callable[[Workload], str] = nothing

    def missing(self) -> list[str]:
        return [package for package in self.needs if importlib.util.find_spec(package) is None]

    def adapter(self) -> type[Engine]:
        found: type[Engine] = importlib.import_module(f"{__name__}.{self.module}").Adapter
        return found

    def variables(self) -> dict[str, str]:
        """The environment of its process."""
        return {**os.environ, **ONE_THREAD, **dict(self.environment)}


KERAS_ON_TORCH = (("KERAS_BACKEND", "torch"),)
KERAS_ON_JAX = (("KERAS_BACKEND", "jax"), *ONE_XLA_THREAD.items())

ENGINES: dict[str, Entry] = {
    entry.name: entry
    for entry in (
        Entry("netcore", "netcore_engine"),
        Entry("textbook", "textbook", expresses=textbook),
        Entry("keras-torch", "keras_engine", ("keras", "torch"), KERAS_ON_TORCH),
        Entry("keras-jax", "keras_engine", ("keras", "jax"), KERAS_ON_JAX),
        Entry("torch", "torch_eager", ("torch",)),
        Entry("sklearn", "sklearn_engine", ("sklearn",), expresses=sklearn, excuse=linear_output),
        Entry("jax-scan", "jax_scan", ("jax",), tuple(ONE_XLA_THREAD.items())),
    )
}


def installed(wanted: Sequence[str] = ()) -> tuple[list[Entry], dict[str, list[str]]]:
    """Engines that can run here, and for each of the others the packages that are missing."""
    entries = [ENGINES[name] for name in (wanted or ENGINES)]
    missing = {entry.name: entry.missing() for entry in entries if entry.missing()}
    return [entry for entry in entries if entry.name not in missing], missing
