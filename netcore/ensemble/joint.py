"""Several runs of one model trained at once: S networks side by side, one product of stacked matrices per layer.

The equations are those of the layers, written once. A model more, the template, stands for all members: its weights are
(S, …) views over the members' own, its tensors have one axis more, (S, d, n), and `Operation.stackable` tells which
operations are right for that as they stand. Each member stays a run of its own, with its start weights, its order of
the rows, its random layers, its loss and metrics and its history; only the updates are made for all of them together.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from netcore.config import Array
from netcore.data import Columns, Rows
from netcore.fit import FitRun
from netcore.graph import Shape
from netcore.heads import Targets
from netcore.parameters import ParameterVector
from netcore.plan import Plan
from netcore.program import Batch, Program, differentiate, head_step
from netcore.streams import SideBySide

if TYPE_CHECKING:
    from netcore.models import Model


class JointVector(ParameterVector):
    """The vectors of several networks as one: what an optimizer needs to update them all.

    Args:
        vectors: of the networks, rows of `values` and `gradients`, (S, size).
    """

    def __init__(self, vectors: Sequence[ParameterVector], values: Array, gradients: Array) -> None:
        self.weights = tuple(weight for vector in vectors for weight in vector.weights)
        self.values, self.gradients = values.reshape(-1), gradients.reshape(-1)
        self._vectors = vectors

    def segments(self) -> list[Array]:
        return [segment for vector in self._vectors for segment in vector.segments()]

    def networks(self) -> list[Array]:
        return [vector.gradients for vector in self._vectors]


class StackedTargets(Targets):
    """The targets of one head for all members, (S, k, N)."""

    def __init__(self, members: Sequence[Targets]) -> None:
        self.encoded = self.raw = Columns(stacked([member.encoded for member in members]))
        weights = [member.weight for member in members if member.weight is not None]
        self.weight = Columns(stacked(weights)) if weights else None
        self.counted = None
        self.fusable = all(member.fusable for member in members)


def stacked(members: Sequence[Rows | Columns]) -> Array:
    """What the members put in order, moved into one array, of which each keeps its part."""
    room = np.empty((len(members), *members[0].ordered.shape), members[0].ordered.dtype)
    for member, part in zip(members, room, strict=True):
        member.lie_in(part)
    return room


class Joint:
    """Runs that go on together.

    Args:
        runs: of models that differ in nothing but their numbers, none of them begun.
        template: one more such model; it is used up.
    """

    def __init__(self, runs: Sequence[FitRun], template: "Model") -> None:
        self._runs, self._template = runs, template
        self._total, self._batch_size = runs[0].total, runs[0].batch_size
        self._share_weights([run.model for run in runs])
        rows, targets = [run.rows for run in runs], [run.targets for run in runs]
        self._rows = [stacked(one) for one in zip(*rows, strict=True)]  # (S, N, d)
        self._targets = [StackedTargets(one) for one in zip(*targets, strict=True)]
        self._features = [one.features for one in rows[0]]
        members = len(runs)
        self._shapes: list[Shape] = [(None, members, features) for features in self._features]
        self._records = [
            np.empty((*shape, self._total), template.dtype) for shape in template.output_shapes(self._shapes)
        ]
        for run, *records in zip(runs, *self._records, strict=True):
            run.record_into(records)
        self._programs: dict[Plan, Program] = {}
        starts = range(0, self._total, self._batch_size)
        self._batches = [self._batch(start, min(start + self._batch_size, self._total)) for start in starts]
        self._penalised = [weight for weight in template.trainable_weights if weight.regularizer is not None]
        self._penalties = np.zeros(members)  # of the epoch: sum of penalty * rows

    def _share_weights(self, models: "Sequence[Model]") -> None:
        template = self._template
        size = sum(weight.size for weight in template.trainable_weights)
        self._values = np.empty((len(models), size), template.dtype)
        self._gradients = np.zeros_like(self._values)
        template.move_weights((self._values, self._gradients))
        rooms = zip(models, self._values, self._gradients, strict=True)
        vectors = [model.move_weights((values, gradients)) for model, values, gradients in rooms]
        template.optimizer.build(JointVector(vectors, self._values, self._gradients))
        streams = [model.layer_streams() for model in models]
        for name, layer in template.random_layers().items():
            layer.stream = SideBySide([one[name] for one in streams])

    def _batch(self, start: int, stop: int) -> Batch:
        plan = self._template.plan(
            stop - start, training=True, fusable=[one.fusable for one in self._targets], shapes=self._shapes
        )
        inputs = []
        for rows, features in zip(self._rows, self._features, strict=True):
            block = rows[:, start:stop].swapaxes(-1, -2)  # (S, d, n)
            inputs.append((block, block[:, :features]))
        heads = [
            head_step(self._template, plan, index, one, start, stop, members=True)
            for index, one in enumerate(self._targets)
        ]
        rooms = [record[..., start:stop] for record in self._records]
        if plan not in self._programs:
            self._programs[plan] = Program(plan, inputs, heads, list(zip(rooms, plan.outputs, strict=True)))
        program = self._programs[plan]
        targets = [one.encoded.ordered[..., start:stop] for one in self._targets]
        return Batch(start, stop, plan, program.calls_for(inputs, targets, rooms, heads))

    def train_epoch(self) -> None:
        """The updates of every member's next epoch; afterwards each run has only to count them."""
        for run in self._runs:
            run.open_epoch()
        self._penalties[...] = 0
        apply = self._template.optimizer.apply
        with np.errstate(all="ignore"):
            for batch in self._batches:
                differentiate(batch)
                for weight in self._penalised:
                    self._penalties += weight.regularizer.values(weight.value) * (batch.stop - batch.start)  # type: ignore[union-attr]
                apply()
        bounds = [batch.start for batch in self._batches]
        for run, penalty in zip(self._runs, self._penalties, strict=True):
            run.close_epoch(bounds, penalty if self._penalised else None)

    def end(self) -> None:
        """After the last epoch: what the optimizer does at the end of a fit."""
        self._template.optimizer.finalize()
