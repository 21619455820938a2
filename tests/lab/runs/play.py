"""What a playground sends, and small experiments on generated points for it."""

from typing import Any

from lab.spec.data import DataSpec, PlaygroundSource, SplitSpec
from lab.spec.experiment import CompileSpec, Experiment, FitSpec, ModelSpec, PartSpec


def playground(*units: int, epochs: int = 5, hidden: dict[str, Any] | None = None, **source: Any) -> Experiment:
    """Layers of tanh units and one sigmoid unit on points of two classes; `hidden`: more arguments of the layers."""
    made = PlaygroundSource(**{"dataset": "circle", "points": 60, "seed": 1, **source})
    experiment = Experiment(
        data=DataSpec(
            source=made,
            inputs=("x1", "x2"),
            target="label",
            task="binary",
            scaling="none",
            split=SplitSpec(validation=0.5, test=0.0),
        ),
        model=ModelSpec(),
        compile=CompileSpec(
            loss=PartSpec(type="BinaryCrossentropy"), optimizer=PartSpec(type="SGD"), metrics=("accuracy",)
        ),
        fit=FitSpec(epochs=epochs, batch_size=10),
    )
    for count in units:
        experiment = experiment.with_added_layer("Dense", {"units": count, "activation": "tanh", **(hidden or {})})
    return experiment.with_added_layer("Dense", {"units": 1, "activation": "sigmoid"})
