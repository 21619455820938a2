"""What a worker is asked to compute: an Experiment and a Dataset compiled to plain values, the arrays beside them.

Made by `lab.runs.orders`, which checks them; a worker builds from them and imports nothing else of the lab's.
"""

from dataclasses import dataclass
from typing import Any, Literal

KnobName = Literal["learning_rate", "batch_size", "epochs", "l1", "l2", "dropout", "momentum", "weight", "data"]


@dataclass(frozen=True)
class KnobTurn:
    """A knob turned during a run: in force before batch `batch` (0-based) of epoch `epoch` (0-based).

    As `lab.spec.experiment.Change`, which a worker cannot import.

    Args:
        layer: which one has the knob, as `lab.runs.work.drawn` calls it; "" for all that have it.
        array, index: of a weight: its name, and the place of the one number in it.
        source: of other data: what they are made from, as JSON; `lab.runs.wire.arrays.other_data` finds their arrays.
    """

    epoch: int
    batch: int
    name: KnobName
    value: float
    layer: str = ""
    array: str = ""
    index: tuple[int, ...] = ()
    source: str = ""

    @property
    def what(self) -> tuple[str, str, str, tuple[int, ...]]:
        """What is turned, wherever to."""
        return self.name, self.layer, self.array, self.index

    @property
    def position(self) -> tuple[int, int]:
        return self.epoch, self.batch


@dataclass(frozen=True)
class Part:
    """A layer, loss or optimizer by its name in netcore, with all of its arguments."""

    type: str
    params: dict[str, Any]


@dataclass(frozen=True)
class Sequential:
    """Layers one behind the other; `input_shape` is of one sample."""

    layers: tuple[Part, ...]
    input_shape: tuple[int, ...]
    loss: Part
    metrics: tuple[str, ...]


@dataclass(frozen=True)
class Node:
    """A place of a functional model.

    Args:
        reads: names of the inputs and nodes whose tensors it takes.
        shares: id of the node whose layer it calls; None if it has a layer of its own.
        layer: that layer; None if it shares one.
    """

    id: str
    reads: tuple[str, ...]
    shares: str | None
    layer: Part | None


@dataclass(frozen=True)
class Output:
    """Where a functional model is compared with a target, and how much that counts."""

    name: str
    reads: str
    loss: Part
    weight: float
    metrics: tuple[str, ...]


@dataclass(frozen=True)
class Functional:
    """Nodes in the order of their calls; `inputs` by name, the shape of one sample of each."""

    inputs: dict[str, tuple[int, ...]]
    nodes: tuple[Node, ...]
    outputs: tuple[Output, ...]
    combine_losses: Literal["sum", "mean"]


@dataclass(frozen=True)
class Fit:
    """Arguments of `fit`."""

    epochs: int
    batch_size: int
    shuffle: bool


@dataclass(frozen=True)
class EarlyStopping:
    """Arguments of keras.callbacks.EarlyStopping."""

    monitor: str
    patience: int
    min_delta: float
    restore_best_weights: bool


@dataclass(frozen=True)
class RunSpec:
    """One run.

    Args:
        class_weight: of each class in their order; None if all count alike.
        changes: knobs to be turned on the way.
        origin: the run that this one forks from; None if it begins with start weights of its own.
    """

    network: Sequential | Functional
    optimizer: Part
    fit: Fit
    seed: int
    class_weight: tuple[float, ...] | None = None
    early_stopping: EarlyStopping | None = None
    changes: tuple[KnobTurn, ...] = ()
    origin: "Origin | None" = None


@dataclass(frozen=True)
class Origin:
    """The run that a fork goes on from, and after which epoch."""

    spec: RunSpec
    epoch: int


@dataclass(frozen=True)
class CellSpec:
    """The runs of one setting of a study; `arrays` tells for each where its arrays lie: "x" -> name in the job."""

    runs: tuple[RunSpec, ...]
    arrays: tuple[dict[str, str], ...]


@dataclass(frozen=True)
class StudySpec:
    """What one worker does of a study; `predict`: keep predictions of the validation rows."""

    cells: tuple[CellSpec, ...]
    predict: bool


JobSpec = RunSpec | StudySpec
