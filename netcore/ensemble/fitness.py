"""Whether runs can be trained together, and whether that is faster."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from netcore.fit import RECORD_BYTES, FitRun

PARAMETERS = 1000
BYTES = RECORD_BYTES  # that rows, targets and outputs of all members may take


def reason_apart(run: Any, members: int, *, forced: bool) -> str | None:
    """Why `members` runs like this one are better trained one by one, None if nothing speaks against training together.

    "one": a single run. "stream": a generator, which gives its batches once. "layers", "loss": something that is not
    written for several networks at once. "rows": too many of them to hold in so many orders. "size": a network so large
    that nothing is won (not with `forced`).
    """
    if members == 1:
        return "one"
    if not isinstance(run, FitRun):
        return "stream"
    if not _layers_fit(run):
        return "layers"
    if not _losses_fit(run):
        return "loss"
    if members * _bytes(run) > BYTES:
        return "rows"
    if not forced and run.model.count_params() > PARAMETERS:
        return "size"
    return None


def difference(runs: Sequence[FitRun]) -> str | None:
    """ "model" if the models differ in more than their numbers, "rows" if the numbers of rows do."""
    first = runs[0]
    if not all(_description(run) == _description(first) for run in runs):
        return "model"
    return "rows" if len({run.total for run in runs}) > 1 else None


def _description(run: FitRun) -> Any:
    """What must be the same for all members."""
    model = run.model
    heads = [(type(head.loss), head.loss and head.loss.get_config(), head.weight) for head in model.heads]
    return model.get_config(), type(model.optimizer), model.optimizer.get_config(), heads


def _layers_fit(run: FitRun) -> bool:
    model = run.model
    steps = model.sized([rows.shape for rows in run.rows]).steps()
    used = [id(step.layer) for step in steps if step.layer is not None]
    tensors = [tensor for step in steps for tensor in (*step.inputs, *step.outputs)]
    penalties = [weight.regularizer for weight in model.weights if weight.regularizer is not None]
    return (
        all(step.operation.stackable for step in steps)
        and len(set(used)) == len(used)
        and all(tensor.ndim == 2 and tensor.repeats == 1 for tensor in tensors)
        and not model.non_trainable_weights
        and all(penalty.stackable for penalty in penalties)
    )


def _losses_fit(run: FitRun) -> bool:
    pairs = list(zip(run.model.heads, run.targets, strict=True))
    weighted = any(
        targets.weight is not None and head.loss is not None and head.loss.reduction == "mean_with_sample_weight"
        for head, targets in pairs
    )
    odd = any(targets.counted is not None or head.masked for head, targets in pairs)
    return not weighted and not odd and not any(head.loss is not None and head.loss.sequence for head, _ in pairs)


def _bytes(run: FitRun) -> int:
    """Of a member's rows, targets and outputs."""
    rows = sum(rows.ordered.nbytes for rows in run.rows)
    targets = sum(one.encoded.ordered.nbytes for one in run.targets)
    outputs = sum(head.width for head in run.model.heads) * run.total * np.dtype(run.model.dtype).itemsize
    return rows + targets + outputs
