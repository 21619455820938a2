"""What mends a problem by one click: the experiment with the one setting that the problem is about put right."""

from collections.abc import Callable
from typing import Final, NamedTuple

from lab.data.prepare import Dataset
from lab.edits.advice import Known, standardise_inputs, standardise_target
from lab.edits.proposals import fitting_output
from lab.errors import LabError
from lab.model.problem import Problem
from lab.model.scales import MIN_VALIDATION_ROWS
from lab.spec.experiment import Experiment, GraphSpec
from netcore.errors import NetcoreError
from netcore.optimizers import OPTIMIZERS

USUAL_BATCH: Final = 32
MOST_VALIDATED: Final = 0.4  # of all rows

Change = Callable[[Experiment, Dataset, Problem], Experiment]


class Mend(NamedTuple):
    """`code` names its button: "mend.<code>"."""

    code: str
    experiment: Experiment


def mend_of(problem: Problem, experiment: Experiment, dataset: Dataset | None) -> Mend | None:
    """None where only a person can mend it, or where the change would change nothing."""
    found = MENDS.get(problem.code)
    if found is None and problem.code.startswith("advice."):  # a loss about the outputs it is given
        found = FITTING_OUTPUT
    functional = isinstance(experiment.model, GraphSpec)
    if found is None or dataset is None or (functional and problem.output is not None):
        return None  # an output of several has a button of its own
    code, change = found
    try:
        mended = change(experiment, dataset, problem)
    except (LabError, NetcoreError):
        return None
    return None if mended == experiment else Mend(code, mended)


def usual_rate(experiment: Experiment, _: Dataset, __: Problem) -> Experiment:
    """The learning rate that Keras gives this optimizer."""
    return experiment.with_learning_rate(
        OPTIMIZERS.get(experiment.compile.optimizer.type).params["learning_rate"].default
    )


def usual_batch(experiment: Experiment, dataset: Dataset, _: Problem) -> Experiment:
    """As one usually takes, and so small that an epoch has several updates."""
    return experiment.with_fit(batch_size=max(1, min(USUAL_BATCH, len(dataset.train.rows) // 4)))


def shorter_patience(experiment: Experiment, _: Dataset, __: Problem) -> Experiment:
    """A tenth of the epochs."""
    stopping = experiment.fit.early_stopping
    if stopping is None:
        return experiment
    return experiment.with_fit(early_stopping=stopping.replace(patience=max(1, experiment.fit.epochs // 10)))


def more_validated(experiment: Experiment, dataset: Dataset, _: Problem) -> Experiment:
    """As many percent of the rows as give a validation part that can be judged by."""
    rows = sum(len(part.rows) for part in (dataset.train, dataset.validation, dataset.test))
    share = -(-100 * MIN_VALIDATION_ROWS // rows) / 100  # rounded up to a percent
    split = experiment.data.split
    if share > MOST_VALIDATED:
        return experiment
    return experiment.with_data(split=split.replace(validation=max(share, split.validation)))


def without_metric(experiment: Experiment, _: Dataset, problem: Problem) -> Experiment:
    kept = tuple(name for name in experiment.compile.metrics if name != problem.values["metric"])
    return experiment.with_compile(metrics=kept)


def without_layer(experiment: Experiment, _: Dataset, problem: Problem) -> Experiment:
    return experiment.without_layer(problem.layer_id or "")


def layer_up(experiment: Experiment, _: Dataset, problem: Problem) -> Experiment:
    return experiment.with_moved_layer(problem.layer_id or "", -1)


def usual_class_loss(experiment: Experiment, _: Dataset, problem: Problem) -> Experiment:
    loss = experiment.compile.loss
    return experiment.with_compile(loss=loss.replace(type=problem.values["proposal"], params={}))


def absolute_error(experiment: Experiment, _: Dataset, __: Problem) -> Experiment:
    return experiment.with_compile(loss=experiment.compile.loss.replace(type="MeanAbsoluteError", params={}))


FITTING_OUTPUT: Final[tuple[str, Change]] = (
    "output",
    lambda experiment, dataset, _: fitting_output(experiment, dataset),
)
MENDS: Final[dict[str, tuple[str, Change]]] = {
    "model.no_layers": FITTING_OUTPUT,
    "model.output_units": FITTING_OUTPUT,
    "model.output_units_binary": FITTING_OUTPUT,
    "model.loss_needs_classes": FITTING_OUTPUT,
    "model.loss_for_classes": FITTING_OUTPUT,
    "model.target_not_01": FITTING_OUTPUT,
    "model.loss_for_sequences": FITTING_OUTPUT,
    "model.sequence_loss": FITTING_OUTPUT,
    "model.not_probabilities": FITTING_OUTPUT,
    "model.softmax_one_unit": FITTING_OUTPUT,
    "model.bounded_output": FITTING_OUTPUT,
    "model.output_rank": FITTING_OUTPUT,
    "model.class_loss_note": ("class_loss", usual_class_loss),
    "model.output_only_in_training": ("layer_up", layer_up),
    "model.dropout_on_inputs": ("without_layer", without_layer),
    "model.mask_before_ctc": ("without_layer", without_layer),
    "model.learning_rate_zero": ("usual_rate", usual_rate),
    "model.learning_rate_huge": ("usual_rate", usual_rate),
    "model.batch_larger_than_data": ("usual_batch", usual_batch),
    "model.batch_small": ("usual_batch", usual_batch),
    "model.patience_beyond_epochs": ("shorter_patience", shorter_patience),
    "model.few_validation_rows": ("more_validated", more_validated),
    "model.inputs_not_scaled": (
        "standardise_inputs",
        lambda experiment, _, __: standardise_inputs(experiment, Known()),
    ),
    "model.target_large": ("standardise_target", lambda experiment, _, __: standardise_target(experiment, Known())),
    "model.mape_scaled_target": ("plain_target", lambda experiment, _, __: experiment.with_data(target_scaling="none")),
    "model.mape_near_zero": ("absolute_error", absolute_error),
    "model.metric_unfit": ("without_metric", without_metric),
    "model.metric_fails": ("without_metric", without_metric),
}
