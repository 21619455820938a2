"""An update as a list of steps, one idea each: the batch, forward, loss, backward, the weights."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from lab.slow_motion import dense, embedding, functions, losses, others, recurrent, regular, updates, windowed
from lab.slow_motion.equation import Cell, Grid, Step
from lab.slow_motion.ops import Op
from lab.slow_motion.view import View
from lab.slow_motion.words import said
from lab.studies.words import Words

MOST_INPUTS = 12  # numbers of a sample that are listed

Told = Callable[[View, Op], Iterator[Step]]


@dataclass(frozen=True)
class Way:
    """How a kind of layer is told."""

    forward: Told
    backward: Told


LAYERS: dict[str, Way] = {
    "Dense": Way(dense.forward, dense.backward),
    "Dropout": Way(regular.dropout_forward, regular.dropout_backward),
    "BatchNormalization": Way(regular.norm_forward, regular.norm_backward),
    "Embedding": Way(embedding.forward, embedding.backward),
}
LAYERS |= dict.fromkeys(("Conv1D", "Conv2D"), Way(windowed.conv_forward, windowed.conv_backward))
LAYERS |= dict.fromkeys(("LSTM", "GRU", "SimpleRNN"), Way(recurrent.forward, recurrent.backward))
LAYERS |= {
    f"{kind}Pooling{axes}D": Way(windowed.pool_forward, windowed.pool_backward)
    for kind in ("Max", "Average", "GlobalMax", "GlobalAverage")
    for axes in (1, 2)
}
FUNCTION = Way(functions.forward, functions.backward)
OTHER = Way(others.forward, others.backward)


def steps_of(view: View) -> tuple[Step, ...]:
    """All steps of the update in the order of the computation."""
    return tuple(map(_with_its_own_numbers, _steps(view)))


def _with_its_own_numbers(step: Step) -> Step:
    """The drawing shows those numbers alone that the step tells: any other would be looked for in vain."""
    told = step.numbers
    lit = tuple(one if one.value in told else replace(one, value=None) for one in step.lit)
    return replace(step, lit=lit)


def _steps(view: View) -> Iterator[Step]:
    yield _batch(view)
    for op in view.ops:
        yield from _way(op).forward(view, op)
    yield from losses.forward(view)
    yield from losses.backward(view)
    followed: updates.Followed = []
    for op in reversed(view.ops):
        for step in _way(op).backward(view, op):
            yield step
            followed += [] if step.weight is None else [(op, *step.weight)]
    yield from updates.steps(view, followed)
    yield _end(view)


def _way(op: Op) -> Way:
    if op.function is not None:
        return FUNCTION
    return LAYERS.get(op.type, OTHER) if op.is_plain else OTHER


def _batch(view: View) -> Step:
    update = view.update
    grids = []
    lit = []
    for name in (q.name for q in update.trace if q.kind == "input"):
        x, columns = view.of(name), view.columns(name)
        lit.append(view.lit(name, "input"))
        if x.ndim == 1:
            cells = tuple(Cell(float(value), "input") for value in x[:MOST_INPUTS])
            heads = columns[: len(cells)] or tuple(str(place + 1) for place in range(len(cells)))
            grids.append(Grid(said("grid.inputs"), (cells,), heads, more=len(x) - len(cells)))
    return Step(
        "batch",
        "batch",
        Words("slow.batch.title"),
        (
            said("batch", samples=update.size, batch=update.batch, epoch=update.epoch),
            said("batch.sample", sample=view.sample + 1, row=update.table_row(view.sample)),
        ),
        grids=tuple(grids),
        lit=tuple(lit),
    )


def _end(view: View) -> Step:
    optimizer = view.update.model.optimizer
    weights = sum(q.value.size for q in view.update.trace if q.kind == "parameter")
    return Step(
        "end",
        "update",
        Words("slow.end.title"),
        (said("end", parameters=weights, update=int(optimizer.iterations) + 1),),
    )
