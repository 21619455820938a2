"""What the tests of slow motion share: an update of a small network on the irises, looked at."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from lab.data.prepare import Dataset
from lab.runs.kept.record import RunRecord
from lab.runs.kept.replay import past_of
from lab.runs.wire.checkpoints import Checkpoints
from lab.slow_motion.equation import Step
from lab.slow_motion.steps import steps_of
from lab.slow_motion.update import Update, epoch_before, first_update, update_from
from lab.slow_motion.view import View
from lab.spec.experiment import Experiment
from lab.spec.parts import LayerSpec
from tests.lab.insight.test_nan_doctor import data


def look(experiment: Experiment, sample: int = 0, **chosen: tuple[int, ...]) -> View:
    return View(first_update(experiment, data(experiment)), sample, chosen)


def update_of_run(record: RunRecord, checkpoints: Checkpoints, dataset: Dataset, epoch: int, batch: int) -> Update:
    after = epoch_before(epoch)
    return update_from(
        record, dataset, past_of(record, checkpoints, dataset).trainer_at(after).snapshot(), after, batch
    )


def with_layers(experiment: Experiment, *layers: tuple[str, dict[str, Any]]) -> Experiment:
    """The experiment with other layers, all but its last one replaced."""
    last = experiment.model.layers[-1].replace(id="last")
    made = [LayerSpec(id=f"l{place}", type=kind, params=params) for place, (kind, params) in enumerate(layers)]
    return experiment.with_layers((*made, last))


def step(view: View, start: str) -> Step:
    return next(one for one in steps_of(view) if one.key.startswith(start))


def assert_terms_give_results(update: Update, samples: int = 2, tolerance: float = 2e-5) -> int:
    """Every equation of every step: its terms give the result that the trace has. Returns how many there were."""
    count = 0
    for sample in range(min(samples, update.size)):
        for one in steps_of(View(update, sample)):
            for equation in one.equations:
                size = max([abs(term.value) for term in equation.terms] + [abs(equation.result.value), 1e-6])
                np.testing.assert_allclose(
                    equation.computed(), equation.result.value, atol=tolerance * size, rtol=0, err_msg=one.key
                )
                count += 1
    return count


def again(view: View, change: Callable[[Any], None] = lambda model: None, *, x=None, targets=None, **chosen) -> View:
    """The same batch after a change of the network's weights, of the inputs or of the targets."""
    update = view.update
    change(update.model)
    part, loss = update.dataset.train, update.experiment.compile.loss.type
    x = part.x[update.rows] if x is None else x
    if targets is None:
        targets = update.dataset.targets_for("train", loss, update.model.output_shape[-1])[update.rows]
    return View(replace(update, trace=update.model.trace(x, targets)), view.sample, {**view.chosen, **chosen})
