"""Reorder: operations that give the same numbers with less work when they change places."""

from collections import Counter
from collections.abc import Sequence

from netcore.activations import relu
from netcore.graph import Step, Tensor, twin


def pooled_before_relu(steps: Sequence[Step], outputs: Sequence[Tensor]) -> list[Step]:
    """relu after a maximum pooling that follows it.

    The largest of several numbers stays the largest, so outputs and gradients are bit for bit the same, and relu has
    only a number per window left to look at.
    """
    uses = Counter(id(tensor) for step in steps for tensor in step.inputs)
    uses.update(id(tensor) for tensor in outputs)
    maker = {id(step.outputs[0]): place for place, step in enumerate(steps)}
    ordered = list(steps)
    for place, pooling in enumerate(steps):
        before = maker.get(id(pooling.inputs[0])) if pooling.operation.takes_largest else None
        if before is None or steps[before].operation is not relu or uses[id(pooling.inputs[0])] > 1:
            continue
        made = pooling.outputs[0]
        largest = twin(made, made.repeats)
        # where relu was, nothing has to happen before the pooling's own place
        ordered[before] = Step(pooling.operation, pooling.layer, steps[before].inputs, (largest,))
        ordered[place] = Step(relu, None, (largest,), (made,))
    return ordered
